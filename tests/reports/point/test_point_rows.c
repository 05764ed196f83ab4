/* The rows of the table of operators add up to the step, in every timing and phase. */
#include "reports/point/point_rows.h"
#include "tests/model.h"

static const char *pick(const char *const *from, size_t n)
{
    return from[(size_t)rand() % n];
}

#define PICK(...)                                                                                  \
    pick((const char *const[]){__VA_ARGS__},                                                       \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* What the rows of a point take together, and those that are no operators. */
struct added {
    size_t rows;
    double sum_s, step_s, prefill_s, host_s, transfer_s, overlap_s;
};

static double *rest_of(struct added *a, const char *name)
{
    return !strcmp(name, "prefill")    ? &a->prefill_s
           : !strcmp(name, "host")     ? &a->host_s
           : !strcmp(name, "transfer") ? &a->transfer_s
           : !strcmp(name, "overlap")  ? &a->overlap_s
                                       : NULL;
}

/* As the classes of the metrics state it; a prefill has no time per token. */
static double stated_s(const struct metrics *m, const struct design *d)
{
    return d->workload.phase == PHASE_PREFILL
               ? m->ttft_s
               : classes_s(m) * workload_accepted_tokens(&d->workload);
}

static struct added added_up(const char *const *set)
{
    struct study *s = study_with(set);
    struct cursor c = {0};
    struct plan plan;
    struct metrics m;
    struct point_row *row;
    struct added a = {0};
    double step_s;
    cursor_seek(&c, s, 0);
    cursor_evaluate(&c, &m, &plan);
    a.rows = point_rows(&row, &step_s, &c, &plan, &m);
    for (size_t i = 0; i < a.rows; i++) {
        double *rest = rest_of(&a, row[i].name);
        a.sum_s += row[i].cost.time_s;
        if (rest)
            *rest += row[i].cost.time_s;
    }
    a.step_s = stated_s(&m, &s->base);
    free(row);
    cursor_free(&c);
    study_free(s);
    return a;
}

static bool check(const struct added *a)
{
    if (a->rows == 0)
        return false;
    assert_close(a->sum_s, a->step_s, 1e-9);
    assert_true(a->prefill_s >= 0 && a->host_s >= 0 && a->transfer_s >= 0 && a->overlap_s <= 0);
    return true;
}

/* Which rows are there besides operators? */
struct seen {
    size_t designs, prefill, host, transfer, overlap;
};

static void see(struct seen *out, const struct added *a)
{
    out->designs += check(a);
    out->prefill += a->prefill_s > 0;
    out->host += a->host_s > 0;
    out->transfer += a->transfer_s > 0;
    out->overlap += a->overlap_s < 0;
}

#define SOME_DEVICES                                                                               \
    PICK("chip=h100", "chip=b200"), PICK("chip.tdp_w=auto", "chip.tdp_w=300 W"),                   \
        PICK("workload.batch=8", "workload.batch=200", "workload.batch=max"),                      \
        PICK("workload.tpot=50 ms", "workload.tpot=none"), "plan.devices=8"

/* `more`: of all designs; measured are only steps of decode and serving. */
static struct seen of_a_timing(const char *timing, const char *more, int designs)
{
    struct seen seen = {0};
    bool measured = !strcmp(timing, "timing=measured");
    for (int i = 0; i < designs; i++) {
        struct added a = added_up(
            SET(timing, more, SOME_DEVICES,
                PICK("model=llama-3.1-70b", "model=deepseek-r1", "model=qwen3-30b-a3b"),
                PICK("engine=none", "engine=duplex", "engine=neupims", "engine=memory-pool"),
                measured ? PICK("workload.phase=decode", "workload.phase=serving")
                         : PICK("workload.phase=decode", "workload.phase=prefill",
                                "workload.phase=serving", "workload.phase=disaggregated"),
                PICK("plan.overlap=none", "plan.overlap=two_batch", "plan.overlap=ideal"),
                PICK("workload.query_tokens=1", "workload.query_tokens=2"),
                PICK("plan.pp=1", "plan.pp=2"),
                PICK("workload.context_cv=0", "workload.context_cv=0.5"),
                PICK("precision.math=bf16", "precision.math=fp8")));
        see(&seen, &a);
    }
    return seen;
}

static void rows_add_up_to_the_step_at_peaks(void **state)
{
    struct seen x = of_a_timing("timing=ideal", "plan.tp=auto", 150);
    (void)state;
    assert_true(x.designs > 50 && x.overlap > 10);
    assert_true(x.host + x.prefill + x.transfer == 0);
}

static void rows_add_up_to_a_calibrated_step(void **state)
{
    struct seen x = of_a_timing("timing=calibrated", "plan.tp=auto", 150);
    (void)state;
    assert_true(x.designs > 30 && x.overlap > 5 && x.host > 20 && x.prefill > 5);
}

static void rows_add_up_to_a_measured_step(void **state)
{
    struct seen x = of_a_timing("timing=measured", "workload.measured_tpot_s=60 ms", 100);
    (void)state;
    assert_true(x.designs > 30 && x.host + x.prefill == 0);
}

static void rows_add_up_to_the_step_of_a_simulator(void **state)
{
    size_t designs = 0;
    (void)state;
    for (int i = 0; i < 30; i++) {
        struct added a = added_up(SET("timing=simulator", SOME_DEVICES, "model=llama-3.1-70b",
                                      PICK("engine=none", "engine=duplex")));
        designs += check(&a);
        assert_close(a.sum_s - a.overlap_s, a.step_s, 1e-9);
    }
    assert_true(designs > 10);
}

/* A prefill has no scan of a decode step, and its start-up time neither. */
static void nothing_overlaps_in_a_prefill_with_an_indexer(void **state)
{
    struct added a = added_up(SET("model=deepseek-v3.2", "chip=b200", "plan.devices=16",
                                  "workload.phase=prefill", "chip.kernel_start_s=5 us"));
    (void)state;
    assert_true(a.rows > 0 && a.overlap_s == 0);
}

static void rows_of_both_sides_and_their_transfers_add_up_to_the_step(void **state)
{
    struct seen ffn = {0}, draft = {0};
    (void)state;
    for (int i = 0; i < 60; i++) {
        struct added a = added_up(
            SET(SOME_DEVICES, PICK("model=llama-3.1-70b", "model=deepseek-r1"),
                PICK("engine=none", "engine=neupims"), PICK("pools.ffn.chip=h100"),
                PICK("pools.ffn.runs=ffn", "pools.ffn.runs=all_but_attention"),
                PICK("plan.micro_batches=1", "plan.micro_batches=3", "plan.micro_batches=auto"),
                PICK("pools.ffn.sends=beside", "pools.ffn.sends=within")));
        see(&ffn, &a);
        a = added_up(SET(SOME_DEVICES, "model=llama-3.1-70b", "pools.draft.model=llama-3.1-8b",
                         "pools.draft.chip=l40s", "workload.query_tokens=3",
                         "workload.accepted_tokens=2"));
        see(&draft, &a);
    }
    assert_true(ffn.designs > 20 && ffn.transfer == ffn.designs && ffn.overlap > 10);
    assert_true(draft.designs > 20 && draft.transfer == draft.designs && draft.overlap == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_add_up_to_the_step_at_peaks),
        cmocka_unit_test(rows_add_up_to_a_calibrated_step),
        cmocka_unit_test(rows_add_up_to_a_measured_step),
        cmocka_unit_test(rows_add_up_to_the_step_of_a_simulator),
        cmocka_unit_test(nothing_overlaps_in_a_prefill_with_an_indexer),
        cmocka_unit_test(rows_of_both_sides_and_their_transfers_add_up_to_the_step),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
