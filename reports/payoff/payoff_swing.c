/* One-at-a-time sensitivity: each constant moves over its range with all others at their middle
 * values. The value at which P = 1 is a root of log P (base/root.h), searched inside the range and,
 * for a price, up to BEYOND times outside it. */
#include "reports/payoff/payoff_swing.h"

#include <stdlib.h>
#include <string.h>

#include "base/root.h"

/* The 90 % quantile of the standard normal distribution. */
static const double TENTH = 1.2816;

/* A price is searched for P = 1 up to this many times beyond its range. */
static const double BEYOND = 8;

/* Constants that change log P by less than this are not listed. */
static const double LEAST_SWING = 1e-4;

enum { WIDEST_KEPT = 12 };

/* P with a constant at a value; for a time, at an error of `value` standard deviations. */
static double payoff_at(const struct comparison *c, const struct swing *s, int class, double value)
{
    struct world w;
    world_middle(&w, c);
    if (s->price)
        field_put(s->price, &w.prices, value);
    else
        *(class < OP_CLASSES ? &w.time_z[class] : &w.engine_z) = value;
    return comparison_payoff(c, &w, NULL);
}

struct at {
    const struct comparison *contest;
    const struct swing *swing;
    int class;
};

static double log_payoff(double x, void *ctx)
{
    const struct at *at = ctx;
    return log(payoff_at(at->contest, at->swing, at->class, x));
}

/* The value at which P = 1; a and b must bracket it. */
static double root(const struct comparison *c, const struct swing *s, int class, double a, double b)
{
    struct at at = {c, s, class};
    const struct bracket ends = {a, log_payoff(a, &at), b, log_payoff(b, &at)};
    return root_between(&ends, 1e-6, log_payoff, &at);
}

/* Searches for P = 1 between the middle and both ends, then beyond the ends. */
static void find_flip(struct swing *s, const struct comparison *c, int class, double p_middle)
{
    const double ends[2] = {s->low, s->high}, p_end[2] = {s->p_low, s->p_high};
    s->flips_at = NAN;
    for (int i = 0; i < 2; i++)
        if ((p_end[i] > 1) != (p_middle > 1)) {
            s->flips_at = root(c, s, class, s->middle, ends[i]);
            s->inside = true;
            return;
        }
    for (int i = 0; s->price && i < 2; i++) {
        double far = ends[i] > s->middle ? ends[i] * BEYOND : ends[i] / BEYOND;
        far = fmin(fmax(far, s->price->lo), s->price->hi);
        if (ends[i] != s->middle && (payoff_at(c, s, class, far) > 1) != (p_middle > 1)) {
            s->flips_at = root(c, s, class, ends[i], far);
            return;
        }
    }
}

static double width(const struct swing *s)
{
    return fabs(log(s->p_high / s->p_low));
}

/* Equal widths are sorted by name, so the order of the tables does not matter. */
static int widest_first(const void *a, const void *b)
{
    const struct swing *s = a, *t = b;
    double x = width(s), y = width(t);
    return x != y ? (x < y) - (x > y) : strcmp(s->name, t->name);
}

static bool swing_of(struct swing *s, const struct comparison *c, int class, double p_middle)
{
    if (s->low == s->high)
        return false;
    s->p_low = payoff_at(c, s, class, s->low);
    s->p_high = payoff_at(c, s, class, s->high);
    if (!(width(s) > LEAST_SWING))
        return false;
    find_flip(s, c, class, p_middle);
    return true;
}

size_t swings_most(void)
{
    return prices_fields.n + OP_CLASSES + 1; /* the prices, the classes and the engine */
}

size_t comparison_swings(struct swing *out, const struct comparison *c)
{
    static const char *const timed[OP_CLASSES + 1] = {
        [OP_ATTENTION] = "time of attention on the chip",
        [OP_PROJECTION] = "time of projections",
        [OP_FFN] = "time of dense FFN",
        [OP_EXPERT] = "time of experts",
        [OP_COMMUNICATION] = "time of communication",
        [OP_OTHER] = "time of other operators",
        [OP_CLASSES] = "time of what the engine runs",
    };
    struct world middle;
    size_t n = 0;
    world_middle(&middle, c);
    double p_middle = comparison_payoff(c, &middle, NULL);

    if (isnan(p_middle))
        return 0;
    for (size_t i = 0; i < prices_fields.n; i++) {
        const struct field *f = &prices_fields.row[i];
        out[n] = (struct swing){.price = f,
                                .name = f->name,
                                .low = field_get(f, &c->prices.low),
                                .middle = field_get(f, &c->prices.middle),
                                .high = field_get(f, &c->prices.high)};
        n += swing_of(&out[n], c, 0, p_middle);
    }
    for (int i = 0; i <= OP_CLASSES; i++) {
        out[n] = (struct swing){.name = timed[i], .low = -TENTH, .middle = 0, .high = TENTH};
        n += swing_of(&out[n], c, i, p_middle);
    }
    qsort(out, n, sizeof *out, widest_first);
    return n;
}

size_t swings_keep(struct swing *swing, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (i < WIDEST_KEPT || swing[i].inside)
            swing[kept++] = swing[i];
    return kept;
}
