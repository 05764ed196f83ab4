/* A small store for fuzz targets. */
#ifndef TESTS_FUZZ_FUZZ_STORE_H
#define TESTS_FUZZ_FUZZ_STORE_H

#include <unistd.h>

#include "base/mem.h"
#include "db/db.h"
#include "tests/fuzz/fuzz.h"

/* A new path in memory, if there is such a folder. Caller frees. */
static inline char *fuzz_store_path(const char *name)
{
    const char *folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    return mem_print("%s/dse-fuzz-%ld-%s", folder, (long)getpid(), name);
}

/* Makes a store with a run of 20 points. */
static inline void fuzz_store_make(const char *path)
{
    static const char *const verdicts[] = {"ok", "memory", "tpot"}, *const models[] = {"a", "b"};
    static const char *const scenarios[] = {"base"};
    static const struct db_column columns[] = {{"scenario", "", "the scenario", scenarios},
                                               {"model", "", "the model", models},
                                               {"chip_memory_byte_per_s", "B/s", "bandwidth", NULL},
                                               {"verdict", "", "ok, or why not", verdicts},
                                               {"tpot_s", "s", "time per token", NULL}};
    struct db *db;
    struct err err;
    struct db_run run = {.name = mem_text("r"),
                         .spec = mem_text("study: r\nmodels: [a, b]\n"),
                         .spec_hash = mem_text("abc"),
                         .program = mem_text("dse"),
                         .keep = mem_text("all"),
                         .folder = mem_text(""),
                         .space = 20,
                         .last = 20};
    unlink(path);
    must(db_open(&db, path, DB_WRITE, &err) == 0, "a store is made");
    must(db_run_begin(db, &run, columns, sizeof columns / sizeof columns[0], &err) == 0,
         "a run is made");
    for (uint64_t i = 0; i < run.last; i++) {
        double row[] = {0, (double)(i % 2), 1e12 * (double)i, (double)(i % 3), 0.01 * (double)i};
        must(db_put(db, i, row, &err) == 0, "a point is stored");
    }
    must(db_commit(db, 20, 7, true, &err) == 0, "the run is committed");
    db_run_free(&run);
    db_close(db);
}

#endif
