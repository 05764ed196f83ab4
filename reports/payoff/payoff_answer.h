/* When does an attention engine pay off? What is asked of the points of a run, and the answer.
 *
 * Within a group (a workload: model, context, ...) both sides are free to choose the best design
 * of the study: P = best throughput per unit of budget with an engine over best without.
 * G = throughput of the winner with an engine over that of the same design without it, so that
 * c* = G - 1 is the largest share of the system's cost that the engine may add. */
#ifndef REPORTS_PAYOFF_PAYOFF_ANSWER_H
#define REPORTS_PAYOFF_PAYOFF_ANSWER_H

#include <stdint.h>

#include "base/table.h"
#include "reports/payoff/payoff_comparison.h"
#include "reports/payoff/payoff_study.h"
#include "reports/payoff/payoff_swing.h"

enum payoff_verdict { PAYS, TOO_CLOSE, DOES_NOT_PAY, NO_ANSWER, PAYOFF_VERDICTS };
extern const char *const payoff_verdict_text[PAYOFF_VERDICTS];

struct payoff_group {
    struct cell *key;            /* by_n values */
    double p, p_low, p_high;     /* one draw in ten is below, one above */
    double probability;          /* that P > 1; NAN if nothing could be drawn */
    double g, c_star, c;         /* c: share of the cost that the engine adds */
    double c_max;                /* share of the budget at which the best without catches up */
    double a, w;                 /* like c: of the area, of the power */
    double a_star_mm2, w_star_w; /* c_star of a device's area, of its power */
    double s, attention_share, intensity, ridge; /* of the design without the engine */
    char *engine, *with, *without;               /* winners */
    char *regime;                                /* what limits the winner without an engine */
    char *reason;                                /* why it stops paying, "" while it pays */
    enum payoff_verdict verdict;
    size_t swings;
    struct swing *swing; /* widest first */
};

/* Along one axis, in one group of the other columns, P crosses 1 between two values. */
struct payoff_stop {
    size_t axis;      /* index into payoff.axis */
    struct cell *key; /* as in groups; the axis's own column, if it is one, CELL_NULL */
    double from, to;  /* values around the crossing */
    double p_from, p_to;
    double at;              /* where P = 1, between them */
    double at_low, at_high; /* where the ends of P's range cross 1; NAN if far away */
    double p_before;        /* P on the side it pays */
    bool falls;             /* P falls through 1 as the axis grows */
    bool by_model;          /* found on the model itself, not interpolated */
    char *reason;           /* on the side where it does not pay */
};

struct payoff {
    enum budget budget;
    size_t by_n, n, axes, stops;
    char **by;   /* columns of a group */
    char *left;  /* swept columns of the workload that are in no group, with commas; or NULL */
    char **axis; /* number columns along which stop points are sought; units, "" for 1 */
    char **axis_unit;
    struct payoff_group *group;
    struct payoff_stop *stop;
};

/* What is asked of the points of a run. */
struct payoff_question {
    /* Comma-separated columns, NULL for the swept columns of model, workload and precision of at
     * most 100 values; a leading '+' adds to these, names that are not swept being passed over. A
     * group `engine` holds each engine against the same best design without. */
    const char *by;
    const char *where; /* limits the points of both sides; NULL: all */
    enum budget budget;
    const struct payoff_study *study; /* prices anew; NULL: only what the points say */
    uint64_t seed;
    bool swings; /* fill them */
};

enum { PAYOFF_DRAWS = 1000 };

/* Is it a column of the groups? */
bool payoff_has_column(const struct payoff *p, const char *name);

/* The slice of a group, nothing set anew. */
struct payoff_slice payoff_slice(const struct payoff *p, const struct cell *key);

/* An engine that adds no time, or whose gain is lost in rounding, does not speed anything up. */
#define LEAST_GAIN 1e-6

static inline bool pays(double p)
{
    return p > 1 + LEAST_GAIN;
}

#endif
