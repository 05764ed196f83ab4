/* A study from its file: every key read and checked, all mistakes found in one go. */
#ifndef SEARCH_STUDY_READ_H
#define SEARCH_STUDY_READ_H

#include "base/faults.h"
#include "search/study.h"

/* Reads the file into `s`, which holds the defaults. What is wrong goes to `found`; `s` is then
 * only good for study_free. What hangs together is checked once every value is right by itself. */
void study_read(struct study *s, const struct conf *conf, struct catalogue *c,
                struct faults *found);

#endif
