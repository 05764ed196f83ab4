/* Compressed attention (DeepSeek-V4): one wide KV head, whose entries are keys and values at once.
 * The last `window` tokens are cached as they are; of all tokens, every `ratio` are pooled into one
 * entry by learned gates. At a small ratio groups overlap by half (two sets of columns), and an
 * indexer over pooled keys of its own selects `index_topk` entries; at a large ratio, or without an
 * indexer, core attention reads all entries; at ratio 0 the window is all there is. The output goes
 * through o_groups low-rank products. Invariant: costs are affine in the number of requests. */
#include "arch/mixer.h"
#include "arch/mixer_core.h"
#include "arch/mixer_index.h"
#include "arch/plan.h"
#include "base/mem.h"

struct compressed {
    double heads, head_dim, q_lora_rank, qk_rope_dim, o_lora_rank, o_groups;
    double ratio, window;
    double index_heads, index_head_dim, index_byte, index_topk;
};
FITS_SUBLAYER(compressed);

/* clang-format off */
static const struct field rows[] = {
    { FIELD(compressed, heads, "1"), AS_MODEL(heads), .lo = 1, .hi = 1e5, .whole = true, .doc = "Query heads." },
    { FIELD(compressed, head_dim, "1"), AS_MODEL(head_dim), .lo = 1, .hi = 1e5, .whole = true, .doc = "Width of a query head, and of a cached entry." },
    { FIELD(compressed, q_lora_rank, "1"), AS_MODEL(q_lora_rank), .lo = 1, .hi = 1e5, .whole = true, .doc = "Width of the query latent." },
    { FIELD(compressed, qk_rope_dim, "1"), .init = 64, .lo = 0, .hi = 1e5, .whole = true, .doc = "Width of an entry's rotary part, cached as precision.rope says." },
    { FIELD(compressed, o_lora_rank, "1"), .init = NAN, .lo = 1, .hi = 1e5, .whole = true, .doc = "Width of the output latent of a group of heads." },
    { FIELD(compressed, o_groups, "1"), .init = 1, .lo = 1, .hi = 1e5, .whole = true, .doc = "Groups of heads with an output latent each." },
    { FIELD(compressed, ratio, "tokens"), .init = NAN, .lo = 0, .hi = 1e6, .whole = true, .doc = "Tokens pooled into one entry; 0: only the window." },
    { FIELD(compressed, window, "tokens"), .init = 128, .lo = 1, .hi = 1e9, .whole = true, .doc = "Last tokens that are cached as they are." },
    { FIELD(compressed, index_heads, "1"), .lo = 0, .hi = 1e5, .whole = true, .doc = "Heads of the indexer." },
    { FIELD(compressed, index_head_dim, "1"), .lo = 0, .hi = 1e5, .whole = true, .doc = "Width of an indexer head." },
    { FIELD(compressed, index_byte, "B"), AS_MODEL(index_byte), .lo = 0.25, .hi = 8, .registry = number_word, .doc = "Format of the indexer's keys." },
    { FIELD(compressed, index_topk, "entries"), .lo = 0, .hi = 1e9, .whole = true, .doc = "Pooled entries that core attention reads; 0: all, without an indexer." },
};
/* clang-format on */
COVERS(rows, compressed);

static const struct fields fields = {"layers", rows, LEN(rows), sizeof(struct compressed)};

static bool is_indexed(const struct compressed *a)
{
    return a->ratio > 0 && a->index_topk > 0;
}

/* Sets of columns per pooled entry: with an indexer, groups overlap. */
static double column_sets(const struct compressed *a)
{
    return is_indexed(a) ? 2 : 1;
}

/* Columns of the projections into entries and their gates. */
static double pooled_columns(const struct compressed *a, double width)
{
    return a->ratio > 0 ? 2 * column_sets(a) * width : 0;
}

/* Entries and gates of the groups that are still open. */
static double open_numbers(const struct compressed *a, double width)
{
    return column_sets(a) * a->ratio * pooled_columns(a, width);
}

/* A token's entry and gate are written as FP32; a group that closes is read whole. */
static void add_pooling(struct ops *out, const struct sublayer *l, const struct shape *s)
{
    const struct compressed *a = sublayer_values(l);
    double widths = a->head_dim + (is_indexed(a) ? a->index_head_dim : 0);
    double columns = pooled_columns(a, widths), pooled = open_numbers(a, widths) / a->ratio;
    ops_add_gemm(out, "attention.compress", OP_PROJECTION, l->count, s, s->tokens, l->hidden,
                 pooled_columns(a, a->head_dim));
    ops_add(out, l->count,
            (struct op){.name = "attention.pool",
                        .class = OP_OTHER,
                        .kernel = KERNEL_VECTOR,
                        .flop = 3 * s->tokens * pooled,
                        .act_byte = s->tokens * (columns + pooled) * s->state_byte});
}

static double index_entry_byte(const struct compressed *a)
{
    return a->index_head_dim * a->index_byte;
}

static void add_indexer(struct ops *out, const struct sublayer *l, const struct shape *s)
{
    const struct compressed *a = sublayer_values(l);
    double h = a->index_heads, d = a->index_head_dim;
    ops_add_gemm(out, "index.q", OP_PROJECTION, l->count, s, s->tokens, a->q_lora_rank, h * d);
    ops_add_gemm(out, "index.k", OP_PROJECTION, l->count, s, s->tokens, l->hidden,
                 pooled_columns(a, d) + h);
    struct index_scan scan = {.per = a->ratio,
                              .flop = 2 * h * d,
                              .byte = index_entry_byte(a),
                              .query = h * d,
                              .weights = 4 * h,
                              .score_per = a->ratio,
                              .scores = 1,
                              .selected = a->index_topk,
                              .decode = KERNEL_UNKNOWN,
                              .prefill = KERNEL_UNKNOWN};
    index_add(out, l->count, s, &scan);
}

/* Core attention over entries of the window, and over pooled ones. */
static void add_core(struct ops *out, const struct sublayer *l, const struct shape *s)
{
    const struct compressed *a = sublayer_values(l);
    double h = a->heads / s->tp, d = a->head_dim, r = a->qk_rope_dim;
    double pooled = a->ratio > 0 ? s->context / a->ratio : 0;
    double topk = is_indexed(a) ? a->index_topk : INFINITY;
    double near = fmin(s->context, a->window);
    struct core core = {.flop = 4 * h * d,
                        .cached_byte = (d - r) * s->kv_byte + r * s->rope_byte,
                        .kept_byte = (d - r) * s->kv_byte + r * s->rope_byte,
                        .window = a->window,
                        .q_and_o = 2 * h * d,
                        .wire = 2 * h * d + d,
                        .decode = KERNEL_UNKNOWN,
                        .prefill = KERNEL_UNKNOWN,
                        .positions = is_indexed(a) ? a->index_topk : 0,
                        .together = is_indexed(a) ? 1 : 0,
                        .cached = near + pooled};
    struct sight at = {near + fmin(pooled, topk),
                       near + (pooled > 0 ? index_entries_read(topk, s->decode, pooled) : 0)};
    core_add_decode(out, "attention.core", l->count, at, s, &core);
    core_add_prefill(out, "prefill.window", l->count, core_reach(a->window, 0), s, &core);
    if (a->ratio <= 0)
        return;
    core.flop /= a->ratio; /* per token of a group */
    core.cached_byte /= a->ratio;
    core.kept_byte /= a->ratio;
    core.window = 0;
    core_add_prefill(out, "prefill.core", l->count, (struct reach){topk * a->ratio, false}, s,
                     &core);
}

static void ops(const struct sublayer *l, const struct shape *s, struct ops *out)
{
    const struct compressed *a = sublayer_values(l);
    double h = a->heads / s->tp, d = a->head_dim, q = s->tokens, L = l->count;
    double latent = a->o_groups * a->o_lora_rank / s->tp, r = a->qk_rope_dim;

    ops_add_gemm(out, "attention.q_down", OP_PROJECTION, L, s, q, l->hidden, a->q_lora_rank);
    ops_add_gemm(out, "attention.q_up", OP_PROJECTION, L, s, q, a->q_lora_rank, h * d);
    ops_add_gemm(out, "attention.kv", OP_PROJECTION, L, s, q, l->hidden, d);
    ops_add_vector(out, "attention.rope", OP_OTHER, L, s, 6 * q * (h + 1) * r, 2 * q * (h + 1) * r);
    if (a->ratio > 0)
        add_pooling(out, l, s);
    if (is_indexed(a))
        add_indexer(out, l, s);
    add_core(out, l, s);
    ops_add_gemms(out, "attention.out_down", OP_PROJECTION, L, a->o_groups / s->tp, s, q,
                  a->heads * d / a->o_groups, a->o_lora_rank);
    ops_add_gemm(out, "attention.out", OP_PROJECTION, L, s, q, latent, l->hidden);
    ops_add_all_reduce(out, "attention.all-reduce", L, s, s->tp, q * l->hidden);
}

/* All heads share one entry, its pooling and the indexer. */
static double copied_params(const struct sublayer *l)
{
    const struct compressed *a = sublayer_values(l);
    double shared = a->q_lora_rank + a->head_dim + pooled_columns(a, a->head_dim);
    double positions = a->ratio * pooled_columns(a, a->head_dim) / 2;
    if (!is_indexed(a))
        return l->hidden * shared + positions;
    return l->hidden * (shared + pooled_columns(a, a->index_head_dim) + a->index_heads) +
           positions + a->q_lora_rank * a->index_heads * a->index_head_dim;
}

static double params(const struct sublayer *l)
{
    const struct compressed *a = sublayer_values(l);
    return copied_params(l) + a->heads * a->head_dim * (a->q_lora_rank + a->o_lora_rank) +
           a->o_groups * a->o_lora_rank * l->hidden;
}

/* Every rank of a TP group keeps the entries whole. */
static void kept(struct kept *out, const struct sublayer *l, double tp)
{
    const struct compressed *a = sublayer_values(l);
    (void)tp;
    *out = (struct kept){.fixed = a->window * a->head_dim};
    if (a->ratio <= 0)
        return;
    out->token = a->head_dim / a->ratio;
    out->token_rope = a->qk_rope_dim / a->ratio;
    out->state = open_numbers(a, a->head_dim);
    if (is_indexed(a)) {
        out->token_byte = index_entry_byte(a) / a->ratio;
        out->state += open_numbers(a, a->index_head_dim);
    }
}

static double live(const struct sublayer *l, double tp)
{
    const struct compressed *a = sublayer_values(l);
    return 2 * (a->heads / tp + 1) * a->head_dim;
}

static double query(const struct sublayer *l, double tp)
{
    const struct compressed *a = sublayer_values(l);
    return a->ratio > 0 ? 2 * a->heads / tp * a->head_dim : 0;
}

static int check(const struct sublayer *l, struct err *err)
{
    const struct compressed *a = sublayer_values(l);
    if (!(a->head_dim > 0 && a->q_lora_rank > 0))
        return fail(err, "model.layers: compressed attention needs widths: give head_dim and "
                         "q_lora_rank");
    if (a->qk_rope_dim > a->head_dim)
        return fail(err, "model.layers: qk_rope_dim: %g of a head of %g: give at most head_dim",
                    a->qk_rope_dim, a->head_dim);
    if (fmod(a->heads, a->o_groups) != 0)
        return fail(err, "model.layers: o_groups: %g does not divide %g heads: give a divisor",
                    a->o_groups, a->heads);
    if (is_indexed(a) && (a->index_heads <= 0 || a->index_head_dim <= 0))
        return fail(err, "model.layers: index_topk: needs an indexer: give index_heads and "
                         "index_head_dim");
    return 0;
}

const struct mixer mixer_compressed = {
    .name = "compressed",
    .doc = "Compressed attention (DeepSeek-V4): a window, and entries pooled from many tokens.",
    .fields = &fields,
    .check = check,
    .ops = ops,
    .params = params,
    .copied_params = copied_params,
    .heads = offsetof(struct compressed, heads),
    .kept = kept,
    .live = live,
    .query = query,
};
