#include "arch/cost.h"

#include "base/mem.h"

static const double PI = 3.14159265358979323846;
static const double BYTE_PER_GB = 1e9;
static const double MM2_PER_CM2 = 100;
static const double J_PER_KWH = 3.6e6;
static const double S_PER_YEAR = 365.25 * 24 * 3600;
static const double TOKENS_PER_MTOK = 1e6;
static const double WAFER_MM = 300, EDGE_MM = 5, SCRIBE_MM = 0.2;
static const double CLUSTERS = 10;

/* clang-format off */
#define PRICE(member, unit, from, to, text) { FIELD(prices, member, unit), .lo = from, .hi = to, .init = NAN, .doc = text }
#define WAFER(node) PRICE(wafer_##node##_usd, "USD", 1, 1e6, "A processed 300 mm wafer.")
#define DEFECTS(node) PRICE(defects_##node##_per_cm2, "1", 0, 10, "Defects per cm2.")
#define HBM(kind) PRICE(kind##_usd_per_gb, "USD", 0, 1e4, "A gigabyte of stacked memory.")

static const struct field rows[] = {
    WAFER(2nm), WAFER(3nm), WAFER(4nm), WAFER(5nm), WAFER(7nm), WAFER(14nm), WAFER(28nm),
    DEFECTS(2nm), DEFECTS(3nm), DEFECTS(4nm), DEFECTS(5nm), DEFECTS(7nm), DEFECTS(14nm), DEFECTS(28nm),
    HBM(hbm2), HBM(hbm2e), HBM(hbm3), HBM(hbm3e), HBM(hbm3e_12h), HBM(hbm4),
    PRICE(reticle_mm2, "mm2", 1, 1e5, "Largest die a scanner can expose."),
    PRICE(spare_unit_ratio, "1", 0, 1, "Compute units on the die that may be bad, over those in use."),
    PRICE(uncore_repair_ratio, "1", 0, 1, "Share of the uncore in which a defect is repaired (SRAM)."),
    PRICE(memory_interface_mm2_per_stack, "mm2", 0, 1e3, "PHY and controller of one memory stack."),
    PRICE(link_mm2_per_gb_per_s, "mm2", 0, 1e3, "PHY and controller of 1 GB/s of link, one direction."),
    PRICE(stack_footprint_mm2, "mm2", 0, 1e3, "Interposer area of one memory stack."),
    PRICE(interposer_usd_per_mm2, "USD", 0, 1e3, "Interposer and assembly per mm2."),
    PRICE(package_yield, "1", 0.01, 1, "Packages that are good after assembly."),
    PRICE(test_usd, "USD", 0, 1e6, "Test, board and auxiliary parts of one device."),
    PRICE(stack_dram_mm2, "mm2", 0, 1e5, "Area of all DRAM dies of one memory stack."),
    PRICE(engine_logic_usd_per_mm2, "USD", 0, 1e3, "Engine logic on a base die, per mm2."),
    PRICE(engine_premium, "1", 1, 100, "Price of engine silicon over its bare cost, for small volume and lost yield."),
    PRICE(engine_stack_premium_ratio, "1", 0, 100, "Price added to a memory stack because it is a special part, over that of a plain one."),
    PRICE(margin_ratio, "1", 1, 100, "Price of a device over its cost to make."),
    PRICE(server_usd_per_device, "USD", 0, 1e6, "Host, board, chassis, cooling: share of one device."),
    PRICE(link_usd_per_gb_per_s, "USD", 0, 1e6, "Scale-up switches and cables per GB/s of a device."),
    PRICE(network_usd_per_gb_per_s, "USD", 0, 1e6, "NIC, switches and optics per GB/s of a device."),
    PRICE(static_power_ratio, "1", 0, 1, "Power at idle over the design power."),
    PRICE(compute_j_per_flop, "J", 0, 1, "Energy of a BF16 operation."),
    PRICE(memory_j_per_byte, "J", 0, 1, "Energy of a byte from memory."),
    PRICE(link_j_per_byte, "J", 0, 1, "Energy of a byte over a link."),
    PRICE(server_power_ratio, "1", 1, 10, "Power of the server over that of its devices."),
    PRICE(pue, "1", 1, 10, "Power of the building over that of its servers."),
    PRICE(electricity_usd_per_kwh, "USD", 0, 100, "Electricity."),
    PRICE(lifetime_year, "1", 0.1, 100, "Years the capital is written off over."),
    PRICE(busy_ratio, "1", 0.01, 1, "Share of the lifetime spent at this activity."),
};
/* clang-format on */
COVERS(rows, prices);

const struct fields prices_fields = {"prices", rows, LEN(rows), sizeof(struct prices)};

/* Log-linear between the nodes of a table. */
static double at_node(const double *value, double node_nm)
{
    static const double node[NODES] = {2, 3, 4, 5, 7, 14, 28};
    size_t i = 0;
    while (i + 2 < NODES && node[i + 1] <= node_nm)
        i++;
    if (node[i] == node_nm)
        return value[i];
    double t = log(node_nm / node[i]) / log(node[i + 1] / node[i]);
    return value[i] * pow(value[i + 1] / value[i], fmin(fmax(t, 0), 1));
}

static double dies_per_wafer(double mm2)
{
    double side = sqrt(mm2), with_scribe = mm2 + 2 * SCRIBE_MM * side + SCRIBE_MM * SCRIBE_MM;
    double usable = WAFER_MM / 2 - EDGE_MM;
    return fmax(1, PI * usable * usable / with_scribe - PI * 2 * usable / sqrt(2 * with_scribe));
}

/* P(Poisson(mean) <= most). */
static double at_most(double mean, double most)
{
    double term = exp(-mean), sum = term;
    for (double k = 1; k <= most && term > 1e-12 * sum; k++)
        sum += term *= mean / k;
    return fmin(1, sum);
}

double cost_good_die_usd(double compute_mm2, double uncore_mm2, double node_nm, double units,
                         const struct prices *p)
{
    double defects = at_node(&p->defects_2nm_per_cm2, node_nm) / MM2_PER_CM2;
    double fatal_mm2 = uncore_mm2 * (1 - p->uncore_repair_ratio);
    double yield = pow(1 + defects * fatal_mm2 / CLUSTERS, -CLUSTERS) *
                   at_most(defects * compute_mm2, floor(units * p->spare_unit_ratio));
    return at_node(&p->wafer_2nm_usd, node_nm) /
           (dies_per_wafer(compute_mm2 + uncore_mm2) * fmax(yield, 1e-6));
}

void cost_device(struct device_cost *out, const struct chip *c, const struct engine *e,
                 const struct prices *p)
{
    double stacks = chip_memory_stacks(c);
    double usd_per_byte = (&p->hbm2_usd_per_gb)[(size_t)c->hbm] / BYTE_PER_GB;
    double compute_mm2 = chip_flop_per_s(c) / c->compute_flop_per_s_per_mm2;
    double uncore_mm2 = c->uncore_mm2 + stacks * p->memory_interface_mm2_per_stack +
                        c->link_byte_per_s / BYTE_PER_GB * p->link_mm2_per_gb_per_s;

    out->die_mm2 = compute_mm2 + uncore_mm2;
    out->dies = ceil(out->die_mm2 / p->reticle_mm2);
    out->logic_usd = out->dies * cost_good_die_usd(compute_mm2 / out->dies, uncore_mm2 / out->dies,
                                                   c->node_nm, c->compute_units / out->dies, p);
    out->memory_usd = c->memory_byte * usd_per_byte;
    out->engine_usd = out->engine_mm2 = 0;
    if (engine_is_there(e)) {
        double added = e->added_stack_ratio;
        out->engine_mm2 =
            stacks *
            ((1 + added) * (e->logic_mm2_per_stack + p->stack_dram_mm2 * e->dram_area_ratio) +
             added * p->stack_dram_mm2);
        out->engine_usd = out->memory_usd * added +
                          stacks * added * p->stack_footprint_mm2 * p->interposer_usd_per_mm2 +
                          p->engine_premium * (1 + added) *
                              (out->memory_usd * e->dram_area_ratio +
                               stacks * e->logic_mm2_per_stack * p->engine_logic_usd_per_mm2) +
                          (1 + added) * out->memory_usd * p->engine_stack_premium_ratio;
    }
    out->package_usd = (out->die_mm2 + stacks * p->stack_footprint_mm2) * p->interposer_usd_per_mm2;
    /* Everything on a package is lost with it. */
    out->package_loss_usd =
        (out->logic_usd + out->memory_usd + out->package_usd + out->engine_usd) *
        (1 / p->package_yield - 1);
    out->test_usd = p->test_usd;
    out->total_usd = out->logic_usd + out->memory_usd + out->package_usd + out->package_loss_usd +
                     out->test_usd + out->engine_usd;
}

static double system_usd(double device_usd, double devices, const struct chip *c,
                         const struct prices *p)
{
    return devices * (device_usd * p->margin_ratio + p->server_usd_per_device +
                      c->link_byte_per_s / BYTE_PER_GB * p->link_usd_per_gb_per_s +
                      c->network_byte_per_s / BYTE_PER_GB * p->network_usd_per_gb_per_s);
}

/* Of the whole system, at the meter. Narrow arithmetic costs energy in proportion (measured on
 * H200: 0.63 of BF16 for FP8). */
static double power_w(const struct step_split *s, double step_s, double devices,
                      const struct chip *c, const struct engine *e, const struct precision *n,
                      const struct prices *p)
{
    double active_j = s->flop * p->compute_j_per_flop * fmin(1, 0.26 + 0.37 * n->math) +
                      (s->byte + s->engine_byte * e->power_ratio) * p->memory_j_per_byte +
                      s->wire_byte * p->link_j_per_byte;
    return devices * (c->tdp_w * p->static_power_ratio + active_j / step_s) *
           p->server_power_ratio * p->pue;
}

struct costs {
    double die_area_mm2, engine_area_mm2, device_cost_usd, system_cost_usd, power_w,
        energy_j_per_token, usd_per_mtok;
};

static struct costs costs_at(const struct prices *p, const struct chip *c, const struct engine *e,
                             double devices, const struct precision *precision,
                             const struct step_split *split, double step_s, double tokens_per_s)
{
    struct device_cost d;
    struct costs r;
    cost_device(&d, c, e, p);
    r.die_area_mm2 = d.die_mm2;
    r.engine_area_mm2 = d.engine_mm2;
    r.device_cost_usd = d.total_usd;
    r.system_cost_usd = system_usd(d.total_usd, devices, c, p);
    r.power_w = power_w(split, step_s, devices, c, e, precision, p);
    r.energy_j_per_token = r.power_w / tokens_per_s;
    double capital_usd_per_s = r.system_cost_usd / (p->lifetime_year * S_PER_YEAR * p->busy_ratio);
    double energy_usd_per_s = r.power_w / J_PER_KWH * p->electricity_usd_per_kwh;
    r.usd_per_mtok = (capital_usd_per_s + energy_usd_per_s) / tokens_per_s * TOKENS_PER_MTOK;
    return r;
}

void cost_metrics(struct metrics *out, const struct chip *c, const struct engine *e, double devices,
                  const struct precision *precision, const struct step_split *split, double step_s,
                  const struct price_book *book)
{
    double t = out->tokens_per_s;
    struct costs low = costs_at(&book->low, c, e, devices, precision, split, step_s, t);
    struct costs middle = costs_at(&book->middle, c, e, devices, precision, split, step_s, t);
    struct costs high = costs_at(&book->high, c, e, devices, precision, split, step_s, t);

#define SET(member)                                                                                \
    out->member = middle.member, out->member##_low = low.member, out->member##_high = high.member
    SET(die_area_mm2);
    SET(engine_area_mm2);
    SET(device_cost_usd);
    SET(system_cost_usd);
    SET(power_w);
    SET(energy_j_per_token);
    SET(usd_per_mtok);
#undef SET
    out->tokens_per_s_per_usd = t / middle.system_cost_usd;
}

double cost_system_usd(const struct chip *c, const struct engine *e, double devices,
                       const struct prices *p)
{
    struct device_cost device;
    cost_device(&device, c, e, p);
    return system_usd(device.total_usd, devices, c, p);
}
