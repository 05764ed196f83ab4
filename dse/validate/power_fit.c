#include "dse/validate/power_fit.h"

#include <math.h>

double power_run_w(const struct power_run *r, const struct power_constants *c)
{
    return fmin(r->most_w, r->rest_w + c->floor * r->floor_w + c->flop * r->flop_w);
}

struct part {
    const struct power_runs *runs;
    bool (*has)(const struct power_run *r, const void *of);
    const void *of;
};

enum { GROUPS = 4 };

static double error_of(const struct part *p, const struct power_constants *c)
{
    double sum[GROUPS] = {0}, n[GROUPS] = {0}, error = 0;
    for (size_t i = 0; i < p->runs->n; i++) {
        const struct power_run *r = &p->runs->run[i];
        if (!p->has(r, p->of))
            continue;
        size_t group = 2 * (size_t)r->b200 + (size_t)r->experts;
        sum[group] += fabs(power_run_w(r, c) / r->measured_w - 1);
        n[group]++;
    }
    for (size_t g = 0; g < GROUPS; g++)
        error += n[g] > 0 ? sum[g] / n[g] : 0;
    return error;
}

/* Moves to the best of the eight neighbours at this step; false if none is better. */
static bool move_to_neighbour(struct power_constants *best, double *error, const struct part *p,
                              double step)
{
    const struct power_constants from = *best;
    const double before = *error;
    for (int i = 0; i < 9; i++) {
        int row = i / 3;
        struct power_constants x = {from.floor + (i % 3 - 1) * step, from.flop + (row - 1) * step};
        if (x.floor < 0 || x.flop < 0)
            continue;
        double e = error_of(p, &x);
        if (e < *error) {
            *best = x;
            *error = e;
        }
    }
    return *error < before;
}

struct power_constants power_fit(const struct power_runs *runs,
                                 bool (*part)(const struct power_run *r, const void *of),
                                 const void *of)
{
    struct part p = {runs, part, of};
    struct power_constants best = {1, 1};
    double error = error_of(&p, &best);
    for (double step = 0.2; step > 1e-3; step /= 2)
        while (move_to_neighbour(&best, &error, &p, step))
            ;
    return best;
}
