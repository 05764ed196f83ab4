/* Gathers the designs of a comparison from a study: each hardware of the study with the mapping and
 * the free workload values that suit it best. */
#ifndef REPORTS_PAYOFF_PAYOFF_DESIGNS_H
#define REPORTS_PAYOFF_PAYOFF_DESIGNS_H

#include "reports/payoff/payoff_comparison.h"
#include "reports/payoff/payoff_subject.h"
#include "reports/payoff/setting.h"

/* One workload of a mix: its settings and its share of the tokens. */
struct mix_job {
    const struct setting *set;
    size_t n;
    double weight;
};

struct points;

/* Kinds of hardware of a study. */
enum { RIVALS_MOST = 64 };
struct rivals {
    size_t n;
    size_t hardware[RIVALS_MOST];
};
bool rivals_have(const struct rivals *r, size_t hardware);
void rivals_add(struct rivals *r, size_t hardware); /* if there is room */

/* Which designs of a study are compared. */
struct design_choice {
    const struct study *study;
    const struct setting *set; /* fixed in every job */
    size_t n;
    const struct mix_job *jobs; /* n_jobs 0: one job without further settings */
    size_t n_jobs;
    const struct payoff_subject *of; /* what one side has; NULL: the engine */
    const char *engine;              /* the only engine, or other subject, allowed; NULL: all */
    int only;                        /* classes the engines may run, of their own; 0: all */
    enum budget budget;
    bool middle;                 /* keep only what may be the best at middle prices */
    const struct rivals *among;  /* the only hardware allowed; NULL: all */
    struct gathering *gathering; /* reused from choice to choice; NULL: none */
    const struct points *stored; /* of a run of the study, whose designs need not be searched; NULL:
                                  none */
    struct kept_best *kept;      /* of choices that differ only in `engine`, `only` and `middle`;
                                  NULL: none */
};

/* Memory of comparison_gather. Free with gathering_free, which takes NULL. */
struct gathering *gathering_make(void);
void gathering_free(struct gathering *g);

/* Keeps the best design of each hardware of a workload. Free with kept_best_free, which takes
 * NULL. */
struct kept_best *kept_best_make(void);
void kept_best_free(struct kept_best *k);

/* Keeps the hardware (chips, engine, devices) that can run every job; at middle values only the
 * best of each side. Returns 0, or -1 if a path or name is unknown (STATUS_INPUT) or there are
 * more than DESIGNS_MOST designs. Free with comparison_free. */
int comparison_gather(struct comparison *out, const struct design_choice *q, struct err *err);

/* Would comparison_gather accept the paths, names and size of this choice? Prices nothing. */
int comparison_check(const struct design_choice *q, struct err *err);

/* The best designs of both sides at middle prices, and the hardware of the one with an engine
 * without it, for the first job. */
struct winners_priced {
    struct design with, without; /* with their mapping left open */
    struct design twin_design;   /* `with` less the subject */
    struct metrics with_metrics, without_metrics, twin_metrics;
    bool twin; /* the hardware is feasible without its engine */
};

/* Prices the winners of a comparison that was gathered for the same choice. False if a side has
 * none. */
bool comparison_winners(struct winners_priced *out, const struct comparison *c,
                        const struct design_choice *q);

/* Their designs alone, which nothing prices. */
bool comparison_winner_designs(struct design out[SIDES], const struct comparison *c,
                               const struct design_choice *q);

enum { DESIGNS_MOST = 200000 };

#endif
