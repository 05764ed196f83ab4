#include "arch/step_draft.h"

#include <math.h>

#include "arch/precision.h"
#include "arch/step.h"
#include "arch/step_weight.h"

/* Ranks of a draft model: those of the replica, or the most of them that divide its heads; others
 * then do the same work. */
static double draft_tp(const struct layers *l, double tp)
{
    double ranks = tp;
    while (ranks > 1 && (fmod(tp, ranks) != 0 || !layers_tp_divides(l, ranks)))
        ranks--;
    return ranks;
}

/* The mapping and workload of a draft model of its own: each group of ranks holds all its experts
 * once, every one sliced over the ranks. */
static struct plan draft_plan(const struct plan *p, double tp)
{
    struct plan out = *p;
    out.tp = tp;
    out.ep = 1;
    out.redundant_experts = 0;
    return out;
}

static struct workload draft_workload(const struct workload *w)
{
    struct workload out = *w;
    out.placement = PLACE_RANDOM; /* no copies of hot experts */
    return out;
}

/* A draft model of its own reads and keeps what the modules do, in all its layers. */
static void take_draft_model(struct draft *out, const struct design *d, const struct shape *s,
                             const struct workload *w)
{
    const struct model *m = out->model = &d->draft_model;
    layers_of(&out->layer, m);
    out->precision = precision_settled(&d->precision, m);
    out->shape.tp = out->shape.group = draft_tp(&out->layer, s->tp);
    out->shape.ep = 1;
    out->shape.devices = s->devices * (out->shape.tp / s->tp);
    const struct plan plan = draft_plan(&d->plan, out->shape.tp);
    const struct workload work = draft_workload(w);
    const struct routing_of routed = step_routing_of(&out->layer, &plan, &work);
    routing_make(&out->routing, &routed);
    out->shape.routing = &out->routing;
    out->shape.absorb_decode = m->absorb > 0;
    out->shape.absorb_prefill = m->absorb == 1;
    out->shape.kv_byte = out->precision.kv;
    out->shape.state_byte = out->precision.state;
    out->shape.rope_byte = out->precision.rope;
}

void draft_of(struct draft *out, const struct design *d, const struct layers *l,
              const struct shape *s, const struct workload *w)
{
    double all = s->decode > 0 ? w->query_tokens - 1 : 1;
    bool own = model_is_there(&d->draft_model);
    out->passes = (own || d->model.draft_layers > 0) && w->query_tokens > 1 ? all : 0;
    out->shape = *s;
    out->model = NULL;
    out->precision = precision_of_draft(s->precision);
    layers_of_none(&out->layer);
    if (out->passes <= 0)
        return;
    if (own)
        take_draft_model(out, d, s, w);
    else
        layers_of_draft(&out->layer, l);
    out->shape.precision = &out->precision;
    out->shape.weight_byte = out->precision.ffn;
    out->shape.decode = s->decode > 0 ? (workload_accepted_tokens(w) + all - 1) / all : 0;
    out->shape.prompts = s->prompts / all;
    out->shape.tokens = out->shape.decode + out->shape.prompts * (s->prompt - s->prefix);
    out->shape.head_tokens = 1;
}

double draft_projection_byte(const struct draft *d)
{
    return 2 * d->layer.hidden * d->layer.hidden * d->precision.ffn;
}

double draft_weight_byte(const struct draft *d, const struct plan *p, const struct workload *w)
{
    if (d->model) {
        const struct plan of = draft_plan(p, d->shape.tp);
        const struct workload work = draft_workload(w);
        return device_weight_byte(&d->layer, model_vocab_params(d->model), &of, &work,
                                  &d->precision);
    }
    return device_weight_byte(&d->layer, 0, p, w, &d->precision) + draft_projection_byte(d);
}

double draft_expert_byte(const struct draft *d, const struct plan *p, const struct workload *w)
{
    const struct plan of = d->model ? draft_plan(p, d->shape.tp) : *p;
    const struct workload work = d->model ? draft_workload(w) : *w;
    return device_expert_params(&d->layer, &of, &work) * d->precision.expert;
}
