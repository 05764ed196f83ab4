/* Pairs of constants that flip a verdict together. Each constant moves from its middle (0) to that
 * end of its range that moves P towards 1 (at 1). Along a direction in this square P = 1 is a root
 * of log P; the nearest root is searched over the direction, on a grid and then by golden section,
 * as the design point of structural reliability is (Hasofer and Lind 1974). Invariant: the point
 * lies in both ranges, and P = 1 there. */
#include <stdlib.h>
#include <string.h>

#include "reports/payoff/payoff_search.h"
#include "reports/payoff/winners_root.h"
#include "reports/payoff/payoff_swing.h"

enum { DIRECTIONS = 9, SECTIONS = 12 };

static const double GOLDEN = 0.6180339887498949, RIGHT_ANGLE = 1.5707963267948966;

/* A constant, and the end towards which it moves. */
struct move {
    const struct swing *swing;
    double end;
};

struct moves {
    const struct comparison *contest;
    struct payoff_search *search; /* within the square */
    struct move move[2];
    double direction[2]; /* along which the root is searched */
};

static double move_value(const struct move *m, double share)
{
    return m->swing->middle + share * (m->end - m->swing->middle);
}

static void put(struct world *w, const struct move *m, double share)
{
    *(double *)((char *)w + m->swing->at) = move_value(m, share);
}

static void move_world(struct world *w, const struct moves *x, double distance)
{
    world_middle(w, x->contest);
    for (int i = 0; i < 2; i++)
        put(w, &x->move[i], distance * x->direction[i]);
}

/* log P at a distance along the direction. */
static double log_payoff(double distance, void *ctx)
{
    const struct moves *x = ctx;
    struct world w;
    move_world(&w, x, distance);
    return log(payoff_search_at(x->search, &w));
}

static double log_payoff_of_winners(double distance, void *ctx)
{
    const struct moves *x = ctx;
    struct world w;
    move_world(&w, x, distance);
    return log(payoff_search_of_winners(x->search, &w));
}

/* The distance at which P = 1 in a direction; INFINITY if it is outside the ranges. */
static double distance_at(struct moves *x, double angle)
{
    x->direction[0] = cos(angle);
    x->direction[1] = sin(angle);
    double most = 1 / fmax(x->direction[0], x->direction[1]);
    const struct bracket ends = {0, log_payoff(0, x), most, log_payoff(most, x)};
    if ((ends.fa > 0) == (ends.fb > 0))
        return INFINITY;
    return winners_root_find(
        &(struct winners_root){log_payoff, log_payoff_of_winners, x, 1e-4, NULL}, ends);
}

/* The angle of the nearest root. */
static double nearest_angle(struct moves *x)
{
    double step = RIGHT_ANGLE / (DIRECTIONS + 1), best = RIGHT_ANGLE / 2, least = INFINITY;
    for (int i = 1; i <= DIRECTIONS; i++) {
        double distance = distance_at(x, i * step);
        if (distance < least) {
            least = distance;
            best = i * step;
        }
    }
    double a = best - step, b = best + step;
    double inner[2] = {b - GOLDEN * (b - a), a + GOLDEN * (b - a)};
    double f[2] = {distance_at(x, inner[0]), distance_at(x, inner[1])};
    for (int i = 0; i < SECTIONS; i++) {
        if (f[0] < f[1]) {
            b = inner[1], inner[1] = inner[0], f[1] = f[0];
            f[0] = distance_at(x, inner[0] = b - GOLDEN * (b - a));
        } else {
            a = inner[0], inner[0] = inner[1], f[0] = f[1];
            f[1] = distance_at(x, inner[1] = a + GOLDEN * (b - a));
        }
    }
    double found = f[0] < f[1] ? inner[0] : inner[1];
    return fmin(f[0], f[1]) < least ? found : best;
}

/* The end of its range towards which P moves to 1. */
static struct move move_of(const struct swing *s, bool falls)
{
    bool low = falls ? s->p_low < s->p_high : s->p_low > s->p_high;
    return (struct move){s, low ? s->low : s->high};
}

static bool find_in_square(struct pair_flip *out, struct moves *x)
{
    x->direction[0] = x->direction[1] = 1;
    double middle = log_payoff(0, x), ends = log_payoff(1, x);
    if ((middle > 0) == (ends > 0) || isnan(ends))
        return false;
    double distance = distance_at(x, nearest_angle(x));
    if (!(distance < INFINITY)) /* only near the corner */
        distance = distance_at(x, RIGHT_ANGLE / 2);
    *out = (struct pair_flip){.distance = distance, .p_ends = exp(ends)};
    for (int i = 0; i < 2; i++) {
        out->name[i] = x->move[i].swing->name;
        out->at[i] = move_value(&x->move[i], distance * x->direction[i]);
    }
    return true;
}

static bool find_pair(struct pair_flip *out, struct moves *x)
{
    struct between square;
    for (int i = 0; i < 2; i++) {
        world_middle(&square.end[i], x->contest);
        for (int k = 0; k < 2; k++)
            put(&square.end[i], &x->move[k], i);
    }
    x->search = payoff_search_open(x->contest, &square, 1);
    bool found = find_in_square(out, x);
    payoff_search_close(x->search);
    return found;
}

static int nearest_first(const void *a, const void *b)
{
    const struct pair_flip *p = a, *q = b;
    int by_name = strcmp(p->name[0], q->name[0]);
    return p->distance != q->distance ? (p->distance > q->distance) - (p->distance < q->distance)
           : by_name                  ? by_name
                                      : strcmp(p->name[1], q->name[1]);
}

size_t comparison_pair_flips(struct pair_flip out[PAIRS_MOST], const struct comparison *c,
                             const struct swing *swing, size_t n)
{
    size_t found = 0, widest = 0, one[PAIRED_SWINGS];
    bool falls = comparison_payoff_middle(c, NULL) > 1;
    for (size_t i = 0; i < n && widest < PAIRED_SWINGS; i++)
        if (!swing[i].inside)
            one[widest++] = i;
    for (size_t i = 0; i < widest; i++)
        for (size_t j = i + 1; j < widest; j++) {
            struct moves x = {
                .contest = c,
                .move = {move_of(&swing[one[i]], falls), move_of(&swing[one[j]], falls)}};
            found += find_pair(&out[found], &x);
        }
    qsort(out, found, sizeof *out, nearest_first);
    return found;
}
