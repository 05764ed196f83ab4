#include "arch/step_weight.h"

#include <math.h>

#include "arch/ffn.h"
#include "arch/ffn_pool.h"

static double expert_copies(const struct layers *l, const struct plan *p, const struct workload *w)
{
    const struct ffn_group *moe = layers_moe(l);
    return moe ? 1 + plan_redundant_experts(p, w) / moe_of(moe)->experts : 1;
}

double device_expert_params(const struct layers *l, const struct plan *p, const struct workload *w)
{
    return layers_routed_params(l) * expert_copies(l, p, w) / ffn_expert_group(p->tp, p->ep);
}

/* Experts of the device that has most, copies too, over the mean: `parts` are of whole experts. */
static double fullest_part(const struct layers *l, double copies, double parts)
{
    const struct ffn_group *moe = layers_moe(l);
    double mean = moe ? moe_of(moe)->experts * copies / parts : 1;
    return ceil(mean * (1 - 1e-12)) / mean;
}

double device_weight_byte(const struct layers *l, double vocab_params, const struct plan *p,
                          const struct workload *w, const struct precision *of)
{
    double copied = layers_copied_params(l);
    double whole =
        layers_residual_params(l) * of->head + layers_router_params(l) * of->router +
        (copied + layers_embedding_matrix_params(l)) * of->ffn; /* every device reads it */
    double shared = (layers_shared_params(l) - copied) * of->ffn +
                    (layers_embedding_params(l) + vocab_params) * of->head;
    double group = ffn_expert_group(p->tp, p->ep);
    return layers_mixer_byte_per_rank(l, p->tp, of->attention, of->state_layer) + whole +
           device_expert_params(l, p, w) * of->expert +
           shared / (p->shared_over == SHARED_OVER_TP ? p->tp : group);
}

double pool_expert_byte(const struct layers *l, const struct plan *p, const struct workload *w,
                        const struct precision *of, double group)
{
    double copies = expert_copies(l, p, w);
    return layers_routed_params(l) * copies * of->expert / group * fullest_part(l, copies, p->ep);
}

double pool_weight_byte(const struct layers *l, double vocab_params, const struct plan *p,
                        const struct workload *w, const struct precision *of, int runs,
                        double group)
{
    double copied = layers_copied_params(l);
    double experts = pool_expert_byte(l, p, w, of, group);
    double shared = (layers_shared_params(l) - copied) * of->ffn / p->tp;
    double vocabulary = vocab_params * of->head / p->tp;
    double rest = layers_mixer_byte_per_rank(l, p->tp, of->attention, of->state_layer) +
                  layers_residual_params(l) * of->head + layers_router_params(l) * of->router +
                  (copied + layers_embedding_matrix_params(l)) * of->ffn +
                  layers_embedding_params(l) * of->head / p->tp;
    return experts + (runs == FFN_EXPERTS ? 0 : shared) +
           (runs == FFN_EXPERTS || runs == FFN_ALL ? 0 : vocabulary) +
           (runs == FFN_ALL_BUT_ATTENTION ? rest : 0);
}
