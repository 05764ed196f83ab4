/* Compares designs with an attention engine to designs without one, for the same workloads and the
 * same budget. Each side uses its best design, so
 *     P = best throughput per unit of budget with an engine / best without.
 * Both sides choose again whenever prices or times change. Pure. */
#ifndef REPORTS_PAYOFF_PAYOFF_COMPARISON_H
#define REPORTS_PAYOFF_PAYOFF_COMPARISON_H

#include <stdint.h>

#include "arch/cost.h"
#include "reports/payoff/drawn_step.h"
#include "reports/payoff/drawn_worlds.h"
#include "reports/payoff/kept_draws.h"
#include "reports/payoff/payoff_world.h"

enum budget { BUDGET_COST, BUDGET_AREA, BUDGET_POWER, BUDGET_NONE, BUDGETS };
extern const char *const budget_text[BUDGETS];
int budget_parse(const char *text, enum budget *out, struct err *err);

/* Throughput of a design on one workload of a mix. */
struct job {
    double weight; /* share of the tokens */
    double tokens_per_s;
    double no_engine_tokens_per_s; /* same hardware without its engine; only for a mix */
    struct step_split split;
    struct step_split pool_split; /* of a prefill pool */
    double pool_devices;          /* 0 if there is none */
    struct step_split ffn_split;  /* of a device of an FFN pool */
    struct drawn_step *step;      /* owned; NULL: its time never moves */
};

/* An engine whose file gives m or r a range, with both ends over the stated value. */
struct ranged_engine {
    const char *name; /* borrowed */
    struct stated_ratio low, high;
};

/* A design of one side. The comparison owns `job`. */
struct candidate {
    struct chip chip;
    struct engine engine;
    struct precision precision;
    const char *chip_name, *engine_name; /* borrowed from the catalogue */
    double devices;                      /* without those of a prefill pool */
    double engine_devices;               /* devices that carry the engine, if there is one */
    struct engine pool_engine;           /* of the devices of a prefill pool */
    struct chip pool_chip;
    struct chip ffn_chip; /* of the devices of an FFN or draft pool */
    struct engine ffn_engine;
    double ffn_devices;  /* enough for each job; 0 if there is none */
    const char *subject; /* the name of what one side lacks, such as its engine; borrowed */
    size_t ranged;       /* its engine in comparison.ranged, or RANGED_MOST */
    uint64_t point;      /* index in its study, for the first job */
    size_t hardware;     /* its kind of hardware in its study (best_designs.h) */
    size_t jobs;
    struct job *job;
};

enum side { WITHOUT, WITH, SIDES };

struct known_rates;

struct comparison {
    enum budget budget;
    struct price_book prices;
    int runs; /* classes that the engines may run, also those that cannot win */
    size_t n[SIDES];
    struct candidate *side[SIDES]; /* comparison_free */
    size_t n_ranged;
    struct ranged_engine ranged[RANGED_MOST];
    const char *engine;               /* the only one, borrowed; NULL: all */
    struct kept_draws *kept;          /* of this workload, borrowed; NULL: none */
    struct drawn_store *worlds;       /* of its study, borrowed; NULL: none */
    struct quoted *quoted[SIDES];     /* of the candidates (comparison_quote); NULL: not yet */
    struct known_rates *known[SIDES]; /* what searches among them have priced; likewise */
};

void comparison_free(struct comparison *c);

/* Looks up once what every search among its candidates would look up again, and keeps what they
 * price. No candidate may change
 * after that. */
void comparison_quote(struct comparison *c);

/* The candidates of one side, to be quoted. Free with quoted_free. */
struct quoted *comparison_quote_side(const struct comparison *c, enum side s);

/* Sets everything to its middle value. */
void world_middle(struct world *out, const struct comparison *c);

/* Tokens per second of a candidate over all its jobs, weighted by their share of the tokens. With
 * `without_engine`, of its hardware without the engine: NAN if a job is then infeasible. */
double candidate_tokens_per_s(const struct candidate *k, bool without_engine);

/* Devices of the prefill pool: enough for each job. */
double candidate_pool_devices(const struct candidate *k);

/* Units of the budget that a candidate uses, without its engine if `without_engine`. */
double candidate_resource(const struct candidate *k, enum budget budget, const struct prices *p,
                          bool without_engine);

/* P in a world; NAN if one side has no feasible design, never INFINITY. `winner` receives an index
 * per side; may be NULL. */
double comparison_payoff(const struct comparison *c, const struct world *w, size_t *winner);

/* Best throughput per unit of budget of one side at middle prices; NAN if it has no design. */
double comparison_best(const struct comparison *c, enum side s);

/* Best value of one side in each world; NAN if it has no design. */
void comparison_bests(double *out, const struct comparison *c, enum side s, const struct worlds *w);

/* P in each of n worlds. */
void comparison_payoffs(double *out, const struct comparison *c, const struct world *w, size_t n);

/* P with all prices and times at their middle values. */
double comparison_payoff_middle(const struct comparison *c, size_t *winner);

#endif
