#define _POSIX_C_SOURCE 200809L

#include "base/field.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/number_hint.h"

const struct word yes_no_words[] = {{"no", 0}, {"yes", 1}, {NULL, 0}};

#define BLANKS " \t\r\n"

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
    int digits = *unit_text(f->unit) == '\0' ? 6 : 4;
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
    const char *unit = unit_text(f->unit);
    double sample = fmin(fmax(quantity_sample(unit), f->lo), f->hi);
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
    const char *near = NULL, *unit = unit_text(f->unit);
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
                unit_text(f->unit), text, giga ? "G" : "", unit + giga);
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
