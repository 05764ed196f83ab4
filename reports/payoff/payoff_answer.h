/* When does an attention engine pay off, or a pool of other devices? The question and the answer
 * for the points of a run. What is said of an engine holds for the subject of the question
 * (payoff_subject.h).
 *
 * Within a group (a workload: model, context, ...) each side chooses its best design of the study:
 * P = best throughput per unit of budget with an engine over the best without.
 * G = throughput of the winner with an engine over that of the same hardware without it.
 * c* = G - 1 is the largest share of the system cost that the engine may add. */
#ifndef REPORTS_PAYOFF_PAYOFF_ANSWER_H
#define REPORTS_PAYOFF_PAYOFF_ANSWER_H

#include <stdint.h>

#include "base/table.h"
#include "reports/payoff/payoff_comparison.h"
#include "reports/payoff/payoff_study.h"
#include "reports/payoff/payoff_subject.h"
#include "reports/payoff/payoff_swing.h"

enum payoff_verdict { PAYS, TOO_CLOSE, DOES_NOT_PAY, NO_ANSWER, PAYOFF_VERDICTS };
extern const char *const payoff_verdict_text[PAYOFF_VERDICTS];

struct payoff_group {
    struct cell *key;                 /* by_n values */
    double with_point, without_point; /* the winners of the store */
    double twin_point;       /* the first without its engine, of the store; NAN: none, or unknown */
    double p, p_low, p_high; /* one draw in ten is below p_low, one above p_high */
    double p_median;         /* of the draws; NAN if nothing could be drawn */
    double probability;      /* that P > 1; NAN if nothing could be drawn */
    /* P if the engines may run only this class of operators; NAN if none of them may run it, or if
     * nothing could be priced again. */
    double p_only[ENGINE_CLASSES];
    double most_gain;            /* of an infinitely fast engine */
    double g, c_star, c;         /* c: cost the engine adds, as a share of the system cost */
    double c_max;                /* share of the budget at which the control catches up */
    double price_ratio_max;      /* c_max / c: its price may rise so many times */
    double a, w;                 /* area and power the engine adds, as a share of the system's */
    double a_star_mm2, w_star_w; /* c_star times the area and the power of a device */
    double s;                    /* speed-up of core attention on the engine */
    double engine_maturity, engine_limited_by; /* as the metrics; NAN if unknown */
    double attention_share, intensity, ridge;  /* of the same hardware without the engine */
    const char *core;                          /* what they are of: metrics_core */
    double expert_intensity;                   /* likewise; NAN: no experts */
    int runs, core_runs; /* classes that its engine may run, 0 if unknown; those of the core */
    bool other_base;     /* the hardware of the control is not that of the winner */
    char *engine, *with, *without; /* winners; engine: the name of the subject */
    char *regime;                  /* limit of the winner without an engine */
    char *reason;                  /* why the engine does not pay; "" if it pays */
    char *at_border;               /* axes on whose end a winner sits and where one more step gains,
                                      comma-separated; "" if none or unknown */
    char *beyond_border;           /* what one more step of each does; "" if none */
    char *physical_limit; /* ends on which a winner sits and beyond which nothing is feasible, with
                             the reason; "" if none or unknown */
    double p_beyond;      /* P if both sides may take these steps; NAN if unknown */
    enum payoff_verdict verdict;
    size_t swings;
    struct swing *swing; /* widest first */
    size_t pairs;
    struct pair_flip *pair; /* nearest first; its names are those of `swing` */
};

/* A point on an axis where P crosses 1, in one group of the other columns. */
struct payoff_stop {
    size_t axis;      /* index into payoff.axis */
    struct cell *key; /* as in a group; CELL_NULL for the axis's own column */
    double from, to;  /* values around the crossing */
    double p_from, p_to;
    double at;              /* value at which P = 1 */
    double at_low, at_high; /* where SURE and 1 - SURE of the draws pay; NAN if far away */
    double p_before;        /* P on the side where the engine pays */
    bool falls;             /* P falls through 1 as the axis grows */
    bool by_model;          /* found on the model itself, not interpolated */
    char *reason;           /* why the engine does not pay on the other side */
};

struct payoff {
    enum budget budget;
    const struct payoff_subject *of; /* of the question; NULL: the engine */
    size_t by_n, n, axes, stops;
    char **by;        /* columns of a group */
    const char *over; /* of the question, borrowed */
    const char *runs; /* of the question, borrowed */
    char *left;       /* swept workload columns that are not in `by`, comma-separated; or NULL */
    char *too_many;   /* those with over SPLIT_VALUES_MOST values, which split if named; or NULL */
    char **axis;      /* numeric columns that are searched for stop points */
    char **axis_unit; /* "" for 1 */
    struct payoff_group *group;
    struct payoff_stop *stop;
    char *none;  /* why there is no group, as a sentence; NULL if there is one */
    bool empty;  /* no feasible point meets the conditions of the question */
    bool always; /* the run has no design without the subject */
};

/* What an answer has besides its groups, P, the probability and the verdict. */
enum payoff_depth {
    DEPTH_STOPS,    /* the range of the draws, payoff_group.p_only, stop points */
    DEPTH_VERDICTS, /* nothing */
    DEPTH_RANGES,   /* the range of the draws: p_low, p_median, p_high */
    DEPTH_SUMMARY, /* p_only where it pays; where the verdict is TOO_CLOSE, the .swing that decides;
                      the border of the study; stop points, of which only those of a summary have
                      a place (payoff_summary.h) */
    DEPTH_ALL      /* as DEPTH_STOPS, with .swing, .pair and the border of the study */
};

struct payoff_question {
    /* Comma-separated columns that come first; the swept columns of model and workload follow.
     * NULL: these and those of the precision; a leading '+' adds columns and skips names that are
     * not swept. With `engine` among the columns, every engine is compared with the same best
     * design without one. */
    const char *by;
    const char *over;  /* comma-separated columns whose value each side may choose; NULL: none */
    const char *where; /* SQL condition on the points of both sides; NULL: all */
    enum budget budget;
    const struct payoff_subject *of;  /* what one side has; NULL: the engine */
    const struct payoff_study *study; /* to price designs again; NULL: use only stored points */
    const char *runs; /* value of engine.runs for every engine; NULL: their own. Needs `study`. */
    uint64_t seed;
    size_t jobs; /* threads that price again; 0: 1. The answer does not depend on it. */
    enum payoff_depth depth;
};

enum { PAYOFF_DRAWS = 1000 };

/* A verdict other than "too close to call" needs this share of the draws. */
static const double SURE = 0.9;

/* Is `name` one of the group columns? '.' and '_' are equal. */
bool payoff_has_column(const struct payoff *p, const char *name);

/* Does P of some group rest on draws, or of none have any? Else p_low and p_high are P at the ends
 * of the prices. */
bool payoff_is_drawn(const struct payoff *p);

/* Does the engine pay only because it runs experts too? */
bool pays_for_experts(const struct payoff_group *g);

/* The slice of a group without further settings. */
struct payoff_slice payoff_slice(const struct payoff *p, const struct cell *key);

/* A gain below this is rounding error, not a speed-up. */
#define LEAST_GAIN 1e-6

static inline bool pays(double p)
{
    return p > 1 + LEAST_GAIN;
}

#endif
