#include "dse/mdoc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { LINE_MOST = 76 };

/* What groff would show as something else, read as a request, or not break. */
static const char *escape_of(char c, bool first)
{
    switch (c) {
    case '\\':
        return "\\e";
    case '-':
        return "\\-";
    case '\'':
        return "\\(aq";
    case '`':
        return "\\(ga";
    case '^':
        return "\\(ha";
    case '~':
        return "\\(ti";
    case '"':
        return "\\(dq";
    case '|':
        return "|\\:";
    case '.':
        return first ? "\\&." : NULL;
    default:
        return NULL;
    }
}

/* Returns the length of what it prints; NULL prints nothing. */
static size_t put(FILE *out, const char *text, size_t n)
{
    size_t length = 0;
    for (size_t i = 0; i < n; i++) {
        const char *escape = escape_of(text[i], i == 0);
        length += escape ? strlen(escape) : 1;
        if (!out)
            continue;
        if (escape)
            fputs(escape, out);
        else
            fputc(text[i], out);
    }
    return length;
}

/* Does a sentence end with this word? */
static bool is_last(const char *word, size_t n)
{
    while (n && strchr(")\"'", word[n - 1]))
        n--;
    return n && strchr(".!?", word[n - 1]);
}

void mdoc_text(FILE *out, const char *text)
{
    size_t column = 0;
    bool ended = false;
    for (const char *at = text + strspn(text, " \n"); *at; at += strspn(at, " \n")) {
        size_t n = strcspn(at, " \n"), length = put(NULL, at, n);
        if (column && (ended || column + 1 + length > LINE_MOST)) {
            fputc('\n', out);
            column = 0;
        } else if (column) {
            fputc(' ', out);
            column++;
        }
        column += put(out, at, n);
        ended = is_last(at, n);
        at += n;
    }
    if (column)
        fputc('\n', out);
}

void mdoc_literal(FILE *out, const char *text)
{
    fputs(".Bd -literal\n", out);
    for (const char *at = text; *at;) {
        size_t n = strcspn(at, "\n");
        put(out, at, n);
        fputc('\n', out);
        at += n;
        at += *at == '\n';
    }
    fputs(".Ed\n", out);
}

void mdoc_request(FILE *out, const char *request, const char *argument)
{
    fprintf(out, "%s \"", request);
    put(out, argument, strlen(argument));
    fputs("\"\n", out);
}

/* DSE_DATE, 2026-11-28, as November 28, 2026. */
static void put_date(FILE *out)
{
    static const char *const month[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
    const char *date = DSE_DATE;
    char *end;
    long year = strtol(date, &end, 10), m = strtol(end + 1, &end, 10),
         day = strtol(end + 1, NULL, 10);
    fprintf(out, ".Dd %s %ld, %ld\n", month[(m + 11) % 12], day, year);
}

void mdoc_page(FILE *out, const char *name, int section, const char *summary)
{
    put_date(out);
    fputs(".Dt ", out);
    for (const char *c = name; *c; c++)
        fputc(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c, out);
    fprintf(out, " %d\n.Os \"dse " DSE_VERSION "\"\n.Sh NAME\n", section);
    mdoc_request(out, ".Nm", name);
    mdoc_request(out, ".Nd", summary);
}
