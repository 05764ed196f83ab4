#include "arch/metrics.h"

#include "base/mem.h"

/* clang-format off */
static const struct word verdict_words[] = {
    { "ok", VERDICT_OK }, { "memory", VERDICT_MEMORY }, { "tpot", VERDICT_TPOT }, { "ttft", VERDICT_TTFT },
    { "constraint", VERDICT_CONSTRAINT }, { "mapping", VERDICT_MAPPING }, { "calibration", VERDICT_CALIBRATION }, { NULL, 0 },
};
static const struct word calibrated_words[] = { { "own", ON_OWN }, { "generation", ON_GENERATION }, { NULL, 0 } };
static const struct word limit_words[] = {
    { "capacity", LIMIT_CAPACITY }, { "latency", LIMIT_LATENCY }, { "compute", LIMIT_COMPUTE },
    { "memory", LIMIT_MEMORY }, { "link", LIMIT_LINK }, { NULL, 0 },
};

#define METRIC(member, unit, better, text) { FIELD(metrics, member, unit), .lo = -INFINITY, .hi = INFINITY, .sense = better, .doc = text }
#define COST(member, unit, better, text)                                   \
    METRIC(member, unit, better, text),                                    \
    METRIC(member##_low, unit, better, text " With every constant at its low end."), \
    METRIC(member##_high, unit, better, text " With every constant at its high end.")
#define SPAN(member, unit, better) \
    METRIC(member##_low, unit, better, "Calibrated timing: one measurement in ten is expected below."), \
    METRIC(member##_high, unit, better, "Calibrated timing: one measurement in ten is expected above.")

static const struct field rows[] = {
    { FIELD(metrics, verdict, "1"), .lo = 0, .hi = VERDICTS - 1, .only_words = true, .words = verdict_words,
      .doc = "ok, or why the point is impossible: memory, tpot, ttft, constraint, mapping; calibration: nothing was measured on chips of its generation." },
    METRIC(batch, "requests", 0, "Requests in flight over all devices."),
    METRIC(batch_cap, "requests", 0, "Most requests that fit in memory."),
    METRIC(batch_slo, "requests", 0, "Most requests that keep the latency limit; inf without one."),
    METRIC(tpot_s, "s", -1, "Time per output token: one decode step over the tokens it keeps."),
    METRIC(ttft_s, "s", -1, "Time to first token: one prefill; serving: that of one prompt and a step; disaggregated: with the transfer of its KV cache."),
    METRIC(prefill_devices, "devices", -1, "Devices beside plan.devices that do the prefill; 0 unless disaggregated."),
    METRIC(kv_transfer_s, "s", -1, "KV cache of one prompt, from the prefill pool to the decode pool."),
    METRIC(tokens_per_s, "1/s", +1, "Output tokens per second of the system; prefill: prompt tokens."),
    METRIC(tokens_per_s_per_device, "1/s", +1, "Output tokens per second of one device."),
    METRIC(tokens_per_s_per_user, "1/s", +1, "Output tokens per second that one request sees."),
    METRIC(memory_used_byte, "B", -1, "Memory in use on one device: weights, KV cache, activations."),
    METRIC(weight_byte, "B", -1, "Weights on one device."),
    METRIC(kv_byte, "B", -1, "KV cache on one device."),
    METRIC(kv_byte_per_token, "B", -1, "KV cache of one token over all layers, before any split over devices."),
    METRIC(attention_intensity_flop_per_byte, "FLOP/B", 0, "Arithmetic intensity of core attention as mapped."),
    METRIC(expert_intensity_flop_per_byte, "FLOP/B", 0, "Arithmetic intensity of the routed experts; empty without experts."),
    METRIC(ridge_flop_per_byte, "FLOP/B", 0, "Ridge point of the chip at the arithmetic in use."),
    METRIC(attention_s, "s", -1, "Core attention: scores, softmax, context; a sparse indexer."),
    METRIC(projection_s, "s", -1, "Projections around attention."),
    METRIC(ffn_s, "s", -1, "Dense feed-forward layers and shared experts."),
    METRIC(expert_s, "s", -1, "Routed experts and their router."),
    METRIC(communication_s, "s", -1, "All-reduce and all-to-all."),
    METRIC(other_s, "s", -1, "Norms, residuals, rotary embedding, embedding, head."),
    METRIC(attention_share, "1", 0, "Core attention over the step."),
    METRIC(engine_speedup, "1", +1, "S: core attention on the chip over core attention on the engine; under 1 the engine stays idle."),
    { FIELD(metrics, limit, "1"), .lo = 0, .hi = LIMIT_LINK, .only_words = true, .words = limit_words,
      .doc = "What binds the throughput: memory capacity, the latency limit, compute, memory bandwidth or the link." },
    COST(die_area_mm2, "mm2", -1, "Silicon area of the compute dies of one device, the engine's part apart."),
    COST(engine_area_mm2, "mm2", -1, "Silicon that the engine adds to one device: on its dies, in its stacks, in a pool."),
    COST(device_cost_usd, "USD", -1, "Cost to make one device: dies, memory, package, test, engine."),
    COST(system_cost_usd, "USD", -1, "Price of the system: devices with margin, servers, links, network."),
    COST(power_w, "W", -1, "Power of the system at the meter, at this activity."),
    COST(energy_j_per_token, "J", -1, "Energy at the meter per output token."),
    COST(usd_per_mtok, "USD", -1, "Capital and energy per million output tokens."),
    COST(engine_cost_usd, "USD", -1, "Of device_cost_usd, what the engine adds."),
    COST(engine_power_w, "W", -1, "Of power_w, what the engine's memory accesses and a pool's idling draw."),
    COST(usd_per_hour, "USD", -1, "Capital and energy per hour of operation of the system."),
    METRIC(tokens_per_s_per_usd, "1/s", +1, "Output tokens per second per USD of system cost."),
    METRIC(engine_bandwidth_ratio, "1", 0, "The m that the engine has within its power and its interface; empty without one."),
    METRIC(dies, "1", 0, "Compute dies of one device: as many as the reticle and the length of their edges ask for."),
    METRIC(power_limit_ratio, "1", -1, "Power of one device at this activity over its design power; above 1 it would slow down, which timing does not say."),
    METRIC(package_limit_ratio, "1", -1, "Interposer of one device over the largest that can be had; above 1 it cannot be made."),
    { FIELD(metrics, calibrated_on, "1"), .lo = 0, .hi = ON_GENERATION, .only_words = true, .words = calibrated_words,
      .doc = "Whose measurements calibrated timing stands on: the chip's own, or its generation's, moved to it." },
    METRIC(timing_error, "1", -1, "Standard deviation of the log of calibrated over measured time."),
    SPAN(tpot_s, "s", -1), SPAN(ttft_s, "s", -1), SPAN(tokens_per_s, "1/s", +1),
    SPAN(tokens_per_s_per_device, "1/s", +1), SPAN(tokens_per_s_per_user, "1/s", +1),
    SPAN(attention_s, "s", -1), SPAN(projection_s, "s", -1), SPAN(ffn_s, "s", -1), SPAN(expert_s, "s", -1),
    SPAN(communication_s, "s", -1), SPAN(other_s, "s", -1),
};
/* clang-format on */
COVERS(rows, metrics);

const struct fields metrics_fields = {"", rows, LEN(rows), sizeof(struct metrics)};

bool metric_is_calibrated(const struct field *f)
{
    return f->offset >= offsetof(struct metrics, calibrated_on);
}

const char *verdict_text(enum verdict v)
{
    return verdict_words[v].text;
}
