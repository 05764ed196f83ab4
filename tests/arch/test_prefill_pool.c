/* A prefill pool on devices of its own kind: rates, links, whole groups, price. */
#include "arch/prefill_pool.h"
#include "tests/model.h"

static const char *const chips[] = {"h100", "h20", "b200", "mi300x"};

/* Prices a design on 8 main devices with so many settings. */
static struct metrics apart(const char *model, const char *chip, const char *pool, const char *a,
                            const char *b)
{
    char main[32], prefill[64];
    snprintf(main, sizeof main, "chip=%s", chip);
    snprintf(prefill, sizeof prefill, "pools.prefill.chip=%s", pool);
    return priced(SET(model, main, prefill, "plan.devices=8", "workload.phase=disaggregated",
                      "workload.input=4096", "workload.output=512", "workload.batch=64", a, b));
}

static const char LLAMA[] = "model=llama-3.1-70b", DEEPSEEK[] = "model=deepseek-r1",
                  SHARE[] = "pools.prefill.devices=share", AFTER[] = "pools.prefill.transfer=after";

static void a_pool_of_the_main_chip_changes_no_bit(void **state)
{
    static const char *const model[] = {"model=llama-3.1-70b", "model=deepseek-r1",
                                        "model=gpt3-175b"};
    static const char *const engine[] = {"engine=none", "engine=duplex"};
    static const char *const with[] = {"pools.prefill.engine=none", "pools.prefill.engine=same"};
    (void)state;
    for (size_t i = 0; i < LEN(model) * LEN(engine) * LEN(with); i++) {
        const char *e = engine[i / 3 % 2], *w = with[i / 6];
        struct metrics one = priced(SET(model[i % 3], "chip=h200", e, w, "plan.devices=16",
                                        "workload.phase=disaggregated"));
        struct metrics two = priced(SET(model[i % 3], "chip=h200", e, w, "plan.devices=16",
                                        "workload.phase=disaggregated", "pools.prefill.chip=h200"));
        assert_same_metrics(&one, &two);
    }
}

/* ---- calibrated timing ---- */

#define CALIBRATED "timing=calibrated", "plan.tp=8", "precision.weight=bf16"

static void a_calibrated_pool_prefills_as_its_chip_does(void **state)
{
    static const char *const chip[] = {"h100", "b200", "h20"};
    (void)state;
    for (size_t main = 0; main < LEN(chip); main++)
        for (size_t of = 0; of < LEN(chip); of++) {
            char of_main[32], of_pool[32], pool[64];
            snprintf(of_main, sizeof of_main, "chip=%s", chip[main]);
            snprintf(of_pool, sizeof of_pool, "chip=%s", chip[of]);
            snprintf(pool, sizeof pool, "pools.prefill.chip=%s", chip[of]);
            struct metrics both = priced(SET(LLAMA, of_main, pool, CALIBRATED, "plan.devices=8",
                                             "workload.phase=disaggregated", "workload.batch=16"));
            struct metrics alone = priced(SET(LLAMA, of_pool, CALIBRATED, "plan.devices=8",
                                              "workload.phase=disaggregated", "workload.batch=16"));
            struct metrics decoding =
                priced(SET(LLAMA, of_main, CALIBRATED, "plan.devices=8",
                           "workload.phase=disaggregated", "workload.batch=16"));
            assert_close(both.verdict, VERDICT_OK, 0);
            assert_close(both.prefill_s, alone.prefill_s, 0);
            assert_close(both.tpot_s, decoding.tpot_s, 0);
            assert_true(both.ttft_s_low < both.ttft_s && both.ttft_s < both.ttft_s_high);
            if (main == of)
                assert_same_metrics(&decoding, &both);
        }
}

static void a_pool_whose_kernels_were_not_measured_is_refused(void **state)
{
    static const char *const more[] = {"pools.prefill.chip=rubin",
                                       "pools.prefill.chip.kernel_start_s=1us"};
    (void)state;
    for (size_t i = 0; i < LEN(more); i++) {
        struct metrics m =
            priced(SET(LLAMA, "chip=h100", "pools.prefill.chip=b200", more[i], CALIBRATED,
                       "plan.devices=8", "workload.phase=disaggregated"));
        assert_close(m.verdict, VERDICT_CALIBRATION, 0);
        assert_true(isnan(m.tpot_s) && isnan(m.ttft_s));
    }
}

/* DeepSeek's day (its inference overview, March 2025): 608e9 tokens in, 56.3 % of them cached,
 * 168e9 out; per node of 8, 32 206 tokens/s in without cached ones and 14 800 out: 226.75 nodes. */
static void rates_match_as_in_deepseeks_day(void **state)
{
    double day_s = 86400, requests = 1e9, in = 608e9 * (1 - 0.563) / requests;
    double out = 168e9 / requests;
    struct prefill_pool pool = {.sends_per_s = INFINITY};
    pool.requests_per_s = pool.prefills_per_s = 32206 / 8.0 / in;
    double decode_nodes = 168e9 / day_s / 14800;
    struct matching q = {decode_nodes * 14800 / out, decode_nodes * 8, 32, POOL_SHARE};
    struct matched_pools m;
    (void)state;
    match_pools(&m, &pool, &q);
    assert_close(decode_nodes, 131.4, 1e-3);
    assert_close(m.devices / 8, 95.5, 1e-3);
    assert_close(m.devices / 8 / decode_nodes, 0.727, 1e-3);
    assert_close(m.devices / 8 + decode_nodes, 226.75, 1e-3);
}

/* 1 / (I / (O R_p) + 1 / R_d), also TensorRT-LLM's rule for the devices of each phase. */
static void output_per_device_follows_from_the_rates_of_both_pools(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(chips); i++) {
        struct metrics m = apart(LLAMA, "h100", chips[i], SHARE, AFTER);
        double in_per_s = m.tokens_per_s / 512 * 4096;
        double r_p = in_per_s / m.prefill_devices, r_d = m.tokens_per_s / 8;
        assert_int_equal(m.verdict, VERDICT_OK);
        assert_close(m.tokens_per_s_per_device, 1 / (4096 / (512 * r_p) + 1 / r_d), 1e-12);
        char pool[32];
        snprintf(pool, sizeof pool, "chip=%s", chips[i]);
        char tp[32];
        snprintf(tp, sizeof tp, "plan.tp=%g", m.prefill_tp);
        char batch[32];
        snprintf(batch, sizeof batch, "workload.batch=%g", m.prefill_dp * 2);
        struct metrics prompts = priced(SET(LLAMA, pool, tp, batch, "plan.devices=8",
                                            "workload.phase=prefill", "workload.context=4096"));
        assert_close(prompts.tokens_per_s / 8, r_p, 1e-9);
    }
}

/* b R_p bytes per second leave a device: 50 302 prompt tokens/s of DeepSeek-V3 are 3.5 GB/s. */
static void the_link_carries_the_cache_of_all_prompts(void **state)
{
    struct metrics m = apart(DEEPSEEK, "b300", "b300", "pools.prefill.tp=1",
                             "pools.prefill.link_byte_per_s=10GB/s");
    double smaller_side = fmin(m.prefill_devices, 8), in_per_s = m.tokens_per_s / 512 * 4096;
    (void)state;
    assert_close(50302 * m.kv_byte_per_token, 3.535e9, 1e-3);
    assert_close(m.kv_link_ratio * 10e9 * smaller_side, in_per_s * m.kv_byte_per_token, 1e-9);
    assert_close(m.kv_transfer_s, 4096 * m.kv_byte_per_token / 10e9, 1e-3);
}

/* A link that cannot carry it sets the pace, at exactly its bytes per second. */
static void a_slow_link_sets_the_pace(void **state)
{
    struct metrics fast = apart(LLAMA, "h100", "h20", SHARE, "plan.tp=8");
    struct metrics slow =
        apart(LLAMA, "h100", "h20", "pools.prefill.link_byte_per_s=10MB/s", "plan.tp=8");
    struct metrics half =
        apart(LLAMA, "h100", "h20", "pools.prefill.link_byte_per_s=5MB/s", "plan.tp=8");
    (void)state;
    assert_true(fast.system_paced_by == SYSTEM_PACE_DECODE && fast.decode_busy_ratio == 1);
    assert_true(slow.system_paced_by == SYSTEM_PACE_LINK && slow.decode_busy_ratio < 1);
    assert_close(slow.tokens_per_s / 512 * 4096 * slow.kv_byte_per_token, 8 * 10e6, 1e-9);
    assert_close(half.tokens_per_s, slow.tokens_per_s / 2, 1e-9);
    assert_close(slow.kv_link_ratio, 1, 1e-9);
    assert_true(slow.power_w < fast.power_w);
}

/* Caches that lie with an engine apart cross its link, as slow as the same between the pools. */
static void the_link_of_an_engine_that_holds_the_caches_may_be_the_slowest(void **state)
{
#define BEHIND                                                                                     \
    "model=llama-3.1-70b", "chip=h100", "plan.devices=8", "workload.phase=disaggregated",          \
        "workload.input=4096", "workload.output=512", "workload.batch=64", "engine=memory-pool",   \
        "pools.prefill.chip=h20"
    struct metrics here =
        priced(SET(BEHIND, "engine.link_byte_per_s=1 GB/s", "plan.kv_place=chip"));
    struct metrics there =
        priced(SET(BEHIND, "engine.link_byte_per_s=1 GB/s", "plan.kv_place=engine"));
    struct metrics between =
        priced(SET(BEHIND, "pools.prefill.link_byte_per_s=1 GB/s", "plan.kv_place=engine"));
    (void)state;
    assert_true(here.kv_transfer_s < there.kv_transfer_s / 2);
    assert_close(there.kv_transfer_s, between.kv_transfer_s, 1e-3);
}

static void whole_groups_keep_up_and_a_number_may_set_the_pace(void **state)
{
    struct metrics share = apart(LLAMA, "h100", "h20", SHARE, "pools.prefill.group=4");
    struct metrics whole =
        apart(LLAMA, "h100", "h20", "pools.prefill.devices=auto", "pools.prefill.group=4");
    (void)state;
    assert_close(whole.prefill_devices, 4 * ceil(share.prefill_devices / 4), 0);
    assert_true(whole.tokens_per_s == share.tokens_per_s && whole.prefill_busy_ratio <= 1);
    assert_close(whole.prefill_busy_ratio * whole.prefill_devices, share.prefill_devices, 1e-12);
    double before = 0;
    for (double n = 4; n <= whole.prefill_devices + 4; n += 4) {
        char devices[48];
        snprintf(devices, sizeof devices, "pools.prefill.devices=%g", n);
        struct metrics m = apart(LLAMA, "h100", "h20", devices, "pools.prefill.group=4");
        bool enough = n >= whole.prefill_devices;
        assert_close(m.tokens_per_s,
                     enough ? share.tokens_per_s : share.tokens_per_s * n / share.prefill_devices,
                     1e-12);
        assert_true(m.system_paced_by == (enough ? SYSTEM_PACE_DECODE : SYSTEM_PACE_PREFILL));
        assert_true(m.tokens_per_s >= before && m.system_devices == 8 + n);
        before = m.tokens_per_s;
    }
    struct metrics odd =
        apart(LLAMA, "h100", "h20", "pools.prefill.devices=6", "pools.prefill.group=4");
    assert_int_equal(odd.verdict, VERDICT_MAPPING);
}

/* Cost per token is a sum of a term of each pool, so that each takes its cheapest chip. */
static void each_pool_takes_the_chip_of_least_cost_per_token(void **state)
{
    double of[LEN(chips)][LEN(chips)], least = INFINITY;
    double prefill = INFINITY, decode = INFINITY;
    (void)state;
    for (size_t i = 0; i < LEN(chips); i++)
        for (size_t j = 0; j < LEN(chips); j++) {
            struct metrics m =
                apart(LLAMA, chips[i], chips[j], "prices.switch_ports=4096", "precision.kv=fp8");
            of[i][j] = m.system_cost_usd / m.tokens_per_s;
            least = fmin(least, of[i][j]);
        }
    for (size_t i = 0; i < LEN(chips); i++) {
        decode = fmin(decode, of[i][0]);
        prefill = fmin(prefill, of[0][i]);
        for (size_t j = 0; j < LEN(chips); j++) /* of[i][j] = decode term i + prefill term j */
            assert_close(of[i][j] - of[i][0], of[0][j] - of[0][0], 1e-9);
    }
    assert_close(least, decode + prefill - of[0][0], 1e-12);
}

/* The slower of prefill and transfer takes its whole time, the other that of one of 80 layers. */
static void a_transfer_by_layer_hides_behind_the_prefill(void **state)
{
    static const char *const link[] = {"pools.prefill.link_byte_per_s=50GB/s",
                                       "pools.prefill.link_byte_per_s=20MB/s"};
    (void)state;
    for (size_t i = 0; i < LEN(link); i++) {
        struct metrics after = apart(LLAMA, "h100", "h20", link[i], "pools.prefill.tp=8");
        const char *const set[] = {LLAMA,
                                   "chip=h100",
                                   "pools.prefill.chip=h20",
                                   "plan.devices=8",
                                   "workload.phase=disaggregated",
                                   "workload.input=8192", /* one prompt a step */
                                   "workload.output=512",
                                   "workload.batch=64",
                                   link[i],
                                   "pools.prefill.tp=8",
                                   "pools.prefill.link_latency_s=0",
                                   "pools.prefill.transfer=layers",
                                   NULL,
                                   NULL};
        const char *limited[LEN(set)];
        char limit[48];
        struct metrics m = priced(set);
        memcpy(limited, set, sizeof set);
        assert_close(after.ttft_s, after.prefill_s + after.kv_transfer_s, 1e-12);
        assert_close(m.ttft_s,
                     fmax(m.prefill_s + m.kv_transfer_s / 80, m.kv_transfer_s + m.prefill_s / 80),
                     1e-12);
        limited[LEN(set) - 2] = limit;
        snprintf(limit, sizeof limit, "workload.ttft_s=%.17g", m.ttft_s * (1 + 1e-9));
        assert_int_equal(priced(limited).verdict, VERDICT_OK);
        snprintf(limit, sizeof limit, "workload.ttft_s=%.17g", m.ttft_s * (1 - 1e-9));
        assert_int_equal(priced(limited).verdict, VERDICT_TTFT);
    }
}

/* A step reads as many prompts as the limit on the first token leaves time for, up to a chunk. */
static void a_step_takes_the_prompts_that_meet_the_limits(void **state)
{
    static const double ttft_s[] = {0.2, 0.5, 1, 60};
    static const char *const input[][2] = {{"workload.input=1", "workload.context=1"},
                                           {"workload.input=100", "workload.context=100"},
                                           {"workload.input=1000", "workload.context=1000"}};
    (void)state;
    for (size_t i = 0; i < LEN(input) * LEN(ttft_s); i++) {
        char limit[48], left[48];
        const char *of = input[i / LEN(ttft_s)][0], *context = input[i / LEN(ttft_s)][1];
        double limit_s = ttft_s[i % LEN(ttft_s)], tokens = atof(strchr(of, '=') + 1);
        snprintf(limit, sizeof limit, "workload.ttft_s=%.17g", limit_s);
        struct metrics m = apart(LLAMA, "h100", "h100", of, limit);
        assert_int_equal(m.verdict, VERDICT_OK);
        assert_true(m.ttft_s <= limit_s);
        char tp[32];
        snprintf(tp, sizeof tp, "plan.tp=%g", m.prefill_tp);
        snprintf(left, sizeof left, "workload.ttft_s=%.17g", limit_s - m.kv_transfer_s);
        struct metrics alone = priced(
            SET(LLAMA, "chip=h100", tp, left, context, "plan.devices=8", "workload.phase=prefill"));
        double chunk = floor(8192 / tokens) * m.prefill_dp;
        double per_s = m.tokens_per_s / 512 * tokens / m.prefill_devices;
        assert_true(limit_s < 60 || alone.batch > chunk);
        if (alone.batch <= chunk)
            assert_close(per_s, alone.tokens_per_s / 8, 1e-9);
        else
            assert_close(per_s, chunk * tokens / m.prefill_s / 8, 1e-9);
    }
}

/* At least the last token of a prompt is read, and the caches of all prompts of a step fit. */
static void a_prompt_that_is_cached_costs_one_token(void **state)
{
    struct metrics all = apart(LLAMA, "h100", "h100", "workload.prefix=4096", SHARE);
    struct metrics but_one = apart(LLAMA, "h100", "h100", "workload.prefix=4095", SHARE);
    (void)state;
    assert_int_equal(all.verdict, VERDICT_OK);
    assert_true(all.prefill_memory_used_byte <= 80e9 && all.prefill_devices > 0);
    assert_same_metrics(&all, &but_one);
}

/* The mapping that a search finds is the best of all given ones. */
static void the_best_mapping_of_a_pool_is_that_of_brute_force(void **state)
{
    static const double tp[] = {1, 2, 4, 8};
    struct metrics found = apart(LLAMA, "b200", "h20", "workload.ttft=2s", "pools.prefill.tp=auto");
    double least = INFINITY;
    (void)state;
    for (size_t i = 0; i < LEN(tp); i++) {
        char set[40];
        snprintf(set, sizeof set, "pools.prefill.tp=%g", tp[i]);
        struct metrics m = apart(LLAMA, "b200", "h20", "workload.ttft=2s", set);
        if (m.verdict == VERDICT_OK)
            least = fmin(least, m.prefill_devices);
    }
    assert_true(least < INFINITY && found.prefill_devices == least);
}

/* Where the receivers bind, the fastest prefill is not the best if it sends more bytes. */
static void the_best_mapping_of_a_pool_feeds_the_system_most(void **state)
{
    static const char *const link[] = {"auto", "100MB/s", "1GB/s"};
    static const char *const devices[] = {SHARE, "pools.prefill.devices=auto",
                                          "pools.prefill.devices=64"};
    size_t by_link = 0;
    (void)state;
    for (size_t i = 0; i < 2 * LEN(link) * LEN(devices); i++) {
        char of_link[48], tp[32];
        const char *set[] = {i % 2 ? DEEPSEEK : LLAMA,
                             "chip=b200",
                             "pools.prefill.chip=h20",
                             "plan.devices=16",
                             "workload.phase=disaggregated",
                             "workload.input=1024",
                             "workload.output=16",
                             devices[i / 2 % LEN(devices)],
                             of_link,
                             "pools.prefill.tp=auto",
                             NULL};
        snprintf(of_link, sizeof of_link, "pools.prefill.link_byte_per_s=%s",
                 link[i / 2 / LEN(devices)]);
        struct metrics found = priced(set);
        double most = 0, least = INFINITY;
        for (int ranks = 1; ranks <= 16; ranks *= 2) {
            snprintf(tp, sizeof tp, "pools.prefill.tp=%d", ranks);
            set[LEN(set) - 2] = tp;
            struct metrics m = priced(set);
            if (m.verdict != VERDICT_OK || m.tokens_per_s < most * (1 - 1e-9))
                continue;
            least = m.tokens_per_s > most * (1 + 1e-9) ? m.prefill_devices
                                                       : fmin(least, m.prefill_devices);
            most = fmax(most, m.tokens_per_s);
        }
        assert_int_equal(found.verdict, VERDICT_OK);
        assert_close(found.tokens_per_s, most, 1e-9);
        assert_close(found.prefill_devices, least, 1e-9);
        by_link += found.system_paced_by == SYSTEM_PACE_LINK;
    }
    assert_true(by_link > 3);
}

static void more_of_a_pool_never_hurts(void **state)
{
    static const char *const more[][3] = {
        {"pools.prefill.chip.compute_units=60", "pools.prefill.chip.compute_units=90",
         "pools.prefill.chip.compute_units=120"},
        {"pools.prefill.chip.memory_byte_per_s=1TB/s", "pools.prefill.chip.memory_byte_per_s=2TB/s",
         "pools.prefill.chip.memory_byte_per_s=4TB/s"},
        {"pools.prefill.chip.network_byte_per_s=1GB/s",
         "pools.prefill.chip.network_byte_per_s=10GB/s",
         "pools.prefill.chip.network_byte_per_s=50GB/s"},
        {"pools.prefill.link_byte_per_s=10MB/s", "pools.prefill.link_byte_per_s=100MB/s",
         "pools.prefill.link_byte_per_s=10GB/s"},
    };
    (void)state;
    for (size_t i = 0; i < LEN(more); i++) {
        double before = 0;
        for (size_t j = 0; j < 3; j++) {
            struct metrics m = apart(LLAMA, "h100", "h20", more[i][j], "pools.prefill.devices=8");
            assert_true(m.tokens_per_s >= before * (1 - 1e-12));
            before = m.tokens_per_s;
        }
    }
}

/* What a pool lacks is its verdict. */
static void a_pool_whose_weights_do_not_fit_has_the_verdict_memory(void **state)
{
    struct metrics m = apart(LLAMA, "b200", "h20", "pools.prefill.group=1", SHARE);
    struct metrics late = apart(LLAMA, "b200", "h20", "workload.ttft=1ms", SHARE);
    (void)state;
    assert_int_equal(m.verdict, VERDICT_MEMORY);
    assert_int_equal(late.verdict, VERDICT_TTFT);
}

static void fixing_the_mapping_of_a_pool_changes_no_bit(void **state)
{
    static const char *const devices[] = {SHARE, "pools.prefill.devices=auto",
                                          "pools.prefill.devices=16"};
    static const char *const more[] = {"pools.prefill.group=4", "pools.prefill.transfer=layers",
                                       "pools.prefill.link_byte_per_s=10MB/s"};
    (void)state;
    for (size_t i = 0; i < LEN(devices) * LEN(more); i++) {
        struct study *s = study_with(SET(DEEPSEEK, "chip=h200", "pools.prefill.chip=h20",
                                         "plan.devices=16", "workload.phase=disaggregated",
                                         devices[i / LEN(more)], more[i % LEN(more)]));
        struct metrics m, again;
        struct plan plan;
        evaluate(&s->base, &s->prices, &m, &plan);
        design_fix_mapping(&s->base, &plan, &m);
        evaluate(&s->base, &s->prices, &again, NULL);
        assert_same_metrics(&m, &again);
        study_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_of_the_main_chip_changes_no_bit),
        cmocka_unit_test(a_calibrated_pool_prefills_as_its_chip_does),
        cmocka_unit_test(a_pool_whose_kernels_were_not_measured_is_refused),
        cmocka_unit_test(rates_match_as_in_deepseeks_day),
        cmocka_unit_test(output_per_device_follows_from_the_rates_of_both_pools),
        cmocka_unit_test(the_link_carries_the_cache_of_all_prompts),
        cmocka_unit_test(a_slow_link_sets_the_pace),
        cmocka_unit_test(the_link_of_an_engine_that_holds_the_caches_may_be_the_slowest),
        cmocka_unit_test(whole_groups_keep_up_and_a_number_may_set_the_pace),
        cmocka_unit_test(each_pool_takes_the_chip_of_least_cost_per_token),
        cmocka_unit_test(a_transfer_by_layer_hides_behind_the_prefill),
        cmocka_unit_test(a_step_takes_the_prompts_that_meet_the_limits),
        cmocka_unit_test(a_prompt_that_is_cached_costs_one_token),
        cmocka_unit_test(the_best_mapping_of_a_pool_is_that_of_brute_force),
        cmocka_unit_test(the_best_mapping_of_a_pool_feeds_the_system_most),
        cmocka_unit_test(more_of_a_pool_never_hurts),
        cmocka_unit_test(a_pool_whose_weights_do_not_fit_has_the_verdict_memory),
        cmocka_unit_test(fixing_the_mapping_of_a_pool_changes_no_bit),
    };
    return cmocka_run_group_tests_name("prefill pool", tests, open_tests, close_tests);
}
