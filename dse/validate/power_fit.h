/* Constants of board power refitted to a part of the measured runs, so that others check the form.
 *
 * Idea: in a step of measured time the power of a board is linear in the floor, the share of
 * experts and the energy of on-die movement (arch/energy.h), up to the limit; so two prices of a
 * run give its coefficients. Invariant: the fit reads no run outside its part. */
#ifndef DSE_VALIDATE_POWER_FIT_H
#define DSE_VALIDATE_POWER_FIT_H

#include <stdbool.h>
#include <stddef.h>

struct power_constants {
    double floor_ratio;        /* of the limit */
    double more_experts_ratio; /* of the limit, on top of the share that arch/energy.c has */
    double move_j_per_byte;
};

struct power_run {
    const char *model;
    bool b200, experts;
    bool held_out; /* of a model that constants are checked on */
    double measured_w, limit_w;
    double rest_w; /* of arithmetic, DRAM and links */
    double byte_per_s;
};

struct power_runs {
    size_t n, room;
    struct power_run *run;
};

double power_run_w(const struct power_run *r, const struct power_constants *c);

/* Fits to the runs of the part by the mean relative error, dense models and models with experts
 * alike. */
struct power_constants power_fit(const struct power_runs *runs,
                                 bool (*part)(const struct power_run *r, const void *of),
                                 const void *of);

#endif
