/* Lightning attention (arXiv:2401.04658), as in MiniMax-01: linear attention whose state decays at
 * a fixed rate per head; with an output gate. */
#include "arch/mixer.h"
#include "arch/mixer_state.h"
#include "base/mem.h"

struct lightning {
    double heads, head_dim, block;
};
FITS_SUBLAYER(lightning);

/* clang-format off */
static const struct field rows[] = {
    { FIELD(lightning, heads, "1"), AS_MODEL(heads), .lo = 1, .hi = 1e5, .whole = true, .doc = "Heads, each with a state." },
    { FIELD(lightning, head_dim, "1"), AS_MODEL(head_dim), .lo = 1, .hi = 1e5, .whole = true, .doc = "Width of a head." },
    { FIELD(lightning, block, "tokens"), .init = 256, .lo = 1, .hi = 1e5, .whole = true, .doc = "Tokens of a prompt in a chunk." },
};
/* clang-format on */
COVERS(rows, lightning);

static const struct fields fields = {"layers", rows, LEN(rows), sizeof(struct lightning)};

static void ops(const struct sublayer *l, const struct shape *s, struct ops *out)
{
    const struct lightning *a = sublayer_values(l);
    double d = l->hidden, e = a->head_dim, h = a->heads / s->tp, p = h * e, q = s->tokens;

    ops_add_gemm(out, "state.in", OP_PROJECTION, l->count, s, q, d, 4 * p); /* and the gate */
    struct state_core core = {.numbers = h * e * e,
                              .flop = 5 * h * e * e,
                              .chunk_flop = h * (4 * a->block * e + 4 * e * e),
                              .chunk = a->block,
                              .chunk_byte = s->state_byte,
                              .inputs = 3 * p,
                              .outputs = p};
    state_add(out, l->count, s, &core);
    ops_add_gemm(out, "state.out", OP_PROJECTION, l->count, s, q, p, d);
    ops_add_all_reduce(out, "state.all-reduce", l->count, s, s->tp, q * d);
}

static double params(const struct sublayer *l)
{
    const struct lightning *a = sublayer_values(l);
    double p = a->heads * a->head_dim;
    return 5 * l->hidden * p + p;
}

static void kept(struct kept *out, const struct sublayer *l, double tp)
{
    const struct lightning *a = sublayer_values(l);
    *out = (struct kept){.state = a->heads / tp * a->head_dim * a->head_dim};
}

static double live(const struct sublayer *l, double tp)
{
    const struct lightning *a = sublayer_values(l);
    return 5 * a->heads / tp * a->head_dim;
}

static int check(const struct sublayer *l, struct err *err)
{
    const struct lightning *a = sublayer_values(l);
    return a->head_dim > 0 ? 0
                           : fail(err, "model.head_dim: lightning layers need it: give head_dim");
}

const struct mixer mixer_lightning = {
    .name = "lightning",
    .doc = "Lightning attention: linear attention with a fixed decay per head.",
    .fields = &fields,
    .recurrent = true,
    .check = check,
    .ops = ops,
    .params = params,
    .heads = offsetof(struct lightning, heads),
    .kept = kept,
    .live = live,
};
