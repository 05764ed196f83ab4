/* Reads the file of a study: checks every key and reports all mistakes at once. */
#ifndef SEARCH_STUDY_READ_H
#define SEARCH_STUDY_READ_H

#include "base/faults.h"
#include "search/study.h"

/* Reads the file into `s`, which holds the defaults. Adds mistakes to `found`; after a mistake only
 * study_free may be called for `s`. Values that depend on each other are checked only if every
 * single value is correct. */
void study_read(struct study *s, const struct conf *conf, struct catalogue *c,
                struct faults *found);

#endif
