/* What feeds and cools an engine, held against hand calculation and publications. */
#include "arch/engine_limits.h"
#include "arch/evaluate.h"
#include "tests/model.h"

static const void *value_of(size_t part, const char *name)
{
    const struct entry *e;
    struct err err;
    assert_int_equal(catalogue_find(catalogue, part, name, &e, &err), 0);
    return e->value;
}

static const struct chip *chip_called(const char *name)
{
    return value_of(PART_CHIP, name);
}

static const struct engine *engine_called(const char *name)
{
    return value_of(PART_ENGINE, name);
}

static struct engine_limits limits_on(const char *chip, const struct engine *e)
{
    struct engine_limits l;
    engine_limits_of(&l, chip_called(chip), e);
    return l;
}

/* AttAcc (ASPLOS 2024): bank PIM of 16 times the bandwidth is held to 9 by the power of the DRAM;
 * by bank groups 8 times is held to 3. On the compute dies the memory is the chip's own. */
static void the_power_of_the_dram_limits_engines_in_banks(void **state)
{
    struct chip full = *chip_called("h100");
    struct engine e = *engine_called("attacc");
    struct engine_limits l;
    (void)state;
    full.memory_byte_per_s = chip_memory_stacks(&full, memory_of(full.hbm)) * 0.819e12;
    e.bandwidth_ratio = 16;
    engine_limits_of(&l, &full, &e);
    /* 1.43 x 3.59 x 8 pJ/B over 0.55 x 8 pJ/B, without the arithmetic */
    assert_close(l.bandwidth_ratio, 1.43 * 3.59 / 0.55, 1e-9);
    assert_int_equal((int)l.limited_by, LIMITED_BY_POWER);
    e.bandwidth_ratio = 9;
    engine_limits_of(&l, &full, &e);
    assert_close(l.bandwidth_ratio, 9, 0);
    assert_close(l.stack_w, 9 * 0.819 * (0.55 * 8 + 0.16), 1e-9);
    struct engine groups = *engine_called("bank-group-pim");
    groups.bandwidth_ratio = 8;
    engine_limits_of(&l, &full, &groups);
    assert_in_range((int)(10 * l.bandwidth_ratio), 29, 34);
    e.kind = ENGINE_ON_DIE;
    assert_close(limits_on("h100", &e).bandwidth_ratio, 1, 0);
    assert_int_equal((int)limits_on("h100", &e).limited_by, LIMITED_BY_MEMORY);
}

/* 60 K over 95 K mm2/W: 76.4 W on the 121 mm2 of HBM3 and HBM3E. At 1 TB/s and 4 pJ/bit the path
 * to the base die takes 29.3 W for each m. */
static void the_temperature_of_the_dram_limits_engines_on_base_dies(void **state)
{
    const struct engine *duplex = engine_called("duplex");
    struct engine_limits slow = limits_on("h100", duplex), fast = limits_on("b200-paper", duplex);
    (void)state;
    double each = 3.29 / 3.59 * 32;
    assert_close(fast.bandwidth_ratio, 60 * 121 / 95. / each, 1e-9);
    assert_int_equal((int)fast.limited_by, LIMITED_BY_TEMPERATURE);
    assert_close(slow.bandwidth_ratio, 4, 0); /* stacks of 0.67 TB/s, as in the publication */
    assert_close(slow.ridge_flop_per_byte, 8, 0);
    assert_close(slow.stack_mm2, 17.8, 0.01);
    assert_close(fast.stack_w, 60 * 121 / 95., 1e-9);
}

/* Stratum: 0.36 W/mm2 of logic, 43.6 W on 121 mm2; at 0.34 pJ/FLOP 128 TFLOP/s, r 64 at m 2 over
 * 1 TB/s. At 3 nm a FLOP takes (3/7)^1.199 of the energy. */
static void the_heat_of_a_base_die_limits_its_arithmetic(void **state)
{
    struct engine e = *engine_called("logic-die-r128");
    struct engine_limits l = limits_on("b200-paper", &e);
    (void)state;
    assert_close(l.bandwidth_ratio, 2, 0);
    assert_close(l.ridge_flop_per_byte, 0.36 * 121 / 0.34 / 2, 1e-9);
    assert_int_equal((int)l.limited_by, LIMITED_BY_TEMPERATURE);
    e.node_nm = 3;
    assert_close(limits_on("b200-paper", &e).j_per_flop, 0.34e-12 * pow(3. / 7, 1.199), 1e-12);
    assert_close(limits_on("b200-paper", &e).ridge_flop_per_byte, 128, 0);
}

/* Duplex's areas at 7 nm: of the 48.4 mm2 of a base die that are free, buffers take 3.9; TSVs may
 * take half of the rest at 5.85 mm2 per TB/s beyond the pins' 1 TB/s; MACs at 0.142 mm2 per TFLOP/s
 * get what is left. A FLOP that costs next to nothing leaves the area as the only limit. */
static void the_free_area_of_a_base_die_limits_tsvs_and_arithmetic(void **state)
{
    struct engine e = *engine_called("logic-die-r128");
    double logic_mm2 = 0.4 * 121 - 3.9;
    (void)state;
    e.power_w_per_stack = 1e4;
    e.j_per_flop = 1e-15;
    e.bandwidth_ratio = 8;
    e.ridge_flop_per_byte = 1;
    struct engine_limits l = limits_on("b200-paper", &e);
    assert_close(l.bandwidth_ratio, 1 + logic_mm2 / 2 / 5.85, 1e-9);
    assert_int_equal((int)l.limited_by, LIMITED_BY_TSV);
    e.bandwidth_ratio = 2;
    e.ridge_flop_per_byte = 1e4;
    l = limits_on("b200-paper", &e);
    assert_close(l.bandwidth_ratio, 2, 0);
    assert_close(l.ridge_flop_per_byte, (logic_mm2 - 5.85) / 0.142 / 2, 1e-9);
    assert_int_equal((int)l.limited_by, LIMITED_BY_AREA);
    double area_at_7_nm = l.ridge_flop_per_byte;
    e.node_nm = 3;
    assert_true(limits_on("b200-paper", &e).ridge_flop_per_byte > 2 * area_at_7_nm);
}

/* Banks that the supply could feed: 76.4 W over twice the energy that AttAcc states, of 32 pJ a
 * byte. */
static void the_temperature_of_the_dram_limits_engines_in_banks(void **state)
{
    struct engine e = *engine_called("attacc");
    (void)state;
    e.bandwidth_ratio = 20;
    e.power_budget = 100;
    struct chip c = *chip_called("b200-paper");
    c.memory_byte_per_s *= 0.999; /* 8 stacks of 1 TB/s, of which banks give 13.1 */
    struct engine_limits l;
    engine_limits_of(&l, &c, &e);
    assert_int_equal((int)l.limited_by, LIMITED_BY_BANKS);
    e.power_ratio = 2 * 0.55 / 3.59;
    engine_limits_of(&l, &c, &e);
    assert_close(l.bandwidth_ratio, 60 * 121 / 95. / (2 * 0.55 / 3.59 * 32) / 0.999, 1e-9);
    assert_int_equal((int)l.limited_by, LIMITED_BY_TEMPERATURE);
}

/* Of the chip: its power limit. Of a pool: 1.1 W/mm2 on the largest die of each of its devices, and
 * the pins of its stacks. */
static void power_and_pins_limit_engines_on_dies_and_in_pools(void **state)
{
    struct engine die = *engine_called("on-die-r512"), pool = *engine_called("memory-pool");
    (void)state;
    struct engine_limits l = limits_on("b200-paper", &die);
    assert_close(l.power_w, chip_called("b200-paper")->tdp_w, 1e-12);
    assert_int_equal((int)l.limited_by, LIMITED_BY_POWER);
    pool.added_stack_ratio = 2;
    pool.capacity_ratio = 3;
    pool.bandwidth_ratio = 60;
    l = limits_on("b200-paper", &pool);
    assert_close(l.bandwidth_ratio, 2, 1e-12);
    assert_int_equal((int)l.limited_by, LIMITED_BY_MEMORY);
    pool.bandwidth_ratio = 1;
    pool.ridge_flop_per_byte = 1e4;
    l = limits_on("b200-paper", &pool);
    assert_close(l.power_w, 1.1 * 858 * 2, 1e-12);
    assert_close(l.stack_w, 1.1 * 858 * 2 / 16, 1e-12);
    assert_int_equal((int)l.limited_by, LIMITED_BY_POWER);
}

static void the_same_m_takes_more_from_a_faster_stack(void **state)
{
    struct engine e = *engine_called("attacc");
    struct chip c = *chip_called("h100");
    struct engine_limits slow, fast;
    (void)state;
    engine_limits_of(&slow, &c, &e);
    c.hbm = 5; /* HBM4: 2 TB/s a stack */
    c.memory_byte_per_s = 2e12 * ceil(c.memory_byte / 36e9);
    e.bandwidth_ratio = 16;
    engine_limits_of(&fast, &c, &e);
    assert_close(slow.bandwidth_ratio, 9, 0);
    assert_true(fast.bandwidth_ratio < 10);
    e.power_w_per_stack = 1e4; /* then the banks: 26.2 TB/s */
    engine_limits_of(&fast, &c, &e);
    assert_close(fast.bandwidth_ratio, 16 * 1.638 / 2, 1e-9);
    assert_int_equal((int)fast.limited_by, LIMITED_BY_BANKS);
}

static void an_engine_without_limits_is_as_stated(void **state)
{
    struct engine e = *engine_called("neupims");
    (void)state;
    e.limits = 0;
    struct engine_limits l = limits_on("b200", &e);
    assert_close(l.bandwidth_ratio, 32, 0);
    assert_close(l.ridge_flop_per_byte, 1, 0);
    assert_true(isinf(l.power_w));
    assert_int_equal((int)l.limited_by, LIMITED_BY_NOTHING);
}

/* More m, more r, more watts or faster memory never give an engine less. */
static void an_engine_never_loses_as_it_grows(void **state)
{
    static const char *const chip[] = {"a100", "h100", "b200-paper", "v100"};
    (void)state;
    for (size_t c = 0; c < LEN(chip); c++)
        for (int kind = ENGINE_BANK; kind <= ENGINE_POOL; kind++)
            for (double r = 1; r < 1e3; r *= 4) {
                struct engine_limits last = {0};
                for (double m = 0.5; m < 64; m *= 1.3) {
                    struct engine e = *engine_called("duplex");
                    e.kind = kind;
                    e.bandwidth_ratio = m;
                    e.ridge_flop_per_byte = r;
                    struct engine_limits l = limits_on(chip[c], &e);
                    double peak = l.bandwidth_ratio * l.ridge_flop_per_byte;
                    assert_true(l.bandwidth_ratio >= last.bandwidth_ratio);
                    assert_true(peak >=
                                last.bandwidth_ratio * last.ridge_flop_per_byte * (1 - 1e-12));
                    assert_true(l.bandwidth_ratio <= m && l.ridge_flop_per_byte <= r);
                    last = l;
                }
            }
}

/* An engine that draws its limit takes its energy over it: no kernel is faster. */
static void a_kernel_on_an_engine_takes_its_energy_over_the_limit(void **state)
{
    static const char *const timing[] = {"timing=ideal", "timing=calibrated"};
    (void)state;
    for (size_t i = 0; i < LEN(timing); i++) {
        double last = 0;
        for (int w = 200; w >= 25; w /= 2) {
            char watts[64];
            snprintf(watts, sizeof watts, "engine.power_w_per_stack=%d", w);
            struct metrics m =
                priced(SET("model=gpt3-175b", "chip=b200", timing[i], "engine=duplex", "plan.tp=8",
                           "plan.devices=32", "workload.batch=256", watts));
            assert_true(m.attention_s >= last);
            assert_true(m.engine_stack_power_w <= w * (1 + 1e-12));
            last = m.attention_s;
        }
    }
    /* m r at r 32 takes more than the limit: the time is that of the energy */
    struct metrics both = priced(SET("model=llama-3.1-405b", "chip=h100", "engine=logic-die-r32",
                                     "plan.devices=16", "plan.tp=8", "workload.batch=64"));
    assert_int_equal((int)both.engine_limited_by, LIMITED_BY_TEMPERATURE);
    double intensity = both.attention_intensity_flop_per_byte;
    double j = 3.29 / 3.59 * 3.59 * 8e-12 + intensity * 0.34e-12, w = 60 * 121 / 95. * 5;
    double chip_s = 1 / 3.35e12; /* memory-bound on the chip */
    assert_close(both.engine_speedup, chip_s / fmax(j / w, chip_s / 4), 0.01);
}

/* 40 TB/s takes more stacks of HBM3E than an interposer holds. */
static void a_package_that_cannot_be_made_is_infeasible(void **state)
{
    struct metrics m = priced(SET("model=gpt3-175b", "chip=b200-paper", "plan.devices=32",
                                  "chip.memory_byte_per_s=40 TB/s"));
    (void)state;
    assert_true(m.package_limit_ratio > 1);
    assert_int_equal((int)m.verdict, VERDICT_PACKAGE);
    m = priced(SET("model=gpt3-175b", "chip=b200-paper", "plan.devices=32"));
    assert_true(m.package_limit_ratio < 1);
    assert_int_equal((int)m.verdict, VERDICT_OK);
    m = priced(SET("model=gpt3-175b", "chip=b200-paper", "plan.devices=32", "engine=duplex",
                   "engine.logic_mm2_per_stack=130"));
    assert_int_equal((int)m.verdict, VERDICT_PACKAGE);
}

static void every_chip_of_the_catalogue_can_be_made(void **state)
{
    const char *const *name;
    size_t n;
    (void)state;
    catalogue_names(catalogue, PART_CHIP, &name, &n);
    for (size_t i = 0; i < n; i++) {
        char chip[64];
        snprintf(chip, sizeof chip, "chip=%s", name[i]);
        struct metrics m = priced(SET("model=llama-3.1-8b", chip));
        if (m.package_limit_ratio > 1)
            print_error("%s: %g\n", name[i], m.package_limit_ratio);
        assert_true(m.package_limit_ratio <= 1);
    }
}

#define R1_ON_32                                                                                   \
    "model=deepseek-r1", "chip=b200-paper", "plan.devices=32", "plan.tp=1", "plan.ep=32"

#define POOL_OF_EXPERTS "engine=memory-pool", "engine.runs=experts", "plan.expert_place=engine"

/* R1: 8 experts of 58 layers, 7168 elements there and back in BF16, 32 requests a device. */
static void a_pool_for_experts_pays_for_its_link(void **state)
{
    (void)state;
    struct metrics slow = priced(
        SET(R1_ON_32, "workload.batch=1024", POOL_OF_EXPERTS, "engine.link_byte_per_s=1 MB/s"));
    struct metrics fast = priced(SET(R1_ON_32, "workload.batch=1024", POOL_OF_EXPERTS));
    assert_true(slow.expert_s > fast.expert_s);
    assert_close(slow.expert_s, 32. * 8 * 58 * 7168 * 4 / 1e6, 0.01);
}

/* The chip keeps what is not an expert; the pool must hold the experts. */
static void a_pool_for_experts_holds_their_weights(void **state)
{
    (void)state;
    struct metrics none = priced(SET(R1_ON_32));
    struct metrics pool = priced(SET(R1_ON_32, POOL_OF_EXPERTS));
    struct metrics small = priced(SET(R1_ON_32, POOL_OF_EXPERTS, "engine.capacity_ratio=1.1"));
    double expert_byte = 58. * 256 * 3 * 7168 * 2048 * 2 / 32;
    double per_request = none.batch_cap / 32; /* requests of a device in what the weights leave */
    double room = 192e9 - none.weight_byte;
    assert_close(pool.batch_cap / 32 / per_request, (room + expert_byte) / room, 0.02);
    assert_int_equal((int)small.verdict, VERDICT_MEMORY);
}

/* Duplex: hot experts on the chip and cold ones on the engine, at the same time. */
static void shared_experts_take_the_time_of_both_rates(void **state)
{
    static const char *const timing[] = {"timing=ideal", "timing=calibrated"};
    (void)state;
    for (size_t i = 0; i < LEN(timing); i++) {
#define EXPERTS                                                                                    \
    "model=mixtral-8x7b", "chip=b200", "plan.devices=8", "plan.tp=1", "plan.ep=8",                 \
        "workload.batch=64", timing[i]
        double chip = priced(SET(EXPERTS)).expert_s;
        double engine =
            priced(SET(EXPERTS, "engine=duplex", "engine.limits=none", "engine.runs=experts"))
                .expert_s;
        double both = priced(SET(EXPERTS, "engine=duplex", "engine.limits=none",
                                 "engine.runs=experts", "engine.co_processing=1"))
                          .expert_s;
        double hot =
            priced(SET(EXPERTS, "engine=duplex", "engine.runs=experts", "engine.co_processing=1"))
                .expert_s;
#undef EXPERTS
        assert_true(engine < chip);
        assert_close(both, chip * engine / (chip + engine),
                     i ? 0.07 : 0.02); /* the router is not shared */
        assert_true(hot >= both);
    }
}

/* Duplex in serving: the chip attends for the prompts of a step while the engine attends for its
 * answers, so core attention takes the longer of both. */
static void attention_of_prompts_and_answers_runs_at_the_same_time(void **state)
{
    static const char *const lengths[][2] = {{"workload.input=16384", "workload.output=256"},
                                             {"workload.input=1024", "workload.output=8192"}};
    bool longer[2] = {false, false};
    (void)state;
    for (size_t i = 0; i < LEN(lengths); i++) {
#define SERVING                                                                                    \
    "model=llama-3.1-70b", "chip=b200", "chip.tdp_w=100000", "plan.devices=8", "plan.tp=8",        \
        "workload.phase=serving", "workload.batch=64", lengths[i][0], lengths[i][1]
#define ENGINE "engine=duplex", "engine.limits=none", "engine.runs=attention"
        struct metrics chip = priced(SET(SERVING));
        struct metrics alone = priced(SET(SERVING, ENGINE));
        struct metrics beside = priced(SET(SERVING, ENGINE, "engine.co_processing=1"));
#undef SERVING
#undef ENGINE
        double less = 1 - 1 / alone.engine_speedup;
        double answers = (chip.attention_s - alone.attention_s) / less;
        double prompts = chip.attention_s - answers, engine = answers / alone.engine_speedup;
        longer[prompts > engine] = true;
        assert_true(prompts > 0 && answers > 0 && less > 0.5);
        assert_close(beside.attention_s, fmax(prompts, engine), 1e-9);
        assert_close(alone.tpot_s - beside.tpot_s, fmin(prompts, engine), 1e-9);
        assert_close(beside.engine_speedup, alone.engine_speedup, 1e-12);
    }
    assert_true(longer[0] && longer[1]);
}

/* The bound that the search for a mapping uses allows for it. */
static void the_best_mapping_knows_that_both_run_at_the_same_time(void **state)
{
    static const char *const tp[] = {"plan.tp=1", "plan.tp=2", "plan.tp=4", "plan.tp=8"};
    double most = 0;
    (void)state;
#define SERVING                                                                                    \
    "model=llama-3.1-70b", "chip=h200", "plan.devices=8", "plan.pp=1", "workload.phase=serving",   \
        "workload.tpot=40 ms", "workload.input=4096", "workload.output=1024", "engine=duplex",     \
        "engine.co_processing=1"
    for (size_t i = 0; i < LEN(tp); i++) {
        struct metrics m = priced(SET(SERVING, tp[i]));
        most = m.verdict == VERDICT_OK ? fmax(most, m.tokens_per_s) : most;
    }
    assert_true(most > 0);
    assert_close(priced(SET(SERVING)).tokens_per_s, most, 1e-12);
#undef SERVING
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_for_experts_pays_for_its_link),
        cmocka_unit_test(a_pool_for_experts_holds_their_weights),
        cmocka_unit_test(shared_experts_take_the_time_of_both_rates),
        cmocka_unit_test(attention_of_prompts_and_answers_runs_at_the_same_time),
        cmocka_unit_test(the_best_mapping_knows_that_both_run_at_the_same_time),
        cmocka_unit_test(the_power_of_the_dram_limits_engines_in_banks),
        cmocka_unit_test(the_temperature_of_the_dram_limits_engines_on_base_dies),
        cmocka_unit_test(the_heat_of_a_base_die_limits_its_arithmetic),
        cmocka_unit_test(the_free_area_of_a_base_die_limits_tsvs_and_arithmetic),
        cmocka_unit_test(the_temperature_of_the_dram_limits_engines_in_banks),
        cmocka_unit_test(power_and_pins_limit_engines_on_dies_and_in_pools),
        cmocka_unit_test(the_same_m_takes_more_from_a_faster_stack),
        cmocka_unit_test(an_engine_without_limits_is_as_stated),
        cmocka_unit_test(an_engine_never_loses_as_it_grows),
        cmocka_unit_test(a_kernel_on_an_engine_takes_its_energy_over_the_limit),
        cmocka_unit_test(a_package_that_cannot_be_made_is_infeasible),
        cmocka_unit_test(every_chip_of_the_catalogue_can_be_made),
    };
    return cmocka_run_group_tests_name("engine limits", tests, open_tests, close_tests);
}
