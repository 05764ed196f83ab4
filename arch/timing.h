/* How operators are timed: one row per value of `timing`, found by timing_of. A row states its
 * properties in named members and times operators for all devices of a block at once. Other code
 * uses these members only, never the row's identity. */
#ifndef ARCH_TIMING_H
#define ARCH_TIMING_H

#include "arch/devices.h"
#include "arch/step.h"

/* One operator on each device of a block, in one pass. */
struct run {
    const struct op *op;
    const double *load;     /* requests per device */
    const double *requests; /* load of the slowest device, which sets the time */
    const double *waited;   /* requests over load; lanes_of_one if equal */
    const double *share;    /* share of its weights that is read */
    double idle;            /* -d log(probability that an expert is idle) / d request */
    const double *allowed;  /* above 0 if an engine may run it */
};

/* Requests whose work counts: those of the mean rank where others wait for its context, else those
 * that set the time. */
static inline const double *run_counted(const struct run *r)
{
    return r->op->by_context > 0 ? r->load : r->requests;
}

/* An operator on the chip and on its engine, and the unit selected. Slopes, if requested, are the
 * time per additional request, accurate enough for a search. */
struct placed {
    lane chip_s, engine_s, chip_slope, engine_slope; /* on both units, allowed or not */
    lane chip_clocked_s;                             /* if slopes are requested: as in a spell */
    lane on_engine;                                  /* 1: the engine runs it; else 0 */
    lane near_s; /* devices with a second tier of memory: chip_s without its reads */
};

/* Time; per additional request, accurate enough for a search; and the part that follows the clock
 * (-d time / d log clock). The last two may be NULL. */
struct spell {
    double *s, *slope_s, *clocked_s;
};

/* What a sum over operators fills besides the times. */
enum summed { SUM_TIMES, SUM_SLOPES, SUM_WORK, SUM_ALL };

static inline bool sums_slopes(enum summed what)
{
    return what == SUM_SLOPES || what == SUM_ALL;
}

static inline bool sums_work(enum summed what)
{
    return what == SUM_WORK || what == SUM_ALL;
}

/* Part of a hierarchical collective: over the link if `near` is above 0, else the network, among
 * `group` devices, with a share `reach` of its bytes. */
struct route {
    const double *near, *group, *reach;
};

/* The input of all operators of a pass, and their total time: arch/step_run.h. */
struct pass;
struct sums;

/* Time of the main operators of a pass by class, and of those that are compute-bound. */
struct main_split {
    double (*class_s)[LANES]; /* [OP_CLASSES] */
    double (*variance)[LANES];
    double *compute_s;
    double *far_s; /* of devices with a second tier of memory: the time that shows of its reads */
};

/* Operators and memory of a timing that does not use those of arch/step.c and step_ops.c. */
struct op_list {
    void (*ops)(const struct model *m, const struct shape *s, struct ops *out);
    double (*weight_byte)(const struct model *m, const struct plan *p, const struct precision *of);
    void (*live_numbers)(const struct model *m, const struct shape *s, double *per_request,
                         double *fixed);
    bool windows_cache_all; /* layers with a window cache the whole context */
};

struct timing {
    const char *name;
    const char *shown;          /* in the heading of a result */
    bool needs_calibration;     /* of the chip; kernels that were not measured are refused */
    bool gives_time;            /* a step takes workload.measured_tpot_s */
    bool throttles;             /* the clock falls within the power limit */
    bool prompts_apart;         /* serving: prompts run between decode steps, not within them */
    const struct op_list *list; /* NULL: those of arch/step_ops.c */

    /* Adds up all operators of a pass: main operators, then the others in the order of the step. */
    void (*sum)(struct sums *out, const struct pass *p, enum summed what);
    /* Splits the time of the main operators. */
    void (*main_split)(struct main_split *out, const struct step *s, const struct devices *d,
                       const double *requests);
    /* Times one operator on the chip and on its engine. */
    void (*place)(struct placed *out, const struct run *r, const struct step *s,
                  const struct devices *d);
    /* Adds a collective. `route` NULL: over the link within a domain, else over the network. */
    void (*add_wire)(struct spell sum, const struct run *r, const struct route *route,
                     const struct step *s, const struct devices *d);
    /* Turns the time of the operators into the time of the step, or NULL if they are equal.
     * `beside`: a prompt that runs between decode steps; its time is NULL if there is none. */
    void (*whole)(struct spell out, const struct step *s, const struct devices *d,
                  const double *most, struct spell beside);
    /* Time of a prompt beside decode steps over that of a prefill of its own; NULL: 1. */
    double (*prompt_ratio)(const struct devices *d);
    /* Standard deviation of log(time / measured): of an operator, and of a whole step beyond that
     * of its operators; NULL: no errors are known. */
    double (*error)(const struct op *o, const struct devices *d);
    double (*error_beyond)(const struct step *s, const struct devices *d);
};

extern const struct timing timing_ideal, timing_simulator, timing_calibrated, timing_measured;

/* Is the time of the step that of a server's kernels, as given? A prefill of its own has none. */
static inline bool step_is_served(const struct step *s)
{
    return s->timing->gives_time && !s->prefills;
}

const struct timing *timing_of(const struct mode *m);

#endif
