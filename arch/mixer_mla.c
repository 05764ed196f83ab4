/* Multi-head latent attention: all heads share one cached latent, from which keys and values are
 * rebuilt, or which queries reach through absorbed up-projections (DeepSeek-V2, arXiv:2405.04434;
 * arXiv:2507.15465 section IV). The latent is read once, as in FlashMLA. With an indexer, core
 * attention reads the tokens that a light attention selects (DSA, DeepSeek-V3.2); a layer may use
 * the selection of an earlier layer (GLM-5.2). Invariant: costs are affine in the number of
 * requests. */
#include "arch/mixer.h"
#include "arch/mixer_core.h"
#include "arch/mixer_index.h"
#include "arch/plan.h"
#include "base/mem.h"

struct mla {
    double heads;
    double kv_lora_rank, q_lora_rank, qk_rope_dim, qk_nope_dim, v_dim;
    double index_heads, index_head_dim, index_byte, index_topk, index_shared, index_pool;
    double latent_reads, gate;
};
FITS_SUBLAYER(mla);

/* clang-format off */
static const struct field rows[] = {
    { FIELD(mla, heads, "1"), AS_MODEL(heads), .lo = 1, .hi = 1e5, .whole = true, .doc = "Query heads." },
    { FIELD(mla, kv_lora_rank, "1"), AS_MODEL(kv_lora_rank), .lo = 0, .hi = 1e5, .whole = true, .doc = "Width of the KV latent, d_c." },
    { FIELD(mla, q_lora_rank, "1"), AS_MODEL(q_lora_rank), .lo = 0, .hi = 1e5, .whole = true, .doc = "Width of the query latent; 0: none." },
    { FIELD(mla, qk_rope_dim, "1"), AS_MODEL(qk_rope_dim), .lo = 0, .hi = 1e5, .whole = true, .doc = "Width of the rotary part of a head, d_r." },
    { FIELD(mla, qk_nope_dim, "1"), AS_MODEL(qk_nope_dim), .lo = 0, .hi = 1e5, .whole = true, .doc = "Width of the non-rotary part of a query or key head, d_n." },
    { FIELD(mla, v_dim, "1"), AS_MODEL(v_dim), .lo = 0, .hi = 1e5, .whole = true, .doc = "Width of a value head, d_v." },
    { FIELD(mla, index_heads, "1"), AS_MODEL(index_heads), .lo = 0, .hi = 1e5, .whole = true, .doc = "Heads of the indexer." },
    { FIELD(mla, index_head_dim, "1"), AS_MODEL(index_head_dim), .lo = 0, .hi = 1e5, .whole = true, .doc = "Width of an indexer head." },
    { FIELD(mla, index_byte, "B"), AS_MODEL(index_byte), .lo = 0.25, .hi = 8, .registry = number_word, .doc = "Format of the indexer's keys." },
    { FIELD(mla, index_topk, "tokens"), AS_MODEL(index_topk), .lo = 0, .hi = 1e9, .whole = true, .doc = "Tokens that core attention reads; 0: dense attention." },
    { FIELD(mla, index_pool, "tokens"), .lo = 1, .hi = 1e5, .init = 1, .whole = true, .doc = "Tokens that share an indexer key; whole pools are selected." },
    { FIELD(mla, index_shared, "1"), .lo = 0, .hi = 1, .whole = true, .words = yes_no_words, .doc = "Uses the tokens that an earlier layer selected: no indexer of its own." },
    { FIELD(mla, latent_reads, "1"), AS_MODEL(latent_reads), .lo = 1, .hi = 2, .whole = true, .doc = "Absorbed: how often the latent is read: 1 as in FlashMLA, 2 for separate score and context kernels." },
    { FIELD(mla, gate, "1"), .lo = 0, .hi = 1, .whole = true, .words = yes_no_words, .doc = "Output gate, one per element of the values." },
};
/* clang-format on */
COVERS(rows, mla);

static const struct fields fields = {"layers", rows, LEN(rows), sizeof(struct mla)};

/* DSA: a light attention over narrow keys selects the tokens that core attention reads. Per token
 * 128 elements in FP8 and a 4-byte scale are cached (DeepSeek-V3.2). */
static void add_indexer(struct ops *out, const struct sublayer *l, const struct shape *s)
{
    const struct mla *a = sublayer_values(l);
    double h = a->index_heads, d = a->index_head_dim, q = s->tokens;

    ops_add_gemm(out, "index.q", OP_PROJECTION, l->count, s, q, a->q_lora_rank, h * d);
    ops_add_gemm(out, "index.k", OP_PROJECTION, l->count, s, q, l->hidden, d + h);
    struct index_scan scan = {.per = a->index_pool,
                              .flop = 2 * h * d,
                              .byte = d * a->index_byte,
                              .query = h * d,
                              .weights = 4 * h,
                              .score_per = a->index_pool,
                              .scores = 1,
                              .selected = a->index_topk / a->index_pool,
                              .decode = KERNEL_DECODE_MLA,
                              .prefill = KERNEL_PREFILL_MLA};
    index_add(out, l->count, s, &scan);
}

/* Tokens read for the decoded tokens of a request: the union of those that each selects. */
static double tokens_selected(const struct sublayer *l, const struct shape *s)
{
    const struct mla *a = sublayer_values(l);
    if (a->index_topk <= 0)
        return s->context;
    return index_entries_read(a->index_topk, s->decode, s->context);
}

/* Core attention on the latent (absorbed), or on keys and values rebuilt from it. */
static struct core mla_core(const struct sublayer *l, const struct shape *s, bool absorb)
{
    const struct mla *a = sublayer_values(l);
    double h = a->heads / s->tp, c = a->kv_lora_rank, r = a->qk_rope_dim;
    double n = a->qk_nope_dim, v = a->v_dim;
    if (absorb)
        return (struct core){.flop = 2 * h * (2 * c + r),
                             .cached_byte =
                                 (a->latent_reads > 1 ? 2 * c : c) * s->kv_byte + r * s->rope_byte,
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
static void add_kv_up(struct ops *out, const struct sublayer *l, const struct shape *s,
                      double tokens)
{
    const struct mla *a = sublayer_values(l);
    double h = a->heads / s->tp, c = a->kv_lora_rank, up = h * (a->qk_nope_dim + a->v_dim);
    if (tokens > 0)
        ops_add(out, l->count,
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

static void ops(const struct sublayer *l, const struct shape *s, struct ops *out)
{
    const struct mla *a = sublayer_values(l);
    double h = a->heads / s->tp, q = s->tokens, L = l->count;
    double c = a->kv_lora_rank, r = a->qk_rope_dim, n = a->qk_nope_dim, v = a->v_dim;

    if (a->q_lora_rank > 0) {
        ops_add_gemm(out, "attention.q_down", OP_PROJECTION, L, s, q, l->hidden, a->q_lora_rank);
        ops_add_gemm(out, "attention.q_up", OP_PROJECTION, L, s, q, a->q_lora_rank, h * (n + r));
    } else {
        ops_add_gemm(out, "attention.q", OP_PROJECTION, L, s, q, l->hidden, h * (n + r));
    }
    ops_add_gemm(out, "attention.kv_down", OP_PROJECTION, L, s, q, l->hidden, c + r);
    ops_add_vector(out, "attention.rope", OP_OTHER, L, s, 6 * q * (h + 1) * r, 2 * q * (h + 1) * r);
    bool indexes = a->index_topk > 0 && a->index_shared <= 0;
    if (indexes)
        add_indexer(out, l, s);

    struct reach selected = {a->index_topk > 0 ? a->index_topk : INFINITY, false};
    struct sight at = {fmin(s->context, selected.window), tokens_selected(l, s)};
    double absorbed = (s->absorb_decode ? s->decode : 0) +
                      (s->absorb_prefill ? s->prompts * (s->prompt - s->prefix) : 0);
    double rebuilt = (s->absorb_decode || s->decode <= 0 ? 0 : at.read) +
                     (s->absorb_prefill ? 0 : s->prompts * s->prompt);
    struct core decode = mla_core(l, s, s->absorb_decode);
    decode.together = a->index_topk > 0 && s->absorb_decode ? 1 : 0;
    decode.cached = s->context;
    decode.positions = indexes ? a->index_topk / a->index_pool : 0;
    struct core prefill = mla_core(l, s, s->absorb_prefill);
    prefill.kept_byte = c * s->kv_byte + r * s->rope_byte;
    /* One kernel of h products [q, n] x [n, c]; after core attention, of h products [q, c] x [c,
     * v]. */
    if (absorbed > 0)
        ops_add_gemms(out, "attention.absorb_k", OP_PROJECTION, L, h, s, absorbed, n, c);
    add_kv_up(out, l, s, rebuilt);
    core_add_decode(out, "attention.core", L, at, s, &decode);
    core_add_prefill(out, "prefill.core", L, selected, s, &prefill);
    if (absorbed > 0)
        ops_add_gemms(out, "attention.absorb_v", OP_PROJECTION, L, h, s, absorbed, c, v);
    if (a->gate > 0)
        ops_add_gemm(out, "attention.gate", OP_PROJECTION, L, s, q, l->hidden, h * v);
    ops_add_gemm(out, "attention.out", OP_PROJECTION, L, s, q, h * v, l->hidden);
    ops_add_all_reduce(out, "attention.all-reduce", L, s, s->tp, q * l->hidden);
}

static double index_params(const struct sublayer *l)
{
    const struct mla *a = sublayer_values(l);
    if (a->index_topk <= 0 || a->index_shared > 0)
        return 0;
    return a->index_head_dim * a->index_heads * a->q_lora_rank +
           l->hidden * (a->index_head_dim + a->index_heads);
}

static double copied_params(const struct sublayer *l)
{
    const struct mla *a = sublayer_values(l);
    return l->hidden * (a->q_lora_rank + a->kv_lora_rank + a->qk_rope_dim) + index_params(l);
}

static double params(const struct sublayer *l)
{
    const struct mla *a = sublayer_values(l);
    double q_in = a->q_lora_rank > 0 ? a->q_lora_rank : l->hidden;
    double out = a->v_dim * l->hidden * (a->gate > 0 ? 2 : 1);
    return copied_params(l) + a->heads * (q_in * (a->qk_nope_dim + a->qk_rope_dim) +
                                          a->kv_lora_rank * (a->qk_nope_dim + a->v_dim) + out);
}

/* All heads share one latent, so every rank of a TP group keeps the whole latent. */
static void kept(struct kept *out, const struct sublayer *l, double tp)
{
    const struct mla *a = sublayer_values(l);
    bool indexed = a->index_topk > 0 && a->index_shared <= 0;
    (void)tp;
    *out = (struct kept){.token = a->kv_lora_rank + a->qk_rope_dim,
                         .token_rope = a->qk_rope_dim,
                         .token_byte =
                             indexed ? a->index_head_dim * a->index_byte / a->index_pool : 0};
}

static double live(const struct sublayer *l, double tp)
{
    const struct mla *a = sublayer_values(l);
    return 2 * a->heads / tp * (a->kv_lora_rank + a->qk_rope_dim);
}

static double query(const struct sublayer *l, double tp)
{
    const struct mla *a = sublayer_values(l);
    return a->heads / tp * (2 * a->kv_lora_rank + a->qk_rope_dim);
}

static int check(const struct sublayer *l, struct err *err)
{
    const struct mla *a = sublayer_values(l);
    if (!(a->kv_lora_rank > 0 && a->qk_nope_dim > 0 && a->v_dim > 0))
        return fail(err, "model.kv_lora_rank: MLA needs a latent: give kv_lora_rank, qk_nope_dim, "
                         "qk_rope_dim and v_dim");
    if (a->index_topk > 0 && a->index_shared <= 0 &&
        (a->index_heads <= 0 || a->index_head_dim <= 0 || a->q_lora_rank <= 0))
        return fail(err, "model.index_topk: sparse attention needs an indexer: give index_heads, "
                         "index_head_dim and q_lora_rank");
    return 0;
}

const struct mixer mixer_mla = {
    .name = "mla",
    .doc = "Multi-head latent attention, absorbed or not, dense or with a sparse indexer (DSA).",
    .fields = &fields,
    .latent = true,
    .simulated = true,
    .check = check,
    .ops = ops,
    .params = params,
    .copied_params = copied_params,
    .heads = offsetof(struct mla, heads),
    .kept = kept,
    .live = live,
    .query = query,
};
