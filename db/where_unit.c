/* Numbers of a --where with their units. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/field.h"
#include "base/mem.h"
#include "db/where.h"

#define BLANKS " \t\r\n"

/* What values of a unit are called, and one for examples. */
/* clang-format off */
static const struct known_unit {
    const char *unit, *noun;
    double example;
} known_units[] = {
    {"s",      "a time",            0.05},
    {"B",      "an amount of data", 96e9},
    {"B/s",    "a bandwidth",       8e12},
    {"FLOP/s", "a compute rate",    2e15},
    {"FLOP/B", "an intensity",      300},
    {"W",      "a power",           1000},
    {"J",      "an energy",         0.5},
    {"USD",    "a price",           4e6},
    {"mm2",    "an area",           800},
    {"Hz",     "a frequency",       1.5e9},
    {"1/s",    "a rate",            1000},
};
/* clang-format on */

static const struct known_unit *known_unit(const char *unit)
{
    for (size_t i = 0; i < LEN(known_units); i++)
        if (!strcmp(known_units[i].unit, unit))
            return &known_units[i];
    return NULL;
}

static bool is_plain(const char *unit)
{
    return !*unit || !strcmp(unit, "1");
}

const char *where_unit_noun(const char *unit, char *buffer, size_t size)
{
    const struct known_unit *known = known_unit(unit);
    if (is_plain(unit))
        snprintf(buffer, size, "a plain number");
    else if (known)
        snprintf(buffer, size, "%s (%s)", known->noun, unit);
    else
        snprintf(buffer, size, "in %s", unit);
    return buffer;
}

const char *where_unit_example(const char *unit, char *buffer, size_t size)
{
    const struct known_unit *known = known_unit(unit);
    return quantity_text(known ? known->example : 2, unit, 6, buffer, size);
}

bool where_is_keyword(const char *word, size_t length)
{
    static const char *const words[] = {"and",     "or",   "not",  "in",     "between",
                                        "is",      "like", "glob", "regexp", "isnull",
                                        "notnull", "null", "true", "false"};
    for (size_t i = 0; i < LEN(words); i++)
        if (strlen(words[i]) == length && !strncasecmp(words[i], word, length))
            return true;
    return false;
}

/* The first `length` bytes as a number in the unit. */
static bool reads_as(const char *text, size_t length, const char *unit, double *out)
{
    char part[200];
    if (length >= sizeof part)
        return false;
    memcpy(part, text, length);
    part[length] = '\0';
    return quantity_parse(part, unit, out) == 0;
}

/* In any unit of the store, or a common one. */
static bool reads_as_any(const char *text, size_t length, struct where_columns columns, double *out)
{
    if (reads_as(text, length, "", out))
        return true;
    for (size_t i = 0; i < LEN(known_units); i++)
        if (reads_as(text, length, known_units[i].unit, out))
            return true;
    for (size_t i = 0; i < columns.n; i++)
        if (reads_as(text, length, columns.column[i].unit, out))
            return true;
    return false;
}

/* Bytes of "digits[.digits][e[+-]digits]". */
static size_t number_length(const char *at)
{
    static const char digits[] = "0123456789";
    size_t whole = strspn(at, digits), n = whole;
    if (at[n] == '.') {
        size_t fraction = strspn(at + n + 1, digits);
        n = whole + fraction > 0 ? n + 1 + fraction : 0;
    }
    if (n > 0 && (at[n] == 'e' || at[n] == 'E')) {
        size_t sign = at[n + 1] == '-' || at[n + 1] == '+';
        size_t exponent = strspn(at + n + 1 + sign, digits);
        n += exponent > 0 ? 1 + sign + exponent : 0;
    }
    return n;
}

/* A unit begins with a letter or a micro sign; "1/s" begins with a digit. */
static size_t word_length(const char *at)
{
    size_t n = 0;
    if (!isalpha((unsigned char)*at) && (unsigned char)*at < 0x80 && strncmp(at, "1/", 2) != 0)
        return 0;
    while (isalnum((unsigned char)at[n]) || (unsigned char)at[n] >= 0x80 || at[n] == '/')
        n++;
    return where_is_keyword(at, n) ? 0 : n;
}

/* "30 %" is a percentage, "7 % 2" a remainder. */
static bool ends_operand(const char *at)
{
    at += strspn(at, BLANKS);
    bool keyword = isalpha((unsigned char)*at) && !word_length(at);
    return !*at || *at == ')' || *at == ',' || keyword;
}

size_t where_quantity(const char *at, struct where_columns columns)
{
    double ignored;
    size_t number = number_length(at), best = number, end = number;
    if (!number)
        return 0;
    size_t blanks = strspn(at + end, BLANKS);
    if (at[end + blanks] == '%' && ends_operand(at + end + blanks + 1))
        return end + blanks + 1;
    for (size_t words = 0; words < 2; words++) { /* a prefix may stand apart from its unit */
        size_t start = end + strspn(at + end, BLANKS), word = word_length(at + start);
        if (!word)
            break;
        end = start + word;
        for (size_t length = word; length > 0; length--) /* "ms/2" is a unit and a division */
            if ((length == word || at[start + length] == '/') &&
                reads_as_any(at, start + length, columns, &ignored)) {
                best = start + length;
                break;
            }
    }
    return best;
}

int where_number(const char *quantity, const char *unit, struct where_columns columns, double *out)
{
    size_t length = strlen(quantity);
    bool reads =
        unit ? reads_as(quantity, length, unit, out) : reads_as_any(quantity, length, columns, out);
    return reads ? 0 : -1;
}

const struct where_column *where_column(struct where_columns columns, const char *name,
                                        size_t length)
{
    const struct where_column *found = NULL;
    for (size_t i = 0; i < columns.n; i++) {
        const char *column = columns.column[i].name;
        size_t k = 0;
        bool exact = true;
        for (; k < length && column[k]; k++) {
            char c = name[k] == '.' ? '_' : name[k];
            exact = exact && c == column[k];
            if (tolower((unsigned char)c) != tolower((unsigned char)column[k]))
                break;
        }
        if (k == length && !column[k] && (exact || !found))
            found = &columns.column[i];
    }
    return found;
}
