/* The columns of a run, by the names that users give them. */
#ifndef REPORTS_RUN_COLUMN_H
#define REPORTS_RUN_COLUMN_H

#include "db/db.h"

/* As db_column, but a metric must also have a value in some point of the run. If none has,
 * err->text says where it exists: "\"ttft_s\" has no value here: it needs workload.phase: prefill,
 * ...". Caller frees. */
int run_column(struct db *db, const struct db_run *run, const char *name, size_t length, char **out,
               struct err *err);

#endif
