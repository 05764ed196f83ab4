#include "arch/area.h"

static const double BYTE_PER_GB = 1e9;
static const double BYTE_PER_MIB = 1048576;
static const double MM2_PER_CM2 = 100;
static const double PINS_OF_A_PHY = 1024;
static const double FLOP_OF_A_MULTIPLIER = 2; /* a cycle */

struct process process_at(struct node_place at, const struct prices *p)
{
    return (struct process){
        .wafer_usd = at_node(&p->wafer_2nm_usd, at),
        .defects_per_mm2 = at_node(&p->defects_2nm_per_cm2, at) / MM2_PER_CM2,
        .m_per_mm2 = at_node(&p->density_2nm_m_per_mm2, at),
        .mm2_per_mib = at_node(&p->sram_2nm_mm2_per_mib, at),
    };
}

double area_of_memory(const struct edge *e, const struct process *at, const struct prices *p)
{
    return e->stacks * e->hbm->pins / PINS_OF_A_PHY *
           (p->memory_phy_mm2 + p->memory_controller_m / at->m_per_mm2);
}

double area_of_links(const struct edge *e, const struct process *at, const struct prices *p)
{
    return e->link_byte_per_s / BYTE_PER_GB *
           (p->link_phy_mm2_per_gb_per_s + p->link_controller_m_per_gb_per_s / at->m_per_mm2);
}

static double unit_mm2(const struct chip *c, const struct process *at, const struct prices *p)
{
    double per_cycle = 1 / (FLOP_OF_A_MULTIPLIER * c->clock_hz);
    double narrowest = fmax(1, fmax(c->fp8_ratio, c->fp4_ratio));
    double logic_m = p->unit_control_m +
                     p->multiplier_m * narrowest * c->unit_flop_per_s * per_cycle +
                     p->fp64_multiplier_m * c->fp64_flop_per_s / c->compute_units * per_cycle;
    double mib = (c->unit_sram_byte + p->register_ratio * c->unit_register_byte) / BYTE_PER_MIB;
    return logic_m / at->m_per_mm2 + mib * at->mm2_per_mib;
}

double area_of_engine(double flop_per_s, const struct chip *c, const struct process *at,
                      const struct prices *p)
{
    return flop_per_s / (FLOP_OF_A_MULTIPLIER * c->clock_hz) * p->multiplier_m *
           p->engine_unit_ratio / at->m_per_mm2;
}

void area_split(struct area *a, const struct edge *e, const struct prices *p)
{
    double plain = a->compute_mm2 + a->cache_mm2 + a->memory_mm2 + a->link_mm2 + a->other_mm2;
    double edge = e->stacks * e->hbm->edge_mm +
                  e->link_byte_per_s / BYTE_PER_GB * p->link_edge_mm_per_gb_per_s;
    double seam = p->seam_memory_ratio * e->memory_byte_per_s / BYTE_PER_GB;
    double seam_mm2 = seam * p->seam_mm2_per_gb_per_s;
    double seam_edge = seam * p->seam_edge_mm_per_gb_per_s;
    double most_edge = 4 * p->edge_ratio * sqrt(p->reticle_mm2); /* of the largest die, square */

    a->dies = 1;
    a->seam_mm2 = 0;
    a->edge_mm = edge;
    if (plain > p->reticle_mm2 || edge > most_edge) {
        a->seam_mm2 = seam_mm2;
        a->edge_mm = edge + seam_edge;
        a->dies = fmax(2, ceil(fmax((plain + seam_mm2) / p->reticle_mm2, a->edge_mm / most_edge)));
    }
    double side = a->edge_mm / a->dies / (4 * p->edge_ratio);
    double used = plain + a->seam_mm2;
    a->die_mm2 = fmax(fmax(used, a->dies * side * side), (a->dies - 1) * p->reticle_mm2);
    a->blank_mm2 = a->die_mm2 - used;
}

void area_of_chip(struct area *out, const struct chip *c, double more, double more_link,
                  const struct process *at, const struct prices *p)
{
    struct edge e = {chip_hbm(c), chip_memory_stacks(c), c->memory_byte_per_s,
                     c->link_byte_per_s + more_link};
    double spare = c->spare_unit_ratio >= 0 ? c->spare_unit_ratio : p->spare_unit_ratio;

    out->spare_units = c->compute_units * spare;
    out->compute_mm2 = c->compute_flop_per_s_per_mm2 > 0
                           ? chip_flop_per_s(c) / c->compute_flop_per_s_per_mm2
                           : (c->compute_units + out->spare_units) * unit_mm2(c, at, p);
    out->memory_mm2 = area_of_memory(&e, at, p);
    out->link_mm2 = area_of_links(&e, at, p);
    if (c->uncore_mm2 >= 0) {
        out->cache_mm2 = 0;
        out->other_mm2 = c->uncore_mm2 + more;
    } else {
        out->cache_mm2 = c->cache_byte / BYTE_PER_MIB * at->mm2_per_mib;
        out->other_mm2 = more + p->other_ratio * (out->compute_mm2 + out->cache_mm2 +
                                                  out->memory_mm2 + out->link_mm2);
    }
    area_split(out, &e, p);
}
