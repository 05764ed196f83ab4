/* Multi-matrix factorization attention (Step-3, arXiv:2507.19427): many wide query heads through a
 * query latent that all share, and few KV heads, one in Step-3. Invariant: costs are affine in the
 * number of requests. */
#include "arch/mixer.h"
#include "arch/mixer_core.h"
#include "base/mem.h"

struct mfa {
    double heads, head_dim, kv_heads, q_lora_rank;
};
FITS_SUBLAYER(mfa);

/* clang-format off */
static const struct field rows[] = {
    { FIELD(mfa, heads, "1"), AS_MODEL(heads), .lo = 1, .hi = 1e5, .whole = true, .doc = "Query heads." },
    { FIELD(mfa, head_dim, "1"), AS_MODEL(head_dim), .lo = 0, .hi = 1e5, .whole = true, .doc = "Width of a head." },
    { FIELD(mfa, kv_heads, "1"), .init = 1, .lo = 1, .hi = 1e5, .whole = true, .doc = "KV heads." },
    { FIELD(mfa, q_lora_rank, "1"), AS_MODEL(q_lora_rank), .lo = 0, .hi = 1e5, .whole = true, .doc = "Width of the query latent." },
};
/* clang-format on */
COVERS(rows, mfa);

static const struct fields fields = {"layers", rows, LEN(rows), sizeof(struct mfa)};

static void ops(const struct sublayer *l, const struct shape *s, struct ops *out)
{
    const struct mfa *a = sublayer_values(l);
    double h = a->heads / s->tp, kv = core_kv_heads(a->kv_heads, s->tp), d = a->head_dim;
    double q = s->tokens, L = l->count;

    ops_add_gemm(out, "attention.q_down", OP_PROJECTION, L, s, q, l->hidden, a->q_lora_rank);
    ops_add_gemm(out, "attention.q_up", OP_PROJECTION, L, s, q, a->q_lora_rank, h * d);
    ops_add_gemm(out, "attention.kv", OP_PROJECTION, L, s, q, l->hidden, 2 * kv * d);
    ops_add_vector(out, "attention.rope", OP_OTHER, L, s, 6 * q * (h + kv) * d,
                   2 * q * (h + kv) * d);
    struct core core = {.flop = 4 * h * d,
                        .cached_byte = 2 * kv * d * s->kv_byte,
                        .kept_byte = 2 * kv * d * s->kv_byte,
                        .q_and_o = 2 * h * d,
                        .wire = 2 * (h + kv) * d,
                        .decode = KERNEL_DECODE,
                        .prefill = KERNEL_PREFILL};
    core_add_decode(out, "attention.core", L, (struct sight){s->context, s->context}, s, &core);
    core_add_prefill(out, "prefill.core", L, all_tokens, s, &core);
    ops_add_gemm(out, "attention.out", OP_PROJECTION, L, s, q, h * d, l->hidden);
    ops_add_all_reduce(out, "attention.all-reduce", L, s, s->tp, q * l->hidden);
}

/* A single KV head cannot be cut. */
static double copied_params(const struct sublayer *l)
{
    const struct mfa *a = sublayer_values(l);
    return l->hidden * (a->q_lora_rank + (a->kv_heads > 1 ? 0 : 2 * a->head_dim));
}

static double params(const struct sublayer *l)
{
    const struct mfa *a = sublayer_values(l);
    return l->hidden * (a->q_lora_rank + 2 * a->kv_heads * a->head_dim) +
           a->heads * a->head_dim * (a->q_lora_rank + l->hidden);
}

static void kept(struct kept *out, const struct sublayer *l, double tp)
{
    const struct mfa *a = sublayer_values(l);
    *out = (struct kept){.token = 2 * core_kv_heads(a->kv_heads, tp) * a->head_dim};
}

static double live(const struct sublayer *l, double tp)
{
    const struct mfa *a = sublayer_values(l);
    return 2 * (a->heads / tp + core_kv_heads(a->kv_heads, tp)) * a->head_dim;
}

static double query(const struct sublayer *l, double tp)
{
    const struct mfa *a = sublayer_values(l);
    return 2 * a->heads / tp * a->head_dim;
}

static int check(const struct sublayer *l, struct err *err)
{
    const struct mfa *a = sublayer_values(l);
    if (!(a->head_dim > 0 && a->q_lora_rank > 0))
        return fail(err, "model.layers: MFA needs widths: give head_dim and q_lora_rank");
    if (fmod(a->heads, a->kv_heads) != 0)
        return fail(err, "model.layers: kv_heads: %g does not divide %g heads: give a divisor",
                    a->kv_heads, a->heads);
    return 0;
}

const struct mixer mixer_mfa = {
    .name = "mfa",
    .doc = "Multi-matrix factorization attention (Step-3): a query latent and few wide KV heads.",
    .fields = &fields,
    .check = check,
    .ops = ops,
    .params = params,
    .copied_params = copied_params,
    .heads = offsetof(struct mfa, heads),
    .kept = kept,
    .live = live,
    .query = query,
};
