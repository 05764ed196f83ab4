/* The SQL statement of a `dse query` without --sql. */
#ifndef DSE_QUERY_STATEMENT_H
#define DSE_QUERY_STATEMENT_H

#include "dse/command.h"

/* Column names are the store's; the user's values are bound. */
struct query_statement {
    char *sql, *where;
    char run_id[32];
    char *points;                /* of --top with --by: the points to show, a JSON list */
    const char *text[ARGS_MOST]; /* bound to ?1 and so on */
    size_t texts;
};

/* Makes the statement from the options. With --by this reads the run once. Call
 * query_statement_free in any case. */
int query_statement_make(struct query_statement *out, const struct args *a, struct db *db,
                         const struct db_run *run, struct err *err);
void query_statement_free(struct query_statement *s);

#endif
