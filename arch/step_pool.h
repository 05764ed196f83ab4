/* The pool whose devices share every step with the main ones: the FFN pool (arch/ffn_pool.h) or the
 * devices that draft (arch/draft_pool.h); a design has at most one of them. Invariant: every
 * operator, weight and cache belongs to exactly one of the two sides. */
#ifndef ARCH_STEP_POOL_H
#define ARCH_STEP_POOL_H

#include "arch/devices.h"
#include "arch/draft_pool.h"
#include "arch/ffn_pool.h"

/* Of its chip: PART_FFN_CHIP or PART_DRAFT_CHIP; DESIGN_PARTS without such a pool. */
static inline size_t step_pool_part(const struct design *d)
{
    return design_pools_ffn(d)     ? PART_FFN_CHIP
           : design_pools_draft(d) ? PART_DRAFT_CHIP
                                   : DESIGN_PARTS;
}

static inline bool design_shares_steps(const struct design *d)
{
    return design_pools_ffn(d) || design_pools_draft(d);
}

/* Its sides. */
static inline enum step_side step_pool_main_side(const struct design *d)
{
    return design_pools_ffn(d) ? SIDE_MAIN : SIDE_VERIFY;
}

static inline enum step_side step_pool_side(const struct design *d)
{
    return design_pools_ffn(d) ? SIDE_FFN : SIDE_DRAFT;
}

/* Do the operators of the main devices state what they send to the pool? */
static inline bool step_pool_by_operators(const struct design *d)
{
    return design_pools_ffn(d) && d->pools.ffn_runs == FFN_ALL_BUT_ATTENTION;
}

/* The link between the sides; POOL_LINK_AUTO: that of their chips. */
static inline double step_pool_byte_per_s(const struct design *d)
{
    return design_pools_ffn(d) ? d->pools.ffn_link_byte_per_s : d->pools.draft_link_byte_per_s;
}

static inline double step_pool_latency_s(const struct design *d)
{
    return design_pools_ffn(d) ? d->pools.ffn_link_latency_s : d->pools.draft_link_latency_s;
}

/* Its devices, as `pools` gives them. */
static inline double step_pool_planned(const struct design *d, const struct pools *pools)
{
    return design_pools_ffn(d) ? pools->ffn_devices : pools->draft_devices;
}

/* Micro-batches of a design whose mapping is fixed. */
static inline double step_pool_parts(const struct design *d)
{
    return design_pools_ffn(d) ? d->plan.micro_batches : 1;
}

/* Its mappings that the design allows; `l`: of the model. Returns their number; `out` gets the
 * first `room`. */
size_t step_pool_mappings(const struct design *d, const struct layers *l, struct plan *out,
                          size_t room);

/* `n` devices of the pool, timed. */
void step_pool_devices(struct devices *out, const struct design *d, size_t n);

/* What the metrics state of the mapping of the pool. */
struct step_pool_mapping {
    double devices, tp, ep, weight_share2;
};

struct metrics;
struct step_pool_mapping step_pool_mapping(const struct design *d, const struct metrics *m);

#endif
