#include "arch/prepared.h"

#include <stdlib.h>
#include <string.h>

#include "arch/best_mapping.h"
#include "arch/step_pool.h"
#include "arch/timing.h"
#include "base/mem.h"

enum { ROUTINGS_MOST = 256 };

static void make_room(struct prepared *p, size_t n)
{
    if (n <= p->room)
        return;
    p->room = n;
    p->mapped = mem_grow(p->mapped, n, sizeof *p->mapped);
    p->merit = mem_grow(p->merit, n, sizeof *p->merit);
    p->plan = mem_grow(p->plan, n, sizeof *p->plan);
    memset(p->mapped, 0, n * sizeof *p->mapped);
}

/* The plan of the main devices: with an FFN pool they have no experts. */
static struct plan main_plan(const struct design *d)
{
    struct plan out = d->plan;
    if (design_pools_ffn(d) && out.ep == PLAN_AUTO)
        out.ep = 1;
    return out;
}

/* Lists the mappings of the design, then those of its prefill pool if they are others, then those
 * of the pool that shares its steps. Returns their number; `out->plan` gets the first `room`. */
static size_t list_mappings(struct prepared *out, const struct design *d, size_t room)
{
    bool pair = design_shares_steps(d), shared = pool_is_as_plan(&d->plan, &d->pools) && !pair;
    const struct plan pool = plan_of_pool(&d->plan, &d->pools), main = main_plan(d);
    size_t n = plan_mappings_in(&main, &out->layers, out->plan, room);
    size_t behind = shared || !n || d->workload.phase != PHASE_DISAGGREGATED ? 0 : n, all = n;
    out->n = n;
    out->pool_first = behind;
    out->pool_n = n;
    if (behind) {
        struct plan *rest = room > n ? out->plan + n : NULL;
        out->pool_n = plan_mappings_in(&pool, &out->layers, rest, room > n ? room - n : 0);
        all += out->pool_n;
    }
    out->ffn_first = all;
    out->ffn_n = 0;
    if (pair && n) {
        struct plan *rest = room > all ? out->plan + all : NULL;
        out->ffn_n = step_pool_mappings(d, &out->layers, rest, room > all ? room - all : 0);
        all += out->ffn_n;
    }
    if (d->workload.phase == PHASE_DISAGGREGATED && !pool_has_whole_groups(&d->plan, &d->pools))
        out->pool_n = 0;
    if (!out->pool_n || (pair && !out->ffn_n) || design_refusal(d))
        out->n = out->pool_n = out->ffn_n = 0; /* no mapping at all */
    return all;
}

static void build_prefill(struct prepared *p, struct mapped *m, const struct design *d,
                          const struct workload *prompt)
{
    const struct routing_of of = step_routing_of(&p->layers, &m->plan, prompt);
    m->prefill.routing = routing_find(&p->routings, &of);
    step_build(&m->prefill, d, &p->layers, &m->plan, prompt);
    step_bound_make(&m->prefill_bound, &m->prefill);
    steps_renew(&m->prefill_memo);
}

static void build_side(struct prepared *p, struct mapped *m, const struct design *d,
                       enum step_side side)
{
    static const struct routing_of none;
    const struct routing_of of = step_routing_of(&p->layers, &m->plan, &d->workload);
    m->step.routing = routing_find(&p->routings, side == SIDE_DRAFT ? &none : &of);
    step_build_side(&m->step, d, &p->layers, &m->plan, &d->workload, side);
    if (design_pools_ffn(d))
        step_take_outside(&m->outside, &m->step);
    else
        m->outside.ops.n = 0; /* one pass: nothing is repeated */
    steps_renew(&m->memo);
    steps_renew(&m->outside_memo);
}

static void build_pool(struct prepared *p, struct mapped *m, const struct design *d)
{
    struct design of = *d;
    of.pools.ffn_devices = m->plan.devices;
    of.pools.ffn_ep = m->plan.ep;
    build_side(p, m, &of, step_pool_side(d));
}

/* Of a model that is not that of the call before. */
static void resolve_model(struct prepared *out, const struct model *m)
{
    if (memcmp(&out->of.model, m, sizeof *m) == 0)
        return;
    layers_of(&out->layers, m);
    out->params = model_params_in(m, &out->layers);
    out->active_params = model_active_params_in(m, &out->layers);
}

/* Do two designs have the same steps? */
static bool has_steps_of(const struct design *a, const struct design *b)
{
    for (size_t i = 0; i < DESIGN_PARTS; i++) {
        const struct part *p = &design_parts[i];
        if (!p->hardware &&
            memcmp((const char *)a + p->offset, (const char *)b + p->offset, p->fields->size) != 0)
            return false;
    }
    return !design_refusal(a) == !design_refusal(b);
}

void prepare(struct prepared *out, const struct design *d)
{
    if (has_steps_of(&out->of, d))
        return;
    resolve_model(out, &d->model);
    out->of = *d;
    size_t all = list_mappings(out, d, out->room);
    if (all > out->room) {
        make_room(out, all);
        list_mappings(out, d, out->room);
    }
    if (out->routings.n > ROUTINGS_MOST) /* of a search over the skew */
        routing_store_free(&out->routings);
    struct workload prompt = d->workload;
    prompt.phase = PHASE_PREFILL;
    prompt.context = prompt.input;
    for (size_t i = 0; i < all; i++)
        out->mapped[i].plan = out->plan[i];
    for (size_t i = 0; i < out->n; i++) {
        struct mapped *m = &out->mapped[i];
        if (design_shares_steps(d)) {
            build_side(out, m, d, step_pool_main_side(d));
            continue;
        }
        const struct routing_of of = step_routing_of(&out->layers, &m->plan, &d->workload);
        m->step.routing = routing_find(&out->routings, &of);
        step_build(&m->step, d, &out->layers, &m->plan, &d->workload);
        step_bound_make(&m->bound, &m->step);
        steps_renew(&m->memo);
        if (!phase_of(&d->workload)->answers || out->pool_first > 0)
            continue;
        build_prefill(out, m, d, &prompt);
        if (m->step.mixed && m->step.timing->needs_calibration)
            m->step.beside = &m->prefill;
    }
    for (size_t i = 0; i < out->pool_n && out->pool_first > 0; i++)
        build_prefill(out, &out->mapped[out->pool_first + i], d, &prompt);
    for (size_t i = 0; i < out->ffn_n; i++)
        build_pool(out, &out->mapped[out->ffn_first + i], d);
}

void prepared_free(struct prepared *p)
{
    free(p->mapped);
    free(p->merit);
    free(p->plan);
    routing_store_free(&p->routings);
    *p = (struct prepared){0};
}
