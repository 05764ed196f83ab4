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

/* Splits the step in those of n worlds, at most LANES, in which its device is not as stated.
 * Returns how many; `moved` gets which. `ranged` is the engine's place in world.engine, or
 * RANGED_MOST. */
size_t drawn_step_split(struct step_split_lanes *out, size_t *moved, const struct drawn_step *s,
                        size_t ranged, const struct world *const w[], size_t n);

/* A world in which no step takes longer than in any of these n. Its other prices are those of the
 * first. */
void world_fastest(struct world *out, const struct world *w, size_t n);

/* Makes it the fastest of one more world. */
void world_raise(struct world *fastest, const struct world *w);

/* Is every step in w at least as long as in `than`, up to rounding and without errors of time? */
bool world_is_no_faster(const struct world *w, const struct world *than);

/* Does every step take the same time in both, bit for bit? */
bool world_has_speed_of(const struct world *w, const struct world *of);

#endif
