/* A search strategy: it asks for points and is told their outcomes. A point is a vector of genes,
 * one per axis. Strategies are pure and single-threaded: the same problem and seed give the same
 * points in the same order, however they are priced. */
#ifndef SEARCH_STRATEGIES_STRATEGY_H
#define SEARCH_STRATEGIES_STRATEGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/field.h"
#include "base/random.h"

enum gene_kind {
    GENE_CATEGORY, /* 0 .. n - 1 without order */
    GENE_ORDERED,  /* 0 .. n - 1 in order */
    GENE_REAL      /* 0 to 1 */
};

struct gene {
    enum gene_kind kind;
    size_t n; /* number of values; 0 for a real gene */
};

/* How an outcome moves along a gene: it never falls (UP), never rises (DOWN), does not depend on it
 * (NONE), or is not known. */
#define TREND_SLACK 1e-11 /* relative, for rounding and for mappings that count as equal */
enum trend { TREND_UNKNOWN, TREND_UP, TREND_DOWN, TREND_NONE };

struct problem {
    size_t genes, objectives, limits;
    const struct gene *gene;
    double budget;     /* maximum number of points; may be INFINITY */
    double stall;      /* stop after this many points without 0.01 % more hypervolume; 0: never */
    double population; /* 0: the default of the strategy */
    uint64_t seed;
    void (*snap)(const void *ctx, double *gene); /* moves real genes to valid values; or NULL */
    const void *ctx;
    /* Only for `exact`; a row per objective, then a row per limit. */
    const enum trend *trend; /* [objectives + limits][genes] */
    const double *dip;       /* same shape: share by which it may move against the trend; or NULL */
    const bool *always;      /* [objectives + limits]: the trend also holds beyond limit 0 */
    /* Only for `multifidelity`: the outcomes of `n` points at a cheap level of fidelity; NULL:
     * there is none. The result depends on the points alone. */
    void (*cheap)(void *cheap_ctx, size_t n, const double *genes, double *outcomes);
    void *cheap_ctx;
    size_t batch; /* points of one ask, for strategies that need no more to learn from; 0: many */
    bool relaxed; /* trends hold for bounds on the outcomes: see below */
    struct effort {
        double grid;       /* of all points in order; 0: never give up in favour of the grid */
        double least;      /* of the smallest grid that bounds can pay for */
        double spent;      /* on checking trends before the search */
        double check;      /* reserved for checking trends after the search */
        double point;      /* of a point out of order */
        double slow;       /* added if a slow gene differs from that of the point before */
        size_t slow_genes; /* the first genes are the slow ones */
    } effort;              /* unit: the effort of a point priced in order */
};

/* By how much an outcome may be better than the bound `outcome` that the trends give. `dip` is the
 * sum of the dips along the genes that differ. */
double trend_room(double outcome, double dip, bool is_limit);

/* An outcome[objectives + limits] of a point: its objectives, all to be minimised, then its excess
 * over each limit, relative to the limit (0 or less: the limit is kept). If the problem is relaxed,
 * the outcomes of n points are followed by n bounds, of the same shape and none worse. */

/* The sum of the excesses; 0 means feasible. NaN counts as infinite. */
double outcome_violation(const struct problem *p, const double *outcome);

struct search;

struct strategy {
    const char *name, *doc;
    bool lists; /* cannot search real genes */
    bool aims;  /* needs objectives */
    bool ranks; /* numbers a point by its index in the space, not in the order of asking */
    void *(*open)(struct search *s);
    /* Fills up to `most` new points; 0: the search is over. */
    size_t (*ask)(void *self, double *genes, size_t most);
    void (*tell)(void *self, size_t n, const double *genes, const double *outcomes); /* or NULL */
    bool (*failed)(const void *self);   /* was an assumption violated? or NULL */
    bool (*gives_up)(const void *self); /* is pricing every point in order cheaper? or NULL */
    void (*close)(void *self);
};

/* All strategies; ends with NULL. */
extern const struct strategy *const strategies[];
struct word strategy_word(size_t i); /* their names as words of a field (base/field.h) */
extern const struct strategy strategy_grid, strategy_exact, strategy_random, strategy_sobol,
    strategy_lhs, strategy_nsga2, strategy_nsga3, strategy_local, strategy_multifidelity;

/* For use by strategies. */
const struct problem *search_problem(const struct search *s);
struct random *search_random(struct search *s);
const struct archive *search_archive(const struct search *s);

/* Moves the point to valid values and accepts it. False if it was accepted before. */
bool search_fresh(struct search *s, double *gene);

/* Draws a new random point and accepts it; false if every point of the space has been accepted. */
bool search_draw(struct search *s, double *gene);

/* The value of a gene at the fraction `u` in [0, 1) of its range. */
double gene_at(const struct gene *g, double u);

/* Number of points of the space; INFINITY with a real gene. */
double genes_size(const struct gene *g, size_t n);

/* Genes of point `index` of the space, the first gene being the slowest digit; and the index of a
 * point. */
void genes_seek(const struct gene *g, size_t n, uint64_t index, double *gene);
uint64_t genes_index(const struct gene *g, size_t n, const double *gene);

/* Makes two children of two parents: simulated binary crossover and polynomial mutation (Deb and
 * Agrawal 1995, Deb and Goyal 1996) for real and ordered genes; categories are swapped and redrawn.
 */
void vary(struct search *s, const double *mother, const double *father, double *child,
          double *other);

#endif
