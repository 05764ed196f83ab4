/* The root of a polynomial of degree four by Newton's method.
 *
 * Idea: if all coefficients from the square on are at least 0, the polynomial is convex for
 * positive x, and above its root Newton's iterates fall to the root monotonically. Invariant: the
 * iterates stay between the ends. */
#ifndef BASE_QUARTIC_H
#define BASE_QUARTIC_H

#include <math.h>

#include "base/lanes.h"

struct quartic {
    double c[5]; /* of x^0 to x^4; the last three are at least 0 */
};

static inline double quartic_at(const struct quartic *q, double x)
{
    return q->c[0] + x * (q->c[1] + x * (q->c[2] + x * (q->c[3] + x * q->c[4])));
}

static inline double quartic_rise(const struct quartic *q, double x)
{
    return q->c[1] + x * (2 * q->c[2] + x * (3 * q->c[3] + x * (4 * q->c[4])));
}

/* The root between low and high, 0 < low < high, from the guess `from` until a step is at most
 * `close`: the error is about the square of that. low if the value there is at least 0, high if it
 * is at most 0 there. */
static inline double quartic_root(const struct quartic *q, double low, double high, double from,
                                  double close)
{
    if (!(quartic_at(q, low) < 0))
        return low;
    if (!(quartic_at(q, high) > 0))
        return high;
    double x = larger(low, smaller(high, from)), step = INFINITY;
    for (int turn = 0; turn < 50 && fabs(step) > close; turn++) {
        double rise = quartic_rise(q, x);
        double next = rise > 0 ? smaller(high, x - quartic_at(q, x) / rise) : high;
        step = next - x;
        x = next;
    }
    return larger(low, x);
}

#endif
