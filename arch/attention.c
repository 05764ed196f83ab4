/* Operators of attention, from the shapes of its matrices. Sources: GQA and MLA as in
 * arXiv:2507.15465 sections III and IV and DeepSeek-V2 (arXiv:2405.04434); the latent is read once,
 * as in FlashMLA; DSA as in DeepSeek-V3.2. Invariant: costs are affine in the number of
 * requests. */
#include "arch/attention.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

double attention_heads(const struct model *m, double tp)
{
    return m->heads / tp;
}

static double kv_heads(const struct model *m)
{
    return m->kv_heads > 0 ? m->kv_heads : m->heads;
}

double attention_head_dim(const struct model *m)
{
    return m->head_dim > 0 ? m->head_dim : m->hidden / m->heads;
}

/* With more ranks than KV heads, every rank keeps a copy of one head. */
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

/* Core attention of one layer, which reads keys and values once and keeps scores on the chip. Each
 * decode token attends to the context, or to its window; each prompt token attends to the prefix
 * and to the prompt up to itself (causal). */
struct core {
    double flop;        /* per pair of a token and one it attends to */
    double cached_byte; /* read per token of context */
    double q_and_o;     /* elements read and written per token */
    double wire;        /* elements sent to and from a discrete engine, per token */
    enum kernel decode, prefill;
    bool per_head; /* as many KV heads as query heads */
};

/* The tokens that a token attends to: up to itself, at most `window`, only those of its own chunk
 * of that width if chunked. */
struct reach {
    double window;
    bool chunked;
};

static const struct reach all_tokens = {INFINITY, false};

/* Pairs of a token and one it attends to, for the tokens from `prefix` to `prompt`. */
static double causal_pairs(double prompt, double prefix, struct reach reach)
{
    double upto[2] = {prefix, prompt}, pairs[2];
    for (int i = 0; i < 2; i++) {
        double n = upto[i], w = fmin(n, reach.window);
        double chunks = reach.chunked ? floor(n / reach.window) : 0;
        double rest = n - (chunks > 0 ? chunks * reach.window : 0);
        pairs[i] = reach.chunked ? chunks * w * (w + 1) / 2 + rest * (rest + 1) / 2
                                 : w * (w + 1) / 2 + (n - w) * w;
    }
    return pairs[1] - pairs[0];
}

/* Tokens that a decoded token attends to. Contexts differ between requests, so that a token stands
 * anywhere in its chunk: it sees (chunk + 1) / 2 on average. */
static double tokens_seen(double context, struct reach reach)
{
    return fmin(context, reach.chunked ? (reach.window + 1) / 2 : reach.window);
}

/* Cached tokens that the tokens of a prompt read, themselves included. */
static double tokens_read(const struct shape *s, struct reach reach)
{
    double tokens = s->prompt - s->prefix;
    double before = reach.chunked ? fmod(s->prefix, reach.window) : reach.window;
    return fmin(s->prompt, tokens + before);
}

/* Tokens that one decoded token attends to, and those read for all decoded tokens of a request. */
struct sight {
    double seen, read;
};

static void add_decode_core(struct ops *out, const char *name, double layers, struct sight at,
                            const struct shape *s, const struct core *c)
{
    if (s->decode > 0)
        ops_add(out, layers,
                (struct op){.name = name,
                            .class = OP_ATTENTION,
                            .unit = UNIT_ATTENTION,
                            .kernel = c->decode,
                            .per_head = c->per_head,
                            .depth = at.seen,
                            .aside = c->decode == KERNEL_DECODE_MLA,
                            .flop = s->decode * at.seen * c->flop,
                            .cache_byte = at.read * c->cached_byte,
                            .act_byte = s->decode * c->q_and_o * s->act_byte,
                            .wire_byte = s->decode * c->wire * s->act_byte});
}

static void add_prefill_core(struct ops *out, const char *name, double layers, struct reach reach,
                             const struct shape *s, const struct core *c)
{
    double tokens = s->prompt - s->prefix;
    if (s->prompts > 0)
        ops_add(
            out, layers,
            (struct op){.name = name,
                        .class = OP_ATTENTION,
                        .unit = UNIT_MAIN,
                        .kernel = c->prefill,
                        .key_flop = s->prompts * tokens * c->flop,
                        .flop = s->prompts * causal_pairs(s->prompt, s->prefix, reach) * c->flop,
                        .each = s->prompts,
                        .cache_byte = tokens_read(s, reach) * c->cached_byte,
                        .act_byte = tokens * c->q_and_o * s->act_byte});
}

/* Layers with full attention and layers with a window. */
static void add_cores(struct ops *out, const struct model *m, const struct shape *s,
                      const struct core *decode, const struct core *prefill)
{
    double full = full_layers(m), windowed = m->layers - full;
    struct reach local = {m->window, m->chunked > 0};
    struct sight whole = {s->context, s->context};
    double near = tokens_seen(s->context, local);
    add_decode_core(out, "attention.core", full, whole, s, decode);
    add_decode_core(out, "attention.window", windowed, (struct sight){near, near}, s, decode);
    add_prefill_core(out, "prefill.core", full, all_tokens, s, prefill);
    add_prefill_core(out, "prefill.window", windowed, local, s, prefill);
}

static void gqa_ops(const struct model *m, const struct shape *s, struct ops *out)
{
    double h = attention_heads(m, s->tp), kv = attention_kv_heads(m, s->tp),
           d = attention_head_dim(m);
    double q = s->tokens;

    ops_add_gemm(out, "attention.qkv", OP_PROJECTION, m->layers, s, q, m->hidden, (h + 2 * kv) * d);
    ops_add_vector(out, "attention.rope", OP_OTHER, m->layers, s, 6 * q * (h + kv) * d,
                   2 * q * (h + kv) * d);
    struct core core = {.flop = 4 * h * d,
                        .cached_byte = 2 * kv * d * s->kv_byte,
                        .q_and_o = 2 * h * d,
                        .wire = (2 * h + 2 * kv) * d,
                        .decode = KERNEL_DECODE,
                        .prefill = KERNEL_PREFILL,
                        .per_head = h == kv};
    add_cores(out, m, s, &core, &core);
    ops_add_gemm(out, "attention.out", OP_PROJECTION, m->layers, s, q, h * d, m->hidden);
    ops_add_all_reduce(out, "attention.all-reduce", m->layers, s, s->tp, q * m->hidden);
}

static double gqa_params(const struct model *m)
{
    return m->hidden * attention_head_dim(m) * (2 * m->heads + 2 * kv_heads(m));
}

static double gqa_cached(const struct model *m, double tp)
{
    return 2 * attention_kv_heads(m, tp) * attention_head_dim(m);
}

static double none(const struct model *m)
{
    (void)m;
    return 0;
}

/* Share of the tokens selected for a token that are also selected for the token before it (assumed;
 * queries of neighbouring tokens are similar). */
static const double SELECTED_AGAIN = 0.8;

/* The selection of the top-k tokens reads the scores, which the indexer writes as FP32, and writes
 * their positions; it compares each score once at least. */
static void add_selection(struct ops *out, const char *name, const struct model *m, double pairs,
                          double tokens)
{
    const double score_byte = 4, position_byte = 4;
    if (tokens > 0)
        ops_add(out, m->layers,
                (struct op){.name = name,
                            .class = OP_OTHER,
                            .kernel = KERNEL_VECTOR,
                            .flop = pairs,
                            .act_byte =
                                2 * pairs * score_byte + tokens * m->index_topk * position_byte});
}

/* DSA: a light attention over FP8 keys selects the tokens that core attention reads. 128 elements
 * and a 4-byte scale are cached per token (DeepSeek-V3.2). */
static void add_indexer(struct ops *out, const struct model *m, const struct shape *s)
{
    double h = m->index_heads, d = m->index_head_dim, q = s->tokens;

    ops_add_gemm(out, "index.q", OP_PROJECTION, m->layers, s, q, m->q_lora_rank, h * d);
    ops_add_gemm(out, "index.k", OP_PROJECTION, m->layers, s, q, m->hidden, d + h);
    ops_add(out, m->layers,
            (struct op){.name = "index.score",
                        .class = OP_ATTENTION,
                        .unit = UNIT_ATTENTION,
                        .kernel = KERNEL_DECODE_MLA,
                        .depth = s->context,
                        .flop = 2 * h * d * s->decode * s->context,
                        .cache_byte = s->decode > 0 ? s->context * (d + 4) : 0,
                        .act_byte = s->decode * h * d,
                        .wire_byte = s->decode * h * d});
    double tokens = s->prompt - s->prefix;
    if (s->prompts > 0)
        ops_add(out, m->layers,
                (struct op){.name = "prefill.index",
                            .class = OP_ATTENTION,
                            .unit = UNIT_MAIN,
                            .kernel = KERNEL_PREFILL_MLA,
                            .key_flop = s->prompts * 2 * h * d * tokens,
                            .flop = s->prompts * 2 * h * d *
                                    causal_pairs(s->prompt, s->prefix, all_tokens),
                            .each = s->prompts,
                            .cache_byte = s->prompt * (d + 4),
                            .act_byte = tokens * h * d});
    add_selection(out, "index.select", m, s->decode * s->context, s->decode);
    add_selection(out, "prefill.select", m,
                  s->prompts * causal_pairs(s->prompt, s->prefix, all_tokens), s->prompts * tokens);
}

/* Tokens read for the decoded tokens of a request: the union of those that each selects. */
static double tokens_selected(const struct model *m, const struct shape *s)
{
    if (m->index_topk <= 0)
        return s->context;
    double others = fmax(0, s->decode - 1) * (1 - SELECTED_AGAIN);
    return fmin(s->context, m->index_topk * (1 + others));
}

/* Core attention on the latent (absorbed), or on keys and values rebuilt from it. */
static struct core mla_core(const struct model *m, const struct shape *s, bool absorb)
{
    double h = attention_heads(m, s->tp), c = m->kv_lora_rank, r = m->qk_rope_dim;
    double n = m->qk_nope_dim, v = m->v_dim;
    if (absorb)
        return (struct core){.flop = 2 * h * (2 * c + r),
                             .cached_byte =
                                 (m->latent_reads > 1 ? 2 * c : c) * s->kv_byte + r * s->rope_byte,
                             .q_and_o = h * (2 * c + r),
                             .wire = h * (2 * c + r) + c + r,
                             .decode = KERNEL_DECODE_MLA,
                             .prefill = KERNEL_PREFILL_MLA};
    return (struct core){.flop = 2 * h * (n + r + v),
                         .cached_byte = (h * (n + v) + r) * s->act_byte,
                         .q_and_o = h * (n + r + v),
                         .wire = h * (n + r + v) + c + r,
                         .decode = KERNEL_DECODE,
                         .prefill = KERNEL_PREFILL_MLA,
                         .per_head = true};
}

/* Keys and values of `tokens` tokens rebuilt from their latent and written. */
static void add_kv_up(struct ops *out, const struct model *m, const struct shape *s, double tokens)
{
    double h = attention_heads(m, s->tp), c = m->kv_lora_rank, up = h * (m->qk_nope_dim + m->v_dim);
    if (tokens > 0)
        ops_add(out, m->layers,
                (struct op){.name = "attention.kv_up",
                            .class = OP_PROJECTION,
                            .unit = UNIT_MAIN,
                            .kernel = KERNEL_GEMM,
                            .depth = c,
                            .flop = 2 * tokens * c * up,
                            .weight_byte = c * up * s->weight_byte,
                            .each = tokens,
                            .cache_byte = c * s->kv_byte,
                            .act_byte = up * s->act_byte});
}

static void mla_ops(const struct model *m, const struct shape *s, struct ops *out)
{
    double h = attention_heads(m, s->tp), q = s->tokens, L = m->layers;
    double c = m->kv_lora_rank, r = m->qk_rope_dim, n = m->qk_nope_dim, v = m->v_dim;

    if (m->q_lora_rank > 0) {
        ops_add_gemm(out, "attention.q_down", OP_PROJECTION, L, s, q, m->hidden, m->q_lora_rank);
        ops_add_gemm(out, "attention.q_up", OP_PROJECTION, L, s, q, m->q_lora_rank, h * (n + r));
    } else {
        ops_add_gemm(out, "attention.q", OP_PROJECTION, L, s, q, m->hidden, h * (n + r));
    }
    ops_add_gemm(out, "attention.kv_down", OP_PROJECTION, L, s, q, m->hidden, c + r);
    ops_add_vector(out, "attention.rope", OP_OTHER, L, s, 6 * q * (h + 1) * r, 2 * q * (h + 1) * r);
    if (m->index_topk > 0)
        add_indexer(out, m, s);

    struct reach selected = {m->index_topk > 0 ? m->index_topk : INFINITY, false};
    struct sight at = {fmin(s->context, selected.window), tokens_selected(m, s)};
    double absorbed = (s->absorb_decode ? s->decode : 0) +
                      (s->absorb_prefill ? s->prompts * (s->prompt - s->prefix) : 0);
    double rebuilt = (s->absorb_decode || s->decode <= 0 ? 0 : at.read) +
                     (s->absorb_prefill ? 0 : s->prompts * s->prompt);
    struct core decode = mla_core(m, s, s->absorb_decode);
    struct core prefill = mla_core(m, s, s->absorb_prefill);
    /* One kernel of h products [q, n] x [n, c]; after core attention, of h products [q, c] x [c,
     * v]. */
    if (absorbed > 0)
        ops_add_gemms(out, "attention.absorb_k", OP_PROJECTION, L, h, s, absorbed, n, c);
    add_kv_up(out, m, s, rebuilt);
    add_decode_core(out, "attention.core", L, at, s, &decode);
    add_prefill_core(out, "prefill.core", L, selected, s, &prefill);
    if (absorbed > 0)
        ops_add_gemms(out, "attention.absorb_v", OP_PROJECTION, L, h, s, absorbed, c, v);
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

/* All heads share one latent, so every rank of a TP group keeps the whole latent. */
static double mla_cached(const struct model *m, double tp)
{
    (void)tp;
    return m->kv_lora_rank + m->qk_rope_dim;
}

static double mla_cached_rope(const struct model *m)
{
    return m->qk_rope_dim;
}

static double mla_cached_byte(const struct model *m)
{
    return m->index_topk > 0 ? m->index_head_dim + 4 : 0;
}

static double gqa_live(const struct model *m, double tp)
{
    return 2 * (attention_heads(m, tp) + attention_kv_heads(m, tp)) * m->head_dim;
}

static double gqa_query(const struct model *m)
{
    return 2 * attention_head_dim(m);
}

static int gqa_check(const struct model *m, struct err *err)
{
    if (fmod(m->heads, fmax(1, m->kv_heads)) == 0)
        return 0;
    return fail(err, "model.kv_heads: %g does not divide %g heads: give a divisor of model.heads",
                m->kv_heads, m->heads);
}

static double mla_live(const struct model *m, double tp)
{
    return 2 * attention_heads(m, tp) * (m->kv_lora_rank + m->qk_rope_dim);
}

static double mla_query(const struct model *m)
{
    return 2 * m->kv_lora_rank + m->qk_rope_dim;
}

static int mla_check(const struct model *m, struct err *err)
{
    if (m->kv_lora_rank > 0 && m->qk_nope_dim > 0 && m->v_dim > 0)
        return 0;
    return fail(err, "model.kv_lora_rank: MLA needs a latent: give kv_lora_rank, qk_nope_dim, "
                     "qk_rope_dim and v_dim");
}

const struct attention attentions[] = {
    {.name = "gqa",
     .also = {"mha", "mqa"},
     .simulated = true,
     .doc = "Grouped-query attention; MHA and MQA, sliding windows and chunks too.",
     .check = gqa_check,
     .ops = gqa_ops,
     .params = gqa_params,
     .copied_params = none,
     .cached = gqa_cached,
     .cached_rope = none,
     .cached_byte = none,
     .live = gqa_live,
     .query = gqa_query},
    {.name = "mla",
     .doc = "Multi-head latent attention, absorbed or not, dense or with a sparse indexer (DSA).",
     .latent = true,
     .simulated = true,
     .check = mla_check,
     .ops = mla_ops,
     .params = mla_params,
     .copied_params = mla_copied_params,
     .cached = mla_cached,
     .cached_rope = mla_cached_rope,
     .cached_byte = mla_cached_byte,
     .live = mla_live,
     .query = mla_query},
};
const size_t attentions_n = LEN(attentions);

struct word attention_word(size_t i)
{
    if (i < attentions_n)
        return (struct word){attentions[i].name, (double)i};
    size_t other = attentions_n;
    for (size_t k = 0; k < attentions_n; k++)
        for (const char *const *also = attentions[k].also; *also; also++)
            if (other++ == i)
                return (struct word){*also, (double)k};
    return (struct word){NULL, 0};
}

double attention_kind(const char *word)
{
    size_t i = 0;
    struct word w;
    while ((w = attention_word(i)).text && strcmp(w.text, word))
        i++;
    assert(w.text);
    return w.text ? w.value : NAN;
}

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

double attention_kv_byte_per_token(const struct model *m, double tp, double kv_byte,
                                   double rope_byte, double context)
{
    const struct attention *a = attention_of(m);
    double per_layer =
        a->cached(m, tp) * kv_byte + a->cached_rope(m) * (rope_byte - kv_byte) + a->cached_byte(m);
    if (context <= 0 || m->window <= 0)
        return m->layers * per_layer;
    double kept = fmin(1, m->window / context), full = full_layers(m);
    return (full + (m->layers - full) * kept) * per_layer;
}
