#include "base/lanes.h"

#include <assert.h>

static_assert(LANES == 32, "lanes_of_one needs a 1 per lane");
#define EIGHT 1, 1, 1, 1, 1, 1, 1, 1
const lane lanes_of_zero;
const lane lanes_of_one = {EIGHT, EIGHT, EIGHT, EIGHT};

FOR_ALL_VECTORS
static bool lanes_all_equal(const double *x, size_t n)
{
    int64_t differ = 0;
    for (size_t i = 1; i < n; i++)
        differ |= x[i] != x[0];
    return !differ;
}

FOR_ALL_VECTORS
static void set_lanes(double *out, size_t n, double value)
{
    size_t whole = n / LANES * LANES;
    for (size_t from = 0; from < whole; from += LANES)
        for (size_t i = 0; i < LANES; i++)
            out[from + i] = value;
    for (size_t i = whole; i < n; i++)
        out[i] = value;
}

bool lanes_are_all_equal(const double *x, size_t n)
{
    return lanes_all_equal(x, n);
}

void lanes_set_all(double *out, size_t n, double value)
{
    set_lanes(out, n, value);
}
