/* Cross-attention to the tokens of an image (Llama 3.2 Vision): their keys and values are computed
 * once per prompt, and each decode step reads them all. Invariant: neither the cost of a decode
 * step nor what a request keeps depends on the context. */
#include "arch/mixer.h"
#include "arch/mixer_core.h"
#include "base/mem.h"

struct cross {
    double heads, kv_heads, head_dim, image_tokens;
};
FITS_SUBLAYER(cross);

/* clang-format off */
static const struct field rows[] = {
    { FIELD(cross, heads, "1"), AS_MODEL(heads), .lo = 1, .hi = 1e5, .whole = true, .doc = "Query heads." },
    { FIELD(cross, kv_heads, "1"), AS_MODEL(kv_heads), .lo = 0, .hi = 1e5, .whole = true, .doc = "KV heads; 0: as many as query heads." },
    { FIELD(cross, head_dim, "1"), AS_MODEL(head_dim), .lo = 0, .hi = 1e5, .whole = true, .doc = "Width of a head; 0: hidden / heads." },
    /* Llama 3.2 Vision: 40 x 40 patches and a class token per tile. */
    { FIELD(cross, image_tokens, "tokens"), .init = 1601, .lo = 1, .hi = 1e9, .whole = true, .doc = "Image tokens of a request; one tile has 1601." },
};
/* clang-format on */
COVERS(rows, cross);

static const struct fields fields = {"layers", rows, LEN(rows), sizeof(struct cross)};

static struct core_heads heads_of(const struct sublayer *l, double tp)
{
    const struct cross *a = sublayer_values(l);
    const struct core_heads h = {a->heads, a->kv_heads, a->head_dim};
    return core_heads_per_rank(h, l->hidden, tp);
}

static void add_prefill(struct ops *out, const struct sublayer *l, const struct shape *s,
                        const struct core *c)
{
    const struct cross *a = sublayer_values(l);
    double tokens = s->prompt - s->prefix;
    if (s->prompts > 0)
        ops_add(out, l->count,
                (struct op){.name = "prefill.cross",
                            .class = OP_ATTENTION,
                            .unit = UNIT_MAIN,
                            .kernel = c->prefill,
                            .flop = s->prompts * tokens * a->image_tokens * c->flop,
                            .each = s->prompts,
                            .cache_byte = a->image_tokens * c->cached_byte,
                            .act_byte = tokens * c->q_and_o * s->act_byte});
    ops_add_kept(out, "prefill.cache", l->count, s, UNIT_ATTENTION,
                 a->image_tokens * c->cached_byte);
}

static void ops(const struct sublayer *l, const struct shape *s, struct ops *out)
{
    const struct cross *a = sublayer_values(l);
    struct core_heads h = heads_of(l, s->tp);
    double q = s->tokens, tokens = a->image_tokens;

    ops_add_gemm(out, "attention.q", OP_PROJECTION, l->count, s, q, l->hidden, h.q * h.dim);
    if (s->prompts > 0)
        ops_add_gemm(out, "cross.kv", OP_PROJECTION, l->count, s, s->prompts * tokens, l->hidden,
                     2 * h.kv * h.dim);
    struct core core = {.flop = 4 * h.q * h.dim,
                        .cached_byte = 2 * h.kv * h.dim * s->kv_byte,
                        .q_and_o = 2 * h.q * h.dim,
                        .wire = 2 * h.q * h.dim,
                        .decode = KERNEL_DECODE,
                        .prefill = KERNEL_PREFILL,
                        .per_head = h.q == h.kv};
    core_add_decode(out, "attention.cross", l->count, (struct sight){tokens, tokens}, s, &core);
    add_prefill(out, l, s, &core);
    ops_add_gemm(out, "attention.out", OP_PROJECTION, l->count, s, q, h.q * h.dim, l->hidden);
    ops_add_all_reduce(out, "attention.all-reduce", l->count, s, s->tp, q * l->hidden);
}

static double params(const struct sublayer *l)
{
    struct core_heads h = heads_of(l, 1);
    return 2 * l->hidden * (h.q + h.kv) * h.dim;
}

static void kept(struct kept *out, const struct sublayer *l, double tp)
{
    const struct cross *a = sublayer_values(l);
    struct core_heads h = heads_of(l, tp);
    *out = (struct kept){.fixed = a->image_tokens * 2 * h.kv * h.dim};
}

static double live(const struct sublayer *l, double tp)
{
    struct core_heads h = heads_of(l, tp);
    return 2 * (h.q + h.kv) * h.dim;
}

static double query(const struct sublayer *l, double tp)
{
    (void)l;
    (void)tp;
    return 0;
}

static int check(const struct sublayer *l, struct err *err)
{
    const struct cross *a = sublayer_values(l);
    return core_check_heads(a->heads, a->kv_heads, err);
}

const struct mixer mixer_cross = {
    .name = "cross",
    .doc = "Cross-attention to image tokens, whose keys and values are computed once per prompt.",
    .fields = &fields,
    .check = check,
    .ops = ops,
    .params = params,
    .heads = offsetof(struct cross, heads),
    .kept = kept,
    .live = live,
    .query = query,
};
