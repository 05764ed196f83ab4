/* The step of a candidate, timed again on its device as it is in a world: with that world's m, r,
 * efficiency, energy and power limits, at the mapping and batch that the candidate has. */
#ifndef REPORTS_PAYOFF_DRAWN_STEP_H
#define REPORTS_PAYOFF_DRAWN_STEP_H

#include "arch/prepared.h"
#include "reports/payoff/payoff_world.h"

struct drawn_step;

/* Copies the step of a design at its mapping `m` and batch, where it splits as `split`. Caller
 * frees with free(). */
struct drawn_step *drawn_step_make(const struct design *d, const struct mapped *m, double batch,
                                   const struct step_split *split);

/* Splits the step in n worlds, at most LANES; `ranged` is the engine's place in world.engine, or
 * RANGED_MOST. Returns false, with `out` untouched, if the device is as stated in all of them. */
bool drawn_step_split(struct step_split_lanes *out, const struct drawn_step *s, size_t ranged,
                      const struct world *w, size_t n);

#endif
