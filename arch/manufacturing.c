/* Manufacturing cost, after Chiplet Actuary (Feng and Ma, DAC 2022, arXiv:2203.12268). Idea: good
 * dies by yield with spare units, an interposer package that loses what is on it if a bond fails,
 * and engines by the silicon they add. Invariant: n dies cost at least as much as fewer full ones,
 * so cost never falls as a chip grows. All of it runs in lanes (base/lanes.h). */
#include "arch/manufacturing.h"

#include "arch/tier2.h"
#include "base/power.h"

static const double PI = 3.14159265358979323846;
static const double WAFER_MM = 300, EDGE_MM = 5, SCRIBE_MM = 0.2;
static const double CLUSTERS = 10;
static const double FEWER_DIES_MOST = 16; /* smaller numbers of dies to compare with */
static const double DIES_OF_A_STACK = 8;  /* in the stack of prices.stack_dram_mm2 */

void devices_process(struct process_lanes *out, const struct devices *d, const struct prices *p)
{
    const double *node_nm = LANE(&d->chip, chip, node_nm);
    struct process at = process_at(node_place(node_nm[0]), p);
    if (lanes_are_equal(node_nm, d->n)) {
        LANES_FILL(out, d->n, at);
        return;
    }
    for (size_t i = 0; i < d->n; i++) {
        if (i > 0 && node_nm[i] != node_nm[i - 1])
            at = process_at(node_place(node_nm[i]), p);
        LANES_PUT(out, i, at);
    }
}

/* ---- dies ---- */

enum { TERMS = 4 }; /* terms of a series per loop iteration */

static inline double dies_per_wafer(double mm2)
{
    double side = sqrt(mm2), with_scribe = mm2 + 2 * SCRIBE_MM * side + SCRIBE_MM * SCRIBE_MM;
    double usable = WAFER_MM / 2 - EDGE_MM;
    return larger(1, PI * usable * usable / with_scribe - PI * 2 * usable / sqrt(2 * with_scribe));
}

/* Poisson probability of no more defects than spares, linear between whole numbers, times the yield
 * of the uncore. The series is summed from its last significant term to the first (Horner); terms
 * beyond the spares, or so far beyond the mean that they are below rounding, are left out. */
FOR_ALL_VECTORS
static void die_yields(double *restrict out, size_t n, struct die_lanes *restrict die,
                       const double *restrict defects_per_mm2, const struct prices *restrict p)
{
    const double *compute_mm2 = LANE(die, die, compute_mm2), *spares = LANE(die, die, spares);
    double fatal_ratio = 1 - p->uncore_repair_ratio;
    lane mean, top, sum;
    int32_t most = 0;

    for (size_t i = 0; i < n; i++) {
        double whole = floor(spares[i]);
        mean[i] = defects_per_mm2[i] * compute_mm2[i];
        double counts = floor(smaller(20 + 3 * mean[i], 1e6));
        top[i] = smaller(whole + 1, counts);
        sum[i] = whole + 1 > counts ? 1 : spares[i] - whole;
        int32_t last = (int32_t)top[i];
        most = last > most ? last : most;
    }
    int32_t groups = (most + TERMS - 1) / TERMS;
    for (double from = TERMS * (double)groups; from > 0; from -= TERMS)
        for (size_t i = 0; i < n; i++) {
            double all = sum[i];
            UNROLLED
            for (int j = 0; j < TERMS; j++) {
                double k = from - j, longer = 1 + mean[i] * (1 / k) * all;
                all = k <= top[i] ? longer : all;
            }
            sum[i] = all;
        }
    for (size_t i = 0; i < n; i++) {
        double at_most = smaller(1, power_exp(-mean[i]) * sum[i]);
        double fatal = defects_per_mm2[i] * LANE(die, die, uncore_mm2)[i] * fatal_ratio;
        double once = 1 + fatal / CLUSTERS, twice = once * once, fourth = twice * twice;
        double good = at_most / (twice * (fourth * fourth)); /* to the power CLUSTERS */
        out[i] = larger(good, 1e-6); /* also for means above 700, where the series underflows */
    }
}

double die_yield(const struct die *d, double defects_per_mm2, const struct prices *p)
{
    struct die_lanes die;
    lane out;
    LANES_PUT(&die, 0, *d);
    die_yields(out, 1, &die, &defects_per_mm2, p);
    return out[0];
}

static inline double tested_usd(double per_wafer, double wafer_usd, const struct prices *p)
{
    return wafer_usd / per_wafer + p->die_test_usd;
}

double good_die_usd(const struct die *d, const struct process *at, const struct prices *p)
{
    double mm2 = d->compute_mm2 + d->uncore_mm2 + d->blank_mm2;
    if (mm2 <= 0)
        return 0;
    return tested_usd(dies_per_wafer(mm2), at->wafer_usd, p) / die_yield(d, at->defects_per_mm2, p);
}

/* SRAM that is the memory counts as blank area: its defects are repaired. */
static inline double uncore_of(const struct area *a)
{
    return a->die_mm2 - a->compute_mm2 - (a->blank_mm2 + a->sram_mm2);
}

/* One of the equal dies of a chip. */
static inline struct die equal_die(const struct area *a)
{
    double part = 1 / a->dies, uncore = uncore_of(a);
    return (struct die){a->compute_mm2 * part, uncore * part, (a->blank_mm2 + a->sram_mm2) * part,
                        a->spare_units * part};
}

/* One of `dies` full dies, fewer than the chip needs: as large as a die can be, holding as much of
 * the chip's logic as fits. */
static inline struct die full_die(const struct area *a, double dies, double full_mm2)
{
    double part = 1 / dies, uncore = uncore_of(a);
    double seam = dies > 1 ? 0 : a->seam_mm2; /* a single die has no die-to-die interface */
    double compute = a->compute_mm2 * part, held = smaller(1, full_mm2 / compute);
    struct die d = {compute * held, smaller((uncore - seam) * part, full_mm2), 0,
                    a->spare_units * part * held};
    d.blank_mm2 = full_mm2 - d.compute_mm2 - d.uncore_mm2;
    return d;
}

/* Is it enough to compare with one full die less, because the cost of full dies grows with their
 * number? n of them cost n / yield, so one more costs more unless the log of the yield grows by
 * more than log(1 + 1/n) >= 1/(n + 1). One more die removes at most 1/(n + 1) of a die's contents.
 * The log yield of the uncore grows by the defects removed; that of the compute units by the
 * defects removed times the probability that a die with no more defects than spares has exactly as
 * many: with two spares, below hits^2 / 2. */
static inline bool fewer_cost_less(const struct area *a, double full_mm2, double defects_per_mm2,
                                   double fatal_ratio)
{
    double uncore = uncore_of(a);
    double fatal = defects_per_mm2 * smaller(full_mm2, uncore) * fatal_ratio;
    double hits = defects_per_mm2 * smaller(full_mm2, a->compute_mm2), twice = hits * hits;
    double spares = a->spare_units * smaller(1 / a->dies, full_mm2 / a->compute_mm2);
    double last = spares >= 4 ? twice * twice / 24 : spares >= 2 ? twice / 2 : 1;
    return hits * last + fatal <= 1;
}

/* Cost of all dies of a chip, at least that of any smaller number of full dies. Small dies yield
 * better, but splitting costs design effort and speed that are not priced; so cost must not fall
 * where a growing chip is split. */
FOR_ALL_VECTORS
static void dies_usd(double *restrict usd, size_t n, const struct area_lanes *restrict area,
                     const struct process_lanes *restrict process, const struct prices *restrict p)
{
    const double *wafer_usd = LANE(process, process, wafer_usd), *dies = LANE(area, area, dies);
    const double *defects_per_mm2 = LANE(process, process, defects_per_mm2);
    const double *full_mm2 = LANE(area, area, limit_mm2);
    struct die_lanes die;
    struct area a;
    lane yield, first, fewer;

    for (size_t i = 0; i < n; i++) {
        LANES_TAKE(a, area, i);
        struct die one = equal_die(&a);
        LANES_PUT(&die, i, one);
    }
    die_yields(yield, n, &die, defects_per_mm2, p);
    for (size_t i = 0; i < n; i++) {
        LANES_TAKE(a, area, i);
        struct die one = equal_die(&a);
        double mm2 = one.compute_mm2 + one.uncore_mm2 + one.blank_mm2;
        double good_usd = tested_usd(dies_per_wafer(mm2), wafer_usd[i], p) / yield[i];
        usd[i] = mm2 > 0 ? a.dies * good_usd : 0;
        bool last =
            fewer_cost_less(&a, full_mm2[i], defects_per_mm2[i], 1 - p->uncore_repair_ratio);
        first[i] = larger(1, a.dies - (last ? 1 : FEWER_DIES_MOST));
    }
    for (double more = 0;; more++) {
        int64_t any = 0;
        for (size_t i = 0; i < n; i++) {
            fewer[i] = first[i] + more;
            any |= fewer[i] < dies[i];
        }
        if (!any)
            return;
        for (size_t i = 0; i < n; i++) {
            LANES_TAKE(a, area, i);
            struct die full = full_die(&a, fewer[i], full_mm2[i]);
            LANES_PUT(&die, i, full);
        }
        die_yields(yield, n, &die, defects_per_mm2, p);
        for (size_t i = 0; i < n; i++) {
            double good_usd = tested_usd(dies_per_wafer(full_mm2[i]), wafer_usd[i], p) / yield[i];
            double all_usd = fewer[i] * good_usd;
            usd[i] = fewer[i] < dies[i] ? larger(usd[i], all_usd) : usd[i];
        }
    }
}

/* ---- package and memory ---- */

/* A package: interposer area, cost, and share of package and contents lost in assembly. */
struct package {
    double mm2, usd, lost_ratio;
};
LANES_OF(package);

/* power_whole in lanes; whole[i] below 2^31. */
FOR_ALL_VECTORS
static void whole_powers(double *restrict y, size_t n, double x, const double *restrict whole)
{
    int32_t more = 1;
    for (size_t i = 0; i < n; i++)
        y[i] = 1;
    for (int bit = 0; more; bit++, x *= x) {
        more = 0;
        for (size_t i = 0; i < n; i++) {
            int32_t left = (int32_t)whole[i] >> bit;
            y[i] = (left & 1) ? y[i] * x : y[i];
            more |= left >> 1;
        }
    }
}

/* Stacks on the interposer: of `units` of memory, and with `tier2` those of a second tier. */
static void stacks_beside(double *out, const double *units, const struct devices *d, bool tier2)
{
    const double *on_interposer = LANE(&d->memory, memory_kind, on_interposer);
    for (size_t i = 0; i < d->n; i++)
        out[i] = units[i] * on_interposer[i];
    for (size_t i = 0; i < d->n && d->tiered && tier2; i++) {
        struct chip c;
        LANES_TAKE(c, &d->chip, i);
        out[i] += tier2_stacks(&c);
    }
}

/* A single die without a stack beside it needs no interposer. */
FOR_ALL_VECTORS
static void packages_of(struct package_lanes *restrict package, size_t n,
                        const struct area_lanes *restrict area, const double *restrict stacks,
                        const struct prices *restrict p)
{
    const double *dies = LANE(area, area, dies), *die_mm2 = LANE(area, area, die_mm2);
    lane bonds = {0}, bonded;
    for (size_t i = 0; i < n; i++)
        bonds[i] = smaller(dies[i] + stacks[i], 1e9);
    whole_powers(bonded, n, p->bond_yield, bonds);
    for (size_t i = 0; i < n; i++) {
        double beside = (die_mm2[i] + stacks[i] * p->stack_footprint_mm2) * p->interposer_ratio;
        bool joined = (dies[i] > 1) | (stacks[i] > 0);
        double mm2 = joined ? beside : 0;
        struct package on = {mm2, p->package_base_usd + mm2 * p->interposer_usd_per_mm2,
                             1 / larger(p->package_yield * bonded[i], 1e-6) - 1};
        LANES_PUT(package, i, on);
    }
}

static void find_usd_per_gb(double *out, const struct devices *d, const struct prices *p)
{
    const double *kind = LANE(&d->chip, chip, hbm);
    if (lanes_are_equal(kind, d->n))
        lanes_set(out, d->n, memory_usd_per_gb(kind[0], p));
    else
        for (size_t i = 0; i < d->n; i++)
            out[i] = memory_usd_per_gb(kind[i], p);
}

static inline double package_limit_mm2(double of_chip, const struct prices *p)
{
    return of_chip > 0 ? of_chip : p->package_limit_mm2;
}

/* ---- the chip ---- */

#define COST(part) LANE(out, device_cost, part)[i]

FOR_ALL_VECTORS
static void chips_area(struct area_lanes *restrict area, double *restrict stacks,
                       const struct devices *restrict d, const double *restrict more_mm2,
                       const double *restrict more_byte_per_s,
                       const struct process_lanes *restrict process,
                       const struct prices *restrict p)
{
    const struct prices held = *p; /* a load in a branch would keep the loop scalar */
    for (size_t i = 0; i < d->n; i++) {
        struct chip c;
        struct edge edge;
        struct process at;
        struct area a;
        LANES_TAKE(c, &d->chip, i);
        LANES_TAKE(edge.memory, &d->memory, i);
        LANES_TAKE(at, process, i);
        edge.stacks = stacks[i] = chip_memory_stacks(&c, &edge.memory);
        edge.memory_byte = c.memory_byte;
        edge.memory_gb_per_s = c.memory_byte_per_s / BYTE_PER_GB;
        edge.link_gb_per_s = (c.link_byte_per_s + more_byte_per_s[i]) / BYTE_PER_GB;
        area_of_chip(&a, &c, &edge, more_mm2[i], &at, &held);
        LANES_PUT(area, i, a);
    }
}

FOR_ALL_VECTORS
static void chips_usd(struct device_cost_lanes *restrict out,
                      const struct area_lanes *restrict area, const struct devices *restrict d,
                      const struct package_lanes *restrict package,
                      const double *restrict usd_per_gb, const struct prices *restrict p)
{
    for (size_t i = 0; i < d->n; i++) {
        double logic_usd = COST(logic_usd);
        double stacks = COST(stacks);
        double on_interposer = LANE(&d->memory, memory_kind, on_interposer)[i];
        double memory_usd = LANE(&d->chip, chip, memory_byte)[i] / BYTE_PER_GB * usd_per_gb[i] +
                            stacks * on_interposer * p->hbm_stack_usd;
        double packaged_usd = on_interposer > 0 ? memory_usd : 0; /* may be infinite */
        struct package on;
        LANES_TAKE(on, package, i);
        COST(die_mm2) = LANE(area, area, die_mm2)[i];
        COST(dies) = LANE(area, area, dies)[i];
        COST(memory_usd) = memory_usd;
        COST(package_mm2) = on.mm2;
        COST(package_limit_ratio) =
            on.mm2 / package_limit_mm2(LANE(&d->chip, chip, package_limit_mm2)[i], p);
        COST(package_usd) = on.usd;
        COST(package_loss_usd) = (logic_usd + packaged_usd + on.usd) * on.lost_ratio;
        COST(test_usd) = p->test_usd;
        COST(memory2_usd) = 0;
    }
}

/* ---- engines ---- */

/* Engines in the stacks of the chip, on the DRAM dies or on the base dies. */
FOR_ALL_VECTORS
static void engines_in_stacks(struct device_cost_lanes *restrict out,
                              const struct devices *restrict d,
                              const struct package_lanes *restrict package,
                              const struct prices *restrict p)
{
    for (size_t i = 0; i < d->n; i++) {
        struct engine e;
        LANES_TAKE(e, &d->engine, i);
        double stacks = COST(stacks);
        double memory_usd = COST(memory_usd);
        double lost_ratio = LANE(package, package, lost_ratio)[i];
        double dram_mm2 =
            p->stack_dram_mm2 * LANE(&d->memory, memory_kind, dies)[i] / DIES_OF_A_STACK;
        double given = e.logic_mm2_per_stack >= 0 ? 1 : p->engine_area_ratio;
        double logic_mm2 = given * LANE(&d->limits, engine_limits, stack_mm2)[i];
        double silicon_usd =
            memory_usd * e.dram_area_ratio + stacks * logic_mm2 * p->engine_logic_usd_per_mm2;
        double usd =
            (p->engine_premium * silicon_usd + memory_usd * p->engine_stack_premium_ratio) *
            (1 + lost_ratio);
        bool here = engine_is_there(&e) & ((e.kind == ENGINE_BANK) | (e.kind == ENGINE_LOGIC_DIE));
        bool hosted = LANE(&d->limits, engine_limits, hosted)[i] > 0;
        double mm2 = stacks * (logic_mm2 + dram_mm2 * e.dram_area_ratio);
        double base_ratio = LANE(&d->limits, engine_limits, stack_mm2)[i] /
                            LANE(&d->limits, engine_limits, base_mm2)[i];
        double most = hosted ? larger(COST(package_limit_ratio), base_ratio) : INFINITY;
        COST(package_limit_ratio) = here ? most : COST(package_limit_ratio);
        COST(engine_mm2) = (here & hosted) ? mm2 : 0;
        COST(engine_usd) = (here & hosted) ? usd : 0;
    }
}

/* Bandwidth and peak of the engine of device i. */
static double engine_byte_per_s(const struct devices *d, size_t i)
{
    return LANE(&d->limits, engine_limits, bandwidth_ratio)[i] *
           LANE(&d->chip, chip, memory_byte_per_s)[i];
}

static double engine_flop_per_s(const struct devices *d, size_t i)
{
    return LANE(&d->limits, engine_limits, ridge_flop_per_byte)[i] * engine_byte_per_s(d, i);
}

/* Engines in separate devices, each with a compute die, a package and a test, and no more stacks
 * than the chip. */
static void engines_in_pools(struct device_cost_lanes *out, const struct devices *d,
                             const struct process_lanes *process, const struct prices *p)
{
    struct area_lanes area;
    struct package_lanes package;
    lane devices, stacks, beside, logic_usd, usd_per_gb;
    for (size_t i = 0; i < d->n; i++) {
        struct chip c;
        struct engine e;
        struct process at;
        struct edge edge;
        LANES_TAKE(c, &d->chip, i);
        LANES_TAKE(e, &d->engine, i);
        LANES_TAKE(at, process, i);
        LANES_TAKE(edge.memory, &d->memory, i);
        double added = engine_added_stack_ratio(&e);
        devices[i] = larger(1, ceil(added));
        stacks[i] = larger(1 - edge.memory.on_die, ceil(added * COST(stacks) / devices[i]));
        edge.stacks = stacks[i];
        edge.memory_byte = added * c.memory_byte / devices[i];
        edge.memory_gb_per_s = engine_byte_per_s(d, i) / devices[i] / BYTE_PER_GB;
        edge.link_gb_per_s = e.link_byte_per_s / devices[i] / BYTE_PER_GB;
        struct area a = {.memory_mm2 = area_of_memory(&edge, &at, p),
                         .sram_mm2 = area_of_sram(&edge, &at, p),
                         .link_mm2 = area_of_links(&edge, &at, p),
                         .limit_mm2 = p->reticle_mm2};
        double logic_mm2 = area_of_engine(engine_flop_per_s(d, i) / devices[i], &c, &at, p);
        a.other_mm2 = logic_mm2 + p->other_ratio * (logic_mm2 + a.memory_mm2 + a.link_mm2);
        area_split(&a, &edge, p);
        LANES_PUT(&area, i, a);
    }
    stacks_beside(beside, stacks, d, false);
    packages_of(&package, d->n, &area, beside, p);
    dies_usd(logic_usd, d->n, &area, process, p);
    find_usd_per_gb(usd_per_gb, d, p);
    for (size_t i = 0; i < d->n; i++) {
        struct engine e;
        struct package on;
        LANES_TAKE(e, &d->engine, i);
        LANES_TAKE(on, &package, i);
        double byte =
            engine_added_stack_ratio(&e) * LANE(&d->chip, chip, memory_byte)[i] / devices[i];
        double usd =
            logic_usd[i] + on.usd +
            (byte / BYTE_PER_GB * usd_per_gb[i] +
             stacks[i] * LANE(&d->memory, memory_kind, on_interposer)[i] * p->hbm_stack_usd);
        double dram_mm2 =
            p->stack_dram_mm2 * LANE(&d->memory, memory_kind, dies)[i] / DIES_OF_A_STACK;
        COST(engine_mm2) += devices[i] * (LANE(&area, area, die_mm2)[i] + stacks[i] * dram_mm2);
        COST(engine_usd) += devices[i] * (usd * (1 + on.lost_ratio) + p->test_usd);
        COST(package_limit_ratio) =
            larger(COST(package_limit_ratio),
                   on.mm2 / package_limit_mm2(LANE(&d->chip, chip, package_limit_mm2)[i], p));
    }
}

/* Engines on the compute dies, or behind a link whose PHYs are there. */
static void engines_on_dies(struct device_cost_lanes *out, const struct devices *d,
                            const struct process_lanes *process, const struct prices *p)
{
    struct area_lanes area;
    struct package_lanes package;
    lane stacks, beside, logic_usd, more_mm2, more_byte_per_s;
    for (size_t i = 0; i < d->n; i++) {
        struct chip c;
        struct engine e;
        struct process at;
        LANES_TAKE(c, &d->chip, i);
        LANES_TAKE(e, &d->engine, i);
        LANES_TAKE(at, process, i);
        more_mm2[i] =
            e.kind == ENGINE_ON_DIE ? area_of_engine(engine_flop_per_s(d, i), &c, &at, p) : 0;
        more_byte_per_s[i] = e.link_byte_per_s;
    }
    chips_area(&area, stacks, d, more_mm2, more_byte_per_s, process, p);
    stacks_beside(beside, stacks, d, true);
    packages_of(&package, d->n, &area, beside, p);
    dies_usd(logic_usd, d->n, &area, process, p);
    for (size_t i = 0; i < d->n; i++) {
        struct device_cost alone;
        struct package with;
        LANES_TAKE(alone, out, i);
        LANES_TAKE(with, &package, i);
        double on_interposer = LANE(&d->memory, memory_kind, on_interposer)[i];
        double packaged_usd = on_interposer > 0 ? alone.memory_usd : 0;
        double board_usd = on_interposer > 0 ? 0 : alone.memory_usd;
        double usd = (logic_usd[i] + packaged_usd + with.usd) * (1 + with.lost_ratio) + board_usd;
        COST(engine_mm2) += LANE(&area, area, die_mm2)[i] - alone.die_mm2;
        COST(package_mm2) = with.mm2;
        COST(package_limit_ratio) =
            larger(COST(package_limit_ratio),
                   with.mm2 / package_limit_mm2(LANE(&d->chip, chip, package_limit_mm2)[i], p));
        COST(engine_usd) +=
            usd - (alone.logic_usd + alone.memory_usd + alone.package_usd + alone.package_loss_usd);
    }
}

struct subset {
    size_t which[LANES];
    struct devices devices;
    struct process_lanes process;
    struct device_cost_lanes cost;
};

/* Does engine i need dies of its own in a pool? Does it add area to the compute dies, also by the
 * PHYs of its link? */
static inline bool has_pool(const struct engine_lanes *engine, size_t i)
{
    struct engine e;
    LANES_TAKE(e, engine, i);
    return engine_is_there(&e) & (e.kind == ENGINE_POOL);
}

static inline bool is_on_dies(const struct engine_lanes *engine, size_t i)
{
    struct engine e;
    LANES_TAKE(e, engine, i);
    return engine_is_there(&e) & ((e.kind == ENGINE_ON_DIE) | (e.link_byte_per_s > 0));
}

FOR_ALL_VECTORS
static bool any_has_dies(const struct engine_lanes *restrict e, size_t n)
{
    int64_t any = 0;
    for (size_t i = 0; i < n; i++) {
        any |= has_pool(e, i);
        any |= is_on_dies(e, i);
    }
    return any;
}

/* Copies the devices of `which` into consecutive lanes. */
static void gather(struct subset *to, const struct device_cost_lanes *cost, const struct devices *d,
                   const struct process_lanes *process)
{
    for (size_t i = 0; i < to->devices.n; i++) {
        LANES_COPY(&to->devices.chip, i, &d->chip, to->which[i]);
        LANES_COPY(&to->devices.engine, i, &d->engine, to->which[i]);
        LANES_COPY(&to->devices.memory, i, &d->memory, to->which[i]);
        LANES_COPY(&to->devices.limits, i, &d->limits, to->which[i]);
        LANES_COPY(&to->process, i, process, to->which[i]);
        LANES_COPY(&to->cost, i, cost, to->which[i]);
    }
    to->devices.tiered = d->tiered;
}

static void scatter(struct device_cost_lanes *cost, const struct subset *from)
{
    for (size_t i = 0; i < from->devices.n; i++)
        LANES_COPY(cost, from->which[i], &from->cost, i);
}

/* Adds the cost of engines in pools and on compute dies, for those devices that have one. */
static void engines_with_dies(struct device_cost_lanes *out, const struct devices *d,
                              const struct process_lanes *process, const struct prices *p)
{
    struct subset subset;
    if (!any_has_dies(&d->engine, d->n))
        return;
    subset.devices.n = 0;
    for (size_t i = 0; i < d->n; i++)
        if (has_pool(&d->engine, i))
            subset.which[subset.devices.n++] = i;
    gather(&subset, out, d, process);
    if (subset.devices.n)
        engines_in_pools(&subset.cost, &subset.devices, &subset.process, p);
    scatter(out, &subset);

    subset.devices.n = 0;
    for (size_t i = 0; i < d->n; i++)
        if (is_on_dies(&d->engine, i))
            subset.which[subset.devices.n++] = i;
    gather(&subset, out, d, process);
    if (subset.devices.n)
        engines_on_dies(&subset.cost, &subset.devices, &subset.process, p);
    scatter(out, &subset);
}

/* Second tiers of memory; those on the interposer are lost with it. */
static void add_tiers(struct device_cost_lanes *out, const struct devices *d,
                      const struct package_lanes *package, const struct prices *p)
{
    for (size_t i = 0; i < d->n; i++) {
        struct chip c;
        struct package on;
        LANES_TAKE(c, &d->chip, i);
        LANES_TAKE(on, package, i);
        COST(memory2_usd) = tier2_usd(&c, p);
        COST(package_loss_usd) += tier2_stacks(&c) > 0 ? COST(memory2_usd) * on.lost_ratio : 0;
    }
}

FOR_ALL_VECTORS
static void add_totals(struct device_cost_lanes *restrict out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        COST(total_usd) = COST(logic_usd) + COST(memory_usd) + COST(package_usd) +
                          COST(package_loss_usd) + COST(test_usd) + COST(engine_usd) +
                          COST(memory2_usd);
}

void cost_devices(struct device_cost_lanes *out, struct area_lanes *area, const struct devices *d,
                  const struct process_lanes *process, const struct prices *p)
{
    static const lane none;
    double *stacks = LANE(out, device_cost, stacks);
    struct package_lanes package;
    lane usd_per_gb, beside;

    chips_area(area, stacks, d, none, none, process, p);
    stacks_beside(beside, stacks, d, true);
    packages_of(&package, d->n, area, beside, p);
    dies_usd(LANE(out, device_cost, logic_usd), d->n, area, process, p);
    find_usd_per_gb(usd_per_gb, d, p);
    chips_usd(out, area, d, &package, usd_per_gb, p);
    engines_in_stacks(out, d, &package, p);
    engines_with_dies(out, d, process, p);
    if (d->tiered)
        add_tiers(out, d, &package, p);
    add_totals(out, d->n);
}

void cost_device(struct device_cost *out, struct area *area, const struct chip *c,
                 const struct engine *e, const struct prices *p)
{
    struct device_cost_lanes lanes;
    struct area_lanes areas;
    struct process_lanes process;
    struct devices d;
    d.n = 0;
    devices_add(&d, c, e);
    devices_look_up(&d);
    devices_process(&process, &d, p);
    cost_devices(&lanes, &areas, &d, &process, p);
    LANES_TAKE(*out, &lanes, 0);
    if (area)
        LANES_TAKE(*area, &areas, 0);
}
