/* How metrics move along parameters (trends): declared here, checked in every study that uses them.
 *
 * Speed. The time of a step is a sum (calibrated timing: a sum of norms, plus constants) of maxima
 * and minima of work over rate. At a fixed batch it never grows with a rate and never falls with a
 * latency or, in decode, with the context. It grows with the batch, so the largest batch within the
 * limits grows with rates, memory and the limits; and it grows no faster than the batch, because
 * weights are read once per step, so throughput grows with the batch too. The best of several
 * mappings is the maximum of functions with the same trend. Without an engine this also holds under
 * a power limit: faster parts do the same work in less time, hence at a lower clock and voltage,
 * with less energy.
 *
 * Relaxed designs. Two things break the trend of a step with an engine. Beside a chip that lowers
 * its clock to stay within its power limit, an operator that moves between the two changes the
 * power at once, in either direction. With overlap an operator runs on the unit with the shorter
 * time, which may be the unit that finishes last. In such studies trends are those of relaxed
 * designs (devices_time), which take at most as long: their corners bound the others. Not covered,
 * so not declared:
 * - overlap with another timing than ideal, whose times have parts that no rate shortens;
 * - FP8 and FP4 ratios with calibrated timing: they decide which kernel measurements are used;
 * - throughput along the context outside decode: a longer prompt amortises the weights;
 * - per-device metrics and system cost with a separate prefill pool: its size depends on the speed
 *   of both pools;
 * - anything but the price of a device with an FFN pool or draft devices: mappings and the number
 * of devices are then chosen by throughput per USD, so throughput may fall where a parameter grows;
 * - the same with traffic: more memory lets more requests in flight, each of which is then slower.
 *
 * Cost. The cost of a device grows with its parts and does not depend on the workload: area grows
 * with each part, and dies cost more the larger they are and never less than fewer, full ones
 * (arch/manufacturing.c); so does the package. One thing works against it: a die with more units
 * has more that are spare, and can yield better. So cost may dip along the units, by less than 1 %
 * on lines from 20 to 420 units of all chips of the catalogue; bounds allow for three times as
 * much.
 *
 * Checks. explore_trends prices random lines of the space and drops trends that they violate;
 * `exact` checks every priced point against the bounds of its box; explore_confirm prices more
 * lines at the end. If `exact` or explore_confirm finds a violation, every point is priced. */
#ifndef SEARCH_METRIC_TREND_H
#define SEARCH_METRIC_TREND_H

#include "search/study.h"

/* The trend of metric `m`, or of the excess over the model's limits if m is NULL, along an axis.
 * TREND_UNKNOWN for axes of catalogue parts and if nothing is declared. */
enum trend trend_declared(const struct study *s, const struct field *m, const struct axis *a);

/* Are the trends of this study those of its relaxed designs? */
bool trends_need_relaxing(const struct study *s);

/* The share by which the metric may move against its trend along the axis. */
double trend_dip(const struct field *m, const struct axis *a);

/* Does the trend of the metric also hold for points that exceed the model's limits? */
bool trend_always(const struct field *m);

#endif
