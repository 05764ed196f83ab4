/* Fits the constants of calibrated timing to measured kernels and serving points. */
#ifndef DSE_VALIDATE_CALIBRATION_FIT_H
#define DSE_VALIDATE_CALIBRATION_FIT_H

#include "dse/validate/measured_kernels.h"
#include "dse/validate/measured_serving.h"

/* Quality of a set on the rows it was fitted to [0] and on the others [1]. */
struct quality {
    double rows[2], mean[2]; /* mean of |calibrated / measured - 1| */
    double deviation;        /* standard deviation of the log error on the other rows */
};

/* A fitted set of constants. */
struct fitted {
    size_t n;
    double *constant[12]; /* in the calibration; the last one is its error */
    struct quality quality;
};

enum { FITTED_MOST = 32 };

/* Fits constants for the chips of `chips` (names separated by commas) to the half of their rows
 * that is not reserved for checking. Sets with too few rows stay 0, not measured; the serving set
 * then gets the usual values. Returns the number of fitted sets, serving last; `out` may be
 * NULL. */
size_t calibration_fit(struct calibration *c, const struct kernels *k, const struct servings *s,
                       const char *chips, struct fitted out[FITTED_MOST]);

#endif
