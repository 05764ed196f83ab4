#include "reports/point/point_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "arch/pair_time.h"
#include "arch/step_pool.h"
#include "base/mem.h"

/* Share of a step that is rounding. */
static const double ROUNDING = 1e-10;

struct rows {
    struct point_row *row;
    size_t n;
    double sum_s;
};

static void add_row(struct rows *to, const struct point_row *row)
{
    to->row[to->n++] = *row;
    to->sum_s += row->cost.time_s;
}

/* A row that is there if it takes time. */
static void add_rest(struct rows *to, const struct point_row *row, double step_s)
{
    if (fabs(row->cost.time_s) > ROUNDING * step_s)
        add_row(to, row);
}

/* Nothing crosses the link of an engine that holds no caches (ops_add_kept). */
static bool is_idle(const struct op *o, const struct op_cost *c)
{
    return op_only_sends(o) && o->unit != UNIT_LINK && c->wire_byte <= 0;
}

static void add_operators(struct rows *to, const struct point_side *side)
{
    for (size_t i = 0; i < side->step.ops.n; i++) {
        const struct op *o = &side->step.ops.op[i];
        struct op_cost cost = point_op_cost(side, i);
        if (is_idle(o, &cost))
            continue;
        struct point_row row = {.class = op_class_text[o->class],
                                .unit = point_place(side, cost.on),
                                .bound = bound_text[cost.bound],
                                .count = o->count,
                                .cost = cost};
        snprintf(row.name, sizeof row.name, "%s%s", o->drafts ? "draft." : "", o->name);
        add_row(to, &row);
    }
}

/* What a server does beside the operators of a decode step. */
static void add_serving(struct rows *to, const struct point_side *side, double step_s)
{
    const struct step_rest *r = &side->rest;
    struct point_row prefill = {.name = "prefill",
                                .class = "prefill",
                                .unit = place_text[r->prompts.on],
                                .bound = bound_text[r->prompts.bound],
                                .count = side->step.beside_per_request * side->load.most,
                                .cost = r->prompts};
    prefill.cost.time_s *= side->slower;
    add_rest(to, &prefill, step_s);
    const struct point_row host = {.name = "host",
                                   .class = op_class_text[OP_OTHER],
                                   .unit = "host",
                                   .bound = "host",
                                   .count = 1,
                                   .cost = {.time_s = r->host_s * side->slower}};
    add_rest(to, &host, step_s);
}

/* All transfers between the main devices and a pool that shares their step, one after the other;
 * bytes are those of a main device, both ways. */
static void add_transfers(struct rows *to, const struct point_side *main, const struct cursor *c,
                          const struct plan *plan, const struct metrics *m, double step_s)
{
    const struct design *d = &c->design;
    const struct mapped *pool = point_pool_mapped(c, m);
    if (!pool)
        return;
    const struct exchange sent = mapped_exchange(point_mapped(c, plan), pool, d);
    double pairs = main->step.passes * pool->step.shared_layers;
    double byte = main->load.most * (sent.out_byte + sent.back_byte) / (plan->tp * plan->cp);
    double pair_s = design_pools_ffn(d) ? m->ffn_transfer_s : m->draft_transfer_s;
    const struct point_row row = {.name = "transfer",
                                  .class = op_class_text[OP_COMMUNICATION],
                                  .unit = place_text[ON_LINK],
                                  .bound = bound_text[BY_LINK],
                                  .count = 2 * pairs,
                                  .cost = {.wire_byte = byte, .time_s = pairs * pair_s}};
    add_rest(to, &row, step_s);
}

static void add_overlap(struct rows *to, double step_s)
{
    const struct point_row row = {.name = "overlap",
                                  .class = "overlap",
                                  .unit = "none",
                                  .bound = "none",
                                  .count = 1,
                                  .cost = {.time_s = step_s - to->sum_s}};
    add_rest(to, &row, step_s);
}

enum { OTHER_ROWS = 4 };

size_t point_rows(struct point_row **out, double *step_s, const struct cursor *c,
                  const struct plan *plan, const struct metrics *m)
{
    struct point_side *side;
    size_t n = point_sides(&side, c, plan, m), room = OTHER_ROWS;
    struct rows to = {0};
    for (size_t k = 0; k < n; k++)
        room += side[k].step.ops.n;
    to.row = *out = mem_alloc(room, sizeof **out);
    *step_s = n > 0 ? side->step.made / m->tokens_per_s_per_user : NAN;
    for (size_t k = 0; k < n; k++)
        add_operators(&to, &side[k]);
    if (n > 0 && design_shares_steps(&c->design))
        add_transfers(&to, side, c, plan, m, *step_s);
    else if (n > 0)
        add_serving(&to, side, *step_s);
    if (n > 0)
        add_overlap(&to, *step_s);
    free(side);
    return to.n;
}
