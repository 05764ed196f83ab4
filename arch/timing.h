/* How operators are timed: one row for each word of `timing`, found by timing_of. A row says what
 * it needs and has in named members, and times operators for all devices of a block at once.
 * Nothing outside asks which row it is. */
#ifndef ARCH_TIMING_H
#define ARCH_TIMING_H

#include "arch/devices.h"
#include "arch/step.h"

/* One operator on each device of a block, in one pass. */
struct run {
    const struct op *op;
    const double *load;     /* requests of the device */
    const double *requests; /* that it serves, with those it waits for */
    const double *waited;   /* requests over load; lanes_of_one where it waits for none */
    const double *share;    /* of its weights that is read */
    double idle;            /* by how much a request lowers the chance of an expert to stay idle */
    const double *allowed;  /* above 0 where an engine may run it */
};

/* It on either unit, and which of them takes it. Slopes, where they are asked for, say by how much
 * a request more makes it longer, near enough for a search. */
struct placed {
    lane chip_s, engine_s, chip_slope, engine_slope; /* on either, allowed or not */
    lane on_engine;                                  /* 1, or 0 */
};

/* Seconds and their slope; NULL where nobody asks. */
struct spell {
    double *s, *slope_s;
};

/* Where a collective runs that does not go one way: over the link where `near` is above 0, among
 * `group` devices, with `reach` of its bytes. */
struct route {
    const double *near, *group, *reach;
};

/* What all operators of a pass see, and what they take together: arch/step_run.h. */
struct pass;
struct sums;

/* The main operators of a pass, class by class, and of them what arithmetic holds back. */
struct main_split {
    double (*class_s)[LANES]; /* [OP_CLASSES] */
    double (*variance)[LANES];
    double *compute_s;
};

/* Operators and memory that a timing counts instead of those of arch/step.c. */
struct op_list {
    void (*ops)(const struct model *m, const struct shape *s, struct ops *out);
    double (*weight_params)(const struct model *m, const struct plan *p);
    void (*live_numbers)(const struct model *m, const struct shape *s, double *per_request,
                         double *fixed);
    bool windows_cache_all; /* layers with a window cache the whole context */
};

struct timing {
    const char *name;
    const char *shown;          /* on the heading of a result */
    bool needs_calibration;     /* of the chip; a kernel that was not measured is refused */
    bool prompts_apart;         /* serving: a prompt runs between decode steps, not within one */
    const struct op_list *list; /* NULL: the program's own */

    /* All operators of a pass, main ones first, the others in the order of the step. */
    void (*sum)(struct sums *out, const struct pass *p, bool slopes);
    /* Those that only the chip runs, in parts. */
    void (*main_split)(struct main_split *out, const struct step *s, const struct devices *d,
                       const double *requests);
    /* One operator on the chip and on its engine. */
    void (*place)(struct placed *out, const struct run *r, const struct step *s,
                  const struct devices *d, bool slopes);
    /* Adds a collective; `route` is NULL where it runs over the link inside a domain, and over the
     * network beyond. */
    void (*add_wire)(struct spell sum, const struct run *r, const struct route *route,
                     const struct step *s, const struct devices *d);
    /* What a step has besides its operators, or NULL: from the time of its operators to its own.
     * `beside_s`: of a prompt that runs beside it, or NULL. */
    void (*whole)(struct spell out, const struct step *s, const struct devices *d,
                  const double *most, const double *beside_s);
    /* Standard deviation of log(time / measured) of an operator, and of a whole step what its
     * operators do not explain; NULL: no errors are known. */
    double (*error)(const struct op *o, const struct devices *d);
    double (*error_beyond)(const struct devices *d);
};

extern const struct timing timing_ideal, timing_simulator, timing_calibrated;

const struct timing *timing_of(const struct mode *m);

#endif
