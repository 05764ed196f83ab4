/* dse merge: merges the stores of shards into one. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "dse/command.h"
#include "dse/store.h"

/* Are all shards of a front there? Each has its own, whose points those of others may dominate. */
static bool is_whole_front(const struct db_run *r)
{
    return !strcmp(r->keep, "front") && r->first == 0 && r->last == r->space && *r->ended;
}

/* Points to keep. */
struct kept {
    size_t n;
    uint64_t *point;
};

static int keep_all(struct kept *kept, struct db *db, const struct stored_scenario *from,
                    struct err *err)
{
    struct table t;
    char *sql = mem_print("SELECT point FROM point WHERE run = %lld AND scenario = ?1",
                          (long long)from->run);
    int rc = db_select(db, sql, &from->scenario, 1, &t, err);
    free(sql);
    if (rc != 0)
        return -1;
    kept->point = mem_grow(kept->point, kept->n + t.rows + 1, sizeof *kept->point);
    for (size_t row = 0; row < t.rows; row++)
        kept->point[kept->n++] = (uint64_t)table_at(&t, row, 0)->number;
    table_free(&t);
    return 0;
}

/* Keeps the front of one scenario; all its points if it has no objectives. */
static int keep_scenario(struct kept *kept, struct db *db, const struct db_run *r,
                         const char *scenario, struct err *err)
{
    struct objective wanted[RULES_MOST];
    size_t n;
    if (study_objectives(wanted, &n, r->spec, scenario, err) != 0)
        return -1;
    const struct stored_scenario from = {r->id, scenario, 0};
    if (n == 0)
        return keep_all(kept, db, &from, err);
    struct archive *front = archive_new(n);
    int rc = store_front(front, db, &from, wanted, n, err);
    size_t points = archive_count(front);
    kept->point = mem_grow(kept->point, kept->n + points + 1, sizeof *kept->point);
    archive_list(front, NULL, kept->point + kept->n);
    kept->n += points;
    archive_free(front);
    return rc;
}

/* Keeps the front of each scenario. */
static int keep_front(struct db *db, const struct db_run *r, struct err *err)
{
    struct table t;
    struct kept kept = {0};
    char *sql = mem_print("SELECT DISTINCT scenario FROM point WHERE run = %lld", (long long)r->id);
    int rc = db_select(db, sql, NULL, 0, &t, err);
    free(sql);
    if (rc != 0)
        return -1;
    for (size_t row = 0; row < t.rows && rc == 0; row++)
        rc = keep_scenario(&kept, db, r, table_at(&t, row, 0)->text, err);
    if (rc == 0 && t.rows > 0)
        rc = db_keep_only(db, r, kept.point, kept.n, err);
    free(kept.point);
    table_free(&t);
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

static int merge(const struct args *a, struct err *err)
{
    struct db *db;
    const char *out = a->argument[0], *const *from = a->argument + 1;

    if (db_merge_check(out, from, a->n - 1, err) != 0 || db_open(&db, out, DB_NEW, err) != 0)
        return -1;
    int rc = db_merge(db, from, a->n - 1, err);
    if (rc == 0)
        rc = keep_fronts(db, err);
    if (rc != 0)
        db_discard(db);
    else
        rc = db_finish(db, err);
    return rc;
}

static void on_interrupt(int number)
{
    (void)number;
    db_abandon();
    _exit(EXIT_INTERRUPTED);
}

static int run(const struct args *a, struct err *err)
{
    struct sigaction action = {.sa_handler = on_interrupt};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    int rc = merge(a, err);
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
