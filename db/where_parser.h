/* Shared by the files of the parser of --where only. */
#ifndef DB_WHERE_PARSER_H
#define DB_WHERE_PARSER_H

#include "db/where.h"

enum { WHERE_DEEPEST = 200 }; /* brackets, signs and `not` inside each other */

/* A number whose unit is not known yet. */
struct waiting {
    size_t value, offset;
    char *text;
    bool real; /* never an integer: 1 / 2 is a half */
};

struct parser {
    const char *text, *at;
    struct where_columns columns;
    struct where *out;
    size_t length, room; /* of out->sql */
    struct waiting *waiting;
    size_t waitings, depth;
    struct err *err;
};

/* What was read. `unit` and `name` are those of a column, or NULL. The numbers that wait for the
 * unit of this operand are those from `first` on. `text` is that of a quoted text, or NULL. */
struct operand {
    const char *unit, *name;
    enum where_kind kind;
    size_t first;
    const char *text;
};

void where_emit(struct parser *p, const char *text); /* appends to the SQL text */
void where_skip(struct parser *p);                   /* blanks */
size_t where_name_length(const char *at);

/* Takes this word, or these signs, with the blanks around, if they are next. */
bool where_word(struct parser *p, const char *word);
bool where_sign(struct parser *p, const char *sign);

/* WHERE_FOREIGN and WHERE_WRONG. */
int where_foreign(struct parser *p, const char *at, const char *what);
int where_wrong(struct parser *p, const char *at, const char *what);
int where_unexpected(struct parser *p, const char *right);

/* A text as a parameter; takes it over. */
void where_text(struct parser *p, char *text);

/* A text in the quotes that are next. Caller frees; NULL if it does not end. */
char *where_quoted(struct parser *p);

/* Gives the numbers from `first` on a unit: that of a column, or any if it is NULL. */
int where_settle(struct parser *p, size_t first, const struct operand *of);

/* The numbers of two operands that are compared or added have one unit. */
int where_settle_both(struct parser *p, const struct operand *a, const struct operand *b);

/* Refuses to compare a number with a text, which SQL takes for the greater one whatever it says.
 * `at` is where b begins. */
int where_comparable(struct parser *p, const struct operand *a, const struct operand *b,
                     const char *at);

int where_sum(struct parser *p, struct operand *out); /* an operand of a comparison */
int where_or(struct parser *p, struct operand *out);  /* a whole condition */

#endif
