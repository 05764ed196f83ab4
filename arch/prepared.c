#include "arch/prepared.h"

#include <stdlib.h>
#include <string.h>

#include "arch/best_mapping.h"
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

/* Lists the mappings of the design, then those of its prefill pool if they are others. */
static size_t list_mappings(struct prepared *out, const struct design *d, size_t room)
{
    bool shared = pool_is_as_plan(&d->pools);
    const struct plan pool = plan_of_pool(&d->plan, &d->pools);
    size_t n = plan_mappings(&d->plan, &d->model, out->plan, room);
    size_t behind = shared || !n || d->workload.phase != PHASE_DISAGGREGATED ? 0 : n;
    out->n = n;
    out->pool_first = behind;
    out->pool_n = n;
    if (!behind)
        return n;
    struct plan *rest = room > n ? out->plan + n : NULL;
    out->pool_n = plan_mappings(&pool, &d->model, rest, room > n ? room - n : 0);
    if (!out->pool_n)
        out->n = 0; /* no mapping at all */
    return n + out->pool_n;
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

void prepare(struct prepared *out, const struct design *d)
{
    layers_of(&out->layers, &d->model);
    out->params = model_params(&d->model);
    out->active_params = model_active_params(&d->model);
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
}

void prepared_free(struct prepared *p)
{
    free(p->mapped);
    free(p->merit);
    free(p->plan);
    routing_store_free(&p->routings);
    *p = (struct prepared){0};
}
