/* How far the run of a store is, while another process may be writing it. */
#ifndef DSE_RUN_PROGRESS_H
#define DSE_RUN_PROGRESS_H

#include "db/db.h"
#include "search/study.h"

enum { FRONT_MEASURED_MOST = 20000 };

/* What the points of one scenario have reached. */
struct scenario_progress {
    char *name;
    size_t points, feasible; /* in the store */
    size_t objectives;       /* of the study; without any, throughput and system cost */
    struct objective objective[RULES_MOST];
    double best[RULES_MOST]; /* NAN: none is feasible */
    size_t front;            /* points on it */
    double hypervolume; /* share of the box between the best values and a fixed reference point;
                           NAN with fewer than two objectives, or more than
                           FRONT_MEASURED_MOST points on the front */
};

struct run_progress {
    struct db_run run;
    size_t n;
    struct scenario_progress *scenario; /* in the order of their first points */
};

/* Reads the run called `name`, or the newest, and its points. STATUS_INPUT if there is none (yet).
 * Caller frees. */
int run_progress_read(struct run_progress *out, const char *path, const char *name,
                      struct err *err);
void run_progress_free(struct run_progress *p); /* takes an empty one */

#endif
