/* Grouped-query attention, with MHA and MQA as its ends; sliding windows and chunks; output gates;
 * values of another width than keys; layers that use the keys and values of an earlier layer.
 * Operators follow from the shapes of its matrices (arXiv:2507.15465 section III). Invariant: costs
 * are affine in the number of requests. */
#include "arch/mixer.h"
#include "arch/mixer_core.h"
#include "base/mem.h"

struct gqa {
    double heads, kv_heads, head_dim, v_head_dim, rope_dim;
    double window, chunked;
    double gate, shares_kv, v_is_k;
};
FITS_SUBLAYER(gqa);

enum { GATE_NONE, GATE_HEAD, GATE_FULL };

static const struct word gate_words[] = {
    {"none", GATE_NONE}, {"head", GATE_HEAD}, {"full", GATE_FULL}, {NULL, 0}};

/* clang-format off */
static const struct field rows[] = {
    { FIELD(gqa, heads, "1"), AS_MODEL(heads), .lo = 1, .hi = 1e5, .whole = true, .doc = "Query heads." },
    { FIELD(gqa, kv_heads, "1"), AS_MODEL(kv_heads), .lo = 0, .hi = 1e5, .whole = true, .doc = "KV heads; 0: as many as query heads." },
    { FIELD(gqa, head_dim, "1"), AS_MODEL(head_dim), .lo = 0, .hi = 1e5, .whole = true, .doc = "Width of a query and key head; 0: hidden / heads." },
    { FIELD(gqa, v_head_dim, "1"), .lo = 0, .hi = 1e5, .whole = true, .doc = "Width of a value head; 0: as head_dim." },
    { FIELD(gqa, rope_dim, "1"), .lo = 0, .hi = 1e5, .whole = true, .doc = "Width of a head's rotary part; 0: all of it." },
    { FIELD(gqa, window, "tokens"), AS_MODEL(window), .lo = 0, .hi = 1e9, .whole = true, .doc = "Sliding window or chunk; 0: all tokens." },
    { FIELD(gqa, chunked, "1"), AS_MODEL(chunked), .lo = 0, .hi = 1, .whole = true, .words = yes_no_words, .doc = "The window is a chunk: a token attends to the tokens of its chunk up to itself." },
    { FIELD(gqa, gate, "1"), .init = GATE_NONE, .only_words = true, .words = gate_words, .doc = "Output gate: one per head, or full, one per element." },
    { FIELD(gqa, shares_kv, "1"), .lo = 0, .hi = 1, .whole = true, .words = yes_no_words, .doc = "Reads the keys and values of an earlier layer, makes and caches none." },
    { FIELD(gqa, v_is_k, "1"), .lo = 0, .hi = 1, .whole = true, .words = yes_no_words, .doc = "Values are the projected keys: no matrix of their own, cached apart." },
};
/* clang-format on */
COVERS(rows, gqa);

static const struct fields fields = {"layers", rows, LEN(rows), sizeof(struct gqa)};

/* One layer on one of `tp` ranks. */
struct heads {
    double q, kv, key, value; /* heads; widths of a head */
};

static struct heads heads_of(const struct sublayer *l, double tp)
{
    const struct gqa *a = sublayer_values(l);
    const struct core_heads h =
        core_heads_per_rank((struct core_heads){a->heads, a->kv_heads, a->head_dim}, l->hidden, tp);
    return (struct heads){h.q, h.kv, h.dim, a->v_head_dim > 0 ? a->v_head_dim : h.dim};
}

/* Columns of the projections from the stream: queries, then keys, values and gates. */
static double projected(const struct gqa *a, struct heads h)
{
    double kv = a->shares_kv > 0 ? 0 : h.kv * (h.key + (a->v_is_k > 0 ? 0 : h.value));
    double gate = a->gate == GATE_FULL ? h.q * h.value : a->gate == GATE_HEAD ? h.q : 0;
    return h.q * h.key + kv + gate;
}

static void ops(const struct sublayer *l, const struct shape *s, struct ops *out)
{
    const struct gqa *a = sublayer_values(l);
    struct heads h = heads_of(l, s->tp);
    struct reach reach = core_reach(a->window, a->chunked);
    double q = s->tokens, seen = core_tokens_seen(s->context, reach);
    double rotary = a->rope_dim > 0 ? a->rope_dim : h.key;
    double rotated = h.q + (a->shares_kv > 0 ? 0 : h.kv);

    ops_add_gemm(out, "attention.qkv", OP_PROJECTION, l->count, s, q, l->hidden, projected(a, h));
    ops_add_vector(out, "attention.rope", OP_OTHER, l->count, s, 6 * q * rotated * rotary,
                   2 * q * rotated * rotary);
    struct core core = {.flop = 2 * h.q * (h.key + h.value),
                        .cached_byte = h.kv * (h.key + h.value) * s->kv_byte,
                        .kept_byte = a->shares_kv > 0 ? 0 : h.kv * (h.key + h.value) * s->kv_byte,
                        .window = a->window,
                        .q_and_o = h.q * (h.key + h.value),
                        .wire = (h.q + h.kv) * (h.key + h.value),
                        .decode = KERNEL_DECODE,
                        .prefill = KERNEL_PREFILL,
                        .per_head = h.q == h.kv};
    bool whole = a->window <= 0;
    core_add_decode(out, whole ? "attention.core" : "attention.window", l->count,
                    (struct sight){seen, seen}, s, &core);
    core_add_prefill(out, whole ? "prefill.core" : "prefill.window", l->count, reach, s, &core);
    ops_add_gemm(out, "attention.out", OP_PROJECTION, l->count, s, q, h.q * h.value, l->hidden);
    ops_add_all_reduce(out, "attention.all-reduce", l->count, s, s->tp, q * l->hidden);
}

static double params(const struct sublayer *l)
{
    struct heads h = heads_of(l, 1);
    return l->hidden * (projected(sublayer_values(l), h) + h.q * h.value);
}

static void kept(struct kept *out, const struct sublayer *l, double tp)
{
    const struct gqa *a = sublayer_values(l);
    struct heads h = heads_of(l, tp);
    *out = (struct kept){.token = a->shares_kv > 0 ? 0 : h.kv * (h.key + h.value),
                         .window = a->window};
}

static double live(const struct sublayer *l, double tp)
{
    struct heads h = heads_of(l, tp);
    return 2 * (h.q + h.kv) * h.key;
}

static double query(const struct sublayer *l, double tp)
{
    const struct gqa *a = sublayer_values(l);
    struct heads h = heads_of(l, tp);
    return a->window > 0 ? 0 : h.q * (h.key + h.value);
}

static int check(const struct sublayer *l, struct err *err)
{
    const struct gqa *a = sublayer_values(l);
    return core_check_heads(a->heads, a->kv_heads, err);
}

const struct mixer mixer_gqa = {
    .name = "gqa",
    .also = {"mha", "mqa"},
    .doc = "Grouped-query attention; MHA and MQA, sliding windows and chunks too.",
    .fields = &fields,
    .simulated = true,
    .check = check,
    .ops = ops,
    .params = params,
    .heads = offsetof(struct gqa, heads),
    .kept = kept,
    .live = live,
    .query = query,
};
