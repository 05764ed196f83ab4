/* x to a whole power n >= 0, by squaring: some times faster than pow. */
#ifndef BASE_POWER_H
#define BASE_POWER_H

static inline double power_whole(double x, double n)
{
    double y = 1;
    for (unsigned left = n < 1e9 ? (unsigned)n : 1000000000u; left; left >>= 1, x *= x)
        if (left & 1)
            y *= x;
    return y;
}

#endif
