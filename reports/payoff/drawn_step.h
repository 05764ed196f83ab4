/* The step of a candidate, timed again on its device as it is in a world: with that world's m, r,
 * efficiency, energy and power limits, at the mapping and batch that the candidate has. */
#ifndef REPORTS_PAYOFF_DRAWN_STEP_H
#define REPORTS_PAYOFF_DRAWN_STEP_H

#include "reports/payoff/kept_mapping.h"
#include "reports/payoff/payoff_world.h"

struct drawn_step;

/* The step of a design at its mapping and batch. */
struct step_to_draw {
    struct design like;             /* with its mapping */
    struct kept_mapping *main;      /* borrowed; drawn_step_make becomes a user of it */
    struct kept_mapping *ffn;       /* of an FFN pool, likewise; NULL: there is none */
    double batch;                   /* requests in flight */
    const struct step_split *split; /* as stated, of a main device */
};

struct drawn_step *drawn_step_make(const struct step_to_draw *s);
void drawn_step_free(struct drawn_step *s); /* takes NULL */

/* Splits of a step in several worlds: of the step and a main device, and of a device of an FFN
 * pool if there is one. */
struct drawn_splits {
    struct step_split_lanes step, ffn;
};

/* Splits the step in those of n worlds, at most LANES, in which its devices are not as stated.
 * Returns how many; `moved` gets which. `ranged` is the engine's place in world.engine, or
 * RANGED_MOST. */
size_t drawn_step_split(struct drawn_splits *out, size_t *moved, const struct drawn_step *s,
                        size_t ranged, const struct world *const w[], size_t n);

/* Can drawn_steps_split time both? They have one mapping and no FFN pool. */
bool drawn_steps_match(const struct drawn_step *a, const struct drawn_step *b);

/* The same for n steps that match, at most LANES, in one world; each has its place in
 * world.engine. */
size_t drawn_steps_split(struct step_split_lanes *out, size_t *moved,
                         const struct drawn_step *const s[], const size_t *ranged,
                         const struct world *w, size_t n);

/* Seconds of the step in n worlds, at most LANES: at least so many, and nearly so many. */
void drawn_step_least_s(double *out, struct drawn_step *s, size_t ranged,
                        const struct world *const w[], size_t n);

/* Which of n worlds, at most LANES, have a step of at most limit_s: sets `meets`, also where that
 * is not known. Cheaper than the splits. */
void drawn_step_meets(bool *meets, struct drawn_step *s, size_t ranged,
                      const struct world *const w[], size_t n, const double *limit_s);

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
