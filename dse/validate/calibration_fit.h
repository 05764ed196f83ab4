/* Fits the constants of calibrated timing to measured kernels and serving points. */
#ifndef DSE_VALIDATE_CALIBRATION_FIT_H
#define DSE_VALIDATE_CALIBRATION_FIT_H

#include "dse/validate/measured_kernels.h"
#include "dse/validate/measured_serving.h"

/* How well a set does on the rows it was fitted to [0], and on the others [1]. */
struct quality {
    double rows[2], mean[2]; /* mean of |calibrated / measured - 1| */
    double deviation;        /* standard deviation of the log, of the others */
};

/* A set of constants that was fitted. */
struct fitted {
    size_t n;
    double *constant[8]; /* in the calibration; the last is its error */
    struct quality quality;
};

enum { FITTED_MOST = 32 };

/* Constants for chips of `chips` (names with commas between) from the half of their rows that is
 * not for checking. What has too few rows stays 0, not measured, but for that of serving, which is
 * as usual. Returns how many sets were fitted, those of serving last; `out` may be NULL. */
size_t calibration_fit(struct calibration *c, const struct kernels *k, const struct servings *s,
                       const char *chips, struct fitted out[FITTED_MOST]);

#endif
