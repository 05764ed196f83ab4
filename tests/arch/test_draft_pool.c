/* A draft model on devices of another kind: both sides of a step work in turn, and nothing is held
 * or done twice or not at all. */
#include "arch/draft_pool.h"
#include "tests/model.h"

#define SIDES                                                                                      \
    "model=llama-3.1-405b", "chip=h200", "chip.tdp_w=100kW", "plan.devices=8", "plan.tp=8",        \
        "workload.query_tokens=4", "workload.accepted_tokens=2.2", "precision.weight=fp8"
#define DRAFT "pools.draft.model=llama-3.1-8b"
#define MOE_DRAFT "pools.draft.model=qwen3-30b-a3b"
#define APART                                                                                      \
    "pools.draft.chip=h200", "pools.draft.chip.tdp_w=100kW", "pools.draft.devices=8",              \
        "pools.draft.tp=8"
#define NO_LINK "pools.draft.link_byte_per_s=1e15", "pools.draft.link_latency_s=0"
#define BATCH "workload.batch=16"

static double all_weight_byte(const struct metrics *m, double main_devices)
{
    double apart = m->draft_devices > 0 ? m->draft_devices * m->draft_weight_byte : 0;
    return m->weight_byte * main_devices + apart;
}

/* ---- conservation ---- */

static void a_pool_of_main_devices_behind_a_free_link_changes_no_time(void **state)
{
    static const char *const draft[] = {DRAFT, MOE_DRAFT};
    (void)state;
    for (size_t i = 0; i < LEN(draft); i++) {
        struct metrics on = priced(SET(SIDES, draft[i], BATCH));
        struct metrics apart = priced(SET(SIDES, draft[i], BATCH, APART, NO_LINK));
        assert_close(apart.verdict, VERDICT_OK, 0);
        assert_close(apart.tpot_s, on.tpot_s, 1e-9);
        assert_close(apart.tokens_per_s, on.tokens_per_s, 1e-9);
        assert_close(apart.expert_s, on.expert_s, 1e-9);
        assert_close(apart.communication_s, on.communication_s, 1e-9);
        assert_close(all_weight_byte(&apart, 8), all_weight_byte(&on, 8), 1e-12);
    }
}

/* The same operators, whichever devices run them. */
static void every_operator_is_on_one_side(void **state)
{
    struct study *s = study_with(SET(SIDES, MOE_DRAFT, BATCH, APART));
    struct design on = s->base;
    struct prepared one = {0}, two = {0};
    (void)state;
    on.draft_chip = (struct chip){0};
    prepare(&one, &on);
    prepare(&two, &s->base);
    const struct step *whole = &one.mapped[0].step, *main = &two.mapped[0].step,
                      *draft = &two.mapped[two.ffn_first].step;
    assert_true(main->ops.n > 0 && draft->ops.n > 0);
    assert_int_equal(main->ops.n + draft->ops.n, whole->ops.n);
    for (size_t i = 0; i < whole->ops.n; i++) {
        const struct op *a = &whole->ops.op[i];
        const struct op *b = i < main->ops.n ? &main->ops.op[i] : &draft->ops.op[i - main->ops.n];
        assert_string_equal(a->name, b->name);
        assert_true(a->drafts == (i >= main->ops.n) && a->drafts == b->drafts);
        assert_close(a->flop, b->flop, 0);
        assert_close(a->byte, b->byte, 0);
        assert_close(a->weight_byte, b->weight_byte, 0);
    }
    assert_close(main->weight_byte + draft->weight_byte, whole->weight_byte, 1e-12);
    assert_close(main->expert_byte + draft->expert_byte, whole->expert_byte, 1e-12);
    assert_close(main->kv_byte_per_request + draft->kv_byte_per_request, whole->kv_byte_per_request,
                 1e-12);
    prepared_free(&one);
    prepared_free(&two);
    study_free(s);
}

/* ---- time ---- */

/* Drafts, transfers and verification follow each other: 1 us each way, then nothing else. */
static void both_sides_work_in_turn(void **state)
{
    struct metrics verify = priced(SET(SIDES, BATCH));
    struct metrics m = priced(SET(
        SIDES, DRAFT, BATCH, "pools.draft.chip=l40s", "pools.draft.devices=4", "pools.draft.tp=2",
        "pools.draft.link_latency_s=1us", "pools.draft.link_byte_per_s=1e15"));
    double step_s = 2.2 * m.tpot_s;
    (void)state;
    assert_close(m.draft_transfer_s, 2e-6, 1e-6);
    assert_close(step_s, 2.2 * verify.tpot_s + m.draft_s + m.draft_transfer_s, 1e-9);
    assert_close(m.draft_busy_ratio, m.draft_s / step_s, 1e-12);
    assert_close(classes_s(&m), m.tpot_s, 1e-9);
}

/* Of 4 bytes for each of 2.2 accepted tokens there and 3 drafted ones back, of 16 requests. */
static void numbers_of_tokens_go_over_the_link(void **state)
{
    struct metrics m = priced(
        SET(SIDES, DRAFT, BATCH, "pools.draft.chip=l40s", "pools.draft.devices=4",
            "pools.draft.tp=2", "pools.draft.link_latency_s=0", "pools.draft.link_byte_per_s=1e6"));
    (void)state;
    assert_close(m.draft_transfer_s, 16 * (2.2 + 3) * 4 / 4 / 1e6, 1e-9);
}

/* A replica drafts for whole requests: the other devices are of no use to a single one. */
static void one_request_is_drafted_on_one_replica(void **state)
{
    struct metrics one = priced(SET(SIDES, DRAFT, "workload.batch=1", "pools.draft.chip=l40s",
                                    "pools.draft.devices=1", "pools.draft.tp=1"));
    struct metrics eight = priced(SET(SIDES, DRAFT, "workload.batch=1", "pools.draft.chip=l40s",
                                      "pools.draft.devices=8", "pools.draft.tp=1"));
    (void)state;
    assert_close(eight.draft_s, one.draft_s, 1e-12);
    assert_close(eight.draft_memory_used_byte, one.draft_memory_used_byte, 1e-12);
}

static void more_of_a_draft_pool_never_costs_throughput(void **state)
{
    static const struct {
        const char *path;
        double from;
    } axis[] = {{"pools.draft.devices", 1},
                {"pools.draft.chip.memory_byte_per_s", 4e11},
                {"pools.draft.chip.compute_units", 40},
                {"pools.draft.chip.memory_byte", 12e9},
                {"pools.draft.link_byte_per_s", 1e7}};
    static const char *const batch[] = {BATCH, "workload.batch=max"};
    (void)state;
    for (size_t a = 0; a < LEN(axis); a++)
        for (size_t b = 0; b < LEN(batch); b++) {
            double before = 0;
            for (double x = 1; x <= 8; x *= 2) {
                char set[96];
                snprintf(set, sizeof set, "%s=%.0f", axis[a].path, axis[a].from * x);
                struct metrics m =
                    priced(SET(SIDES, DRAFT, batch[b], "workload.tpot=60ms",
                               "pools.draft.chip=l40s", "pools.draft.chip.tdp_w=10kW",
                               "pools.draft.devices=4", "pools.draft.tp=1", set));
                double rate = m.verdict == VERDICT_OK ? m.tokens_per_s : 0;
                assert_true(rate >= before * (1 - 1e-9));
                before = rate;
            }
            assert_true(before > 0);
        }
}

/* ---- cost ---- */

/* The network has one level in either case. */
static void each_side_costs_what_it_costs_alone(void **state)
{
    struct metrics main = priced(SET(SIDES, BATCH));
    struct metrics pool =
        priced(SET("model=llama-3.1-8b", "chip=l40s", "plan.devices=4", "workload.batch=4"));
    struct metrics m = priced(SET(SIDES, DRAFT, BATCH, "pools.draft.chip=l40s",
                                  "pools.draft.devices=4", "pools.draft.tp=1"));
    (void)state;
    assert_close(m.system_cost_usd, main.system_cost_usd + pool.system_cost_usd, 1e-9);
    assert_close(m.system_devices, 12, 0);
    assert_close(m.tokens_per_s_per_device, m.tokens_per_s / 12, 1e-12);
    assert_close(m.device_cost_usd, main.device_cost_usd, 0);
    assert_true(m.power_w > main.power_w * 8 / 12); /* each waits for the other */
    assert_true(m.draft_device_power_w > 0 && m.draft_device_power_w <= 350);
}

/* ---- the search ---- */

static void auto_is_the_best_of_all(void **state)
{
    static const char *const limit[] = {"workload.tpot=40ms", BATCH};
    (void)state;
    for (size_t i = 0; i < LEN(limit); i++) {
        struct study *s = study_with(SET(SIDES, DRAFT, limit[i], "pools.draft.chip=h20"));
        struct metrics found, m;
        double best = 0;
        evaluate(&s->base, NULL, &found, NULL);
        assert_close(found.verdict, VERDICT_OK, 0);
        for (double devices = 1; devices <= 8; devices++)
            for (double tp = 1; tp <= devices; tp *= 2) {
                struct design d = s->base;
                d.pools.draft_devices = devices;
                d.pools.draft_tp = tp;
                evaluate(&d, NULL, &m, NULL);
                if (m.verdict == VERDICT_OK)
                    best = fmax(best, m.tokens_per_s_per_device);
            }
        assert_close(found.tokens_per_s_per_device, best, 1e-9);
        study_free(s);
    }
}

/* With the mapping that was found, every metric is the same bit for bit. */
static void a_fixed_mapping_gives_the_same_metrics(void **state)
{
    struct study *s = study_with(SET(SIDES, DRAFT, "workload.tpot=60ms", "pools.draft.chip=h20"));
    struct metrics a, b;
    struct plan plan;
    (void)state;
    evaluate(&s->base, &s->prices, &a, &plan);
    struct design d = s->base;
    design_fix_mapping(&d, &plan, &a);
    assert_close(d.pools.draft_devices, a.draft_devices, 0);
    evaluate(&d, &s->prices, &b, NULL);
    assert_same_metrics(&a, &b);
    study_free(s);
}

static void memory_binds_on_either_side(void **state)
{
    struct metrics small =
        priced(SET(SIDES, DRAFT, BATCH, "pools.draft.chip=l40s", "pools.draft.chip.memory_byte=8GB",
                   "pools.draft.devices=4", "pools.draft.tp=1"));
    struct metrics large = priced(
        SET(SIDES, DRAFT, "pools.draft.chip=l40s", "pools.draft.devices=2", "pools.draft.tp=1"));
    struct metrics main = priced(SET(SIDES));
    (void)state;
    assert_close(small.verdict, VERDICT_MEMORY, 0);
    assert_true(small.draft_memory_used_byte > 8e9);
    assert_close(large.verdict, VERDICT_OK, 0);
    assert_true(large.batch < main.batch); /* the cache of the draft model fills its devices */
    assert_true(large.draft_memory_used_byte <= 48e9);
}

/* ---- what cannot be ---- */

static void assert_refused(const struct design *d, const char *path)
{
    assert_non_null(design_refusal(d));
    assert_memory_equal(design_refusal(d), path, strlen(path));
}

static void what_drafts_nowhere_is_refused(void **state)
{
    struct study *s = study_with(SET(SIDES, DRAFT, APART));
    (void)state;
    assert_null(design_refusal(&s->base));
    struct design d = s->base;
    d.draft_model = (struct model){0};
    d.model.draft_layers = 1; /* MTP modules */
    assert_refused(&d, "pools.draft.model: ");
    d = s->base;
    d.workload.query_tokens = 1;
    assert_refused(&d, "workload.query_tokens: ");
    d = s->base;
    d.ffn_chip = d.chip;
    assert_refused(&d, "pools.draft.chip: ");
    d = s->base;
    d.plan.pp = 2;
    assert_refused(&d, "plan.pp: ");
    d = s->base;
    d.workload.phase = PHASE_SERVING;
    assert_refused(&d, "workload.phase: ");
    d = s->base;
    d.plan.overlap = OVERLAP_TWO_BATCH;
    assert_refused(&d, "plan.overlap: ");
    d = s->base;
    d.mode.timing = TIMING_SIMULATOR;
    assert_refused(&d, "timing: ");
    study_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_of_main_devices_behind_a_free_link_changes_no_time),
        cmocka_unit_test(every_operator_is_on_one_side),
        cmocka_unit_test(both_sides_work_in_turn),
        cmocka_unit_test(numbers_of_tokens_go_over_the_link),
        cmocka_unit_test(one_request_is_drafted_on_one_replica),
        cmocka_unit_test(more_of_a_draft_pool_never_costs_throughput),
        cmocka_unit_test(each_side_costs_what_it_costs_alone),
        cmocka_unit_test(auto_is_the_best_of_all),
        cmocka_unit_test(a_fixed_mapping_gives_the_same_metrics),
        cmocka_unit_test(memory_binds_on_either_side),
        cmocka_unit_test(what_drafts_nowhere_is_refused),
    };
    return cmocka_run_group_tests_name("draft pool", tests, open_tests, close_tests);
}
