#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/mem.h"
#include "dse/validate/check.h"
#include "dse/validate/measured_kernels.h"
#include "search/study.h"

static bool has(const struct csv *rows, size_t row, const char *column, const char *text)
{
    return strstr(row_text(rows, row, column), text) != NULL;
}

/* A row as a study in the simulator's conventions. NULL names no parameter: that row is skipped. */
static struct study *simulator_row(const struct csv *r, size_t row, struct catalogue *c,
                                   struct err *err)
{
    static const char *const name[][2] = {{"deepseekV3", "deepseek-v3"},
                                          {"gpt3_175B", "gpt3-175b"},
                                          {"llama4_maverick", "llama-4-maverick"}};
    bool h100 = has(r, row, "gpu", "H100"), b100 = has(r, row, "gpu", "B100");
    bool deepseek = has(r, row, "model", "deepseek"), logic = has(r, row, "processor", "GPU+LOGIC");
    double link = row_number(r, row, "interconnect_GBps"),
           bytes = row_number(r, row, "precision_bytes");
    const char *model = "";
    struct study *s;

    for (size_t i = 0; i < LEN(name); i++)
        if (!strcmp(row_text(r, row, "model"), name[i][0]))
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
        mem_print("chip.memory_byte=1e15"), /* rows that do not fit into memory are timed too */
        mem_print("chip.link_byte_per_s=%g", 1e9 * link),
        mem_print("chip.link_latency_s=%g", link < 200 ? 0.13e-6 : 0.8e-6),
        mem_print("chip.link_domain=1024"),
        mem_print("plan.devices=%s", row_text(r, row, "n_gpu")),
        mem_print("plan.tp=%s", row_text(r, row, "tp")),
        mem_print("plan.dp=%s", row_text(r, row, "dp")),
        mem_print("plan.ep=%s", row_text(r, row, "ep")),
        mem_print("workload.context=%g", row_number(r, row, "seq_len") + 1),
        mem_print("workload.batch=%s", row_text(r, row, "global_batch")),
        mem_print("workload.chance=1"),
        mem_print("workload.skew=%s", row_text(r, row, "skew")),
        mem_print("workload.placement=%s",
                  has(r, row, "figure", "roundrobin") ? "round_robin" : "contiguous"),
        mem_print("precision.weight=%g", bytes),
        mem_print("precision.kv=%g", bytes),
        mem_print("precision.math=%g", bytes),
        mem_print("precision.activation=%g", bytes),
        mem_print("engine.runs=%s", deepseek ? "experts" : "both"),
        mem_print("engine.limits=none"), /* the simulator knows none */
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

/* Decode rows only. Rows that force experts onto the slower unit, and PIM presets, have no
 * equivalent here. */
static bool comparable(const struct csv *r, size_t row)
{
    return has(r, row, "flags", "mode=decode") && !has(r, row, "flags", "moe_low_only=1") &&
           !has(r, row, "processor", "GPU+PIM");
}

int check_simulator(struct check *c, struct err *err)
{
    struct csv r;
    struct tally even = {0}, skewed = {0}, memory = {0};
    char *path;
    if (!check_file(c, "llmsimulator.csv", &path))
        return 0;
    int rc = csv_read(&r, path, err);

    free(path);
    if (rc != 0)
        return -1;
    for (size_t row = 0; row < r.rows && rc == 0; row++) {
        struct metrics m;
        struct study *s;
        if (!comparable(&r, row))
            continue;
        if (!(s = simulator_row(&r, row, c->catalogue, err))) {
            rc = -1;
            break;
        }
        evaluate(&s->base, &s->prices, &m, NULL);
        study_free(s);
        double skew = row_number(&r, row, "skew"), theirs = row_number(&r, row, "tpot_ms") / 1e3;
        char *what = mem_print("TPOT of %s, %s x %s, TP %s, context %s, batch %s, skew %s, s",
                               row_text(&r, row, "model"), row_text(&r, row, "n_gpu"),
                               row_text(&r, row, "gpu"), row_text(&r, row, "tp"),
                               row_text(&r, row, "seq_len"), row_text(&r, row, "global_batch"),
                               row_text(&r, row, "skew"));
        char *source = mem_print("LLMSimulator %s", row_text(&r, row, "figure"));
        struct pair tpot = {theirs, m.tpot_s, NAN, NAN};
        check_row(c, source, what, tpot, "");
        free(what);
        free(source);
        tally_add(&memory, (struct pair){row_number(&r, row, "mem_weight_GiB"),
                                         m.weight_byte / 0x1p30, NAN, NAN});
        tally_add(&memory,
                  (struct pair){row_number(&r, row, "mem_kv_GiB"), m.kv_byte / 0x1p30, NAN, NAN});
        tally_add(skew > 0 ? &skewed : &even, tpot);
    }
    csv_free(&r);
    check_summary(c, "LLMSimulator, decode", "TPOT", "no", &even);
    check_summary(c, "LLMSimulator, decode, skewed experts", "TPOT", "no", &skewed);
    check_summary(c, "LLMSimulator, weights and KV cache", "bytes", "no", &memory);
    return rc;
}
