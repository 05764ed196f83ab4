#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

unsigned text_next(const char **at)
{
    static const struct {
        unsigned char mask, lead;
        unsigned least; /* shorter sequences exist for smaller codes */
        size_t bytes;
    } kinds[] = {{.mask = 0x80, .lead = 0x00, .least = 0, .bytes = 1},
                 {.mask = 0xe0, .lead = 0xc0, .least = 0x80, .bytes = 2},
                 {.mask = 0xf0, .lead = 0xe0, .least = 0x800, .bytes = 3},
                 {.mask = 0xf8, .lead = 0xf0, .least = 0x10000, .bytes = 4}};
    const unsigned char *c = (const unsigned char *)*at;

    *at += 1;
    for (size_t k = 0; k < LEN(kinds); k++) {
        if ((c[0] & kinds[k].mask) != kinds[k].lead)
            continue;
        unsigned code = c[0] & (unsigned char)~kinds[k].mask;
        for (size_t i = 1; i < kinds[k].bytes; i++) {
            if ((c[i] & 0xc0) != 0x80)
                return NOT_UTF8;
            code = code << 6 | (c[i] & 0x3f);
        }
        bool surrogate = code >= 0xd800 && code < 0xe000;
        if (code < kinds[k].least || code > 0x10ffff || surrogate)
            return NOT_UTF8;
        *at += kinds[k].bytes - 1;
        return code;
    }
    return NOT_UTF8;
}

/* Is it one of the ASCII characters in `allowed`? */
static bool is_allowed(unsigned character, const char *allowed)
{
    return character > 0 && character < 0x80 && strchr(allowed, (int)character) != NULL;
}

bool text_is_control(unsigned character)
{
    static const struct {
        unsigned first, last;
    } ranges[] = {{0, 0x1f},        {0x7f, 0x9f},     {0x2028, 0x2029},
                  {0x202a, 0x202e}, {0x2066, 0x2069}, {0xfffe, 0xffff}};
    for (size_t i = 0; i < LEN(ranges); i++)
        if (character >= ranges[i].first && character <= ranges[i].last)
            return true;
    return false;
}

int text_check(const char *text, const char *allowed, struct err *err)
{
    size_t n = 1;
    for (const char *at = text; *at != '\0'; n++) {
        unsigned character = text_next(&at);
        if (character == NOT_UTF8)
            return fail(err, "character %zu is not UTF-8: write UTF-8 text", n);
        if (text_is_control(character) && !is_allowed(character, allowed))
            return fail(err, "character %zu is U+%04X, a control character: remove it", n,
                        character);
    }
    return 0;
}

int name_check(const char *name, struct err *err)
{
    size_t length = strlen(name);
    if (length > NAME_MOST)
        return fail(err, "the name has %zu bytes: give at most %d", length, (int)NAME_MOST);
    return text_check(name, "", err);
}

void text_tame(char *text, const char *allowed)
{
    const char *at = text;
    for (char *from = text; *from != '\0'; from = text + (at - text)) {
        unsigned character = text_next(&at);
        if (character == NOT_UTF8)
            *from = '?';
        else if (text_is_control(character) && !is_allowed(character, allowed))
            memset(from, ' ', (size_t)(at - text) - (size_t)(from - text));
    }
}
