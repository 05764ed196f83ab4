#include "arch/area.h"

static const double MM2_PER_CM2 = 100;

struct process process_at(struct node_place at, const struct prices *p)
{
    return (struct process){
        .wafer_usd = AT_NODE(p, wafer_usd, at),
        .defects_per_mm2 = AT_NODE(p, defects_per_cm2, at) / MM2_PER_CM2,
        .mm2_per_m = 1 / AT_NODE(p, density_m_per_mm2, at),
        .mm2_per_mib = AT_NODE(p, sram_mm2_per_mib, at),
    };
}
