/* A run of a store, open for reading. */
#ifndef LIB_STORED_RUN_H
#define LIB_STORED_RUN_H

#include "arch/catalogue/catalogue.h"
#include "db/db.h"

struct stored_run {
    struct db *db;
    struct db_run run;
};

/* `name`: NULL for the newest. Refuses a store that is not whole. */
int stored_run_open(struct stored_run *out, const char *path, const char *name, struct err *err);
void stored_run_close(struct stored_run *r);

/* Gives a catalogue the files that the store keeps for a run, in place of those on disk, so that
 * its points can be evaluated again. Refuses a run of another evaluator (search/evaluator.h). */
int run_files_give(struct catalogue *c, struct db *db, const struct db_run *run, struct err *err);

#endif
