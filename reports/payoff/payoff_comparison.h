/* A contest: designs with an attention engine against designs without, for the same workloads and
 * under the same budget. Each side sends its best design, so
 *     P = best throughput per unit of budget with an engine / best without.
 * Both sides are chosen anew whenever prices or times change. Pure. */
#ifndef REPORTS_PAYOFF_PAYOFF_COMPARISON_H
#define REPORTS_PAYOFF_PAYOFF_COMPARISON_H

#include <stdint.h>

#include "arch/cost.h"
#include "arch/step.h"

enum budget { BUDGET_COST, BUDGET_AREA, BUDGET_POWER, BUDGET_NONE, BUDGETS };
extern const char *const budget_text[BUDGETS];
int budget_parse(const char *text, enum budget *out, struct err *err);

/* What a design does for one workload of a mix. */
struct job {
    double weight; /* share of the tokens */
    double tokens_per_s;
    double alone_tokens_per_s; /* of the same hardware without its engine; of mixes only */
    struct step_split split;
};

/* A design that competes. `job` belongs to the contest. */
struct contender {
    struct chip chip;
    struct engine engine;
    struct precision precision;
    const char *chip_name, *engine_name; /* borrowed from the catalogue */
    double devices;
    uint64_t point; /* index in its study, for the first job */
    size_t jobs;
    struct job *job;
};

enum side { WITHOUT, WITH, SIDES };

struct contest {
    enum budget budget;
    struct price_book prices;
    size_t n[SIDES];
    struct contender *side[SIDES]; /* contest_free */
};

void contest_free(struct contest *c);

/* What is not known for sure, at one set of values. */
struct world {
    struct prices prices;
    double time_z[OP_CLASSES]; /* standard deviations by which the time of a class is off */
    double engine_z;           /* the same of what an engine runs */
};

/* Prices and times at their middle. */
void world_middle(struct world *out, const struct contest *c);

/* Tokens per second of a contender over all its jobs, each its share of the tokens; with `alone`
 * that of its hardware without the engine, NAN if it cannot do a job so. */
double contender_tokens_per_s(const struct contender *k, bool alone);

/* What it costs in units of the budget, at these prices, without its engine if `alone`. */
double contender_resource(const struct contender *k, enum budget budget, const struct prices *p,
                          bool alone);

/* P in a world; NAN if a side has nobody, INFINITY never. `winner`, of SIDES indices, may be NULL.
 */
double contest_payoff(const struct contest *c, const struct world *w, size_t *winner);

/* How sure P is. One draw in ten lies below low, one in ten above high. */
struct certainty {
    double probability; /* share of the draws with P > 1 */
    double low, median, high;
};

/* Draws worlds: each price from a triangle over its low, middle and high value, each class's time
 * error from a normal distribution with the deviation that calibrated timing states (ideal timing
 * states none), all independent, the same world for both sides. The same for the same seed. */
void contest_certainty(struct certainty *out, const struct contest *c, uint64_t seed, size_t draws);

/* One constant moved from end to end of its range, all others at the middle. */
struct swing {
    const struct field *price; /* NULL: a time */
    const char *name;          /* of the constant, or of what is timed */
    double low, middle, high;  /* its values; of a time, deviations of its error */
    double p_low, p_high;      /* P at these */
    double flips_at;           /* value where P = 1; NAN if it is nowhere near */
    bool inside;               /* flips_at lies in the range */
};

enum { SWINGS_MOST = 160 };

/* Every constant that moves P, the one that moves it most first. Returns how many. */
size_t contest_swings(struct swing out[SWINGS_MOST], const struct contest *c);

#endif
