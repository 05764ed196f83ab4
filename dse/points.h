/* A list of points: what each of its columns sets, and the design of each row. */
#ifndef DSE_POINTS_H
#define DSE_POINTS_H

#include "arch/catalogue/catalogue.h"
#include "base/csv.h"
#include "base/faults.h"
#include "search/study.h"

struct points {
    const char *path;
    struct csv csv; /* column names are trimmed */
    struct target *target;
    struct faults found;  /* mistakes so far, each with its position */
    const size_t *column; /* where each cell starts; NULL: mistakes name the number of the cell */
};

/* Reads the list; fails if it cannot be read at all. `found` gets duplicate columns, names that
 * look like a misspelt parameter, and a list that sets nothing. Caller closes with points_close. */
int points_open(struct points *out, const char *path, struct err *err);

/* Parses text in memory; `name` replaces the file name in messages. */
int points_parse(struct points *out, const char *name, const char *text, size_t length,
                 struct err *err);

/* The same for a list that is parsed already; takes ownership of it. */
void points_take(struct points *out, const char *name, const struct csv *list,
                 const size_t *column);

/* Gives the columns another row in place of those before, which the caller keeps: a row from
 * csv_parse_record. -1 if `found` got a mistake of the row. */
int points_next(struct points *p, const struct csv *row);

/* Sets the values of a row in the design and the prices: catalogue entries first, with what the
 * study overrides in them, then single values. -1 if `found` got a mistake of the row. */
int points_put(struct points *p, size_t row, struct catalogue *c, const struct study *s,
               struct design *d, struct price_book *prices);

/* The scenario of `base` that the column `scenario` names for a row; `init` without one or with an
 * empty cell. -1 if `found` got a mistake of the row. */
int points_scenario(struct points *p, size_t row, struct study *base, struct study *init,
                    struct study **out);

void points_close(struct points *p);

#endif
