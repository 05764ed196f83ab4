#include "reports/point/verdict_reason.h"

#include <math.h>
#include <stddef.h>

#include "arch/draft_pool.h"
#include "arch/memory_lack.h"
#include "arch/prefill_pool.h"
#include "arch/step_pool.h"
#include "arch/tier2.h"

static const char FFN_MEMORY[] =
    "weights and activations of pools.ffn do not fit in the memory of its devices";

/* Which of two tiers is too small. */
static const char *memory_reason(const struct metrics *m, const struct chip *c)
{
    double all_byte = m->memory_used_byte + m->memory2_used_byte;
    if (all_byte > c->memory_byte + c->memory2_byte)
        return "weights and KV cache of the batch do not fit in both tiers of memory together";
    if (m->memory2_used_byte > c->memory2_byte)
        return "the share of weights and KV cache in the second tier of memory does not fit "
               "there: chip.memory2_byte is too small for it";
    return "weights and KV cache of the batch do not fit in the first tier of memory, with that "
           "share of them in the second: chip.memory_byte is too small for the rest";
}

/* Which memory of the chip is too small. */
static const char *chip_memory_reason(const struct design *d, const struct metrics *m)
{
    const struct chip *c = &d->chip;
    if (tier2_is_there(c))
        return memory_reason(m, c);
    if (engine_own_byte(&d->engine, c->memory_byte) > 0)
        return "weights and KV cache that the chip reads do not fit in chip.memory_byte";
    if (design_shares_steps(d) || d->workload.phase == PHASE_DISAGGREGATED)
        return "weights and KV cache of the batch do not fit in the memory of the main devices, "
               "chip.memory_byte";
    return verdict_kinds[VERDICT_MEMORY].why;
}

static const char *lack_reason(const struct design *d, const struct metrics *m)
{
    switch (memory_lack_of(d, m).of) {
    case MEMORY_OF_ENGINE:
        return "weights of the experts that the engine runs do not fit in the memory it adds: "
               "engine.capacity_ratio is too small for them";
    case MEMORY_OF_BOTH:
        return "weights and KV cache of the batch do not fit in the memory of chip and engine "
               "together";
    case MEMORY_OF_FFN:
        return engine_own_byte(&d->ffn_engine, d->ffn_chip.memory_byte) > 0
                   ? "weights and activations that the chips of pools.ffn read do not fit in "
                     "pools.ffn.chip.memory_byte"
                   : FFN_MEMORY;
    case MEMORY_OF_FFN_ENGINE:
        return "weights of the experts that the engine of pools.ffn runs do not fit in the memory "
               "it adds: pools.ffn.engine.capacity_ratio is too small for them";
    case MEMORY_OF_FFN_TIER:
        return FFN_MEMORY;
    case MEMORY_OF_DRAFT:
        return "weights, cache and activations of the draft model do not fit in the memory of "
               "pools.draft";
    case MEMORY_OF_PREFILL:
    case MEMORY_OF_PREFILL_CHIP:
        return "weights and activations of the prefill pool do not fit in the memory of its "
               "devices";
    default:
        return chip_memory_reason(d, m);
    }
}

const char *verdict_reason(const struct design *d, const struct metrics *m)
{
    enum verdict v = (enum verdict)m->verdict;
    const struct chip *c = &d->chip;
    if (v == VERDICT_MEMORY)
        return lack_reason(d, m);
    if (v == VERDICT_PACKAGE && engine_lacks_stacks(&d->engine))
        return d->engine.kind == ENGINE_POOL
                   ? "engine.added_stack_ratio: its stacks do not hold engine.capacity_ratio - 1 "
                     "times the memory of the chip"
                   : "engine.capacity_ratio: above 1, but an engine in place adds no memory";
    if (v == VERDICT_CALIBRATION && (tier2_is_there(c) || tier2_is_there(&d->prefill_chip)))
        return "no kernel that reads a second tier of memory was measured: use timing ideal";
    if (v == VERDICT_CALIBRATION && (c->kernel_start_s > 0 || d->prefill_chip.kernel_start_s > 0))
        return "chip.kernel_start_s: calibrated timing has the start-up times of measured kernels: "
               "use timing ideal";
    if (v == VERDICT_CALIBRATION && design_pools_prefill(d) && !d->prefill_calibration)
        return "pools.prefill.chip: no kernel was measured on chips of its generation: use timing "
               "ideal";
    if (v == VERDICT_TTFT && m->ttft_s <= d->workload.ttft_s)
        return "at this traffic, the first token of requests at workload.ttft_percentile takes "
               "longer than workload.ttft_s allows";
    if (v == VERDICT_TPOT && m->tpot_s <= d->workload.tpot_s)
        return "at this traffic, requests at workload.tpot_percentile take longer per token than "
               "workload.tpot_s allows";
    const char *fault = v == VERDICT_MAPPING ? design_refusal(d) : NULL;
    if (v == VERDICT_MAPPING && fault == NULL)
        fault = plan_fault(&d->plan, &d->model);
    if (v == VERDICT_MAPPING && fault == NULL && !pool_has_whole_groups(&d->plan, &d->pools))
        fault = "pools.prefill.devices is no multiple of pools.prefill.group";
    if (v == VERDICT_MAPPING && fault == NULL && design_pools_ffn(d))
        fault = ffn_pool_fault(d);
    if (v == VERDICT_MAPPING && fault == NULL && design_pools_draft(d))
        fault = draft_pool_fault(d);
    if (v == VERDICT_MAPPING && fault == NULL)
        fault = "pools.prefill gives the prefill pool no mapping: its tp, ep, pp and cp must "
                "divide pools.prefill.group, heads and experts, as those of plan must";
    const char *why = fault != NULL ? fault : verdict_kinds[v].why;
    return why != NULL ? why : "";
}
