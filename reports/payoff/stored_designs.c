/* A point of a grid is a mixed-radix number over its axes, so that of a restricted study has a
 * place in the grid. The store holds doubles as they are, so a design taken from it is the one that
 * would be found again, bit for bit. */
#include "reports/payoff/stored_designs.h"

#include <string.h>

#include "arch/tier2.h"

/* The columns of a mapping, and the values of a plan that they hold. */
static const struct {
    const char *column;
    size_t offset;
} mapping[MAPPING_COLUMNS] = {{"plan_tp", offsetof(struct plan, tp)},
                              {"plan_dp", offsetof(struct plan, dp)},
                              {"plan_ep", offsetof(struct plan, ep)},
                              {"plan_pp", offsetof(struct plan, pp)},
                              {"plan_cp", offsetof(struct plan, cp)}};

static double *plan_value(struct plan *p, size_t i)
{
    return (double *)((char *)p + mapping[i].offset);
}

/* The place of the first value of a restricted axis among those of the axis; its n if none is. */
static size_t first_value(const struct axis *restricted, const struct axis *of)
{
    size_t i = 0;
    if (restricted->n > 1) /* not restricted */
        return 0;
    while (i < of->n && !(of->is_part ? restricted->entry == of->entry + i
                                      : restricted->value[0] == of->value[i]))
        i++;
    return i;
}

/* Sets the first point and the strides. False if a setting is no value of the grid. */
static bool find_places(struct stored_designs *out, const struct study *grid,
                        const struct study *restricted)
{
    uint64_t stride = 1;
    out->first = grid->first;
    for (size_t i = grid->axes; i-- > 0; stride *= grid->axis[i].n) {
        const struct axis *of = &grid->axis[i], *a = &restricted->axis[i];
        size_t at = strcmp(a->path, of->path) ? of->n : first_value(a, of);
        if (at == of->n)
            return false;
        out->stride[i] = stride;
        out->first += at * stride;
    }
    return true;
}

void stored_designs_find(struct stored_designs *out, const struct design_choice *q,
                         const struct study *restricted)
{
    const struct study *grid = q->study;
    const struct points *p = q->stored;
    *out = (struct stored_designs){0};
    if (!p || !p->batch || grid->strategy != &strategy_grid || grid->evaluator.command ||
        study_sweeps_prices(grid) || restricted->axes != grid->axes ||
        !find_places(out, grid, restricted))
        return;
    for (size_t i = 0; i < MAPPING_COLUMNS; i++)
        if (!(out->mapping[i] = points_column(p, mapping[i].column)))
            return;
    out->points = p;
}

/* Has it nothing to choose but a mapping of its devices? */
static bool chooses_mapping_only(const struct design *d)
{
    return d->workload.phase != PHASE_DISAGGREGATED && !chip_is_there(&d->ffn_chip) &&
           !chip_is_there(&d->draft_chip) && !tier2_is_there(&d->chip) &&
           !(engine_own_byte(&d->engine, d->chip.memory_byte) > 0);
}

/* The mapping among those of a prepared step; its number if it is none of them. */
static size_t find_mapped(const struct prepared *p, const struct plan *plan)
{
    size_t i = 0;
    for (; i < p->n; i++) {
        size_t same = 0;
        while (same < MAPPING_COLUMNS &&
               *plan_value(&p->mapped[i].plan, same) == *plan_value((struct plan *)plan, same))
            same++;
        if (same == MAPPING_COLUMNS)
            break;
    }
    return i;
}

bool stored_design_take(struct chosen_design *out, const struct stored_designs *s, struct cursor *c)
{
    const struct points *p = s->points;
    const struct prepared *prepared = &c->prepared;
    uint64_t point = s->first;
    size_t row;
    if (!p || !chooses_mapping_only(&c->design))
        return false;
    for (size_t i = 0; i < c->study->axes; i++)
        point += c->digit[i] * s->stride[i];
    if (!points_find_row(&row, p, (double)point))
        return false;
    *out = (struct chosen_design){.index = c->index,
                                  .plan = c->design.plan,
                                  .pools = c->design.pools,
                                  .value = p->value[row],
                                  .tokens_per_s = p->tokens_per_s[row],
                                  .batch = p->batch[row],
                                  .feasible = p->feasible[row]};
    if (!out->feasible)
        return true;
    for (size_t i = 0; i < MAPPING_COLUMNS; i++)
        *plan_value(&out->plan, i) = s->mapping[i]->cell[db_code(s->mapping[i], row)].number;
    cursor_prepare(c);
    out->mapped = find_mapped(prepared, &out->plan);
    if (out->mapped == prepared->n)
        return false;
    out->plan = prepared->mapped[out->mapped].plan;
    return true;
}

bool chosen_designs_equal(const struct chosen_design *a, const struct chosen_design *b)
{
    if (a->feasible != b->feasible || !a->feasible)
        return a->feasible == b->feasible;
    return a->index == b->index && !memcmp(&a->plan, &b->plan, sizeof a->plan) &&
           !memcmp(&a->pools, &b->pools, sizeof a->pools) &&
           !memcmp(&a->value, &b->value, sizeof a->value) &&
           !memcmp(&a->tokens_per_s, &b->tokens_per_s, sizeof a->tokens_per_s) &&
           a->batch == b->batch && a->mapped == b->mapped && a->with == b->with;
}
