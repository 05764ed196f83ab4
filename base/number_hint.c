#define _POSIX_C_SOURCE 200809L

#include "base/number_hint.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/field.h"
#include "base/mem.h"

#define DIGITS "0123456789"

bool number_word_hint(const char *text, char *hint, size_t size)
{
    static const struct word words[] = {{"true", 1},  {"yes", 1}, {"on", 1},
                                        {"false", 0}, {"no", 0},  {"off", 0}};
    char *end;
    for (size_t i = 0; i < LEN(words); i++) {
        if (strcasecmp(text, words[i].text) == 0) {
            snprintf(hint, size, "write %g", words[i].value);
            return true;
        }
    }
    if (strcmp(text, "~") == 0 || strcasecmp(text, "null") == 0) {
        snprintf(hint, size, "write a value, or leave it out");
        return true;
    }
    int base = strncasecmp(text, "0x", 2) == 0 ? 16 : strncasecmp(text, "0o", 2) == 0 ? 8 : 0;
    if (base == 0 || !isxdigit((unsigned char)text[2]))
        return false;
    unsigned long long value = strtoull(text + 2, &end, base);
    if (*end != '\0')
        return false;
    snprintf(hint, size, "write %llu", value);
    return true;
}

bool number_separator_hint(const char *text, const char *unit, char *hint, size_t size)
{
    enum { LONGEST = 60 };
    char whole[LONGEST + 1], point[LONGEST + 1];
    size_t length = strlen(text), n = 0, separators = 0, after = 0;
    bool comma = false;
    if (length > LONGEST)
        return false;
    for (size_t i = 0; i <= length; i++) {
        bool between = i > 0 && text[i] != '\0' && strchr("_,' ", text[i]) != NULL &&
                       isdigit((unsigned char)text[i - 1]) && isdigit((unsigned char)text[i + 1]);
        point[i] = between ? '.' : text[i];
        if (between) {
            separators++;
            comma = text[i] == ',';
            after = strspn(text + i + 1, DIGITS);
        } else {
            whole[n++] = text[i];
        }
    }
    double unused;
    if (separators == 0 || quantity_parse(whole, unit, &unused) != 0)
        return false;
    bool decimal = comma && separators == 1 && quantity_parse(point, unit, &unused) == 0;
    if (decimal && after == 3)
        snprintf(hint, size, "write %s, or %s if the comma is a decimal point", whole, point);
    else
        snprintf(hint, size, "write %s", decimal ? point : whole);
    return true;
}
