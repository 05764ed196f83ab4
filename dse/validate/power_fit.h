/* Constants of board power refitted to a part of the measured runs, so that others check the form.
 *
 * Idea: in a step of measured time the power of a board is linear in the floor and in the energy of
 * arithmetic, up to its highest average (arch/energy.h), and prices of a run without either give
 * its coefficients. Invariant: the fit reads no run outside its part. */
#ifndef DSE_VALIDATE_POWER_FIT_H
#define DSE_VALIDATE_POWER_FIT_H

#include <stdbool.h>
#include <stddef.h>

/* Over the constants in use. */
struct power_constants {
    double floor, flop;
};

struct power_run {
    const char *model;
    bool b200, experts;
    bool held_out; /* of a model that constants are checked on */
    double measured_w, most_w;
    double floor_w, flop_w, rest_w; /* rest: of memory, links and experts */
};

struct power_runs {
    size_t n, room;
    struct power_run *run;
};

double power_run_w(const struct power_run *r, const struct power_constants *c);

/* Fits to the runs of the part by the mean relative error; either chip, dense models and models
 * with experts count alike. */
struct power_constants power_fit(const struct power_runs *runs,
                                 bool (*part)(const struct power_run *r, const void *of),
                                 const void *of);

#endif
