#include "arch/draft_pool.h"

#include "arch/layers.h"
#include "arch/step_ops.h"
#include "arch/timing.h"

/* Of a chip of its own. */
static const char *pool_refusal(const struct design *d)
{
    const struct plan *p = &d->plan;
    double phase = d->workload.phase;
    if (!model_is_there(&d->draft_model))
        return "pools.draft.model: only a draft model runs on devices apart: MTP modules need the "
               "states of the model: name one, or leave out pools.draft.chip";
    if (timing_of(&d->mode) != &timing_ideal)
        return "timing: only ideal times a step on two kinds of devices: write timing: ideal, or "
               "leave out pools.draft.chip";
    if (phase != PHASE_DECODE && phase != PHASE_DISAGGREGATED)
        return "workload.phase: devices that draft read no prompts here: write decode or "
               "disaggregated, or leave out pools.draft.chip";
    if (d->workload.query_tokens <= 1)
        return "workload.query_tokens: 1 leaves nothing to draft: give more, or leave out "
               "pools.draft.chip";
    if (p->pp != 1)
        return "plan.pp: stages work on different requests, pools.draft.chip on all: leave it 1";
    if (p->overlap != OVERLAP_NONE)
        return "plan.overlap: a step with pools.draft.chip has no halves: write none";
    return NULL;
}

const char *draft_refusal(const struct design *d)
{
    struct layers own, l;
    bool pool = design_pools_draft(d);
    if (pool && chip_is_there(&d->ffn_chip))
        return "pools.draft.chip: a step is shared with one pool, here pools.ffn: leave one of "
               "them out";
    if (pool && pool_refusal(d))
        return pool_refusal(d);
    if (!model_is_there(&d->draft_model))
        return NULL;
    layers_of(&own, &d->model);
    layers_of(&l, &d->draft_model);
    if (layers_moe(&l) && timing_of(&d->mode)->needs_calibration)
        return "timing: kernels of the experts of a draft model were not measured: write timing: "
               "ideal, or give a dense pools.draft.model";
    if (timing_of(&d->mode)->list)
        return "timing: simulator leaves drafting out: write timing: ideal, or leave out "
               "pools.draft.model";
    if (chip_is_there(&d->ffn_chip))
        return "pools.draft.model: pools.ffn runs parts of one model only: leave one of them out";
    if (step_ops_bound(&own) + step_ops_bound(&l) > OPS_MOST)
        return "pools.draft.model: too many operators: give a model with fewer kinds of layers";
    return NULL;
}

/* ---- mappings ---- */

enum { WHOLE_NUMBERS = 32 };

struct mapping_list {
    const struct design *d;
    struct layers l;
    struct plan *out;
    size_t room, n;
};

static void put_mapping(struct mapping_list *list, double devices, double tp)
{
    if (fmod(devices, tp) != 0 || !layers_tp_divides(&list->l, tp))
        return;
    if (list->n < list->room) {
        struct plan *p = &list->out[list->n];
        *p = list->d->plan;
        p->devices = devices;
        p->tp = tp;
        p->dp = devices / tp;
        p->ep = p->pp = p->cp = 1;
        p->weight_share2 = p->kv_share2 = 0;
    }
    list->n++;
}

static void add_devices(struct mapping_list *list, double devices)
{
    double given = list->d->pools.draft_tp;
    if (given != PLAN_AUTO) {
        put_mapping(list, devices, given);
        return;
    }
    for (double tp = 1; tp <= smaller(devices, list->d->draft_chip.link_domain); tp *= 2)
        put_mapping(list, devices, tp);
}

size_t draft_pool_mappings(const struct design *d, struct plan *out, size_t room)
{
    struct mapping_list list = {.d = d, .out = out, .room = room};
    double given = d->pools.draft_devices;
    layers_of(&list.l, &d->draft_model);
    if (given != PLAN_AUTO) {
        add_devices(&list, given);
        return list.n;
    }
    for (double n = 1; n <= d->plan.devices; n += n < WHOLE_NUMBERS ? 1 : floor(n / 8))
        add_devices(&list, n);
    return list.n;
}

const char *draft_pool_fault(const struct design *d)
{
    if (draft_pool_mappings(d, NULL, 0) == 0)
        return "pools.draft allows no mapping: its tp must divide its devices and the heads of the "
               "draft model";
    return NULL;
}
