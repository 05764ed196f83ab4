/* Gated delta net (arXiv:2412.06464), as in Qwen3-Next: a state of key by value numbers per value
 * head, which decays, forgets what it holds for the key and learns the value. */
#include "arch/mixer.h"
#include "arch/mixer_state.h"
#include "base/mem.h"

struct gdn {
    double key_heads, value_heads, key_dim, value_dim, conv, chunk;
};
FITS_SUBLAYER(gdn);

/* clang-format off */
static const struct field rows[] = {
    { FIELD(gdn, key_heads, "1"), .init = NAN, .lo = 1, .hi = 1e5, .whole = true, .doc = "Heads of queries and keys." },
    { FIELD(gdn, value_heads, "1"), .init = NAN, .lo = 1, .hi = 1e5, .whole = true, .doc = "Heads of values, each with a state." },
    { FIELD(gdn, key_dim, "1"), .init = NAN, .lo = 1, .hi = 1e5, .whole = true, .doc = "Width of a query or key head." },
    { FIELD(gdn, value_dim, "1"), .init = NAN, .lo = 1, .hi = 1e5, .whole = true, .doc = "Width of a value head." },
    { FIELD(gdn, conv, "tokens"), .init = 4, .lo = 1, .hi = 1e3, .whole = true, .doc = "Width of the convolution before the state." },
    { FIELD(gdn, chunk, "tokens"), .init = 64, .lo = 1, .hi = 1e4, .whole = true, .doc = "Tokens of a prompt in a chunk." },
};
/* clang-format on */
COVERS(rows, gdn);

static const struct fields fields = {"layers", rows, LEN(rows), sizeof(struct gdn)};

/* Columns of keys (as many for queries) and of values on one of `tp` ranks. */
struct widths {
    double key, value;
};

static struct widths widths_of(const struct gdn *a, double tp)
{
    return (struct widths){a->key_heads / tp * a->key_dim, a->value_heads / tp * a->value_dim};
}

static void ops(const struct sublayer *l, const struct shape *s, struct ops *out)
{
    const struct gdn *a = sublayer_values(l);
    struct widths w = widths_of(a, s->tp);
    double h = a->value_heads / s->tp, numbers = h * a->key_dim * a->value_dim, q = s->tokens;

    /* queries, keys, values, output gate, decay and learning rate of each head */
    ops_add_gemm(out, "state.in", OP_PROJECTION, l->count, s, q, l->hidden,
                 2 * w.key + 2 * w.value + 2 * h);
    state_add_convolution(out, l->count, s, a->conv, 2 * w.key + w.value);
    struct state_core core = {.numbers = numbers,
                              .flop = 7 * numbers,
                              .chunk_flop =
                                  h * state_delta_rule_flop(a->chunk, a->key_dim, a->value_dim),
                              .chunk = a->chunk,
                              .chunk_byte = s->act_byte,
                              .inputs = 2 * w.key + w.value,
                              .outputs = w.value};
    state_add(out, l->count, s, &core);
    ops_add_gemm(out, "state.out", OP_PROJECTION, l->count, s, q, w.value, l->hidden);
    ops_add_all_reduce(out, "state.all-reduce", l->count, s, s->tp, q * l->hidden);
}

static double params(const struct sublayer *l)
{
    const struct gdn *a = sublayer_values(l);
    struct widths w = widths_of(a, 1);
    double d = l->hidden, h = a->value_heads;
    return d * (2 * w.key + 2 * w.value + 2 * h) + (2 * w.key + w.value) * a->conv + 2 * h +
           a->value_dim + w.value * d;
}

/* The norm of a head. */
static double copied_params(const struct sublayer *l)
{
    const struct gdn *a = sublayer_values(l);
    return a->value_dim;
}

static void kept(struct kept *out, const struct sublayer *l, double tp)
{
    const struct gdn *a = sublayer_values(l);
    struct widths w = widths_of(a, tp);
    *out = (struct kept){.state = a->value_heads / tp * a->key_dim * a->value_dim,
                         .inputs = (a->conv - 1) * (2 * w.key + w.value)};
}

static double live(const struct sublayer *l, double tp)
{
    struct widths w = widths_of(sublayer_values(l), tp);
    return 2 * w.key + 3 * w.value;
}

static int check(const struct sublayer *l, struct err *err)
{
    const struct gdn *a = sublayer_values(l);
    if (fmod(a->value_heads, a->key_heads) == 0)
        return 0;
    return fail(err, "model.layers: key_heads: %g does not divide %g value heads: give a divisor",
                a->key_heads, a->value_heads);
}

const struct mixer mixer_gdn = {
    .name = "gdn",
    .doc = "Gated delta net: linear attention with a state of key by value numbers per head.",
    .fields = &fields,
    .recurrent = true,
    .check = check,
    .ops = ops,
    .params = params,
    .copied_params = copied_params,
    .heads = offsetof(struct gdn, key_heads),
    .kept = kept,
    .live = live,
};
