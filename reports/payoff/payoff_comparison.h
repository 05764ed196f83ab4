/* Compares designs with an attention engine against designs without, for the same workloads and
 * under the same budget. Each side takes its best design, so
 *     P = best throughput per unit of budget with an engine / best without.
 * Both sides are chosen anew whenever prices or times change. Pure. */
#ifndef REPORTS_PAYOFF_PAYOFF_COMPARISON_H
#define REPORTS_PAYOFF_PAYOFF_COMPARISON_H

#include <stdint.h>

#include "arch/cost.h"
#include "arch/step_time.h"

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

/* A design of one side. `job` belongs to the comparison. */
struct candidate {
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

struct comparison {
    enum budget budget;
    struct price_book prices;
    size_t n[SIDES];
    struct candidate *side[SIDES]; /* comparison_free */
};

void comparison_free(struct comparison *c);

/* What is not known for sure, at one set of values. */
struct world {
    struct prices prices;
    double time_z[OP_CLASSES]; /* standard deviations by which the time of a class is off */
    double engine_z;           /* the same of what an engine runs */
};

/* Prices and times at their middle. */
void world_middle(struct world *out, const struct comparison *c);

/* Tokens per second of a candidate over all its jobs, each its share of the tokens; with `alone`
 * that of its hardware without the engine, NAN if it cannot do a job so. */
double candidate_tokens_per_s(const struct candidate *k, bool alone);

/* What it costs in units of the budget, at these prices, without its engine if `alone`. */
double candidate_resource(const struct candidate *k, enum budget budget, const struct prices *p,
                          bool alone);

/* P in a world; NAN if one side has no design, never INFINITY. `winner`, of SIDES indices, may be
 * NULL. */
double comparison_payoff(const struct comparison *c, const struct world *w, size_t *winner);

/* The same with prices and times at their middle. */
double comparison_payoff_middle(const struct comparison *c, size_t *winner);

#endif
