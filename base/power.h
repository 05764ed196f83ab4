/* Powers that vectorise and give the same bits on every machine. */
#ifndef BASE_POWER_H
#define BASE_POWER_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* x to the whole power n >= 0, by squaring: several times faster than pow. */
static inline double power_whole(double x, double n)
{
    double y = 1;
    for (unsigned left = n < 1e9 ? (unsigned)n : 1000000000u; left; left >>= 1, x *= x)
        if (left & 1)
            y *= x;
    return y;
}

/* exp(x) for x <= 0, within 2 units in the last place; 0 below -700. Computed as 2^k times the
 * series of the remainder, at most log(2) / 2 (log(2) in two parts: Cody and Waite). */
static inline double power_exp(double x)
{
    static const double log2_high = 6.93147180369123816490e-01,
                        log2_low = 1.90821492927058770002e-10;
    static const double whole =
        6755399441055744.0; /* 1.5 * 2^52: adding it rounds to a whole number */
    double shifted = x * 1.4426950408889634 + whole, k = shifted - whole, scale;
    double r = x - k * log2_high - k * log2_low;
    double y = 1. / 6227020800;
    y = y * r + 1. / 479001600;
    y = y * r + 1. / 39916800;
    y = y * r + 1. / 3628800;
    y = y * r + 1. / 362880;
    y = y * r + 1. / 40320;
    y = y * r + 1. / 5040;
    y = y * r + 1. / 720;
    y = y * r + 1. / 120;
    y = y * r + 1. / 24;
    y = y * r + 1. / 6;
    y = y * r + 1. / 2;
    y = y * r + 1;
    y = y * r + 1;
    uint64_t bits, one = 0x3ff0000000000000u;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits << 52) + one;
    memcpy(&scale, &bits, sizeof scale);
    return x < -700 ? 0 : y * scale;
}

#endif
