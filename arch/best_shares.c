#include "arch/best_shares.h"

#include "arch/metrics.h"
#include "arch/resident.h"

/* ---- what fits ---- */

FOR_ALL_VECTORS
static void find_caps(double *restrict cap, size_t n, const struct step *restrict s,
                      const struct rates_lanes *restrict rates,
                      const struct tier2_lanes *restrict tiers)
{
    const double *chip_byte = LANE(rates, rates, memory_byte);
    const double *pool_byte = LANE(rates, rates, pool_byte);
    for (size_t i = 0; i < n; i++) {
        struct tier2 t;
        struct resident h = resident_of(s, rates, i);
        LANES_TAKE(t, tiers, i);
        cap[i] = floor(resident_fit_tiers(&h, chip_byte[i], pool_byte[i], &t, 0));
    }
}

FOR_ALL_VECTORS
static void find_joined_caps(double *restrict cap, size_t n, const struct step *restrict s,
                             const struct rates_lanes *restrict rates,
                             const struct tier2_lanes *restrict tiers)
{
    const double *chip_byte = LANE(rates, rates, memory_byte);
    const double *pool_byte = LANE(rates, rates, pool_byte);
    for (size_t i = 0; i < n; i++) {
        struct resident h = resident_with_chip(s);
        double all_byte = chip_byte[i] + pool_byte[i] + LANE(tiers, tier2, byte)[i];
        cap[i] = floor(resident_fit(&h, all_byte, 0));
    }
}

void tiers_caps(double *cap, const struct step *s, const struct devices *d, bool joined)
{
    if (joined)
        find_joined_caps(cap, d->n, s, &d->rates, &d->tier2);
    else
        find_caps(cap, d->n, s, &d->rates, &d->tier2);
}

/* ---- the search ---- */

enum { EIGHTHS = 8, WIDTHS = 6, ROUNDS = 8 };

/* Added to a share at which a tier is just full, so that rounding does not lose a request. */
static const double JUST = 1e-12;

/* One device: the best shares so far, and what is needed to find others. */
struct spot {
    struct resident held, at; /* as the devices hold it, and where the best has it */
    struct tier2 tier;
    double memory_byte, balance;
    double weight, kv, requests, life_s, merit;
};

struct state {
    const struct share_search *s;
    struct candidates *best;
    struct spot spot[LANES];
    bool any;    /* something was tried */
    bool better; /* since it was last set to false */
};

static double clamped(double share)
{
    return larger(0, smaller(1, share));
}

/* The smallest share of the caches, or of the weights, with which the first tier holds so many
 * requests; the other share given. */
static double kv_to_fit(const struct spot *p, double weight, double requests)
{
    const struct resident *h = &p->at;
    double weight_byte = resident_chip_weight_byte(h), kv_byte = resident_chip_kv_byte(h);
    double room =
        p->memory_byte - weight_byte * (1 - weight) - h->fixed_byte - requests * h->act_byte;
    return kv_byte > 0 ? clamped(1 - room / (requests * kv_byte) + JUST) : 0;
}

static double weight_to_fit(const struct spot *p, double kv, double requests)
{
    const struct resident *h = &p->at;
    double weight_byte = resident_chip_weight_byte(h), kv_byte = resident_chip_kv_byte(h);
    double room = p->memory_byte - h->fixed_byte - requests * (kv_byte * (1 - kv) + h->act_byte);
    return weight_byte > 0 ? clamped(1 - room / weight_byte + JUST) : 0;
}

/* The share of the caches at which flash would last just long enough, written as fast as now. */
static double kv_to_last(const struct spot *p)
{
    bool wears = p->life_s < INFINITY;
    return wears ? clamped(p->kv * (p->life_s / p->tier.least_life_s) * (1 - 1e-9)) : p->kv;
}

/* The most requests that both tiers hold together, at least 1. */
static double most_requests(const struct spot *p)
{
    const struct resident *h = &p->held;
    double all_byte = p->memory_byte + p->tier.byte;
    return larger(1,
                  floor((all_byte - h->weight_byte - h->fixed_byte) / (h->kv_byte + h->act_byte)));
}

/* What the devices hold, with the chip where a candidate has it there. */
static struct resident held_at(const struct resident *held, const struct candidate *c)
{
    struct resident h = *held;
    h.apart_weight_byte = c->expert_place == PLACE_ENGINE ? h.apart_weight_byte : 0;
    h.apart_kv_byte = c->kv_place == PLACE_ENGINE ? h.apart_kv_byte : 0;
    return h;
}

/* Flash that wears out sooner than it must last. */
static void check_life(struct candidate *c, const struct spot *p, double written_byte,
                       double requests)
{
    double written_byte_per_s = c->kv_share2 * written_byte * requests / c->step_s;
    c->life_s = tier2_life_s(&p->tier, written_byte_per_s);
    if (c->verdict == VERDICT_OK && c->life_s < p->tier.least_life_s)
        c->verdict = VERDICT_ENDURANCE;
}

static bool is_better(double merit, double best)
{
    return merit > best + fabs(best) * 1e-12;
}

/* Tries a pair of shares on each device. */
static void try_shares(struct state *x, double *weight, double *kv)
{
    const struct share_search *s = x->s;
    struct devices some;
    struct candidates next;
    bool moved = !x->any;
    for (size_t i = 0; i < s->d->n; i++) {
        const struct spot *p = &x->spot[i];
        weight[i] = !(p->tier.byte > 0) ? 0 : s->weight_share < 0 ? weight[i] : s->weight_share;
        kv[i] = !(p->tier.byte > 0) ? 0 : s->kv_share < 0 ? kv[i] : s->kv_share;
        moved = moved || weight[i] != p->weight || kv[i] != p->kv;
    }
    if (!moved)
        return;
    devices_copy(&some, s->d);
    devices_share(&some, weight, kv);
    s->time(&next, &some, s->of);
    for (size_t i = 0; i < s->d->n; i++) {
        struct spot *p = &x->spot[i];
        struct candidate c;
        double load = LANE(&next.load, load, most)[i];
        LANES_TAKE(c, &next.of, i);
        c.weight_share2 = weight[i];
        c.kv_share2 = kv[i];
        struct resident at = held_at(&p->held, &c);
        c.far_byte = resident_far_byte(&at, weight[i], kv[i], load);
        check_life(&c, p, resident_written_byte(&at, s->step), load);
        double merit = s->merit(&c);
        if (x->any && !is_better(merit, p->merit))
            continue;
        LANES_PUT(&x->best->of, i, c);
        LANES_COPY(&x->best->load, i, &next.load, i);
        x->better = true;
        p->at = at;
        p->weight = weight[i];
        p->kv = kv[i];
        p->requests = load;
        p->life_s = c.life_s;
        p->merit = merit;
    }
    x->any = true;
}

/* Candidate j of a share: eighths, then those of a device. */
enum { TO_BALANCE = EIGHTHS + 1, TO_FIT_GIVEN, TO_FIT_MOST, KV_CANDIDATES };

static double kv_candidate(const struct spot *p, int j, double weight, double requests)
{
    switch (j) {
    case TO_BALANCE:
        return p->balance;
    case TO_FIT_GIVEN:
        return kv_to_fit(p, weight, requests > 0 ? requests : 1);
    case TO_FIT_MOST:
        return kv_to_fit(p, weight, most_requests(p));
    default:
        return (double)j / EIGHTHS;
    }
}

static void try_grid(struct state *x)
{
    const struct share_search *s = x->s;
    int weights = s->weight_share < 0 ? TO_BALANCE + 1 : 1;
    int kvs = s->kv_share < 0 ? KV_CANDIDATES : 1;
    for (int a = 0; a < weights; a++)
        for (int b = 0; b < kvs; b++) {
            lane weight, kv;
            for (size_t i = 0; i < s->d->n; i++) {
                const struct spot *p = &x->spot[i];
                weight[i] = a == TO_BALANCE ? p->balance : (double)a / EIGHTHS;
                double given = s->weight_share < 0 ? weight[i] : s->weight_share;
                kv[i] = kv_candidate(p, b, given, s->requests);
            }
            try_shares(x, weight, kv);
        }
}

/* A step from the best shares so far: of the weights, in widths; then of the caches, in widths, to
 * where the first tier holds `times` and `more` requests, or to `kv_lasts` of where flash lasts
 * just long enough. `weight_fits`: the weights instead. */
static const struct step_from {
    double weight, kv;
    bool kv_fits, weight_fits;
    double kv_lasts;
    double times, more;
} steps_from[] = {
    {.weight = 1},
    {.weight = -1},
    {.kv = 1},
    {.kv = -1},
    {.weight = 1, .kv = -1},
    {.weight = -1, .kv = 1},
    {.kv_fits = true, .times = 1},
    {.kv_fits = true, .times = 1, .more = 1},
    {.kv_fits = true, .times = 1.05},
    {.kv_fits = true, .times = 1, .weight = 1},
    {.kv_fits = true, .times = 1, .weight = -1},
    {.kv_fits = true, .times = 1, .more = 1, .weight = 1},
    {.kv_fits = true, .times = 1, .more = 1, .weight = -1},
    {.weight_fits = true, .times = 1},
    {.weight_fits = true, .times = 1, .more = 1},
    {.weight_fits = true, .times = 1.05},
    {.weight_fits = true, .times = 1, .more = -1},
    {.weight_fits = true, .times = 0.9},
    {.weight_fits = true, .times = 0.7},
    {.kv_fits = true, .times = 1, .more = -1},
    {.kv_fits = true, .times = 0.9},
    {.kv_fits = true, .times = 0.7},
    {.kv_lasts = 1},
    {.kv_lasts = 0.99, .weight = 1},
    {.kv_lasts = 1, .weight = -1},
    {.kv_lasts = 0.97, .weight = 4},
    {.kv_lasts = 0.94, .weight = 8},
};

static void try_step_from(struct state *x, const struct step_from *by, double width)
{
    lane weight, kv;
    for (size_t i = 0; i < x->s->d->n; i++) {
        const struct spot *p = &x->spot[i];
        double requests = larger(1, ceil(p->requests * by->times) + by->more);
        weight[i] = by->weight_fits ? weight_to_fit(p, p->kv, requests)
                                    : clamped(p->weight + by->weight * width);
        kv[i] = by->kv_lasts > 0 ? by->kv_lasts * kv_to_last(p)
                : by->kv_fits    ? kv_to_fit(p, weight[i], requests)
                                 : clamped(p->kv + by->kv * width);
    }
    try_shares(x, weight, kv);
}

static bool moves_free_share(const struct share_search *s, const struct step_from *by)
{
    bool weight = by->weight != 0 || by->weight_fits;
    bool kv = by->kv != 0 || by->kv_fits || by->kv_lasts > 0;
    return (weight && s->weight_share < 0) || (kv && s->kv_share < 0);
}

static void try_steps(struct state *x, double width)
{
    x->better = false;
    for (size_t k = 0; k < sizeof steps_from / sizeof *steps_from; k++)
        if (moves_free_share(x->s, &steps_from[k]))
            try_step_from(x, &steps_from[k], width);
}

void best_shares(struct candidates *out, const struct share_search *s)
{
    struct state x = {.s = s, .best = out};
    for (size_t i = 0; i < s->d->n; i++) {
        struct spot *p = &x.spot[i];
        struct rates r;
        LANES_TAKE(r, &s->d->rates, i);
        LANES_TAKE(p->tier, &s->d->tier2, i);
        p->held = resident_of(s->step, &s->d->rates, i);
        p->at = resident_with_chip(s->step);
        p->memory_byte = r.memory_byte;
        p->balance = tier2_balance(&p->tier, 1 / r.main.s_per_byte);
    }
    try_grid(&x);
    double width = 1.0 / EIGHTHS;
    for (int w = 0; w < WIDTHS; w++) {
        width /= 2;
        x.better = true;
        /* A round that helps no device would not help it the next time either. */
        for (int round = 0; round < ROUNDS && x.better; round++)
            try_steps(&x, width);
    }
}
