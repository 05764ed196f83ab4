/* Silicon area of a device's compute dies, from their parts, and the number of dies it is split
 * into.
 *
 * Idea: the area of logic is its transistor count over the density of the process node; caches use
 * the node's area per mebibyte; PHYs do not scale with the node, controllers do (method and most
 * constants: LLMCompass, ISCA 2024). Invariant: area never falls as a chip grows. */
#ifndef ARCH_AREA_H
#define ARCH_AREA_H

#include <stdbool.h>

#include "arch/chip.h"
#include "arch/prices.h"

static const double BYTE_PER_GB = 1e9;
static const double BYTE_PER_MIB = 1048576;
static const double FLOP_OF_A_MULTIPLIER = 2; /* per cycle */

/* The constants of one node. */
struct process {
    double wafer_usd, defects_per_mm2;
    double mm2_per_m, mm2_per_mib; /* per million transistors; per mebibyte */
};
LANES_OF(process);

struct process process_at(struct node_place at, const struct prices *p);

/* Area of one device by part, summed over its dies. */
struct area {
    double compute_mm2; /* compute units, spares included */
    double cache_mm2, memory_mm2, link_mm2, other_mm2;
    double sram_mm2;  /* SRAM that is the memory; its spare rows repair it */
    double seam_mm2;  /* die-to-die interfaces */
    double blank_mm2; /* empty area of dies enlarged for their edge length */
    double die_mm2;   /* sum of the areas above */
    double dies;
    double spare_units; /* compute units that may be defective */
    double edge_mm;     /* edge length that the interfaces need, die-to-die included */
    double limit_mm2;   /* the largest die */
};
LANES_OF(area);

/* Memory and links of a device: at the edges of its dies, or SRAM on them. */
struct edge {
    struct memory_kind memory;
    double stacks, memory_byte, memory_gb_per_s, link_gb_per_s;
};

/* Area of the memory interfaces: PHYs and controllers. */
static inline double area_of_memory(const struct edge *e, const struct process *at,
                                    const struct prices *p)
{
    static const double pins_of_a_phy = 1024;
    return e->stacks * e->memory.pins * e->memory.pin_area_ratio / pins_of_a_phy *
           (p->memory_phy_mm2 + p->memory_controller_m * at->mm2_per_m);
}

/* Area of the memory itself, if it is SRAM on the dies. */
static inline double area_of_sram(const struct edge *e, const struct process *at,
                                  const struct prices *p)
{
    double byte = e->memory.on_die * e->memory_byte;
    return byte / BYTE_PER_MIB * at->mm2_per_mib * p->sram_memory_ratio;
}

static inline double area_of_links(const struct edge *e, const struct process *at,
                                   const struct prices *p)
{
    return e->link_gb_per_s *
           (p->link_phy_mm2_per_gb_per_s + p->link_controller_m_per_gb_per_s * at->mm2_per_m);
}

/* One compute unit. */
static inline double area_of_unit(const struct chip *c, const struct process *at,
                                  const struct prices *p)
{
    double per_cycle = 1 / (FLOP_OF_A_MULTIPLIER * c->clock_hz);
    double narrowest = larger(1, larger(c->fp8_ratio, c->fp4_ratio));
    double logic_m = p->unit_control_m +
                     p->multiplier_m * narrowest * c->unit_flop_per_s * per_cycle +
                     p->fp64_multiplier_m * c->fp64_flop_per_s / c->compute_units * per_cycle;
    double mib = (c->unit_sram_byte + p->register_ratio * c->unit_register_byte) / BYTE_PER_MIB;
    return logic_m * at->mm2_per_m + mib * at->mm2_per_mib;
}

/* Area of engine logic with a BF16 peak of `flop_per_s`, in the chip's own process. */
static inline double area_of_engine(double flop_per_s, const struct chip *c,
                                    const struct process *at, const struct prices *p)
{
    return flop_per_s / (FLOP_OF_A_MULTIPLIER * c->clock_hz) * p->multiplier_m *
           p->engine_unit_ratio * at->mm2_per_m;
}

/* Splits the parts in `a` over the fewest dies that fit its limit and whose edges hold the
 * interfaces. If the edge is too short, the dies first grow (blank_mm2), then one more die is used;
 * n dies never have less silicon than n - 1 full ones, so area never falls as a chip grows. Fills
 * seam_mm2, blank_mm2, die_mm2, dies and edge_mm. */
static inline void area_split(struct area *a, const struct edge *e, const struct prices *p)
{
    double plain =
        a->compute_mm2 + a->cache_mm2 + a->memory_mm2 + a->link_mm2 + a->other_mm2 + a->sram_mm2;
    double edge = e->stacks * e->memory.edge_mm + e->link_gb_per_s * p->link_edge_mm_per_gb_per_s;
    double seam = p->seam_memory_ratio * e->memory.seam_ratio * e->memory_gb_per_s;
    double seam_mm2 = seam * p->seam_mm2_per_gb_per_s;
    double seam_edge = edge + seam * p->seam_edge_mm_per_gb_per_s;
    double most_edge = 4 * p->edge_ratio * sqrt(a->limit_mm2); /* of the largest die, square */
    double by_area = (plain + seam_mm2) * (1 / a->limit_mm2);
    double by_edge = seam_edge * (1 / most_edge);
    bool one = plain <= a->limit_mm2 && edge <= most_edge;

    a->dies = ceil(one ? 1 : larger(2, larger(by_area, by_edge)));
    a->seam_mm2 = one ? 0 : seam_mm2;
    a->edge_mm = one ? edge : seam_edge;
    double side = a->edge_mm / (a->dies * (4 * p->edge_ratio));
    double used = plain + a->seam_mm2;
    a->die_mm2 = larger(larger(used, a->dies * side * side), (a->dies - 1) * a->limit_mm2);
    a->blank_mm2 = a->die_mm2 - used;
}

/* Area of a chip with the memory and links of `e` at its edge and `more` mm2 of extra logic. */
static inline void area_of_chip(struct area *out, const struct chip *c, const struct edge *e,
                                double more, const struct process *at, const struct prices *p)
{
    double usual = c->compute_units * p->spare_unit_ratio;
    double spares = c->spare_unit_ratio >= 0 ? c->compute_units * c->spare_unit_ratio : usual;
    double by_density = chip_flop_per_s(c) / c->compute_flop_per_s_per_mm2;
    double by_unit = (c->compute_units + spares) * area_of_unit(c, at, p);
    double cache = c->cache_byte / BYTE_PER_MIB * at->mm2_per_mib;
    bool given = c->uncore_mm2 >= 0;

    out->limit_mm2 = c->die_limit_mm2 > 0 ? c->die_limit_mm2 : p->reticle_mm2;
    out->spare_units = spares;
    out->compute_mm2 = c->compute_flop_per_s_per_mm2 > 0 ? by_density : by_unit;
    out->sram_mm2 = area_of_sram(e, at, p);
    out->memory_mm2 = area_of_memory(e, at, p);
    out->link_mm2 = area_of_links(e, at, p);
    out->cache_mm2 = given ? 0 : cache;
    double other =
        more + p->other_ratio * (out->compute_mm2 + cache + out->memory_mm2 + out->link_mm2);
    out->other_mm2 = given ? c->uncore_mm2 + more : other;
    area_split(out, e, p);
}

#endif
