/* Published results of serving: the rows of published_serving.csv as designs. */
#ifndef DSE_VALIDATE_PUBLISHED_SERVING_H
#define DSE_VALIDATE_PUBLISHED_SERVING_H

#include "arch/catalogue/catalogue.h"
#include "base/csv.h"

struct published {
    struct design design; /* workload.batch is BATCH_MAX where the source states none */
    double tokens_per_s;  /* per device */
    double requests; /* of a run of TensorRT-LLM's tables (dse/validate/trtllm_bench.h); or 0 */
    bool check;      /* in the half that nothing is fitted to */
};

/* Returns NULL and sets `out`, or returns why the result is not compared. */
const char *published_read(struct published *out, const struct csv *t, size_t row,
                           struct catalogue *c);

/* The entry of a chip by its name in a publication; NULL if the catalogue has none. */
const struct entry *published_chip(struct catalogue *c, const char *name);

#endif
