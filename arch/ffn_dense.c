/* Dense feed-forward, gated or not. */
#include "arch/ffn.h"
#include "base/mem.h"

struct dense {
    double ffn, gated_ffn;
};
FITS_SUBLAYER(dense);

/* clang-format off */
static const struct field rows[] = {
    { FIELD(dense, ffn, "1"), AS_MODEL(ffn), .lo = 0, .hi = 1e7, .whole = true, .doc = "Width of the feed-forward." },
    { FIELD(dense, gated_ffn, "1"), AS_MODEL(gated_ffn), .lo = 0, .hi = 1, .whole = true, .words = yes_no_words, .doc = "Three matrices (gate, up, down) instead of two." },
};
/* clang-format on */
COVERS(rows, dense);

static const struct fields fields = {"layers", rows, LEN(rows), sizeof(struct dense)};

static void ops(const struct sublayer *l, const struct shape *s, struct ops *out)
{
    const struct dense *f = sublayer_values(l);
    ffn_add(out, &(struct two_matrices){"ffn.up", "ffn.down", f->ffn, f->gated_ffn}, l, s, s->tp);
    ops_add_all_reduce(out, "ffn.all-reduce", l->count, s, s->tp, s->tokens * l->hidden);
}

static double none(const struct sublayer *l)
{
    (void)l;
    return 0;
}

static double params(const struct sublayer *l)
{
    const struct dense *f = sublayer_values(l);
    return ffn_matrices(f->gated_ffn) * l->hidden * f->ffn;
}

static double live(const struct sublayer *l, double tp)
{
    const struct dense *f = sublayer_values(l);
    return ffn_matrices(f->gated_ffn) * f->ffn / tp;
}

static int check(const struct sublayer *l, struct err *err)
{
    const struct dense *f = sublayer_values(l);
    if (f->ffn > 0)
        return 0;
    return fail(err, "model.ffn: %g dense layers have no width: give model.ffn", l->count);
}

const struct ffn ffn_dense = {
    .name = "dense",
    .doc = "Dense feed-forward, gated or not.",
    .fields = &fields,
    .check = check,
    .ops = ops,
    .routed_params = none,
    .router_params = none,
    .shared_params = params,
    .active_params = params,
    .live = live,
};
