/* Kimi delta attention (arXiv:2510.26692): a gated delta rule whose decay has one rate per channel
 * of the key. */
#include "arch/mixer.h"
#include "arch/mixer_state.h"
#include "base/mem.h"

struct kda {
    double heads, head_dim, conv, chunk, full_rank_gate;
};
FITS_SUBLAYER(kda);

/* clang-format off */
static const struct field rows[] = {
    { FIELD(kda, heads, "1"), AS_MODEL(heads), .lo = 1, .hi = 1e5, .whole = true, .doc = "Heads, each with a state." },
    { FIELD(kda, head_dim, "1"), .init = NAN, .lo = 1, .hi = 1e5, .whole = true, .doc = "Width of a query, key or value head." },
    { FIELD(kda, conv, "tokens"), .init = 4, .lo = 1, .hi = 1e3, .whole = true, .doc = "Width of the convolutions before the state." },
    { FIELD(kda, chunk, "tokens"), .init = 64, .lo = 1, .hi = 1e4, .whole = true, .doc = "Tokens of a prompt in a chunk." },
    { FIELD(kda, full_rank_gate, "1"), .words = yes_no_words, .lo = 0, .hi = 1, .whole = true, .doc = "The output gate is one matrix, not a product of two narrow ones." },
};
/* clang-format on */
COVERS(rows, kda);

static const struct fields fields = {"layers", rows, LEN(rows), sizeof(struct kda)};

static void ops(const struct sublayer *l, const struct shape *s, struct ops *out)
{
    const struct kda *a = sublayer_values(l);
    double d = l->hidden, e = a->head_dim, h = a->heads / s->tp, p = h * e, q = s->tokens;

    ops_add_gemm(out, "state.in", OP_PROJECTION, l->count, s, q, d, 3 * p + h);
    ops_add_gemm(out, "state.decay_down", OP_PROJECTION, l->count, s, q, d, e);
    ops_add_gemm(out, "state.decay_up", OP_PROJECTION, l->count, s, q, e, p);
    if (a->full_rank_gate > 0) {
        ops_add_gemm(out, "state.gate", OP_PROJECTION, l->count, s, q, d, p);
    } else {
        ops_add_gemm(out, "state.gate_down", OP_PROJECTION, l->count, s, q, d, e);
        ops_add_gemm(out, "state.gate_up", OP_PROJECTION, l->count, s, q, e, p);
    }
    state_add_convolution(out, l->count, s, a->conv, 3 * p);
    struct state_core core = {.numbers = h * e * e,
                              .flop = 7 * h * e * e,
                              .chunk_flop = h * state_delta_rule_flop(a->chunk, e, e),
                              .chunk = a->chunk,
                              .chunk_byte = s->state_byte,
                              .inputs = 4 * p, /* the decays too */
                              .outputs = p};
    state_add(out, l->count, s, &core);
    ops_add_gemm(out, "state.out", OP_PROJECTION, l->count, s, q, p, d);
    ops_add_all_reduce(out, "state.all-reduce", l->count, s, s->tp, q * d);
}

static double params(const struct sublayer *l)
{
    const struct kda *a = sublayer_values(l);
    double d = l->hidden, e = a->head_dim, h = a->heads, p = h * e;
    double gate = a->full_rank_gate > 0 ? d * p : (d + p) * e;
    return 4 * d * p + 3 * p * a->conv + d * e + e * p + d * h + p + h + e + gate;
}

/* The narrow halves of decay and gate, and the norm of a head. */
static double copied_params(const struct sublayer *l)
{
    const struct kda *a = sublayer_values(l);
    return l->hidden * a->head_dim * (a->full_rank_gate > 0 ? 1 : 2) + a->head_dim;
}

static void kept(struct kept *out, const struct sublayer *l, double tp)
{
    const struct kda *a = sublayer_values(l);
    double p = a->heads / tp * a->head_dim;
    *out = (struct kept){.state = p * a->head_dim, .inputs = (a->conv - 1) * 3 * p};
}

static double live(const struct sublayer *l, double tp)
{
    const struct kda *a = sublayer_values(l);
    return 6 * a->heads / tp * a->head_dim;
}

const struct mixer mixer_kda = {
    .name = "kda",
    .doc = "Kimi delta attention: a gated delta rule with a decay per channel.",
    .fields = &fields,
    .recurrent = true,
    .ops = ops,
    .params = params,
    .copied_params = copied_params,
    .heads = offsetof(struct kda, heads),
    .kept = kept,
    .live = live,
};
