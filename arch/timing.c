#include "arch/timing.h"

/* The registry: the value of `timing` is the index of its row. */
static const struct timing *const timings[TIMINGS] = {
    [TIMING_IDEAL] = &timing_ideal,
    [TIMING_SIMULATOR] = &timing_simulator,
    [TIMING_CALIBRATED] = &timing_calibrated,
    [TIMING_MEASURED] = &timing_measured,
};

struct word timing_word(size_t i)
{
    return (struct word){i < TIMINGS ? timings[i]->name : NULL, (double)i};
}

const struct timing *timing_of(const struct mode *m)
{
    return timings[(size_t)m->timing];
}
