/* False position with the Illinois rule (Dowell and Jarratt 1971): the weight of an end that stays
 * is halved, so both ends move and the bracket shrinks faster than by bisection.
 *
 * Every third step bisects if the bracket has not halved since, because f may jump.
 *
 * Invariant: f has opposite signs at a and b. */
#include "base/root.h"

#include <math.h>
#include <stdbool.h>

enum { STEPS_MOST = 100 };

double root_close_in(struct bracket *e, double tolerance, root_fn f, void *ctx)
{
    double a = e->a, fa = e->fa, b = e->b, fb = e->fb;
    bool logs = a > 0 && b > 0;
    double before = INFINITY;

    if (fa == 0) {
        e->b = a, e->fb = fa;
        return a;
    }
    if (logs)
        a = log(a), b = log(b);
    for (int i = 0; i < STEPS_MOST && fb != 0; i++) {
        double width = fabs(b - a);
        if (width <= tolerance * (logs ? 1 : fmax(fabs(a), fabs(b))))
            break;
        /* Bisect if three steps did not halve the bracket: f may jump. */
        bool halve = i % 3 == 0 && width > before / 2;
        if (i % 3 == 0)
            before = width;
        double x =
            halve || !isfinite(fa) || !isfinite(fb) ? (a + b) / 2 : b - fb * (b - a) / (fb - fa);
        double fx = f(logs ? exp(x) : x, ctx);
        if (isnan(fx))
            return NAN;
        if ((fx > 0) != (fb > 0))
            a = b, fa = fb;
        else
            fa /= 2;
        b = x, fb = fx;
    }
    double x = fb == 0 ? b : (a + b) / 2;
    *e = (struct bracket){logs ? exp(a) : a, fa, logs ? exp(b) : b, fb};
    return logs ? exp(x) : x;
}

double root_between(const struct bracket *start, double tolerance, root_fn f, void *ctx)
{
    struct bracket e = *start;
    return root_close_in(&e, tolerance, f, ctx);
}
