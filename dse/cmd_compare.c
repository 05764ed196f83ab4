/* dse compare: two runs side by side. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "dse/command.h"
#include "dse/store.h"
#include "dse/terminal.h"
#include "reports/compare/compare.h"

enum { ROWS_SHOWN = 30 };

/* ---- DB[:RUN[/SCENARIO]] ---- */

/* A side with what it borrows. */
struct opened {
    char *path, *run, *scenario; /* NULL: not given */
    struct catalogue *catalogue;
    struct db *db;
    struct db_run row;
    struct payoff_study *payoff;
};

/* The colon that ends the name of the file. Both names may contain colons: of the files that are
 * there, the one with the longest name is meant. NULL if the file has the whole text for a name. */
static const char *run_colon(const char *text)
{
    struct stat there;
    char *path = mem_text(text);
    size_t length = strlen(text);
    for (char *colon; stat(path, &there) != 0; length = (size_t)(colon - path)) {
        if (!(colon = strrchr(path, ':'))) {
            free(path);
            return strchr(text, ':');
        }
        *colon = '\0';
    }
    free(path);
    return text[length] ? text + length : NULL;
}

static void split_argument(struct opened *out, const char *text)
{
    const char *colon = run_colon(text);
    out->path = mem_text(text);
    if (!colon)
        return;
    out->path[colon - text] = '\0';
    if (colon[1])
        out->run = mem_text(colon + 1);
}

/* A run's name may contain a slash. */
static int find_run(struct opened *o, struct err *err)
{
    struct err inner;
    char *slash = o->run ? strrchr(o->run, '/') : NULL;
    if (db_run_find(o->db, o->run, &o->row, slash ? &inner : err) == 0)
        return 0;
    if (!slash)
        return -1;
    *slash = '\0';
    if (slash[1])
        o->scenario = mem_text(slash + 1);
    return db_run_find(o->db, *o->run ? o->run : NULL, &o->row, err);
}

static int choose_scenario(struct opened *o, struct err *err)
{
    struct err inner;
    const char *const name = o->scenario;
    if (!name || db_only_scenarios(o->db, &o->row, &name, 1, &inner) == 0)
        return 0;
    if (inner.status != STATUS_INPUT) {
        *err = inner;
        return -1;
    }
    return fail(err, "%s: run %s: %s", o->path, o->row.name, inner.text);
}

static int open_side(struct opened *o, const char *text, struct err *err)
{
    struct err inner;
    split_argument(o, text);
    if (db_open(&o->db, o->path, DB_READ, err) != 0 || find_run(o, err) != 0 ||
        db_check_points(o->db, &o->row, false, err) != 0 || choose_scenario(o, err) != 0 ||
        open_run_catalogue(&o->catalogue, o->db, &o->row, err) != 0)
        return -1;
    args_run_gap(o->path, &o->row);
    if (payoff_study_open(&o->payoff, &o->row, o->catalogue, &inner) == 0)
        return 0;
    if (inner.status == STATUS_IO) {
        *err = inner;
        return -1;
    }
    return fail(err, "%s: the study of run %s cannot be read: %s", o->path, o->row.name,
                inner.text);
}

static void close_side(struct opened *o)
{
    payoff_study_close(o->payoff);
    catalogue_close(o->catalogue);
    db_run_free(&o->row);
    db_close(o->db);
    free(o->path);
    free(o->run);
    free(o->scenario);
}

/* The only scenario of a run can be compared with any other. */
static int match_scenarios(struct compared_run out[RUNS], struct opened side[RUNS], struct err *err)
{
    bool named = side[FIRST].scenario || side[SECOND].scenario;
    for (int i = 0; i < RUNS; i++) {
        struct opened *o = &side[i];
        const struct study *s = payoff_study_of(o->payoff);
        out[i] = (struct compared_run){o->db, &o->row, o->payoff, s, named};
        if (named && !o->scenario && s->overlays)
            return fail(err, "%s: run %s has several scenarios: name one, %s:%s/base", o->path,
                        o->row.name, o->path, o->row.name);
        for (size_t k = 0; o->scenario && k < s->overlays; k++)
            if (!strcmp(s->overlay[k]->scenario, o->scenario))
                out[i].study = s->overlay[k];
    }
    return 0;
}

/* ---- the answer ---- */

enum section { STUDY, COUNTS, VERDICT, FRONTS, DESIGNS, BEST, PAYOFF, METRICS, CAVEATS, SECTIONS };

static const struct {
    const char *key, *title;
} sections[SECTIONS] = {
    [STUDY] = {"study",
               "What differs in the studies (empty: left to a catalogue entry, or not there)"},
    [COUNTS] = {"points", "Points by verdict"},
    [VERDICT] = {"verdicts", "Designs in both runs whose verdict changed"},
    [FRONTS] = {"fronts", "Pareto fronts; hypervolumes are shares of one box around both"},
    [DESIGNS] = {"front_designs", "Designs that left a front or came to it"},
    [BEST] = {"best", "Best designs, by tokens per second and USD"},
    [PAYOFF] = {"payoff", "P of each engine (budget: cost)"},
    [METRICS] = {"metrics",
                 "Metrics that changed in designs feasible in both, at the largest change"},
    [CAVEATS] = {"engine_caveats",
                 "Engines not as stated: that nobody designed, or that cannot be fed or cooled so"},
};

/* P of each chip of a pool. */
struct pool_section {
    const struct payoff_subject *of;
    struct table table;
};

struct answer {
    struct table part[SECTIONS];
    struct pool_section pool[SUBJECTS_MOST]; /* of the pools that the runs vary */
    size_t pools;
    bool same;
};

static bool has_equal_counts(const struct table *t)
{
    for (size_t i = 0; i < t->rows; i++)
        if (table_number_at(t, i, "first") != table_number_at(t, i, "second"))
            return false;
    return true;
}

static int add_pools(struct answer *out, const struct compared_run run[RUNS], struct err *err)
{
    const struct payoff_subject *of[SUBJECTS_MOST];
    size_t n;
    int rc = compared_subjects(of, &n, run, err);
    for (size_t i = 0; i < n && rc == 0; i++) {
        struct pool_section *p = &out->pool[out->pools];
        if (subject_is_engine(of[i]))
            continue;
        rc = payoff_changes(&p->table, run, of[i], err);
        p->of = of[i];
        out->pools += rc == 0;
    }
    return rc;
}

/* A payoff is made of points, so it is the same if these are. */
static int make_answer(struct answer *out, const struct compared_run run[RUNS],
                       const struct compare_question *q, struct err *err)
{
    struct compared_points *p = NULL;
    *out = (struct answer){.same = false};
    if (study_changes(&out->part[STUDY], run, err) != 0 ||
        compared_points_read(&p, run, q, err) != 0)
        return -1;
    verdict_counts(&out->part[COUNTS], p);
    verdict_changes(&out->part[VERDICT], p);
    front_changes(&out->part[FRONTS], p);
    front_designs(&out->part[DESIGNS], p);
    best_designs(&out->part[BEST], p);
    int rc = metric_changes(&out->part[METRICS], run, p, err);
    compared_points_free(p);
    out->same = out->part[STUDY].rows == 0 && has_equal_counts(&out->part[COUNTS]) &&
                out->part[VERDICT].rows == 0 && out->part[DESIGNS].rows == 0 &&
                out->part[METRICS].rows == 0;
    if (rc == 0)
        rc = payoff_changes(&out->part[PAYOFF], run, subject_or_engine(NULL), err);
    if (rc == 0)
        rc = caveat_changes(&out->part[CAVEATS], run, err);
    return rc == 0 ? add_pools(out, run, err) : rc;
}

/* A table for people, cut after some rows. */
static void print_some(const struct table *t)
{
    struct table head = *t;
    if (head.rows > ROWS_SHOWN)
        head.rows = ROWS_SHOWN;
    print_table(&head, FORMAT_TABLE, 1);
    if (t->rows > head.rows)
        printf("and %zu more: --format csv, json or md shows all\n", t->rows - head.rows);
}

static void print_text(const struct answer *a, const char *const label[RUNS])
{
    printf("first: %s\nsecond: %s\n", label[FIRST], label[SECOND]);
    if (a->same) {
        printf("no difference\n");
        return;
    }
    for (int k = 0; k < SECTIONS; k++) {
        if (k == STUDY && a->part[k].rows == 0)
            printf("\nThe studies are the same.\n");
        if (a->part[k].rows == 0)
            continue;
        printf("\n%s:\n\n", sections[k].title);
        print_some(&a->part[k]);
    }
    for (size_t i = 0; i < a->pools; i++) {
        if (a->pool[i].table.rows == 0)
            continue;
        printf("\nP of each %s, by its chip (budget: cost):\n\n", a->pool[i].of->noun);
        print_some(&a->pool[i].table);
    }
}

static void print_json(const struct answer *a, const char *const label[RUNS])
{
    printf("{\"first\": ");
    json_text(label[FIRST], stdout);
    printf(", \"second\": ");
    json_text(label[SECOND], stdout);
    printf(", \"same\": %s", a->same ? "true" : "false");
    for (int k = 0; k < SECTIONS; k++) {
        printf(",\n\"%s\": ", sections[k].key);
        print_table(&a->part[k], FORMAT_JSON, 0);
    }
    printf(",\n\"payoff_of\": {");
    for (size_t i = 0; i < a->pools; i++) {
        printf("%s\"%s\": ", i ? ", " : "", a->pool[i].of->path);
        print_table(&a->pool[i].table, FORMAT_JSON, 0);
    }
    printf("}}\n");
}

static void print_answer(const struct answer *a, const char *const label[RUNS], enum format format)
{
    if (format == FORMAT_TABLE)
        print_text(a, label);
    else if (format == FORMAT_JSON)
        print_json(a, label);
    for (int k = 0; k < SECTIONS && (format == FORMAT_CSV || format == FORMAT_MD); k++) {
        if (k)
            printf("\n");
        if (format == FORMAT_MD)
            printf("**%s**\n\n", sections[k].title);
        print_table(&a->part[k], format, 0);
    }
    for (size_t i = 0; i < a->pools && (format == FORMAT_CSV || format == FORMAT_MD); i++) {
        printf("\n");
        if (format == FORMAT_MD)
            printf("**P of each %s, by its chip (budget: cost)**\n\n", a->pool[i].of->noun);
        print_table(&a->pool[i].table, format, 0);
    }
}

/* ---- the objectives of the fronts ---- */

static const char DEFAULT[] = "+tokens_per_s,-system_cost_usd";

static int read_objectives(struct objective *out, size_t *n, const char *text, struct err *err)
{
    struct err inner;
    for (*n = 0; *n < RULES_MOST; text++) {
        size_t length = strcspn(text, ",");
        char *one = mem_text(text);
        one[length] = '\0';
        int rc = objective_parse(&out[*n], one, &inner);
        free(one);
        if (rc != 0)
            return fail(err, "dse compare: --objectives: %s", inner.text);
        ++*n;
        text += length;
        if (!*text)
            return 0;
    }
    return fail(err, "dse compare: --objectives: over %d: give fewer", RULES_MOST);
}

static bool have_same_objectives(const struct study *a, const struct study *b)
{
    bool same = a->objectives == b->objectives && a->objectives > 0;
    for (size_t i = 0; i < a->objectives && same; i++)
        same = a->objective[i].metric == b->objective[i].metric &&
               a->objective[i].sense == b->objective[i].sense;
    return same;
}

static int choose_objectives(struct compare_question *q, struct objective *buffer,
                             const struct args *a, const struct compared_run run[RUNS],
                             struct err *err)
{
    const char *given = args_value(a, "--objectives");
    const struct study *s = run[FIRST].study;
    if (!given && have_same_objectives(s, run[SECOND].study)) {
        *q = (struct compare_question){s->objective, s->objectives};
        return 0;
    }
    q->objective = buffer;
    return read_objectives(buffer, &q->objectives, given ? given : DEFAULT, err);
}

static int run(const struct args *a, struct err *err)
{
    struct opened side[RUNS] = {{0}, {0}};
    struct compared_run runs[RUNS];
    struct objective objective[RULES_MOST];
    struct compare_question q;
    struct answer answer = {0};
    enum format format;
    int rc = -1;

    if (args_format(a, FORMAT_TABLE, &format, err) != 0)
        return -1;
    if (open_side(&side[FIRST], a->argument[0], err) == 0 &&
        open_side(&side[SECOND], a->argument[1], err) == 0 &&
        match_scenarios(runs, side, err) == 0 &&
        choose_objectives(&q, objective, a, runs, err) == 0 &&
        make_answer(&answer, runs, &q, err) == 0) {
        print_answer(&answer, a->argument, format);
        rc = !answer.same && args_value(a, "--exit-code") ? EXIT_COULD_NOT : EXIT_DONE;
    }
    for (int k = 0; k < SECTIONS; k++)
        table_free(&answer.part[k]);
    for (size_t i = 0; i < answer.pools; i++)
        table_free(&answer.pool[i].table);
    for (int i = 0; i < RUNS; i++)
        close_side(&side[i]);
    return rc;
}

static const struct option options[] = {
    {"--objectives", "+A,-B",
     "of the fronts; default: those of the studies, or +tokens_per_s,-system_cost_usd"},
    {"--exit-code", NULL, "exit with 1 if the runs differ; otherwise 0 in both cases"},
    {"--format", "table|csv|json|md", "table (default), csv, json, md"},
    {NULL, NULL, NULL},
};

const struct command cmd_compare = {
    .name = "compare",
    .arguments = "DB[:RUN[/SCENARIO]] DB[:RUN[/SCENARIO]]",
    .least = 2,
    .most = 2,
    .summary = "two runs side by side: study, verdicts, fronts, P, best designs",
    .example =
        "  dse compare before.db after.db\n"
        "  dse compare payoff.db:monday payoff.db:friday --format json\n"
        "  dse compare flips.db:/base flips.db:/fp8\n\n"
        "Without RUN the newest run is compared. Designs are the same if all axes that either\n"
        "study sweeps have equal values.",
    .options = options,
    .run = run,
};
