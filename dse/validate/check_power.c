/* Board power of measured serving runs: the work of our step in the time that was measured. The
 * runs of ML.ENERGY (arXiv:2601.22076, vLLM, NVML energy counter) mix prefill with decode, and the
 * small ones wait for the host, so they test energies, not times. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/mem.h"
#include "arch/energy.h"
#include "dse/validate/check.h"
#include "dse/validate/measured_kernels.h"
#include "dse/validate/paper_claims.h"
#include "dse/validate/power_fit.h"

enum { SHAPE_MOST = 9, SET_MOST = 32 };

/* Models of the runs: a catalogue entry, with other values where it is not the same one. The window
 * of Gemma 3 is longer than these contexts. Shapes: config.json of each model. `held_out`: in
 * either class, by number of parameters, every second model from the smallest on. */
static const struct shape_of {
    const char *name;
    const char *set[SHAPE_MOST];
    bool experts, held_out;
} shapes[] = {
    {"DeepSeek R1", {"model=deepseek-r1"}, true, false},
    {"Llama 3.1 8B", {"model=llama-3.1-8b"}, false, true},
    {"Llama 3.3 70B", {"model=llama-3.1-70b"}, false, true},
    {"Llama 3.1 405B", {"model=llama-3.1-405b"}, false, false},
    {"Qwen 3 8B",
     {"model=qwen3-32b", "model.layers=36", "model.hidden=4096", "model.heads=32",
      "model.ffn=12288"},
     false,
     false},
    {"Qwen 3 14B",
     {"model=qwen3-32b", "model.layers=40", "model.heads=40", "model.ffn=17408"},
     false,
     true},
    {"Gemma 3 27B",
     {"model=qwen3-32b", "model.layers=62", "model.hidden=5376", "model.heads=32",
      "model.kv_heads=16", "model.ffn=21504", "model.vocab=262144"},
     false,
     false},
    {"Qwen 3 30B A3B", {"model=qwen3-30b-a3b"}, true, true},
    {"Qwen 3 235B A22B", {"model=qwen3-235b-a22b"}, true, false},
    {"Qwen 3 Coder 480B",
     {"model=qwen3-235b-a22b", "model.layers=62", "model.hidden=6144", "model.heads=96",
      "model.kv_heads=8", "model.experts=160", "model.moe_ffn=2560"},
     true,
     true},
};

/* Mean prompt of a task, tokens; the file gives the answers only (assumed). */
static const struct task {
    const char *name;
    double input;
} tasks[] = {{"gpqa", 250}, {"lm-arena-chat", 220}, {"sourcegraph-fim", 1500}};

static const struct shape_of *shape_named(const char *model)
{
    for (size_t i = 0; i < LEN(shapes); i++)
        if (!strncmp(model, shapes[i].name, strlen(shapes[i].name)))
            return &shapes[i];
    return NULL;
}

static const struct task *task_named(const char *lengths)
{
    for (size_t i = 0; i < LEN(tasks); i++)
        if (strstr(lengths, tasks[i].name))
            return &tasks[i];
    return NULL;
}

struct settings {
    size_t n;
    const char *text[SET_MOST];
    char *own[SET_MOST];
};

static void add(struct settings *s, const char *path, double value)
{
    s->own[s->n] = mem_print("%s=%.17g", path, value);
    s->text[s->n] = s->own[s->n];
    s->n++;
}

static void add_text(struct settings *s, const char *text)
{
    s->own[s->n] = NULL;
    s->text[s->n++] = text;
}

/* The run of a row; false if it is not compared. */
static bool run_of(struct settings *s, const struct csv *t, size_t row)
{
    const struct shape_of *shape = shape_named(row_text(t, row, "model"));
    const char *lengths = row_text(t, row, "in_out_tokens"), *mean = strstr(lengths, "mean ");
    const struct task *task = task_named(lengths);
    double n = row_number(t, row, "n_gpus"), rate = row_number(t, row, "tok_s_total");
    double batch = row_number(t, row, "batch_running");

    *s = (struct settings){0};
    if (!shape || !task || !mean || !(rate > 0) || !(batch > 0) ||
        !strstr(row_text(t, row, "source"), "ml-energy/leaderboard@"))
        return false;
    for (size_t i = 0; i < SHAPE_MOST && shape->set[i]; i++)
        add_text(s, shape->set[i]);
    add_text(s, !strncmp(row_text(t, row, "gpu"), "B200", 4) ? "chip=b200" : "chip=h100");
    if (!strcmp(row_text(t, row, "precision"), "fp8")) {
        add_text(s, "precision.weight=fp8");
        add_text(s, "precision.math=fp8");
    }
    add_text(s, "timing=measured");
    add_text(s, "workload.phase=serving");
    add(s, "plan.devices", n);
    add(s, "plan.tp", n);
    add(s, "plan.ep", shape->experts ? n : 1);
    add(s, "workload.input", task->input);
    add(s, "workload.output", strtod(mean + strlen("mean "), NULL));
    add(s, "workload.batch", round(batch));
    add(s, "workload.measured_tpot_s", batch / rate);
    s->text[s->n] = NULL;
    return true;
}

/* Groups of the summary: by chip, dense or with experts. */
enum { CHIPS = 2, KINDS = 2, GROUPS = CHIPS * KINDS };

static const char *const group_text[GROUPS] = {"H100, dense", "H100, experts", "B200, dense",
                                               "B200, experts"};

static size_t group_of(const struct power_run *r)
{
    return (size_t)r->b200 * KINDS + (size_t)r->experts;
}

/* Power of the run of a row without a limit; and without its floor, and its arithmetic. */
static int price_at(struct check *c, const struct settings *s, bool floor, bool flop, double *out,
                    struct err *err)
{
    struct settings at = *s;
    struct metrics m;
    add_text(&at, "chip.tdp_w=100 kW");
    if (!floor)
        add_text(&at, "chip.floor_ratio=0");
    if (!flop)
        add_text(&at, "chip.j_per_flop=0");
    at.text[at.n] = NULL;
    int rc = run_price(c->catalogue, at.text, &m, err);
    *out = m.device_power_w;
    return rc;
}

/* What the power of a run is made of; `ours_w`: by the constants in use. */
static int power_of_run(struct check *c, struct power_run *r, double *ours_w,
                        const struct settings *s, struct err *err)
{
    struct metrics m;
    double no_flop_w, no_floor_w;
    if (run_price(c->catalogue, s->text, &m, err) != 0 ||
        price_at(c, s, false, false, &r->rest_w, err) != 0 ||
        price_at(c, s, true, false, &no_flop_w, err) != 0 ||
        price_at(c, s, false, true, &no_floor_w, err) != 0)
        return -1;
    *ours_w = m.device_power_w;
    r->most_w = AVERAGE_MOST * m.device_power_w / m.power_limit_ratio;
    r->floor_w = no_flop_w - r->rest_w;
    r->flop_w = no_floor_w - r->rest_w;
    return 0;
}

static void keep(struct power_runs *runs, const struct power_run *r)
{
    if (runs->n == runs->room)
        runs->run =
            mem_grow(runs->run, runs->room = runs->room ? 2 * runs->room : 64, sizeof *runs->run);
    runs->run[runs->n++] = *r;
}

/* Where the results of a file go. */
struct into {
    const char *source;
    bool rows; /* list each */
    struct power_runs *runs;
    struct tally *tally;
};

static int check_runs(struct check *c, const char *path, const struct into *into, struct err *err)
{
    struct csv t;
    if (csv_read(&t, path, err) != 0)
        return -1;
    int rc = 0;
    for (size_t i = 0; i < t.rows && rc == 0; i++) {
        struct settings s;
        double ours_w;
        const char *gpu = row_text(&t, i, "gpu"), *model = row_text(&t, i, "model");
        const struct shape_of *shape = shape_named(model);
        if (!run_of(&s, &t, i))
            continue;
        struct power_run r = {.model = shape->name,
                              .b200 = !strncmp(gpu, "B200", 4),
                              .experts = shape->experts,
                              .held_out = shape->held_out,
                              .measured_w = row_number(&t, i, "board_w_per_gpu")};
        rc = power_of_run(c, &r, &ours_w, &s, err);
        for (size_t k = 0; k < s.n; k++)
            free(s.own[k]);
        if (rc != 0)
            break;
        struct pair pair = {r.measured_w, ours_w, NAN, NAN};
        if (into->rows) {
            char *what =
                mem_print("W of a %s, %s in %s on %s, %s in flight, %s", gpu, model,
                          row_text(&t, i, "precision"), row_text(&t, i, "n_gpus"),
                          row_text(&t, i, "batch_running"), row_text(&t, i, "in_out_tokens"));
            check_row(c, into->source, what, pair, "");
            free(what);
        }
        keep(into->runs, &r);
        tally_add(&into->tally[group_of(&r)], pair);
    }
    csv_free(&t);
    return rc;
}

static bool is_fitted(const struct power_run *r, const void *of)
{
    (void)of;
    return !r->held_out;
}

static bool is_of_another_model(const struct power_run *r, const void *run)
{
    const struct power_run *like = run;
    return strcmp(r->model, like->model) != 0;
}

static void tally_run(struct tally *t, const struct power_run *r, const struct power_constants *c)
{
    tally_add(t, (struct pair){r->measured_w, power_run_w(r, c), NAN, NAN});
}

/* The form by models that its constants were not fitted to. */
static void check_held_out(struct check *c, const struct power_runs *runs)
{
    static const char source[] = "ML.ENERGY v3.0, models held out";
    struct tally tally[GROUPS][2] = {0};
    const struct power_constants by = power_fit(runs, is_fitted, NULL);
    for (size_t i = 0; i < runs->n; i++) {
        const struct power_run *r = &runs->run[i];
        tally_run(&tally[group_of(r)][r->held_out], r, &by);
    }
    for (size_t i = 0; i < GROUPS; i++) {
        check_summary(c, source, group_text[i], "yes", &tally[i][false]);
        check_summary(c, source, group_text[i], "no", &tally[i][true]);
    }
}

static void check_each_by_others(struct check *c, const struct power_runs *runs)
{
    struct tally tally[GROUPS] = {0};
    struct power_constants by[LEN(shapes)];
    bool known[LEN(shapes)] = {0};
    for (size_t i = 0; i < runs->n; i++) {
        const struct power_run *r = &runs->run[i];
        size_t k = (size_t)(shape_named(r->model) - shapes);
        if (!known[k])
            by[k] = power_fit(runs, is_of_another_model, r);
        known[k] = true;
        tally_run(&tally[group_of(r)], r, &by[k]);
    }
    for (size_t i = 0; i < GROUPS; i++)
        check_summary(c, "ML.ENERGY v3.0, each model by the others", group_text[i], "no",
                      &tally[i]);
}

/* Runs of another table of measured power, if the folder or `facts` beside it has one. Many are
 * also in ml_energy.csv. */
static int check_facts(struct check *c, struct err *err)
{
    struct tally tally[GROUPS] = {0};
    struct power_runs runs = {0};
    char *path;
    if (!check_file(c, "measured-power.csv", &path) &&
        !check_file(c, "../facts/measured-power.csv", &path))
        return 0;
    struct into into = {"measured-power.csv", true, &runs, tally};
    int rc = check_runs(c, path, &into, err);
    for (size_t i = 0; i < GROUPS; i++)
        check_summary(c, into.source, group_text[i], "yes", &tally[i]);
    free(runs.run);
    free(path);
    return rc;
}

/* R1 in FP8 on eight devices: the highest board power that was measured as an average is 0.98 of
 * the limit. */
static int check_most(struct check *c, struct err *err)
{
    static const struct {
        const char *chip, *what;
    } run[] = {{"chip=h200", "W of an H200, DeepSeek R1 in FP8 on 8, decode of 128"},
               {"chip=b200", "W of a B200, DeepSeek R1 in FP8 on 8, decode of 128"}};
    for (size_t i = 0; i < LEN(run); i++) {
        struct metrics m;
        const char *const set[] = {
            run[i].chip,          "model=deepseek-r1",  "precision.weight=fp8",
            "precision.math=fp8", "plan.devices=8",     "plan.tp=8",
            "plan.ep=8",          "workload.batch=128", NULL};
        if (run_price(c->catalogue, set, &m, err) != 0)
            return -1;
        struct pair pair = {0.98 * m.device_power_w / m.power_limit_ratio, m.device_power_w, NAN,
                            NAN};
        check_bound(c, "measured-power.csv, most", run[i].what, pair,
                    "published: 0.98 of the limit, which no measured average exceeds");
    }
    return 0;
}

int check_power(struct check *c, struct err *err)
{
    struct tally tally[GROUPS] = {0};
    struct power_runs runs = {0};
    char *path;
    if (!check_file(c, "ml_energy.csv", &path))
        return 0;
    struct into into = {"ML.ENERGY v3.0", c->every, &runs, tally};
    int rc = check_runs(c, path, &into, err);
    free(path);
    for (size_t i = 0; i < GROUPS; i++)
        check_summary(c, "ML.ENERGY v3.0, board power", group_text[i], "yes", &tally[i]);
    if (rc == 0) {
        check_held_out(c, &runs);
        check_each_by_others(c, &runs);
    }
    free(runs.run);
    return rc == 0 && check_facts(c, err) == 0 ? check_most(c, err) : -1;
}
