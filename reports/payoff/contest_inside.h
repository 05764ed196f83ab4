/* What the parts of a search for the best designs of a side share: contest.c opens it and bounds
 * the designs, contest_each.c searches in worlds apart, contest_boxes.c in boxes of worlds. */
#ifndef REPORTS_PAYOFF_CONTEST_INSIDE_H
#define REPORTS_PAYOFF_CONTEST_INSIDE_H

#include "reports/payoff/contest.h"

/* A bound is a sum in another order than the value. */
#define BOUND_ROUNDING (1 + 1e-9)

struct contest {
    const struct candidate *candidate;
    size_t n;
    enum budget budget;
    bool has_errors; /* a design has: candidate_has_errors */
    bool of_engine;  /* the designs have an engine */
    const struct quoted *quoted;
    struct quoted *own_quoted;     /* if the comparison has none */
    struct known_rates *known;     /* NULL for the budget power, whose values are no rates */
    struct known_rates *own_known; /* if the comparison has none */
    double *most;                  /* tokens per second, at most; NULL: not bounded */
    size_t *order;                 /* in which they are priced */
    struct boxes boxes;            /* for these designs; n 0: those of all */
    const double *const *used;     /* resources of each design in each world, borrowed; NULL: found
                                      when they are needed */
};

struct rank {
    double value;
    size_t at;
};

/* For qsort; of equal values the first place. */
static inline int rank_highest_first(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;
    return x->value != y->value ? (x->value < y->value) - (x->value > y->value)
                                : (x->at > y->at) - (x->at < y->at);
}

/* Both raise `best` in each world where some design reaches more, with its winner unless that is
 * NULL. In boxes: any budget; apart: rates must be known. */
void contest_raise_in_each(double *best, size_t *winner, const struct contest *x,
                           const struct worlds *w);
void contest_raise_in_boxes(double *best, size_t *winner, const struct contest *x,
                            const struct worlds *w);

/* Raises `best` to what the favourite reaches. */
void contest_raise_favourite(double *best, const struct contest *x, const struct worlds *w);

#endif
