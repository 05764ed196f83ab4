#include "arch/step_pool_metrics.h"

#include "arch/resident.h"
#include "arch/step_pool.h"

#define OUT(metric) LANE(out, metrics, metric)[i]

/* The metrics of the engine of the FFN pool. */
static void put_ffn_engine(struct metrics_lanes *out, size_t i, const struct step_pool_choice *ffn,
                           const struct step_split *split)
{
    bool there = LANE(&ffn->d.engine, engine, bandwidth_ratio)[i] > 0;
    struct engine_limits l;
    LANES_TAKE(l, &ffn->d.limits, i);
    OUT(ffn_engine_effective_bandwidth_ratio) = there ? l.bandwidth_ratio : NAN;
    OUT(ffn_engine_effective_ridge_flop_per_byte) = there ? l.ridge_flop_per_byte : NAN;
    OUT(ffn_engine_limited_by) = there ? l.limited_by : NAN;
    OUT(ffn_engine_power_w) = there ? larger(split->engine_w, split->pool_w) : NAN;
}

static void add_ffn_pools(struct metrics_lanes *out, const struct step_pool_choice *ffn,
                          const struct prepared *p, const struct design *like)
{
    for (size_t i = 0; i < ffn->d.n; i++) {
        struct paired x;
        struct step_split split;
        LANES_TAKE(x, &ffn->best.of, i);
        LANES_TAKE(split, &ffn->split, i);
        const struct mapped *main = &p->mapped[ffn->best.main[i]];
        const struct mapped *m = &p->mapped[ffn->best.ffn[i]];
        const struct exchange sent = mapped_exchange(main, m, like);
        double step_s = x.main.step_s;
        OUT(ffn_devices) = m->plan.devices;
        OUT(ffn_tp) = m->plan.tp;
        OUT(ffn_ep) = m->plan.ep;
        OUT(micro_batches) = x.time.micro_batches;
        OUT(paced_by) = ping_pong_pace(&x.time);
        OUT(main_busy_ratio) = x.main_busy_s / step_s;
        OUT(ffn_busy_ratio) = x.ffn_busy_s / step_s;
        OUT(ffn_transfer_s) = x.time.out_s + x.time.back_s;
        OUT(ffn_transfer_byte_per_token) = (sent.out_byte + sent.back_byte) / m->step.made;
        bool tiered = LANE(&ffn->d.chip, chip, memory2_kind)[i] != TIER2_NONE;
        struct resident h = resident_of(&m->step, &ffn->d.rates, i);
        double far_byte = resident_far_byte(&h, m->plan.weight_share2, 0, 0);
        OUT(ffn_memory_used_byte) = x.ffn_memory_byte - far_byte;
        OUT(ffn_weight_share2) = tiered ? m->plan.weight_share2 : NAN;
        OUT(ffn_memory2_used_byte) = tiered ? far_byte : NAN;
        OUT(ffn_weight_byte) = m->step.weight_byte;
        OUT(ffn_expert_byte) = engine_is_there(&like->ffn_engine) ? m->step.expert_byte : NAN;
        OUT(ffn_device_power_w) = split.board_w;
        OUT(ffn_throttle_ratio) = split.clock;
        put_ffn_engine(out, i, ffn, &split);
        OUT(system_devices) += m->plan.devices;
        OUT(tokens_per_s_per_device) = OUT(tokens_per_s) / OUT(system_devices);
    }
}

static void add_draft_pools(struct metrics_lanes *out, const struct step_pool_choice *pool,
                            const struct prepared *p)
{
    for (size_t i = 0; i < pool->d.n; i++) {
        struct paired x;
        struct step_split split;
        LANES_TAKE(x, &pool->best.of, i);
        LANES_TAKE(split, &pool->split, i);
        const struct mapped *m = &p->mapped[pool->best.ffn[i]];
        OUT(draft_devices) = m->plan.devices;
        OUT(draft_tp) = m->plan.tp;
        OUT(draft_s) = x.ffn_busy_s;
        OUT(draft_transfer_s) = x.time.out_s + x.time.back_s;
        OUT(draft_busy_ratio) = x.ffn_busy_s / x.main.step_s;
        OUT(draft_memory_used_byte) = x.ffn_memory_byte;
        OUT(draft_weight_byte) = m->step.weight_byte;
        OUT(draft_device_power_w) = split.board_w;
        OUT(draft_throttle_ratio) = split.clock;
        OUT(system_devices) += m->plan.devices;
        OUT(tokens_per_s_per_device) = OUT(tokens_per_s) / OUT(system_devices);
    }
}

void step_pool_metrics(struct metrics_lanes *out, const struct step_pool_choice *pool,
                       const struct prepared *p, const struct design *like)
{
    if (design_pools_ffn(like))
        add_ffn_pools(out, pool, p, like);
    else
        add_draft_pools(out, pool, p);
}
