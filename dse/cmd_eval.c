/* dse eval: prices one point or a list of points. */
#include <stdlib.h>
#include <string.h>

#include "dse/command.h"
#include "dse/point_text.h"
#include "dse/points_stream.h"
#include "dse/stored_point.h"
#include "dse/terminal.h"
#include "reports/point/point_json.h"
#include "search/space.h"

/* Prints the point at the cursor, which has been evaluated. */
static void print_point(const struct cursor *c, const struct metrics *m, const struct plan *plan,
                        bool json)
{
    if (json)
        point_json(c, plan, m, stdout);
    else
        point_text_print(c, plan, m);
}

static int eval_one(const struct study *s, bool json)
{
    struct cursor c = {0};
    struct metrics m;
    struct plan plan;

    cursor_seek(&c, s, 0);
    cursor_evaluate(&c, &m, &plan);
    print_point(&c, &m, &plan, json);
    cursor_free(&c);
    return m.verdict == VERDICT_OK ? EXIT_DONE : EXIT_NONE_FEASIBLE;
}

/* Evaluates a stored point again and compares it with its row. */
static int eval_stored(const struct args *a, bool json, struct err *err)
{
    struct replay r;
    struct catalogue *catalogue;
    struct stored_point_question q = {a->n ? a->argument[0] : NULL, args_value(a, "--run"), 0};
    static const struct clash clashes[] = {
        {"--set", "--point"}, {"--points", "--point"}, {NULL, NULL}};
    const double most = (double)((UINT64_C(1) << POINT_BITS) - 1);

    if (!q.path)
        return fail(err, "dse eval: --point: of which store? write dse eval DB --point N");
    if (args_clash(a, clashes, err) != 0 ||
        args_whole(a, "--point", 0, most, 0, &q.point, err) != 0)
        return -1;
    int rc = stored_point_open(&r, &q, &catalogue, err);
    if (rc == 0) {
        print_point(&r.cursor, &r.metrics, &r.plan, json);
        fflush(stdout);
        size_t others = stored_point_print_differences(&r, stderr);
        rc = others                            ? EXIT_COULD_NOT
             : r.metrics.verdict == VERDICT_OK ? EXIT_DONE
                                               : EXIT_NONE_FEASIBLE;
    }
    stored_point_close(&r);
    catalogue_close(catalogue);
    return rc;
}

/* A study to evaluate. */
struct scenarios {
    struct study *base;
    const char *points; /* a list of points, or NULL */
    enum format format;
    bool format_given;
};

/* Evaluates a list; rows that name no scenario are of `init`. */
static int eval_points(const struct scenarios *q, struct study *init, struct catalogue *catalogue,
                       struct err *err)
{
    const char *path = q->points;
    struct points_base with = {.base = q->base, .init = init, .catalogue = catalogue};
    struct points points;
    struct table t;
    int rc = -1;

    if (!strcmp(path, "-"))
        return points_stream(&with, q->format_given ? &q->format : NULL, err);
    if (points_open(&points, path, err) != 0)
        return -1;
    points_begin(&t, &points.csv);
    for (size_t row = 0; row < points.csv.rows; row++)
        points_evaluate(&with, &points, row, &t); /* the other rows may have mistakes too */
    if (points.found.n) {
        faults_sort(&points.found);
        rc = fail_all(path, &points.found, err);
        goto done;
    }
    print_table(&t, q->format, 1);
    rc = with.feasible || !points.csv.rows ? EXIT_DONE : EXIT_NONE_FEASIBLE;
done:
    cursor_free(&with.cursor);
    table_free(&t);
    points_close(&points);
    return rc;
}

/* Applies --set to every scenario. */
static int apply_settings(const struct args *a, struct study *base, struct catalogue *c,
                          struct err *err)
{
    const char *set;
    for (size_t k = 0; k < study_scenarios(base); k++) {
        struct study *s = study_scenario(base, k);
        for (size_t i = 0; (set = args_each(a, "--set", i)); i++)
            if (study_set(s, c, set, err) != 0)
                return -1;
        if (study_settle(s, err) != 0)
            return -1;
    }
    return 0;
}

/* Evaluates the scenario called `name`. NULL: all of them as text; otherwise the base. */
static int eval_scenarios(const struct scenarios *q, const char *name, struct catalogue *c,
                          struct err *err)
{
    struct study *s = q->base;
    struct err inner;
    bool json = q->format == FORMAT_JSON;
    int rc = EXIT_NONE_FEASIBLE;

    if (name && study_find_scenario(q->base, name, &s, &inner) != 0)
        return fail(err, "dse eval: --scenario: %s", inner.text);
    if (q->points)
        return eval_points(q, s, c, err);
    if (name || json || !q->base->overlays)
        return eval_one(s, json);
    for (size_t k = 0; k < study_scenarios(q->base); k++) {
        s = study_scenario(q->base, k);
        printf("%sScenario %s: ", k ? "\n" : "", s->scenario);
        int one = eval_one(s, false);
        rc = one == EXIT_DONE ? EXIT_DONE : rc;
    }
    return rc;
}

static int run(const struct args *a, struct err *err)
{
    struct catalogue *catalogue;
    struct study *s;
    const char *points = args_value(a, "--points");
    enum format format;
    int rc = -1;

    if (args_format(a, points ? FORMAT_CSV : FORMAT_TABLE, &format, err) != 0)
        return -1;
    bool stored = args_value(a, "--point") != NULL;
    if (stored && (format == FORMAT_TABLE || format == FORMAT_JSON))
        return eval_stored(a, format == FORMAT_JSON, err);
    if (!stored && args_value(a, "--run"))
        return fail(err, "dse eval: --run: has no effect without --point: leave it out");
    if (open_catalogue(&catalogue, err) != 0)
        return -1;
    if (!points && format != FORMAT_TABLE && format != FORMAT_JSON) {
        fail(err, "dse eval: --format: a single point is printed as text or json: give one of "
                  "these (csv needs --points)");
        goto close;
    }
    if (open_study(&s, a->n ? a->argument[0] : NULL, catalogue, err) != 0)
        goto close;
    const struct scenarios q = {s, points, format, args_value(a, "--format") != NULL};
    if (apply_settings(a, s, catalogue, err) == 0)
        rc = eval_scenarios(&q, args_value(a, "--scenario"), catalogue, err);
    study_free(s);
close:
    catalogue_close(catalogue);
    return rc;
}

static const struct option options[] = {
    {"--set", "PATH=VALUE",
     "set a parameter, or a price (prices.NAME), overriding the file and the "
     "defaults; " REPEATABLE},
    {"--scenario", "NAME",
     "this scenario of the study; default: all as text, base in json and in rows of a list that "
     "name "
     "none"},
    {"--points", "FILE.csv",
     "evaluate a list of points, one per row; columns set parameters (see below); - reads rows "
     "from "
     "standard input and answers each before it reads the next"},
    {"--point", "N",
     "evaluate point N of a store again, from the store alone; compare it with its row"},
    {"--run", "NAME", "the run of --point; needed only if several runs have such a point"},
    {"--format", "text|json|csv|jsonl",
     "text (default) or json; with --points csv (default) or json; with --points - csv or jsonl, "
     "by "
     "default as asked"},
    {NULL, NULL, NULL},
};

const struct command cmd_eval = {
    .name = "eval",
    .arguments = "[STUDY.yaml | DB]",
    .least = 0,
    .most = 1,
    .summary = "evaluate one point, or a list: metrics, verdict, operator breakdown",
    .example =
        "  dse eval --set model=deepseek-r1 --set chip=b200 --set "
        "engine=duplex --set workload.tpot=50ms\n"
        "  dse eval --points my-points.csv --format csv\n"
        "  dse eval payoff.db --point 17\n\n"
        "a list of points:\n"
        "  The first line names the columns. model, chip, engine, timing and paths like\n"
        "  workload.context (or workload_context) set their value in each row; upper and\n"
        "  lower case are equal. An empty cell leaves the value of STUDY.yaml and --set.\n"
        "  A column scenario names the scenario of STUDY.yaml that a row is of.\n"
        "  Cells are separated by commas, semicolons or tabs; the decimal separator is a\n"
        "  point. Other columns are passed on, except those that look like a misspelt\n"
        "  parameter, which are errors: a dot after (nearly) the name of a section, one\n"
        "  letter off model, chip, engine or timing, a section and the first word of one\n"
        "  of its parameters (chip_memory_gb), or a parameter without its section\n"
        "  (context). A duplicate column and a list that sets nothing are errors too.\n\n"
        "ask and tell:\n"
        "  --points - also takes JSON lines: {\"id\": 7, \"workload.context\": 8192}. In JSON a\n"
        "  row with a mistake is answered by {\"id\": 7, \"error\": \"-:LINE:COLUMN: ...\"}, the\n"
        "  next row is read, and the exit status is 2 at the end of the input. In CSV the first\n"
        "  row with a mistake ends the program.",
    .options = options,
    .run = run,
};
