/* Timing by measurement: a step takes workload.measured_tpot_s per accepted token, whatever its
 * operators would take at the peaks of the data sheet; they share that time in proportion. What
 * follows from work in a time (power, energy, cost) is then that of the measured run. A prefill of
 * its own was not measured and is timed as timing_ideal. */
#include "arch/step_run.h"
#include "arch/timing_ideal.h"

static void whole(struct spell out, const struct step *s, const struct devices *d,
                  const double *most, struct spell beside)
{
    (void)most;
    (void)beside;
    if (s->prefills)
        return;
    lanes_set(out.s, d->n, s->measured_s);
    if (out.slope_s)
        lanes_set(out.slope_s, d->n, 0);
    if (out.clocked_s)
        lanes_set(out.clocked_s, d->n, 0);
}

const struct timing timing_measured = {
    .name = "measured",
    .shown = "with the step time as measured",
    .gives_time = true,
    .sum = ideal_sum,
    .main_split = ideal_main_split,
    .place = ideal_place,
    .add_wire = ideal_add_wire,
    .whole = whole,
};
