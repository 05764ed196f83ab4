/* Mamba-2 (arXiv:2405.21060): a state of head width by state_dim numbers per head; heads of a group
 * share its input and output vectors B and C. */
#include "arch/mixer.h"
#include "arch/mixer_state.h"
#include "base/mem.h"

struct mamba2 {
    double heads, head_dim, state_dim, groups, conv, chunk;
};
FITS_SUBLAYER(mamba2);

/* clang-format off */
static const struct field rows[] = {
    { FIELD(mamba2, heads, "1"), .init = NAN, .lo = 1, .hi = 1e5, .whole = true, .doc = "Heads, each with a state." },
    { FIELD(mamba2, head_dim, "1"), .init = NAN, .lo = 1, .hi = 1e5, .whole = true, .doc = "Width of a head." },
    { FIELD(mamba2, state_dim, "1"), .init = NAN, .lo = 1, .hi = 1e5, .whole = true, .doc = "State numbers per channel." },
    { FIELD(mamba2, groups, "1"), .init = 1, .lo = 1, .hi = 1e5, .whole = true, .doc = "Groups of heads that share B and C." },
    { FIELD(mamba2, conv, "tokens"), .init = 4, .lo = 1, .hi = 1e3, .whole = true, .doc = "Width of the convolution before the state." },
    { FIELD(mamba2, chunk, "tokens"), .init = 256, .lo = 1, .hi = 1e5, .whole = true, .doc = "Tokens of a prompt in a chunk." },
};
/* clang-format on */
COVERS(rows, mamba2);

static const struct fields fields = {"layers", rows, LEN(rows), sizeof(struct mamba2)};

/* On one of `tp` ranks: heads, channels, and numbers of B (as many of C). With more ranks than
 * groups, every rank keeps a copy of one. */
struct widths {
    double heads, inner, group;
};

static struct widths widths_of(const struct mamba2 *a, double tp)
{
    double h = a->heads / tp;
    return (struct widths){h, h * a->head_dim, fmax(1, a->groups / tp) * a->state_dim};
}

static void ops(const struct sublayer *l, const struct shape *s, struct ops *out)
{
    const struct mamba2 *a = sublayer_values(l);
    struct widths w = widths_of(a, s->tp);
    double q = s->tokens, c = a->chunk;

    ops_add_gemm(out, "state.in", OP_PROJECTION, l->count, s, q, l->hidden,
                 2 * w.inner + 2 * w.group + w.heads);
    state_add_convolution(out, l->count, s, a->conv, w.inner + 2 * w.group);
    struct state_core core = {.numbers = w.inner * a->state_dim,
                              .flop = 5 * w.inner * a->state_dim,
                              .chunk_flop =
                                  2 * c * w.inner + 4 * a->state_dim * w.inner + 2 * c * w.group,
                              .chunk = c,
                              .chunk_byte = s->state_byte,
                              .inputs = w.inner + 2 * w.group,
                              .outputs = w.inner};
    state_add(out, l->count, s, &core);
    ops_add_gemm(out, "state.out", OP_PROJECTION, l->count, s, q, w.inner, l->hidden);
    ops_add_all_reduce(out, "state.all-reduce", l->count, s, s->tp, q * l->hidden);
}

static double params(const struct sublayer *l)
{
    const struct mamba2 *a = sublayer_values(l);
    struct widths w = widths_of(a, 1);
    double d = l->hidden;
    return d * (2 * w.inner + 2 * w.group + w.heads) + (w.inner + 2 * w.group) * (a->conv + 1) +
           3 * w.heads + w.inner + w.inner * d;
}

/* One group alone is copied. */
static double copied_params(const struct sublayer *l)
{
    const struct mamba2 *a = sublayer_values(l);
    return a->groups > 1 ? 0 : 2 * a->state_dim * (l->hidden + a->conv + 1);
}

static void kept(struct kept *out, const struct sublayer *l, double tp)
{
    const struct mamba2 *a = sublayer_values(l);
    struct widths w = widths_of(a, tp);
    *out = (struct kept){.state = w.inner * a->state_dim,
                         .inputs = (a->conv - 1) * (w.inner + 2 * w.group)};
}

static double live(const struct sublayer *l, double tp)
{
    struct widths w = widths_of(sublayer_values(l), tp);
    return 3 * w.inner + 2 * w.group;
}

static int check(const struct sublayer *l, struct err *err)
{
    const struct mamba2 *a = sublayer_values(l);
    if (fmod(a->heads, a->groups) == 0)
        return 0;
    return fail(err, "model.layers: groups: %g does not divide %g heads: give a divisor", a->groups,
                a->heads);
}

const struct mixer mixer_mamba2 = {
    .name = "mamba2",
    .doc = "Mamba-2: a state-space layer with a state of head width by state_dim per head.",
    .fields = &fields,
    .recurrent = true,
    .check = check,
    .ops = ops,
    .params = params,
    .copied_params = copied_params,
    .heads = offsetof(struct mamba2, heads),
    .kept = kept,
    .live = live,
};
