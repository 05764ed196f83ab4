/* Reads the file of a study: checks every key and reports all mistakes at once. */
#ifndef SEARCH_STUDY_READ_H
#define SEARCH_STUDY_READ_H

#include "base/faults.h"
#include "search/study.h"

/* The text of a study: its root, and the overlay of a scenario or NULL. */
struct study_text {
    const struct node *root, *overlay;
};

/* Reads a study, or one of its scenarios, into `s`, which holds the defaults. Adds mistakes to
 * `found`, of a scenario only those in its overlay; after a mistake only study_free may be called
 * for `s`. Values that depend on each other are checked only if every single value is correct. */
void study_read(struct study *s, const struct study_text *text, struct catalogue *c,
                struct faults *found);

#endif
