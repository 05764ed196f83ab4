#define _POSIX_C_SOURCE 200809L

#include "base/field.h"

#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/number_hint.h"

const struct word yes_no_words[] = {{"no", 0}, {"yes", 1}, {NULL, 0}};

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

static const char *unit_or_none(const char *unit)
{
    return unit == NULL || strcmp(unit, "1") == 0 ? "" : unit;
}

static const struct style *style_find(const char *unit)
{
    if (*unit_or_none(unit) == '\0')
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
    const struct prefix *prefix = suffix_find(at + strspn(at, BLANKS), unit_or_none(unit));
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
    unit = unit_or_none(unit);
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

static struct word own_word(const struct field *f, size_t i)
{
    if (f->registry != NULL)
        return f->registry(i);
    return f->words != NULL ? f->words[i] : (struct word){NULL, 0};
}

bool field_word_at(const struct field *f, size_t i, struct word *out)
{
    size_t words = 0; /* those before i, which the synonyms follow */
    *out = own_word(f, 0);
    while (words < i && out->text != NULL)
        *out = own_word(f, ++words);
    if (out->text == NULL && f->also != NULL)
        *out = f->also[i - words];
    return out->text != NULL;
}

const char *field_word(const struct field *f, double value)
{
    struct word w;
    for (size_t i = 0; field_word_at(f, i, &w); i++) {
        if (w.value == value)
            return w.text;
    }
    return NULL;
}

char *field_text(const struct field *f, double value, char *buffer, size_t size)
{
    const char *word = field_word(f, value);
    int digits = *unit_or_none(f->unit) == '\0' ? 6 : 4;
    if (word == NULL)
        return quantity_text(value, f->unit, digits, buffer, size);
    snprintf(buffer, size, "%s", word);
    return buffer;
}

const struct field *field_find(struct fields table, const char *name)
{
    for (size_t i = 0; i < table.n; i++) {
        if (strcmp(table.row[i].name, name) == 0)
            return &table.row[i];
    }
    size_t length = strlen(name);
    if (length >= 4 && strcmp(name + length - 4, "_per") == 0)
        return NULL;
    for (size_t i = 0; i < table.n; i++) {
        const char *row = table.row[i].name;
        if (strncmp(row, name, length) == 0 && strcmp(row + length, "_s") == 0)
            return &table.row[i];
    }
    return NULL;
}

void fields_init(struct fields table, void *object)
{
    for (size_t i = 0; i < table.n; i++)
        field_put(&table.row[i], object, table.row[i].init);
}

enum { LONGEST_NAME = 63 };

static void to_lower(char out[LONGEST_NAME], const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        out[i] = (char)tolower((unsigned char)name[i]);
}

/* Of the matrix of distances between beginnings of the names, the last three rows, and of these
 * what is at most `most` from the diagonal: the rest is farther. */
size_t name_distance(const char *a, const char *b, size_t most)
{
    enum { ROWS = 3, FAR = 2 * LONGEST_NAME };
    size_t rows = strlen(a), columns = strlen(b), before = 0;
    size_t apart = rows > columns ? rows - columns : columns - rows;
    if (rows > LONGEST_NAME || columns > LONGEST_NAME || apart > most)
        return SIZE_MAX;
    char x[LONGEST_NAME], y[LONGEST_NAME];
    to_lower(x, a, rows);
    to_lower(y, b, columns);
    size_t kept[ROWS][LONGEST_NAME + 1];
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j <= columns; j++)
            kept[i][j] = FAR;
    for (size_t i = 0; i <= rows; i++) {
        size_t best = SIZE_MAX, *cost = kept[i % ROWS];
        const size_t *above = kept[(i + ROWS - 1) % ROWS], *above2 = kept[(i + ROWS - 2) % ROWS];
        size_t first = i > most ? i - most : 0;
        size_t last = most > columns || i + most > columns ? columns : i + most;
        if (first > 0)
            cost[first - 1] = FAR;
        for (size_t j = first; j <= last; j++) {
            size_t least = i + j;
            if (i > 0 && j > 0) {
                least = above[j - 1] + (x[i - 1] != y[j - 1]);
                if (above[j] + 1 < least)
                    least = above[j] + 1;
                if (cost[j - 1] + 1 < least)
                    least = cost[j - 1] + 1;
                if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1] &&
                    above2[j - 2] + 1 < least)
                    least = above2[j - 2] + 1;
            }
            cost[j] = least;
            best = least < best ? least : best;
        }
        if (best > most && before > most) /* a later row follows from two rows */
            return SIZE_MAX;
        before = best;
    }
    size_t distance = kept[rows % ROWS][columns];
    return distance <= most ? distance : SIZE_MAX;
}

/* The only name that begins with `name`; NULL if none or several do. */
static const char *name_begun(const char *name, const char *const *names, size_t n)
{
    enum { LEAST = 4 };
    size_t length = strlen(name);
    const char *found = NULL;
    for (size_t i = 0; i < n && length >= LEAST; i++) {
        if (strncasecmp(name, names[i], length) != 0)
            continue;
        if (found)
            return NULL;
        found = names[i];
    }
    return found;
}

const char *name_nearest(const char *name, const char *const *names, size_t n)
{
    size_t length = strlen(name);
    size_t best = (length / 3 > 2 ? length / 3 : 2) + 1;
    if (length < 4) /* in a short name most letters must agree */
        best = length < 2 ? 0 : 2;
    const char *nearest = NULL;
    for (size_t i = 0; i < n; i++) {
        size_t distance = best > 0 ? name_distance(name, names[i], best - 1) : SIZE_MAX;
        if (distance < best) {
            best = distance;
            nearest = names[i];
        }
    }
    return nearest ? nearest : name_begun(name, names, n);
}

const char *field_nearest(struct fields table, const char *name)
{
    const char **names = mem_alloc(table.n, sizeof *names);
    for (size_t i = 0; i < table.n; i++)
        names[i] = table.row[i].name;
    const char *nearest = name_nearest(name, names, table.n);
    free(names);
    return nearest;
}

/* The second half of a message: what to write instead. */
struct remedy {
    char text[400];
};

static void remedy_add(struct remedy *r, const char *text)
{
    size_t used = strlen(r->text);
    snprintf(r->text + used, sizeof r->text - used, "%s", text);
}

static struct remedy words_list(const struct field *f)
{
    enum { MOST = 12 };
    struct remedy r = {"one of "};
    struct word w;
    for (size_t i = 0; field_word_at(f, i, &w); i++) {
        remedy_add(&r, i > 0 ? ", " : "");
        remedy_add(&r, i < MOST ? w.text : "...");
        if (i == MOST)
            break;
    }
    return r;
}

static struct remedy value_form(const struct field *f)
{
    if (f->only_words)
        return words_list(f);
    const char *unit = unit_or_none(f->unit);
    double sample = fmin(fmax(style_find(unit)->sample, f->lo), f->hi);
    char example[48];
    struct remedy r = {""};
    remedy_add(&r, f->whole ? "write a whole number" : "write a number");
    remedy_add(&r, *unit != '\0' ? " and " : "");
    remedy_add(&r, unit);
    remedy_add(&r, ", like ");
    remedy_add(&r, quantity_text(sample, unit, 6, example, sizeof example));
    struct word first;
    if (field_word_at(f, 0, &first)) {
        remedy_add(&r, ", or ");
        remedy_add(&r, words_list(f).text);
    }
    return r;
}

static const char *nearest_word(const struct field *f, const char *text)
{
    size_t n = 0;
    struct word w;
    while (field_word_at(f, n, &w))
        n++;
    const char **names = mem_alloc(n, sizeof *names);
    for (size_t i = 0; i < n && field_word_at(f, i, &w); i++)
        names[i] = w.text;
    const char *nearest = name_nearest(text, names, n);
    free(names);
    return nearest;
}

/* Is it a yes or a no? */
static bool is_flag(const struct field *f)
{
    struct word w;
    for (size_t i = 0; field_word_at(f, i, &w); i++)
        if (strcmp(w.text, "yes") == 0)
            return true;
    return f->whole && f->lo == 0 && f->hi == 1;
}

static int fail_text(const struct field *f, const char *text, struct err *err)
{
    const char *near = NULL, *unit = unit_or_none(f->unit);
    char hint[200] = "";
    if (!f->only_words && !number_word_hint(text, hint, sizeof hint))
        number_separator_hint(text, unit, hint, sizeof hint);
    if (*hint != '\0')
        return fail(err, "\"%.80s\" is not %s: %s", text, is_flag(f) ? "1 or 0" : "a number", hint);
    if (f->only_words || isalpha((unsigned char)*text))
        near = nearest_word(f, text);
    if (near != NULL)
        return fail(err, "\"%.80s\" is not known: did you mean \"%s\"?", text, near);
    if (f->only_words)
        return fail(err, "\"%.80s\" is not known: %s", text, words_list(f).text);
    return fail(err, "\"%.80s\" is not %s%s: %s", text, *unit != '\0' ? "in " : "a number", unit,
                value_form(f).text);
}

/* 010 means 8 in some languages and 10 in others. */
static int check_leading_zero(const char *text, struct err *err)
{
    const char *digits = text + (*text == '-' || *text == '+');
    size_t zeros = strspn(digits, "0");
    if (zeros == 0 || zeros == strlen(digits) || !isdigit((unsigned char)digits[1]))
        return 0;
    zeros -= !isdigit((unsigned char)digits[zeros]);
    return fail(err, "\"%.80s\" starts with 0: write %.*s%.80s", text, (int)(digits - text), text,
                digits + zeros);
}

/* Refuses a bare number that was probably meant in another unit, like "50" for a latency of 50
 * ms. */
static int check_missing_unit(const struct field *f, const char *text, double value,
                              struct err *err)
{
    char last = text[strlen(text) - 1];
    bool low = value<f->plain_lo, high = f->plain_hi> 0 && value > f->plain_hi;
    if (!(isdigit((unsigned char)last) || last == '.') || value <= 0 || !(low || high))
        return 0;
    const char *unit = f->plain_unit;
    bool giga = *unit == 'T' && value >= 100;
    return fail(err, "%.80s without a unit is %.80s %s: did you mean %.80s %s%s?", text, text,
                unit_or_none(f->unit), text, giga ? "G" : "", unit + giga);
}

static int fail_range(const struct field *f, const char *shown, struct err *err)
{
    char lo[48], hi[48];
    quantity_text(f->lo, f->unit, 6, lo, sizeof lo);
    quantity_text(f->hi, f->unit, 6, hi, sizeof hi);
    if (isinf(f->hi))
        return fail(err, "%.80s is out of range: at least %s", shown, lo);
    if (isinf(f->lo))
        return fail(err, "%.80s is out of range: at most %s", shown, hi);
    return fail(err, "%.80s is out of range: from %s to %s", shown, lo, hi);
}

static int check_value(const struct field *f, double value, const char *shown, struct err *err)
{
    if (field_word(f, value) != NULL)
        return 0;
    if (f->only_words)
        return fail(err, "%.80s is not known: %s", shown, words_list(f).text);
    if (isnan(value))
        return fail(err, "%.80s is not a number: %s", shown, value_form(f).text);
    if (value < f->lo || value > f->hi)
        return fail_range(f, shown, err);
    if (f->whole && value != floor(value))
        return fail(err, "%.80s is not a whole number: write a whole number", shown);
    return 0;
}

int field_check(const struct field *f, double value, struct err *err)
{
    char shown[48];
    if (!f->words && !f->registry && value >= f->lo && value <= f->hi &&
        (!f->whole || value == floor(value)))
        return 0; /* most values, without a text for the message */
    return check_value(f, value, quantity_text(value, f->unit, 10, shown, sizeof shown), err);
}

/* "attention+experts": the bits of all words. */
static int joined_parse(const struct field *f, const char *text, double *out, struct err *err)
{
    unsigned bits = 0;
    for (const char *at = text; at;) {
        const char *plus = strchr(at, '+');
        char *word = mem_text(at);
        double value;
        word[plus ? (size_t)(plus - at) : strlen(at)] = '\0';
        int rc = field_parse(f, word, &value, err);
        free(word);
        if (rc != 0)
            return -1;
        bits |= (unsigned)value;
        at = plus ? plus + 1 : NULL;
    }
    *out = bits;
    return 0;
}

static int trimmed_parse(const struct field *f, const char *text, bool si, double *out,
                         struct err *err)
{
    if (*text == '\0')
        return fail(err, "the value is missing: %s", value_form(f).text);
    struct word w;
    for (size_t i = 0; field_word_at(f, i, &w); i++) {
        if (strcasecmp(w.text, text) == 0) {
            *out = w.value;
            return 0;
        }
    }
    if (f->joined && strchr(text, '+'))
        return joined_parse(f, text, out, err);
    double value;
    if (f->only_words || quantity_parse(text, f->unit, &value) != 0)
        return fail_text(f, text, err);
    if (check_leading_zero(text, err) != 0 || (!si && check_missing_unit(f, text, value, err) != 0))
        return -1;
    if (check_value(f, value, text, err) != 0)
        return -1;
    *out = value;
    return 0;
}

static int parse(const struct field *f, const char *text, bool si, double *out, struct err *err)
{
    char *copy = mem_text(text + strspn(text, BLANKS));
    size_t length = strlen(copy);
    while (length > 0 && strchr(BLANKS, copy[length - 1]) != NULL)
        copy[--length] = '\0';
    int status = trimmed_parse(f, copy, si, out, err);
    free(copy);
    return status;
}

int field_parse(const struct field *f, const char *text, double *out, struct err *err)
{
    return parse(f, text, false, out, err);
}

int field_parse_si(const struct field *f, const char *text, double *out, struct err *err)
{
    return parse(f, text, true, out, err);
}
