#define _POSIX_C_SOURCE 200809L

#include "base/quantity.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

#define BLANKS " \t\r\n"
#define DIGITS "0123456789"

/* A factor of 10^ten * 2^two. */
struct prefix {
    const char *text;
    int ten, two;
    bool is_read_only; /* accepted as input, never printed */
};

/* clang-format off */
static const struct prefix prefixes[] = {
    {.text = "E", .ten = 18},
    {.text = "P", .ten = 15},
    {.text = "T", .ten = 12},
    {.text = "G", .ten = 9},
    {.text = "M", .ten = 6},
    {.text = "k", .ten = 3},
    {.text = ""},
    {.text = "m", .ten = -3},
    {.text = "u", .ten = -6},
    {.text = "n", .ten = -9},
    {.text = "p", .ten = -12},
    {.text = "K", .ten = 3, .is_read_only = true},
    {.text = "\u00B5", .ten = -6, .is_read_only = true},
    {.text = "\u03BC", .ten = -6, .is_read_only = true},
    {.text = "Ki", .two = 10, .is_read_only = true},
    {.text = "Mi", .two = 20, .is_read_only = true},
    {.text = "Gi", .two = 30, .is_read_only = true},
    {.text = "Ti", .two = 40, .is_read_only = true},
    {.text = "Pi", .two = 50, .is_read_only = true},
};

static const struct prefix percent = {.text = "%", .ten = -2};

/* How a unit is printed: prefixes from 10^low to 10^high, k only if `kilo`. A unit like B/s without
 * a row of its own uses the row of its part before the slash; any other unit uses the last row.
 * `sample` is a value for examples. */
static const struct style {
    const char *unit;
    int low, high;
    bool kilo;
    double sample;
} styles[] = {
    {"1",        0, 18, false, 2},
    {"mm2",      0,  0, false, 800},
    {"FLOP/B",   0, 18, false, 300},
    {"s",      -12,  0, false, 0.01},
    {"W",      -12, 18, true,  500},
    {"J",      -12, 18, true,  1e-12},
    {"B/s",      0, 18, true,  1e12},
    {"FLOP/s",   0, 18, true,  1e15},
    {"B",        0, 18, true,  1e9},
    {"FLOP",     0, 18, true,  1e12},
    {NULL,       0, 18, false, 2},
};
/* clang-format on */

static bool is_blank(const char *text)
{
    return text[strspn(text, BLANKS)] == '\0';
}

const char *unit_text(const char *unit)
{
    return unit == NULL || strcmp(unit, "1") == 0 ? "" : unit;
}

static const struct style *style_find(const char *unit)
{
    if (*unit_text(unit) == '\0')
        unit = "1";
    const struct style *s;
    for (s = styles; s->unit != NULL; s++) {
        if (strcmp(unit, s->unit) == 0)
            return s;
    }
    size_t length = strcspn(unit, "/");
    for (s = styles; s->unit != NULL; s++) {
        if (strncmp(unit, s->unit, length) == 0 && s->unit[length] == '\0')
            return s;
    }
    return s;
}

double quantity_sample(const char *unit)
{
    return style_find(unit)->sample;
}

/* What follows a number: nothing, a prefix, the unit, or both. */
static const struct prefix *suffix_find(const char *text, const char *unit)
{
    size_t unit_length = strlen(unit);
    for (size_t i = 0; i < LEN(prefixes); i++) {
        size_t length = strlen(prefixes[i].text);
        if (strncmp(text, prefixes[i].text, length) != 0)
            continue;
        const char *rest = text + length + strspn(text + length, BLANKS);
        if (is_blank(rest) ||
            (strncmp(rest, unit, unit_length) == 0 && is_blank(rest + unit_length)))
            return &prefixes[i];
    }
    if (*unit == '\0' && *text == '%' && is_blank(text + 1))
        return &percent;
    return NULL;
}

/* The end of "[.]inf" or of "digits[.digits]" at `at`, or NULL. */
static const char *digits_end(const char *at, bool *infinite)
{
    const char *word = at + (*at == '.');
    *infinite = strncasecmp(word, "inf", 3) == 0;
    if (*infinite)
        return word + 3;
    size_t whole = strspn(at, DIGITS);
    at += whole;
    if (*at != '.')
        return whole > 0 ? at : NULL;
    size_t fraction = strspn(at + 1, DIGITS);
    return whole + fraction > 0 ? at + 1 + fraction : NULL;
}

/* The prefix is added to the exponent, so that "3.35 TB/s" and "3.35e12" are the same double. */
int quantity_parse(const char *text, const char *unit, double *out)
{
    enum { LONGEST = 100, FARTHEST = 9999 };
    bool infinite;
    const char *start = text + strspn(text, BLANKS);
    bool negative = *start == '-';
    start += *start == '-' || *start == '+';
    const char *at = digits_end(start, &infinite);
    if (at == NULL || at - start > LONGEST)
        return -1;
    int length = (int)(at - start);

    long ten = 0;
    if (!infinite && (*at == 'e' || *at == 'E')) {
        const char *digits = at + 1 + (at[1] == '-' || at[1] == '+');
        if (isdigit((unsigned char)*digits)) {
            ten = strtol(at + 1, NULL, 10);
            at = digits + strspn(digits, DIGITS);
        }
    }
    if (ten < -FARTHEST || ten > FARTHEST)
        return -1;
    const struct prefix *prefix = suffix_find(at + strspn(at, BLANKS), unit_text(unit));
    if (prefix == NULL)
        return -1;

    double value = INFINITY;
    if (!infinite) {
        char number[LONGEST + 20];
        snprintf(number, sizeof number, "%.*se%ld", length, start, ten + prefix->ten);
        value = ldexp(strtod(number, NULL), prefix->two);
        if (!isfinite(value))
            return -1;
    }
    *out = negative ? -value : value;
    return 0;
}

static bool starts_lower(const char *unit)
{
    return islower((unsigned char)unit[0]) && islower((unsigned char)unit[1]);
}

/* The largest prefix that leaves a number of at least 1, else the smallest prefix. */
static const struct prefix *written_prefix(const struct style *style, int ten)
{
    const struct prefix *best = NULL;
    for (size_t i = 0; i < LEN(prefixes); i++) {
        const struct prefix *p = &prefixes[i];
        if (p->is_read_only || p->ten < style->low || p->ten > style->high ||
            (p->ten == 3 && !style->kilo))
            continue;
        bool fits = p->ten <= ten;
        if (best == NULL ||
            (fits ? best->ten > ten || p->ten > best->ten : best->ten > ten && p->ten < best->ten))
            best = p;
    }
    return best;
}

/* Formats `value` with the prefixes of `style`, followed by `unit`. */
static char *styled_text(double value, const struct style *style, const char *unit, int digits,
                         char *buffer, size_t size)
{
    enum { PLAIN = 6 }; /* whole numbers of up to this many digits are printed in full */
    assert(digits >= 1 && digits <= 17);
    if (!isfinite(value)) {
        snprintf(buffer, size, "%s", isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
        return buffer;
    }
    char number[40];
    snprintf(number, sizeof number, "%.*e", digits - 1, value);
    char *e = strchr(number, 'e');
    int ten = (int)strtol(e + 1, NULL, 10);

    const struct prefix *prefix = written_prefix(style, ten);
    snprintf(e, sizeof number - (size_t)(e - number), "e%d", ten - prefix->ten);
    double shown = strtod(number, NULL);
    if (prefix->ten == 0 && ten >= digits && ten < PLAIN) {
        shown = value;
        digits = ten + 1;
    }
    if (digits < 3) /* `shown` is rounded already and may have three digits before the point */
        digits = 3;
    unit = unit_text(unit);
    bool apart = *prefix->text != '\0' && starts_lower(unit);
    snprintf(buffer, size, "%.*g%s%s%s%s", digits, shown + 0.0,
             *unit != '\0' || *prefix->text != '\0' ? " " : "", prefix->text, apart ? " " : "",
             unit);
    return buffer;
}

char *quantity_text(double value, const char *unit, int digits, char *buffer, size_t size)
{
    return styled_text(value, style_find(unit), unit, digits, buffer, size);
}

char *number_prefixed(double value, int digits, char *buffer, size_t size)
{
    static const struct style plain = {"1", -12, 18, true, 1};
    return styled_text(value, &plain, "", digits, buffer, size);
}

char *number_readable(double value, int digits, char *buffer, size_t size)
{
    static const double MOST = 1e7; /* up to seven digits are easy to read in full */
    if (value == floor(value) && fabs(value) < MOST) {
        snprintf(buffer, size, "%.0f", value + 0.0);
        return buffer;
    }
    snprintf(buffer, size, "%.*g", digits, value);
    return strchr(buffer, 'e') ? number_prefixed(value, digits, buffer, size) : buffer;
}
