/* One-at-a-time sensitivity: each constant moves over its range with all others at their middle
 * values. The value at which P = 1 is a root of log P (winners_root.h), searched inside the range
 * and, for a price, up to BEYOND times outside it. */
#include "reports/payoff/payoff_swing.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/evaluate.h"
#include "base/mem.h"
#include "reports/payoff/payoff_search.h"
#include "reports/payoff/winners_root.h"

/* A price is searched for P = 1 up to this many times beyond its range. */
static const double BEYOND = 8;

/* Constants that change log P by less than this are not listed. */
static const double LEAST_SWING = 1e-4;

enum { WIDEST_KEPT = 12 };

static void put(struct world *w, const struct swing *s, double value)
{
    *(double *)((char *)w + s->at) = value;
}

static void put_alone(struct world *w, const struct comparison *c, const struct swing *s,
                      double value)
{
    world_middle(w, c);
    put(w, s, value);
}

/* Is P = 1 inside the range? */
static bool flips_inside(const struct swing *s, double p_middle)
{
    return (s->p_low > 1) != (p_middle > 1) || (s->p_high > 1) != (p_middle > 1);
}

/* Swings with a bracket of the value at which P = 1. */
struct flips {
    size_t n;
    struct swing **swing;
    double (*end)[2];
};

static void add_flip(struct flips *x, struct swing *s, double a, double b)
{
    x->swing[x->n] = s;
    x->end[x->n][0] = a;
    x->end[x->n++][1] = b;
}

static void add_flip_inside(struct flips *x, struct swing *s, double p_middle)
{
    bool low = (s->p_low > 1) != (p_middle > 1);
    add_flip(x, s, s->middle, low ? s->low : s->high);
    s->inside = true;
}

/* Beyond an end of a range, where P of a price is asked last. */
static double far_value(const struct swing *s, double end)
{
    double far = end > s->middle ? end * BEYOND : end / BEYOND;
    return fmin(fmax(far, s->price->lo), s->price->hi);
}

/* Adds the prices at which P = 1 beyond the low or the high ends of their ranges, if they have none
 * yet. */
static void add_flips_beyond(struct flips *x, struct swing *swing, size_t n, bool high,
                             const struct comparison *c, double p_middle)
{
    struct world *w = mem_alloc(n + 1, sizeof *w);
    size_t *of = mem_alloc(n + 1, sizeof *of), asked = 0;
    double *p = mem_alloc(n + 1, sizeof *p);
    for (size_t i = 0; i < n; i++) {
        const struct swing *s = &swing[i];
        bool open = s->price && (high ? s->high : s->low) != s->middle;
        for (size_t k = 0; k < x->n; k++)
            open = open && x->swing[k] != s;
        if (!open)
            continue;
        put_alone(&w[asked], c, s, far_value(s, high ? s->high : s->low));
        of[asked++] = i;
    }
    comparison_payoffs(p, c, w, asked);
    for (size_t k = 0; k < asked; k++) {
        struct swing *s = &swing[of[k]];
        double end = high ? s->high : s->low;
        if ((p[k] > 1) != (p_middle > 1))
            add_flip(x, s, end, far_value(s, end));
    }
    free(w);
    free(of);
    free(p);
}

static struct payoff_search *open_search(const struct flips *x, const struct comparison *c)
{
    struct between *within = mem_alloc(x->n, sizeof *within);
    for (size_t i = 0; i < x->n; i++)
        for (int k = 0; k < 2; k++)
            put_alone(&within[i].end[k], c, x->swing[i], x->end[i][k]);
    struct payoff_search *search = payoff_search_open(c, within, x->n);
    free(within);
    return search;
}

/* log P of a comparison along a swing. */
struct along {
    const struct comparison *contest;
    const struct swing *swing;
    struct payoff_search *search;
};

static double log_payoff(double x, void *ctx)
{
    const struct along *a = ctx;
    struct world w;
    put_alone(&w, a->contest, a->swing, x);
    return log(payoff_search_at(a->search, &w));
}

static double log_payoff_of_winners(double x, void *ctx)
{
    const struct along *a = ctx;
    struct world w;
    put_alone(&w, a->contest, a->swing, x);
    return log(payoff_search_of_winners(a->search, &w));
}

static void find_flips(const struct flips *x, const struct comparison *c)
{
    struct payoff_search *search = open_search(x, c);
    for (size_t i = 0; i < x->n; i++) {
        double low = x->end[i][0], high = x->end[i][1];
        struct along a = {c, x->swing[i], search};
        const struct winners_root root = {log_payoff, log_payoff_of_winners, &a, 1e-6, NULL};
        x->swing[i]->flips_at = winners_root_find(
            &root, (struct bracket){low, log_payoff(low, &a), high, log_payoff(high, &a)});
    }
    payoff_search_close(search);
}

static struct flips flips_of(size_t n)
{
    return (struct flips){.swing = mem_alloc(n + 1, sizeof(struct swing *)),
                          .end = mem_alloc(n + 1, sizeof(double[2]))};
}

static void flips_end(struct flips *x, const struct comparison *c)
{
    if (x->n > 0)
        find_flips(x, c);
    free(x->swing);
    free(x->end);
}

/* Searches for P = 1 between the middle and both ends, then beyond the ends. */
static void find_all_flips(struct swing *swing, size_t n, const struct comparison *c,
                           double p_middle)
{
    struct flips x = flips_of(n);
    for (size_t i = 0; i < n; i++) {
        swing[i].flips_at = NAN;
        if (flips_inside(&swing[i], p_middle))
            add_flip_inside(&x, &swing[i], p_middle);
    }
    add_flips_beyond(&x, swing, n, false, c, p_middle);
    add_flips_beyond(&x, swing, n, true, c, p_middle);
    flips_end(&x, c);
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

/* The prices, the classes, the engine, and the ranges of each engine. */
size_t swings_most(const struct comparison *c)
{
    size_t ranges = sizeof(struct stated_ratio) / sizeof(double);
    return prices_fields.n + OP_CLASSES + 1 + ranges * c->n_ranged;
}

/* The swings found so far. */
struct swings {
    struct swing *swing;
    size_t n;
    const struct comparison *contest;
    double p_middle;
};

static void add(struct swings *x, const struct swing *of)
{
    if (of->low != of->high)
        x->swing[x->n++] = *of;
}

/* P at both ends of every range, in one search. */
static void price_ends(struct swings *x)
{
    size_t n = 2 * x->n;
    struct world *w = mem_alloc(n + 1, sizeof *w);
    double *p = mem_alloc(n + 1, sizeof *p);
    for (size_t i = 0; i < n; i++) {
        const struct swing *s = &x->swing[i / 2];
        world_middle(&w[i], x->contest);
        put(&w[i], s, i % 2 ? s->high : s->low);
    }
    comparison_payoffs(p, x->contest, w, n);
    for (size_t i = 0; i < x->n; i++) {
        x->swing[i].p_low = p[2 * i];
        x->swing[i].p_high = p[2 * i + 1];
    }
    free(w);
    free(p);
}

/* Keeps the constants that change P. */
static void keep_wide(struct swings *x)
{
    size_t kept = 0;
    for (size_t i = 0; i < x->n; i++)
        if (width(&x->swing[i]) > LEAST_SWING)
            x->swing[kept++] = x->swing[i];
    x->n = kept;
}

static void add_prices(struct swings *x)
{
    const struct price_book *book = &x->contest->prices;
    for (size_t i = 0; i < prices_fields.n; i++) {
        const struct field *f = &prices_fields.row[i];
        struct swing s = {.price = f,
                          .at = offsetof(struct world, prices) + f->offset,
                          .low = field_get(f, &book->low),
                          .middle = field_get(f, &book->middle),
                          .high = field_get(f, &book->high)};
        snprintf(s.name, sizeof s.name, "%s", f->name);
        add(x, &s);
    }
}

/* A switch, so that the compiler asks for the text of a new class. */
static const char *timed_text(enum op_class class)
{
    switch (class) {
    case OP_ATTENTION:
        return "time of attention on the chip";
    case OP_PROJECTION:
        return "time of projections";
    case OP_FFN:
        return "time of dense FFN";
    case OP_EXPERT:
        return "time of experts";
    case OP_COMMUNICATION:
        return "time of communication";
    case OP_OTHER:
        return "time of other operators";
    case OP_STATE:
        return "time of state updates";
    case OP_CLASSES:
        break;
    }
    return "time of what the engine runs";
}

static void add_times(struct swings *x)
{
    for (size_t i = 0; i <= OP_CLASSES; i++) {
        struct swing s = {.at = i < OP_CLASSES ? offsetof(struct world, time_z) + i * sizeof(double)
                                               : offsetof(struct world, engine_z),
                          .timed = true,
                          .low = -NORMAL_TENTH,
                          .middle = 0,
                          .high = NORMAL_TENTH};
        snprintf(s.name, sizeof s.name, "%s", timed_text((enum op_class)i));
        add(x, &s);
    }
}

static void add_engines(struct swings *x)
{
    static const struct {
        const char *name;
        size_t at; /* in struct stated_ratio */
    } parameter[] = {{"m", offsetof(struct stated_ratio, bandwidth)},
                     {"r", offsetof(struct stated_ratio, ridge)},
                     {"efficiency", offsetof(struct stated_ratio, efficiency)},
                     {"energy", offsetof(struct stated_ratio, energy)}};
    static_assert(LEN(parameter) * sizeof(double) == sizeof(struct stated_ratio),
                  "a range is missing");
    const struct comparison *c = x->contest;
    for (size_t i = 0; i < c->n_ranged; i++)
        for (size_t k = 0; k < LEN(parameter); k++) {
            const struct ranged_engine *r = &c->ranged[i];
            size_t at = parameter[k].at;
            struct swing s = {.at = offsetof(struct world, engine) + i * sizeof r->low + at,
                              .low = *(const double *)((const char *)&r->low + at),
                              .middle = 1,
                              .high = *(const double *)((const char *)&r->high + at)};
            snprintf(s.name, sizeof s.name, "%s of %.40s", parameter[k].name, r->name);
            add(x, &s);
        }
}

/* The constants that change P, widest first, without where they flip the verdict. */
static struct swings find_ends(struct swing *out, const struct comparison *c)
{
    struct swings x = {.swing = out, .contest = c, .p_middle = comparison_payoff_middle(c, NULL)};
    if (isnan(x.p_middle))
        return x;
    add_prices(&x);
    add_times(&x);
    add_engines(&x);
    price_ends(&x);
    keep_wide(&x);
    qsort(out, x.n, sizeof *out, widest_first);
    return x;
}

size_t comparison_swings(struct swing *out, const struct comparison *c)
{
    const struct swings x = find_ends(out, c);
    find_all_flips(out, x.n, c, x.p_middle);
    return x.n;
}

bool comparison_deciding_swing(struct swing *out, const struct comparison *c)
{
    struct swing *all = mem_alloc(swings_most(c), sizeof *all);
    const struct swings x = find_ends(all, c);
    size_t i = 0;
    while (i < x.n && !flips_inside(&all[i], x.p_middle))
        i++;
    bool found = i < x.n;
    if (found) {
        struct flips one = flips_of(1);
        *out = all[i];
        add_flip_inside(&one, out, x.p_middle);
        flips_end(&one, c);
    }
    free(all);
    return found;
}

size_t swings_keep(struct swing *swing, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (i < WIDEST_KEPT || swing[i].inside)
            swing[kept++] = swing[i];
    return kept;
}
