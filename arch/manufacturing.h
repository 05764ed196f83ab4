/* Manufacturing cost of a device: good dies, memory, package, test, engine. */
#ifndef ARCH_MANUFACTURING_H
#define ARCH_MANUFACTURING_H

#include "arch/area.h"
#include "arch/devices.h"

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

/* Two chips have the same compute dies if these chips are equal: they may differ in the capacity of
 * stacks of which they have as many. */
void chip_of_dies(struct chip *out, const struct chip *c);

/* The compute dies of devices, each kind once. */
struct shared_dies {
    struct devices each;
    size_t of[LANES];    /* the dies of each device */
    size_t first[LANES]; /* the first device with each */
};

/* Finds them, after devices_look_up. False, with `out` undefined, unless that spares a quarter of
 * them. */
bool devices_share_dies(struct shared_dies *out, const struct devices *d);

/* The costs of all devices of `d`. `dies`: theirs, of which each kind is then priced once; NULL:
 * apart, and `area` gets the areas of their compute dies. */
void cost_devices(struct device_cost_lanes *out, struct area_lanes *area, const struct devices *d,
                  const struct shared_dies *dies, const struct process_lanes *process,
                  const struct prices *p);

#endif
