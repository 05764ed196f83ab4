/* dse validate: holds the model against published results. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/mem.h"
#include "dse/claims.h"
#include "dse/command.h"
#include "search/study.h"

struct tally {
    size_t n;
    double *error;
};

static void tally_add(struct tally *t, double error)
{
    t->error = mem_grow(t->error, t->n + 1, sizeof *t->error);
    t->error[t->n++] = fabs(error);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void add_row(struct table *t, const char *source, const char *what, double published,
                    double ours, const char *why)
{
    table_text(t, source);
    table_text(t, what);
    table_number(t, published);
    table_number(t, ours);
    table_number(t, 100 * (ours / published - 1));
    table_text(t, why);
}

static void add_summary(struct table *t, const char *source, struct tally *tally)
{
    double mean = 0;
    if (!tally->n)
        return;
    qsort(tally->error, tally->n, sizeof(double), by_value);
    for (size_t i = 0; i < tally->n; i++)
        mean += tally->error[i] / (double)tally->n;
    table_text(t, source);
    table_number(t, (double)tally->n);
    table_number(t, 100 * mean);
    table_number(t, 100 * tally->error[tally->n / 2]);
    table_number(t, 100 * tally->error[tally->n - 1]);
    free(tally->error);
}

static int check_claims(struct table *rows, struct table *summary, struct catalogue *c,
                        struct err *err)
{
    struct tally tally = {0};
    for (size_t i = 0; i < claims_n; i++) {
        double ours;
        if (claims[i].ours(c, &ours, err) != 0)
            return -1;
        char *source = mem_print("arXiv:2507.15465 %s", claims[i].where);
        add_row(rows, source, claims[i].what, claims[i].published, ours, claims[i].why);
        free(source);
        tally_add(&tally, ours / claims[i].published - 1);
    }
    add_summary(summary, "arXiv:2507.15465, claims", &tally);
    return 0;
}

/* ---- the paper's simulator ---- */

static const char *at(const struct csv *rows, size_t row, const char *column)
{
    for (size_t i = 0; i < rows->columns; i++)
        if (!strcmp(rows->header[i], column))
            return csv_at(rows, row, i);
    return "";
}

static double number(const struct csv *rows, size_t row, const char *column)
{
    return strtod(at(rows, row, column), NULL);
}

static bool has(const struct csv *rows, size_t row, const char *column, const char *text)
{
    return strstr(at(rows, row, column), text) != NULL;
}

/* A row in its conventions. NULL names no parameter: the row is passed over. */
static struct study *simulator_row(const struct csv *r, size_t row, struct catalogue *c,
                                   struct err *err)
{
    static const char *const name[][2] = {{"deepseekV3", "deepseek-v3"},
                                          {"gpt3_175B", "gpt3-175b"},
                                          {"llama4_maverick", "llama-4-maverick"}};
    bool h100 = has(r, row, "gpu", "H100"), b100 = has(r, row, "gpu", "B100");
    bool deepseek = has(r, row, "model", "deepseek"), logic = has(r, row, "processor", "GPU+LOGIC");
    double link = number(r, row, "interconnect_GBps"), bytes = number(r, row, "precision_bytes");
    const char *model = "";
    struct study *s;

    for (size_t i = 0; i < LEN(name); i++)
        if (!strcmp(at(r, row, "model"), name[i][0]))
            model = name[i][1];
    if (study_open(&s, NULL, c, err) != 0)
        return NULL;
    char *set[] = {
        mem_print("model=%s", model),
        mem_print("chip=b200-paper"),
        mem_print("engine=%s", logic ? "duplex" : "none"),
        mem_print("timing=simulator"),
        mem_print("model.layers=%d", deepseek                       ? 60
                                     : has(r, row, "model", "gpt3") ? 96
                                                                    : 48),
        mem_print("model.absorb=%d", has(r, row, "flags", "absorb=1")),
        mem_print("model.latent_reads=%d", has(r, row, "flags", "flash_mla=0") ? 2 : 1),
        mem_print("chip.compute_units=1"),
        mem_print("chip.unit_flop_per_s=%g", h100   ? 989.4e12
                                             : b100 ? 1750e12
                                                    : 2250e12),
        mem_print("chip.memory_byte_per_s=%g", h100 ? 3.352e12 : 8e12),
        mem_print("chip.memory_byte=1e15"), /* rows that do not fit are timed too */
        mem_print("chip.link_byte_per_s=%g", 1e9 * link),
        mem_print("chip.link_latency_s=%g", link < 200 ? 0.13e-6 : 0.8e-6),
        mem_print("chip.link_domain=1024"),
        mem_print("plan.devices=%s", at(r, row, "n_gpu")),
        mem_print("plan.tp=%s", at(r, row, "tp")),
        mem_print("plan.dp=%s", at(r, row, "dp")),
        mem_print("plan.ep=%s", at(r, row, "ep")),
        mem_print("workload.context=%g", number(r, row, "seq_len") + 1),
        mem_print("workload.batch=%s", at(r, row, "global_batch")),
        mem_print("workload.chance=1"),
        mem_print("workload.skew=%s", at(r, row, "skew")),
        mem_print("workload.placement=%s",
                  has(r, row, "figure", "roundrobin") ? "round_robin" : "contiguous"),
        mem_print("precision.weight=%g", bytes),
        mem_print("precision.kv=%g", bytes),
        mem_print("precision.math=%g", bytes),
        mem_print("precision.activation=%g", bytes),
        mem_print("engine.runs=%s", deepseek ? "experts" : "both"),
    };
    int rc = 0;
    for (size_t i = 0; i < LEN(set); i++) {
        if (rc == 0)
            rc = study_set(s, c, set[i], err);
        free(set[i]);
    }
    if (rc == 0 && study_settle(s, err) == 0)
        return s;
    study_free(s);
    return NULL;
}

/* Decode; experts forced onto the slower unit and PIM presets are no setting of ours. */
static bool comparable(const struct csv *r, size_t row)
{
    return has(r, row, "flags", "mode=decode") && !has(r, row, "flags", "moe_low_only=1") &&
           !has(r, row, "processor", "GPU+PIM");
}

static int check_simulator(struct table *rows, struct table *summary, struct catalogue *c,
                           const char *dir, struct err *err)
{
    struct csv r;
    struct tally even = {0}, skewed = {0}, memory = {0};
    char *path = mem_print("%s/llmsimulator.csv", dir);
    int rc = csv_read(&r, path, err);

    free(path);
    if (rc != 0)
        return -1;
    for (size_t row = 0; row < r.rows && rc == 0; row++) {
        struct metrics m;
        struct study *s;
        if (!comparable(&r, row))
            continue;
        if (!(s = simulator_row(&r, row, c, err))) {
            rc = -1;
            break;
        }
        evaluate(&s->base, &s->prices, &m, NULL);
        study_free(s);
        double skew = number(&r, row, "skew"), theirs = number(&r, row, "tpot_ms") / 1e3;
        char *what = mem_print("TPOT of %s, %s x %s, TP %s, context %s, batch %s, skew %s, s",
                               at(&r, row, "model"), at(&r, row, "n_gpu"), at(&r, row, "gpu"),
                               at(&r, row, "tp"), at(&r, row, "seq_len"),
                               at(&r, row, "global_batch"), at(&r, row, "skew"));
        char *source = mem_print("LLMSimulator %s", at(&r, row, "figure"));
        add_row(rows, source, what, theirs, m.tpot_s, "");
        free(what);
        free(source);
        tally_add(&memory, m.weight_byte / 0x1p30 / number(&r, row, "mem_weight_GiB") - 1);
        tally_add(&memory, m.kv_byte / 0x1p30 / number(&r, row, "mem_kv_GiB") - 1);
        tally_add(skew > 0 ? &skewed : &even, m.tpot_s / theirs - 1);
    }
    csv_free(&r);
    add_summary(summary, "LLMSimulator, decode", &even);
    add_summary(summary, "LLMSimulator, decode, skewed experts", &skewed);
    add_summary(summary, "LLMSimulator, weights and KV cache", &memory);
    return rc;
}

static int run(const struct args *a, struct err *err)
{
    static const char *const header[] = {"source", "what",          "published",
                                         "ours",   "error_percent", "why"};
    static const char *const sums[] = {"source", "results", "mean_percent", "median_percent",
                                       "largest_percent"};
    const char *dir = args_value(a, "--data"), *name = args_value(a, "--format");
    struct table rows, summary;
    struct catalogue *c;
    enum format format = FORMAT_TABLE;

    if (name && format_parse(name, &format, err) != 0)
        return -1;
    if (open_catalogue(&c, err) != 0)
        return -1;
    table_begin(&rows, header, LEN(header));
    table_begin(&summary, sums, LEN(sums));
    int rc = check_claims(&rows, &summary, c, err);
    if (rc == 0 && dir)
        rc = check_simulator(&rows, &summary, c, dir, err);
    if (rc == 0) {
        if (format == FORMAT_JSON)
            printf("{\"results\": ");
        table_write(&rows, format, stdout);
        printf(format == FORMAT_JSON ? ", \"summary\": " : "\n");
        table_write(&summary, format, stdout);
        if (format == FORMAT_JSON)
            printf("}\n");
    }
    table_free(&rows);
    table_free(&summary);
    catalogue_close(c);
    return rc;
}

static const struct option options[] = {
    {"--data", "DIR", "a folder of published results: llmsimulator.csv"},
    {"--format", "table|csv|json|md", "table (default), csv, json, md"},
    {NULL, NULL, NULL},
};

const struct command cmd_validate = {"validate",
                                     "",
                                     0,
                                     0,
                                     "hold the model against published results",
                                     "  dse validate\n"
                                     "  dse validate --data validation --format md\n",
                                     options,
                                     run};
