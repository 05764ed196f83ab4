/* A recursive-descent parser with the precedence of SQLite's operators, so that the SQL text is the
 * same operators in the same order. Invariant: no byte of the user's text reaches the SQL text
 * except names of functions; names of columns are the store's, values are parameters. */
#include "db/where.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/regex.h"
#include "db/where_parser.h"

/* ---- the right side of a text column ---- */

static bool is_bare(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 || (c && strchr("_.+-/", c));
}

/* A word after a text column is a text, unless it is a column, a function or NULL. */
static bool bare_text(struct parser *p)
{
    where_skip(p);
    size_t n = 0, name = where_name_length(p->at);
    while (is_bare(p->at[n]))
        n++;
    if (!n || p->at[n + strspn(p->at + n, " \t\r\n")] == '(' || where_is_keyword(p->at, n) ||
        (name == n && where_column(p->columns, p->at, n)))
        return false;
    char *text = mem_text(p->at);
    text[n] = '\0';
    where_text(p, text);
    p->at += n;
    return true;
}

static int read_right(struct parser *p, const struct operand *left, bool compared)
{
    struct operand right = {0};
    if (left->kind == WHERE_TEXTS && !left->text && bare_text(p))
        return 0;
    where_skip(p);
    const char *start = p->at;
    int rc = where_sum(p, &right);
    if (rc == 0 && compared)
        rc = where_comparable(p, left, &right, start);
    return rc == 0 ? where_settle_both(p, left, &right) : rc;
}

/* The right side of a comparison with `left`. */
static int right_side(struct parser *p, const struct operand *left)
{
    return read_right(p, left, true);
}

/* That of like, glob, regexp, which read numbers as texts. */
static int right_pattern(struct parser *p, const struct operand *left)
{
    return read_right(p, left, false);
}

/* ---- patterns ---- */

/* A pattern between slashes, in which \/ is a slash. NULL if it does not end. */
static char *slashed(struct parser *p)
{
    char *text = mem_text(p->at), *end = text;
    for (const char *c = p->at + 1; *c; c++) {
        if (*c == '\\' && c[1] == '/')
            c++;
        else if (*c == '/') {
            *end = '\0';
            p->at = c + 1;
            return text;
        } else if (*c == '\\' && c[1])
            *end++ = *c++;
        *end++ = *c;
    }
    free(text);
    return NULL;
}

/* A pattern without brackets, quotes or blanks needs no quotes. */
static char *bare_pattern(struct parser *p)
{
    size_t n = strcspn(p->at, " \t\r\n()'\"");
    char *text = mem_text(p->at);
    text[n] = '\0';
    p->at += n;
    return text;
}

static int pattern(struct parser *p)
{
    struct regex *regex;
    struct err why;
    where_skip(p);
    const char *start = p->at;
    char *text = *start == '\'' || *start == '"' ? where_quoted(p)
                 : *start == '/'                 ? slashed(p)
                                                 : bare_pattern(p);
    if (!text)
        return where_wrong(p, start, "the pattern does not end: write the same sign after it");
    if (!*text) {
        free(text);
        return where_wrong(p, start, "a pattern is missing: write one like ^deepseek or 'a (b|c)'");
    }
    int rc = regex_open(&regex, text, &why);
    regex_close(regex);
    if (rc != 0 && why.status == STATUS_INPUT) {
        char *what = mem_print("~ %s", why.text);
        rc = where_wrong(p, start, what);
        free(what);
    } else if (rc != 0)
        *p->err = why;
    if (rc == 0)
        where_text(p, text);
    else
        free(text);
    return rc;
}

/* ---- comparisons ---- */

static int list(struct parser *p, const struct operand *left)
{
    if (!where_sign(p, "("))
        return where_unexpected(p, "write a list like (none, duplex)");
    where_emit(p, "(");
    for (bool first = true; !where_sign(p, ")"); first = false) {
        if (!first && !where_sign(p, ","))
            return where_unexpected(p, "write , or )");
        where_emit(p, first ? "" : ", ");
        int rc = right_side(p, left);
        if (rc != 0)
            return rc;
    }
    where_emit(p, ")");
    return 0;
}

static int between(struct parser *p, const struct operand *left)
{
    int rc = right_side(p, left);
    if (rc != 0)
        return rc;
    if (!where_word(p, "and"))
        return where_unexpected(p, "write between LOW and HIGH");
    where_emit(p, " AND ");
    return right_side(p, left);
}

/* Operators that are words, each also after `not`. */
static const struct word_operator {
    const char *word, *sql, *sql_not;
    int (*right)(struct parser *p, const struct operand *left);
} word_operators[] = {
    {"in", " IN ", " NOT IN ", list},
    {"between", " BETWEEN ", " NOT BETWEEN ", between},
    {"like", " LIKE ", " NOT LIKE ", right_pattern},
    {"glob", " GLOB ", " NOT GLOB ", right_pattern},
    {"regexp", " REGEXP ", " NOT REGEXP ", right_pattern},
};

/* Longer signs before their beginnings. */
static const struct sign_operator {
    const char *sign, *sql;
    bool pattern;
} sign_operators[] = {
    {"<=", " <= ", false},   {">=", " >= ", false},        {"<>", " <> ", false},
    {"!=", " <> ", false},   {"!~", " NOT REGEXP ", true}, {"==", " = ", false},
    {"<", " < ", false},     {">", " > ", false},          {"=", " = ", false},
    {"~", " REGEXP ", true},
};

/* is, is not, isnull, notnull, not null. */
static bool is_null(struct parser *p, bool has_not)
{
    if (!has_not && where_word(p, "isnull"))
        where_emit(p, " IS NULL");
    else if (where_word(p, has_not ? "null" : "notnull"))
        where_emit(p, " IS NOT NULL");
    else
        return false;
    return true;
}

static int after_word(struct parser *p, const struct operand *left, bool *found)
{
    bool has_not = where_word(p, "not");
    *found = true;
    if (is_null(p, has_not))
        return 0;
    if (!has_not && where_word(p, "is")) {
        where_emit(p, where_word(p, "not") ? " IS NOT " : " IS ");
        return right_side(p, left);
    }
    for (size_t i = 0; i < LEN(word_operators); i++) {
        const struct word_operator *o = &word_operators[i];
        if (!where_word(p, o->word))
            continue;
        where_emit(p, has_not ? o->sql_not : o->sql);
        return o->right(p, left);
    }
    *found = false;
    return has_not ? where_unexpected(p, "write not in, not between, not like or !~") : 0;
}

/* Signs of SQL that begin like ours: <<, ->, and so on, are left to SQL. */
static int after_sign(struct parser *p, const struct operand *left, bool *found)
{
    *found = false;
    where_skip(p);
    if (!strncmp(p->at, "<<", 2) || !strncmp(p->at, ">>", 2))
        return where_unexpected(p, "write < or >");
    for (size_t i = 0; i < LEN(sign_operators) && !*found; i++) {
        const struct sign_operator *o = &sign_operators[i];
        if (!where_sign(p, o->sign))
            continue;
        *found = true;
        where_emit(p, o->sql);
        int rc = o->pattern ? pattern(p) : right_side(p, left);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int comparison(struct parser *p, struct operand *out)
{
    bool sign, word = false;
    int rc = where_sum(p, out);
    if (rc == 0)
        rc = after_sign(p, out, &sign);
    if (rc == 0 && !sign)
        rc = after_word(p, out, &word);
    if (rc != 0 || (!sign && !word))
        return rc;
    where_skip(p);
    if (*p->at == '<' || *p->at == '>')
        return where_wrong(p, p->at,
                           "a second comparison: write x between 10 ms and 50 ms, or and");
    if ((rc = where_settle(p, out->first, NULL)) != 0)
        return rc;
    *out = (struct operand){.kind = WHERE_ANY, .first = p->waitings};
    return 0;
}

/* ---- and, or, not ---- */

static int negation(struct parser *p, struct operand *out)
{
    if (p->depth == WHERE_DEEPEST)
        return where_wrong(p, p->at, "too many brackets: write a shorter condition");
    p->depth++;
    int rc;
    if (where_word(p, "not")) {
        where_emit(p, "NOT ");
        rc = negation(p, out);
    } else
        rc = comparison(p, out);
    p->depth--;
    return rc;
}

/* Operands of a logical operator are whole: their numbers wait for nothing. */
static int logical(struct parser *p, struct operand *out, const char *word, const char *sql,
                   int (*part)(struct parser *p, struct operand *out))
{
    int rc = part(p, out);
    while (rc == 0 && where_word(p, word)) {
        where_emit(p, sql);
        if ((rc = where_settle(p, out->first, NULL)) == 0 && (rc = part(p, out)) == 0)
            rc = where_settle(p, out->first, NULL);
        *out = (struct operand){.first = p->waitings};
    }
    return rc;
}

static int where_and(struct parser *p, struct operand *out)
{
    return logical(p, out, "and", " AND ", negation);
}

int where_or(struct parser *p, struct operand *out)
{
    return logical(p, out, "or", " OR ", where_and);
}

enum where_result where_parse(struct where *out, const char *text, struct where_columns columns,
                              struct err *err)
{
    struct parser p = {.text = text, .at = text, .columns = columns, .out = out, .err = err};
    struct operand whole = {0};

    *out = (struct where){.first = out->first, .sql = mem_text("")};
    where_skip(&p);
    int rc = *p.at ? where_or(&p, &whole)
                   : where_wrong(&p, p.at, "a condition is missing: write one like tpot_s < 50 ms");
    if (rc == 0)
        rc = where_settle(&p, 0, NULL);
    where_skip(&p);
    if (rc == 0 && *p.at)
        rc = where_unexpected(&p, "write and, or, or an operator");
    for (size_t i = 0; i < p.waitings; i++)
        free(p.waiting[i].text);
    free(p.waiting);
    if (rc != 0)
        where_free(out);
    return (enum where_result)rc;
}

void where_free(struct where *w)
{
    for (size_t i = 0; i < w->values; i++)
        free(w->value[i].text);
    free(w->value);
    free(w->sql);
    *w = (struct where){.first = w->first};
}
