#include "arch/unit.h"

void device_make(struct device *out, const struct design *d)
{
    const struct chip *c = &d->chip;
    const struct precision *p = &d->precision;
    const struct calibration *calibration =
        d->mode.timing == TIMING_CALIBRATED ? d->calibration : NULL;

    *out = (struct device){.calibration = calibration, .calibration_own = d->calibration_own};
    struct peaks peaks = peaks_of(p);
    device_rates(&out->rates, c, &d->engine, &peaks);
    for (int k = 0; k < KERNELS && calibration; k++)
        out->number[k] = calibration_number(calibration, (enum kernel)k, p->math, p->kv);
    bool has_fp4 = c->fp4_ratio > c->fp8_ratio; /* such units also multiply FP4 by FP8 */
    out->weight_only = p->weight < 0.75 && (p->math > 1.5 || !has_fp4);
}

struct call unit_call(const struct unit *u, const struct op *o, double flop, double byte,
                      double requests)
{
    double per_flop = o->class == OP_ATTENTION ? u->s_per_core_flop : u->s_per_flop;
    double n = o->count, aside_byte = o->aside ? o->act_byte * requests : 0;
    return (struct call){.compute_s = flop * per_flop / n,
                         .memory_s = (byte - aside_byte) * u->s_per_byte / n,
                         .aside_s = aside_byte * u->s_per_byte / n,
                         .key_s = o->key_flop * requests * per_flop / n,
                         .depth = o->depth,
                         .per_head = o->per_head,
                         .joined = o->joined};
}

double engine_speedup(double intensity, double chip_ridge, double bandwidth_ratio, double ridge)
{
    return fmax(1, intensity / chip_ridge) /
           fmax(1 / bandwidth_ratio, intensity / (bandwidth_ratio * ridge));
}
