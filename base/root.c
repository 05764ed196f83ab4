/* False position with the Illinois rule (Dowell and Jarratt 1971): the weight of an end that stays
 * is halved, so both ends move and the bracket shrinks faster than by bisection.
 *
 * Every third step bisects if the bracket has not halved since, because f may jump.
 *
 * Invariant: f has opposite signs at a and b. */
#include "base/root.h"

#include <math.h>

enum { STEPS_MOST = 100 };

void root_begin(struct root_search *s, const struct bracket *start, double tolerance)
{
    *s = (struct root_search){.e = *start,
                              .tolerance = tolerance,
                              .before = INFINITY,
                              .logs = start->a > 0 && start->b > 0};
    if (start->fa == 0) /* a is the root */
        s->e.b = start->a, s->e.fb = 0;
    if (s->logs)
        s->e.a = log(s->e.a), s->e.b = log(s->e.b);
}

bool root_asks(struct root_search *s, double *x)
{
    const struct bracket *e = &s->e;
    double width = fabs(e->b - e->a);
    if (s->failed || s->steps >= STEPS_MOST || e->fb == 0 ||
        width <= s->tolerance * (s->logs ? 1 : fmax(fabs(e->a), fabs(e->b))))
        return false;
    /* Bisect if three steps did not halve the bracket: f may jump. */
    bool halve = s->steps % 3 == 0 && width > s->before / 2;
    if (s->steps % 3 == 0)
        s->before = width;
    s->asked = halve || !isfinite(e->fa) || !isfinite(e->fb)
                   ? (e->a + e->b) / 2
                   : e->b - e->fb * (e->b - e->a) / (e->fb - e->fa);
    *x = s->logs ? exp(s->asked) : s->asked;
    return true;
}

void root_answer(struct root_search *s, double fx)
{
    struct bracket *e = &s->e;
    s->steps++;
    s->failed = isnan(fx);
    if (s->failed)
        return;
    if ((fx > 0) != (e->fb > 0))
        e->a = e->b, e->fa = e->fb;
    else
        e->fa /= 2;
    e->b = s->asked, e->fb = fx;
}

double root_found(const struct root_search *s)
{
    if (s->failed)
        return NAN;
    double x = s->e.fb == 0 ? s->e.b : (s->e.a + s->e.b) / 2;
    return s->logs ? exp(x) : x;
}

double root_close_in(struct bracket *e, double tolerance, root_fn f, void *ctx)
{
    struct root_search s;
    double x;
    root_begin(&s, e, tolerance);
    while (root_asks(&s, &x))
        root_answer(&s, f(x, ctx));
    *e = s.e;
    if (s.logs)
        e->a = exp(e->a), e->b = exp(e->b);
    return root_found(&s);
}

double root_between(const struct bracket *start, double tolerance, root_fn f, void *ctx)
{
    struct bracket e = *start;
    return root_close_in(&e, tolerance, f, ctx);
}
