#include "arch/step_pool.h"

#include "arch/metrics.h"

size_t step_pool_mappings(const struct design *d, const struct layers *l, struct plan *out,
                          size_t room)
{
    return design_pools_ffn(d) ? ffn_pool_mappings(d, l, out, room)
                               : draft_pool_mappings(d, out, room);
}

void step_pool_devices(struct devices *out, const struct design *d, size_t n)
{
    const struct design pool = design_of_pool(d, step_pool_part(d));
    out->n = 0;
    for (size_t i = 0; i < n; i++)
        devices_add(out, &pool.chip, &pool.engine);
    devices_time(out, &pool);
}

struct step_pool_mapping step_pool_mapping(const struct design *d, const struct metrics *m)
{
    return design_pools_ffn(d)
               ? (struct step_pool_mapping){m->ffn_devices, m->ffn_tp, m->ffn_ep,
                                            m->ffn_weight_share2 > 0 ? m->ffn_weight_share2 : 0}
               : (struct step_pool_mapping){m->draft_devices, m->draft_tp, 1, 0};
}
