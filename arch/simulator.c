#include "arch/simulator.h"

#include <math.h>

#include "arch/ffn.h"
#include "arch/layers.h"
#include "arch/mixer.h"
#include "arch/mixer_core.h"
#include "arch/routing.h"

enum { BATCHED_TOKENS = 8192 }; /* for which it sizes the activations of GQA models */

static struct shape with_weights(const struct shape *s, double weight_byte)
{
    struct shape out = *s;
    out.weight_byte = weight_byte;
    return out;
}

static void add_norm(struct ops *out, double count, const struct shape *s, double width)
{
    ops_add(out, count,
            (struct op){.name = "norm",
                        .class = OP_OTHER,
                        .unit = UNIT_MAIN,
                        .kernel = KERNEL_UNKNOWN,
                        .flop = 4 * s->tokens * width,
                        .weight_byte = width * s->act_byte,
                        .act_byte = 2 * s->tokens * width * s->act_byte});
}

/* Gate, up, activation and down as separate kernels. */
static void add_ffn(struct ops *out, double count, const struct model *m, const struct shape *of,
                    double width)
{
    double ins = ffn_matrices(m->gated_ffn) - 1;
    const struct shape s = with_weights(of, of->precision->ffn);
    if (width <= 0)
        return;
    ops_add_gemm(out, "ffn.up", OP_FFN, ins * count, &s, s.tokens, m->hidden, width);
    ops_add_vector(out, "ffn.activation", OP_FFN, count, &s, 0, 3 * s.tokens * width);
    ops_add_gemm(out, "ffn.down", OP_FFN, count, &s, s.tokens, width, m->hidden);
}

static void add_all_to_all(struct ops *out, const char *name, double layers, const struct model *m,
                           const struct shape *s, double outside, double widen)
{
    double numbers = s->tokens * m->top_k * outside * m->hidden / s->tp;
    size_t at = out->n;
    ops_add_all_to_all(out, name, layers, s, s->ep, widen * numbers);
    if (out->n > at) /* a rank receives 1 / tp of its group's traffic */
        out->op[at].busiest = 1 / (s->tp * widen);
}

static void add_experts(struct ops *out, double layers, const struct model *m,
                        const struct shape *s, const struct expert_group *g)
{
    double d = m->hidden, f = m->moe_ffn, ins = ffn_matrices(m->gated_ffn) - 1;
    double tokens = s->tokens * s->dp * s->ep / s->devices;
    double pairs = tokens * g->share * g->experts / s->routing->imbalance;
    struct op gemm = {.class = OP_EXPERT,
                      .kernel = KERNEL_UNKNOWN,
                      .unit = UNIT_EXPERT,
                      .busiest = 1,
                      .experts = g->experts,
                      .log_idle = log1p(-g->share),
                      .flop = 2 * pairs * d * f,
                      .weight_byte = g->experts * d * f * s->precision->expert,
                      .act_byte = pairs * (d + f) * s->act_byte};
    struct op activation = {.name = "moe.activation",
                            .class = OP_EXPERT,
                            .kernel = KERNEL_UNKNOWN,
                            .busiest = 1,
                            .unit = UNIT_EXPERT,
                            .experts = g->experts,
                            .log_idle = log1p(-g->share),
                            .act_byte = 3 * pairs * f * s->act_byte};
    gemm.name = "moe.up";
    ops_add(out, ins * layers, gemm);
    ops_add(out, layers, activation);
    gemm.name = "moe.down";
    ops_add(out, layers, gemm);
}

static void add_moe(struct ops *out, double layers, const struct model *m, const struct shape *s)
{
    double group = s->tp / s->devices;
    const struct shape router = with_weights(s, s->precision->router);

    ops_add_gemm(out, "moe.router", OP_EXPERT, layers, &router, s->tokens, m->hidden, m->experts);
    add_all_to_all(out, "moe.dispatch", layers, m, s, 1 - group, 1);
    for (size_t i = 0; i < s->routing->groups; i++)
        add_experts(out, layers, m, s, &s->routing->group[i]);
    add_all_to_all(out, "moe.combine", layers, m, s, 1 - 1 / s->devices, 2 / s->act_byte);
    ops_add_all_reduce(out, "moe.all-reduce", layers, s, s->tp, s->tokens * m->hidden);
    add_ffn(out, layers, m, s, m->shared_ffn);
}

/* Score and context products, each reading or writing the scores; softmax without memory
 * traffic. */
static void add_gqa(struct ops *out, const struct model *m, const struct shape *s)
{
    double h = m->heads / s->tp, g = core_kv_heads(m->kv_heads > 0 ? m->kv_heads : m->heads, s->tp),
           n = s->context;
    double d = m->head_dim > 0 ? m->head_dim : m->hidden / m->heads, q = s->tokens;
    struct op product = {.class = OP_ATTENTION,
                         .kernel = KERNEL_UNKNOWN,
                         .unit = UNIT_ATTENTION,
                         .flop = 2 * q * n * d * h,
                         .cache_byte = g * n * d * s->kv_byte,
                         .act_byte = q * h * (d + n) * s->act_byte};

    ops_add_gemm(out, "attention.qkv", OP_PROJECTION, m->layers, s, q, m->hidden, (h + 2 * g) * d);
    product.name = "attention.score";
    ops_add(out, m->layers, product);
    ops_add_vector(out, "attention.softmax", OP_ATTENTION, m->layers, s, 7 * q * n * h, 0);
    product.name = "attention.context";
    ops_add(out, m->layers, product);
    ops_add_gemm(out, "attention.out", OP_PROJECTION, m->layers, s, q, h * d, m->hidden);
}

static void add_rope(struct ops *out, const struct model *m, const struct shape *s, double heads)
{
    double r = m->qk_rope_dim;
    ops_add(out, m->layers,
            (struct op){.name = "attention.rope",
                        .class = OP_OTHER,
                        .unit = UNIT_MAIN,
                        .kernel = KERNEL_UNKNOWN,
                        .flop = 6 * s->tokens * heads * r,
                        .weight_byte = 2 * s->context * r * s->act_byte,
                        .act_byte = 2 * s->tokens * heads * r * s->act_byte});
}

/* One product [q, in] x [in, width] per head; `inputs` is the number of different inputs. */
static void add_heads(struct ops *out, const char *name, const struct model *m,
                      const struct shape *s, double heads, double inputs, double in, double width)
{
    ops_add(out, m->layers,
            (struct op){.name = name,
                        .class = OP_PROJECTION,
                        .unit = UNIT_MAIN,
                        .kernel = KERNEL_UNKNOWN,
                        .flop = 2 * s->tokens * in * width * heads,
                        .weight_byte = in * width * heads * s->weight_byte,
                        .act_byte = s->tokens * (inputs * in + heads * width) * s->act_byte});
}

static void add_core(struct ops *out, const char *name, const struct model *m, double flop,
                     double act_byte, double cache_byte)
{
    ops_add(out, m->layers,
            (struct op){.name = name,
                        .class = OP_ATTENTION,
                        .unit = UNIT_MAIN,
                        .kernel = KERNEL_UNKNOWN,
                        .flop = flop,
                        .cache_byte = cache_byte,
                        .act_byte = act_byte});
}

static void add_absorbed(struct ops *out, const struct model *m, const struct shape *s)
{
    double h = m->heads / s->tp, n = s->context, q = s->tokens;
    double c = m->kv_lora_rank, r = m->qk_rope_dim, b = s->act_byte, kv = s->kv_byte;

    add_heads(out, "attention.absorb_k", m, s, h, h, m->qk_nope_dim, c);
    if (m->latent_reads > 1) {
        add_core(out, "attention.score", m, 2 * q * c * n * h, q * h * (c + n) * b, c * n * kv);
        add_core(out, "attention.score_rope", m, 2 * q * r * n * h, q * h * (r + n) * b,
                 r * n * s->rope_byte);
        add_core(out, "attention.softmax", m, 7 * q * n * h, 2 * q * n * h * b, 0);
        add_core(out, "attention.context", m, 2 * q * c * n * h, q * h * (n + c) * b, c * n * kv);
    } else {
        add_core(out, "attention.core", m, 2 * q * h * (2 * c + r) * n, q * h * (2 * c + r) * b,
                 (c * kv + r * s->rope_byte) * n);
    }
    add_heads(out, "attention.absorb_v", m, s, h, h, c, m->v_dim);
}

static void add_decompressed(struct ops *out, const struct model *m, const struct shape *s)
{
    double h = m->heads / s->tp, n = s->context, q = s->tokens;
    double c = m->kv_lora_rank, r = m->qk_rope_dim, v = m->v_dim, k = m->qk_nope_dim + r;
    double b = s->act_byte, up = h * (m->qk_nope_dim + v);

    ops_add(out, m->layers,
            (struct op){.name = "attention.kv_up",
                        .class = OP_PROJECTION,
                        .unit = UNIT_MAIN,
                        .kernel = KERNEL_UNKNOWN,
                        .flop = 2 * n * c * up,
                        .weight_byte = c * up * s->weight_byte,
                        .act_byte = n * (c + up) * b});
    if (m->latent_reads > 1) {
        add_core(out, "attention.score", m, 2 * q * h * k * n, q * h * (k + k * n + n) * b, 0);
        add_core(out, "attention.softmax", m, 7 * q * n * h, 2 * q * n * h * b, 0);
        add_core(out, "attention.context", m, 2 * q * h * v * n, q * h * (n + v * n + v) * b, 0);
    } else {
        add_core(out, "attention.core", m, 2 * q * h * n * (k + v),
                 q * h * (k + k * n + n * v + v) * b, 0);
    }
}

static void add_mla(struct ops *out, const struct model *m, const struct shape *s)
{
    double h = m->heads / s->tp, q = s->tokens, d = m->hidden, L = m->layers;

    ops_add_gemm(out, "attention.q_down", OP_PROJECTION, L, s, q, d, m->q_lora_rank);
    ops_add_gemm(out, "attention.kv_down", OP_PROJECTION, L, s, q, d, m->kv_lora_rank);
    ops_add_gemm(out, "attention.k_rope", OP_PROJECTION, L, s, q, d, m->qk_rope_dim);
    add_norm(out, L, s, m->q_lora_rank);
    add_norm(out, L, s, m->kv_lora_rank);
    add_rope(out, m, s, 1);
    add_heads(out, "attention.q_up", m, s, h, 1, m->q_lora_rank, m->qk_nope_dim);
    add_heads(out, "attention.q_rope", m, s, h, 1, m->q_lora_rank, m->qk_rope_dim);
    if (s->absorb_decode) {
        add_rope(out, m, s, h);
        add_absorbed(out, m, s);
    } else {
        add_decompressed(out, m, s);
    }
    ops_add_gemm(out, "attention.out", OP_PROJECTION, L, s, q, h * m->v_dim, d);
}

void simulator_ops(const struct model *m, const struct shape *s, struct ops *out)
{
    double moe = model_moe_layers(m), dense = m->layers - moe, stream = s->tokens * m->hidden;

    add_norm(out, 2 * dense + 4 * moe, s, m->hidden);
    ops_add_vector(out, "residual", OP_OTHER, 2 * dense, s, stream, 3 * stream);
    const struct shape attention = with_weights(s, s->precision->attention);
    if (mixer_of(m)->latent)
        add_mla(out, m, &attention);
    else
        add_gqa(out, m, &attention);
    ops_add_all_reduce(out, "attention.all-reduce", m->layers, s, s->tp, stream);
    add_ffn(out, dense, m, s, m->ffn / s->tp);
    ops_add_all_reduce(out, "ffn.all-reduce", dense, s, s->tp, stream);
    if (moe > 0)
        add_moe(out, moe, m, s);
}

double simulator_weight_byte(const struct model *m, const struct plan *p,
                             const struct precision *of)
{
    struct layers l;
    double moe = model_moe_layers(m), matrices = ffn_matrices(m->gated_ffn), d = m->hidden;
    layers_of(&l, m);
    return 2 * m->vocab * d * of->head +
           layers_mixer_byte_per_rank(&l, p->tp, of->attention, of->state_layer) +
           (m->layers - moe) * matrices * d * m->ffn / p->tp * of->ffn +
           (moe > 0 ? layers_routed_params(&l) / p->ep : 0) * of->expert +
           moe * (2 * d * m->experts * of->router + matrices * d * m->shared_ffn * of->ffn);
}

/* The terms of its formula that its documentation states; expert buffers inferred from its
 * results. */
void simulator_live_numbers(const struct model *m, const struct shape *s, double *per_request,
                            double *fixed)
{
    double h = m->heads / s->tp, q = s->tokens, d = m->hidden, k = m->top_k;
    double moe = m->experts > 0 ? 2 * k * d : 0;
    if (!mixer_of(m)->latent) {
        double hd = m->head_dim > 0 ? m->head_dim : d / m->heads;
        double kv = core_kv_heads(m->kv_heads > 0 ? m->kv_heads : m->heads, s->tp);
        *per_request = 0;
        *fixed = BATCHED_TOKENS * (8 * d + 2 * (h + kv) * hd + 2 * m->ffn / s->tp + moe +
                                   (m->experts > 0 ? 2 * k * m->moe_ffn : 0));
        return;
    }
    double core = s->absorb_decode ? 2 * h * m->kv_lora_rank : 2 * s->context * m->v_dim * h;
    *fixed = 0;
    *per_request = q * (2 * d + m->q_lora_rank + m->kv_lora_rank + m->qk_rope_dim +
                        h * (3 * m->qk_rope_dim + m->v_dim) + core + 2 * h * s->context + moe + d +
                        2 * m->shared_ffn + m->experts);
}
