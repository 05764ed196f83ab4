#include "arch/make.h"

#include "base/power.h"

static const double PI = 3.14159265358979323846;
static const double BYTE_PER_GB = 1e9;
static const double BYTE_PER_TB = 1e12;
static const double FLOP_PER_TFLOP = 1e12;
static const double WAFER_MM = 300, EDGE_MM = 5, SCRIBE_MM = 0.2;
static const double CLUSTERS = 10;
static const double FEWER_DIES_MOST = 16; /* looked at, below the number needed */
static const double DIES_OF_A_STACK = 8;  /* that prices.stack_dram_mm2 holds for */

static double dies_per_wafer(double mm2)
{
    double side = sqrt(mm2), with_scribe = mm2 + 2 * SCRIBE_MM * side + SCRIBE_MM * SCRIBE_MM;
    double usable = WAFER_MM / 2 - EDGE_MM;
    return fmax(1, PI * usable * usable / with_scribe - PI * 2 * usable / sqrt(2 * with_scribe));
}

/* P(Poisson(mean) <= most), linear between whole numbers. */
static double at_most(double mean, double most)
{
    double term = exp(-mean), sum = term, whole = floor(most);
    for (double k = 1; k <= whole && (k < mean || term > 1e-12 * sum); k++)
        sum += term *= mean / k;
    return fmin(1, sum + (most - whole) * term * mean / (whole + 1));
}

double die_yield(const struct die *d, double defects_per_mm2, const struct prices *p)
{
    double fatal = defects_per_mm2 * d->uncore_mm2 * (1 - p->uncore_repair_ratio);
    double uncore = 1 / power_whole(1 + fatal / CLUSTERS, CLUSTERS);
    return fmax(1e-6, uncore * at_most(defects_per_mm2 * d->compute_mm2, d->spares));
}

double good_die_usd(const struct die *d, const struct process *at, const struct prices *p)
{
    double mm2 = d->compute_mm2 + d->uncore_mm2 + d->blank_mm2;
    if (mm2 <= 0)
        return 0;
    return (at->wafer_usd / dies_per_wafer(mm2) + p->die_test_usd) /
           die_yield(d, at->defects_per_mm2, p);
}

/* As many dies as fewer than needed, each as large as can be exposed and with as many defects as
 * all that is on the chip would meet there. */
static double full_dies_usd(const struct area *a, double dies, const struct process *at,
                            const struct prices *p)
{
    double full = p->reticle_mm2, uncore = a->die_mm2 - a->compute_mm2 - a->blank_mm2;
    double seam = dies > 1 ? 0 : a->seam_mm2; /* which one die does not have */
    double compute = a->compute_mm2 / dies, held = compute > full ? full / compute : 1;
    struct die d = {compute * held, fmin((uncore - seam) / dies, full), 0,
                    a->spare_units / dies * held};
    d.blank_mm2 = full - d.compute_mm2 - d.uncore_mm2;
    return dies * good_die_usd(&d, at, p);
}

/* All dies. They cost no less than fewer, full ones: that small dies yield better is not taken to
 * be free, for a seam costs design and speed that are not priced. So cost does not fall where a
 * growing chip is split. */
static double dies_usd(const struct area *a, const struct process *at, const struct prices *p)
{
    double n = a->dies, uncore = a->die_mm2 - a->compute_mm2 - a->blank_mm2;
    struct die one = {a->compute_mm2 / n, uncore / n, a->blank_mm2 / n, a->spare_units / n};
    double usd = n * good_die_usd(&one, at, p);
    for (double fewer = fmax(1, n - FEWER_DIES_MOST); fewer < n; fewer++)
        usd = fmax(usd, full_dies_usd(a, fewer, at, p));
    return usd;
}

/* A package: what stands on it, what it costs itself, and the share of both that is lost. */
struct package {
    double mm2, usd, lost_ratio;
};

static struct package package_of(const struct area *a, double stacks, const struct prices *p)
{
    double mm2 = (a->die_mm2 + stacks * p->stack_footprint_mm2) * p->interposer_ratio;
    double yield = p->package_yield * power_whole(p->bond_yield, a->dies + stacks);
    return (struct package){mm2, p->package_base_usd + mm2 * p->interposer_usd_per_mm2,
                            1 / fmax(yield, 1e-6) - 1};
}

static double memory_usd(const struct chip *c, double byte, double stacks, const struct prices *p)
{
    return byte / BYTE_PER_GB * (&p->hbm2_usd_per_gb)[(size_t)c->hbm] + stacks * p->hbm_stack_usd;
}

static double base_die_logic_mm2(const struct chip *c, const struct engine *e, double stacks,
                                 const struct prices *p)
{
    if (e->logic_mm2_per_stack >= 0)
        return e->logic_mm2_per_stack;
    if (e->kind != ENGINE_LOGIC_DIE)
        return 0;
    double m = engine_bandwidth_ratio(e), byte_per_s = c->memory_byte_per_s / stacks;
    return fmax(0, m - 1) * byte_per_s / BYTE_PER_TB * p->engine_tsv_mm2_per_tb_per_s +
           m * e->ridge_flop_per_byte * byte_per_s / FLOP_PER_TFLOP *
               p->engine_mac_mm2_per_tflop_per_s +
           p->engine_buffer_mm2;
}

/* In the stacks of the chip: on their DRAM dies, on their base dies. */
static void engine_in_stacks(struct device_cost *out, const struct chip *c, const struct engine *e,
                             double lost_ratio, const struct prices *p)
{
    double dram_mm2 = p->stack_dram_mm2 * chip_hbm(c)->dies / DIES_OF_A_STACK;
    double logic_mm2 = base_die_logic_mm2(c, e, out->stacks, p);
    double silicon_usd = out->memory_usd * e->dram_area_ratio +
                         out->stacks * logic_mm2 * p->engine_logic_usd_per_mm2;
    out->engine_mm2 += out->stacks * (logic_mm2 + dram_mm2 * e->dram_area_ratio);
    out->engine_usd +=
        (p->engine_premium * silicon_usd + out->memory_usd * p->engine_stack_premium_ratio) *
        (1 + lost_ratio);
}

/* On the compute dies, or behind a link that has its PHYs there. */
static void engine_on_dies(struct device_cost *out, const struct chip *c, double more,
                           double more_link, const struct process *at, const struct prices *p)
{
    struct area a;
    area_of_chip(&a, c, more, more_link, at, p);
    struct package with = package_of(&a, out->stacks, p);
    double usd = dies_usd(&a, at, p);
    out->engine_mm2 += a.die_mm2 - out->die_mm2;
    out->package_mm2 = with.mm2;
    out->engine_usd +=
        (usd + out->memory_usd + with.usd) * (1 + with.lost_ratio) -
        (out->logic_usd + out->memory_usd + out->package_usd + out->package_loss_usd);
}

/* Devices of their own, none with more stacks than the chip: each has a die that computes, a
 * package and a test. */
static void engine_in_pool(struct device_cost *out, const struct chip *c, const struct engine *e,
                           double peak_flop_per_s, const struct process *at, const struct prices *p)
{
    double added = engine_added_stack_ratio(e), devices = fmax(1, ceil(added));
    double stacks = fmax(1, ceil(added * out->stacks / devices));
    struct edge edge = {chip_hbm(c), stacks,
                        engine_bandwidth_ratio(e) * c->memory_byte_per_s / devices,
                        e->link_byte_per_s / devices};
    struct area a = {.memory_mm2 = area_of_memory(&edge, at, p),
                     .link_mm2 = area_of_links(&edge, at, p)};
    double logic_mm2 = area_of_engine(peak_flop_per_s / devices, c, at, p);
    a.other_mm2 = logic_mm2 + p->other_ratio * (logic_mm2 + a.memory_mm2 + a.link_mm2);
    area_split(&a, &edge, p);
    struct package on = package_of(&a, stacks, p);
    double usd =
        dies_usd(&a, at, p) + on.usd + memory_usd(c, added * c->memory_byte / devices, stacks, p);
    out->engine_mm2 +=
        devices * (a.die_mm2 + stacks * p->stack_dram_mm2 * chip_hbm(c)->dies / DIES_OF_A_STACK);
    out->engine_usd += devices * (usd * (1 + on.lost_ratio) + p->test_usd);
}

void cost_device(struct device_cost *out, const struct chip *c, const struct engine *e,
                 const struct prices *p)
{
    struct process at = process_at(node_place(c->node_nm), p);
    area_of_chip(&out->area, c, 0, 0, &at, p);
    out->die_mm2 = out->area.die_mm2;
    out->dies = out->area.dies;
    out->stacks = chip_memory_stacks(c);
    struct package on = package_of(&out->area, out->stacks, p);
    out->logic_usd = dies_usd(&out->area, &at, p);
    out->memory_usd = memory_usd(c, c->memory_byte, out->stacks, p);
    out->package_mm2 = on.mm2;
    out->package_usd = on.usd;
    out->package_loss_usd = (out->logic_usd + out->memory_usd + out->package_usd) * on.lost_ratio;
    out->test_usd = p->test_usd;
    out->engine_mm2 = out->engine_usd = 0;
    if (engine_is_there(e)) {
        double flop_per_s =
            engine_bandwidth_ratio(e) * e->ridge_flop_per_byte * c->memory_byte_per_s;
        double on_die_mm2 = e->kind == ENGINE_ON_DIE ? area_of_engine(flop_per_s, c, &at, p) : 0;
        if (e->kind == ENGINE_BANK || e->kind == ENGINE_LOGIC_DIE)
            engine_in_stacks(out, c, e, on.lost_ratio, p);
        if (e->kind == ENGINE_POOL)
            engine_in_pool(out, c, e, flop_per_s, &at, p);
        if (on_die_mm2 > 0 || e->link_byte_per_s > 0)
            engine_on_dies(out, c, on_die_mm2, e->link_byte_per_s, &at, p);
    }
    out->total_usd = out->logic_usd + out->memory_usd + out->package_usd + out->package_loss_usd +
                     out->test_usd + out->engine_usd;
}
