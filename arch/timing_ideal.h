/* Times at the peaks of the data sheet, for the rows of arch/timing.h that take them. */
#ifndef ARCH_TIMING_IDEAL_H
#define ARCH_TIMING_IDEAL_H

#include "arch/timing.h"

void ideal_main(struct spell out, const struct step *s, const struct devices *d,
                const double *requests);
void ideal_main_split(struct main_split *out, const struct step *s, const struct devices *d,
                      const double *requests);
void ideal_on_unit(struct spell out, const struct run *r, const struct step *s,
                   const struct devices *d, bool engine);
void ideal_on_wire(struct spell out, const struct run *r, const struct route *route,
                   const struct step *s, const struct devices *d);

#endif
