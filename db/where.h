/* The readable language of --where, translated to an SQL condition whose values are all parameters.
 *
 *   tpot_s < 50 ms and chip.memory_byte >= 96 GB and model ~ ^deepseek and engine in (none, duplex)
 *
 * Names are those of columns, with '.' or '_' between words; numbers may have a prefix and a unit;
 * a bare word after a text column is a text. The rest is SQL: and or not, brackets, = == != <> < <=
 * > >= + - * / % ||, in, between, is null, like, glob, regexp, functions; `~` and `!~` are regexp
 * and not regexp. The operators bind as in SQL, and the SQL text has them in the same order. */
#ifndef DB_WHERE_H
#define DB_WHERE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct where_column {
    const char *name, *unit; /* unit "" or "1" for a plain number */
    enum where_kind { WHERE_ANY, WHERE_NUMBERS, WHERE_TEXTS } kind;
};

struct where_columns {
    const struct where_column *column;
    size_t n;
};

struct where_value {
    enum { VALUE_INTEGER, VALUE_NUMBER, VALUE_TEXT } kind;
    int64_t integer;
    double number;
    char *text;
};

/* A condition. Value i is parameter ?(first + i). */
struct where {
    char *sql;
    size_t first;
    struct where_value *value;
    size_t values;
};

enum where_result {
    WHERE_DONE = 0,
    WHERE_WRONG = -1,  /* no language has this */
    WHERE_FOREIGN = -2 /* not in this language, but perhaps in SQL */
};

/* Translates `text`. Set out->first before the call. On failure `out` is empty and err->text is
 * "--where:COLUMN: WHAT: RIGHT", with the column counted in characters from 1. Caller frees. */
enum where_result where_parse(struct where *out, const char *text, struct where_columns columns,
                              struct err *err);
void where_free(struct where *w);

/* Reports a mistake at `offset` bytes of the text, in where_parse's form. Always -1. */
int where_fail(const char *text, size_t offset, const char *what, struct err *err);

/* The column of that name, NULL if there is none. */
const struct where_column *where_column(struct where_columns columns, const char *name,
                                        size_t length);

/* Bytes of a number with its prefix and unit at `at`, 0 if there is no number. A unit is one that a
 * column has, or a common one. */
size_t where_quantity(const char *at, struct where_columns columns);

/* The value of such a number in the unit, or in any unit if it is NULL: 0, or -1 if it has another
 * unit. */
int where_number(const char *quantity, const char *unit, struct where_columns columns, double *out);

/* "a time (s)", "a plain number", "in tokens", and a value for examples like "50 ms". */
const char *where_unit_noun(const char *unit, char *buffer, size_t size);
const char *where_unit_example(const char *unit, char *buffer, size_t size);

/* Is it a word of the language, like "and", which can be no unit and no bare text? */
bool where_is_keyword(const char *word, size_t length);

#endif
