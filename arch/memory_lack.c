#include "arch/memory_lack.h"

#include "arch/prefill_pool.h"
#include "arch/step_pool.h"

const char *const memory_of_limit[MEMORIES_OF] = {
    [MEMORY_OF_CHIP] = "chip.memory_byte",
    [MEMORY_OF_ENGINE] = "memory that the engine adds (engine.capacity_ratio)",
    [MEMORY_OF_BOTH] = "memory of chip and engine together",
    [MEMORY_SECOND_TIER] = "chip.memory2_byte",
    [MEMORY_OF_FFN] = "pools.ffn.chip.memory_byte",
    [MEMORY_OF_FFN_ENGINE] = ("memory that the engine of pools.ffn adds "
                              "(pools.ffn.engine.capacity_ratio)"),
    [MEMORY_OF_FFN_TIER] = "pools.ffn.chip.memory2_byte",
    [MEMORY_OF_DRAFT] = "pools.draft.chip.memory_byte",
    [MEMORY_OF_PREFILL] = "chip.memory_byte, on the devices that prefill",
    [MEMORY_OF_PREFILL_CHIP] = "pools.prefill.chip.memory_byte",
};

static void take(struct memory_lack *out, enum memory_of of, double ratio)
{
    if (!(ratio <= out->ratio) && !isnan(out->ratio))
        *out = (struct memory_lack){of, ratio};
}

/* Beside an engine apart: which of both memories the metric memory_ratio is of. */
static enum memory_of apart_lack(const struct design *d, const struct metrics *m, double own_byte)
{
    double least = m->memory_ratio * (1 - 1e-9);
    if (m->expert_place == PLACE_ENGINE && m->expert_byte / own_byte >= least)
        return MEMORY_OF_ENGINE;
    return m->kv_place == PLACE_ENGINE &&
                   m->memory_used_byte / (d->chip.memory_byte + own_byte) >= least
               ? MEMORY_OF_BOTH
               : MEMORY_OF_CHIP;
}

static void take_main(struct memory_lack *out, const struct design *d, const struct metrics *m)
{
    double chip_byte = d->chip.memory_byte, own_byte = engine_own_byte(&d->engine, chip_byte);
    if (isnan(m->memory_ratio))
        take(out, MEMORY_OF_CHIP, m->memory_used_byte / engine_chip_byte(&d->engine, chip_byte));
    else
        take(out, apart_lack(d, m, own_byte), m->memory_ratio);
    if (m->memory2_used_byte > 0)
        take(out, MEMORY_SECOND_TIER, m->memory2_used_byte / d->chip.memory2_byte);
}

/* An engine apart in the FFN pool holds the experts that it runs, and nothing else. */
static void take_ffn(struct memory_lack *out, const struct design *d, const struct metrics *m)
{
    double chip_byte = d->ffn_chip.memory_byte;
    double own_byte = engine_own_byte(&d->ffn_engine, chip_byte);
    double held = own_byte > 0 && d->plan.expert_place != PLACE_CHIP ? m->ffn_expert_byte : 0;
    take(out, MEMORY_OF_FFN,
         (m->ffn_memory_used_byte - held) / engine_chip_byte(&d->ffn_engine, chip_byte));
    if (held > 0)
        take(out, MEMORY_OF_FFN_ENGINE, held / own_byte);
    if (m->ffn_memory2_used_byte > 0)
        take(out, MEMORY_OF_FFN_TIER, m->ffn_memory2_used_byte / d->ffn_chip.memory2_byte);
}

/* A prefill pool that no mapping fits. Of what prompts need, an engine apart may hold experts, but
 * the metrics do not say how many: where it has room for them the ratio is not known. */
static void take_prefill(struct memory_lack *out, const struct design *d, const struct metrics *m)
{
    bool apart = design_pools_prefill(d);
    double byte = apart ? d->prefill_chip.memory_byte : d->chip.memory_byte, own_byte = 0;
    if (!(m->prefill_memory_used_byte > 0) || !isnan(m->prefill_devices))
        return;
    if (d->pools.prefill_engine == POOL_WITH_ENGINE) {
        bool holds = ((int)d->engine.runs & RUNS_EXPERTS) && d->plan.expert_place != PLACE_CHIP;
        own_byte = holds ? engine_own_byte(&d->engine, byte) : 0;
        byte = engine_chip_byte(&d->engine, byte);
    }
    double ratio = m->prefill_memory_used_byte / (byte + own_byte);
    take(out, apart ? MEMORY_OF_PREFILL_CHIP : MEMORY_OF_PREFILL,
         own_byte > 0 && ratio <= 1 ? NAN : ratio);
}

struct memory_lack memory_lack_of(const struct design *d, const struct metrics *m)
{
    struct memory_lack lack = {MEMORY_OF_CHIP, 0};
    take_main(&lack, d, m);
    if (design_pools_ffn(d))
        take_ffn(&lack, d, m);
    if (design_pools_draft(d))
        take(&lack, MEMORY_OF_DRAFT, m->draft_memory_used_byte / d->draft_chip.memory_byte);
    take_prefill(&lack, d, m);
    return lack;
}
