#include "dse/prefill_pool_text.h"

#include <stdio.h>

#include "arch/prefill_pool.h"
#include "base/mem.h"
#include "dse/terminal.h"

static const char *const pace_text[SYSTEM_PACES] = {
    [SYSTEM_PACE_DECODE] = "decode sets the pace",
    [SYSTEM_PACE_PREFILL] = "prefill sets the pace: too few devices in its pool",
    [SYSTEM_PACE_LINK] = "the link between them sets the pace",
};

static void print_mapping(const struct design *d, const struct metrics *m)
{
    char devices[48], more[64] = "";
    size_t n = 0;
    if (m->prefill_pp > 1)
        n = (size_t)snprintf(more, sizeof more, ", PP %g", m->prefill_pp);
    if (m->prefill_cp > 1)
        snprintf(more + n, sizeof more - n, ", CP %g", m->prefill_cp);
    const char *chip = design_pools_prefill(d) ? d->prefill_chip_name : d->chip_name;
    bool fed = m->prefill_devices > 0;
    print_line(25, "  %-22s %s x %s in groups of %g: TP %g, DP %g, EP %g%s\n", "prefill pool",
               fed ? number_readable(m->prefill_devices, 4, devices, sizeof devices) : "?", chip,
               pool_group(&d->plan, &d->pools), m->prefill_tp, m->prefill_dp, m->prefill_ep, more);
}

void print_prefill_pool(const struct design *d, const struct metrics *m)
{
    char prefill[48], transfer[48], used[48], has[48];
    bool by_layer = d->pools.prefill_transfer == TRANSFER_LAYERS;
    const struct chip *c = design_pools_prefill(d) ? &d->prefill_chip : &d->chip;
    print_mapping(d, m);
    quantity_text(m->prefill_memory_used_byte, "B", 4, used, sizeof used);
    if (!(m->prefill_devices > 0)) {
        print_line(25,
                   "  %-22s no mapping of the pool meets the limits; the nearest uses %s of %s "
                   "per device\n",
                   "", used, quantity_text(c->memory_byte, "B", 4, has, sizeof has));
        return;
    }
    print_line(25, "  %-22s decode %.0f %%, prefill %.0f %%, link %.3g %%: %s\n", "  busy",
               100 * m->decode_busy_ratio, 100 * m->prefill_busy_ratio, 100 * m->kv_link_ratio,
               pace_text[(size_t)m->system_paced_by]);
    print_line(25, "  %-22s a prefill takes %s, the transfer of its KV cache %s%s\n",
               "  first token", quantity_text(m->prefill_s, "s", 3, prefill, sizeof prefill),
               quantity_text(m->kv_transfer_s, "s", 3, transfer, sizeof transfer),
               by_layer ? ", sent layer by layer" : "");
    print_line(25, "  %-22s %s of %s per device\n", "  memory", used,
               quantity_text(c->memory_byte, "B", 4, has, sizeof has));
    if (m->prefill_throttle_ratio < 1)
        print_line(25, "  %-22s the clock is held at %.2f of the nominal one\n", "  power limit",
                   m->prefill_throttle_ratio);
}
