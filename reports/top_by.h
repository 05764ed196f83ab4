/* The first rows of each group of a run. */
#ifndef REPORTS_TOP_BY_H
#define REPORTS_TOP_BY_H

#include "db/db.h"

struct top_question {
    const struct db_statement *rows; /* columns: point, what to sort by, then the group's keys */
    bool descending;
    size_t most; /* rows of each group */
};

/* Finds the first `most` points of each group by the second column (NULLs last), then by point, in
 * one scan. `points` gets their indices as a JSON list: group after group, in the order of the
 * groups' first points. Caller frees. */
int top_by(char **points, struct db *db, const struct top_question *q, struct err *err);

#endif
