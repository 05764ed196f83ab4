#include "arch/step_hot.h"

#include <assert.h>
#include <string.h>

/* Lanes come in whole vectors of four or eight, which are cheaper than the rest of one: behind the
 * open devices stand copies, or devices that are finished. */
static size_t whole_vectors(size_t n)
{
    return n == 1 ? 1 : n <= 4 ? 4 : (n + 7) / 8 * 8;
}
static_assert(LANES % 8 == 0, "the lanes have no place for whole vectors");

void hot_open(struct hot *h, size_t n, const struct step *s, const struct devices *d,
              const struct load_lanes *load, struct steps_memo *memo)
{
    h->step = s;
    h->memo = memo;
    h->n = n;
    for (; n < whole_vectors(h->n); n++)
        h->of[n] = h->of[h->n - 1];
    if (h->n == d->n && n == h->n)
        devices_copy(&h->devices, d);
    else
        devices_pick(&h->devices, d, h->of, n);
    memcpy(h->flop_s, LANE(&h->devices.rates, rates, main.s_per_flop), n * sizeof(double));
    memcpy(h->core_flop_s, LANE(&h->devices.rates, rates, main.s_per_core_flop),
           n * sizeof(double));
    for (size_t j = 0; j < n; j++)
        LANES_COPY(&h->load, j, load, h->of[j]);
}

void hot_spend(struct hot *h, const double *clock, bool slopes)
{
    h->devices.n = whole_vectors(h->n);
    devices_set_clock(&h->devices, h->flop_s, h->core_flop_s, clock);
    steps_spend(&h->spent, h->step, &h->devices, &h->load, slopes, h->memo);
}

void hot_move(struct hot *h, size_t to, size_t from)
{
    devices_move(&h->devices, to, from);
    h->flop_s[to] = h->flop_s[from];
    h->core_flop_s[to] = h->core_flop_s[from];
    h->of[to] = h->of[from];
    LANES_COPY(&h->load, to, &h->load, from);
}
