/* The entry point of the model: designs in, metrics and verdicts out. Pure. */
#ifndef ARCH_EVALUATE_H
#define ARCH_EVALUATE_H

#include "arch/cost.h"
#include "arch/design.h"
#include "arch/metrics.h"
#include "arch/prepared.h"

/* The 90 % quantile of the standard normal distribution: log errors are normal, and one measurement
 * in ten lies below a low end, one in ten above a high end. */
static const double NORMAL_TENTH = 1.2816;

/* Evaluates each device of `d` (1 to LANES of them, with one calibration) in place of the chip and
 * engine of `like`, at its best mapping in `p`: the feasible one with most tokens per second, the
 * first of equals (1e-12); if none is feasible, the nearest (least memory, then shortest step).
 * `mapped` gets its index in p->mapped, 0 if the plan allows none. An infeasible point still has
 * all its metrics, at the smallest batch if batch is max. Without `book`, costs are NAN and no
 * package is refused: its area follows from the price list. Metrics that these points cannot have
 * are left alone: call metrics_clear before the first use of `out`, and before it is used with
 * another phase or timing, or without a book after one. Only caches in `p` change, which affects no
 * result. */
void evaluate_many(struct prepared *p, const struct design *like, const struct price_book *book,
                   struct devices *d, struct metrics_lanes *out, size_t mapped[LANES]);

/* What is asked of many points. `book`: a price list for each device, those with one list side by
 * side; with a pool that shares steps (design_shares_steps) all have one; or NULL. `limits`: also
 * what limits the batch, the metrics of metric_tells_limit; else they may have any value. */
struct metrics_asked {
    const struct price_book *const *book;
    bool limits;
};

void evaluate_asked(struct prepared *p, const struct design *like,
                    const struct metrics_asked *asked, struct devices *d, struct metrics_lanes *out,
                    size_t mapped[LANES]);

/* Evaluates the design `d` with its prepared steps. `mapped`, which may be NULL, gets the mapping,
 * or NULL if there is none. */
void evaluate_prepared(struct prepared *p, const struct design *d, const struct price_book *book,
                       struct metrics *out, const struct mapped **mapped);

/* Prepares and evaluates the design `d`. `plan`, which may be NULL, gets the mapping. */
void evaluate(const struct design *d, const struct price_book *book, struct metrics *out,
              struct plan *plan);

/* Gives a plan the shares in a second tier of memory that evaluation chose, if there is one. */
void plan_fix_shares(struct plan *p, const struct metrics *m);

/* Gives the design the mapping that evaluation chose for it, also for its prefill pool: `plan` and
 * the prefill_... of `m`, where NAN leaves a value as it is. Evaluated again, every metric is bit
 * for bit the same. */
void design_fix_mapping(struct design *d, const struct plan *plan, const struct metrics *m);

/* The prefill pool of a single design with its mapping fixed, from `p`, which evaluated it: the
 * activity of its step. Only in phase disaggregated. */
void evaluated_pool(struct step_split *split, struct prepared *p, const struct design *d);

/* The same of a step shared with a pool: of the step and a main device, and of a device of the
 * pool. `p`: prepared for `d`, whose mapping is fixed. */
void evaluated_ffn_pool(struct step_split *main, struct step_split *ffn, struct prepared *p,
                        const struct design *d, const struct price_book *book);

#endif
