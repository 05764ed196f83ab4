/* Manufacturing cost of a device: good dies, memory, package, test, engine. */
#ifndef ARCH_MANUFACTURING_H
#define ARCH_MANUFACTURING_H

#include "arch/area.h"
#include "arch/devices.h"

/* One die. `spares`: compute units that may be defective; the fractional part is the share of dies
 * with one more. */
struct die {
    double compute_mm2, uncore_mm2, blank_mm2, spares;
};
LANES_OF(die);

/* Yield of a die, in (0, 1]: for the uncore, without its repairable share, the negative binomial
 * with cluster parameter 10 (Chiplet Actuary, arXiv:2203.12268); for the compute units, the
 * probability that no more than the spare ones are defective. Defects in blank area are
 * harmless. */
double die_yield(const struct die *d, double defects_per_mm2, const struct prices *p);

/* Cost of a good die, USD: (wafer / dies per wafer + test) / yield. Wafers of 300 mm with 0.2 mm
 * scribe lines and 5 mm edge exclusion, as in Chiplet Actuary. */
double good_die_usd(const struct die *d, const struct process *at, const struct prices *p);

/* The cost of one device by part, USD. The parts are those of the chip alone; everything the engine
 * adds is in engine_mm2 and engine_usd. */
struct device_cost {
    double die_mm2, dies; /* of the compute dies, without the engine */
    double stacks;
    double package_mm2;         /* of the interposer, with the engine */
    double package_limit_ratio; /* interposer over the largest, also in a pool; logic on a base die
                                   over its free area */
    double engine_mm2;          /* on compute, base and DRAM dies, and in its pool */
    double logic_usd, memory_usd, package_usd, package_loss_usd, test_usd, engine_usd;
    double memory2_usd; /* of a second tier of memory */
    double total_usd;
};
LANES_OF(device_cost);

/* `area`, which may be NULL, gets the areas of the compute dies without the engine. */
void cost_device(struct device_cost *out, struct area *area, const struct chip *c,
                 const struct engine *e, const struct prices *p);

/* The process constants of each chip's node. */
void devices_process(struct process_lanes *out, const struct devices *d, const struct prices *p);

/* The costs of all devices of `d`. */
void cost_devices(struct device_cost_lanes *out, struct area_lanes *area, const struct devices *d,
                  const struct process_lanes *process, const struct prices *p);

#endif
