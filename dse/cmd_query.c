/* dse query: reads the store. */
#define _XOPEN_SOURCE 700
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/quantity.h"
#include "dse/command.h"
#include "dse/query_statement.h"
#include "dse/terminal.h"

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

/* The first Ctrl-C ends the statement between two rows, a second one the program. */
static void catch_interrupt(void)
{
    struct sigaction action = {.sa_handler = on_interrupt,
                               .sa_flags = SA_RESTART | (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
}

/* When a statement must stop. */
struct limits {
    double limit_s, end_s; /* INFINITY: no limit */
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int must_stop(void *ctx)
{
    const struct limits *l = ctx;
    return interrupted || (isfinite(l->end_s) && now_s() >= l->end_s);
}

static int read_limits(struct limits *out, const struct args *a, struct err *err)
{
    const char *text = args_value(a, "--time-limit");
    *out = (struct limits){INFINITY, INFINITY};
    if (!text)
        return 0;
    if (quantity_parse(text, "s", &out->limit_s) != 0 || !(out->limit_s > 0))
        return fail(err, "dse query: --time-limit: \"%s\" is not a time: write 500 ms or 10 s",
                    text);
    out->end_s = now_s() + out->limit_s;
    return 0;
}

/* Where rows go. */
struct output {
    enum format format;
    struct table_stream *stream;
};

/* Stops where standard output has failed: its reader has gone, or the disk is full. */
static int put_row(void *ctx, const struct table *row)
{
    struct output *o = ctx;
    if (row->rows == 0)
        o->stream = stream_open(row, o->format, terminal_fit(1), stdout);
    else
        stream_row(o->stream, row->cell);
    return ferror(stdout) || interrupted;
}

static int print_rows(struct db *db, const struct db_statement *s, enum format format,
                      struct err *err)
{
    struct output o = {.format = format};
    int rc = db_stream(db, s, put_row, &o, err);
    stream_close(o.stream);
    return rc < 0 ? -1 : EXIT_DONE;
}

static int query_run(const struct args *a, struct db *db, enum format format, struct err *err)
{
    struct query_statement s;
    struct db_run run;
    if (db_expect_one_scan(db, err) != 0 || args_run(a, db, &run, err) != 0)
        return -1;
    int rc = query_statement_make(&s, a, db, &run, err);
    if (rc == 0)
        rc = print_rows(db, &(struct db_statement){s.sql, s.text, s.texts, false}, format, err);
    query_statement_free(&s);
    db_run_free(&run);
    return rc;
}

/* A statement may read any run. */
static int query_sql(const char *path, const char *sql, struct db *db, enum format format,
                     struct err *err)
{
    struct db_run *runs;
    size_t n;
    if (db_runs(db, &runs, &n, err) != 0)
        return -1;
    int rc = 0;
    for (size_t i = 0; i < n; i++) {
        if (rc == 0)
            rc = db_check_points(db, &runs[i], false, err);
        if (rc == 0)
            args_run_gap(path, &runs[i]);
        db_run_free(&runs[i]);
    }
    free(runs);
    return rc == 0 ? print_rows(db, &(struct db_statement){sql, NULL, 0, true}, format, err) : -1;
}

static int run(const struct args *a, struct err *err)
{
    static const struct clash clashes[] = {
        {"--run", "--sql"},   {"--scenario", "--sql"}, {"--where", "--sql"},
        {"--match", "--sql"}, {"--columns", "--sql"},  {"--sort", "--sql"},
        {"--top", "--sql"},   {"--by", "--sql"},       {NULL, NULL}};
    const char *own = args_value(a, "--sql");
    struct limits limits;
    struct db *db;
    enum format format;

    if (args_clash(a, clashes, err) != 0 || args_format(a, FORMAT_TABLE, &format, err) != 0 ||
        read_limits(&limits, a, err) != 0 || db_open(&db, a->argument[0], DB_READ, err) != 0)
        return -1;
    catch_interrupt();
    db_stop_when(db, must_stop, &limits);
    int rc = own ? query_sql(a->argument[0], own, db, format, err) : query_run(a, db, format, err);
    db_close(db);
    if (interrupted)
        return EXIT_INTERRUPTED;
    if (rc < 0 && err->status == STATUS_IO && isfinite(limits.end_s) && now_s() >= limits.end_s)
        return fail_io(err,
                       "dse query: --time-limit: stopped after %s: give more time, or ask for less",
                       args_value(a, "--time-limit"));
    return rc;
}

static const struct option options[] = {
    {"--run", "NAME", "the run; default: the newest"},
    SCENARIO_OPTION,
    {"--where", "EXPR",
     "a condition like \"tpot_s < 50 ms and engine in (none, duplex) and model ~ ^deepseek\": "
     "names "
     "with '.' or '_', units, ~ (Perl syntax), in, between, is null, and or not; or SQL"},
    {"--match", "COLUMN=REGEX", "only rows whose column matches (Perl syntax); " REPEATABLE},
    {"--columns", "A,B",
     "columns to show, as chip.memory_byte or chip_memory_byte; all: every column"},
    {"--sort", "COL[:desc]", "sort by a column"},
    {"--top", "N", "the first N rows"},
    {"--by", "COLUMN,...", "with --top: the first N rows of each group, in the order of --sort"},
    {"--sql", "SQL", "one read-only SQL statement instead, with `x REGEXP y`"},
    {"--time-limit", "DURATION", "stop after this time, like 10 s, with exit status 1"},
    {"--format", "table|csv|json|jsonl|md",
     "table (default), csv, json, jsonl, md; rows are printed as they are found"},
    {NULL, NULL, NULL},
};

const struct command cmd_query = {
    .name = "query",
    .arguments = "DB",
    .least = 1,
    .most = 1,
    .summary = "read the store: filters, regular expressions, SQL",
    .example = "  dse query payoff.db --where \"model ~ deepseek and tpot_s < 50 ms "
               "and verdict = ok\" --sort tokens_per_s:desc --top 5\n"
               "  dse query payoff.db --top 1 --by model,engine --sort tokens_per_s_per_usd:desc\n"
               "  dse query payoff.db --sql \"SELECT model, max(tokens_per_s) "
               "FROM point GROUP BY model\" --format md",
    .options = options,
    .run = run,
};
