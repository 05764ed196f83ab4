/* When does an attention engine pay off? Asked of the points of a run.
 *
 * Within a group (a workload: model, context, ...) both sides are free to choose the best design
 * of the study: P = best throughput per unit of budget with an engine over best without.
 * G = throughput of the winner with an engine over that of the same design without it, so that
 * c* = G - 1 is the largest share of the system's cost that the engine may add. */
#ifndef REPORTS_PAYOFF_H
#define REPORTS_PAYOFF_H

#include "db/db.h"

enum budget { BUDGET_COST, BUDGET_AREA, BUDGET_POWER, BUDGET_NONE };

int budget_parse(const char *text, enum budget *out, struct err *err);
extern const char *const budget_text[];

enum payoff_verdict { PAYS, TOO_CLOSE, DOES_NOT_PAY, NO_ANSWER };
extern const char *const payoff_verdict_text[];

struct payoff_group {
    struct cell *key;                            /* by_n values */
    double p, p_low, p_high;                     /* low: the engine at its dearest */
    double g, c_star, c;                         /* c: share of the cost that the engine adds */
    double s, attention_share, intensity, ridge; /* of the design without the engine */
    char *engine, *with, *without;               /* winners */
    char *regime;                                /* what limits the winner without an engine */
    char *reason;                                /* why it stops paying, "" while it pays */
    enum payoff_verdict verdict;
};

/* Along one swept axis, in one group of the other columns, P crosses 1 between two grid values. */
struct payoff_stop {
    size_t axis;      /* index into payoff.axis */
    struct cell *key; /* as in groups; the axis's own column, if it is one, CELL_NULL */
    double from, to;  /* grid values around the crossing */
    double p_from, p_to;
    double at;       /* where P = 1, between them */
    double p_before; /* P on the side it pays */
    bool falls;      /* P falls through 1 as the axis grows */
    bool by_model;   /* found on the model itself, not interpolated */
    char *reason;    /* on the side where it does not pay */
};

struct payoff {
    enum budget budget;
    size_t by_n, n, axes, stops;
    char **by;   /* columns of a group */
    char **axis; /* swept number columns, and their units, "" for 1 */
    char **axis_unit;
    struct payoff_group *group;
    struct payoff_stop *stop;
};

/* P of one group at another value of an axis, found by pricing: for stop points between grid
 * values. `key` and `by` as in struct payoff. NAN if it cannot say. */
typedef double (*payoff_at_fn)(void *ctx, const struct payoff *p, const struct cell *key,
                               const char *axis, double x);

/* `by`: comma-separated columns, NULL for the swept columns of model, workload and precision; a
 * leading '+' adds to these, names that are not swept being passed over. A group `engine` holds
 * each engine against the same best design without. `where` limits the points of both sides, may be
 * NULL; `at` may be NULL. Caller frees. */
int payoff_make(struct payoff *out, struct db *db, const struct db_run *run, const char *by,
                const char *where, enum budget budget, payoff_at_fn at, void *ctx, struct err *err);
void payoff_free(struct payoff *p);

/* The groups, and the stop points, as tables. Caller frees. */
void payoff_table(const struct payoff *p, struct table *out);
void payoff_stop_table(const struct payoff *p, struct table *out);

/* The answer in a sentence or two: where it pays, where it stops. Caller frees. */
char *payoff_sentence(const struct payoff *p);

/* One line per model on a pay-off by engine: which engines pay, which do not, and P from least to
 * most over the workloads. `i` counts from 0; NULL after the last. Caller frees. */
char *payoff_line(const struct payoff *by_engine, size_t i);

/* P as a table: a row per model and engine, a column per value of the first swept number. */
void payoff_map_table(const struct payoff *by_engine, struct table *out);

#endif
