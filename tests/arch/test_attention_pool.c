/* An attention pool written in two ways: as an engine of kind `pool` beside the chips, and as main
 * devices that keep attention and its cache while pools.ffn runs all else. The tests say where both
 * agree, and what makes the difference elsewhere. */
#include "arch/ffn_pool.h"
#include "tests/model.h"

#define WORK                                                                                       \
    "model=llama-3.1-70b", "workload.context=8192", "workload.batch=64", "precision.weight=bf16",  \
        "precision.kv=bf16", "precision.math=bf16"

/* 4 H100 with 8 H20 beside them: 8 * 4 TB/s over 4 * 3.35 TB/s, and the ridge point of H20. */
#define ENGINE                                                                                     \
    "chip=h100", "chip.tdp_w=100kW", "plan.devices=4", "plan.tp=4", "engine=memory-pool",          \
        "engine.bandwidth_ratio=2.388059701492537", "engine.ridge_flop_per_byte=37",               \
        "engine.limits=none", "engine.overlap=0"
#define NO_LINK "engine.link_byte_per_s=0"
#define LINK "engine.link_byte_per_s=100GB/s"

#define POOL                                                                                       \
    "chip=h20", "chip.tdp_w=100kW", "plan.devices=8", "plan.tp=8", "pools.ffn.chip=h100",          \
        "pools.ffn.chip.tdp_w=100kW", "pools.ffn.runs=all_but_attention", "pools.ffn.devices=4",   \
        "pools.ffn.tp=4", "pools.ffn.link_latency_s=0"
#define ONE_ROUND "plan.micro_batches=1"
#define POOL_NO_LINK "pools.ffn.link_byte_per_s=1e15"
/* Between 4 and 8 devices, the smaller side counts: as much for each of the 4. */
#define POOL_LINK "pools.ffn.link_byte_per_s=100GB/s"

static double without_other_s(const struct metrics *m)
{
    return m->tpot_s - m->other_s;
}

/* Attention here, all else there, one after the other. The rotary embedding goes with attention: it
 * runs on the pool that attends, but on the chips that have the engine. */
static void both_ways_take_the_same_time_without_a_link(void **state)
{
    struct metrics engine = priced(SET(WORK, ENGINE, NO_LINK));
    struct metrics pool = priced(SET(WORK, POOL, POOL_NO_LINK, ONE_ROUND));
    (void)state;
    assert_close(pool.attention_s, engine.attention_s, 1e-6);
    assert_close(pool.projection_s, engine.projection_s, 1e-6);
    assert_close(pool.ffn_s, engine.ffn_s, 1e-6);
    assert_close(without_other_s(&pool), without_other_s(&engine), 1e-5);
    assert_true(pool.other_s < engine.other_s); /* 32 TB/s instead of 13.4 TB/s */
    assert_close(pool.tpot_s, engine.tpot_s, 1e-3);
}

/* An engine that needs its memory longer than its link hides the link for nothing, so its time does
 * not change; a round of the pool waits for both transfers of every layer. */
static void transfers_are_what_a_single_round_adds(void **state)
{
    struct metrics without = priced(SET(WORK, ENGINE, NO_LINK));
    struct metrics engine = priced(SET(WORK, ENGINE, LINK));
    struct metrics pool = priced(SET(WORK, POOL, POOL_LINK, ONE_ROUND));
    (void)state;
    assert_close(engine.tpot_s, without.tpot_s, 1e-12);
    assert_close(without_other_s(&pool) - without_other_s(&engine), 80 * pool.ffn_transfer_s, 1e-5);
    assert_true(pool.ffn_transfer_s > 0);
    /* Queries, keys, values and results of 8192 wide heads, 8 of 64 KV heads, in BF16. */
    assert_close(80 * pool.ffn_transfer_s, 80 * 64 * (2 + 2 / 8.0) * 8192 * 2.0 / 4 / 100e9, 1e-9);
}

/* With overlap the engine runs one half of the batch while the chip runs the other; two
 * micro-batches do the same, and both read the weights twice. The engine hides no collective of the
 * chips, which the micro-batches hide; they do not hide the head and the first round (2 %). */
static void two_micro_batches_are_the_overlap_of_the_engine(void **state)
{
    static const char MANY[] = "workload.batch=768"; /* halves are bound by compute on the chips */
    struct metrics engine = priced(SET(WORK, MANY, ENGINE, NO_LINK, "engine.overlap=1"));
    struct metrics pool = priced(SET(WORK, MANY, POOL, POOL_NO_LINK, "plan.micro_batches=2"));
    struct metrics apart = priced(SET(WORK, MANY, ENGINE, NO_LINK));
    (void)state;
    assert_true(engine.tpot_s < apart.tpot_s);
    double hidden_s = engine.tpot_s - engine.communication_s;
    assert_true(pool.tpot_s > hidden_s);
    assert_close(pool.tpot_s, hidden_s, 0.02);
}

/* The cache of a request is in the memory of the pool alone; the engine adds its memory to that of
 * the chip, so that cache may lie on either, and more requests fit. */
static void the_engine_lets_cache_lie_on_the_chip_too(void **state)
{
    struct metrics engine =
        priced(SET(WORK, ENGINE, NO_LINK, "workload.batch=max", "engine.capacity_ratio=3.4"));
    struct metrics pool = priced(SET(WORK, POOL, POOL_NO_LINK, ONE_ROUND, "workload.batch=max"));
    (void)state;
    /* (4 * 3.4 * 80 GB) = (4 * 80 GB) + (8 * 96 GB): all memory there is. */
    assert_close(4 * 3.4 * 80, 4 * 80 + 8 * 96, 1e-12);
    assert_true(engine.batch_cap > pool.batch_cap);
    double request_byte = pool.kv_byte * 8 / pool.batch;
    assert_close(pool.batch_cap, floor(8 * 96e9 / request_byte), 0.02);
    assert_close(engine.batch_cap, floor((4 * 3.4 * 80e9 - 4 * engine.weight_byte) / request_byte),
                 0.02);
}

/* ---- what the engine's memory is good for ---- */

#define SLOW                                                                                       \
    "engine=memory-pool", "engine.limits=none", "engine.bandwidth_ratio=0.01",                     \
        "engine.capacity_ratio=20"
#define FULL                                                                                       \
    "workload.batch=max", "workload.context=32768", "chip=h100", "plan.devices=8", "plan.tp=8"

#define ROOM "chip.memory_byte=192GB"
static const char *const models[] = {"model=llama-3.1-70b", "model=deepseek-v3.2",
                                     "model=mamba2-2.7b", "model=qwen3-next-80b-a3b"};

/* Its cache stays with the chip, or is read at the rate of the engine. */
static void memory_behind_a_slow_engine_is_no_memory_of_the_chip(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(models); i++) {
        const char *runs = "engine.runs=attention+state";
        struct metrics without = priced(SET(models[i], FULL, ROOM));
        struct metrics with = priced(SET(models[i], FULL, ROOM, SLOW, runs));
        struct metrics there =
            priced(SET(models[i], FULL, ROOM, SLOW, runs, "plan.kv_place=engine"));
        struct metrics here = priced(SET(models[i], FULL, ROOM, SLOW, runs, "plan.kv_place=chip"));
        assert_true(with.engine_speedup < 0.1);
        assert_close(with.kv_place, PLACE_CHIP, 0);
        assert_close(with.tokens_per_s, without.tokens_per_s, 1e-12);
        assert_close(with.batch_cap, without.batch_cap, 0);
        assert_close(here.tokens_per_s, with.tokens_per_s, 0);
        assert_close(there.kv_place, PLACE_ENGINE, 0);
        assert_true(there.batch_cap > 2 * here.batch_cap);
        assert_true(there.tokens_per_s < here.tokens_per_s / 2);
    }
}

/* Of both places the better one, at any speed of the engine. */
static void auto_is_the_better_place(void **state)
{
    static const double ratio[] = {0.3, 0.7, 0.9, 1, 1.1, 2};
    (void)state;
    for (size_t i = 0; i < LEN(models); i++)
        for (size_t k = 0; k < LEN(ratio); k++) {
            char m[60];
            snprintf(m, sizeof m, "engine.bandwidth_ratio=%g", ratio[k]);
#define AT_RATIO models[i], FULL, ROOM, SLOW, "engine.runs=attention+state", m
            struct metrics best = priced(SET(AT_RATIO));
            struct metrics chip = priced(SET(AT_RATIO, "plan.kv_place=chip"));
            struct metrics engine = priced(SET(AT_RATIO, "plan.kv_place=engine"));
            assert_close(best.tokens_per_s, fmax(chip.tokens_per_s, engine.tokens_per_s), 1e-12);
        }
}

/* What the chip reads must fit in its own memory: weights, and without decode the caches. */
static void the_chip_does_not_read_the_memory_of_the_engine(void **state)
{
    struct metrics weights = priced(SET("model=llama-3.1-405b", FULL, "engine=memory-pool"));
    struct metrics prompts =
        priced(SET("model=llama-3.1-70b", FULL, "workload.phase=prefill", "engine=memory-pool"));
    struct metrics without = priced(SET("model=llama-3.1-70b", FULL, "workload.phase=prefill"));
    struct metrics states =
        priced(SET("model=llama-3.1-70b", FULL, "engine=memory-pool", "engine.runs=state"));
    struct metrics none = priced(SET("model=llama-3.1-70b", FULL));
    (void)state;
    assert_close(weights.verdict, VERDICT_MEMORY, 0);
    assert_close(prompts.batch_cap, without.batch_cap, 0);
    assert_close(states.batch_cap, none.batch_cap, 0);
}

/* Attention layers let their caches grow behind the engine; states stay where they are updated. */
static void memory_holds_only_what_the_engine_runs(void **state)
{
#define HYBRID                                                                                     \
    "model=nemotron-h-47b", "chip=h100", "plan.devices=4", "plan.tp=4", "workload.batch=max"
    struct metrics with = priced(SET(HYBRID, SLOW, "workload.context=8192", "engine.runs=attention",
                                     "plan.kv_place=engine"));
    struct metrics states = priced(SET(HYBRID, "workload.context=1"));
    double state_byte = states.kv_byte * 4 / states.batch;
    (void)state;
    assert_close(with.batch_cap, floor((80e9 * 4 - 4 * with.weight_byte) / state_byte), 0.02);
}

/* Experts are read from the chip's memory by the chip, from the engine's by the engine. */
static void experts_are_run_where_they_lie(void **state)
{
#define EXPERTS                                                                                    \
    "model=deepseek-r1", "chip=b200", "plan.devices=32", "workload.context=8192",                  \
        "workload.batch=32"
    struct metrics none = priced(SET(EXPERTS));
    struct metrics small = priced(SET(EXPERTS, "engine=cent", "engine.runs=both"));
    struct metrics forced =
        priced(SET(EXPERTS, "engine=cent", "engine.runs=both", "plan.expert_place=engine"));
    struct metrics large = priced(SET(EXPERTS, "engine=memory-pool", "engine.runs=both"));
    (void)state;
    assert_close(small.expert_place, PLACE_CHIP, 0);
    assert_close(small.tokens_per_s, none.tokens_per_s, 1e-12);
    assert_close(forced.verdict, VERDICT_MEMORY, 0);
    assert_true(forced.memory_ratio > 1);
    assert_close(large.expert_place, PLACE_ENGINE, 0);
    assert_true(large.tokens_per_s > none.tokens_per_s);
    struct metrics simulated = priced(SET("model=mixtral-8x7b", "chip=b200", "timing=simulator"));
    struct metrics beside =
        priced(SET("model=mixtral-8x7b", "chip=b200", "timing=simulator", "engine=cent"));
    assert_true(beside.tokens_per_s >= simulated.tokens_per_s);
}

/* Attention of DeepSeek-V3.2 over a link that takes all of its time: 61 layers, 64 requests. The
 * rates 1 and 2 GB/s leave the bytes of a layer and token. */
static double layer_wire_byte(const char *runs)
{
#define DSA                                                                                        \
    "model=deepseek-v3.2", "precision.weight=fp8", "precision.kv=fp8", "precision.math=fp8",       \
        "precision.activation=bf16", "workload.context=8192", "workload.batch=64", "chip=h200",    \
        "chip.tdp_w=100kW", "plan.devices=8", "plan.tp=8", "plan.kv_place=engine",                 \
        "engine=memory-pool", "engine.limits=none", "engine.overlap=0"
    struct metrics slow = priced(SET(DSA, runs, "engine.link_byte_per_s=1GB/s"));
    struct metrics fast = priced(SET(DSA, runs, "engine.link_byte_per_s=2GB/s"));
    return (slow.attention_s - fast.attention_s) * 2e9 / 61 / 64;
}

/* An indexer takes 64 queries of 128 in FP8, their weights in FP32 and a new key with its scale;
 * core attention takes queries of 576 and gives results of 512 for 16 heads, and a new latent, in
 * BF16. The positions of 2048 tokens cross where one of them is on the chip. */
static void an_indexer_sends_what_it_selects(void **state)
{
    const double index = 64 * 128 + 64 * 4 + 128 + 4, positions = 2048 * 4;
    const double core = (16 * (576 + 512) + 576) * 2;
    (void)state;
    assert_close(layer_wire_byte("engine.runs=index"), index + positions, 1e-6);
    assert_close(layer_wire_byte("engine.runs=core"), core + positions, 1e-6);
    assert_close(layer_wire_byte("engine.runs=attention"), index + core, 1e-6);
}

/* Prompts whose caches the engine holds read the cached prefix of it and write the rest: each token
 * of a prompt crosses the link once, on each of 8 devices a cache of 80 layers, with keys and
 * values of one of 8 KV heads, 128 wide, in FP8. */
static void caches_of_prompts_cross_the_link(void **state)
{
#define SERVING                                                                                    \
    "model=llama-3.1-70b", "precision.weight=fp8", "precision.kv=fp8", "precision.math=fp8",       \
        "workload.phase=serving", "workload.input=131072", "workload.output=1024",                 \
        "workload.batch=32", "chip=h200", "chip.tdp_w=100kW", "plan.devices=8", "plan.tp=8",       \
        "engine=memory-pool", "engine.limits=none", "engine.overlap=0"
    static const char *const prefix[] = {"workload.prefix=131000", "workload.prefix=0"};
    const double prompt_byte = 80 * 2 * 128.0 * 131072, more_s_per_byte = 1 / 100e9 - 1 / 200e9;
    (void)state;
    for (size_t i = 0; i < LEN(prefix); i++) {
#define AT(place, rate) priced(SET(SERVING, prefix[i], place, rate))
        struct metrics slow = AT("plan.kv_place=engine", "engine.link_byte_per_s=100GB/s");
        struct metrics fast = AT("plan.kv_place=engine", "engine.link_byte_per_s=200GB/s");
        struct metrics chip = AT("plan.kv_place=chip", "engine.link_byte_per_s=100GB/s");
        struct metrics same = AT("plan.kv_place=chip", "engine.link_byte_per_s=200GB/s");
        double more_s = 32.0 / 1024 * prompt_byte * more_s_per_byte; /* prompts of a step */
        assert_close(slow.tpot_s - fast.tpot_s, more_s, 1e-6);
        assert_close(slow.communication_s - fast.communication_s, more_s, 1e-6);
        assert_true(slow.ttft_s - fast.ttft_s >= 0.999 * prompt_byte * more_s_per_byte);
        assert_close(chip.tpot_s, same.tpot_s, 0);
        assert_close(chip.ttft_s, same.ttft_s, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_take_the_same_time_without_a_link),
        cmocka_unit_test(transfers_are_what_a_single_round_adds),
        cmocka_unit_test(two_micro_batches_are_the_overlap_of_the_engine),
        cmocka_unit_test(the_engine_lets_cache_lie_on_the_chip_too),
        cmocka_unit_test(memory_behind_a_slow_engine_is_no_memory_of_the_chip),
        cmocka_unit_test(auto_is_the_better_place),
        cmocka_unit_test(the_chip_does_not_read_the_memory_of_the_engine),
        cmocka_unit_test(memory_holds_only_what_the_engine_runs),
        cmocka_unit_test(experts_are_run_where_they_lie),
        cmocka_unit_test(an_indexer_sends_what_it_selects),
        cmocka_unit_test(caches_of_prompts_cross_the_link),
    };
    return cmocka_run_group_tests_name("attention pool", tests, open_tests, close_tests);
}
