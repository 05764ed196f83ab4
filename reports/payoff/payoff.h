/* When does an attention engine pay off? Asked of the points of a run.
 *
 * Within a group (a workload: model, context, ...) both sides are free to choose the best design
 * of the study: P = best throughput per unit of budget with an engine over best without.
 * G = throughput of the winner with an engine over that of the same design without it, so that
 * c* = G - 1 is the largest share of the system's cost that the engine may add. */
#ifndef REPORTS_PAYOFF_PAYOFF_H
#define REPORTS_PAYOFF_PAYOFF_H

#include "reports/payoff/payoff_comparison.h"
#include "db/db.h"

enum payoff_verdict { PAYS, TOO_CLOSE, DOES_NOT_PAY, NO_ANSWER };
extern const char *const payoff_verdict_text[];

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

/* A value of an axis, a parameter or a price, by its column's name or path. */
struct payoff_setting {
    const char *axis;
    double x;
};

/* The contest of one group with some values set, priced anew; `key` and `by` as in struct payoff.
 * -1 if it cannot say. The caller frees it with contest_free. */
typedef int (*payoff_contest_fn)(void *ctx, const struct payoff *p, const struct cell *key,
                                 const struct payoff_setting *set, size_t n, struct contest *out);

/* What is asked of the points of a run. */
struct payoff_question {
    const char *by;    /* comma-separated columns, NULL for the swept columns of model, workload and
                        * precision of at most 100 values; a leading '+' adds to these, names that are
                        * not swept being    passed over. A group `engine` holds each engine against
                        * the    same best    design without. */
    const char *where; /* limits the points of both sides; NULL: all */
    enum budget budget;
    payoff_contest_fn contest; /* NULL: only what the points say */
    void *ctx;
    uint64_t seed;
    bool swings; /* fill them */
};

enum { PAYOFF_DRAWS = 1000 };

/* Caller frees. */
int payoff_make(struct payoff *out, struct db *db, const struct db_run *run,
                const struct payoff_question *q, struct err *err);
void payoff_free(struct payoff *p);

/* Only the keys of the groups that some design can serve; all else is empty. Caller frees. */
int payoff_keys(struct payoff *out, struct db *db, const struct db_run *run,
                const struct payoff_question *q, struct err *err);

/* A range of an axis, parameter or price, whether the study sweeps it or not. */
struct range {
    char *path;
    const char *unit; /* "" for 1 */
    double from, to;  /* above 0 where the scale is to be logarithmic */
    bool whole;
};

/* The i-th of `steps` values of a range. */
double range_value(const struct range *r, size_t i, size_t steps);

/* Adds the stop points along a range, tried at `steps` values of it, in every group; needs
 * q->contest. */
void payoff_scan(struct payoff *p, const struct payoff_question *q, const struct range *r,
                 size_t steps);

/* One group of all: over the workloads of a mix, which q->contest knows. */
void payoff_of_mix(struct payoff *out, const struct payoff_question *q);

/* For every group and engine the cheapest way to `tokens_per_s`: whole systems of the run, as many
 * as it takes, each within the limits; cheapest first. `by` and `where` as in a question. Columns:
 * those of `by`, engine, systems, devices, system_cost_usd with _low and _high, over_cheapest,
 * tokens_per_s, tpot_s, power_w, usd_per_mtok, hardware. Caller frees. */
int cheapest_table(struct table *out, struct db *db, const struct db_run *run, const char *by,
                   const char *where, double tokens_per_s, struct err *err);

/* The engine one would have to build: for every group and bandwidth ratio m the least ridge r with
 * which it pays at a price of 0, 5, 10 and 20 % of the system, and the most it may cost at any r.
 * q->contest is of a free engine (see reports/payoff/payoff_study.h). Caller frees. */
void wanted_table(const struct payoff *p, const struct payoff_question *q, struct table *out);

/* The groups, the stop points and what P turns on, as tables. Caller frees. */
void payoff_table(const struct payoff *p, struct table *out);
void payoff_stop_table(const struct payoff *p, struct table *out);
void payoff_swing_table(const struct payoff *p, size_t most, struct table *out);

/* The answer in a sentence or two: where it pays, where it stops. Caller frees. */
char *payoff_sentence(const struct payoff *p);

/* One line per model on a pay-off by engine: which engines pay, which do not, and P from least to
 * most over the workloads. `i` counts from 0; NULL after the last. Caller frees. */
char *payoff_line(const struct payoff *by_engine, size_t i);

/* P as a table: a row per model and engine, a column per value of the first swept number. */
void payoff_map_table(const struct payoff *by_engine, struct table *out);

/* "deepseek-r1, workload_context 8192": what tells a group from the others. Caller frees. */
char *group_title(const struct payoff *p, const struct payoff_group *g);

#endif
