/* dse recommend: the cheapest system for a throughput, or the engine that would pay. */
#include <stdlib.h>
#include <string.h>

#include "base/field.h"
#include "base/mem.h"
#include "base/text.h"
#include "dse/command.h"
#include "dse/store.h"
#include "dse/infeasible_report.h"
#include "dse/terminal.h"
#include "reports/payoff/cheapest_system.h"
#include "reports/payoff/payoff.h"
#include "reports/payoff/pool_kind.h"
#include "reports/payoff/required_engine.h"

static int read_quantity(const struct args *a, const char *option, const char *unit, double *out,
                         struct err *err)
{
    const char *text = args_value(a, option);
    const struct field f = {.name = option, .unit = unit, .lo = 1e-12, .hi = 1e18};
    struct err inner;
    *out = NAN;
    if (!text || field_parse(&f, text, out, &inner) == 0)
        return 0;
    return fail(err, "dse recommend: %s: %s", option, inner.text);
}

/* The limits as an SQL condition on points. Caller frees. */
static char *condition(double tpot_s, double ttft_s)
{
    char *all = mem_text("1");
    const double limit[] = {tpot_s, ttft_s};
    static const char *const column[] = {"tpot_s", "ttft_s"};
    for (size_t i = 0; i < LEN(limit); i++) {
        if (isnan(limit[i]))
            continue;
        char *longer = mem_print("%s AND %s <= %.17g", all, column[i], limit[i]);
        free(all);
        all = longer;
    }
    return all;
}

static bool has_pools(const struct table *t)
{
    size_t n;
    const struct pool_kind *kind = pool_kinds(&n);
    for (size_t i = 0; i < n; i++)
        if (table_find(t, kind[i].chip) >= 0)
            return true;
    return false;
}

static void print_shares(const struct table *t)
{
    bool whole = true;
    for (size_t row = 0; row < t->rows; row++) {
        double devices = table_number_at(t, row, "devices");
        whole = whole && !(fabs(devices - round(devices)) > 1e-6);
    }
    if (!whole)
        print_line(0, "\nDevices of a prefill pool are fractions, as of a larger system, with "
                      "pools.prefill.devices: share; with auto they are whole groups.\n");
}

/* A line for each model and workload without an answer. */
static void print_unanswered(const struct db_run *run, char *none)
{
    text_tame(none, "\n");
    for (char *title = strtok(none, "\n"); title; title = strtok(NULL, "\n"))
        fprintf(stderr, "run %s: no feasible point of %s meets the conditions\n", run->name, title);
}

static int cheapest_systems(const struct args *a, struct db *db, const struct db_run *run,
                            double tokens_per_s, enum format format, struct err *err)
{
    double tpot_s, ttft_s;
    char rate[48];
    struct table t;
    if (read_quantity(a, "--tpot", "s", &tpot_s, err) != 0 ||
        read_quantity(a, "--ttft", "s", &ttft_s, err) != 0)
        return -1;
    char *where, *none;
    if (args_where(a, db, &where, err) != 0)
        return -1;
    char *limits = condition(tpot_s, ttft_s);
    const struct cheapest_question q = {args_value(a, "--by"), args_value(a, "--over"), where,
                                        limits, tokens_per_s};
    int rc = cheapest_table(&t, &none, db, run, &q, err);
    free(limits);
    free(where);
    if (rc != 0)
        return -1;
    if (format == FORMAT_TABLE)
        print_line(0,
                   "The cheapest whole systems of run %s that reach %s tokens/s, with each engine "
                   "%sand without; cheapest first.\n\n",
                   run->name, number_readable(tokens_per_s, 6, rate, sizeof rate),
                   has_pools(&t) ? "and each chip of a pool, " : "");
    print_table(&t, format, 1);
    if (format == FORMAT_TABLE)
        print_shares(&t);
    rc = t.rows ? EXIT_DONE : EXIT_NONE_FEASIBLE;
    if (t.rows)
        print_unanswered(run, none);
    else if (infeasible_print(db, run, stderr, err) != 0)
        rc = -1;
    table_free(&t);
    free(none);
    return rc;
}

/* The readable form: few columns, and only the cheapest engine of each group if there are many. */
static void print_required(const struct table *all, const struct payoff *p, const char *runs,
                           enum format format)
{
    enum { GROUPS_WHOLE = 4 };
    static const char *const shown[] = {
        "bandwidth_ratio",       "ridge_at_0_percent",   "ridge_at_5_percent",
        "ridge_at_10_percent",   "ridge_at_20_percent",  "most_cost_share",
        "most_usd_per_device",   "least_capacity_ratio", "ridge_priced",
        "usd_per_device_priced", "payoff_fed",           "cheapest"};
    if (format != FORMAT_TABLE) {
        print_table(all, format, 1);
        return;
    }
    bool whole = p->n <= GROUPS_WHOLE;
    size_t keys = p->by_n;
    const char **header = mem_alloc(keys + LEN(shown), sizeof *header);
    struct table few;
    for (size_t i = 0; i < keys; i++)
        header[i] = all->header[i];
    for (size_t i = 0; i < LEN(shown); i++)
        header[keys + i] = shown[i];
    table_begin(&few, header, keys + LEN(shown));
    for (size_t row = 0; row < all->rows; row++)
        for (size_t i = 0; i < keys + LEN(shown); i++)
            if (whole || table_number_at(all, row, "cheapest") > 0)
                table_cell(&few, table_at(all, row, (size_t)table_find(all, header[i])));
    print_line(
        0,
        "The in-place engine that would pay off for %s: the lowest ridge point (FLOP/B) at "
        "which it pays if it adds 0, 5, 10 or 20 %% to the price of the system, the most it "
        "may add at any ridge point, and the least memory it may leave. Priced: as logic on "
        "the base dies, at the prices of the study, with what it costs per device; payoff_fed: P "
        "of that engine as base dies feed and cool it, below 1 where it cannot be had; cheapest: "
        "the ratio at which that cost is least. Empty: it never pays so.\n\n",
        runs);
    print_table(&few, format, 1);
    if (!whole)
        print_line(0, "\nOnly the cheapest engine of each; --format csv has the whole scale of "
                      "bandwidth ratios.\n");
    table_free(&few);
    free(header);
}

static int required_engine(const struct args *a, struct db *db, const struct db_run *run,
                           enum format format, struct err *err)
{
    const struct field *runs = field_find(engine_fields, "runs");
    const char *mix_path = args_value(a, "--mix"), *by = args_value(a, "--by");
    struct catalogue *c = NULL;
    struct payoff_study *study = NULL;
    struct mix mix = {0};
    struct payoff p = {0};
    struct table t;
    struct err inner;
    double of;
    int rc = -1;

    if (field_parse(runs, args_value(a, "--engine"), &of, &inner) != 0)
        return fail(err, "dse recommend: --engine: %s", inner.text);
    if (open_run_catalogue(&c, db, run, err) != 0 || payoff_study_open(&study, run, c, err) != 0)
        goto done;
    struct payoff_question q = {
        .by = by ? by : "+", .over = args_value(a, "--over"), .study = study};
    if (mix_path) {
        if (mix_read(&mix, mix_path, err) != 0)
            goto done;
        if (payoff_study_mix(study, &mix, &inner) != 0) {
            fail(err, "%s: %s", mix_path, inner.text);
            goto done;
        }
    }
    payoff_study_free_engine(study, of);
    if (payoff_keys(&p, db, run, &q, err) != 0)
        goto done;
    required_engine_table(&p, &q, &t);
    print_required(&t, &p, args_value(a, "--engine"), format);
    table_free(&t);
    rc = p.n ? EXIT_DONE : EXIT_NONE_FEASIBLE;
    if (!p.n && infeasible_print(db, run, stderr, err) != 0)
        rc = -1;
done:
    payoff_free(&p);
    payoff_study_close(study);
    mix_free(&mix);
    catalogue_close(c);
    return rc;
}

static int run(const struct args *a, struct err *err)
{
    enum format format;
    double tokens_per_s;
    struct db *db;
    struct db_run row;

    static const struct clash clashes[] = {
        {"--engine", "--tokens-per-s"}, {"--mix", "--tokens-per-s"}, {"--tpot", "--engine"},
        {"--ttft", "--engine"},         {"--where", "--engine"},     {NULL, NULL}};
    if (args_clash(a, clashes, err) != 0 || args_format(a, FORMAT_TABLE, &format, err) != 0 ||
        read_quantity(a, "--tokens-per-s", "1/s", &tokens_per_s, err) != 0)
        return -1;
    if (isnan(tokens_per_s) == !args_value(a, "--engine"))
        return fail(err, "dse recommend: give either --tokens-per-s X or --engine attention");
    if (db_open(&db, a->argument[0], DB_READ, err) != 0)
        return -1;
    int rc = args_run(a, db, &row, err);
    if (rc == 0) {
        args_run_front(a->argument[0], &row);
        rc = isnan(tokens_per_s) ? required_engine(a, db, &row, format, err)
                                 : cheapest_systems(a, db, &row, tokens_per_s, format, err);
        db_run_free(&row);
    }
    db_close(db);
    return rc;
}

static const struct option options[] = {
    {"--tokens-per-s", "X",
     "the cheapest systems of the run that reach X tokens per second; a prefill pool with devices: "
     "share is a fraction of one"},
    {"--tpot", "TIME", "with at most this time per output token, like 50 ms"},
    {"--ttft", "TIME", "with at most this time to first token"},
    {"--engine", "attention|experts|both",
     "instead: the weakest engine for these operators that would pay, and what it may cost"},
    {"--mix", "FILE.csv", "--engine over a mix of workloads; see `dse payoff --help`"},
    {"--run", "NAME", "the run; default: the newest"},
    SCENARIO_OPTION,
    {"--by", "COLUMN,...",
     "one answer per value of these columns too, which come first; the model and the swept "
     "workload "
     "always split"},
    {"--over", "COLUMN,...", "do not split by these columns: one answer over all their values"},
    {"--where", "EXPR", "only points that satisfy a condition, as in `dse query`"},
    {"--format", "table|csv|json|md", "table (default), csv, json, md"},
    {NULL, NULL, NULL},
};

const struct command cmd_recommend = {
    .name = "recommend",
    .arguments = "DB",
    .least = 1,
    .most = 1,
    .summary = "the cheapest system for a throughput, or the engine that would pay off",
    .example = "  dse recommend payoff.db --tokens-per-s 1M --tpot 50ms\n"
               "  dse recommend payoff.db --engine attention --over workload.context",
    .options = options,
    .run = run,
};
