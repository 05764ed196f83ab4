#include "arch/ffn.h"

#include <math.h>

#include "arch/routing.h"

double ffn_expert_group(double tp, double ep)
{
    return fmax(tp, ep);
}

/* [hidden, width], twice if gated, then [width, hidden]; the width is split over `ways` ranks. */
static void add_ffn(struct ops *out, const char *up, const char *down, double count,
                    const struct model *m, const struct shape *s, double width, double ways)
{
    double ins = model_ffn_matrices(m) - 1;
    if (width <= 0)
        return;
    ops_add_gemm(out, up, OP_FFN, count, s, s->tokens, m->hidden, ins * width / ways);
    ops_add_gemm(out, down, OP_FFN, count, s, s->tokens, width / ways, m->hidden);
}

static void add_moe(struct ops *out, double layers, const struct model *m, const struct shape *s)
{
    double q = s->tokens, d = m->hidden, f = m->moe_ffn, ins = model_ffn_matrices(m) - 1;
    double group = ffn_expert_group(s->tp, s->ep);
    double slices = group / s->ep; /* of each expert */
    /* Tokens routed to one copy of the experts, per request of a replica. */
    double tokens = q * s->dp * group / s->devices;

    ops_add_gemm(out, "moe.router", OP_EXPERT, layers, s, q, d, m->experts);
    if (group > s->tp)
        ops_add_all_to_all(out, "moe.dispatch", layers, s, group,
                           q * m->top_k * d / s->tp * s->dispatch_byte / s->act_byte);
    for (size_t i = 0; i < s->routing->groups; i++) {
        const struct expert_group *g = &s->routing->group[i];
        double pairs = tokens * g->share * g->experts / s->routing->imbalance;
        ops_add(out, layers,
                (struct op){.name = "moe.experts",
                            .class = OP_EXPERT,
                            .unit = UNIT_EXPERT,
                            .kernel = KERNEL_MOE,
                            .joined = i > 0,
                            .aside = true,
                            .busiest = 1,
                            .experts = g->experts,
                            .tokens = pairs / g->experts,
                            .tile_tokens = s->tile_tokens,
                            .log_idle = log1p(-g->share),
                            .flop = 2 * pairs * model_expert_params(m) / slices,
                            .weight_byte =
                                g->experts * model_expert_params(m) / slices * s->weight_byte,
                            .act_byte = pairs * (2 * d + (ins + 1) * f / slices) * s->act_byte,
                            .wire_byte = pairs * d * (s->dispatch_byte + s->combine_byte)});
    }
    if (group > s->tp)
        ops_add_all_to_all(out, "moe.combine", layers, s, group,
                           q * m->top_k * d / s->tp * s->combine_byte / s->act_byte);
    add_ffn(out, "shared.up", "shared.down", layers, m, s, m->shared_ffn, s->tp);
    ops_add_all_reduce(out, "moe.all-reduce", layers, s, s->tp, q * d);
}

void ffn_ops(const struct model *m, const struct shape *s, struct ops *out)
{
    double dense = model_dense_layers(m), moe = model_moe_layers(m);

    add_ffn(out, "ffn.up", "ffn.down", dense, m, s, m->ffn, s->tp);
    ops_add_all_reduce(out, "ffn.all-reduce", dense, s, s->tp, s->tokens * m->hidden);
    if (moe > 0)
        add_moe(out, moe, m, s);
}
