/* Measured serving as designs: points in the layout of `silicon/serving.csv` (aggregated serving,
 * mostly InferenceMAX), and runs of TensorRT-LLM's benchmark in `published_serving.csv`. */
#ifndef DSE_VALIDATE_MEASURED_SERVING_H
#define DSE_VALIDATE_MEASURED_SERVING_H

#include "arch/catalogue/catalogue.h"

enum { SERVED_PARTS = 2 };

struct measured_serving {
    struct design design; /* phase serving, timing calibrated */
    const char *engine;   /* serving software; borrowed from the table */
    bool check;           /* in the half that nothing is fitted to */
    bool run;             /* of the benchmark; false: a point */
    size_t parts;         /* at least one */
    struct served_part {
        double batch, steps;
    } part[SERVED_PARTS];
    double measured_s; /* of all steps of all parts; of a point, the time per output token */
};

struct servings {
    size_t n;
    struct measured_serving *row;
    struct csv *table[2]; /* own the texts; NULL: not there */
};

/* Skew of expert use in production models, where none is stated. Measured in DeepSeek-R1 over 32
 * devices, experts placed in order: the busiest has 2.56 times the mean, without copies of hot
 * experts (LMSYS, large-scale EP, 2025-05-05: mean over layers); 0.7 gives as much. */
extern const double SERVED_SKEW;

/* Models published only in MXFP4: gpt-oss (arXiv:2508.10925: 4.25 bits per number of the experts).
 * Servers compute in FP8 on chips with FP4 arithmetic (TensorRT-LLM's W4A8_MXFP4_MXFP8), else in
 * BF16 (W4A16_MXFP4). */
bool is_mxfp4(const char *model);
void precision_of_mxfp4(struct precision *out, const struct chip *chip);

/* Skips rows with models, chips or mappings that are not in the catalogue. Caller frees with
 * servings_free. */
int servings_read(struct servings *out, const char *dir, struct catalogue *c, struct err *err);
void servings_free(struct servings *s);

/* Time of all steps with a calibration instead of the chip's own; `split` gets the first part. */
double serving_s(const struct measured_serving *s, const struct calibration *c,
                 struct step_split *split);

/* Requests of the fullest rank in a step of a part. */
double serving_requests(const struct measured_serving *s, size_t part);

/* Does the model have experts, and do data-parallel ranks wait for each other? */
bool serving_routes(const struct measured_serving *s);
bool serving_waits(const struct measured_serving *s);

#endif
