/* Manufacturing cost, after Chiplet Actuary (Feng and Ma, DAC 2022, arXiv:2203.12268). Idea: good
 * dies (arch/dies.h), an interposer package that loses what is on it if a bond fails, and engines
 * by the silicon they add. Invariant: cost never falls as a chip grows. All of it runs in lanes
 * (base/lanes.h). */
#include "arch/manufacturing.h"

#include <string.h>

#include "arch/dies.h"
#include "arch/tier2.h"

static const double DIES_OF_A_STACK = 8; /* in the stack of prices.stack_dram_mm2 */

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
        COST(engine_mm2) = COST(engine_usd) = COST(memory2_usd) = COST(total_usd) = 0;
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
        double most =
            here ? larger(COST(package_limit_ratio), base_ratio) : COST(package_limit_ratio);
        COST(package_limit_ratio) = (hosted | !engine_is_there(&e)) ? most : INFINITY;
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

/* The compute dies of the chips, without engines. */
static void cost_dies(struct device_cost_lanes *out, struct area_lanes *area,
                      const struct devices *d, const struct process_lanes *process,
                      const struct prices *p)
{
    static const lane none;
    chips_area(area, LANE(out, device_cost, stacks), d, none, none, process, p);
    dies_usd(LANE(out, device_cost, logic_usd), d->n, area, process, p);
}

void chip_of_dies(struct chip *out, const struct chip *c)
{
    const struct memory_kind *m = memory_of(c->hbm);
    *out = *c;
    if (!(m->on_die > 0))
        out->memory_byte = chip_memory_stacks(c, m);
}

bool devices_share_dies(struct shared_dies *out, const struct devices *d)
{
    struct chip with[LANES];
    size_t n = 0;
    for (size_t i = 0; i < d->n; i++) {
        struct chip c;
        size_t j = 0;
        LANES_TAKE(c, &d->chip, i);
        chip_of_dies(&with[n], &c);
        while (j < n && memcmp(&with[j], &with[n], sizeof with[n]) != 0)
            j++;
        out->of[i] = j;
        if (j == n)
            out->first[n++] = i;
    }
    if (4 * n > 3 * d->n)
        return false;
    for (size_t j = 0; j < n; j++) {
        LANES_COPY(&out->each.chip, j, &d->chip, out->first[j]);
        LANES_COPY(&out->each.memory, j, &d->memory, out->first[j]);
    }
    out->each.n = n;
    return true;
}

/* Each kind once; of the areas, what cost_devices asks for. */
static void cost_shared_dies(struct device_cost_lanes *out, struct area_lanes *area,
                             const struct devices *d, const struct shared_dies *dies,
                             const struct process_lanes *process, const struct prices *p)
{
    struct device_cost_lanes cost;
    struct area_lanes areas;
    struct process_lanes at;
    for (size_t j = 0; j < dies->each.n; j++)
        LANES_COPY(&at, j, process, dies->first[j]);
    cost_dies(&cost, &areas, &dies->each, &at, p);
    for (size_t i = 0; i < d->n; i++) {
        size_t j = dies->of[i];
        LANE(out, device_cost, stacks)[i] = LANE(&cost, device_cost, stacks)[j];
        LANE(out, device_cost, logic_usd)[i] = LANE(&cost, device_cost, logic_usd)[j];
        LANE(area, area, die_mm2)[i] = LANE(&areas, area, die_mm2)[j];
        LANE(area, area, dies)[i] = LANE(&areas, area, dies)[j];
    }
}

void cost_devices(struct device_cost_lanes *out, struct area_lanes *area, const struct devices *d,
                  const struct shared_dies *dies, const struct process_lanes *process,
                  const struct prices *p)
{
    struct package_lanes package;
    lane usd_per_gb, beside;
    if (dies)
        cost_shared_dies(out, area, d, dies, process, p);
    else
        cost_dies(out, area, d, process, p);
    stacks_beside(beside, LANE(out, device_cost, stacks), d, true);
    packages_of(&package, d->n, area, beside, p);
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
    cost_devices(&lanes, &areas, &d, NULL, &process, p);
    LANES_TAKE(*out, &lanes, 0);
    if (area)
        LANES_TAKE(*area, &areas, 0);
}
