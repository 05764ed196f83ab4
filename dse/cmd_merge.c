/* dse merge: merges the stores of shards into one. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dse/command.h"
#include "dse/store.h"

/* Are all shards of a front there? Each has its own, whose points those of others may dominate. */
static bool is_whole_front(const struct db_run *r)
{
    return !strcmp(r->keep, "front") && r->first == 0 && r->last == r->space && *r->ended;
}

static int keep_front(struct db *db, const struct db_run *r, struct err *err)
{
    struct objective wanted[RULES_MOST];
    size_t n;
    if (study_objectives(wanted, &n, r->name, r->spec, err) != 0)
        return -1;
    if (n == 0)
        return 0;
    struct archive *front = archive_new(n);
    int rc = store_front(front, db, r->id, wanted, n, err);
    size_t points = archive_count(front);
    uint64_t *point = mem_alloc(points + 1, sizeof *point);
    archive_list(front, NULL, point);
    if (rc == 0)
        rc = db_keep_only(db, r, point, points, err);
    free(point);
    archive_free(front);
    return rc;
}

static int keep_fronts(struct db *db, struct err *err)
{
    struct db_run *runs;
    size_t n;
    if (db_runs(db, &runs, &n, err) != 0)
        return -1;
    int rc = 0;
    for (size_t i = 0; i < n; i++) {
        if (rc == 0 && is_whole_front(&runs[i]))
            rc = keep_front(db, &runs[i], err);
        db_run_free(&runs[i]);
    }
    free(runs);
    return rc;
}

static int run(const struct args *a, struct err *err)
{
    struct db *db;

    if (db_open(&db, a->argument[0], DB_WRITE, err) != 0)
        return -1;
    int rc = db_merge(db, a->argument + 1, a->n - 1, err);
    if (rc == 0)
        rc = keep_fronts(db, err);
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
