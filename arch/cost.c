#include "arch/cost.h"

static const double BYTE_PER_GB = 1e9;
static const double J_PER_KWH = 3.6e6;
static const double S_PER_HOUR = 3600;
static const double S_PER_YEAR = 365.25 * 24 * 3600;
static const double TOKENS_PER_MTOK = 1e6;

/* A pool draws what it draws with memory and arithmetic at full rate. */
static double pool_tdp_w(const struct chip *c, const struct engine *e, double j_per_flop,
                         const struct prices *p)
{
    double byte_per_s = engine_bandwidth_ratio(e) * c->memory_byte_per_s;
    double active_w =
        byte_per_s * (e->power_ratio * p->memory_j_per_byte + e->ridge_flop_per_byte * j_per_flop);
    return active_w / fmax(1 - p->static_power_ratio, 0.01);
}

void cost_quote(struct quote *out, const struct chip *c, const struct engine *e,
                const struct prices *p)
{
    bool pool = engine_is_there(e) && e->kind == ENGINE_POOL;
    double j_per_flop =
        p->compute_j_per_flop * at_node(&p->energy_2nm_ratio, node_place(c->node_nm));
    double pool_w = pool ? pool_tdp_w(c, e, j_per_flop, p) : 0;
    double link_gb_per_s = (c->link_byte_per_s + (pool ? e->link_byte_per_s : 0)) / BYTE_PER_GB;

    cost_device(&out->device, c, e, p);
    out->engine_j_per_byte = e->power_ratio * p->memory_j_per_byte;
    out->chip_j_per_flop = j_per_flop;
    out->idle_w = (c->tdp_w + pool_w) * p->static_power_ratio;
    out->engine_idle_w = pool_w * p->static_power_ratio;
    out->tdp_w = c->tdp_w + pool_w;
    out->usd_per_device = out->device.total_usd * p->margin_ratio +
                          p->server_usd_per_device * (pool ? 1 + p->pool_server_ratio : 1) +
                          out->tdp_w * p->cooling_usd_per_w +
                          link_gb_per_s * p->link_usd_per_gb_per_s;
}

double network_levels(double devices, double switch_ports)
{
    double levels = 1;
    for (double joined = switch_ports; joined < devices; joined *= switch_ports / 2)
        levels++;
    return levels;
}

double network_usd_per_device(double devices, const struct chip *c, const struct prices *p)
{
    double levels = network_levels(devices, p->switch_ports);
    return c->network_byte_per_s / BYTE_PER_GB *
           (p->nic_usd_per_gb_per_s + (2 * levels - 1) * p->switch_usd_per_gb_per_s +
            levels * p->optics_usd_per_gb_per_s);
}

double math_energy_ratio(double math_byte, const struct prices *p)
{
    return math_byte > 2.5    ? math_byte / 2
           : math_byte > 1.5  ? 1
           : math_byte > 0.75 ? p->fp8_energy_ratio
                              : p->fp4_energy_ratio;
}

void cost_running(struct running_cost *out, const struct quote *q, const struct activity *a,
                  const struct chip *c, const struct prices *p)
{
    double engine_w = q->engine_idle_w + a->engine_byte * q->engine_j_per_byte / a->step_s;
    double active_j = a->flop * q->chip_j_per_flop * math_energy_ratio(a->math_byte, p) +
                      a->byte * p->memory_j_per_byte + a->engine_byte * q->engine_j_per_byte +
                      a->wire_byte * p->link_j_per_byte;
    double at_meter = a->devices * p->server_power_ratio * p->pue;

    out->board_w = q->idle_w + active_j / a->step_s;
    out->power_w = at_meter * out->board_w;
    out->engine_w = at_meter * engine_w;
    out->system_usd = a->devices * (q->usd_per_device + network_usd_per_device(a->devices, c, p));
    double capital_usd_per_s = out->system_usd / (p->lifetime_year * S_PER_YEAR * p->busy_ratio);
    double energy_usd_per_s = out->power_w / J_PER_KWH * p->electricity_usd_per_kwh;
    out->usd_per_hour = (capital_usd_per_s + energy_usd_per_s) * S_PER_HOUR;
    out->j_per_token = out->power_w / a->tokens_per_s;
    out->usd_per_mtok = (capital_usd_per_s + energy_usd_per_s) / a->tokens_per_s * TOKENS_PER_MTOK;
}

struct span {
    double low, middle, high;
};

static void put(double *low, double *middle, double *high, struct span s)
{
    *low = s.low, *middle = s.middle, *high = s.high;
}

/* Of a difference of two designs any of the three prices can give the least. */
static struct span sorted(struct span s)
{
    return (struct span){fmin(s.middle, fmin(s.low, s.high)), s.middle,
                         fmax(s.middle, fmax(s.low, s.high))};
}

void cost_metrics(struct metrics *out, const struct chip *c, const struct engine *e, double devices,
                  const struct precision *precision, const struct step_split *split, double step_s,
                  const struct price_book *book)
{
    struct activity a = {devices,         step_s,      out->tokens_per_s,  split->flop,
                         precision->math, split->byte, split->engine_byte, split->wire_byte};
    const struct prices *prices[3] = {&book->low, &book->middle, &book->high};
    struct quote q[3];
    struct running_cost r[3];

    for (int i = 0; i < 3; i++) {
        cost_quote(&q[i], c, e, prices[i]);
        cost_running(&r[i], &q[i], &a, c, prices[i]);
    }
#define OF(array, value) ((struct span){(array)[0].value, (array)[1].value, (array)[2].value})
#define PUT(metric, span) put(&out->metric##_low, &out->metric, &out->metric##_high, span)
    PUT(die_area_mm2, OF(q, device.die_mm2));
    PUT(engine_area_mm2, sorted(OF(q, device.engine_mm2)));
    PUT(device_cost_usd, OF(q, device.total_usd));
    PUT(system_cost_usd, OF(r, system_usd));
    PUT(power_w, OF(r, power_w));
    PUT(energy_j_per_token, OF(r, j_per_token));
    PUT(usd_per_mtok, OF(r, usd_per_mtok));
    PUT(engine_cost_usd, sorted(OF(q, device.engine_usd)));
    PUT(engine_power_w, OF(r, engine_w));
    PUT(usd_per_hour, OF(r, usd_per_hour));
#undef PUT
#undef OF
    out->tokens_per_s_per_usd = out->tokens_per_s / out->system_cost_usd;
    out->engine_bandwidth_ratio = engine_is_there(e) ? engine_bandwidth_ratio(e) : NAN;
    out->dies = q[1].device.dies;
    out->power_limit_ratio = r[1].board_w / q[1].tdp_w;
    out->package_limit_ratio = q[1].device.package_mm2 / book->middle.package_limit_mm2;
}
