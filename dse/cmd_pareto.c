/* dse pareto: the Pareto front of a run. */
#include <stdlib.h>

#include "base/mem.h"
#include "dse/command.h"
#include "dse/engine_caveats.h"
#include "dse/infeasible_report.h"
#include "dse/terminal.h"
#include "reports/front.h"

/* The front, and what must be known of its engines. */
static int print_front(struct table *t, enum format format, struct db *db, const struct db_run *row,
                       struct err *err)
{
    bool for_people = format == FORMAT_TABLE || format == FORMAT_MD;
    char *caveats = for_people ? engine_caveats_line(t, db, row, err) : mem_text("");
    if (!caveats)
        return -1;
    print_table(t, format, 1);
    int rc = t->rows ? EXIT_DONE : EXIT_NONE_FEASIBLE;
    if (!t->rows && infeasible_print(db, row, stderr, err) != 0)
        rc = -1;
    else if (t->rows && *caveats)
        print_line(2, "\n%s\n", caveats);
    free(caveats);
    return rc;
}

static int run(const struct args *a, struct err *err)
{
    enum format format;
    struct db *db;
    struct db_run row;
    struct table t;
    char *where = NULL;
    int rc = -1;

    if (args_format(a, FORMAT_TABLE, &format, err) != 0 ||
        db_open(&db, a->argument[0], DB_READ, err) != 0)
        return -1;
    if (args_run(a, db, &row, err) == 0) {
        args_run_front(a->argument[0], &row);
        if (args_where(a, db, &where, err) == 0 &&
            front_make(&t, db, &row,
                       &(struct front_question){.by = args_value(a, "--by"),
                                                .over = args_value(a, "--over"),
                                                .objectives = args_value(a, "--objectives"),
                                                .where = where},
                       err) == 0) {
            rc = print_front(&t, format, db, &row, err);
            table_free(&t);
        }
        free(where);
        db_run_free(&row);
    }
    db_close(db);
    return rc;
}

static const struct option options[] = {
    {"--run", "NAME", "the run; default: the newest"},
    SCENARIO_OPTION,
    {"--by", "COLUMN,...",
     "one front per value of these columns too, which come first; the model and the swept workload "
     "always split"},
    {"--over", "COLUMN,...", "do not split by these columns: one front over all their values"},
    {"--objectives", "+A,-B",
     "metrics, + maximised, - minimised; default: +tokens_per_s,-system_cost_usd"},
    {"--where", "EXPR", "only points that satisfy a condition, as in `dse query`"},
    {"--format", "table|csv|json|md", "table (default), csv, json, md"},
    {NULL, NULL, NULL},
};

const struct command cmd_pareto = {
    .name = "pareto",
    .arguments = "DB",
    .least = 1,
    .most = 1,
    .summary = "the Pareto front: designs that no other dominates",
    .example = "  dse pareto payoff.db --by engine\n  dse pareto payoff.db "
               "--objectives +tokens_per_s_per_user,-usd_per_mtok",
    .options = options,
    .run = run,
};
