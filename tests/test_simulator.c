/* Timing "simulator" against results of the origin paper's own simulator (LLMSimulator, SNU, MIT
 * licence): decode rows, with and without skew. Reports the error of each row. Skipped where the
 * rows are not found: $DSE_VALIDATION, else ../shared/validation beside the project. */
#include <string.h>

#include "base/csv.h"
#include "tests/model.h"

static struct csv rows;

static const char *at(size_t row, const char *column)
{
    size_t i = 0;
    while (i < rows.columns && strcmp(rows.header[i], column) != 0)
        i++;
    assert_true(i < rows.columns);
    return csv_at(&rows, row, i);
}

static double number(size_t row, const char *column)
{
    return strtod(at(row, column), NULL);
}

static void put(struct study *s, const char *path, double value)
{
    struct parameter p;
    struct err err;
    assert_int_equal(design_parameter(path, &p, &err), 0);
    design_put(&s->base, &p, value);
}

/* The simulator's rooflines of one row as a design; its "any processor" rows have the engine take
 * routed experts where it is faster. */
static struct metrics simulated(size_t row)
{
    static const char *const names[][2] = {{"deepseekV3", "model=deepseek-v3"},
                                           {"gpt3_175B", "model=gpt3-175b"},
                                           {"llama4_maverick", "model=llama-4-maverick"}};
    const char *model = NULL, *gpu = at(row, "gpu");
    for (size_t i = 0; i < LEN(names); i++)
        if (!strcmp(at(row, "model"), names[i][0]))
            model = names[i][1];
    assert_non_null(model);
    struct study *s = study_with(
        SET(model, "chip=b200-paper",
            !strcmp(at(row, "processor"), "GPU+LOGIC") ? "engine=duplex" : "engine=none"));
    if (!strcmp(at(row, "model"), "deepseekV3"))
        put(s, "model.layers", 60);
    put(s, "timing", TIMING_SIMULATOR);
    put(s, "workload.chance", 1);
    put(s, "workload.skew", number(row, "skew"));
    put(s, "workload.placement",
        strstr(at(row, "figure"), "roundrobin") ? PLACE_ROUND_ROBIN : PLACE_CONTIGUOUS);
    put(s, "model.absorb", strstr(at(row, "flags"), "absorb=1") != NULL);
    double peak = !strcmp(gpu, "H100") ? 989.4e12 : !strcmp(gpu, "B100") ? 1750e12 : 2250e12;
    put(s, "chip.unit_flop_per_s", peak / s->base.chip.compute_units);
    put(s, "chip.memory_byte_per_s", !strcmp(gpu, "H100") ? 3.352e12 : 8e12);
    put(s, "chip.memory_byte", 1e15); /* rows that do not fit are timed too */
    double link = 1e9 * number(row, "interconnect_GBps");
    put(s, "chip.link_byte_per_s", link);
    put(s, "chip.link_latency_s", link < 2e11 ? 0.13e-6 : 0.8e-6);
    put(s, "chip.link_domain", 1024);
    put(s, "model.latent_reads", strstr(at(row, "flags"), "flash_mla=0") ? 2 : 1);
    put(s, "plan.devices", number(row, "n_gpu"));
    put(s, "plan.tp", number(row, "tp"));
    put(s, "plan.dp", number(row, "dp"));
    put(s, "plan.ep", number(row, "ep"));
    put(s, "workload.context", number(row, "seq_len") + 1);
    put(s, "workload.batch", number(row, "global_batch"));
    const char *const bytes[] = {"precision.weight", "precision.kv", "precision.math",
                                 "precision.activation"};
    for (size_t i = 0; i < LEN(bytes); i++)
        put(s, bytes[i], number(row, "precision_bytes"));
    if (!strcmp(at(row, "model"), "deepseekV3"))
        put(s, "engine.runs", RUNS_EXPERTS);
    struct metrics m;
    evaluate(&s->base, &s->prices, &m, NULL);
    study_free(s);
    return m;
}

/* Rows that no parameter sets: prefill, experts forced onto the slower unit, PIM presets. */
static bool comparable(size_t row)
{
    const char *flags = at(row, "flags");
    return strstr(flags, "mode=decode") && !strstr(flags, "moe_low_only=1") &&
           strcmp(at(row, "processor"), "GPU+PIM") != 0;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void step_times_are_those_of_the_papers_simulator(void **state)
{
    const char *dir = getenv("DSE_VALIDATION"), *source = getenv("DSE_SOURCE");
    char path[4096];
    struct err err;
    double error[2][128];
    size_t n[2] = {0};
    (void)state;

    snprintf(path, sizeof path, "%s%s/llmsimulator.csv",
             dir      ? dir
             : source ? source
                      : ".",
             dir ? "" : "/../shared/validation");
    if (csv_read(&rows, path, &err) != 0) {
        print_message(
            "skipped: no llmsimulator.csv (set DSE_VALIDATION to the folder that has it)\n");
        skip();
    }
    for (size_t row = 0; row < rows.rows; row++) {
        if (!comparable(row))
            continue;
        struct metrics m = simulated(row);
        int skewed = number(row, "skew") > 0;
        double theirs = number(row, "tpot_ms") / 1e3, e = m.tpot_s / theirs - 1;
        double weight = m.weight_byte / 0x1p30 / number(row, "mem_weight_GiB") - 1;
        double kv = m.kv_byte / 0x1p30 / number(row, "mem_kv_GiB") - 1;
        print_message("%-24s %-16s %s x%-3s tp %s context %5s batch %6s skew %s: TPOT %9.3f ms, "
                      "ours %9.3f ms %+6.2f %%; weights %+.2f %%, KV %+.2f %%\n",
                      at(row, "figure"), at(row, "model"), at(row, "gpu"), at(row, "n_gpu"),
                      at(row, "tp"), at(row, "seq_len"), at(row, "global_batch"), at(row, "skew"),
                      1e3 * theirs, 1e3 * m.tpot_s, 100 * e, 100 * weight, 100 * kv);
        assert_true(n[skewed] < LEN(error[0]));
        error[skewed][n[skewed]++] = fabs(e);
        assert_true(fabs(e) < (skewed ? 0.03 : 0.01));
        assert_true(fabs(weight) < 0.005 && fabs(kv) < 0.005);
    }
    csv_free(&rows);
    for (int i = 0; i < 2; i++) {
        qsort(error[i], n[i], sizeof(double), by_value);
        print_message("%zu rows %s: median error %.2f %%, largest %.2f %%\n", n[i],
                      i ? "with skew" : "without skew", 100 * error[i][n[i] / 2],
                      100 * error[i][n[i] - 1]);
    }
    assert_true(n[0] >= 40 && n[1] >= 10);
    assert_true(error[0][n[0] / 2] < 0.002);
}

/* At a context of 8192 on 32 B200 of 192 GiB, from its own accounting of memory. */
static void batches_fit_as_in_the_papers_simulator(void **state)
{
    static const struct {
        const char *model, *tp, *ep;
        double cap, tolerance;
    } row[] = {{"model=deepseek-v3", "plan.tp=1", "plan.ep=32", 7360, 0.005},
               {"model=llama-4-maverick", "plan.tp=8", "plan.ep=32", 3340, 0.002},
               {"model=gpt3-175b", "plan.tp=8", "plan.ep=1", 128, 0.001}};
    (void)state;
    for (size_t i = 0; i < LEN(row); i++) {
        struct metrics m =
            priced(SET("chip=b200-paper", "chip.memory_byte=192GiB", "timing=simulator",
                       "workload.context=8193", "plan.devices=32", row[i].model, row[i].tp,
                       row[i].ep, i == 0 ? "model.layers=60" : "precision.kv=bf16"));
        print_message("%s batch_cap %g, simulator %g\n", row[i].model, m.batch_cap, row[i].cap);
        assert_close(m.batch_cap, row[i].cap, row[i].tolerance);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(step_times_are_those_of_the_papers_simulator),
        cmocka_unit_test(batches_fit_as_in_the_papers_simulator)};
    return cmocka_run_group_tests_name("simulator", tests, open_tests, close_tests);
}
