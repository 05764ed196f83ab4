/* Monte Carlo over what is not known for sure. Draws are independent and the same for both sides,
 * so that what the sides share cancels; quantiles come from the sorted draws. */
#include "reports/payoff/payoff_certainty.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/random.h"

/* Box and Muller 1958. */
static double normal(struct random *r)
{
    double radius = sqrt(-2 * log(1 - random_unit(r)));
    return radius * cos(2 * acos(-1) * random_unit(r));
}

/* Quantile u of the triangle over a, b with its peak at `middle`; the ends in either order. */
static double triangle(double a, double middle, double b, double u)
{
    double lo = fmin(a, b), hi = fmax(a, b), peak = fmin(fmax(middle, lo), hi);
    if (hi <= lo)
        return middle;
    double below = (peak - lo) / (hi - lo);
    return u < below ? lo + sqrt(u * (hi - lo) * (peak - lo))
                     : hi - sqrt((1 - u) * (hi - lo) * (hi - peak));
}

static void draw(struct world *out, const struct comparison *c, struct random *r)
{
    for (size_t i = 0; i < prices_fields.n; i++) {
        const struct field *f = &prices_fields.row[i];
        field_put(f, &out->prices,
                  triangle(field_get(f, &c->prices.low), field_get(f, &c->prices.middle),
                           field_get(f, &c->prices.high), random_unit(r)));
    }
    for (int i = 0; i < OP_CLASSES; i++)
        out->time_z[i] = normal(r);
    out->engine_z = normal(r);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void comparison_certainty(struct certainty *out, const struct comparison *c, uint64_t seed,
                          size_t draws)
{
    double *p = mem_alloc(draws, sizeof *p);
    size_t pays = 0;
    struct world w;
    struct random r;
    random_seed(&r, seed);

    *out = (struct certainty){NAN, NAN, NAN, NAN};
    if (c->n[WITH] && c->n[WITHOUT]) {
        for (size_t i = 0; i < draws; i++) {
            draw(&w, c, &r);
            p[i] = comparison_payoff(c, &w, NULL);
            pays += p[i] > 1;
        }
        qsort(p, draws, sizeof *p, by_value);
        *out = (struct certainty){(double)pays / (double)draws, p[draws / 10], p[draws / 2],
                                  p[draws - 1 - draws / 10]};
    }
    free(p);
}
