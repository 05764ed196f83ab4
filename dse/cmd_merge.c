/* dse merge: merges the stores of shards into one. */
#include "dse/command.h"

static int run(const struct args *a, struct err *err)
{
    struct db *db;

    if (db_open(&db, a->argument[0], DB_WRITE, err) != 0)
        return -1;
    int rc = db_merge(db, a->argument + 1, a->n - 1, err);
    db_close(db);
    if (rc == 0)
        printf("%s: %zu files merged\n", a->argument[0], a->n - 1);
    return rc;
}

static const struct option options[] = {{NULL, NULL, NULL}};

const struct command cmd_merge = {
    .name = "merge",
    .arguments = "OUT.db IN.db...",
    .least = 2,
    .most = ARGS_MOST,
    .summary = "join the stores of shards; merging twice changes nothing",
    .example = "  dse merge all.db part1.db part2.db",
    .options = options,
    .run = run,
};
