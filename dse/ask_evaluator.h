/* Asks the evaluator of a study for points that dse has priced, unless its answer is known. */
#ifndef DSE_ASK_EVALUATOR_H
#define DSE_ASK_EVALUATOR_H

#include <signal.h>

#include "search/space.h"

struct ask_evaluator;

/* What identifies the evaluator of a study: its command and the content of the files that the
 * command names. Fails if its program is a path that cannot be run. Caller frees. */
int evaluator_identity(const struct study *s, char **out, struct err *err);

struct ask_evaluator_from {
    const struct study *study;
    const struct columns *columns;
    const char *store;                 /* path of the store; the answers are kept beside it */
    const volatile sig_atomic_t *stop; /* asking stops soon after it is set */
};
int ask_evaluator_open(struct ask_evaluator **out, const struct ask_evaluator_from *from,
                       struct err *err);
void ask_evaluator_close(struct ask_evaluator *e); /* takes NULL */

/* Makes the rows of `n` points, as dse has priced them, rows of the evaluator (evaluator_put).
 * Their ids count from `first`. 0; 1 if stopped; -1 if the evaluator cannot be run or has never
 * answered. */
int ask_evaluator(struct ask_evaluator *e, size_t n, uint64_t first, const double *genes,
                  double *rows, struct err *err);

/* Points so far: asked, known from earlier answers, and without an answer. */
struct ask_evaluator_counts {
    uint64_t asked, known, failed;
    const char *last_failure; /* of a point without an answer; NULL if there is none */
};
struct ask_evaluator_counts ask_evaluator_counts(const struct ask_evaluator *e);

#endif
