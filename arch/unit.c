#include "arch/unit.h"

void device_make(struct device *out, const struct design *d)
{
    const struct chip *c = &d->chip;
    const struct engine *e = &d->engine;
    const struct precision *p = &d->precision;
    const struct calibration *calibration =
        d->mode.timing == TIMING_CALIBRATED ? d->calibration : NULL;
    double engine_byte_per_s = engine_bandwidth_ratio(e) * c->memory_byte_per_s;

    *out = (struct device){
        .main = {1 / chip_math_flop_per_s(c, p->math), 1 / c->memory_byte_per_s, 0,
                 1 / chip_math_flop_per_s(c, fmax(p->kv, 1))},
        .link = {1 / c->link_byte_per_s, c->link_latency_s},
        .network = {1 / c->network_byte_per_s, c->network_latency_s},
        .link_domain = c->link_domain,
        .memory_byte = c->memory_byte,
    };
    out->calibration = calibration;
    out->calibration_own = d->calibration_own;
    for (int k = 0; k < KERNELS && calibration; k++)
        out->number[k] = calibration_number(calibration, (enum kernel)k, p->math, p->kv);
    bool has_fp4 = c->fp4_ratio > c->fp8_ratio; /* such units also multiply FP4 by FP8 */
    out->weight_only = p->weight < 0.75 && (p->math > 1.5 || !has_fp4);
    if (!engine_is_there(e))
        return;
    /* r is in BF16 operations; narrower arithmetic runs in proportion (assumed). */
    out->engine.s_per_flop = fmin(p->math, 2) / 2 / (e->ridge_flop_per_byte * engine_byte_per_s);
    out->engine.s_per_core_flop =
        fmax(fmin(p->kv, 2), 1) / 2 / (e->ridge_flop_per_byte * engine_byte_per_s);
    out->engine.s_per_byte = 1 / engine_byte_per_s;
    out->engine.s_per_wire_byte = e->link_byte_per_s > 0 ? 1 / e->link_byte_per_s : 0;
    out->engine_runs_attention = (int)e->runs & RUNS_ATTENTION;
    out->engine_runs_experts = (int)e->runs & RUNS_EXPERTS;
    out->overlap = e->overlap;
    out->memory_byte = c->memory_byte * e->capacity_ratio;
}

struct call unit_call(const struct unit *u, const struct op *o, double flop, double byte,
                      double requests)
{
    double per_flop = o->class == OP_ATTENTION ? u->s_per_core_flop : u->s_per_flop;
    double n = o->count, aside_byte = o->aside_byte * requests;
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
