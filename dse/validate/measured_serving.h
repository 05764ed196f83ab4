/* Measured serving: points in the layout of `silicon/serving.csv` (aggregated serving, mostly
 * InferenceMAX) as designs. */
#ifndef DSE_VALIDATE_MEASURED_SERVING_H
#define DSE_VALIDATE_MEASURED_SERVING_H

#include "arch/catalogue/catalogue.h"

struct measured_serving {
    struct design design; /* phase serving, calibrated */
    const char *engine;   /* of software; of the table */
    bool check;           /* of the half that nothing is fitted to */
    double tpot_s;
};

struct servings {
    size_t n;
    struct measured_serving *row;
    struct csv *table; /* that texts live in */
};

/* How unevenly the experts of a model that is served are used, where nothing is said of it: with
 * skew 0 small batches would read more experts than they do. 0.3 to 0.7 fit serving.csv alike. */
extern const double SERVED_SKEW;

/* Models that are published in MXFP4 only: gpt-oss (arXiv:2508.10925: 4.25 bits a number of the
 * experts). Servers multiply by FP8 where the chip has FP4 arithmetic (TensorRT-LLM's
 * W4A8_MXFP4_MXFP8), else by BF16 (W4A16_MXFP4). */
bool is_mxfp4(const char *model);
void precision_of_mxfp4(struct precision *out, const struct chip *chip);

/* Points of models, chips and mappings the catalogue does not know are passed over. Caller frees.
 */
int servings_read(struct servings *out, const char *dir, struct catalogue *c, struct err *err);
void servings_free(struct servings *s);

/* Time per output token by a calibration in place of the chip's own. */
double serving_tpot_s(const struct measured_serving *s, const struct calibration *c,
                      struct step_split *split);

#endif
