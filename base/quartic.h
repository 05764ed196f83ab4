/* The root of a polynomial of degree four by Newton's method, without branches, so that a loop over
 * many polynomials becomes vector instructions.
 *
 * Idea: if all coefficients from the square on are at least 0, the polynomial is convex for
 * positive x, and above its root Newton's iterates fall to the root monotonically. Invariant: the
 * iterates stay between the ends. */
#ifndef BASE_QUARTIC_H
#define BASE_QUARTIC_H

#include <math.h>

#include "base/lanes.h"

struct quartic {
    double c[5]; /* of x^0 to x^4 */
};

static inline double quartic_at(const struct quartic *q, double x)
{
    return q->c[0] + x * (q->c[1] + x * (q->c[2] + x * (q->c[3] + x * q->c[4])));
}

static inline double quartic_rise(const struct quartic *q, double x)
{
    return q->c[1] + x * (2 * q->c[2] + x * (3 * q->c[3] + x * (4 * q->c[4])));
}

/* The root between low and high, 0 < low < high, by four steps from the guess `from`: exact near
 * the guess, a better guess far from it. The end that is nearer if the root is not between them. */
INLINED double quartic_root(const struct quartic *q, double low, double high, double from)
{
    double x = larger(low, smaller(high, from));
    UNROLLED
    for (int turn = 0; turn < 4; turn++) {
        double rise = quartic_rise(q, x), next = x - quartic_at(q, x) / rise;
        x = larger(low, smaller(high, rise > 0 ? next : high));
    }
    return x;
}

#endif
