/* Board power of measured serving runs: the work of our step in the time that was measured. The
 * runs of ML.ENERGY (arXiv:2601.22076, vLLM, NVML energy counter) mix prefill with decode, and the
 * small ones wait for the host, so they test energies, not times. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/mem.h"
#include "dse/validate/check.h"
#include "dse/validate/measured_kernels.h"
#include "dse/validate/paper_claims.h"

enum { SHAPE_MOST = 9, SET_MOST = 32 };

/* Models of the runs: a catalogue entry, with other values where it is not the same one. The window
 * of Gemma 3 is longer than these contexts. Shapes: config.json of each model. */
static const struct shape_of {
    const char *name;
    const char *set[SHAPE_MOST];
    bool experts;
} shapes[] = {
    {"DeepSeek R1", {"model=deepseek-r1"}, true},
    {"Llama 3.1 8B", {"model=llama-3.1-8b"}, false},
    {"Llama 3.3 70B", {"model=llama-3.1-70b"}, false},
    {"Llama 3.1 405B", {"model=llama-3.1-405b"}, false},
    {"Qwen 3 8B",
     {"model=qwen3-32b", "model.layers=36", "model.hidden=4096", "model.heads=32",
      "model.ffn=12288"},
     false},
    {"Qwen 3 14B",
     {"model=qwen3-32b", "model.layers=40", "model.heads=40", "model.ffn=17408"},
     false},
    {"Gemma 3 27B",
     {"model=qwen3-32b", "model.layers=62", "model.hidden=5376", "model.heads=32",
      "model.kv_heads=16", "model.ffn=21504", "model.vocab=262144"},
     false},
    {"Qwen 3 30B A3B", {"model=qwen3-30b-a3b"}, true},
    {"Qwen 3 235B A22B", {"model=qwen3-235b-a22b"}, true},
    {"Qwen 3 Coder 480B",
     {"model=qwen3-235b-a22b", "model.layers=62", "model.hidden=6144", "model.heads=96",
      "model.kv_heads=8", "model.experts=160", "model.moe_ffn=2560"},
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

/* Groups of the summary: by chip, dense or with experts, fitted or not. */
enum { CHIPS = 2, KINDS = 2, HALVES = 2 };

static int check_runs(struct check *c, const char *path, struct tally *tally, struct err *err)
{
    struct csv t;
    if (csv_read(&t, path, err) != 0)
        return -1;
    int rc = 0;
    for (size_t i = 0; i < t.rows && rc == 0; i++) {
        struct settings s;
        struct metrics m;
        if (!run_of(&s, &t, i))
            continue;
        rc = run_price(c->catalogue, s.text, &m, err);
        for (size_t k = 0; k < s.n; k++)
            free(s.own[k]);
        if (rc != 0)
            break;
        const char *gpu = row_text(&t, i, "gpu"), *model = row_text(&t, i, "model");
        double watts = row_number(&t, i, "board_w_per_gpu");
        struct pair pair = {watts, m.device_power_w, NAN, NAN};
        bool check = row_is_check(&t, i, "board_w_per_gpu");
        char *what = mem_print("W of a %s, %s on %s, %s in flight, %s", gpu, model,
                               row_text(&t, i, "n_gpus"), row_text(&t, i, "batch_running"),
                               row_text(&t, i, "in_out_tokens"));
        if (c->every)
            check_row(c, "ML.ENERGY v3.0", what, pair, check ? "" : "fitted");
        free(what);
        tally_add(&tally[(!strncmp(gpu, "B200", 4) * KINDS + shape_named(model)->experts) * HALVES +
                         check],
                  pair);
    }
    csv_free(&t);
    return rc;
}

int check_power(struct check *c, struct err *err)
{
    static const char *const group[CHIPS * KINDS] = {"H100, dense", "H100, experts", "B200, dense",
                                                     "B200, experts"};
    struct tally tally[CHIPS * KINDS * HALVES] = {0};
    char *path;
    if (!check_file(c, "ml_energy.csv", &path))
        return 0;
    int rc = check_runs(c, path, tally, err);
    free(path);
    for (size_t i = 0; i < LEN(tally); i++)
        check_summary(c, "ML.ENERGY v3.0, board power", group[i / HALVES],
                      i % HALVES ? "no" : "yes", &tally[i]);
    return rc;
}
