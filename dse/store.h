/* The store of a study: its file name, the hash of the study's text, the front it holds. */
#ifndef DSE_STORE_H
#define DSE_STORE_H

#include "base/archive.h"
#include "dse/command.h"

/* --db, or the study's file name with .db, in this folder. Caller frees. */
char *store_path(const struct args *a);

/* Hash of a study's text: 16 hexadecimal digits. */
void store_hash(const char *text, char out[17]);

/* Stores the files that the catalogue has read for the current run, or fails if the run began with
 * others (db_put_files). `more`: another file, or NULL. */
int store_files(struct db *db, const struct db_run *run, const struct catalogue *c,
                const struct db_file *more, struct err *err);

/* As open_catalogue, with the files that the store keeps for a run in place of those on disk. */
int open_run_catalogue(struct catalogue **out, struct db *db, const struct db_run *run,
                       struct err *err);

/* Offers every point of a scenario that is in the store, by its number less `first`. */
struct stored_scenario {
    int64_t run;
    const char *scenario;
    uint64_t first;
};

int store_front(struct archive *front, struct db *db, const struct stored_scenario *from,
                const struct objective *wanted, size_t n, struct err *err);

#endif
