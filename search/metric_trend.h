/* How metrics move along parameters: declared here, and checked on every study that relies on it.
 *
 * Speed. A step's time is a sum (of calibrated time: a sum of norms, plus constants) of maxima and
 * minima of work over rate. So at a fixed batch it never grows with a rate, and never falls with a
 * latency or, in decode, with the context. It grows with the batch, so the largest batch that keeps
 * the limits grows with rates, memory and the limits themselves; and it grows no faster than the
 * batch, as weights are read once for all, so throughput grows with the batch too. The best of
 * several mappings, auto or given, is the maximum of functions that each move so. What this does
 * not cover is not declared:
 * - an engine that hides work behind the chip's (overlap): an operator runs where its own time is
 *   less, which can be the longer side of the two, so that a faster unit makes a slower step;
 * - ratios of FP8 and FP4 with calibrated timing: which kernels are used depends on them;
 * - throughput along the context outside decode, where a longer prompt shares the weights;
 * - per-device figures and system cost where a pool of its own does the prefill: its size follows
 *   from both speeds.
 *
 * Cost. What a device costs grows with what is in it, and does not depend on the workload: area
 * grows with each part, and dies cost more the larger they are and never less than fewer, full ones
 * (arch/make.c). One thing works against it: a die with more units has more that are spare, and can
 * yield better. So cost may dip along the units, by less than 1 % on lines from 20 to 420 units of
 * all chips of the catalogue; bounds allow for three times as much.
 *
 * The checks. explore_trends walks lines of the space drawn at random and takes back what they do
 * not keep; `exact` holds every point that it prices against the bounds of the box it came from; at
 * the end explore_confirm walks more lines. If either finds a bound broken, every point is priced.
 */
#ifndef SEARCH_METRIC_TREND_H
#define SEARCH_METRIC_TREND_H

#include "search/study.h"

/* Of metric `m`, or of the model's limits if it is NULL, as the value of the axis grows. Of parts
 * of the catalogue, and where nothing is declared, TREND_UNKNOWN. */
enum trend trend_declared(const struct study *s, const struct field *m, const struct axis *a);

/* By which share the metric may turn back along an axis of a trend all the same. */
double trend_dip(const struct field *m, const struct axis *a);

/* Does the metric mean the same where the model's limits are exceeded? */
bool trend_always(const struct field *m);

#endif
