/* What a search strategy is: it asks for points and is told what they are worth. A point is a
 * vector of genes, one per axis. Strategies are pure and run in one thread: the same problem and
 * seed ask for the same points in the same order, whatever prices them. */
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
    size_t n; /* alternatives; 0 of a real gene */
};

/* How what a point is worth moves along a gene: it never falls, never rises, does not depend on it,
 * or who knows. */
#define TREND_SLACK 1e-11 /* but for rounding, and for mappings taken as equal: relative */
enum trend { TREND_UNKNOWN, TREND_UP, TREND_DOWN, TREND_NONE };

struct problem {
    size_t genes, objectives, limits;
    const struct gene *gene;
    double budget;     /* points at most; may be INFINITY */
    double stall;      /* stop after so many points without 0.01 % more hypervolume; 0: never */
    double population; /* of strategies that have one; 0: theirs */
    uint64_t seed;
    void (*snap)(const void *ctx,
                 double *gene); /* moves real genes to values that exist; or NULL */
    const void *ctx;
    /* Of `exact` only, one row per objective, then one per limit. */
    const enum trend *trend; /* [objectives + limits][genes] */
    const double *dip;       /* the same shape: by which share it may turn back; NULL: nowhere */
    const bool *always;      /* [objectives + limits]: holds also where limit 0 is exceeded */
    struct effort {
        double grid;  /* what every point in order costs; 0: the search never gives up for it */
        double spent; /* before the search begins, on the trends */
        double check; /* kept back: what the trends are checked with once the search is over */
        double point; /* of a point out of order */
        double slow;  /* of one, besides, that shares not all slow genes with the one before it */
        size_t slow_genes; /* the first ones */
    } effort;              /* in points priced in order */
};

/* By how much a worth may be better than `worth`, what the trends say: `dip` is the sum of the dips
 * along genes that differ. A limit's worth is relative to the limit. */
double trend_room(double worth, double dip, bool is_limit);

/* What a point is worth: its objectives, all to be made small, then by how much it exceeds each
 * limit (0 and less: kept), relative to the limit. outcome[objectives + limits]. */

/* The sum of the excesses: 0 means feasible. NaN counts as infinite. */
double outcome_violation(const struct problem *p, const double *outcome);

struct search;

struct strategy {
    const char *name, *doc;
    bool lists; /* needs every gene to be a list: no real ones */
    bool aims;  /* needs objectives */
    bool ranks; /* a point's number is its index in the space, not its place in the order asked */
    void *(*open)(struct search *s);
    /* Up to `most` new points; 0: the search is over. */
    size_t (*ask)(void *self, double *genes, size_t most);
    void (*tell)(void *self, size_t n, const double *genes, const double *outcomes); /* or NULL */
    bool (*failed)(const void *self);   /* was what it relies on found not to hold? or NULL */
    bool (*gives_up)(const void *self); /* does every point in order cost less? or NULL */
    void (*close)(void *self);
};

/* All there are, by name; ends with NULL. */
extern const struct strategy *const strategies[];
struct word strategy_word(size_t i); /* their names, as words of a field (base/field.h) */
extern const struct strategy strategy_grid, strategy_exact, strategy_random, strategy_sobol,
    strategy_lhs, strategy_nsga2, strategy_nsga3, strategy_local;

/* What the strategies share. */
const struct problem *search_problem(const struct search *s);
struct random *search_random(struct search *s);
const struct archive *search_archive(const struct search *s);

/* Puts the point on values that exist. True if it was never accepted before; it is from now on. */
bool search_fresh(struct search *s, double *gene);

/* A new point drawn at random; false if every point of the space was had. */
bool search_draw(struct search *s, double *gene);

/* A gene at `u` in [0, 1) of its range. */
double gene_at(const struct gene *g, double u);

/* Points of a space without real genes, INFINITY with them. */
double genes_size(const struct gene *g, size_t n);

/* Point `index` of the space, the first gene the slowest digit; and back. */
void genes_seek(const struct gene *g, size_t n, uint64_t index, double *gene);
uint64_t genes_index(const struct gene *g, size_t n, const double *gene);

/* Children of two parents: simulated binary crossover and polynomial mutation (Deb and Agrawal
 * 1995, Deb and Goyal 1996) of real and ordered genes, exchange and redraw of categories. */
void vary(struct search *s, const double *mother, const double *father, double *child,
          double *other);

#endif
