/* Mamba (arXiv:2312.00752): state_dim numbers of state per channel; step sizes, B and C depend on
 * the input. Prompts go through a scan that keeps its states on the chip. */
#include "arch/mixer.h"
#include "arch/mixer_state.h"
#include "base/mem.h"

struct mamba1 {
    double inner, state_dim, conv, dt_rank;
};
FITS_SUBLAYER(mamba1);

/* clang-format off */
static const struct field rows[] = {
    { FIELD(mamba1, inner, "1"), .init = NAN, .lo = 1, .hi = 1e7, .whole = true, .doc = "Channels." },
    { FIELD(mamba1, state_dim, "1"), .init = 16, .lo = 1, .hi = 1e5, .whole = true, .doc = "State numbers per channel." },
    { FIELD(mamba1, conv, "tokens"), .init = 4, .lo = 1, .hi = 1e3, .whole = true, .doc = "Width of the convolution before the state." },
    { FIELD(mamba1, dt_rank, "1"), .init = NAN, .lo = 1, .hi = 1e5, .whole = true, .doc = "Rank of the projection to step sizes." },
};
/* clang-format on */
COVERS(rows, mamba1);

static const struct fields fields = {"layers", rows, LEN(rows), sizeof(struct mamba1)};

static void ops(const struct sublayer *l, const struct shape *s, struct ops *out)
{
    const struct mamba1 *a = sublayer_values(l);
    double inner = a->inner / s->tp, small = a->dt_rank + 2 * a->state_dim, q = s->tokens;
    double flop = 7 * inner * a->state_dim;

    ops_add_gemm(out, "state.in", OP_PROJECTION, l->count, s, q, l->hidden, 2 * inner);
    state_add_convolution(out, l->count, s, a->conv, inner);
    ops_add_gemm(out, "state.step", OP_PROJECTION, l->count, s, q, inner, small);
    ops_add_all_reduce(out, "state.step.all-reduce", l->count, s, s->tp, q * small);
    ops_add_gemm(out, "state.step_up", OP_PROJECTION, l->count, s, q, a->dt_rank, inner);
    struct state_core core = {.numbers = inner * a->state_dim,
                              .flop = flop,
                              .chunk_flop = flop,
                              .chunk = 1,
                              .inputs = 2 * inner + 2 * a->state_dim,
                              .outputs = inner};
    state_add(out, l->count, s, &core);
    ops_add_gemm(out, "state.out", OP_PROJECTION, l->count, s, q, inner, l->hidden);
    ops_add_all_reduce(out, "state.all-reduce", l->count, s, s->tp, q * l->hidden);
}

static double params(const struct sublayer *l)
{
    const struct mamba1 *a = sublayer_values(l);
    double d = l->hidden, i = a->inner, n = a->state_dim, r = a->dt_rank;
    return 2 * d * i + i * (a->conv + 1) + i * (r + 2 * n) + r * i + i + i * n + i + i * d;
}

static void kept(struct kept *out, const struct sublayer *l, double tp)
{
    const struct mamba1 *a = sublayer_values(l);
    double inner = a->inner / tp;
    *out = (struct kept){.state = inner * a->state_dim, .inputs = (a->conv - 1) * inner};
}

static double live(const struct sublayer *l, double tp)
{
    const struct mamba1 *a = sublayer_values(l);
    return 4 * a->inner / tp;
}

const struct mixer mixer_mamba1 = {
    .name = "mamba1",
    .doc = "Mamba: a state-space layer with state_dim numbers per channel.",
    .fields = &fields,
    .recurrent = true,
    .ops = ops,
    .params = params,
    .heads = offsetof(struct mamba1, inner),
    .kept = kept,
    .live = live,
};
