#include "arch/plan.h"

#include <stdbool.h>

#include "arch/routing.h"
#include "base/mem.h"

/* clang-format off */
static const struct word auto_words[] = { { "auto", PLAN_AUTO }, { NULL, 0 } };
static const struct word shared_words[] = { { "ep", SHARED_OVER_EP }, { "tp", SHARED_OVER_TP }, { NULL, 0 } };
static const struct word phase_words[] = { { "decode", PHASE_DECODE }, { NULL, 0 } };
static const struct word batch_words[] = { { "max", BATCH_MAX }, { NULL, 0 } };
static const struct word limit_words[] = { { "none", INFINITY }, { NULL, 0 } };
static const struct word yes_no[] = { { "no", 0 }, { "yes", 1 }, { NULL, 0 } };
static const struct word placement_words[] = {
    { "random", PLACE_RANDOM }, { "round_robin", PLACE_ROUND_ROBIN }, { "contiguous", PLACE_CONTIGUOUS }, { "replicated", PLACE_REPLICATED }, { NULL, 0 },
};
static const struct word timing_words[] = { { "ideal", TIMING_IDEAL }, { "simulator", TIMING_SIMULATOR }, { NULL, 0 } };
static const struct word number_words[] = {
    { "bf16", 2 }, { "fp16", 2 }, { "fp8", 1 }, { "int8", 1 }, { "fp4", 0.5 }, { "int4", 0.5 }, { "fp32", 4 }, { NULL, 0 },
};

static const struct field plan_rows[] = {
    { FIELD(plan, devices, "devices"), .lo = 1, .hi = 1e6, .init = 32, .whole = true, .doc = "Devices of the system." },
    { FIELD(plan, tp, "devices"), .lo = 1, .hi = 1e6, .init = PLAN_AUTO, .whole = true, .words = auto_words,
      .doc = "Tensor parallelism: devices that share one replica's heads and feed-forward." },
    { FIELD(plan, dp, "1"), .lo = 1, .hi = 1e6, .init = PLAN_AUTO, .whole = true, .words = auto_words,
      .doc = "Data parallelism: replicas of the attention; tp * dp = devices." },
    { FIELD(plan, ep, "devices"), .lo = 1, .hi = 1e6, .init = PLAN_AUTO, .whole = true, .words = auto_words,
      .doc = "Expert parallelism: devices the routed experts are spread over; 1 without experts." },
    { FIELD(plan, shared_over, "1"), .lo = 0, .hi = 1, .init = SHARED_OVER_EP, .only_words = true, .words = shared_words,
      .doc = "Devices that hold one copy of the weights outside attention and routed experts: the expert group (arXiv:2507.15465 eq. 11) or the TP group (as servers copy them)." },
    { FIELD(plan, redundant_experts, "1"), .lo = 0, .hi = 1e5, .init = 0, .whole = true,
      .doc = "Copies of hot experts held beside one of each, with workload.placement replicated; 0: one a device." },
};

static const struct field workload_rows[] = {
    { FIELD(workload, phase, "1"), .lo = 0, .hi = 0, .init = PHASE_DECODE, .only_words = true, .words = phase_words,
      .doc = "What is timed: decode, one step that makes a token for each request." },
    { FIELD(workload, context, "tokens"), .lo = 1, .hi = 1e9, .init = 8192, .doc = "Context length the step sees." },
    { FIELD(workload, query_tokens, "tokens"), .lo = 1, .hi = 1e4, .init = 1, .doc = "Tokens of a request in one step: 1, or 1 + drafted." },
    { FIELD(workload, accepted_tokens, "tokens"), .lo = 1, .hi = 1e4, .init = 1, .doc = "Mean tokens of a request kept per step." },
    { FIELD(workload, batch, "requests"), .lo = 1, .hi = 1e9, .init = BATCH_MAX, .whole = true, .words = batch_words,
      .doc = "Requests in flight over all devices; max: the most that memory and the latency limit allow." },
    { FIELD(workload, tpot_s, "s"), .lo = 1e-6, .hi = INFINITY, .init = INFINITY, .words = limit_words, .doc = "Limit on the time per output token." },
    { FIELD(workload, skew, "1"), .lo = 0, .hi = 10, .init = 0, .doc = "Zipf exponent s of the popularity of experts; 0: all alike." },
    { FIELD(workload, placement, "1"), .lo = 0, .hi = PLACE_REPLICATED, .init = PLACE_RANDOM, .only_words = true, .words = placement_words,
      .doc = "Where experts sit if some are more popular: at random, dealt out in turn, hottest first on the same device, or with copies of the hot ones." },
    { FIELD(workload, chance, "1"), .lo = 0, .hi = 1, .init = 0, .whole = true, .words = yes_no,
      .doc = "Count what chance adds to the tokens of the busiest device; no: loads in proportion to popularity (arXiv:2507.15465 eq. 13)." },
};

static const struct field precision_rows[] = {
    { FIELD(precision, weight, "B"), .lo = 0.25, .hi = 8, .init = 2, .words = number_words, .doc = "Storage of weights." },
    { FIELD(precision, kv, "B"), .lo = 0.25, .hi = 8, .init = 2, .words = number_words, .doc = "Storage of the KV cache." },
    { FIELD(precision, math, "B"), .lo = 0.25, .hi = 8, .init = 2, .words = number_words, .doc = "Arithmetic: which peak of the chip counts." },
    { FIELD(precision, activation, "B"), .lo = 0.25, .hi = 8, .init = 2, .words = number_words, .doc = "Storage and transfer of activations." },
};

static const struct field mode_rows[] = {
    { FIELD(mode, timing, "1"), .lo = 0, .hi = TIMING_SIMULATOR, .init = TIMING_IDEAL, .only_words = true, .words = timing_words,
      .doc = "How operators are timed: ideal, at the peaks of the data sheet; simulator, likewise, with the operators and the memory that arXiv:2507.15465's simulator counts." },
};
/* clang-format on */
COVERS(plan_rows, plan);
COVERS(workload_rows, workload);
COVERS(precision_rows, precision);
COVERS(mode_rows, mode);

const struct fields plan_fields = {"plan", plan_rows, LEN(plan_rows), sizeof(struct plan)};
const struct fields workload_fields = {"workload", workload_rows, LEN(workload_rows),
                                       sizeof(struct workload)};
const struct fields precision_fields = {"precision", precision_rows, LEN(precision_rows),
                                        sizeof(struct precision)};
const struct fields mode_fields = {"", mode_rows, LEN(mode_rows), sizeof(struct mode)};

double plan_redundant_experts(const struct plan *p, const struct workload *w)
{
    if (w->placement != PLACE_REPLICATED || w->skew <= 0)
        return 0;
    return p->redundant_experts > 0 ? p->redundant_experts : p->ep;
}

static bool divides(double small, double large)
{
    return fmod(large, small) == 0;
}

static bool mapping_works(const struct plan *p, const struct model *m)
{
    if (p->tp * p->dp != p->devices || !divides(p->tp, m->heads))
        return false;
    if (model_moe_layers(m) <= 0)
        return p->ep == 1;
    if (p->ep > m->experts)
        return false;
    return p->ep >= p->tp ? divides(p->tp, p->ep) && divides(p->ep, p->devices)
                          : divides(p->ep, p->tp);
}

size_t plan_mappings(const struct plan *p, const struct model *m, struct plan out[PLANS_MOST])
{
    size_t n = 0;
    double tp_from = p->tp == PLAN_AUTO ? 1 : p->tp,
           tp_to = p->tp == PLAN_AUTO ? p->devices : p->tp;
    double ep_from = p->ep == PLAN_AUTO ? 1 : p->ep,
           ep_to = p->ep == PLAN_AUTO ? p->devices : p->ep;

    if (p->ep == PLAN_AUTO && model_moe_layers(m) <= 0)
        ep_to = 1;
    for (double tp = tp_from; tp <= tp_to && tp <= m->heads; tp++) {
        if (!divides(tp, p->devices))
            continue;
        struct plan try = *p;
        try.tp = tp;
        try.dp = p->dp == PLAN_AUTO ? p->devices / tp : p->dp;
        for (double ep = ep_from; ep <= ep_to; ep++) {
            try.ep = ep;
            if (mapping_works(&try, m) && n < PLANS_MOST)
                out[n++] = try;
        }
    }
    return n;
}
