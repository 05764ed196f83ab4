#include "arch/plan.h"

#include "arch/design.h"
#include "arch/ffn.h"
#include "arch/layers.h"
#include "arch/routing.h"
#include "base/mem.h"

/* clang-format off */
static const struct word auto_words[] = { { "auto", PLAN_AUTO }, { NULL, 0 } };
const struct word place_words[] = { { "auto", PLACE_AUTO }, { "chip", PLACE_CHIP }, { "engine", PLACE_ENGINE }, { NULL, 0 } };
static const struct word tier_words[] = { { "auto", SHARE_AUTO }, { NULL, 0 } };
static const struct word overlap_words[] = {
    { "none", OVERLAP_NONE }, { "two_batch", OVERLAP_TWO_BATCH }, { "ideal", OVERLAP_IDEAL }, { NULL, 0 },
};
static const struct word reduce_words[] = { { "ring", REDUCE_RING }, { "best", REDUCE_BEST }, { NULL, 0 } };
static const struct word exchange_words[] = { { "flat", EXCHANGE_FLAT }, { "hierarchical", EXCHANGE_HIERARCHICAL }, { NULL, 0 } };
static const struct word shared_words[] = { { "ep", SHARED_OVER_EP }, { "tp", SHARED_OVER_TP }, { NULL, 0 } };
static const struct word room_words[] = { { "whole", KV_ROOM_WHOLE }, { "mean", KV_ROOM_MEAN }, { NULL, 0 } };
static const struct word window_words[] = { { "window", WINDOW_CACHE_WINDOW }, { "whole", WINDOW_CACHE_WHOLE }, { NULL, 0 } };
const struct phase phase_kinds[PHASES] = {
    [PHASE_DECODE] = { .name = "decode" },
    [PHASE_PREFILL] = { .name = "prefill" },
    [PHASE_SERVING] = { .name = "serving", .answers = true },
    [PHASE_DISAGGREGATED] = { .name = "disaggregated", .answers = true },
};

static struct word phase_word(size_t i)
{
    return (struct word){ i < PHASES ? phase_kinds[i].name : NULL, (double)i };
}

static const struct word given_words[] = { { "given", ACCEPTANCE_GIVEN }, { NULL, 0 } };
static const struct word batch_words[] = { { "max", BATCH_MAX }, { NULL, 0 } };
static const struct word limit_words[] = { { "none", INFINITY }, { NULL, 0 } };
static const struct word placement_words[] = {
    { "random", PLACE_RANDOM }, { "round_robin", PLACE_ROUND_ROBIN }, { "contiguous", PLACE_CONTIGUOUS }, { "replicated", PLACE_REPLICATED }, { "packed", PLACE_PACKED }, { NULL, 0 },
};
static const struct word number_words[] = {
    { "bf16", 2 }, { "fp8", 1 }, { "fp4", 0.5 }, { "fp32", 4 },
    /* With block scales: one byte per 32 elements (OCP MX), per 16 (NVFP4), four bytes per 128 x 128 (DeepSeek-V3). */
    { "mxfp8", 1 + 1 / 32.0 }, { "mxfp4", 0.5 + 1 / 32.0 }, { "nvfp4", 0.5 + 1 / 16.0 }, { "fp8_block", 1 + 4 / 16384.0 },
    /* Groups of weights with a BF16 scale: 32 (Kimi-K2.5), 128 with a 4-bit zero (GPTQ, AWQ). */
    { "int4_g32", 0.5 + 2 / 32.0 }, { "int4_g128", 0.5 + 2.5 / 128 }, { NULL, 0 },
};
struct word number_word(size_t i)
{
    return number_words[i < LEN(number_words) ? i : LEN(number_words) - 1];
}

/* The same, and as the model states. */
static struct word weight_word(size_t i)
{
    return i == 0 ? (struct word){ "model", AS_MODEL_STATES } : number_word(i - 1);
}

static const struct word number_also[] = { { "fp16", 2 }, { "int8", 1 }, { "int4", 0.5 }, { NULL, 0 } };

static const struct word exchanged_words[] = {
    { "activation", AS_ACTIVATION }, { "bf16", 2 }, { "fp8", 1 }, { "mxfp8", 1 + 1 / 32.0 }, { "fp4", 0.5 }, { "nvfp4", 0.5 + 1 / 16.0 }, { NULL, 0 },
};
static const struct word rope_words[] = { { "kv", AS_KV }, { "bf16", 2 }, { "fp8", 1 }, { "mxfp8", 1 + 1 / 32.0 }, { "fp32", 4 }, { NULL, 0 } };

static const size_t of_ffn = PART_FFN_CHIP, of_draft = PART_DRAFT_CHIP; /* what a row is about: pool_part */

static const struct field plan_rows[] = {
    { FIELD(plan, devices, "devices"), .lo = 1, .hi = 1e6, .init = 32, .whole = true, .doc = "Devices of the system." },
    { FIELD(plan, tp, "devices"), .lo = 1, .hi = 1e6, .init = PLAN_AUTO, .whole = true, .words = auto_words,
      .doc = "Tensor parallelism: devices that share one replica's heads and feed-forward." },
    { FIELD(plan, dp, "1"), .lo = 1, .hi = 1e6, .init = PLAN_AUTO, .whole = true, .words = auto_words,
      .doc = "Data parallelism: replicas of everything but the experts; tp * cp * pp * dp = devices." },
    { FIELD(plan, ep, "devices"), .lo = 1, .hi = 1e6, .init = PLAN_AUTO, .whole = true, .words = auto_words,
      .doc = "Expert parallelism: devices that share the routed experts; 1 without experts." },
    { FIELD(plan, pp, "devices"), .lo = 1, .hi = 1e4, .init = 1, .whole = true, .words = auto_words,
      .doc = "Pipeline parallelism: stages that the layers are split into, with as many groups of requests in flight." },
    { FIELD(plan, cp, "devices"), .lo = 1, .hi = 1e6, .init = 1, .whole = true, .words = auto_words,
      .doc = "Context parallelism: devices that each hold a part of a request's context and prompt." },
    { FIELD(plan, shared_over, "1"), .init = SHARED_OVER_EP, .only_words = true, .words = shared_words,
      .doc = "Devices that share one copy of the weights outside attention and routed experts: the expert group (arXiv:2507.15465 eq. 11) or the TP group (as in serving engines)." },
    { FIELD(plan, redundant_experts, "1"), .lo = 0, .hi = 1e5, .init = 0, .whole = true,
      .doc = "Additional copies of hot experts, with workload.placement replicated; 0: one per device." },
    { FIELD(plan, overlap, "1"), .init = OVERLAP_NONE, .only_words = true, .words = overlap_words,
      .doc = "Collectives hidden behind computation: none; two_batch, those of one half of the batch behind the computation of the other; ideal, all." },
    { FIELD(plan, all_reduce, "1"), .init = REDUCE_RING, .only_words = true, .words = reduce_words,
      .doc = "All-reduce: ring, or best: the faster of a ring and one shot (every device sends its data to every other)." },
    { FIELD(plan, all_to_all, "1"), .init = EXCHANGE_FLAT, .only_words = true, .words = exchange_words,
      .doc = "All-to-all beyond one link domain: flat, every copy over the network; hierarchical, one copy per domain over the network, forwarded over the link." },
    { FIELD(plan, micro_batches, "1"), .lo = 1, .hi = 64, .init = PLAN_AUTO, .whole = true, .words = auto_words, .more = &of_ffn,
      .doc = "Parts of a batch that the main devices and those of pools.ffn work on in turn; 1 without that pool." },
    { FIELD(plan, weight_share2, "1"), .lo = 0, .hi = 1, .init = SHARE_AUTO, .words = tier_words,
      .doc = "Share of the weights in the second tier of memory, the same of every operator; auto: the one with most tokens per second, 0 without a second tier or with a pool that shares the step." },
    { FIELD(plan, kv_share2, "1"), .lo = 0, .hi = 1, .init = SHARE_AUTO, .words = tier_words,
      .doc = "Share of KV caches and recurrent states in the second tier of memory; auto: the one with most tokens per second, 0 without a second tier or with a pool that shares the step." },
    { FIELD(plan, kv_place, "1"), .init = PLACE_AUTO, .only_words = true, .words = place_words,
      .doc = "Memory of KV caches and recurrent states beside an engine of kind pool that has its own (engine.capacity_ratio): engine, which then always runs what engine.runs names of attention and states; chip, as without the engine; auto: the one with most tokens per second, engine with a pool that shares the step." },
    { FIELD(plan, expert_place, "1"), .init = PLACE_AUTO, .only_words = true, .words = place_words,
      .doc = "The same of the weights of routed experts." },
};

/* Paths are pools.prefill.tp and so on. */
#define OF_POOL(pool, member, of_unit) .name = #pool "." #member, .unit = of_unit, .offset = offsetof(struct pools, pool##_##member)
#define POOL_FIELD(member, of_unit) OF_POOL(prefill, member, of_unit)
#define FFN_FIELD(member, of_unit) OF_POOL(ffn, member, of_unit), .more = &of_ffn
#define DRAFT_FIELD(member, of_unit) OF_POOL(draft, member, of_unit), .more = &of_draft
static const struct word runs_words[] = {
    { "experts", FFN_EXPERTS }, { "ffn", FFN_ALL }, { "ffn_and_head", FFN_AND_HEAD }, { "all_but_attention", FFN_ALL_BUT_ATTENTION }, { NULL, 0 },
};
static const struct word copies_words[] = { { "domains", COPIES_DOMAINS }, { "devices", COPIES_DEVICES }, { "experts", COPIES_EXPERTS }, { NULL, 0 } };
static const struct word sends_words[] = { { "beside", SENDS_BESIDE }, { "within", SENDS_WITHIN }, { NULL, 0 } };
static const struct word link_words[] = { { "auto", POOL_LINK_AUTO }, { NULL, 0 } };
static const struct word pool_words[] = { { "plan", AS_PLAN }, { "auto", PLAN_AUTO }, { NULL, 0 } };
static const struct word share_words[] = { { "share", POOL_SHARE }, { "auto", PLAN_AUTO }, { NULL, 0 } };
static const struct word group_words[] = { { "plan", AS_PLAN }, { NULL, 0 } };
static const struct word transfer_words[] = { { "after", TRANSFER_AFTER }, { "layers", TRANSFER_LAYERS }, { NULL, 0 } };
static const struct word pool_engine_words[] = { { "none", POOL_WITHOUT_ENGINE }, { "same", POOL_WITH_ENGINE }, { NULL, 0 } };

static const struct field pools_rows[] = {
    { POOL_FIELD(engine, "1"), .init = POOL_WITHOUT_ENGINE, .only_words = true, .words = pool_engine_words,
      .doc = "Engine of the devices that prefill (disaggregated): none, they are chips alone; same, they carry the engine of the devices that decode." },
    { POOL_FIELD(tp, "devices"), .lo = 1, .hi = 1e6, .init = AS_PLAN, .whole = true, .words = pool_words,
      .doc = "Tensor parallelism of the prefill pool (disaggregated), in groups of pools.prefill.group; plan: what plan.tp allows, chosen apart; DP follows." },
    { POOL_FIELD(ep, "devices"), .lo = 1, .hi = 1e6, .init = AS_PLAN, .whole = true, .words = pool_words,
      .doc = "Expert parallelism of the prefill pool; plan: what plan.ep allows, chosen apart." },
    { POOL_FIELD(pp, "devices"), .lo = 1, .hi = 1e4, .init = AS_PLAN, .whole = true, .words = pool_words,
      .doc = "Pipeline parallelism of the prefill pool; plan: what plan.pp allows, chosen apart." },
    { POOL_FIELD(cp, "devices"), .lo = 1, .hi = 1e6, .init = AS_PLAN, .whole = true, .words = pool_words,
      .doc = "Context parallelism of the prefill pool; plan: what plan.cp allows, chosen apart." },
    { POOL_FIELD(devices, "devices"), .lo = 1, .hi = 1e6, .init = POOL_SHARE, .whole = true, .words = share_words,
      .doc = "Devices of the prefill pool, in addition to plan.devices: share, as many as keep up, also a fraction, as of a larger system with many decode groups; auto, the fewest whole groups that keep up; a number, which sets the pace if it is too small." },
    { POOL_FIELD(group, "devices"), .lo = 1, .hi = 1e6, .init = AS_PLAN, .whole = true, .words = group_words,
      .doc = "Devices of the prefill pool that share one copy of its work, and are mapped together; plan: as plan.devices, or pools.prefill.devices if that is fewer." },
    { POOL_FIELD(link_byte_per_s, "B/s"), .lo = 1e6, .hi = 1e15, .plain_lo = 1e6, .plain_unit = "GB/s", .init = POOL_LINK_AUTO, .words = link_words,
      .doc = "Bandwidth from the prefill pool to the devices that decode, per device of the smaller side; auto: the smaller network bandwidth of both. Measured transfers of a KV cache reach 0.48 to 0.87 of the line rate (Mooncake)." },
    { POOL_FIELD(link_latency_s, "s"), .lo = 0, .hi = 10, .plain_hi = 0.1, .plain_unit = "us", .init = POOL_LINK_AUTO, .words = link_words,
      .doc = "Time before the first byte of a KV cache arrives; auto: the larger network latency of both sides." },
    { POOL_FIELD(transfer, "1"), .init = TRANSFER_AFTER, .only_words = true, .words = transfer_words,
      .doc = "When a prompt's KV cache is sent: after its prefill; layers, each layer's as soon as it is computed (Splitwise), so that most of it is hidden." },
    { FFN_FIELD(runs, "1"), .init = FFN_ALL, .only_words = true, .words = runs_words,
      .doc = "What pools.ffn runs of each layer: experts, the routed ones; ffn, those with shared experts and dense feed-forwards; ffn_and_head, the head too; all_but_attention, all but core attention and recurrent states, which the main devices then hold alone." },
    { FFN_FIELD(devices, "devices"), .lo = 1, .hi = 1e6, .init = PLAN_AUTO, .whole = true, .words = auto_words,
      .doc = "Devices of pools.ffn, in addition to plan.devices; auto: as many as give most tokens per second and USD." },
    { FFN_FIELD(tp, "devices"), .lo = 1, .hi = 1e6, .init = PLAN_AUTO, .whole = true, .words = auto_words,
      .doc = "Tensor parallelism of pools.ffn: devices that share each weight matrix." },
    { FFN_FIELD(ep, "devices"), .lo = 1, .hi = 1e6, .init = PLAN_AUTO, .whole = true, .words = auto_words,
      .doc = "Expert parallelism of pools.ffn: devices that share the routed experts." },
    { FFN_FIELD(link_byte_per_s, "B/s"), .lo = 1e6, .hi = 1e15, .plain_lo = 1e6, .plain_unit = "GB/s", .init = POOL_LINK_AUTO, .words = link_words,
      .doc = "Bandwidth between the main devices and pools.ffn, one direction, per device of the smaller side; auto: of each side's scale-up link if all fit in one domain, else of its network." },
    { FFN_FIELD(link_latency_s, "s"), .lo = 0, .hi = 1, .plain_hi = 0.01, .plain_unit = "us", .init = POOL_LINK_AUTO, .words = link_words,
      .doc = "Latency of a transfer between the main devices and pools.ffn, one direction; auto: the larger of both sides." },
    { FFN_FIELD(copies, "1"), .init = COPIES_DOMAINS, .only_words = true, .words = copies_words,
      .doc = "Copies of a token sent to pools.ffn: domains, one to each link domain of it with an expert of the token, forwarded inside; devices, one to each such device; experts, one for each expert." },
    { FFN_FIELD(sends, "1"), .init = SENDS_BESIDE, .only_words = true, .words = sends_words,
      .doc = "Transfers between the main devices and pools.ffn: beside, while the sender computes the next micro-batch; within, by kernels of the sender, which computes nothing meanwhile." },
    { FFN_FIELD(weight_share2, "1"), .lo = 0, .hi = 1, .init = SHARE_AUTO, .words = tier_words,
      .doc = "Share of the weights of pools.ffn in the second tier of memory of its chip; auto: the best of none, the least that fits, a little more, that which balances both tiers, and all." },
    { DRAFT_FIELD(devices, "devices"), .lo = 1, .hi = 1e6, .init = PLAN_AUTO, .whole = true, .words = auto_words,
      .doc = "Devices of pools.draft, in addition to plan.devices; auto: as many as give most tokens per second and USD, at most plan.devices." },
    { DRAFT_FIELD(tp, "devices"), .lo = 1, .hi = 1e6, .init = PLAN_AUTO, .whole = true, .words = auto_words,
      .doc = "Tensor parallelism of pools.draft; each group of so many devices drafts for its share of the requests." },
    { DRAFT_FIELD(link_byte_per_s, "B/s"), .lo = 1e6, .hi = 1e15, .plain_lo = 1e6, .plain_unit = "GB/s", .init = POOL_LINK_AUTO, .words = link_words,
      .doc = "Bandwidth between the main devices and pools.draft, one direction, per device of the smaller side; auto: of each side's scale-up link if all fit in one domain, else of its network." },
    { DRAFT_FIELD(link_latency_s, "s"), .lo = 0, .hi = 1, .plain_hi = 0.01, .plain_unit = "us", .init = POOL_LINK_AUTO, .words = link_words,
      .doc = "Latency of a transfer between the main devices and pools.draft, one direction; auto: the larger of both sides." },
};
#undef POOL_FIELD
#undef FFN_FIELD
#undef DRAFT_FIELD
#undef OF_POOL

static const struct word unmeasured_words[] = { { "none", 0 }, { NULL, 0 } };

static const struct word skewness_words[] = { { "auto", SKEWNESS_AUTO }, { NULL, 0 } };
static const struct word dp_routing_words[] = {
    { "equal_count", DP_EQUAL_COUNT }, { "random", DP_RANDOM }, { "least_count", DP_LEAST_COUNT }, { "least_kv", DP_LEAST_KV }, { NULL, 0 },
};

static const struct field workload_rows[] = {
    { FIELD(workload, phase, "1"), .init = PHASE_DECODE, .only_words = true, .registry = phase_word,
      .doc = "What is timed: decode, a step that generates a token for each request; prefill, a step that reads a prompt of each (workload.context tokens); serving, a step at steady state with both on the same devices; disaggregated, decode on plan.devices and prefill on pools.prefill.devices." },
    { FIELD(workload, context, "tokens"), .lo = 1, .hi = 1e9, .init = 8192, .doc = "Tokens of context in a step (decode); tokens of a prompt (prefill)." },
    { FIELD(workload, query_tokens, "tokens"), .lo = 1, .hi = 1e4, .init = 1, .doc = "New tokens of a request in one step: 1, or 1 plus the drafted tokens." },
    { FIELD(workload, accepted_tokens, "tokens"), .lo = 1, .hi = 1e4, .init = 1, .doc = "Mean number of these tokens that are accepted." },
    { FIELD(workload, acceptance, "1"), .lo = 0, .hi = 1, .init = ACCEPTANCE_GIVEN, .words = given_words,
      .doc = "Probability that a drafted token is accepted if all before it are: q query tokens then give 1 + a + ... + a^(q-1) accepted ones (arXiv:2211.17192); given: by workload.accepted_tokens." },
    { FIELD(workload, batch, "requests"), .lo = 1, .hi = 1e9, .init = BATCH_MAX, .whole = true, .words = batch_words,
      .doc = "Requests in flight over all devices; max: the largest batch that memory and the latency limit allow." },
    { FIELD(workload, tpot_s, "s"), .lo = 1e-6, .hi = INFINITY, .plain_hi = 10, .plain_unit = "ms", .init = INFINITY, .words = limit_words, .doc = "Limit on the time per output token." },
    { FIELD(workload, ttft_s, "s"), .lo = 1e-6, .hi = INFINITY, .plain_hi = 60, .plain_unit = "ms", .init = INFINITY, .words = limit_words, .doc = "Limit on the time to first token, for phases with a prefill." },
    { FIELD(workload, measured_tpot_s, "s"), .lo = 0, .hi = 1e6, .plain_hi = 10, .plain_unit = "ms", .init = 0, .words = unmeasured_words,
      .doc = "Measured time per output token of a step, for timing: measured; none otherwise." },
    { FIELD(workload, input, "tokens"), .lo = 1, .hi = 1e9, .init = 1024, .doc = "Prompt length of a request (serving, disaggregated)." },
    { FIELD(workload, output, "tokens"), .lo = 1, .hi = 1e9, .init = 1024, .doc = "Answer length of a request (serving, disaggregated)." },
    { FIELD(workload, prefix, "tokens"), .lo = 0, .hi = 1e9, .init = 0, .doc = "First tokens of a prompt that are already in the KV cache (shared prefix)." },
    { FIELD(workload, kv_room, "1"), .init = KV_ROOM_WHOLE, .only_words = true, .words = room_words,
      .doc = "Memory reserved for a request's KV cache (serving, disaggregated): whole, for its prompt and its full answer, as in a serving engine that never evicts; mean, for its average length." },
    { FIELD(workload, window_cache, "1"), .init = WINDOW_CACHE_WINDOW, .only_words = true, .words = window_words,
      .doc = "Memory of layers with a window: window, for the tokens in it; whole, for all tokens of a request, as in servers with one cache for all layers." },
    { FIELD(workload, state_slots, "1"), .lo = 1, .hi = 1e4, .init = 1,
      .doc = "Recurrent states kept per request; above 1, snapshots for prefix caching, as a state cannot be cut at a token." },
    { FIELD(workload, skew, "1"), .lo = 0, .hi = 10, .init = 0, .doc = "Zipf exponent s of expert popularity; 0: uniform." },
    { FIELD(workload, placement, "1"), .init = PLACE_RANDOM, .only_words = true, .words = placement_words,
      .doc = "Placement of experts of unequal popularity: random; round_robin, in turn; contiguous, the hottest on the same device; replicated, with copies of the hot ones, each on the least loaded device; packed, so without copies." },
    { FIELD(workload, chance, "1"), .lo = 0, .hi = 1, .init = 0, .whole = true, .words = yes_no_words,
      .doc = "Include random routing imbalance in the load of the busiest device; no: loads in proportion to popularity (arXiv:2507.15465 eq. 13)." },
    { FIELD(workload, context_cv, "1"), .lo = 0, .hi = 10, .init = 0,
      .doc = "Coefficient of variation of the contexts of requests in flight (decode, serving, disaggregated): data-parallel ranks that share experts wait in every layer for the one with most; 0: equal contexts. Azure's and Mooncake's traces: 0.6 to 1.3." },
    { FIELD(workload, context_skewness, "1"), .lo = 0, .hi = 100, .init = SKEWNESS_AUTO, .words = skewness_words,
      .doc = "Skewness of these contexts; auto: that of a gamma distribution, twice workload.context_cv." },
    { FIELD(workload, dp_routing, "1"), .init = DP_EQUAL_COUNT, .only_words = true, .words = dp_routing_words,
      .doc = "How requests are given to data-parallel ranks: equal_count, as many to each; random; least_count, to the rank with the fewest requests; least_kv, to the one with the least context." },
    { FIELD(workload, requests_per_s, "1/s"), .lo = 0, .hi = 1e9, .init = 0, .words = unmeasured_words,
      .doc = "Requests that arrive per second at the whole system, at random (serving, disaggregated); none: each takes the place of one that ends, and there are no percentiles." },
    { FIELD(workload, arrival_cv, "1"), .lo = 0, .hi = 100, .init = 1,
      .doc = "Coefficient of variation of the times between arrivals; 1: Poisson. Above 1 in bursts: 1 to 13 in public traces." },
    { FIELD(workload, input_cv, "1"), .lo = 0, .hi = 100, .init = 0,
      .doc = "Coefficient of variation of workload.input over requests (lognormal); 0: all alike. Azure's and Mooncake's traces: 0.96 to 1.3." },
    { FIELD(workload, output_cv, "1"), .lo = 0, .hi = 100, .init = 0,
      .doc = "Coefficient of variation of workload.output over requests (lognormal); longer answers are in flight for longer, which raises the mean context. Azure's and Mooncake's traces: 0.73 to 2.2." },
    { FIELD(workload, prefix_cv, "1"), .lo = 0, .hi = 100, .init = 0,
      .doc = "Coefficient of variation of workload.prefix over requests." },
    { FIELD(workload, prefix_correlation, "1"), .lo = -1, .hi = 1, .init = 0,
      .doc = "Correlation of workload.prefix and workload.input over requests." },
    { FIELD(workload, ttft_percentile, "1"), .lo = 1, .hi = 99.99, .init = 0, .words = unmeasured_words,
      .doc = "Percentile of requests, with workload.requests_per_s, at which workload.ttft_s is meant; none: it is a limit of a single request, without traffic." },
    { FIELD(workload, tpot_percentile, "1"), .lo = 1, .hi = 99.99, .init = 0, .words = unmeasured_words,
      .doc = "Percentile of requests, with workload.requests_per_s, at which workload.tpot_s is meant; none: it is a limit of a step of the largest batch." },
};

static const struct field precision_rows[] = {
    { FIELD(precision, weight, "B"), .lo = 0.25, .hi = 8, .init = AS_MODEL_STATES, .registry = weight_word, .also = number_also,
      .doc = "Number format of weights in memory; model: by class as the model's checkpoint states, else bf16." },
    { FIELD(precision, kv, "B"), .lo = 0.25, .hi = 8, .init = AS_MODEL_STATES, .registry = weight_word, .also = number_also,
      .doc = "Number format of the KV cache; model: as the model's checkpoint states, else bf16." },
    { FIELD(precision, math, "B"), .lo = 0.25, .hi = 8, .init = 2, .words = number_words, .also = number_also, .doc = "Number format of arithmetic, which selects the chip's peak." },
    { FIELD(precision, activation, "B"), .lo = 0.25, .hi = 8, .init = 2, .words = number_words, .also = number_also, .doc = "Number format of activations in memory and in transfers." },
    { FIELD(precision, dispatch, "B"), .lo = 0.25, .hi = 8, .init = AS_ACTIVATION, .words = exchanged_words,
      .doc = "Number format of the dispatch all-to-all, to the experts. DeepSeek-V3: FP8." },
    { FIELD(precision, combine, "B"), .lo = 0.25, .hi = 8, .init = AS_ACTIVATION, .words = exchanged_words,
      .doc = "Number format of the combine all-to-all, back from the experts. DeepEP: always BF16." },
    { FIELD(precision, rope, "B"), .lo = 0.25, .hi = 8, .init = AS_KV, .words = rope_words,
      .doc = "Number format of the rotary part of MLA's cache; kv: as precision.kv. FlashMLA stores BF16 with an FP8 latent: 656 B per token and layer with precision.kv mxfp8." },
    { FIELD(precision, state, "B"), .lo = 0.25, .hi = 8, .init = AS_MODEL_STATES, .registry = weight_word, .also = number_also,
      .doc = "Number format of recurrent states (linear attention, state-space layers); model: as the model's checkpoint states, else fp32, which most ask for." },
    { FIELD(precision, expert, "B"), .lo = 0.25, .hi = 8, .init = AS_MODEL_STATES, .registry = weight_word, .also = number_also,
      .doc = "Number format of weights of routed experts; model: as precision.weight, else as the model's checkpoint states." },
    { FIELD(precision, ffn, "B"), .lo = 0.25, .hi = 8, .init = AS_MODEL_STATES, .registry = weight_word, .also = number_also,
      .doc = "Number format of weights of dense feed-forwards and shared experts; model: as precision.weight, else as the model's checkpoint states." },
    { FIELD(precision, attention, "B"), .lo = 0.25, .hi = 8, .init = AS_MODEL_STATES, .registry = weight_word, .also = number_also,
      .doc = "Number format of weights of attention; model: as precision.weight, else as the model's checkpoint states." },
    { FIELD(precision, state_layer, "B"), .lo = 0.25, .hi = 8, .init = AS_MODEL_STATES, .registry = weight_word, .also = number_also,
      .doc = "Number format of weights of layers with a recurrent state; model: as precision.weight, else as the model's checkpoint states." },
    { FIELD(precision, router, "B"), .lo = 0.25, .hi = 8, .init = AS_MODEL_STATES, .registry = weight_word, .also = number_also,
      .doc = "Number format of weights of routers; model: as precision.weight, else as the model's checkpoint states." },
    { FIELD(precision, head, "B"), .lo = 0.25, .hi = 8, .init = AS_MODEL_STATES, .registry = weight_word, .also = number_also,
      .doc = "Number format of embedding and head; model: as precision.weight, else as the model's checkpoint states." },
    { FIELD(precision, draft, "B"), .lo = 0.25, .hi = 8, .init = AS_MODEL_STATES, .registry = weight_word, .also = number_also,
      .doc = "Number format of weights of MTP modules; model: as precision.weight, else as the model's checkpoint states." },
};

static const struct field mode_rows[] = {
    { FIELD(mode, timing, "1"), .init = TIMING_IDEAL, .only_words = true, .registry = timing_word,
      .doc = "How operators are timed: ideal, at the peaks of the data sheet; simulator, at the same peaks, with the operators and the memory of arXiv:2507.15465's simulator; calibrated, by constants fitted to measured kernels of the chip's generation; measured, as workload.measured_tpot_s says." },
};
/* clang-format on */
COVERS(plan_rows, plan);
COVERS(pools_rows, pools);
COVERS(workload_rows, workload);
COVERS(precision_rows, precision);
COVERS(mode_rows, mode);

const struct fields plan_fields = {"plan", plan_rows, LEN(plan_rows), sizeof(struct plan)};
const struct fields pools_fields = {"pools", pools_rows, LEN(pools_rows), sizeof(struct pools)};
const struct fields workload_fields = {"workload", workload_rows, LEN(workload_rows),
                                       sizeof(struct workload)};
const struct fields precision_fields = {"precision", precision_rows, LEN(precision_rows),
                                        sizeof(struct precision)};
const struct fields mode_fields = {"", mode_rows, LEN(mode_rows), sizeof(struct mode)};

double workload_accepted_tokens(const struct workload *w)
{
    double a = w->acceptance, q = w->query_tokens;
    return a == ACCEPTANCE_GIVEN ? w->accepted_tokens : a == 1 ? q : (1 - pow(a, q)) / (1 - a);
}

double workload_held_context(const struct workload *w)
{
    return w->input + w->output / 2 * (1 + w->output_cv * w->output_cv);
}

double workload_prompt_cv(const struct workload *w)
{
    double prefix = fmin(w->prefix, w->input - 1), read = w->input - prefix;
    double input = w->input_cv * w->input, cached = w->prefix_cv * prefix;
    double variance = input * input + cached * cached - 2 * w->prefix_correlation * input * cached;
    return sqrt(fmax(0, variance)) / read;
}

struct contexts workload_contexts(const struct workload *w)
{
    bool given = w->context_skewness != SKEWNESS_AUTO;
    return (struct contexts){w->context_cv,
                             given ? w->context_skewness : gamma_skewness(w->context_cv),
                             (enum dp_routing)w->dp_routing};
}

double pool_group(const struct plan *p, const struct pools *pools)
{
    if (pools->prefill_group != AS_PLAN)
        return pools->prefill_group;
    return pools->prefill_devices > 0 ? fmin(pools->prefill_devices, p->devices) : p->devices;
}

bool pool_has_whole_groups(const struct plan *p, const struct pools *pools)
{
    return pools->prefill_devices <= 0 || fmod(pools->prefill_devices, pool_group(p, pools)) == 0;
}

bool pool_is_as_plan(const struct plan *p, const struct pools *pools)
{
    return pools->prefill_tp == AS_PLAN && pools->prefill_ep == AS_PLAN &&
           pools->prefill_pp == AS_PLAN && pools->prefill_cp == AS_PLAN &&
           pool_group(p, pools) == p->devices;
}

struct plan plan_of_pool(const struct plan *p, const struct pools *pools)
{
    struct plan of = *p;
    if (pool_is_as_plan(p, pools))
        return of;
    of.devices = pool_group(p, pools);
    of.dp = PLAN_AUTO;
    of.tp = pools->prefill_tp == AS_PLAN ? p->tp : pools->prefill_tp;
    of.ep = pools->prefill_ep == AS_PLAN ? p->ep : pools->prefill_ep;
    of.pp = pools->prefill_pp == AS_PLAN ? p->pp : pools->prefill_pp;
    of.cp = pools->prefill_cp == AS_PLAN ? p->cp : pools->prefill_cp;
    return of;
}

size_t pool_part(const struct field *f)
{
    return f->more ? *(const size_t *)f->more : DESIGN_PARTS;
}

double plan_redundant_experts(const struct plan *p, const struct workload *w)
{
    if (w->placement != PLACE_REPLICATED)
        return 0;
    return p->redundant_experts > 0 ? p->redundant_experts : p->ep;
}

static bool divides(double small, double large)
{
    return fmod(large, small) == 0;
}

static const char ONE_CP[] =
    "plan.cp must be 1: a recurrent state cannot be split over the context";
static const char TOO_MANY_STAGES[] = "plan.pp is more than the layers";

/* Why a mapping does not work, or NULL. */
static const char *mapping_fault(const struct plan *p, const struct layers *l)
{
    const struct ffn_group *moe = layers_moe(l);
    if (p->tp * p->cp * p->pp * p->dp != p->devices)
        return "plan.tp * plan.cp * plan.pp * plan.dp is not plan.devices";
    if (floor(p->dp) != p->dp)
        return "plan.tp * plan.cp * plan.pp does not divide plan.devices";
    if (!layers_tp_divides(l, p->tp))
        return "plan.tp does not divide the heads";
    if (p->cp > 1 && !layers_context_divides(l))
        return ONE_CP;
    if (p->pp > l->n)
        return TOO_MANY_STAGES;
    double stage = p->devices / p->pp;
    if (!moe)
        return p->ep == 1 ? NULL : "plan.ep must be 1 without experts";
    if (p->ep > moe_of(moe)->experts)
        return "plan.ep is more than the experts";
    if (p->ep >= p->tp ? !divides(p->tp, p->ep) || !divides(p->ep, stage) : !divides(p->ep, p->tp))
        return "plan.ep must be a multiple or divisor of plan.tp and divide a pipeline stage";
    return NULL;
}

const char *plan_fault(const struct plan *p, const struct model *m)
{
    struct layers l;
    layers_of(&l, m);
    const struct ffn_group *moe = layers_moe(&l);
    if (plan_mappings_in(p, &l, NULL, 0) > 0)
        return NULL;
    if (p->tp != PLAN_AUTO && p->dp != PLAN_AUTO && p->ep != PLAN_AUTO && p->pp != PLAN_AUTO &&
        p->cp != PLAN_AUTO)
        return mapping_fault(p, &l);
    /* A dimension that is auto counts as 1. */
    if (fmax(1, p->tp) * fmax(1, p->cp) * fmax(1, p->pp) * fmax(1, p->dp) > p->devices)
        return "plan.tp * plan.cp * plan.pp * plan.dp is more than plan.devices";
    if (p->tp != PLAN_AUTO && !layers_tp_divides(&l, p->tp))
        return "plan.tp does not divide the heads";
    if (p->tp != PLAN_AUTO && !divides(p->tp, p->devices))
        return "plan.tp does not divide plan.devices";
    if (p->cp > 1 && !layers_context_divides(&l))
        return ONE_CP;
    if (p->pp > l.n)
        return TOO_MANY_STAGES;
    if (p->ep > 1 && !moe)
        return "plan.ep must be 1 without experts";
    if (p->ep > 1 && (p->ep > moe_of(moe)->experts || !divides(p->ep, p->devices)))
        return "plan.ep is more than the experts, or does not divide plan.devices";
    return "no values of the dimensions that are auto make plan.tp * plan.cp * plan.pp * plan.dp = "
           "plan.devices and divide heads and experts";
}

/* The values a dimension may take: the one given, or every divisor of the devices up to `most`. */
enum { DIVISORS_MOST = 240 }; /* of whole numbers up to 10^6, reached at 720720 */

struct range {
    size_t n;
    double value[DIVISORS_MOST];
};

static void range_of(struct range *out, double given, double devices, double most)
{
    size_t large = 0;
    double pair[DIVISORS_MOST];
    out->n = 1;
    out->value[0] = given;
    if (given != PLAN_AUTO)
        return;
    out->n = 0;
    for (double x = 1; x * x <= devices; x++) {
        if (!divides(x, devices))
            continue;
        if (x <= most)
            out->value[out->n++] = x;
        if (x * x < devices && devices / x <= most)
            pair[large++] = devices / x;
    }
    while (large > 0)
        out->value[out->n++] = pair[--large];
}

#define EACH(member, range)                                                                        \
    for (size_t of_##member = 0;                                                                   \
         of_##member < (range).n && (try.member = (range).value[of_##member], true);               \
         of_##member++)

size_t plan_mappings(const struct plan *p, const struct model *m, struct plan *out, size_t room)
{
    struct layers l;
    layers_of(&l, m);
    return plan_mappings_in(p, &l, out, room);
}

size_t plan_mappings_in(const struct plan *p, const struct layers *l, struct plan *out, size_t room)
{
    size_t n = 0;
    struct plan try = *p;
    struct range pp, cp, tp, ep;

    const struct ffn_group *moe = layers_moe(l);
    range_of(&pp, p->pp, p->devices, l->n);
    range_of(&cp, p->cp, p->devices, p->devices);
    range_of(&tp, p->tp, p->devices, layers_tp_most(l));
    range_of(&ep, p->ep, p->devices, moe ? moe_of(moe)->experts : 1);
    EACH(pp, pp)
    EACH(cp, cp)
    EACH(tp, tp)
    {
        try.dp = p->dp == PLAN_AUTO ? p->devices / (try.tp * try.cp * try.pp) : p->dp;
        if (try.tp * try.cp * try.pp * try.dp != p->devices || floor(try.dp) != try.dp)
            continue;
        EACH(ep, ep)
        if (!mapping_fault(&try, l)) {
            if (n < room)
                out[n] = try;
            n++;
        }
    }
    return n;
}
