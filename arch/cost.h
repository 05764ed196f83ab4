/* Cost of a design, to buy and to run: price of the system, power, energy, USD per hour and per
 * token. In two parts, so that one loop prices many chips or many loads: the quote, which depends
 * on chip, engine and prices only, and the running cost, which depends on the activity. */
#ifndef ARCH_COST_H
#define ARCH_COST_H

#include "arch/manufacturing.h"
#include "arch/metrics.h"
#include "arch/step_time.h"

/* The costs that depend on chip, engine and price list only. */
struct quote {
    struct device_cost device;
    double tdp_w;          /* power limit of one device, with its engine's pool */
    double usd_per_device; /* price: with margin, server, cooling, link; without network */
};
LANES_OF(quote);

/* Fills what quotes need of devices that are not timed. */
void cost_look_up(struct devices *d);

void cost_quote(struct quote *out, const struct chip *c, const struct engine *e,
                const struct prices *p);

/* The quotes of all devices of `d`; `dies`: as in cost_devices. */
void cost_quotes(struct quote_lanes *out, const struct devices *d, const struct shared_dies *dies,
                 const struct prices *p);

/* The throughput of a system and the power of one of its devices: of the board, of its engine, and
 * of the engine's pool (struct step_split). */
struct activity {
    double devices, tokens_per_s;
    double board_w, engine_w, pool_w;
};

struct running_cost {
    double system_usd;
    double power_w, engine_w; /* of the system at the meter; the engine's part of it */
    double j_per_token, usd_per_hour, usd_per_mtok;
};
LANES_OF(running_cost);

void cost_running(struct running_cost *out, const struct quote *q, const struct activity *a,
                  const struct chip *c, const struct prices *p);

/* Levels of the fat tree that connects `devices`. */
double network_levels(double devices, double switch_ports);

/* Price of a device's share of a network with so many levels: NIC, switches, optics. USD. */
double network_usd(double levels, double byte_per_s, const struct prices *p);

/* Price of devices at a network with so many levels, USD. */
double cost_fleet_usd(double usd_per_device, double devices, double levels, double byte_per_s,
                      const struct prices *p);

/* Price of `devices` of a network that joins `joined`, USD. */
double cost_system_usd(const struct quote *q, double devices, double joined, const struct chip *c,
                       const struct prices *p);

/* Price of one device's share of the scale-out network: NIC, switches, optics. USD. */
double network_usd_per_device(double devices, const struct chip *c, const struct prices *p);

/* Devices of one kind: how many a system has, and the activity of a step on one of them. */
struct fleet {
    const struct devices *d;
    const double *devices;
    const struct step_split_lanes *split;
    double *usd; /* gets the price of those behind the first at middle prices; NULL: nobody asks */
};

/* Fills the cost metrics of a system of `n` fleets. Costs of one device are those of the first. The
 * power in split and the metric tokens_per_s must be filled. */
void cost_metrics(struct metrics_lanes *out, const struct fleet *fleet, size_t n,
                  const struct price_book *book);

#endif
