/* A second tier of memory on either side of a step that an FFN pool, or a draft pool, shares. */
#include "arch/ffn_pool.h"
#include "arch/tier2.h"
#include "tests/model.h"

#define ONE                                                                                        \
    "chip=h100", "chip.memory_byte=100 TB", "chip.tdp_w=100 kW", "plan.devices=1",                 \
        "workload.batch=48"
#define TIER "chip.memory2_byte=100 TB", "chip.memory2_byte_per_s=400 GB/s"
#define POOL                                                                                       \
    "pools.ffn.chip=h100", "pools.ffn.chip.memory_byte=100 TB", "pools.ffn.chip.tdp_w=100 kW",     \
        "pools.ffn.devices=1", "pools.ffn.link_byte_per_s=1e15", "pools.ffn.link_latency_s=0",     \
        "plan.micro_batches=1"
#define POOL_TIER "pools.ffn.chip.memory2_byte=100 TB", "pools.ffn.chip.memory2_byte_per_s=400 GB/s"

static const char *const models[] = {"model=deepseek-r1", "model=llama-3.1-70b",
                                     "model=qwen3-next-80b-a3b"};
static const char *const runs[] = {"pools.ffn.runs=experts", "pools.ffn.runs=ffn",
                                   "pools.ffn.runs=ffn_and_head",
                                   "pools.ffn.runs=all_but_attention"};

/* Each side streams its part of what one device streams that runs all. */
static void tiers_of_both_sides_stream_as_that_of_one_device(void **state)
{
    static const char *const kind[][2] = {
        {"chip.memory2_kind=lpddr5x", "pools.ffn.chip.memory2_kind=lpddr5x"},
        {"chip.memory2_kind=host", "pools.ffn.chip.memory2_kind=host"}};
    (void)state;
    for (size_t m = 0; m < LEN(models); m++)
        for (size_t r = 0; r < LEN(runs); r++)
            for (size_t k = 0; k < LEN(kind); k++) {
                struct metrics one = priced(SET(models[m], ONE, TIER, kind[k][0],
                                                "plan.weight_share2=0.3", "plan.kv_share2=0.6"));
                struct metrics two = priced(SET(
                    models[m], ONE, TIER, kind[k][0], POOL, POOL_TIER, kind[k][1], runs[r],
                    "plan.weight_share2=0.3", "plan.kv_share2=0.6", "pools.ffn.weight_share2=0.3"));
                if (two.verdict == VERDICT_MAPPING)
                    continue;
                assert_close(two.tpot_s, one.tpot_s, 1e-5); /* 1e15 B/s */
                assert_close(two.memory2_used_byte + two.ffn_memory2_used_byte,
                             one.memory2_used_byte, 1e-9);
                assert_close(two.weight_share2, 0.3, 0);
                assert_close(two.kv_share2, 0.6, 0);
                assert_close(two.ffn_weight_share2, 0.3, 0);
                assert_close(two.ffn_memory2_used_byte, 0.3 * two.ffn_weight_byte, 1e-12);
            }
}

static void an_empty_second_tier_changes_no_time(void **state)
{
    (void)state;
    for (size_t r = 0; r < LEN(runs); r++) {
        struct metrics none = priced(SET(models[0], ONE, POOL, runs[r]));
        struct metrics empty = priced(SET(models[0], ONE, TIER, "chip.memory2_kind=lpddr5x", POOL,
                                          POOL_TIER, "pools.ffn.chip.memory2_kind=lpddr5x", runs[r],
                                          "pools.ffn.weight_share2=0"));
        assert_close(empty.tpot_s, none.tpot_s, 0);
        assert_close(empty.ffn_memory_used_byte, none.ffn_memory_used_byte, 0);
        assert_close(empty.memory_used_byte, none.memory_used_byte, 0);
        assert_close(empty.ffn_memory2_used_byte + empty.memory2_used_byte, 0, 0);
        assert_true(isnan(none.ffn_weight_share2));
    }
}

#define R1                                                                                         \
    "model=deepseek-r1", "chip=h20", "chip.tdp_w=100kW", "plan.devices=16", "plan.tp=1",           \
        "precision.weight=fp8", "precision.kv=fp8", "precision.math=fp8",                          \
        "pools.ffn.runs=experts", "workload.tpot=100ms"
#define SMALL                                                                                      \
    "pools.ffn.chip=h100", "pools.ffn.chip.tdp_w=100kW", "pools.ffn.chip.memory_byte=30GB",        \
        "pools.ffn.devices=16", "pools.ffn.tp=1"
#define SMALL_TIER                                                                                 \
    "pools.ffn.chip.memory2_kind=lpddr5x", "pools.ffn.chip.memory2_byte=60GB",                     \
        "pools.ffn.chip.memory2_byte_per_s=1TB/s"

/* 40.9 GB of experts on each of 16 devices. */
static void weights_of_a_pool_that_do_not_fit_stream_from_its_second_tier(void **state)
{
    struct metrics without = priced(SET(R1, SMALL));
    struct metrics with = priced(SET(R1, SMALL, SMALL_TIER));
    struct metrics none = priced(SET(R1, SMALL, SMALL_TIER, "pools.ffn.weight_share2=0"));
    (void)state;
    assert_close(without.verdict, VERDICT_MEMORY, 0);
    assert_close(none.verdict, VERDICT_MEMORY, 0);
    assert_close(with.verdict, VERDICT_OK, 0);
    assert_true(with.ffn_memory_used_byte <= 30e9 && with.ffn_memory2_used_byte <= 60e9);
    assert_close(with.ffn_memory2_used_byte, with.ffn_weight_share2 * with.ffn_weight_byte, 1e-9);
}

/* auto chooses among six shares: it is at most 2 % below the best multiple of a 32nd. */
static void auto_is_near_the_best_share(void **state)
{
    struct metrics found = priced(SET(R1, SMALL, SMALL_TIER));
    double best = 0;
    (void)state;
    for (int i = 0; i <= 32; i++) {
        char set[48];
        snprintf(set, sizeof set, "pools.ffn.weight_share2=%.17g", i / 32.0);
        struct metrics m = priced(SET(R1, SMALL, SMALL_TIER, set));
        best = fmax(best, m.verdict == VERDICT_OK ? m.tokens_per_s : 0);
    }
    assert_true(best > 0 && found.tokens_per_s >= 0.98 * best);
}

/* A chip of megabytes of SRAM before LPDDR. */
static void a_pool_of_small_first_tiers_holds_a_model(void **state)
{
    struct metrics m = priced(SET(R1, "workload.tpot=1s", "pools.ffn.chip=corsair",
                                  "pools.ffn.devices=16", "pools.ffn.tp=1"));
    (void)state;
    assert_close(m.verdict, VERDICT_OK, 0);
    assert_true(m.ffn_weight_share2 > 0.8);
}

static void caches_in_the_second_tier_leave_room_for_requests(void **state)
{
    double before = 0;
    (void)state;
    for (int i = 0; i <= 3; i++) {
        char set[40];
        snprintf(set, sizeof set, "plan.kv_share2=%g", i / 8.0);
        struct metrics m = priced(SET(R1, "workload.tpot=1s", "chip.memory2_kind=lpddr5x",
                                      "chip.memory2_byte=500GB", "chip.memory2_byte_per_s=1TB/s",
                                      "pools.ffn.chip=h100", "pools.ffn.devices=16", set));
        assert_close(m.verdict, VERDICT_OK, 0);
        assert_true(m.batch_cap > before && m.memory_used_byte <= 96e9);
        before = m.batch_cap;
    }
}

static void a_faster_second_tier_never_costs_throughput(void **state)
{
    double before = 0;
    (void)state;
    for (double x = 2e11; x <= 4e12; x *= 2) {
        char set[64];
        snprintf(set, sizeof set, "pools.ffn.chip.memory2_byte_per_s=%.0f", x);
        struct metrics m = priced(SET(R1, SMALL, SMALL_TIER, set, "pools.ffn.weight_share2=0.5"));
        double rate = m.verdict == VERDICT_OK ? m.tokens_per_s : 0;
        assert_true(rate >= before * (1 - 1e-9));
        before = rate;
    }
    assert_true(before > 0);
}

/* Flash that is written with caches wears out, as without a pool. */
static void a_cache_in_flash_wears_it_out(void **state)
{
    struct metrics m =
        priced(SET(R1, "workload.batch=512", "chip.memory2_kind=hbf", "chip.memory2_byte=20GB",
                   "chip.memory2_byte_per_s=1TB/s", "pools.ffn.chip=h100", "pools.ffn.devices=16",
                   "plan.kv_share2=0.5", "chip.memory2_least_life_year=100"));
    (void)state;
    assert_close(m.verdict, VERDICT_ENDURANCE, 0);
    assert_true(m.memory2_life_year > 0 && m.memory2_life_year < 100);
}

/* What was chosen gives the same numbers again. */
static void a_chosen_share_gives_the_same_metrics(void **state)
{
    struct study *s = study_with(SET(R1, SMALL, SMALL_TIER));
    struct metrics a, b;
    struct plan plan;
    (void)state;
    evaluate(&s->base, &s->prices, &a, &plan);
    struct design d = s->base;
    design_fix_mapping(&d, &plan, &a);
    assert_true(d.pools.ffn_weight_share2 > 0);
    evaluate(&d, &s->prices, &b, NULL);
    assert_same_metrics(&a, &b);
    study_free(s);
}

/* The main devices verify with a share of their weights there; those that draft have none. */
static void a_draft_pool_leaves_the_second_tier_to_the_main_devices(void **state)
{
#define DRAFTS                                                                                     \
    "model=llama-3.1-405b", "chip=h200", "chip.tdp_w=100kW", "plan.devices=8", "plan.tp=8",        \
        "workload.batch=16", "workload.query_tokens=4", "precision.weight=fp8",                    \
        "chip.memory2_kind=lpddr5x", "chip.memory2_byte=500GB", "chip.memory2_byte_per_s=1TB/s",   \
        "plan.weight_share2=0.5", "plan.kv_share2=0"
    struct metrics verify = priced(SET(DRAFTS));
    struct metrics m = priced(SET(DRAFTS, "pools.draft.model=llama-3.1-8b", "pools.draft.chip=l40s",
                                  "pools.draft.devices=4"));
    (void)state;
    assert_close(m.tpot_s, verify.tpot_s + m.draft_s + m.draft_transfer_s, 1e-9);
    assert_close(m.memory2_used_byte, verify.memory2_used_byte, 1e-12);
    assert_close(m.memory2_s, verify.memory2_s, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiers_of_both_sides_stream_as_that_of_one_device),
        cmocka_unit_test(an_empty_second_tier_changes_no_time),
        cmocka_unit_test(weights_of_a_pool_that_do_not_fit_stream_from_its_second_tier),
        cmocka_unit_test(auto_is_near_the_best_share),
        cmocka_unit_test(a_pool_of_small_first_tiers_holds_a_model),
        cmocka_unit_test(caches_in_the_second_tier_leave_room_for_requests),
        cmocka_unit_test(a_faster_second_tier_never_costs_throughput),
        cmocka_unit_test(a_cache_in_flash_wears_it_out),
        cmocka_unit_test(a_chosen_share_gives_the_same_metrics),
        cmocka_unit_test(a_draft_pool_leaves_the_second_tier_to_the_main_devices),
    };
    return cmocka_run_group_tests_name("pool tiers", tests, open_tests, close_tests);
}
