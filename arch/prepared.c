#include "arch/prepared.h"

#include <stdlib.h>
#include <string.h>

#include "arch/best_mapping.h"
#include "arch/timing.h"
#include "base/mem.h"

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

void prepare(struct prepared *out, const struct design *d)
{
    metrics_optional(&out->priced, &out->calibrated);
    out->n = plan_mappings(&d->plan, &d->model, out->plan, out->room);
    if (out->n > out->room) {
        make_room(out, out->n);
        plan_mappings(&d->plan, &d->model, out->plan, out->room);
    }
    struct workload prompt = d->workload;
    prompt.phase = PHASE_PREFILL;
    prompt.context = prompt.input;
    for (size_t i = 0; i < out->n; i++) {
        struct mapped *m = &out->mapped[i];
        m->plan = out->plan[i];
        step_build(&m->step, &d->model, &m->plan, &d->workload, &d->precision, &d->mode);
        step_bound_make(&m->bound, &m->step);
        steps_renew(&m->memo);
        if (!phase_of(&d->workload)->answers)
            continue;
        step_build(&m->prefill, &d->model, &m->plan, &prompt, &d->precision, &d->mode);
        step_bound_make(&m->prefill_bound, &m->prefill);
        steps_renew(&m->prefill_memo);
        if (m->step.mixed && m->step.timing->needs_calibration)
            m->step.beside = &m->prefill;
    }
}

void prepared_free(struct prepared *p)
{
    free(p->mapped);
    free(p->merit);
    free(p->plan);
    *p = (struct prepared){0};
}
