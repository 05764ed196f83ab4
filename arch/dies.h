/* The dies of a chip: yield with spare units, and cost, after Chiplet Actuary (Feng and Ma, DAC
 * 2022, arXiv:2203.12268). Invariant: n dies cost at least as much as fewer full ones, so cost
 * never falls as a chip grows. */
#ifndef ARCH_DIES_H
#define ARCH_DIES_H

#include "arch/area.h"

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

/* Cost of all dies of each chip, USD: at least that of any smaller number of full dies. Small dies
 * yield better, but splitting costs design effort and speed that are not priced; so cost must not
 * fall where a growing chip is split. */
void dies_usd(double *usd, size_t n, const struct area_lanes *area,
              const struct process_lanes *process, const struct prices *p);

#endif
