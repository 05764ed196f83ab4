/* Measured serving: points in the layout of `silicon/serving.csv` (aggregated serving, mostly
 * InferenceMAX), as designs. */
#ifndef DSE_VALIDATE_MEASURED_SERVING_H
#define DSE_VALIDATE_MEASURED_SERVING_H

#include "arch/catalogue/catalogue.h"

struct measured_serving {
    struct design design; /* phase serving, timing calibrated */
    const char *engine;   /* serving software; borrowed from the table */
    bool check;           /* in the half that nothing is fitted to */
    double tpot_s;
};

struct servings {
    size_t n;
    struct measured_serving *row;
    struct csv *table; /* owns the texts */
};

/* Skew of expert use in production models, where none is stated: with skew 0 small batches would
 * read more experts than measured. 0.3 to 0.7 fit serving.csv equally well. */
extern const double SERVED_SKEW;

/* Models published only in MXFP4: gpt-oss (arXiv:2508.10925: 4.25 bits per number of the experts).
 * Servers compute in FP8 on chips with FP4 arithmetic (TensorRT-LLM's W4A8_MXFP4_MXFP8), else in
 * BF16 (W4A16_MXFP4). */
bool is_mxfp4(const char *model);
void precision_of_mxfp4(struct precision *out, const struct chip *chip);

/* Skips points with models, chips or mappings that are not in the catalogue. Caller frees with
 * servings_free. */
int servings_read(struct servings *out, const char *dir, struct catalogue *c, struct err *err);
void servings_free(struct servings *s);

/* Time per output token with a calibration instead of the chip's own. */
double serving_tpot_s(const struct measured_serving *s, const struct calibration *c,
                      struct step_split *split);

#endif
