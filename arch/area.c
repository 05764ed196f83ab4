#include "arch/area.h"

static const double MM2_PER_CM2 = 100;

struct process process_at(struct node_place at, const struct prices *p)
{
    return (struct process){
        .wafer_usd = at_node(&p->wafer_2nm_usd, at),
        .defects_per_mm2 = at_node(&p->defects_2nm_per_cm2, at) / MM2_PER_CM2,
        .mm2_per_m = 1 / at_node(&p->density_2nm_m_per_mm2, at),
        .mm2_per_mib = at_node(&p->sram_2nm_mm2_per_mib, at),
        .energy_ratio = at_node(&p->energy_2nm_ratio, at),
    };
}
