#include "reports/payoff/device_lot.h"

#include <stdlib.h>

#include "base/mem.h"

struct device_lot {
    size_t n;
    bool pools, ffns; /* one has a prefill pool, an FFN pool; without, it is empty */
    bool shares;      /* devices of main share dies */
    lane main_devices, pool_devices, ffn_devices;
    struct devices main, pool, ffn;
    struct shared_dies dies; /* of main, if they do */
};

static void add_device(struct device_lot *lot, size_t i, const struct candidate *k)
{
    lot->main_devices[i] = k->devices;
    lot->pool_devices[i] = candidate_pool_devices(k);
    lot->ffn_devices[i] = k->ffn_devices;
    lot->pools = lot->pools || lot->pool_devices[i] > 0;
    lot->ffns = lot->ffns || k->ffn_devices > 0;
    devices_add(&lot->main, &k->chip, &k->engine);
}

struct device_lot *device_lot_make(const struct candidate *const k[], const size_t *of, size_t n)
{
    struct device_lot *lot = mem_grow(NULL, 1, sizeof *lot); /* large: not zeroed */
    lot->n = n;
    lot->pools = lot->ffns = false;
    lot->main.n = lot->pool.n = lot->ffn.n = 0;
    for (size_t i = 0; i < n; i++)
        add_device(lot, i, k[of[i]]);
    cost_look_up(&lot->main);
    lot->shares = devices_share_dies(&lot->dies, &lot->main);
    for (size_t i = 0; lot->pools && i < n; i++)
        devices_add(&lot->pool, &k[of[i]]->pool_chip, &k[of[i]]->pool_engine);
    if (lot->pools)
        cost_look_up(&lot->pool);
    for (size_t i = 0; lot->ffns && i < n; i++)
        devices_add(&lot->ffn, k[of[i]]->ffn_devices > 0 ? &k[of[i]]->ffn_chip : &k[of[i]]->chip,
                    &k[of[i]]->ffn_engine);
    if (lot->ffns)
        cost_look_up(&lot->ffn);
    return lot;
}

/* Devices of one kind. */
struct fleet_of {
    const struct devices *d;
    const struct shared_dies *dies; /* NULL: they share none */
    const double *devices;
};

/* Adds what the devices of one kind use. */
static void add_used(double *out, const struct device_lot *lot, struct fleet_of f,
                     enum budget budget, const struct prices *p)
{
    struct quote_lanes quote;
    double joined = NAN, levels = 0;
    cost_quotes(&quote, f.d, f.dies, p);
    for (size_t i = 0; i < lot->n; i++) {
        double all = lot->main_devices[i] + lot->ffn_devices[i] + lot->pool_devices[i];
        if (!(f.devices[i] > 0))
            continue;
        if (all != joined)
            levels = network_levels(joined = all, p->switch_ports);
        out[i] += budget == BUDGET_COST
                      ? cost_fleet_usd(LANE(&quote, quote, usd_per_device)[i], f.devices[i], levels,
                                       LANE(&f.d->chip, chip, network_byte_per_s)[i], p)
                      : (LANE(&quote, quote, device.die_mm2)[i] +
                         LANE(&quote, quote, device.engine_mm2)[i]) *
                            f.devices[i];
    }
}

void device_lot_used(double *out, const struct device_lot *lot, enum budget budget,
                     const struct prices *p)
{
    const struct shared_dies *dies = lot->shares ? &lot->dies : NULL;
    for (size_t i = 0; i < lot->n; i++)
        out[i] = budget_has_quotes(budget) ? 0 : 1;
    if (!budget_has_quotes(budget))
        return;
    add_used(out, lot, (struct fleet_of){&lot->main, dies, lot->main_devices}, budget, p);
    if (lot->ffns)
        add_used(out, lot, (struct fleet_of){&lot->ffn, NULL, lot->ffn_devices}, budget, p);
    if (lot->pools)
        add_used(out, lot, (struct fleet_of){&lot->pool, NULL, lot->pool_devices}, budget, p);
}
