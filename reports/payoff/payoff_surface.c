/* Every lattice point gathers the designs of both sides again with both axes set, so each point has
 * its own winners. Fewer draws than for a group: only the outline of the range is drawn. */
#include "reports/payoff/payoff_surface.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "reports/payoff/payoff_certainty.h"
#include "reports/payoff/payoff_label.h"
#include "reports/payoff/payoff_tasks.h"

enum { DRAWS = 200 };

/* Prices one lattice point; at_x and at_y are set. */
static void price_lattice_point(struct surface *s, size_t i, size_t j,
                                const struct payoff_question *q, struct payoff_slice slice)
{
    struct comparison c;
    struct certainty sure;
    const struct setting set[] = {{s->x.path, NULL, s->at_x[j]}, {s->y.path, NULL, s->at_y[i]}};
    slice.set = set;
    slice.n = LEN(set);
    s->p[i][j] = s->low[i][j] = s->high[i][j] = NAN;
    if (payoff_compare(&c, q->study, &slice) != 0)
        return;
    s->p[i][j] = comparison_payoff_middle(&c, NULL);
    comparison_certainty(&sure, &c, q->seed, DRAWS);
    s->low[i][j] = sure.low;
    s->high[i][j] = sure.high;
    comparison_free(&c);
}

struct lattice {
    struct surface *surface;
    struct payoff_slice slice;
};

static void price_part(void *ctx, size_t at, const struct payoff_question *q)
{
    const struct lattice *l = ctx;
    price_lattice_point(l->surface, at / SURFACE_STEPS, at % SURFACE_STEPS, q, l->slice);
}

void surface_make(struct surface *out, const struct payoff *p, size_t group,
                  const struct payoff_question *q, const struct range axis[2])
{
    struct lattice l = {out, payoff_slice(p, p->group[group].key)};
    *out = (struct surface){.title = group_title(p, &p->group[group]), .x = axis[0], .y = axis[1]};
    for (size_t i = 0; i < SURFACE_STEPS; i++) {
        out->at_x[i] = range_value(&axis[0], i, SURFACE_STEPS);
        out->at_y[i] = range_value(&axis[1], i, SURFACE_STEPS);
    }
    payoff_each((size_t)SURFACE_STEPS * SURFACE_STEPS, q, price_part, &l);
}

void surface_free(struct surface *s)
{
    free(s->title);
}

void surface_table(const struct surface *s, size_t n, struct table *out)
{
    const char *const header[] = {"group",  s[0].x.path,  s[0].y.path,
                                  "payoff", "payoff_low", "payoff_high"};
    table_begin(out, header, LEN(header));
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < SURFACE_STEPS; i++)
            for (size_t j = 0; j < SURFACE_STEPS; j++) {
                table_text(out, s[k].title);
                table_number(out, s[k].at_x[j]);
                table_number(out, s[k].at_y[i]);
                table_number(out, s[k].p[i][j]);
                table_number(out, s[k].low[i][j]);
                table_number(out, s[k].high[i][j]);
            }
}
