/* Price and power of a system, from the manufacturing cost of its devices; the sources of all
 * constants are in the price file. Idea: price = devices x (manufacturing cost x margin + server +
 * cooling + links) + network; power = that of the boards (arch/energy.h) with server and building.
 * Invariant: one formula each, evaluated at the low, middle and high price list. */
#include "arch/cost.h"

#include <string.h>

static const double BF16_BYTE = 2;
static const double J_PER_KWH = 3.6e6;
static const double S_PER_HOUR = 3600;
static const double S_PER_YEAR = 365.25 * 24 * 3600;
static const double TOKENS_PER_MTOK = 1e6;

static inline void complete_quote(struct quote *q, const struct chip *c, const struct engine *e,
                                  const struct energy *energy, const struct prices *p)
{
    bool pool = energy->pool_w > 0;
    double link_gb_per_s = (c->link_byte_per_s + (pool ? e->link_byte_per_s : 0)) / BYTE_PER_GB;

    double far_w = energy->far_apart_w + energy->far_apart_j_per_byte * c->memory2_byte_per_s;
    q->tdp_w = energy->limit_w + energy->engine_design_w + energy->pool_w + far_w;
    q->usd_per_device = q->device.total_usd * p->margin_ratio +
                        p->server_usd_per_device * (1 + (pool ? 1 : 0) * p->pool_server_ratio) +
                        q->tdp_w * p->cooling_usd_per_w + link_gb_per_s * p->link_usd_per_gb_per_s;
}

FOR_ALL_VECTORS
static void complete_quotes(struct quote_lanes *restrict out,
                            const struct device_cost_lanes *restrict cost,
                            const struct devices *restrict d, const struct prices *restrict p)
{
    for (size_t i = 0; i < d->n; i++) {
        struct quote q;
        struct chip c;
        struct engine e;
        LANES_TAKE(q.device, cost, i);
        LANES_TAKE(c, &d->chip, i);
        LANES_TAKE(e, &d->engine, i);
        struct energy energy;
        LANES_TAKE(energy, &d->energy, i);
        complete_quote(&q, &c, &e, &energy, p);
        LANES_PUT(out, i, q);
    }
}

void cost_quotes(struct quote_lanes *out, const struct devices *d, const struct shared_dies *dies,
                 const struct prices *p)
{
    struct process_lanes process;
    struct device_cost_lanes cost;
    struct area_lanes area;
    devices_process(&process, d, p);
    cost_devices(&cost, &area, d, dies, &process, p);
    complete_quotes(out, &cost, d, p);
}

void cost_look_up(struct devices *d)
{
    devices_look_up(d);
    devices_find_energy(d, BF16_BYTE);
}

void cost_quote(struct quote *out, const struct chip *c, const struct engine *e,
                const struct prices *p)
{
    struct quote_lanes lanes;
    struct devices d;
    d.n = 0;
    devices_add(&d, c, e);
    cost_look_up(&d);
    cost_quotes(&lanes, &d, NULL, p);
    LANES_TAKE(*out, &lanes, 0);
}

double network_levels(double devices, double switch_ports)
{
    double levels = 1;
    for (double joined = switch_ports; joined < devices && switch_ports > 2;
         joined *= switch_ports / 2)
        levels++;
    return levels;
}

double network_usd(double levels, double byte_per_s, const struct prices *p)
{
    return byte_per_s / BYTE_PER_GB *
           (p->nic_usd_per_gb_per_s + (2 * levels - 1) * p->switch_usd_per_gb_per_s +
            levels * p->optics_usd_per_gb_per_s);
}

double network_usd_per_device(double devices, const struct chip *c, const struct prices *p)
{
    return network_usd(network_levels(devices, p->switch_ports), c->network_byte_per_s, p);
}

double cost_fleet_usd(double usd_per_device, double devices, double levels, double byte_per_s,
                      const struct prices *p)
{
    return devices * (usd_per_device + network_usd(levels, byte_per_s, p));
}

double cost_system_usd(const struct quote *q, double devices, double joined, const struct chip *c,
                       const struct prices *p)
{
    return cost_fleet_usd(q->usd_per_device, devices, network_levels(joined, p->switch_ports),
                          c->network_byte_per_s, p);
}

static inline void running_of(struct running_cost *out, const struct activity *a, double system_usd,
                              const struct prices *p)
{
    double s_per_token = 1 / a->tokens_per_s;
    double at_meter = a->devices * p->board_power_ratio * p->server_power_ratio * p->pue;
    double per_lifetime = 1 / (p->lifetime_year * S_PER_YEAR * p->busy_ratio);
    double usd_per_j = 1 / J_PER_KWH * p->electricity_usd_per_kwh;

    out->power_w = at_meter * (a->board_w + a->pool_w);
    out->engine_w = at_meter * (a->pool_w > 0 ? a->pool_w : a->engine_w);
    out->system_usd = system_usd;
    double usd_per_s = system_usd * per_lifetime + out->power_w * usd_per_j;
    out->usd_per_hour = usd_per_s * S_PER_HOUR;
    out->j_per_token = out->power_w * s_per_token;
    out->usd_per_mtok = usd_per_s * s_per_token * TOKENS_PER_MTOK;
}

void cost_running(struct running_cost *out, const struct quote *q, const struct activity *a,
                  const struct chip *c, const struct prices *p)
{
    running_of(out, a, cost_system_usd(q, a->devices, a->devices, c, p), p);
}

FOR_ALL_VECTORS
static void running_costs(struct running_cost_lanes *restrict out,
                          const struct quote_lanes *restrict q, const struct fleet *fleet,
                          const double *restrict levels, const double *restrict tokens_per_s,
                          const struct prices *restrict p)
{
    const struct devices *restrict d = fleet->d;
    const double *restrict devices = fleet->devices;
    const struct step_split_lanes *restrict split = fleet->split;
    for (size_t i = 0; i < d->n; i++) {
        struct quote quote;
        struct step_split s;
        struct running_cost r;
        LANES_TAKE(quote, q, i);
        LANES_TAKE(s, split, i);
        struct activity a = {devices[i], tokens_per_s[i], s.board_w, s.engine_w, s.pool_w};
        double network = network_usd(levels[i], LANE(&d->chip, chip, network_byte_per_s)[i], p);
        running_of(&r, &a, devices[i] * (quote.usd_per_device + network), p);
        LANES_PUT(out, i, r);
    }
}

static void levels_of(double *out, const double *devices, size_t n, double switch_ports)
{
    if (lanes_are_equal(devices, n)) {
        lanes_set(out, n, network_levels(devices[0], switch_ports));
        return;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = i > 0 && devices[i] == devices[i - 1] ? out[i - 1]
                                                       : network_levels(devices[i], switch_ports);
}

struct span {
    double low, middle, high;
};

/* For a difference of two costs, any of the three price levels can give the smallest value. */
static inline struct span sorted(struct span s)
{
    return (struct span){smaller(s.middle, smaller(s.low, s.high)), s.middle,
                         larger(s.middle, larger(s.low, s.high))};
}

FOR_ALL_VECTORS
static void put_costs(struct metrics_lanes *restrict out, const struct devices *restrict d,
                      const struct quote_lanes *restrict quote,
                      const struct running_cost_lanes *restrict running)
{
    for (size_t i = 0; i < d->n; i++) {
        struct quote q[3];
        struct running_cost r[3];
        UNROLLED
        for (int k = 0; k < 3; k++) {
            LANES_TAKE(q[k], &quote[k], i);
            LANES_TAKE(r[k], &running[k], i);
        }
#define OUT(metric) LANE(out, metrics, metric)[i]
#define OF(array, value) ((struct span){(array)[0].value, (array)[1].value, (array)[2].value})
#define PUT(metric, of_levels)                                                                     \
    do {                                                                                           \
        struct span s_ = of_levels;                                                                \
        OUT(metric##_low) = s_.low;                                                                \
        OUT(metric) = s_.middle;                                                                   \
        OUT(metric##_high) = s_.high;                                                              \
    } while (0)
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
        OUT(tokens_per_s_per_usd) = OUT(tokens_per_s) / r[1].system_usd;
        OUT(dies) = q[1].device.dies;
        OUT(package_limit_ratio) = q[1].device.package_limit_ratio;
#undef PUT
#undef OF
#undef OUT
    }
}

/* Adds the running cost of another fleet: its members add up. */
FOR_ALL_VECTORS
static void add_running_costs(struct running_cost_lanes *restrict out,
                              const struct running_cost_lanes *restrict more, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct running_cost a, b;
        LANES_TAKE(a, out, i);
        LANES_TAKE(b, more, i);
        a.system_usd += b.system_usd;
        a.power_w += b.power_w;
        a.engine_w += b.engine_w;
        a.j_per_token += b.j_per_token;
        a.usd_per_hour += b.usd_per_hour;
        a.usd_per_mtok += b.usd_per_mtok;
        LANES_PUT(out, i, a);
    }
}

/* Silicon of the fleet of point i. */
static double fleet_mm2(const struct quote_lanes *q, const struct fleet *f, size_t i)
{
    return (LANE(q, quote, device.die_mm2)[i] + LANE(q, quote, device.engine_mm2)[i]) *
           f->devices[i];
}

void cost_metrics(struct metrics_lanes *out, const struct fleet *fleet, size_t n,
                  const struct price_book *book)
{
    const struct prices *prices[3] = {&book->low, &book->middle, &book->high};
    const double *rate = LANE(out, metrics, tokens_per_s);
    struct quote_lanes q[3], of_other;
    struct running_cost_lanes r[3], more;
    size_t points = fleet->d->n;
    lane levels, joined, area, package; /* package: of the fleets behind the first */

    for (size_t i = 0; i < points; i++) {
        joined[i] = package[i] = 0;
        for (size_t k = 0; k < n; k++)
            joined[i] += fleet[k].devices[i];
    }
    for (int k = 0; k < 3; k++) {
        cost_quotes(&q[k], fleet->d, NULL, prices[k]);
        for (size_t i = 0; i < points && k == 1; i++)
            area[i] = fleet_mm2(&q[k], fleet, i);
        levels_of(levels, joined, points, prices[k]->switch_ports);
        running_costs(&r[k], &q[k], fleet, levels, rate, prices[k]);
        for (size_t j = 1; j < n; j++) {
            cost_quotes(&of_other, fleet[j].d, NULL, prices[k]);
            running_costs(&more, &of_other, &fleet[j], levels, rate, prices[k]);
            add_running_costs(&r[k], &more, points);
            if (k == 1 && fleet[j].usd)
                memcpy(fleet[j].usd, LANE(&more, running_cost, system_usd),
                       points * sizeof *fleet[j].usd);
            for (size_t i = 0; i < points && k == 1; i++) {
                area[i] += fleet_mm2(&of_other, &fleet[j], i);
                package[i] =
                    larger(package[i], LANE(&of_other, quote, device.package_limit_ratio)[i]);
            }
        }
    }
    put_costs(out, fleet->d, q, r);
    for (size_t i = 0; i < points; i++)
        LANE(out, metrics, system_area_mm2)[i] = area[i];
    for (size_t i = 0; i < points; i++) {
        double *ratio = &LANE(out, metrics, package_limit_ratio)[i];
        *ratio = larger(*ratio, package[i]);
    }
}
