#include "reports/payoff/winners_root.h"

#include <math.h>
#include <stdbool.h>

/* Then all designs are priced at each step. */
enum { TURNS_MOST = 16 };

/* Log P is this close to 0 only at a root: an engine that idles is LEAST_GAIN below "pays". */
static const double AT_ROOT = 1e-7;

/* At a jump the end where P is more comes first: it is the root. */
static void put_root_first(struct bracket *e)
{
    if (e->fb < 0 && e->fa > 0)
        *e = (struct bracket){e->b, e->fb, e->a, e->fa};
}

double winners_root_find(const struct winners_root *r, struct bracket e)
{
    root_fn across = r->across ? r->across : r->of_all;
    for (int turn = 0; turn < TURNS_MOST; turn++) {
        struct bracket near = e;
        double x = root_close_in(&near, r->tolerance, r->of_winners, r->ctx);
        if (r->across)
            put_root_first(&near);
        double here = isnan(x) ? NAN : r->of_all(near.b, r->ctx);
        if (isnan(here))
            break;
        if (fabs(here) <= AT_ROOT)
            return near.b;
        bool narrow = near.fb != 0, same = (here > 0) == (near.fb > 0);
        if (narrow && same && (across(near.a, r->ctx) > 0) != (here > 0)) /* between the two */
            return here > 0 ? near.b : near.a;
        if ((here > 0) == (e.fb > 0))
            e.b = near.b, e.fb = here;
        else
            e.a = near.b, e.fa = here;
    }
    return root_between(&e, r->tolerance, r->of_all, r->ctx);
}
