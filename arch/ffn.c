#include "arch/ffn.h"

#include <string.h>

#include "base/mem.h"

#define FFN(name) &ffn_##name,
const struct ffn *const ffns[] = {FFNS(FFN)};
const size_t ffns_n = LEN(ffns);

const struct ffn *ffn_named(const char *word)
{
    for (size_t i = 0; i < ffns_n; i++)
        if (!strcmp(ffns[i]->name, word))
            return ffns[i];
    return NULL;
}

int ffn_check(const struct ffn_group *g, const struct ffn_group *moe, struct err *err)
{
    if (g->kind->check(&g->of, err) != 0)
        return -1;
    if (moe && g->kind->routed &&
        (moe_of(g)->experts != moe_of(moe)->experts ||
         moe_used(moe_of(g)) != moe_used(moe_of(moe))))
        return fail(err,
                    "model.experts: groups of layers with %g and %g experts: give all layers "
                    "with experts the same experts and top_k",
                    moe_of(moe)->experts, moe_of(g)->experts);
    return 0;
}

double ffn_expert_group(double tp, double ep)
{
    return fmax(tp, ep);
}

void ffn_add(struct ops *out, const struct two_matrices *f, const struct sublayer *l,
             const struct shape *s, double ways)
{
    double ins = ffn_matrices(f->gated) - 1;
    if (f->width <= 0)
        return;
    ops_add_gemm(out, f->up, OP_FFN, l->count, s, s->tokens, l->hidden, ins * f->width / ways);
    ops_add_gemm(out, f->down, OP_FFN, l->count, s, s->tokens, f->width / ways, l->hidden);
}
