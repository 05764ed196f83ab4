/* Operands of a --where: texts, numbers, columns, functions, and arithmetic between them. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/field.h"
#include "base/mem.h"
#include "db/private.h"
#include "db/where_parser.h"

#define BLANKS " \t\r\n"

/* ---- text ---- */

void where_emit(struct parser *p, const char *text)
{
    size_t length = strlen(text);
    if (p->length + length + 1 > p->room) {
        p->room = 2 * (p->length + length + 1);
        p->out->sql = mem_grow(p->out->sql, p->room, 1);
    }
    memcpy(p->out->sql + p->length, text, length + 1);
    p->length += length;
}

int where_fail(const char *text, size_t offset, const char *what, struct err *err)
{
    size_t column = 1;
    for (size_t i = 0; i < offset && text[i]; i++)
        column += ((unsigned char)text[i] & 0xc0) != 0x80;
    return fail(err, "--where:%zu: %s", column, what);
}

/* The SQL statement may still be right. */
int where_foreign(struct parser *p, const char *at, const char *what)
{
    where_fail(p->text, (size_t)(at - p->text), what, p->err);
    return WHERE_FOREIGN;
}

int where_wrong(struct parser *p, const char *at, const char *what)
{
    return where_fail(p->text, (size_t)(at - p->text), what, p->err);
}

void where_skip(struct parser *p)
{
    p->at += strspn(p->at, BLANKS);
}

size_t where_name_length(const char *at)
{
    size_t n = 0;
    if (!isalpha((unsigned char)*at) && *at != '_')
        return 0;
    while (isalnum((unsigned char)at[n]) || at[n] == '_' || at[n] == '.')
        n++;
    return n;
}

/* Is this word next? */
static bool sees_word(const char *at, const char *word)
{
    size_t length = strlen(word);
    return where_name_length(at) == length && !strncasecmp(at, word, length);
}

bool where_word(struct parser *p, const char *word)
{
    where_skip(p);
    if (!sees_word(p->at, word))
        return false;
    p->at += strlen(word);
    where_skip(p);
    return true;
}

bool where_sign(struct parser *p, const char *sign)
{
    where_skip(p);
    if (strncmp(p->at, sign, strlen(sign)) != 0)
        return false;
    p->at += strlen(sign);
    where_skip(p);
    return true;
}

/* What stands at `at`, for a message: a word, or one character. */
static char *shown(const char *at)
{
    size_t n = strcspn(at, BLANKS "(),'\"<>=!~");
    if (!*at)
        return mem_text("the end");
    while (n == 0 || ((unsigned char)at[n] & 0xc0) == 0x80)
        n++;
    return mem_print("\"%.*s\"", n < 60 ? (int)n : 60, at);
}

int where_unexpected(struct parser *p, const char *right)
{
    char *what = shown(p->at);
    char *text = mem_print("%s is not expected here: %s", what, right);
    int rc = where_foreign(p, p->at, text);
    free(what);
    free(text);
    return rc;
}

/* ---- values ---- */

static struct where_value *add_value(struct parser *p)
{
    struct where *w = p->out;
    char parameter[32];
    if ((w->values & (w->values - 1)) == 0)
        w->value = mem_grow(w->value, w->values ? 2 * w->values : 1, sizeof *w->value);
    snprintf(parameter, sizeof parameter, "?%zu", w->first + w->values);
    where_emit(p, parameter);
    struct where_value *v = &w->value[w->values++];
    *v = (struct where_value){.kind = VALUE_NUMBER};
    return v;
}

void where_text(struct parser *p, char *text)
{
    struct where_value *v = add_value(p);
    v->kind = VALUE_TEXT;
    v->text = text;
}

/* A number keeps its text until its unit is known. */
static void add_number(struct parser *p, size_t length)
{
    if ((p->waitings & (p->waitings - 1)) == 0)
        p->waiting = mem_grow(p->waiting, p->waitings ? 2 * p->waitings : 1, sizeof *p->waiting);
    char *text = mem_text(p->at);
    text[length] = '\0';
    p->waiting[p->waitings++] = (struct waiting){
        .value = p->out->values, .offset = (size_t)(p->at - p->text), .text = text};
    add_value(p);
    p->at += length;
}

static int other_unit(struct parser *p, const struct waiting *w, const struct operand *of)
{
    char noun[80], example[48];
    const char *unit = of->unit;
    char *what = mem_print(
        "%s is %s: %s is not, write a number%s%s like %s", of->name,
        where_unit_noun(unit, noun, sizeof noun), w->text, *unit && strcmp(unit, "1") ? " in " : "",
        *unit && strcmp(unit, "1") ? unit : "", where_unit_example(unit, example, sizeof example));
    int rc = where_wrong(p, p->text + w->offset, what);
    free(what);
    return rc;
}

/* Gives the numbers from `first` on a unit: that of a column, or any. */
int where_settle(struct parser *p, size_t first, const struct operand *of)
{
    const char *unit = of ? of->unit : NULL;
    for (size_t i = first; i < p->waitings; i++) {
        struct waiting *w = &p->waiting[i];
        struct where_value *v = &p->out->value[w->value];
        size_t digits = strspn(w->text, "0123456789");
        if (!w->text[digits] && digits < 19 && !w->real) {
            v->kind = VALUE_INTEGER;
            v->integer = strtoll(w->text, NULL, 10);
        } else if (where_number(w->text, unit, p->columns, &v->number) != 0)
            return unit ? other_unit(p, w, of)
                        : where_foreign(p, p->text + w->offset,
                                        "not a number: write one like 50 ms");
    }
    for (size_t i = first; i < p->waitings; i++)
        free(p->waiting[i].text);
    if (first < p->waitings)
        p->waitings = first;
    return 0;
}

/* Two operands that are compared or added have one unit. */
int where_settle_both(struct parser *p, const struct operand *a, const struct operand *b)
{
    return where_settle(p, a->first, a->unit ? a : b->unit ? b : NULL);
}

static bool is_number(const struct operand *o)
{
    return o->kind == WHERE_NUMBERS || (o->unit && *o->unit);
}

/* As SQL reads it: '0.5' is, '50 ms' is not. */
static bool text_is_number(const char *text)
{
    char *end;
    strtod(text, &end);
    return *text && !*end && !text[strspn(text, "0123456789+-.eE")];
}

int where_comparable(struct parser *p, const struct operand *a, const struct operand *b,
                     const char *at)
{
    const struct operand *number = is_number(a) ? a : b, *text = number == a ? b : a;
    char noun[80], example[48], *what;
    if (!is_number(number) || text->kind != WHERE_TEXTS ||
        (text->text ? text_is_number(text->text) : !number->name))
        return 0;
    if (number->name)
        what = mem_print("%s is %s, not a text: write a number like %s", number->name,
                         where_unit_noun(number->unit, noun, sizeof noun),
                         where_unit_example(number->unit, example, sizeof example));
    else
        what = mem_print("\"%s\" is a text, not a number: write names of columns without quotes",
                         text->text);
    int rc = where_wrong(p, at, what);
    free(what);
    return rc;
}

/* ---- operands ---- */

/* A quoted text, with doubled quotes inside. Caller frees; NULL if it does not end. */
char *where_quoted(struct parser *p)
{
    char quote = *p->at, *text = mem_text(p->at), *end = text;
    for (const char *c = p->at + 1; *c; c++) {
        if (*c == quote && c[1] == quote)
            c++;
        else if (*c == quote) {
            *end = '\0';
            p->at = c + 1;
            return text;
        }
        *end++ = *c;
    }
    free(text);
    return NULL;
}

/* Texts have no unit, whatever the store says of them. */
static struct operand column_operand(struct parser *p, const struct where_column *c)
{
    bool text = c->kind == WHERE_TEXTS;
    char *name = db_quote(c->name);
    where_emit(p, name);
    free(name);
    return (struct operand){.unit = text ? NULL : c->unit,
                            .name = text ? NULL : c->name,
                            .kind = c->kind,
                            .first = p->waitings};
}

static int quoted_text(struct parser *p, struct operand *out)
{
    const char *start = p->at;
    char *text = where_quoted(p);
    if (!text)
        return where_wrong(p, start, "the quoted text does not end: write the same quote after it");
    *out = (struct operand){.kind = WHERE_TEXTS, .first = p->waitings};
    const struct where_column *c =
        *start == '"' ? where_column(p->columns, text, strlen(text)) : NULL;
    if (!c) {
        out->text = text;
        where_text(p, text);
        return 0;
    }
    free(text);
    *out = column_operand(p, c);
    return 0;
}

static int unknown_name(struct parser *p, size_t length)
{
    char *name = mem_text(p->at), *what;
    const char **names = mem_alloc(p->columns.n + 1, sizeof *names);
    name[length] = '\0';
    for (char *c = name; *c; c++)
        *c = *c == '.' ? '_' : *c;
    for (size_t i = 0; i < p->columns.n; i++)
        names[i] = p->columns.column[i].name;
    const char *near = name_nearest(name, names, p->columns.n);
    if (near)
        what = mem_print("\"%s\": not a column: did you mean \"%s\"?", name, near);
    else
        what = mem_print("\"%s\": not a column: `dse query DB --columns all` shows them; a text is "
                         "written after its column, or in quotes",
                         name);
    int rc = where_foreign(p, p->at, what);
    free(names);
    free(name);
    free(what);
    return rc;
}

/* f(x, y): SQL knows its functions; those that return one of their values keep its unit. */
static int call(struct parser *p, size_t length, struct operand *out)
{
    static const char *const keep[] = {"min", "max", "abs", "round", "coalesce", "ifnull"};
    char *name = mem_text(p->at);
    bool keeps = false;
    struct operand argument = {0};
    int rc = 0;
    name[length] = '\0';
    for (size_t i = 0; i < LEN(keep); i++)
        keeps = keeps || !strcasecmp(name, keep[i]);
    where_emit(p, name);
    free(name);
    p->at += length;
    where_sign(p, "(");
    where_emit(p, "(");
    *out = (struct operand){.first = p->waitings};
    for (bool first = true; !where_sign(p, ")"); first = false) {
        if (!first && !where_sign(p, ","))
            return where_unexpected(p, "write , or )");
        where_emit(p, first ? "" : ", ");
        if ((rc = where_or(p, &argument)) != 0)
            return rc;
        if (keeps && !out->unit) {
            out->unit = argument.unit;
            out->name = argument.name;
        }
    }
    where_emit(p, ")");
    return keeps ? 0 : where_settle(p, out->first, NULL);
}

static int named(struct parser *p, struct operand *out)
{
    static const char *const constants[] = {"null", "true", "false"};
    size_t length = where_name_length(p->at);
    const char *after = p->at + length + strspn(p->at + length, BLANKS);
    const struct where_column *c = where_column(p->columns, p->at, length);
    *out = (struct operand){.first = p->waitings};
    for (size_t i = 0; i < LEN(constants) && !c; i++)
        if (where_word(p, constants[i])) {
            where_emit(p, constants[i]);
            return 0;
        }
    if (where_is_keyword(p->at, length) && !c)
        return where_unexpected(p, "write a column, a number or a text");
    if (*after == '(' && !memchr(p->at, '.', length))
        return call(p, length, out);
    if (!c)
        return unknown_name(p, length);
    p->at += length;
    *out = column_operand(p, c);
    return 0;
}

static int in_brackets(struct parser *p, struct operand *out)
{
    where_sign(p, "(");
    where_emit(p, "(");
    if (sees_word(p->at, "select") || sees_word(p->at, "with"))
        return where_unexpected(p, "write a condition");
    int rc = where_or(p, out);
    if (rc != 0)
        return rc;
    if (!where_sign(p, ")"))
        return where_unexpected(p, "write and, or, an operator, or )");
    where_emit(p, ")");
    return 0;
}

/* Bytes of "/ s" at `at`: a division by what is no column but a unit; 0 if it is another. */
static size_t over_unit(const struct parser *p, const char *at)
{
    double ignored;
    if (*at != '/')
        return 0;
    const char *name = at + 1 + strspn(at + 1, BLANKS);
    size_t length = where_name_length(name);
    if (!length || where_column(p->columns, name, length))
        return 0;
    char *one = mem_print("1 %.*s", (int)length, name);
    bool is_unit = where_number(one, NULL, p->columns, &ignored) == 0;
    free(one);
    return is_unit ? (size_t)(name - at) + length : 0;
}

/* A word after the number at `number` that is no unit: the 50 of 50 min, or the 1 of 1 k/s. */
static int after_number(struct parser *p, const char *number)
{
    const char *at = p->at + strspn(p->at, BLANKS);
    size_t over = over_unit(p, at), length = over ? over : where_name_length(at);
    if (!length || (!over && where_is_keyword(at, length)))
        return 0;
    if (over) {
        char *digits_end;
        strtod(number, &digits_end);
        const char *unit = digits_end + strspn(digits_end, BLANKS);
        length += (size_t)(at - unit);
        at = unit;
    }
    char *what = mem_print("\"%.*s\" is not a unit: write numbers like 50 ms, 96 GB or 30 kW",
                           length < 60 ? (int)length : 60, at);
    int rc = where_foreign(p, at, what);
    free(what);
    return rc;
}

static int primary(struct parser *p, struct operand *out)
{
    where_skip(p);
    size_t number = where_quantity(p->at, p->columns);
    if (*p->at == '\'' || *p->at == '"')
        return quoted_text(p, out);
    if (*p->at == '(')
        return in_brackets(p, out);
    if (number) {
        *out = (struct operand){.kind = WHERE_NUMBERS, .first = p->waitings};
        const char *start = p->at;
        add_number(p, number);
        return after_number(p, start);
    }
    if ((*p->at == '-' && p->at[1] != '-') || *p->at == '+') {
        where_emit(p, *p->at++ == '-' ? "- " : "+ ");
        if (p->depth == WHERE_DEEPEST)
            return where_wrong(p, p->at, "too many signs: write a shorter condition");
        p->depth++;
        int rc = primary(p, out);
        p->depth--;
        return rc;
    }
    return where_name_length(p->at) ? named(p, out)
                                    : where_unexpected(p, "write a column, a number or a text");
}

static int joined_text(struct parser *p, struct operand *out)
{
    int rc = primary(p, out);
    while (rc == 0 && where_sign(p, "||")) {
        struct operand next = {0};
        where_emit(p, " || ");
        if ((rc = where_settle(p, out->first, NULL)) == 0 && (rc = primary(p, &next)) == 0)
            rc = where_settle(p, out->first, NULL);
        *out = (struct operand){.first = out->first};
    }
    return rc;
}

/* A factor without a unit leaves that of the other; any other product has none that is known. */
static int product(struct parser *p, struct operand *out)
{
    int rc = joined_text(p, out);
    while (rc == 0) {
        struct operand next = {0};
        bool times = where_sign(p, "*"), over = !times && where_sign(p, "/");
        if (!times && !over && !where_sign(p, "%"))
            return 0;
        where_emit(p, times ? " * " : over ? " / " : " % ");
        size_t middle = p->waitings;
        if ((rc = joined_text(p, &next)) != 0)
            return rc;
        bool plain = !next.name && p->waitings == middle + 1 &&
                     !p->waiting[middle].text[strspn(p->waiting[middle].text, "0123456789.eE")];
        bool first_plain =
            times && !out->name && middle == out->first + 1 &&
            !p->waiting[out->first].text[strspn(p->waiting[out->first].text, "0123456789.eE")];
        bool literal = out->kind == WHERE_NUMBERS && !out->name && middle == out->first + 1;
        if (literal && (over || (times && plain)))
            p->waiting[out->first].real = true;
        if ((rc = where_settle(p, out->first, NULL)) != 0)
            return rc;
        const struct operand *of = plain ? out : first_plain ? &next : NULL;
        *out = (struct operand){
            .unit = of ? of->unit : NULL, .name = of ? of->name : NULL, .first = out->first};
    }
    return rc;
}

int where_sum(struct parser *p, struct operand *out)
{
    int rc = product(p, out);
    while (rc == 0) {
        struct operand next = {0};
        bool plus = where_sign(p, "+");
        where_skip(p);
        if (!plus && (!strncmp(p->at, "--", 2) || !where_sign(p, "-")))
            return 0;
        where_emit(p, plus ? " + " : " - ");
        if ((rc = product(p, &next)) != 0)
            return rc;
        bool known = out->unit || next.unit;
        if (known && (rc = where_settle_both(p, out, &next)) != 0)
            return rc;
        const struct operand *of = out->unit ? out : &next;
        *out = (struct operand){.unit = of->unit, .name = of->name, .first = out->first};
    }
    return rc;
}
