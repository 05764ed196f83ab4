#include "reports/point/point_sides.h"

#include <string.h>

#include "arch/step_clock.h"
#include "arch/step_pool.h"
#include "base/mem.h"

enum { SIDES_MOST = 4 };

const struct mapped *point_mapped(const struct cursor *c, const struct plan *plan)
{
    for (size_t i = c->prepared.n; i > 0; i--)
        if (!memcmp(&c->prepared.mapped[i - 1].plan, plan, sizeof *plan))
            return &c->prepared.mapped[i - 1];
    return NULL;
}

const struct mapped *point_pool_mapped(const struct cursor *c, const struct metrics *m)
{
    const struct prepared *p = &c->prepared;
    const struct mapped *first = p->mapped + p->ffn_first;
    const struct step_pool_mapping of = step_pool_mapping(&c->design, m);
    for (size_t i = 0; i < p->ffn_n; i++)
        if (first[i].plan.devices == of.devices && first[i].plan.tp == of.tp &&
            first[i].plan.ep == of.ep && first[i].plan.weight_share2 == of.weight_share2)
            return &first[i];
    return NULL;
}

static size_t add(struct point_side *out, size_t n, const struct step *s, const struct design *of,
                  struct load load, double passes)
{
    if (s->ops.n == 0)
        return n;
    out[n].step = *s;
    out[n].step.passes = passes;
    out[n].load = load;
    out[n].pool = DESIGN_PARTS;
    devices_of(&out[n].device, of);
    out[n].slower = device_hold(&out[n].device, &out[n].step, load);
    step_rest_find(&out[n].rest, &out[n].step, &out[n].device, load);
    return n + 1;
}

size_t point_sides(struct point_side **out, const struct cursor *c, const struct plan *plan,
                   const struct metrics *m)
{
    const struct design *d = &c->design;
    const struct mapped *main = point_mapped(c, plan);
    struct design of = *d;
    size_t n = 0;
    plan_fix_shares(&of.plan, m);
    *out = mem_alloc(SIDES_MOST, sizeof **out);
    if (!main || (enum verdict)m->verdict == VERDICT_CALIBRATION) /* then no operator has a time */
        return 0;
    struct load load = step_load(&main->step, m->batch);
    if (!design_shares_steps(d))
        return add(*out, 0, &main->step, &of, load, main->step.passes);
    const struct mapped *ffn = point_pool_mapped(c, m);
    double passes = design_pools_ffn(d) ? m->micro_batches : 1;
    n = add(*out, n, &main->step, &of, load, passes);
    n = add(*out, n, &main->outside, &of, load, 1);
    if (!ffn)
        return n;
    size_t own = n;
    load.most = load.mean = m->batch / ffn->step.dp;
    if (!design_pools_ffn(d))
        load.most = ceil(load.mean);
    of = design_of_pool(d, step_pool_part(d));
    of.plan.weight_share2 = ffn->plan.weight_share2;
    n = add(*out, n, &ffn->step, &of, load, passes);
    n = add(*out, n, &ffn->outside, &of, load, 1);
    for (size_t i = own; i < n; i++)
        (*out)[i].pool = step_pool_part(d);
    return n;
}

struct op_cost point_op_cost(const struct point_side *s, size_t op)
{
    struct op_cost c = step_op_cost(&s->step, &s->device, op, s->load);
    c.time_s *= s->rest.longer * s->slower;
    return c;
}

const char *point_place(const struct point_side *s, enum place on)
{
    static const char *const of_pool[PLACES] = {[ON_CHIP] = "ffn chip",
                                                [ON_ENGINE] = "ffn engine",
                                                [ON_LINK] = "ffn link",
                                                [ON_NETWORK] = "ffn network"};
    static const char *const of_draft[PLACES] = {[ON_CHIP] = "draft chip",
                                                 [ON_ENGINE] = "draft engine",
                                                 [ON_LINK] = "draft link",
                                                 [ON_NETWORK] = "draft network"};
    return s->pool == PART_FFN_CHIP     ? of_pool[on]
           : s->pool == PART_DRAFT_CHIP ? of_draft[on]
                                        : place_text[on];
}
