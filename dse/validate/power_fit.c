#include "dse/validate/power_fit.h"

#include <math.h>

double power_run_w(const struct power_run *r, const struct power_constants *c)
{
    double ratio = c->floor_ratio + (r->experts ? c->more_experts_ratio : 0);
    return fmin(r->limit_w, r->rest_w + ratio * r->limit_w + c->move_j_per_byte * r->byte_per_s);
}

struct part {
    const struct power_runs *runs;
    bool (*has)(const struct power_run *r, const void *of);
    const void *of;
};

static double error_of(const struct part *p, const struct power_constants *c)
{
    double sum[2] = {0, 0}, n[2] = {0, 0};
    for (size_t i = 0; i < p->runs->n; i++) {
        const struct power_run *r = &p->runs->run[i];
        if (!p->has(r, p->of))
            continue;
        sum[r->experts] += fabs(power_run_w(r, c) / r->measured_w - 1);
        n[r->experts]++;
    }
    return (n[0] > 0 ? sum[0] / n[0] : 0) + (n[1] > 0 ? sum[1] / n[1] : 0);
}

/* Moves to the best of the 26 neighbours at this step; false if none is better. */
static bool move_to_neighbour(struct power_constants *best, double *error, const struct part *p,
                              const struct power_constants *step)
{
    const struct power_constants from = *best;
    const double before = *error;
    for (int i = 0; i < 27; i++) {
        int row = i / 3, plane = i / 9;
        double a = i % 3 - 1, b = row % 3 - 1, c = plane - 1;
        struct power_constants x = {from.floor_ratio + a * step->floor_ratio,
                                    from.more_experts_ratio + b * step->more_experts_ratio,
                                    from.move_j_per_byte + c * step->move_j_per_byte};
        if (x.floor_ratio < 0 || x.move_j_per_byte < 0)
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
    struct power_constants best = {0.4, 0, 5e-11}, step = {0.1, 0.05, 2e-11};
    double error = error_of(&p, &best);
    for (int halvings = 0; halvings < 10; halvings++) {
        while (move_to_neighbour(&best, &error, &p, &step))
            ;
        step = (struct power_constants){step.floor_ratio / 2, step.more_experts_ratio / 2,
                                        step.move_j_per_byte / 2};
    }
    return best;
}
