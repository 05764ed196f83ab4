#include "arch/metrics.h"

#include <stdio.h>
#include <string.h>

#include "arch/draft_pool.h"
#include "arch/engine_limits.h"
#include "arch/ffn_pool.h"
#include "arch/ping_pong.h"
#include "arch/tier2.h"
#include "arch/timing.h"
#include "base/mem.h"

enum {
    IN_DECODE = 1u << PHASE_DECODE,
    IN_PREFILL = 1u << PHASE_PREFILL,
    IN_SERVING = 1u << PHASE_SERVING,
    IN_DISAGGREGATED = 1u << PHASE_DISAGGREGATED,
    WITH_DECODE = IN_DECODE | IN_SERVING | IN_DISAGGREGATED,
    WITH_PREFILL = IN_PREFILL | IN_SERVING | IN_DISAGGREGATED,
    ANYWHERE = WITH_DECODE | WITH_PREFILL
};

/* clang-format off */
const struct verdict_kind verdict_kinds[VERDICTS] = {
    [VERDICT_OK] = { .name = "ok" },
    [VERDICT_MEMORY] = { .name = "memory", .limit = "chip.memory_byte", .distance = 2,
                         .why = "weights and KV cache of the batch do not fit in memory" },
    [VERDICT_TPOT] = { .name = "tpot", .limit = "workload.tpot_s", .distance = 1,
                       .why = "a step takes longer than workload.tpot_s allows" },
    [VERDICT_TTFT] = { .name = "ttft", .limit = "workload.ttft_s", .distance = 1,
                       .why = "the prefill takes longer than workload.ttft_s allows" },
    [VERDICT_POWER] = { .name = "power", .limit = "chip.tdp_w", .distance = 1,
                        .why = "the power that a device draws at any clock exceeds its limit" },
    [VERDICT_ENDURANCE] = { .name = "endurance", .distance = 1,
                            .why = "the second tier of memory wears out sooner than chip.memory2_least_life_year, at the rate at which caches and states are written to it" },
    [VERDICT_PACKAGE] = { .name = "package", .distance = 3,
                          .why = "the package cannot be made: its interposer, or the engine on its base dies, is too large, or its memory has no place for the engine" },
    [VERDICT_CONSTRAINT] = { .name = "constraint", .distance = 3, .why = "a constraint of the study is not met" },
    [VERDICT_MAPPING] = { .name = "mapping", .distance = 3 },
    [VERDICT_CALIBRATION] = { .name = "calibration", .distance = 3,
                              .why = "kernels of this kind were not measured on chips of this generation: use timing ideal" },
    [VERDICT_OVERLOAD] = { .name = "overload", .limit = "workload.requests_per_s", .distance = 1,
                           .why = "more requests arrive than are served: waits grow without end" },
    [VERDICT_EVALUATOR] = { .name = "evaluator", .distance = 3,
                            .why = "the evaluator of the study gave no answer" },
};

static struct word verdict_word(size_t i)
{
    return (struct word){ i < VERDICTS ? verdict_kinds[i].name : NULL, (double)i };
}

static const struct word calibrated_words[] = { { "own", ON_OWN }, { "generation", ON_GENERATION }, { NULL, 0 } };
static const struct word limit_words[] = {
    { "capacity", LIMIT_CAPACITY }, { "latency", LIMIT_LATENCY }, { "compute", LIMIT_COMPUTE },
    { "memory", LIMIT_MEMORY }, { "link", LIMIT_LINK }, { NULL, 0 },
};

static const struct word limited_words[] = {
    { "none", LIMITED_BY_NOTHING }, { "power", LIMITED_BY_POWER }, { "temperature", LIMITED_BY_TEMPERATURE }, { "area", LIMITED_BY_AREA },
    { "tsv", LIMITED_BY_TSV }, { "banks", LIMITED_BY_BANKS }, { "memory", LIMITED_BY_MEMORY }, { NULL, 0 },
};

static const struct word system_pace_words[] = {
    { "decode", SYSTEM_PACE_DECODE }, { "prefill", SYSTEM_PACE_PREFILL }, { "link", SYSTEM_PACE_LINK }, { NULL, 0 },
};

static const struct word pace_words[] = {
    { "main", PACE_MAIN }, { "ffn", PACE_FFN }, { "link", PACE_LINK }, { "loop", PACE_LOOP }, { NULL, 0 },
};

/* When a metric has a value. */
static const struct metric always = { .phases = ANYWHERE };
static const struct metric decoding = { .phases = WITH_DECODE };
static const struct metric prefilling = { .phases = WITH_PREFILL };
static const struct metric disaggregated = { .phases = IN_DISAGGREGATED };
static const struct metric of_prefill_pool = { .phases = IN_DISAGGREGATED, .optional = true };
static const struct metric of_experts = { .phases = ANYWHERE, .needs_experts = true };
static const struct metric of_engine = { .phases = ANYWHERE, .needs_engine = true };
static const struct metric of_ffn_pool = { .phases = WITH_DECODE, .needs_ffn_pool = true };
static const struct metric of_ffn_engine = { .phases = WITH_DECODE, .needs_ffn_engine = true };
static const struct metric of_draft_pool = { .phases = WITH_DECODE, .needs_draft_pool = true };
static const struct metric priced_prefill_pool = { .phases = IN_DISAGGREGATED, .optional = true, .needs_prices = true };
static const struct metric priced_ffn_pool = { .phases = WITH_DECODE, .needs_ffn_pool = true, .needs_prices = true };
static const struct metric priced_draft_pool = { .phases = WITH_DECODE, .needs_draft_pool = true, .needs_prices = true };
static const struct metric of_apart = { .phases = WITH_DECODE, .needs_apart = true };
static const struct metric of_apart_experts = { .phases = WITH_DECODE, .needs_apart = true, .needs_experts = true };
static const struct metric of_memory2 = { .phases = ANYWHERE, .needs_memory2 = true };
static const struct metric of_starts = { .phases = ANYWHERE, .needs_starts = true };
static const struct metric of_contexts = { .phases = WITH_DECODE, .needs_contexts = true };
static const struct metric of_traffic = { .phases = IN_SERVING | IN_DISAGGREGATED, .needs_traffic = true };
static const struct metric priced = { .phases = ANYWHERE, .needs_prices = true };
static const struct metric calibrated = { .phases = ANYWHERE, .needs_calibration = true };
static const struct metric calibrated_decoding = { .phases = WITH_DECODE, .needs_calibration = true };
static const struct metric calibrated_prefilling = { .phases = WITH_PREFILL, .needs_calibration = true };

#define METRIC(where, member, unit, better, text) { FIELD(metrics, member, unit), .lo = -INFINITY, .hi = INFINITY, .sense = better, .doc = text, .more = &where }
#define COST(member, unit, better, text) \
    METRIC(priced, member, unit, better, text), \
    METRIC(priced, member##_low, unit, better, text " With every constant at its low end."), \
    METRIC(priced, member##_high, unit, better, text " With every constant at its high end.")
#define SPAN(where, member, unit, better) \
    METRIC(where, member##_low, unit, better, "Calibrated timing: one measurement in ten is expected below."), \
    METRIC(where, member##_high, unit, better, "Calibrated timing: one measurement in ten is expected above.")

static const struct field rows[] = {
    { FIELD(metrics, verdict, "1"), .only_words = true, .registry = verdict_word, .more = &always,
      .doc = "ok, or why the point is infeasible: memory, tpot, ttft, power, endurance, package, constraint, mapping; calibration: a kernel was not measured on chips of its generation; overload: more requests arrive than are served; evaluator: the evaluator of the study gave no answer." },
    METRIC(always, batch, "requests", 0, "Requests in flight over all devices."),
    METRIC(always, batch_cap, "requests", 0, "Largest batch that fits in memory."),
    METRIC(always, batch_slo, "requests", 0, "Largest batch that meets the latency limit; inf without one."),
    METRIC(decoding, tpot_s, "s", -1, "Time per output token: one decode step over the tokens accepted per request."),
    METRIC(prefilling, ttft_s, "s", -1, "Time to first token: one prefill; serving: the prefill of one prompt and a step; disaggregated: a prefill and the part of its transfer that pools.prefill.transfer does not hide."),
    METRIC(of_traffic, load_ratio, "1", -1, "Requests that arrive over the most that are served; at 1 and above waits grow without end."),
    METRIC(of_traffic, requests_in_flight, "requests", 0, "Requests in flight at this traffic, mean over time; batch is the largest number."),
    METRIC(of_traffic, goodput_per_s, "1/s", +1, "Requests per second that meet workload.ttft_s and workload.tpot_s."),
    METRIC(of_traffic, most_requests_per_s, "1/s", +1, "Largest workload.requests_per_s that is served and meets the limits at workload.ttft_percentile and workload.tpot_percentile."),
    METRIC(of_traffic, ttft_mean_s, "s", -1, "Time to first token at this traffic, mean over requests."),
    METRIC(of_traffic, ttft_p50_s, "s", -1, "Time to first token at this traffic: 50 % of requests take at most as long."),
    METRIC(of_traffic, ttft_p90_s, "s", -1, "Time to first token at this traffic: 90 % of requests take at most as long."),
    METRIC(of_traffic, ttft_p99_s, "s", -1, "Time to first token at this traffic: 99 % of requests take at most as long."),
    METRIC(of_traffic, tpot_mean_s, "s", -1, "Time per output token of a request at this traffic, mean over requests."),
    METRIC(of_traffic, tpot_p50_s, "s", -1, "Time per output token of a request at this traffic: 50 % of requests take at most as long."),
    METRIC(of_traffic, tpot_p90_s, "s", -1, "Time per output token of a request at this traffic: 90 % of requests take at most as long."),
    METRIC(of_traffic, tpot_p99_s, "s", -1, "Time per output token of a request at this traffic: 99 % of requests take at most as long."),
    METRIC(always, prefill_devices, "devices", -1, "Devices of the prefill pool, in addition to plan.devices; 0 unless disaggregated."),
    METRIC(disaggregated, kv_transfer_s, "s", -1, "Time to send the KV cache of one prompt from the prefill pool to the decode pool, hidden or not."),
    METRIC(disaggregated, prefill_tp, "devices", 0, "Tensor parallelism of the prefill pool."),
    METRIC(disaggregated, prefill_dp, "devices", 0, "Data parallelism of the prefill pool, in a group of it."),
    METRIC(disaggregated, prefill_ep, "devices", 0, "Expert parallelism of the prefill pool."),
    METRIC(disaggregated, prefill_pp, "devices", 0, "Pipeline parallelism of the prefill pool."),
    METRIC(disaggregated, prefill_cp, "devices", 0, "Context parallelism of the prefill pool."),
    { FIELD(metrics, system_paced_by, "1"), .only_words = true, .words = system_pace_words, .more = &of_prefill_pool,
      .doc = "What sets the pace of a disaggregated system: decode, prefill (pools.prefill.devices is too small), or the link that carries the KV cache." },
    METRIC(of_prefill_pool, decode_busy_ratio, "1", +1, "Share of the time in which the devices that decode compute: below 1 if prefill or the link sets the pace. TPOT and batch are those while they do."),
    METRIC(of_prefill_pool, prefill_busy_ratio, "1", +1, "Share of the time in which the devices that prefill compute."),
    METRIC(of_prefill_pool, kv_link_ratio, "1", -1, "Bytes per second of KV cache sent, over what the links of the smaller side carry."),
    METRIC(of_prefill_pool, prefill_s, "s", -1, "One prefill in the prefill pool, without the transfer."),
    METRIC(of_prefill_pool, prefill_memory_used_byte, "B", -1, "Memory in use on one device of the prefill pool."),
    METRIC(of_prefill_pool, prefill_device_power_w, "W", -1, "Board power of one device of the prefill pool, on average."),
    METRIC(of_prefill_pool, prefill_throttle_ratio, "1", +1, "Clock that a device of the prefill pool can hold within its power limit over the nominal one."),
    METRIC(priced_prefill_pool, prefill_cost_usd, "USD", -1, "Share of system_cost_usd that the devices of the prefill pool take."),
    METRIC(always, engine_devices, "devices", 0, "Devices that carry the engine: plan.devices, and those of the prefill pool if pools.prefill.engine is same."),
    METRIC(always, system_devices, "devices", -1, "Devices of the system: plan.devices and those of all pools."),
    METRIC(of_ffn_pool, ffn_devices, "devices", -1, "Devices of pools.ffn, in addition to plan.devices."),
    METRIC(of_ffn_pool, ffn_tp, "devices", 0, "Tensor parallelism of pools.ffn."),
    METRIC(of_ffn_pool, ffn_ep, "devices", 0, "Parts of whole experts that the devices of pools.ffn hold."),
    METRIC(of_ffn_pool, micro_batches, "1", 0, "Parts of the batch that the main devices and pools.ffn work on in turn."),
    { FIELD(metrics, paced_by, "1"), .only_words = true, .words = pace_words, .more = &of_ffn_pool,
      .doc = "What sets the pace of a step: the main devices, the devices of pools.ffn, the link between them, or the loop of all three, with too few micro-batches to hide each other." },
    METRIC(of_ffn_pool, main_busy_ratio, "1", +1, "Share of a step in which the main devices compute."),
    METRIC(of_ffn_pool, ffn_busy_ratio, "1", +1, "Share of a step in which the devices of pools.ffn compute."),
    METRIC(of_ffn_pool, ffn_transfer_s, "s", -1, "Transfers of one micro-batch and layer, to pools.ffn and back, hidden or not."),
    METRIC(of_ffn_pool, ffn_transfer_byte_per_token, "B", -1, "Bytes between the main devices and pools.ffn per new token, all layers, both ways."),
    METRIC(of_ffn_pool, ffn_memory_used_byte, "B", -1, "Memory in use on one device of pools.ffn: weights and activations."),
    METRIC(of_ffn_pool, ffn_weight_byte, "B", -1, "Weights on one device of pools.ffn."),
    METRIC(of_ffn_pool, ffn_device_power_w, "W", -1, "Board power of one device of pools.ffn, on average over a step."),
    METRIC(of_ffn_pool, ffn_throttle_ratio, "1", +1, "Clock that a device of pools.ffn can hold within its power limit over the nominal one."),
    METRIC(priced_ffn_pool, ffn_cost_usd, "USD", -1, "Share of system_cost_usd that the devices of pools.ffn take."),
    METRIC(of_ffn_pool, ffn_weight_share2, "1", 0, "Share of the weights of pools.ffn in the second tier of memory of its chip, as given or chosen."),
    METRIC(of_ffn_pool, ffn_memory2_used_byte, "B", 0, "Second tier of memory in use on one device of pools.ffn; ffn_memory_used_byte is the first."),
    METRIC(of_ffn_engine, ffn_engine_effective_bandwidth_ratio, "1", 0, "m of the engine of pools.ffn in effect: what its place can feed and cool."),
    METRIC(of_ffn_engine, ffn_engine_effective_ridge_flop_per_byte, "FLOP/B", 0, "r of the engine of pools.ffn in effect."),
    { FIELD(metrics, ffn_engine_limited_by, "1"), .only_words = true, .words = limited_words, .more = &of_ffn_engine,
      .doc = "What lowers m, or else r, of the engine of pools.ffn: power, temperature, area, tsv, banks or memory." },
    METRIC(of_ffn_engine, ffn_engine_power_w, "W", -1, "Power of the engine of one device of pools.ffn, on average over a step."),
    METRIC(of_ffn_engine, ffn_expert_byte, "B", 0, "Weights of routed experts on one device of pools.ffn, which an engine of kind pool holds in the memory it adds."),
    METRIC(of_draft_pool, draft_devices, "devices", -1, "Devices of pools.draft, in addition to plan.devices."),
    METRIC(of_draft_pool, draft_tp, "devices", 0, "Tensor parallelism of pools.draft."),
    METRIC(of_draft_pool, draft_s, "s", -1, "Time of a step in which pools.draft drafts and the main devices wait."),
    METRIC(of_draft_pool, draft_transfer_s, "s", -1, "Time of a step in which tokens are on the way to pools.draft and back."),
    METRIC(of_draft_pool, draft_busy_ratio, "1", +1, "Share of a step in which the devices of pools.draft compute."),
    METRIC(of_draft_pool, draft_memory_used_byte, "B", -1, "Memory in use on one device of pools.draft: weights, KV cache and activations of the draft model."),
    METRIC(of_draft_pool, draft_weight_byte, "B", -1, "Weights on one device of pools.draft."),
    METRIC(of_draft_pool, draft_device_power_w, "W", -1, "Board power of one device of pools.draft, on average over a step."),
    METRIC(of_draft_pool, draft_throttle_ratio, "1", +1, "Clock that a device of pools.draft can hold within its power limit over the nominal one."),
    METRIC(priced_draft_pool, draft_cost_usd, "USD", -1, "Share of system_cost_usd that the devices of pools.draft take."),
    METRIC(always, tokens_per_s, "1/s", +1, "Output tokens per second of the system; phase prefill: prompt tokens."),
    METRIC(always, tokens_per_s_per_device, "1/s", +1, "Output tokens per second of one device."),
    METRIC(always, tokens_per_s_per_user, "1/s", +1, "Output tokens per second of one request."),
    METRIC(always, memory_used_byte, "B", -1, "Memory in use on one device: weights, KV cache and states, activations."),
    METRIC(always, weight_byte, "B", -1, "Weights on one device."),
    METRIC(always, kv_byte, "B", -1, "KV cache and recurrent states on one device."),
    METRIC(always, kv_byte_per_token, "B", -1, "KV cache of one token over all layers, before any split over devices."),
    METRIC(always, state_byte_per_request, "B", -1, "What a request keeps at any context, over all layers: recurrent states, inputs of convolutions, windows beside a compressed cache."),
    METRIC(always, params, "1", 0, "Parameters of the model; without MTP modules, norms and biases."),
    METRIC(always, active_params, "1", 0, "Parameters that one token uses, the head with them, the embedding not."),
    METRIC(always, attention_intensity_flop_per_byte, "FLOP/B", 0, "Arithmetic intensity of core attention as mapped; of a model without attention: of the updates of its states."),
    METRIC(of_experts, expert_intensity_flop_per_byte, "FLOP/B", 0, "Arithmetic intensity of the routed experts; empty for models without experts."),
    METRIC(always, ridge_flop_per_byte, "FLOP/B", 0, "Ridge point of the chip in the arithmetic format in use."),
    METRIC(always, attention_s, "s", -1, "Core attention: scores, softmax, weighted values; also a sparse indexer."),
    METRIC(always, projection_s, "s", -1, "Projections around attention."),
    METRIC(always, ffn_s, "s", -1, "Dense feed-forward layers and shared experts."),
    METRIC(always, expert_s, "s", -1, "Routed experts and their router."),
    METRIC(always, communication_s, "s", -1, "All-reduce and all-to-all."),
    METRIC(always, other_s, "s", -1, "Norms, residuals, rotary embedding, embedding, head."),
    METRIC(always, state_s, "s", -1, "Updates of recurrent states (linear attention, state-space layers)."),
    METRIC(of_contexts, context_wait_s, "s", -1, "The part of attention_s for which data-parallel ranks wait for the one with most context."),
    METRIC(always, attention_share, "1", 0, "Core attention as a share of the step; of a model without attention: the updates of its states."),
    METRIC(of_engine, engine_speedup, "1", +1, "S: time of core attention on the chip over its time on the engine; below 1 the engine is not used, unless it is a pool that holds the cache (kv_place). Of a model without attention: of the updates of its states."),
    { FIELD(metrics, limit, "1"), .only_words = true, .words = limit_words, .more = &always,
      .doc = "What binds the throughput: memory capacity, the latency limit, compute, memory bandwidth or the link." },
    METRIC(always, device_power_w, "W", -1, "Board power of one device at this activity, as a meter reads it, without an engine's pool."),
    METRIC(always, throttle_ratio, "1", +1, "Clock that the device can hold within its power limit over the nominal one, less idle time below the lowest clock; times include it."),
    METRIC(always, power_limit_ratio, "1", -1, "Power of one device that its limit covers, over the limit; at most 0.98, the highest average measured, unless the verdict is power."),
    COST(die_area_mm2, "mm2", -1, "Silicon area of the compute dies of one device, without the engine."),
    COST(engine_area_mm2, "mm2", -1, "Silicon area that the engine adds to one device: on its dies, in its stacks or in a pool."),
    METRIC(priced, system_area_mm2, "mm2", -1, "Silicon area of all devices: compute dies and engines of the main devices and of every pool."),
    COST(device_cost_usd, "USD", -1, "Cost to make one device: dies, memory, package, test, engine."),
    COST(system_cost_usd, "USD", -1, "Price of the system: devices with margin, servers, links, network."),
    COST(power_w, "W", -1, "Power of the system at the meter, at this activity."),
    COST(energy_j_per_token, "J", -1, "Energy at the meter per output token."),
    COST(usd_per_mtok, "USD", -1, "Capital and energy per million output tokens."),
    COST(engine_cost_usd, "USD", -1, "The engine's part of device_cost_usd."),
    COST(engine_power_w, "W", -1, "The engine's part of power_w: its memory accesses, and the idle power of a pool."),
    COST(usd_per_hour, "USD", -1, "Capital and energy per hour of operation of the system."),
    METRIC(priced, tokens_per_s_per_usd, "1/s", +1, "Output tokens per second per USD of system cost."),
    METRIC(of_engine, engine_effective_bandwidth_ratio, "1", 0, "m of the engine in effect: what its place can feed and cool; empty without an engine."),
    METRIC(of_engine, engine_effective_ridge_flop_per_byte, "FLOP/B", 0, "r of the engine in effect; empty without an engine."),
    { FIELD(metrics, engine_limited_by, "1"), .only_words = true, .words = limited_words, .more = &of_engine,
      .doc = "What lowers the engine's m, or else r, or else the rate of a kernel that uses both in full: power, temperature, area, tsv, banks or memory." },
    METRIC(of_engine, engine_stack_power_w, "W", -1, "Power of one of the engine's memory stacks, with its logic, at m and r in effect."),
    METRIC(of_engine, engine_stack_area_mm2, "mm2", -1, "Logic of the engine on the base die of one stack."),
    { FIELD(metrics, engine_maturity, "1"), .only_words = true, .words = engine_status_words, .more = &of_engine,
      .doc = "Whether the engine exists: built, published as a design, or hypothetical." },
    { FIELD(metrics, kv_place, "1"), .only_words = true, .words = place_words + 1, .more = &of_apart,
      .doc = "Memory of KV caches and recurrent states beside an engine of kind pool that has its own: chip or engine, as given or chosen." },
    { FIELD(metrics, expert_place, "1"), .only_words = true, .words = place_words + 1, .more = &of_apart_experts,
      .doc = "The same of the weights of routed experts." },
    METRIC(of_apart_experts, expert_byte, "B", 0, "Weights of routed experts on one device, in the memory that expert_place says."),
    METRIC(of_apart, memory_ratio, "1", -1, "Beside such an engine: memory needed over what there is, of the memory that lacks most: that of the chip for what it reads, that of the engine for experts, both together."),
    METRIC(priced, dies, "1", 0, "Compute dies of one device: the fewest that fit the reticle and hold the interfaces at their edges."),
    METRIC(priced, package_limit_ratio, "1", -1, "Interposer area of one device, or of one in a pool, over the largest available, or the engine on a base die over its free area; above 1 it cannot be made; infinite: its memory has no place for the engine, or no stack holds what the engine adds."),
    METRIC(of_memory2, weight_share2, "1", 0, "Share of the weights in the second tier of memory, as given or chosen."),
    METRIC(of_memory2, kv_share2, "1", 0, "Share of KV caches and recurrent states in the second tier of memory, as given or chosen."),
    METRIC(of_memory2, memory2_used_byte, "B", 0, "Second tier of memory in use on one device; memory_used_byte is the first."),
    METRIC(of_memory2, memory2_s, "s", -1, "Time per output token, or of a prefill, that the second tier of memory adds to the operators: what does not hide behind the first tier and arithmetic."),
    METRIC(of_memory2, memory2_life_year, "1", +1, "Years until a second tier of flash wears out, at the rate at which caches and states are written to it; inf: never."),
    METRIC(of_memory2, memory2_prefetch_byte, "B", -1, "Bytes that one device must have under way from the second tier to hide its latency."),
    METRIC(of_starts, start_s, "s", -1, "Time per output token, or of a prefill, of the calls' start-up times (chip.kernel_start_s) on the main devices."),
    { FIELD(metrics, calibrated_on, "1"), .only_words = true, .words = calibrated_words, .more = &calibrated,
      .doc = "Measurements behind calibrated timing: of this chip (own), or of other chips of its generation." },
    METRIC(calibrated, timing_error, "1", -1, "Standard deviation of the log of calibrated over measured time."),
    SPAN(calibrated_decoding, tpot_s, "s", -1), SPAN(calibrated_prefilling, ttft_s, "s", -1), SPAN(calibrated, tokens_per_s, "1/s", +1),
    SPAN(calibrated, tokens_per_s_per_device, "1/s", +1), SPAN(calibrated, tokens_per_s_per_user, "1/s", +1),
    SPAN(calibrated, attention_s, "s", -1), SPAN(calibrated, projection_s, "s", -1), SPAN(calibrated, ffn_s, "s", -1), SPAN(calibrated, expert_s, "s", -1),
    SPAN(calibrated, communication_s, "s", -1), SPAN(calibrated, other_s, "s", -1), SPAN(calibrated, state_s, "s", -1),
};
/* clang-format on */
COVERS(rows, metrics);

const struct fields metrics_fields = {"", rows, LEN(rows), sizeof(struct metrics)};

bool metric_tells_limit(const struct field *f)
{
    return f->offset == offsetof(struct metrics, limit) ||
           f->offset == offsetof(struct metrics, batch_slo);
}

const struct field *metric_number(const char *name, struct err *err)
{
    const struct field *f = field_find(metrics_fields, name);
    const char *near = f ? NULL : field_nearest(metrics_fields, name);
    if (f && !f->only_words)
        return f;
    if (f)
        fail(err, "\"%s\" is a word: give a metric that is a number", name);
    else if (near)
        fail(err, "\"%s\" is not a metric: did you mean \"%s\"?", name, near);
    else
        fail(err, "\"%s\" is not a metric: `dse list metrics` shows all", name);
    return NULL;
}

int metric_goal(const char *text, const struct field **out, int *sense, struct err *err)
{
    const char *name = text + (*text == '+' || *text == '-');
    *out = metric_number(name, err);
    if (!*out)
        return -1;
    *sense = *text == '+' ? 1 : *text == '-' ? -1 : (*out)->sense;
    if (*sense == 0)
        return fail(err, "\"%s\" is neither better high nor better low: write +%s or -%s", name,
                    name, name);
    return 0;
}

void metric_scope_add(struct metric_scope *out, const struct design *d)
{
    out->phases |= 1u << (unsigned)d->workload.phase;
    out->prices = true;
    out->calibration = out->calibration || timing_of(&d->mode)->needs_calibration;
    out->engine = out->engine || engine_is_there(&d->engine);
    out->apart = out->apart || engine_own_byte(&d->engine, d->chip.memory_byte) > 0;
    out->ffn_pool = out->ffn_pool || design_pools_ffn(d);
    out->ffn_engine = out->ffn_engine || engine_is_there(&d->ffn_engine);
    out->draft_pool = out->draft_pool || design_pools_draft(d);
    out->experts =
        out->experts || model_moe_layers(&d->model) > 0 || model_moe_layers(&d->draft_model) > 0;
    const struct contexts c = workload_contexts(&d->workload);
    out->contexts = out->contexts || contexts_differ(&c);
    out->traffic = out->traffic || workload_has_traffic(&d->workload);
    out->memory2 = out->memory2 || d->chip.memory2_kind != TIER2_NONE;
    out->starts = out->starts || d->chip.kernel_start_s > 0;
}

/* Lists the phases of a set: "prefill, serving or disaggregated". */
static void phases_text(unsigned set, char *out, size_t size)
{
    const struct field *f = field_find(workload_fields, "phase");
    size_t used = 0;
    out[0] = '\0';
    struct word w;
    for (size_t i = 0; field_word_at(f, i, &w) && used < size; i++) {
        unsigned one = 1u << (unsigned)w.value;
        if (!(set & one))
            continue;
        set &= ~one;
        used += (size_t)snprintf(out + used, size - used, "%s%s",
                                 used == 0 ? ""
                                 : set     ? ", "
                                           : " or ",
                                 w.text);
    }
}

bool metric_is_listed(const struct field *f, const struct metric_scope *in)
{
    const struct metric *m = metric_of(f);
    return (!m->needs_calibration || in->calibration) && (!m->needs_ffn_pool || in->ffn_pool) &&
           (!m->needs_draft_pool || in->draft_pool) && (!m->needs_ffn_engine || in->ffn_engine) &&
           (!m->needs_apart || in->apart) && (!m->needs_memory2 || in->memory2) &&
           (!m->needs_starts || in->starts) && (!m->needs_contexts || in->contexts) &&
           (!m->needs_traffic || in->traffic) && (!m->optional || m->phases & in->phases);
}

bool metric_exists(const struct field *f, const struct metric_scope *in, struct err *err)
{
    const struct metric *m = metric_of(f);
    char text[100];
    const char *need = NULL;

    phases_text(m->phases, text, sizeof text);
    if (m->needs_calibration && !in->calibration)
        need = "timing: calibrated";
    else if (m->needs_prices && !in->prices)
        need = "prices";
    else if (m->needs_engine && !in->engine)
        need = "an engine with engine.bandwidth_ratio above 0";
    else if (m->needs_ffn_pool && !in->ffn_pool)
        need = "pools.ffn.chip";
    else if (m->needs_ffn_engine && !in->ffn_engine)
        need = "pools.ffn.engine";
    else if (m->needs_draft_pool && !in->draft_pool)
        need = "pools.draft.chip";
    else if (m->needs_experts && !in->experts)
        need = "a model with routed experts";
    else if (m->needs_contexts && !in->contexts)
        need = "workload.context_cv above 0";
    else if (m->needs_traffic && !in->traffic)
        need = "workload.requests_per_s";
    else if (m->needs_apart && !in->apart)
        need = "an engine of kind pool with engine.capacity_ratio above 1";
    else if (m->needs_memory2 && !in->memory2)
        need = "a chip with chip.memory2_kind";
    else if (m->needs_starts && !in->starts)
        need = "a chip with chip.kernel_start_s";
    else if (m->phases & in->phases)
        return true;
    fail(err, "\"%s\" has no value here: it needs %s%s", f->name,
         need ? "" : "workload.phase: ", need ? need : text);
    return false;
}

void metrics_clear(struct metrics_lanes *out, size_t n)
{
    for (size_t k = 0; k < LEN(out->at); k++)
        for (size_t i = 0; i < n; i++)
            out->at[k][i] = NAN;
}

const char *metrics_core(const struct metrics *m)
{
    return m->attention_s == 0 ? "state updates" : "core attention";
}

int metrics_core_runs(const struct metrics *m)
{
    return m->attention_s == 0 ? RUNS_STATE : RUNS_CORE;
}
