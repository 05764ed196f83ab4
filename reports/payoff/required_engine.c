/* An engine that costs nothing has the pay-off P(m, r), which does not fall with r. An engine that
 * adds the share c to the cost pays where P > 1 + c, so the lowest r is the first crossing of
 * 1 + c, interpolated linearly in log P over log r between two ridge points of a geometric scale.
 */
#include "reports/payoff/required_engine.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "reports/payoff/payoff_table.h"
#include "reports/payoff/range.h"

/* P with an engine of m and r that costs nothing, and the most that it may cost per device. */
static double free_engine_payoff(const struct payoff *p, const struct payoff_question *q,
                                 const struct cell *key, double m, double r, double *usd_per_device)
{
    const struct setting set[] = {{"engine.bandwidth_ratio", NULL, m},
                                  {"engine.ridge_flop_per_byte", NULL, r}};
    struct comparison c;
    struct payoff_slice slice = payoff_slice(p, key);
    size_t winner[SIDES];
    slice.set = set;
    slice.n = LEN(set);
    if (payoff_compare(&c, q->study, &slice) != 0)
        return NAN;
    double value = comparison_payoff_middle(&c, winner);
    if (usd_per_device && !isnan(value)) {
        const struct candidate *k = &c.side[WITH][winner[WITH]];
        *usd_per_device = candidate_resource(k, BUDGET_COST, &c.prices.middle, true) /
                          k->engine_devices * (value - 1);
    }
    comparison_free(&c);
    return value;
}

void required_engine_table(const struct payoff *p, const struct payoff_question *q,
                           struct table *out)
{
    static const double ratio[] = {1.5, 2, 3, 4, 6, 8, 16}, cost[] = {0, 0.05, 0.1, 0.2};
    static const struct range ridges = {.from = 0.5, .to = 2048};
    enum { RIDGES = 25 };
    static const char *const after[] = {
        "bandwidth_ratio",     "ridge_at_0_percent", "ridge_at_5_percent", "ridge_at_10_percent",
        "ridge_at_20_percent", "most_cost_share",    "most_usd_per_device"};
    payoff_table_begin(out, p, after, LEN(after));
    for (size_t g = 0; g < p->n; g++)
        for (size_t i = 0; i < LEN(ratio); i++) {
            double value[RIDGES], usd = NAN;
            for (size_t k = 0; k < RIDGES; k++)
                value[k] = free_engine_payoff(p, q, p->group[g].key, ratio[i],
                                              range_value(&ridges, k, RIDGES),
                                              k + 1 == RIDGES ? &usd : NULL);
            for (size_t k = 0; k < p->by_n; k++)
                *table_add(out) = cell_copy(&p->group[g].key[k]);
            table_number(out, ratio[i]);
            for (size_t c = 0; c < LEN(cost); c++) {
                size_t k = 0;
                while (k < RIDGES && !(value[k] > (1 + cost[c]) * (1 + LEAST_GAIN)))
                    k++;
                double r = range_value(&ridges, k, RIDGES);
                if (k > 0 && k < RIDGES) {
                    double before = range_value(&ridges, k - 1, RIDGES);
                    double t =
                        (log1p(cost[c]) - log(value[k - 1])) / (log(value[k]) - log(value[k - 1]));
                    r = before * pow(r / before, fmin(fmax(t, 0), 1));
                }
                table_number(out, k == RIDGES ? NAN : r);
            }
            table_number(out, value[RIDGES - 1] - 1);
            table_number(out, usd);
        }
}
