/* The columns of a run, by the names that users give them. */
#ifndef REPORTS_RUN_COLUMN_H
#define REPORTS_RUN_COLUMN_H

#include "db/db.h"

/* Like db_column, but a metric must also have a value in some point of the run. Otherwise err->text
 * says what it needs: "\"ttft_s\" has no value here: it needs workload.phase: prefill, ...". Caller
 * frees. */
int run_column(struct db *db, const struct db_run *run, const char *name, size_t length, char **out,
               struct err *err);

#endif
