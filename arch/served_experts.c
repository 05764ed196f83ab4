#include "arch/served_experts.h"

/* Steps that are alike: their share of all steps, and their tokens over those of the mean step. */
struct alike {
    double share, tokens;
};

enum { KINDS = 2 };

/* Steps with and without a prompt, in a pass with `mean` requests per replica. */
static size_t kinds_of(struct alike out[KINDS], const struct step *s, double mean)
{
    double prompts = s->group_prompts * mean, answers = s->answer_share;
    out[0] = (struct alike){1, 1};
    if (!(prompts > 0) || prompts >= 1)
        return 1;
    out[0] = (struct alike){1 - prompts, answers};
    out[1] = (struct alike){prompts, answers + (1 - answers) / prompts};
    return KINDS;
}

/* Of a mean device: a meter reads the mean over the boards, not the one with most active experts.
 */
static double active_share(const struct step *s, const struct op *o, double mean)
{
    return step_active_share(s, o, mean, 1);
}

void served_share(double *out, const struct pass *p, size_t op)
{
    const struct step *s = p->step;
    struct alike kind[KINDS];
    for (size_t i = 0; i < p->devices->n; i++) {
        size_t kinds = kinds_of(kind, s, p->mean[i]);
        out[i] = 0;
        for (size_t k = 0; k < kinds; k++)
            out[i] += kind[k].share * active_share(s, &s->ops.op[op], p->mean[i] * kind[k].tokens);
    }
}

static double experts_of(const struct step *s)
{
    double sum = 0;
    for (size_t i = 0; i < s->routing->groups; i++)
        sum += s->routing->group[i].experts;
    return sum;
}

void served_rows(double *out, const struct pass *p, const struct run *r)
{
    const struct step *s = p->step;
    const struct op *o = r->op;
    struct alike kind[KINDS];
    double use = -expm1(o->log_idle); /* probability that a token uses an expert */
    for (size_t i = 0; i < p->devices->n; i++) {
        size_t kinds = kinds_of(kind, s, p->mean[i]);
        out[i] = 0;
        for (size_t k = 0; k < kinds; k++) {
            double tokens = o->tokens * r->requests[i] * kind[k].tokens;
            double tile = tokens / use > experts_of(s) ? s->tile.many : s->tile.few;
            double active = active_share(s, o, p->mean[i] * kind[k].tokens);
            out[i] += kind[k].share * larger(tile, tokens + tile / 2) * active;
        }
    }
}
