/* dse payoff: when an attention engine pays off. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dse/command.h"
#include "dse/store.h"
#include "dse/infeasible_report.h"
#include "dse/terminal.h"
#include "dse/file.h"
#include "dse/flips.h"
#include "dse/payoff_summary_text.h"
#include "dse/payoff_text.h"
#include "lib/payoff_data.h"
#include "reports/figures/two_axis_map.h"
#include "reports/payoff/payoff.h"
#include "reports/payoff/payoff_label.h"
#include "reports/payoff/payoff_model.h"
#include "reports/payoff/payoff_sentence.h"
#include "reports/payoff/payoff_stop.h"
#include "reports/payoff/payoff_table.h"
#include "reports/write.h"

enum { STEPS = 13 };

/* The options that evaluate points beyond those of the store. */
struct extra_options {
    struct range stop[ARGS_MOST], map[2];
    size_t stops, maps;
    const char *mix, *output;
    bool flips;
    bool summary, details; /* what of the text is printed */
    bool engines;          /* each engine's own answer is asked for, also as data */
    const char *path;      /* of the store */
};

static int check_picture(const char *path, struct err *err)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    if (!dot || !strcmp(dot, ".svg"))
        return 0;
    return fail(err, "dse payoff: -o %s: unknown file ending: give .svg", path);
}

static int read_extra_options(struct extra_options *w, const struct args *a,
                              const struct payoff_study *r, struct err *err)
{
    const char *text;
    const struct study *s = r ? payoff_study_of(r) : NULL;
    *w = (struct extra_options){.mix = args_value(a, "--mix"),
                                .output = args_value(a, "--output"),
                                .flips = args_value(a, "--flips") != NULL,
                                .summary = !args_value(a, "--details"),
                                .details = !args_value(a, "--summary"),
                                .engines = args_value(a, "--details"),
                                .path = a->argument[0]};
    if (terminal_is_there() && !args_value(a, "--details") && !args_value(a, "--stop"))
        w->details = false;
    const char *map = args_value(a, "--map"), *runs = args_value(a, "--runs");
    double classes;
    struct err inner;
    if (runs && field_parse(field_find(engine_fields, "runs"), runs, &classes, &inner) != 0)
        return fail(err, "dse payoff: --runs: %s", inner.text);
    if (!r && (w->mix || map || runs || args_value(a, "--stop")))
        return fail(
            err,
            "dse payoff: --stop, --map, --runs and --mix evaluate new points, but this run's study "
            "cannot be read here or --where was given: leave them out");
    if (w->output && !map && !w->flips)
        return fail(err, "dse payoff: --output: draws the picture of --map or --flips: give one");
    if (w->output && check_picture(w->output, err) != 0)
        return -1;
    while ((text = args_each(a, "--stop", w->stops)))
        if (range_read(&w->stop[w->stops++], s, text, "dse payoff: --stop", err) != 0)
            return -1;
    const char *comma = map ? strchr(map, ',') : NULL;
    if (map && !comma)
        return fail(err, "dse payoff: --map: needs two axes: X,Y or X=FROM:TO,Y=FROM:TO");
    if (!map)
        return 0;
    char *first = mem_text(map);
    first[comma - map] = '\0';
    int rc = range_read(&w->map[0], s, first, "dse payoff: --map", err);
    free(first);
    if (rc == 0)
        rc = range_read(&w->map[1], s, comma + 1, "dse payoff: --map", err);
    w->maps = 2;
    if (rc == 0 && path_equal(w->map[0].path, w->map[1].path))
        rc = fail(err, "dse payoff: --map: both axes are %s: give two different axes",
                  w->map[0].path);
    return rc;
}

struct pictures {
    struct surface *surface;
    size_t n;
};

static int write_pictures(FILE *out, void *ctx)
{
    const struct pictures *p = ctx;
    surface_svg(p->surface, p->n, out);
    return ferror(out) ? -1 : 0;
}

/* P over two axes, for every group of the others. */
static int print_maps(const struct payoff *p, const struct payoff_question *q,
                      const struct extra_options *w, enum format format, struct err *err)
{
    struct pictures maps = {.n = p->n};
    int rc = 0;
    maps.surface = mem_alloc(maps.n + 1, sizeof *maps.surface);
    for (size_t i = 0; i < maps.n; i++)
        surface_make(&maps.surface[i], p, i, q, w->map);
    if (!maps.n)
        rc = fail(err, "dse payoff: --map: no group has a feasible design with %s",
                  subject_or_engine(p->of)->one);
    else if (w->output) {
        rc = file_write(w->output, write_pictures, &maps, err);
        if (rc == 0)
            printf("%s\n", w->output);
    } else {
        struct table t;
        surface_table(maps.surface, maps.n, &t);
        print_table(&t, format, 1);
        table_free(&t);
    }
    for (size_t i = 0; i < maps.n; i++)
        surface_free(&maps.surface[i]);
    free(maps.surface);
    return rc;
}

static char *longer_list(char *list, const char *name)
{
    char *longer = mem_print("%s%s%s", list, *list ? "," : "", name);
    free(list);
    return longer;
}

/* The columns of a map's groups: those of the answer, but not by and over the two axes. */
struct map_columns {
    char *by, *over;
};

static struct map_columns map_columns(const struct payoff *p, const char *over,
                                      const struct range axis[2])
{
    struct map_columns m = {mem_text(""), mem_text(over ? over : "")};
    for (size_t i = 0; i < p->by_n; i++) {
        bool drawn = path_equal(p->by[i], axis[0].path) || path_equal(p->by[i], axis[1].path);
        char **list = drawn ? &m.over : &m.by;
        *list = longer_list(*list, p->by[i]);
    }
    return m;
}

static void price_extra(struct payoff *p, const struct payoff_question *q,
                        const struct extra_options *w)
{
    for (size_t i = 0; i < w->stops; i++)
        payoff_scan(p, q, &w->stop[i], STEPS);
}

static void print_mix(const struct payoff *p, enum format format)
{
    if (format != FORMAT_TABLE) {
        payoff_data_write(p, NULL, format, stdout);
        return;
    }
    if (p->none)
        print_line(0, "%s\n", p->none);
    for (size_t i = 0; i < p->n; i++) {
        const struct payoff_group *g = &p->group[i];
        char *title = group_title(p, g);
        char *choice = g->verdict == NO_ANSWER
                           ? mem_print(" (%s)", g->reason)
                           : mem_print(". Best with: %s. Best without: %s", g->with, g->without);
        print_line(0, "Over the mix%s%s, %s: %s%s.\n", *title ? ", " : "", title,
                   subject_is_engine(subject_or_engine(p->of)) ? "an attention engine"
                                                               : subject_or_engine(p->of)->one,
                   payoff_verdict_text[g->verdict], choice);
        free(choice);
        free(title);
    }
    payoff_text_groups(p);
    payoff_text_stops(p);
}

static int status_of(const struct payoff *p)
{
    return p->empty ? EXIT_NONE_FEASIBLE : EXIT_DONE;
}

/* The answer from the points of the run or, over a mix or with other classes of operators, from the
 * model. */
static int make(struct payoff *out, struct db *db, const struct db_run *run,
                const struct payoff_question *q, bool mix, struct err *err)
{
    if (!mix && !q->runs)
        return payoff_make(out, db, run, q, err);
    if (payoff_of_model(out, db, run, q, err) != 0)
        return -1;
    if (!mix)
        payoff_scan_swept(out, q);
    return 0;
}

static int answer_maps(struct db *db, const struct db_run *run, const struct payoff_question *q,
                       const struct extra_options *w, enum format format, struct err *err)
{
    struct payoff p;
    struct payoff_question of = *q;
    if (make(&p, db, run, q, w->mix, err) != 0)
        return -1;
    struct map_columns columns = map_columns(&p, q->over, w->map);
    payoff_free(&p);
    of.by = columns.by;
    of.over = *columns.over ? columns.over : NULL;
    int rc = make(&p, db, run, &of, w->mix, err);
    if (rc == 0) {
        rc = print_maps(&p, &of, w, format, err);
        payoff_free(&p);
    }
    free(columns.by);
    free(columns.over);
    return rc;
}

static int answer_flips(struct db *db, const struct db_run *run, struct payoff_question *q,
                        const struct extra_options *w, enum format format, struct err *err)
{
    struct payoff p;
    bool words = (format == FORMAT_TABLE || format == FORMAT_MD) && !w->output;
    q->depth = words ? DEPTH_VERDICTS : DEPTH_RANGES;
    if (make(&p, db, run, q, w->mix, err) != 0)
        return -1;
    int rc = flips_print(&p, format, w->output, err);
    rc = rc == 0 ? status_of(&p) : rc;
    payoff_free(&p);
    return rc;
}

static int answer_summary(struct db *db, const struct db_run *run, const struct payoff_question *q,
                          const char *path, struct err *err)
{
    struct payoff p;
    struct payoff_question brief = *q;
    brief.depth = DEPTH_SUMMARY;
    if (make(&p, db, run, &brief, false, err) != 0)
        return -1;
    payoff_summary_text(&p, run, path);
    int rc = status_of(&p);
    payoff_free(&p);
    return rc;
}

static int make_both_of_model(struct payoff *engines, const struct payoff_question *each,
                              struct payoff *p, const struct payoff_question *q, struct db *db,
                              const struct db_run *run, struct err *err)
{
    if (make(engines, db, run, each, false, err) != 0)
        return -1;
    if (make(p, db, run, q, false, err) == 0)
        return 0;
    payoff_free(engines);
    return -1;
}

static void print_details(const struct payoff *p, const struct payoff *engines,
                          const struct db_run *run, const struct extra_options *w)
{
    if (w->summary)
        payoff_summary_text(p, run, w->path);
    if (w->summary && !p->none)
        printf("\n");
    if (!(w->summary && p->none))
        payoff_text(p, engines);
}

/* Each engine on its own comes first: the best of all follows from the same draws. */
static int answer_details(struct db *db, const struct db_run *run, const struct payoff_question *q,
                          const struct extra_options *w, enum format format, struct err *err)
{
    struct payoff p, engines;
    struct payoff_question each = *q;
    const char *column = subject_or_engine(q->of)->column;
    char *and_engine = mem_print("%s%s%s", q->by ? q->by : "+", q->by ? "," : "", column);

    bool named = q->by && strstr(q->by, column);
    each.by = named || !db_is_column(db, column, strlen(column)) ? q->by : and_engine;
    each.depth = DEPTH_STOPS;
    int rc = q->runs
                 ? make_both_of_model(&engines, &each, &p, q, db, run, err)
                 : payoff_make_all((struct asked[]){{&engines, &each}, {&p, q}}, 2, db, run, err);
    if (rc == 0) {
        price_extra(&engines, &each, w);
        if (format == FORMAT_TABLE) {
            print_details(&p, &engines, run, w);
        } else {
            price_extra(&p, q, w);
            payoff_data_write(&p, &engines, format, stdout);
        }
        rc = status_of(&p);
        payoff_free(&p);
        payoff_free(&engines);
    }
    free(and_engine);
    return rc;
}

/* Answers one run completely. Returns the exit status, or -1. */
static int answer(struct db *db, const struct db_run *run, struct payoff_question *q,
                  const struct extra_options *w, enum format format, struct err *err)
{
    struct payoff p;

    if (w->maps)
        return answer_maps(db, run, q, w, format, err);
    if (w->flips)
        return answer_flips(db, run, q, w, format, err);
    if (!w->mix && (w->engines || (w->details && format == FORMAT_TABLE)))
        return answer_details(db, run, q, w, format, err);
    if (!w->mix && format == FORMAT_TABLE)
        return answer_summary(db, run, q, w->path, err);
    if (make(&p, db, run, q, w->mix, err) != 0)
        return -1;
    price_extra(&p, q, w);
    if (w->mix)
        print_mix(&p, format);
    else
        payoff_data_write(&p, NULL, format, stdout);
    int rc = status_of(&p);
    payoff_free(&p);
    return rc;
}

static int run(const struct args *a, struct err *err)
{
    const char *budget_name = args_value(a, "--budget");
    enum budget budget = BUDGET_COST;
    const struct payoff_subject *of;
    enum format format;
    struct catalogue *c = NULL;
    struct payoff_study *study = NULL;
    struct db *db;
    struct db_run row;
    struct mix mix = {0};
    char *where = NULL;
    static struct extra_options w;
    struct err inner;
    double jobs;
    static const struct clash clashes[] = {{"--where", "--mix"},     {"--stop", "--map"},
                                           {"--flips", "--map"},     {"--flips", "--stop"},
                                           {"--format", "--output"}, {"--summary", "--details"},
                                           {"--summary", "--stop"},  {NULL, NULL}};
    int rc = -1;

    if (args_clash(a, clashes, err) != 0)
        return -1;
    if (budget_name && budget_parse(budget_name, &budget, &inner) != 0)
        return fail(err, "dse payoff: --budget: %s", inner.text);
    if (!(of = payoff_subject_named(args_value(a, "--of"), &inner)))
        return fail(err, "dse payoff: --of: %s", inner.text);
    if (!subject_is_engine(of) && args_value(a, "--runs"))
        return fail(err, "dse payoff: --runs: is about engines: leave it out, or --of");
    if (args_format(a, FORMAT_TABLE, &format, err) != 0 || args_jobs(a, &jobs, err) != 0 ||
        db_open(&db, a->argument[0], DB_READ, err) != 0)
        return -1;
    if (args_run(a, db, &row, err) != 0)
        goto close;
    args_run_front(a->argument[0], &row);
    if (open_run_catalogue(&c, db, &row, err) != 0)
        goto done;
    /* If files of the study are missing, the grid alone answers. */
    if (payoff_study_open(&study, &row, c, &inner) != 0) {
        study = NULL;
        if (inner.status == STATUS_IO) {
            *err = inner;
            goto done;
        }
    }
    if (args_where(a, db, &where, err) != 0)
        goto done;
    struct payoff_question q = {.by = args_value(a, "--by"),
                                .over = args_value(a, "--over"),
                                .where = where,
                                .budget = budget,
                                .of = of,
                                .study = where ? NULL : study,
                                .runs = args_value(a, "--runs"),
                                .seed = row.seed,
                                .jobs = (size_t)jobs,
                                .depth = DEPTH_ALL};
    if (read_extra_options(&w, a, where ? NULL : study, err) != 0)
        goto done;
    if (w.mix) {
        if (mix_read(&mix, w.mix, err) != 0)
            goto done;
        if (payoff_study_mix(study, &mix, &inner) != 0) {
            fail(err, "%s: %s", w.mix, inner.text);
            goto done;
        }
    }
    rc = answer(db, &row, &q, &w, format, err);
    if (rc == 0 && !row.feasible)
        rc = EXIT_NONE_FEASIBLE;
    if (rc == EXIT_NONE_FEASIBLE && infeasible_print(db, &row, stderr, err) != 0)
        rc = -1;
done:
    for (size_t i = 0; i < w.stops; i++)
        free(w.stop[i].path);
    free(w.map[0].path);
    free(w.map[1].path);
    mix_free(&mix);
    free(where);
    payoff_study_close(study);
    catalogue_close(c);
    db_run_free(&row);
close:
    db_close(db);
    return rc;
}

static const struct option options[] = {
    {"--run", "NAME", "the run; default: the newest"},
    SCENARIO_OPTION,
    {"--of", "PART",
     "what the best design has and the control lacks: engine (default), pools.ffn, pools.prefill, "
     "pools.draft; the control may have any other part"},
    {"--by", "COLUMN,...",
     "one answer per value of these columns too, which come first; the model and the swept "
     "workload "
     "always split; default: these, plan and precision"},
    {"--over", "COLUMN,...",
     "do not split by these columns: each side chooses their values; over scenario nothing is "
     "drawn, as with --where"},
    {"--budget", "cost|area|power|none", "the budget that both sides share; default: cost"},
    {"--where", "EXPR",
     "only points that satisfy a condition, as in `dse query`; nothing is then drawn: no median "
     "and "
     "sure, low and high are P at the ends of the prices, and stop points are interpolated"},
    {"--stop", "PATH[=FROM:TO]",
     "also find where P = 1 along this parameter or price, swept or not; " REPEATABLE},
    {"--summary", NULL, "only the summary; default on a terminal"},
    {"--details", NULL,
     "every workload and engine, G, c*, controls, borders, flips and stop points; default "
     "elsewhere, after the summary; as data also engines and engine_stops: each engine alone"},
    {"--map", "X,Y", "P over two parameters or prices, each PATH or PATH=FROM:TO"},
    {"--flips", NULL,
     "instead: a table of verdicts, a row per scenario of the study, a column per model"},
    {"--output", "FILE.svg", "or -o: draw the --map, with the line P = 1, or the --flips"},
    {"--runs", "attention|experts|both",
     "as if every engine ran these operators, so that engines compare like for like"},
    {"--mix", "FILE.csv",
     "one answer over a mix of workloads: one column per parameter, and weight"},
    JOBS_OPTION,
    {"--format", "table|csv|json|md", "table (default), csv, json, md"},
    {NULL, NULL, NULL},
};

const struct command cmd_payoff = {
    .name = "payoff",
    .arguments = "DB",
    .least = 1,
    .most = 1,
    .summary = "when an attention engine, or a pool, pays off, and where it stops",
    .example =
        "  dse payoff payoff.db\n"
        "  dse payoff payoff.db --details\n"
        "  dse payoff payoff.db --by model,engine --budget power\n"
        "  dse payoff pools.db --of pools.ffn\n"
        "  dse payoff payoff.db --stop prices.hbm3e_usd_per_gb --stop workload.query_tokens=1:8\n"
        "  dse payoff flips.db --flips -o flips.svg\n"
        "  dse payoff payoff.db --by model --map workload.context,engine.ridge_flop_per_byte -o "
        "map.svg",
    .options = options,
    .run = run,
};
