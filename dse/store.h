/* The store of a study: its file name, the hash of the study's text, the front it holds. */
#ifndef DSE_STORE_H
#define DSE_STORE_H

#include "base/archive.h"
#include "dse/command.h"

/* --db, or the study's file name with .db, in this folder. Caller frees. */
char *store_path(const struct args *a);

/* Hash of a study's text: 16 hexadecimal digits. */
void store_hash(const char *text, char out[17]);

/* Offers every point of a scenario that is in the store, by its number less `first`. */
struct stored_scenario {
    int64_t run;
    const char *scenario;
    uint64_t first;
};

int store_front(struct archive *front, struct db *db, const struct stored_scenario *from,
                const struct objective *wanted, size_t n, struct err *err);

#endif
