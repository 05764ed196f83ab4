/* Sources: arithmetic of GQA and MLA as in arXiv:2507.15465 section III-IV and DeepSeek-V2
 * (arXiv:2405.04434); one read of the latent as FlashMLA does; DSA as in DeepSeek-V3.2. */
#include "arch/attention.h"

#include "base/mem.h"

double attention_heads(const struct model *m, double tp)
{
    return m->heads / tp;
}

static double kv_heads(const struct model *m)
{
    return m->kv_heads > 0 ? m->kv_heads : m->heads;
}

static double head_dim(const struct model *m)
{
    return m->head_dim > 0 ? m->head_dim : m->hidden / m->heads;
}

/* Beyond one head a rank the KV heads are copied. */
double attention_kv_heads(const struct model *m, double tp)
{
    return fmax(1, kv_heads(m) / tp);
}

static double full_layers(const struct model *m)
{
    if (m->window <= 0)
        return m->layers;
    return m->full_every > 0 ? floor(m->layers / m->full_every) : 0;
}

/* Core attention that streams keys and values once and keeps scores on chip; without a mask there
 * is nothing else. Split in layers that see everything and layers that see a window. */
static void add_core(struct ops *out, const struct model *m, const struct shape *s, double flop,
                     double cached, double q_and_o, double wire)
{
    double seen[2] = {s->context, fmin(s->context, m->window)};
    double layers[2] = {full_layers(m), m->layers - full_layers(m)};
    static const char *const name[2] = {"attention.core", "attention.window"};
    for (int i = 0; i < 2; i++)
        ops_add(
            out, layers[i],
            (struct op){.name = name[i],
                        .class = OP_ATTENTION,
                        .unit = UNIT_ATTENTION,
                        .flop = s->tokens * seen[i] * flop,
                        .byte = seen[i] * cached * s->kv_byte + s->tokens * q_and_o * s->act_byte,
                        .wire_byte = s->tokens * wire * s->act_byte});
}

static void gqa_ops(const struct model *m, const struct shape *s, struct ops *out)
{
    double h = attention_heads(m, s->tp), kv = attention_kv_heads(m, s->tp), d = head_dim(m);
    double q = s->tokens;

    ops_add_gemm(out, "attention.qkv", OP_PROJECTION, m->layers, s, q, m->hidden, (h + 2 * kv) * d);
    ops_add_vector(out, "attention.rope", OP_OTHER, m->layers, s, 6 * q * (h + kv) * d,
                   2 * q * (h + kv) * d);
    add_core(out, m, s, 4 * h * d, 2 * kv * d, 2 * h * d, (2 * h + 2 * kv) * d);
    ops_add_gemm(out, "attention.out", OP_PROJECTION, m->layers, s, q, h * d, m->hidden);
    ops_add_all_reduce(out, "attention.all-reduce", m->layers, s, s->tp, q * m->hidden);
}

static double gqa_params(const struct model *m)
{
    return m->hidden * head_dim(m) * (2 * m->heads + 2 * kv_heads(m));
}

static double gqa_cached(const struct model *m, double tp)
{
    return 2 * attention_kv_heads(m, tp) * head_dim(m);
}

static double none(const struct model *m)
{
    (void)m;
    return 0;
}

/* DSA: a light attention over FP8 keys picks the tokens the core works on. 128 numbers and a
 * 4-byte scale are cached per token (DeepSeek-V3.2). */
static void add_indexer(struct ops *out, const struct model *m, const struct shape *s)
{
    double h = m->index_heads, d = m->index_head_dim, q = s->tokens;

    ops_add_gemm(out, "index.q", OP_PROJECTION, m->layers, s, q, m->q_lora_rank, h * d);
    ops_add_gemm(out, "index.k", OP_PROJECTION, m->layers, s, q, m->hidden, d + h);
    ops_add(out, m->layers,
            (struct op){.name = "index.score",
                        .class = OP_ATTENTION,
                        .unit = UNIT_ATTENTION,
                        .flop = 2 * h * d * q * s->context,
                        .byte = s->context * (d + 4) + q * h * d,
                        .wire_byte = q * h * d});
}

static void mla_ops(const struct model *m, const struct shape *s, struct ops *out)
{
    double h = attention_heads(m, s->tp), q = s->tokens, L = m->layers;
    double c = m->kv_lora_rank, r = m->qk_rope_dim, n = m->qk_nope_dim, v = m->v_dim;
    struct shape core = *s;

    if (m->q_lora_rank > 0) {
        ops_add_gemm(out, "attention.q_down", OP_PROJECTION, L, s, q, m->hidden, m->q_lora_rank);
        ops_add_gemm(out, "attention.q_up", OP_PROJECTION, L, s, q, m->q_lora_rank, h * (n + r));
    } else {
        ops_add_gemm(out, "attention.q", OP_PROJECTION, L, s, q, m->hidden, h * (n + r));
    }
    ops_add_gemm(out, "attention.kv_down", OP_PROJECTION, L, s, q, m->hidden, c + r);
    ops_add_vector(out, "attention.rope", OP_OTHER, L, s, 6 * q * (h + 1) * r, 2 * q * (h + 1) * r);
    if (m->index_topk > 0) {
        add_indexer(out, m, s);
        core.context = fmin(s->context, m->index_topk);
    }
    if (m->absorb > 0) {
        /* h products of [q, n] x [n, c] and of [q, c] x [c, v]. */
        ops_add_gemm(out, "attention.absorb_k", OP_PROJECTION, L * h, s, q, n, c);
        add_core(out, m, &core, 2 * h * (2 * c + r), m->latent_reads > 1 ? 2 * c + r : c + r,
                 h * (2 * c + r), h * (2 * c + r) + c + r);
        ops_add_gemm(out, "attention.absorb_v", OP_PROJECTION, L * h, s, q, c, v);
    } else {
        /* K and V of the whole context are rebuilt from the latent in every step and written. */
        ops_add(out, L,
                (struct op){.name = "attention.kv_up",
                            .class = OP_PROJECTION,
                            .flop = 2 * core.context * c * h * (n + v),
                            .weight_byte = c * h * (n + v) * s->weight_byte,
                            .byte = core.context * (c * s->kv_byte + h * (n + v) * s->act_byte)});
        core.kv_byte = s->act_byte;
        add_core(out, m, &core, 2 * h * (n + r + v), h * (n + v) + r, h * (n + r + v),
                 h * (n + r + v) + c + r);
    }
    ops_add_gemm(out, "attention.out", OP_PROJECTION, L, s, q, h * v, m->hidden);
    ops_add_all_reduce(out, "attention.all-reduce", L, s, s->tp, q * m->hidden);
}

static double mla_copied_params(const struct model *m)
{
    double index = m->index_topk > 0 ? m->index_head_dim * m->index_heads * m->q_lora_rank +
                                           m->hidden * (m->index_head_dim + m->index_heads)
                                     : 0;
    return m->hidden * (m->q_lora_rank + m->kv_lora_rank + m->qk_rope_dim) + index;
}

static double mla_params(const struct model *m)
{
    double q_in = m->q_lora_rank > 0 ? m->q_lora_rank : m->hidden;
    return mla_copied_params(m) +
           m->heads * (q_in * (m->qk_nope_dim + m->qk_rope_dim) +
                       m->kv_lora_rank * (m->qk_nope_dim + m->v_dim) + m->v_dim * m->hidden);
}

/* One latent serves all heads, so every rank of a TP group keeps all of it. */
static double mla_cached(const struct model *m, double tp)
{
    (void)tp;
    return m->kv_lora_rank + m->qk_rope_dim;
}

static double mla_cached_byte(const struct model *m)
{
    return m->index_topk > 0 ? m->index_head_dim + 4 : 0;
}

const struct attention attentions[] = {
    {"gqa", "Grouped-query attention, with MHA, MQA, sliding windows and chunks.", gqa_ops,
     gqa_params, none, gqa_cached, none},
    {"mla", "Multi-head latent attention, absorbed or not, dense or with a sparse indexer (DSA).",
     mla_ops, mla_params, mla_copied_params, mla_cached, mla_cached_byte},
};
const size_t attentions_n = LEN(attentions);

const struct word attention_words[] = {{"gqa", 0}, {"mla", 1}, {"mha", 0}, {"mqa", 0}, {NULL, 0}};

const struct attention *attention_of(const struct model *m)
{
    return &attentions[(size_t)m->attention];
}

double attention_params(const struct model *m)
{
    return attention_of(m)->params(m);
}

double attention_params_per_rank(const struct model *m, double tp)
{
    double copied = attention_of(m)->copied_params(m);
    return copied + (attention_of(m)->params(m) - copied) / tp;
}

double attention_kv_byte_per_token(const struct model *m, double tp, double kv_byte, double context)
{
    const struct attention *a = attention_of(m);
    double per_layer = a->cached(m, tp) * kv_byte + a->cached_byte(m);
    if (context <= 0 || m->window <= 0)
        return m->layers * per_layer;
    double kept = fmin(1, m->window / context), full = full_layers(m);
    return (full + (m->layers - full) * kept) * per_layer;
}
