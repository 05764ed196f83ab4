/* What is known of the error of the model, in sentences. */
#ifndef REPORTS_PAGE_MODEL_ERROR_H
#define REPORTS_PAGE_MODEL_ERROR_H

#include "arch/timing.h"

/* Sentence i about results with this timing; NULL after the last. Caller frees. */
char *model_error_line(const struct timing *timing, size_t i);

#endif
