/* The steps of a mapping, kept for the designs of a comparison that have it: they differ in chip
 * and engine. */
#ifndef REPORTS_PAYOFF_KEPT_MAPPING_H
#define REPORTS_PAYOFF_KEPT_MAPPING_H

#include "arch/prepared.h"
#include "search/tasks.h"

struct kept_mapping {
    size_t users;
    struct mapped of; /* only its plan, steps and their memos */
    struct routing routing[3];
    struct kept_mapping *copy[SHARERS_MOST]; /* of threads that help (tasks_share) */
};

/* Copies a mapping, for one user. Every user releases it; the last one frees it. */
struct kept_mapping *kept_mapping_make(const struct mapped *m);
struct kept_mapping *kept_mapping_share(struct kept_mapping *k); /* one more user */
void kept_mapping_release(struct kept_mapping *k);               /* takes NULL */

/* The mapping as this thread may use it, of those that share its designs (tasks_share): memos
 * change while steps are timed, so every thread has its own. */
struct mapped *kept_mapping_own(struct kept_mapping *k);

#endif
