/* What it costs to make a device: good dies, memory, package, test, engine. */
#ifndef ARCH_MANUFACTURING_H
#define ARCH_MANUFACTURING_H

#include "arch/area.h"
#include "arch/devices.h"

/* One die. `spares`: compute units that may be bad; a fraction is the share of dies with one more.
 */
struct die {
    double compute_mm2, uncore_mm2, blank_mm2, spares;
};
LANES_OF(die);

/* Share of dies that are good: the uncore by the negative binomial with clusters of 10 (Chiplet
 * Actuary, arXiv:2203.12268), the share that repairs itself taken out; the compute units by the
 * chance that no more than the spare ones are hit; defects in blank area are harmless. In (0, 1].
 */
double die_yield(const struct die *d, double defects_per_mm2, const struct prices *p);

/* A good die is (wafer / dies per wafer + test) / yield. Dies per wafer of 300 mm with 0.2 mm
 * scribe and 5 mm edge, as Chiplet Actuary. USD. */
double good_die_usd(const struct die *d, const struct process *at, const struct prices *p);

/* The parts of one device's cost, USD. The parts are the chip's own; all that the engine adds to
 * any of them is in engine_mm2 and engine_usd. */
struct device_cost {
    double die_mm2, dies; /* of the compute dies, the engine's part left out */
    double stacks;
    double package_mm2; /* of the interposer, with the engine */
    double engine_mm2;  /* on the compute dies, base dies and DRAM dies, its own stacks and dies */
    double logic_usd, memory_usd, package_usd, package_loss_usd, test_usd, engine_usd;
    double total_usd;
};
LANES_OF(device_cost);

/* `area`, which may be NULL, gets the parts of its compute dies, the engine's left out. */
void cost_device(struct device_cost *out, struct area *area, const struct chip *c,
                 const struct engine *e, const struct prices *p);

/* The process of each chip under a price list. */
void devices_process(struct process_lanes *out, const struct devices *d, const struct prices *p);

/* The same costs for all of them. */
void cost_devices(struct device_cost_lanes *out, struct area_lanes *area, const struct devices *d,
                  const struct process_lanes *process, const struct prices *p);

#endif
