/* Block-sparse attention: grouped-query attention that reads the best `blocks` of its blocks of
 * `block` tokens, chosen by an index scan, and a window if there is one. With `index_heads`, an
 * indexer with one key per token scores every token, and a block is as good as its best token
 * (MiniMax-M3). Without, the heads themselves attend to one compressed key and value per block, and
 * gates mix that with the selected blocks and the window (NSA, arXiv:2502.11089). Invariant: core
 * attention costs the same at any context longer than what it selects. */
#include "arch/mixer.h"
#include "arch/mixer_core.h"
#include "arch/mixer_index.h"
#include "base/mem.h"

struct block_sparse {
    double heads, kv_heads, head_dim;
    double block, blocks, window;
    double index_heads, index_dim;
};
FITS_SUBLAYER(block_sparse);

/* clang-format off */
static const struct field rows[] = {
    { FIELD(block_sparse, heads, "1"), AS_MODEL(heads), .lo = 1, .hi = 1e5, .whole = true, .doc = "Query heads." },
    { FIELD(block_sparse, kv_heads, "1"), AS_MODEL(kv_heads), .lo = 0, .hi = 1e5, .whole = true, .doc = "KV heads; 0: as many as query heads." },
    { FIELD(block_sparse, head_dim, "1"), AS_MODEL(head_dim), .lo = 0, .hi = 1e5, .whole = true, .doc = "Width of a head; 0: hidden / heads." },
    { FIELD(block_sparse, block, "tokens"), .init = 64, .lo = 1, .hi = 1e6, .whole = true, .doc = "Tokens of a block." },
    { FIELD(block_sparse, blocks, "1"), .init = 16, .lo = 1, .hi = 1e6, .whole = true, .doc = "Blocks that core attention reads." },
    { FIELD(block_sparse, window, "tokens"), .lo = 0, .hi = 1e9, .whole = true, .doc = "Last tokens that core attention reads in addition." },
    { FIELD(block_sparse, index_heads, "1"), .lo = 0, .hi = 1e5, .whole = true, .doc = "Heads of an indexer with one key per token; 0: the heads themselves score compressed blocks." },
    { FIELD(block_sparse, index_dim, "1"), .lo = 0, .hi = 1e5, .whole = true, .doc = "Width of an indexer head." },
};
/* clang-format on */
COVERS(rows, block_sparse);

static const struct fields fields = {"layers", rows, LEN(rows), sizeof(struct block_sparse)};

static struct core_heads heads_of(const struct sublayer *l, double tp)
{
    const struct block_sparse *a = sublayer_values(l);
    const struct core_heads h = {a->heads, a->kv_heads, a->head_dim};
    return core_heads_per_rank(h, l->hidden, tp);
}

static bool has_indexer(const struct block_sparse *a)
{
    return a->index_heads > 0;
}

/* Columns of queries, keys and values, and of three gates per head without an indexer. */
static double projected(const struct block_sparse *a, struct core_heads h)
{
    return (h.q + 2 * h.kv) * h.dim + (has_indexer(a) ? 0 : 3 * h.q);
}

static void add_index(struct ops *out, const struct sublayer *l, const struct shape *s,
                      struct core_heads h)
{
    const struct block_sparse *a = sublayer_values(l);
    double columns = a->index_heads * a->index_dim;
    struct index_scan scan = {.per = a->block,
                              .flop = 4 * h.q * h.dim,
                              .byte = 2 * h.kv * h.dim * s->kv_byte,
                              .query = 2 * h.q * h.dim * s->act_byte,
                              .score_per = a->block,
                              .scores = h.kv,
                              .selected = h.kv * a->blocks,
                              .decode = KERNEL_UNKNOWN,
                              .prefill = KERNEL_UNKNOWN};
    if (has_indexer(a)) {
        ops_add_gemm(out, "index.q", OP_PROJECTION, l->count, s, s->tokens, l->hidden, columns);
        ops_add_gemm(out, "index.k", OP_PROJECTION, l->count, s, s->tokens, l->hidden,
                     a->index_dim);
        scan.per = 1;
        scan.flop = 2 * columns;
        scan.byte = a->index_dim * s->kv_byte;
        scan.query = columns * s->act_byte;
        scan.scores = a->index_heads;
        scan.selected = a->index_heads * a->blocks;
    }
    index_add(out, l->count, s, &scan);
}

static void ops(const struct sublayer *l, const struct shape *s, struct ops *out)
{
    const struct block_sparse *a = sublayer_values(l);
    struct core_heads h = heads_of(l, s->tp);
    double q = s->tokens, chosen = a->blocks * a->block, near = a->window;

    ops_add_gemm(out, "attention.qkv", OP_PROJECTION, l->count, s, q, l->hidden, projected(a, h));
    ops_add_vector(out, "attention.rope", OP_OTHER, l->count, s, 6 * q * (h.q + h.kv) * h.dim,
                   2 * q * (h.q + h.kv) * h.dim);
    add_index(out, l, s, h);
    struct core core = {.flop = 4 * h.q * h.dim,
                        .cached_byte = 2 * h.kv * h.dim * s->kv_byte,
                        .kept_byte = 2 * h.kv * h.dim * s->kv_byte,
                        .q_and_o = 2 * h.q * h.dim,
                        .wire = 2 * (h.q + h.kv) * h.dim,
                        .decode = KERNEL_UNKNOWN,
                        .prefill = KERNEL_UNKNOWN,
                        .per_head = h.q == h.kv,
                        .positions = (has_indexer(a) ? a->index_heads : h.kv) * a->blocks,
                        .together = a->block,
                        .cached = s->context};
    struct sight at = {fmin(s->context, chosen + near),
                       fmin(s->context, index_entries_read(chosen, s->decode, INFINITY) + near)};
    core_add_decode(out, "attention.core", l->count, at, s, &core);
    core_add_prefill(out, "prefill.core", l->count, core_reach(chosen + near, 0), s, &core);
    ops_add_gemm(out, "attention.out", OP_PROJECTION, l->count, s, q, h.q * h.dim, l->hidden);
    ops_add_all_reduce(out, "attention.all-reduce", l->count, s, s->tp, q * l->hidden);
}

/* The indexer. */
static double copied_params(const struct sublayer *l)
{
    const struct block_sparse *a = sublayer_values(l);
    return has_indexer(a) ? l->hidden * (a->index_heads + 1) * a->index_dim : 0;
}

static double params(const struct sublayer *l)
{
    struct core_heads h = heads_of(l, 1);
    return copied_params(l) + l->hidden * (projected(sublayer_values(l), h) + h.q * h.dim);
}

/* Keys and values; keys of the indexer, in the format of the cache, or compressed blocks. */
static void kept(struct kept *out, const struct sublayer *l, double tp)
{
    const struct block_sparse *a = sublayer_values(l);
    struct core_heads h = heads_of(l, tp);
    double token = 2 * h.kv * h.dim, index = has_indexer(a) ? a->index_dim : token / a->block;
    *out = (struct kept){.token = token + index, .token_index = index};
}

static double live(const struct sublayer *l, double tp)
{
    struct core_heads h = heads_of(l, tp);
    return 2 * (h.q + h.kv) * h.dim;
}

static double query(const struct sublayer *l, double tp)
{
    struct core_heads h = heads_of(l, tp);
    return 2 * h.q * h.dim;
}

static int check(const struct sublayer *l, struct err *err)
{
    const struct block_sparse *a = sublayer_values(l);
    if (core_check_heads(a->heads, a->kv_heads, err) != 0)
        return -1;
    if (has_indexer(a) && a->index_dim <= 0)
        return fail(err, "model.layers: index_heads: the indexer has no width: give index_dim");
    return 0;
}

const struct mixer mixer_block_sparse = {
    .name = "block_sparse",
    .doc = "Block-sparse attention: reads the blocks that an index scan selects (MiniMax-M3, NSA).",
    .fields = &fields,
    .check = check,
    .ops = ops,
    .params = params,
    .copied_params = copied_params,
    .heads = offsetof(struct block_sparse, heads),
    .kept = kept,
    .live = live,
    .query = query,
};
