/* Mixture of experts with shared experts. Every token goes to top_k of the routed experts, over
 * which the devices of an expert group are spread (arXiv:2507.15465 section V). Experts may work on
 * a narrower latent, which is what the all-to-all carries (Nemotron-3, Kimi-K3); zero experts,
 * which return their input, take part in the routing and cost nothing (LongCat). */
#include "arch/ffn.h"
#include "arch/plan.h"
#include "arch/routing.h"
#include "base/mem.h"

FITS_SUBLAYER(moe);

/* clang-format off */
static const struct field rows[] = {
    { FIELD(moe, experts, "1"), AS_MODEL(experts), .lo = 0, .hi = 1e5, .whole = true, .doc = "Routed experts." },
    { FIELD(moe, top_k, "1"), AS_MODEL(top_k), .lo = 0, .hi = 1e5, .whole = true, .doc = "Routed experts a token uses." },
    { FIELD(moe, moe_ffn, "1"), AS_MODEL(moe_ffn), .lo = 0, .hi = 1e7, .whole = true, .doc = "Width of one routed expert." },
    { FIELD(moe, shared_ffn, "1"), AS_MODEL(shared_ffn), .lo = 0, .hi = 1e7, .whole = true, .doc = "Total width of the shared experts; 0: none." },
    { FIELD(moe, gated_ffn, "1"), AS_MODEL(gated_ffn), .lo = 0, .hi = 1, .whole = true, .words = yes_no_words, .doc = "Three matrices (gate, up, down) instead of two." },
    { FIELD(moe, latent_ffn, "1"), .lo = 0, .hi = 1e6, .whole = true, .doc = "Width of the latent that routed experts work on; 0: the stream." },
    { FIELD(moe, zero_experts, "1"), .lo = 0, .hi = 1e5, .whole = true, .doc = "Experts that return their input, beside the routed experts, among which top_k chooses too." },
    { FIELD(moe, shared_gate, "1"), .lo = 0, .hi = 1, .whole = true, .words = yes_no_words, .doc = "Shared experts have a gate." },
};
/* clang-format on */
COVERS(rows, moe);

static const struct fields fields = {"layers", rows, LEN(rows), sizeof(struct moe)};

/* Width of what experts read and write. */
static double width_of(const struct sublayer *l)
{
    const struct moe *m = sublayer_values(l);
    return m->latent_ffn > 0 ? m->latent_ffn : l->hidden;
}

double moe_expert_params(const struct sublayer *l)
{
    const struct moe *m = sublayer_values(l);
    return ffn_matrices(m->gated_ffn) * width_of(l) * m->moe_ffn;
}

static void add_experts(const struct sublayer *l, const struct shape *s, struct ops *out,
                        double slices, double tokens)
{
    const struct moe *m = sublayer_values(l);
    double d = width_of(l), f = m->moe_ffn, ins = ffn_matrices(m->gated_ffn) - 1;
    for (size_t i = 0; i < s->routing->groups; i++) {
        const struct expert_group *g = &s->routing->group[i];
        double pairs = tokens * g->share * g->experts / s->routing->imbalance;
        ops_add(out, l->count,
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
                            .flop = 2 * pairs * moe_expert_params(l) / slices,
                            .weight_byte =
                                g->experts * moe_expert_params(l) / slices * s->precision->expert,
                            .act_byte = pairs * (2 * d + (ins + 1) * f / slices) * s->act_byte,
                            .wire_byte = pairs * d * (s->dispatch_byte + s->combine_byte)});
    }
}

static void ops(const struct sublayer *l, const struct shape *s, struct ops *out)
{
    const struct moe *m = sublayer_values(l);
    double q = s->tokens, d = l->hidden, w = width_of(l);
    double group = s->group, slices = group / s->ep; /* of each expert */
    /* Tokens routed to one copy of the experts, per request of a replica. */
    double tokens = q * s->dp * group / s->devices;

    struct shape router = *s;
    router.weight_byte = s->precision->router;
    enum op_home home = out->home;
    out->home = HOME_GATE;
    ops_add_gemm(out, "moe.router", OP_EXPERT, l->count, &router, q, d,
                 m->experts + m->zero_experts);
    if (m->latent_ffn > 0)
        ops_add_gemm(out, "moe.down", OP_FFN, l->count, s, q, d, w);
    out->home = home;
    if (group > s->tp)
        ops_add_all_to_all(out, "moe.dispatch", l->count, s, group,
                           q * moe_used(m) * w / s->tp * s->dispatch_byte / s->act_byte);
    add_experts(l, s, out, slices, tokens);
    if (group > s->tp)
        ops_add_all_to_all(out, "moe.combine", l->count, s, group,
                           q * moe_used(m) * w / s->tp * s->combine_byte / s->act_byte);
    out->home = HOME_GATE;
    if (m->latent_ffn > 0)
        ops_add_gemm(out, "moe.up", OP_FFN, l->count, s, q, w, d);
    out->home = home;
    ffn_add(out, &(struct two_matrices){"shared.up", "shared.down", m->shared_ffn, m->gated_ffn}, l,
            s, s->tp);
    ops_add_all_reduce(out, "moe.all-reduce", l->count, s, s->tp, q * d);
}

static double routed_params(const struct sublayer *l)
{
    const struct moe *m = sublayer_values(l);
    return m->experts * moe_expert_params(l);
}

static double router_params(const struct sublayer *l)
{
    const struct moe *m = sublayer_values(l);
    return l->hidden * (m->experts + m->zero_experts);
}

static double shared_params(const struct sublayer *l)
{
    const struct moe *m = sublayer_values(l);
    return l->hidden * (ffn_matrices(m->gated_ffn) * m->shared_ffn + 2 * m->latent_ffn +
                        (m->shared_gate > 0 ? 1 : 0));
}

/* Every device reads the matrices of the latent whole. */
static double copied_params(const struct sublayer *l)
{
    const struct moe *m = sublayer_values(l);
    return l->hidden * 2 * m->latent_ffn;
}

static double active_params(const struct sublayer *l)
{
    const struct moe *m = sublayer_values(l);
    return shared_params(l) + router_params(l) + moe_used(m) * moe_expert_params(l);
}

static double live(const struct sublayer *l, double tp)
{
    const struct moe *m = sublayer_values(l);
    (void)tp;
    return moe_used(m) * (width_of(l) + 2 * m->moe_ffn);
}

static int check(const struct sublayer *l, struct err *err)
{
    const struct moe *m = sublayer_values(l);
    if (m->experts <= 0)
        return fail(err, "model.experts: MoE layers have none: give experts, top_k and moe_ffn");
    if (m->top_k > m->experts)
        return fail(err, "model.top_k: %g of %g experts: give at most model.experts", m->top_k,
                    m->experts);
    if (m->latent_ffn >= l->hidden)
        return fail(err,
                    "model.layers: latent_ffn: %g is no narrower than the stream of %g: give "
                    "less, or 0",
                    m->latent_ffn, l->hidden);
    if (m->top_k <= 0 || m->moe_ffn <= 0)
        return fail(err, "model.top_k: experts need top_k and moe_ffn: give both");
    return 0;
}

const struct ffn ffn_moe = {
    .name = "moe",
    .doc = "Mixture of experts: routed, with or without shared experts.",
    .fields = &fields,
    .routed = true,
    .check = check,
    .ops = ops,
    .routed_params = routed_params,
    .router_params = router_params,
    .shared_params = shared_params,
    .copied_params = copied_params,
    .active_params = active_params,
    .live = live,
};
