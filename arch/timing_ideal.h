/* Times at the peaks of the data sheet, shared by two rows of arch/timing.c. */
#ifndef ARCH_TIMING_IDEAL_H
#define ARCH_TIMING_IDEAL_H

#include "arch/timing.h"

void ideal_sum(struct sums *out, const struct pass *p, enum summed what);
void ideal_main_split(struct main_split *out, const struct step *s, const struct devices *d,
                      const double *requests);
void ideal_place(struct placed *out, const struct run *r, const struct step *s,
                 const struct devices *d);
void ideal_add_wire(struct spell sum, const struct run *r, const struct route *route,
                    const struct step *s, const struct devices *d);

#endif
