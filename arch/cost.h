/* What a design costs to buy and to run: price of the system, power, energy, dollars per hour and
 * per token. Two steps, so that many chips or many loads can be priced in one loop: what chip,
 * engine and prices decide (a quote), and what the activity adds. */
#ifndef ARCH_COST_H
#define ARCH_COST_H

#include "arch/manufacturing.h"
#include "arch/metrics.h"
#include "arch/step_time.h"

/* Of a chip, an engine and a price list: all that no step changes. */
struct quote {
    struct device_cost device;
    double engine_j_per_byte, chip_j_per_flop; /* at the board, BF16 */
    double idle_w, engine_idle_w;              /* of one device at the board */
    double tdp_w;                              /* with that of an engine's own device */
    double usd_per_device; /* in a system: with margin, server, cooling, link; without network */
};
LANES_OF(quote);

void cost_quote(struct quote *out, const struct chip *c, const struct engine *e,
                const struct prices *p);

/* The same for all of them. */
void cost_quotes(struct quote_lanes *out, const struct devices *d, const struct prices *p);

/* What a step does on one device, and the rate of the system. */
struct activity {
    double devices, step_s, tokens_per_s;
    double flop, math_byte, byte, engine_byte, wire_byte; /* of a step */
};

struct running_cost {
    double system_usd;
    double board_w;           /* of one device */
    double power_w, engine_w; /* of the system at the meter, and of it what the engine draws */
    double j_per_token, usd_per_hour, usd_per_mtok;
};
LANES_OF(running_cost);

void cost_running(struct running_cost *out, const struct quote *q, const struct activity *a,
                  const struct chip *c, const struct prices *p);

/* Levels of the fat tree that joins so many devices. */
double network_levels(double devices, double switch_ports);

/* Price of a system of so many devices, USD. */
double cost_system_usd(const struct quote *q, double devices, const struct chip *c,
                       const struct prices *p);

/* NICs, switches, optics of the scale-out network, one device's share. USD. */
double network_usd_per_device(double devices, const struct chip *c, const struct prices *p);

/* Energy of an operation on numbers of `math_byte` bytes over that of a BF16 one. */
double math_energy_ratio(double math_byte, const struct prices *p);

/* Fills the cost metrics. `devices`: how many of each device a system has; `split` is a step's
 * activity on one of them, its time_s and the metric tokens_per_s are known. */
void cost_metrics(struct metrics_lanes *out, const struct devices *d, const double *devices,
                  const struct precision *precision, const struct step_split_lanes *split,
                  const struct price_book *book);

#endif
