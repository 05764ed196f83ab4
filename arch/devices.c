#include "arch/devices.h"

#include "arch/timing.h"

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

static void find_measured(struct measured *out, const struct design *d)
{
    const struct precision *p = &d->precision;
    const struct calibration *from = timing_of(&d->mode)->needs_calibration ? d->calibration : NULL;

    *out = (struct measured){.calibration = from, .calibration_own = d->calibration_own};
    for (int k = 0; k < KERNELS; k++)
        out->number[k] = from ? calibration_number(from, (enum kernel)k, p->math, p->kv) : -1;
}

static void find_weight_only(struct devices *d, const struct precision *p)
{
    for (size_t i = 0; i < d->n; i++) { /* units with FP4 also multiply FP4 by FP8 */
        bool has_fp4 = LANE(&d->chip, chip, fp4_ratio)[i] > LANE(&d->chip, chip, fp8_ratio)[i];
        d->weight_only[i] = p->weight < 0.75 && (p->math > 1.5 || !has_fp4) ? 1 : 0;
    }
}

void devices_of(struct devices *out, const struct design *d)
{
    out->n = 0;
    devices_add(out, &d->chip, &d->engine);
    devices_time(out, d);
}

void devices_time(struct devices *d, const struct design *like)
{
    find_measured(&d->like, like);
    if (d->like.calibration)
        find_weight_only(d, &like->precision);
    make_rates(&d->rates, d->n, &d->chip, &d->engine, peaks_of(&like->precision));
}
