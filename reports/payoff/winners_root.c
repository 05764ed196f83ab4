#include "reports/payoff/winners_root.h"

#include <math.h>
#include <stdbool.h>

/* Then all designs are priced at each step. */
enum { TURNS_MOST = 16 };

/* Log P is this close to 0 only at a root: an engine that idles is LEAST_GAIN below "pays". */
static const double AT_ROOT = 1e-7;

double winners_root_find(const struct winners_root *r, struct bracket e)
{
    for (int turn = 0; turn < TURNS_MOST; turn++) {
        struct bracket near = e;
        double x = root_close_in(&near, r->tolerance, r->of_winners, r->ctx);
        double here = isnan(x) ? NAN : r->of_all(near.b, r->ctx);
        if (isnan(here))
            break;
        if (fabs(here) <= AT_ROOT)
            return near.b;
        bool same = (here > 0) == (near.fb > 0);
        if (same && (r->of_all(near.a, r->ctx) > 0) != (here > 0)) /* between the two */
            return here > 0 ? near.b : near.a;
        if ((here > 0) == (e.fb > 0))
            e.b = near.b, e.fb = here;
        else
            e.a = near.b, e.fa = here;
    }
    return root_between(&e, r->tolerance, r->of_all, r->ctx);
}
