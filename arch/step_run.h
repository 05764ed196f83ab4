/* The operators of a pass one by one, in lanes: for how many requests each runs, how much of its
 * weights it reads, where it goes. Shared by the time of a step and its parts. */
#ifndef ARCH_STEP_RUN_H
#define ARCH_STEP_RUN_H

#include "arch/step_time.h"
#include "arch/timing.h"

/* What all operators of a pass see. */
struct pass {
    const struct step *step;
    const struct devices *devices;
    struct steps_memo *memo;
    const double *most, *mean; /* requests of the fullest replica, and on average */
    lane busiest;              /* load of the busiest device over the mean */
    struct pass_room {
        lane most, mean;
    } room;
};

void pass_begin(struct pass *out, const struct step *s, const struct devices *d, const double *most,
                const double *mean, struct steps_memo *memo);

struct run_room {
    lane requests, waited, share;
};

/* The run of the operator of the step; what it points to may be in `room`. */
void pass_run(struct run *out, struct run_room *room, const struct pass *p, size_t op);

/* An operator that an engine may run, on either unit, and which of them takes it. */
struct placed {
    lane chip_s, engine_s, chip_slope, engine_slope; /* on either, allowed or not */
    lane on_engine;                                  /* 1, or 0 */
};

/* With `slopes` they are found too; with `both` engine_s is, even if no device may use it. */
void pass_place(struct placed *out, const struct pass *p, const struct run *r, bool slopes,
                bool both);

/* A collective. */
void pass_send(struct spell out, const struct pass *p, const struct run *r);

#endif
