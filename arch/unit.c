#include "arch/unit.h"

void device_make(struct device *out, const struct chip *c, const struct engine *e,
                 const struct precision *p)
{
    double engine_byte_per_s = e->bandwidth_ratio * c->memory_byte_per_s;

    *out = (struct device){
        .main = {1 / chip_math_flop_per_s(c, p->math), 1 / c->memory_byte_per_s, 0},
        .link = {1 / c->link_byte_per_s, c->link_latency_s},
        .network = {1 / c->network_byte_per_s, c->network_latency_s},
        .link_domain = c->link_domain,
        .memory_byte = c->memory_byte,
    };
    if (!engine_is_there(e))
        return;
    /* r is in BF16 operations; narrower arithmetic runs in proportion (assumed). */
    out->engine.s_per_flop = fmin(p->math, 2) / 2 / (e->ridge_flop_per_byte * engine_byte_per_s);
    out->engine.s_per_byte = 1 / engine_byte_per_s;
    out->engine.s_per_wire_byte = e->link_byte_per_s > 0 ? 1 / e->link_byte_per_s : 0;
    out->engine_runs_attention = (int)e->runs & RUNS_ATTENTION;
    out->engine_runs_experts = (int)e->runs & RUNS_EXPERTS;
    out->overlap = e->overlap;
    out->memory_byte = c->memory_byte * e->capacity_ratio;
}

double engine_speedup(double intensity, double chip_ridge, double bandwidth_ratio, double ridge)
{
    return fmax(1, intensity / chip_ridge) /
           fmax(1 / bandwidth_ratio, intensity / (bandwidth_ratio * ridge));
}
