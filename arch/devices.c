#include "arch/devices.h"

void devices_look_up(struct devices *d)
{
    const double *kind = LANE(&d->chip, chip, hbm);
    struct chip c = {.hbm = kind[0]};
    if (lanes_are_equal(kind, d->n)) {
        LANES_FILL(&d->hbm, d->n, *chip_hbm(&c));
        return;
    }
    for (size_t i = 0; i < d->n; i++) {
        c.hbm = kind[i];
        LANES_PUT(&d->hbm, i, *chip_hbm(&c));
    }
}

FOR_ALL_VECTORS
static void make_rates(struct rates_lanes *restrict out, size_t n,
                       const struct chip_lanes *restrict chip,
                       const struct engine_lanes *restrict engine, struct peaks peaks)
{
    for (size_t i = 0; i < n; i++) {
        struct chip c;
        struct engine e;
        struct rates r;
        LANES_TAKE(c, chip, i);
        LANES_TAKE(e, engine, i);
        device_rates(&r, &c, &e, &peaks);
        LANES_PUT(out, i, r);
    }
}

void devices_time(struct devices *d, const struct design *like)
{
    device_make(&d->like, like);
    make_rates(&d->rates, d->n, &d->chip, &d->engine, peaks_of(&like->precision));
}
