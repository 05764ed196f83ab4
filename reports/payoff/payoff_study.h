/* The study of a run, to price comparisons again with other values of axes, parameters or prices.
 */
#ifndef REPORTS_PAYOFF_PAYOFF_STUDY_H
#define REPORTS_PAYOFF_PAYOFF_STUDY_H

#include "arch/catalogue/catalogue.h"
#include "base/table.h"
#include "db/db.h"
#include "reports/payoff/payoff_designs.h"
#include "reports/payoff/workload_mix.h"

struct payoff_study;
struct points;

/* Takes over the study. Caller closes. */
struct payoff_study *payoff_study_make(struct study *study);

/* Parses the study text stored with the run. Caller closes. */
int payoff_study_open(struct payoff_study **out, const struct db_run *run, struct catalogue *c,
                      struct err *err);
void payoff_study_close(struct payoff_study *s); /* takes NULL */

/* The same study for another thread: it borrows everything that does not change. Close it first. */
struct payoff_study *payoff_study_share(const struct payoff_study *s);

/* The study itself, borrowed. */
const struct study *payoff_study_of(const struct payoff_study *s);

/* Lets later comparisons take designs from the points of the run of this study, borrowed, instead
 * of searching them again. NULL: no longer. */
void payoff_study_use(const struct payoff_study *s, const struct points *stored);

/* Makes every later comparison use the workloads of a mix, borrowed from the caller. -1 if a
 * workload does not fit one of the study's scenarios. */
int payoff_study_mix(struct payoff_study *s, const struct mix *mix, struct err *err);

/* Do the later comparisons use a mix that sets this column? With NULL: do they use a mix? */
bool payoff_study_sets(const struct payoff_study *s, const char *column);

/* Replaces the engines of the study by a hypothetical engine in place that costs nothing, with
 * engine.runs = `runs`. Set its m and r with the settings engine.bandwidth_ratio and
 * engine.ridge_flop_per_byte. P - 1 is then the most that the engine may cost. */
void payoff_study_free_engine(struct payoff_study *s, double runs);

/* The designs of one group, with further settings. */
struct payoff_slice {
    char *const *by; /* by_n columns */
    size_t by_n;
    const struct cell *key;    /* the group's value of each column; CELL_NULL: any */
    const struct setting *set; /* n settings */
    size_t n;
    const char *runs; /* value of engine.runs for every engine; NULL: their own */
    int only;         /* classes of engine.runs: each engine runs those of its own that are among
                         these, and engines that then run nothing are left out; 0: all */
    bool engine_side; /* with a free engine: gather only the side with it */
    bool priced; /* with a free engine: it costs what logic of m and r on the base dies costs */
    bool middle; /* only P at middle prices is asked: keep only the best designs */
    const struct rivals *among; /* the only hardware; NULL: all */
    enum budget budget;
    const struct payoff_subject *of; /* what one side has; NULL: the engine */
};

/* The study of a slice: the scenario that its key names. NULL if there are several and it names
 * none. */
const struct study *payoff_study_for(const struct payoff_study *s,
                                     const struct payoff_slice *slice);

/* A slice without its engine in one text: slices with the same text share their control. Caller
 * frees. */
char *payoff_workload_key(const struct payoff_slice *slice);

/* Gathers the designs of a slice. -1 if a value is not in the study or there are too many designs.
 * Free with comparison_free. */
int payoff_compare(struct comparison *out, const struct payoff_study *s,
                   const struct payoff_slice *slice);

/* Prices the winners of a comparison that was gathered for the same slice. False if a side has
 * none. Not for a free engine. */
bool payoff_winners(struct winners_priced *out, const struct comparison *c,
                    const struct payoff_study *s, const struct payoff_slice *slice);

/* Their designs alone, with their mapping left open. */
bool payoff_winner_designs(struct design out[SIDES], const struct comparison *c,
                           const struct payoff_study *s, const struct payoff_slice *slice);

#endif
