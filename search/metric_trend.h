/* How metrics move along parameters: declared here, and checked on every study that relies on it.
 *
 * With ideal timing a step's time is a sum of maxima of work over rate, so throughput never falls
 * as a rate grows; a batch that is the largest allowed only grows with memory and with rates; of
 * several mappings the best is taken. What a device costs grows with what is in it, except where
 * the reticle cuts a die in two: which is why every use checks. */
#ifndef SEARCH_METRIC_TREND_H
#define SEARCH_METRIC_TREND_H

#include "search/study.h"

/* Of metric `m`, or of the model's limits if it is NULL, as the value of the axis grows. Of parts
 * of the catalogue, and where nothing is declared, TREND_UNKNOWN. */
enum trend trend_declared(const struct study *s, const struct field *m, const struct axis *a);

/* Does the metric mean the same where the model's limits are exceeded? */
bool trend_always(const struct field *m);

#endif
