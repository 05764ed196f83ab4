#include "dse/validate/measured_serving.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arch/evaluate.h"
#include "base/csv.h"
#include "base/mem.h"
#include "base/text_file.h"
#include "dse/validate/measured_kernels.h"
#include "dse/validate/published_serving.h"
#include "dse/validate/trtllm_bench.h"

const double SERVED_SKEW = 0.7;

/* Weights in the stated precision; an FP8 cache with FP8 and FP4 weights (assumed: not stated in
 * the table). FP4 on a chip without FP4 arithmetic is computed in BF16. */
static struct precision precision_of(const char *name, const struct design *d)
{
    struct precision p = {.weight = 2, .kv = 2, .math = 2, .activation = 2};
    if (!strcmp(name, "fp8"))
        p.weight = p.kv = p.math = 1;
    if (!strcmp(name, "fp4")) {
        p.weight = 0.5 + 1 / 16.0;
        p.kv = 1;
        p.math = d->chip.fp4_ratio > d->chip.fp8_ratio ? 0.5 : 2;
    }
    if (is_mxfp4(d->model_name))
        precision_of_mxfp4(&p, &d->chip);
    return p;
}

bool is_mxfp4(const char *model)
{
    return !strncmp(model, "gpt-oss", 7);
}

void precision_of_mxfp4(struct precision *out, const struct chip *chip)
{
    out->weight = 0.5 + 1 / 32.0;
    out->math = chip->fp4_ratio > chip->fp8_ratio ? 1 : 2;
}

/* Requests in decode, of those in flight: by Little's law as the share of its time that a request
 * spends there. The others wait for their first token. */
static double decoding(const struct csv *t, size_t row)
{
    double answer_ms = row_number(t, row, "tpot_ms") * row_number(t, row, "output_len");
    double in_flight = row_number(t, row, "concurrency");
    double decodes = in_flight * answer_ms / (answer_ms + row_number(t, row, "ttft_ms"));
    return answer_ms > 0 ? decodes : in_flight;
}

/* The entry of a chip; "h200_sxm" is h200. */
static const struct entry *chip_of(struct catalogue *c, const char *name)
{
    const struct entry *e;
    struct err unknown;
    char *chip = mem_text(name), *end = strchr(chip, '_');
    if (end)
        *end = '\0';
    int rc = catalogue_find(c, PART_CHIP, chip, &e, &unknown);
    free(chip);
    return rc == 0 ? e : NULL;
}

static bool read_point(struct measured_serving *out, const struct csv *t, size_t row,
                       struct catalogue *c)
{
    const struct entry *model, *chip = chip_of(c, row_text(t, row, "gpu"));
    struct err ignored;
    struct design *d = &out->design;

    *out = (struct measured_serving){0};
    if (!chip || catalogue_find(c, PART_MODEL, row_text(t, row, "model"), &model, &ignored) != 0 ||
        catalogue_default_design(c, d, &ignored) != 0)
        return false;
    entry_put(model, PART_MODEL, d);
    entry_put(chip, PART_CHIP, d);
    double tp = fmax(1, row_number(t, row, "tp")), dp = fmax(1, row_number(t, row, "dp"));
    double replicas = fmax(1, row_number(t, row, "devices") / (tp * dp));
    d->plan.devices = tp * dp;
    d->plan.tp = tp;
    d->plan.dp = dp;
    d->plan.ep = d->model.experts > 0 ? fmax(1, row_number(t, row, "ep")) : 1;
    d->plan.shared_over = SHARED_OVER_TP;
    d->workload.phase = PHASE_SERVING;
    d->workload.input = row_number(t, row, "input_len");
    d->workload.output = row_number(t, row, "output_len");
    d->workload.batch = fmax(dp, round(decoding(t, row) / replicas));
    d->workload.skew = SERVED_SKEW;
    d->mode.timing = TIMING_CALIBRATED;
    d->precision = precision_of(row_text(t, row, "precision"), d);
    out->engine = row_text(t, row, "engine");
    out->check = row_is_check(t, row, "tpot_ms");
    out->parts = 1;
    out->part[0] = (struct served_part){d->workload.batch, 1};
    out->measured_s = row_number(t, row, "tpot_ms") / 1e3;
    return out->measured_s > 0 && d->calibration &&
           plan_mappings(&d->plan, &d->model, NULL, 0) == 1;
}

/* A run of TensorRT-LLM's benchmark: as many steps as an answer has tokens for each wave. */
static bool read_run(struct measured_serving *out, const struct csv *t, size_t row,
                     struct catalogue *c)
{
    struct published p;
    if (published_read(&p, t, row, c) || p.requests <= 0)
        return false;
    const struct workload *w = &p.design.workload;
    struct waves waves = trtllm_bench_waves(&p.design, p.requests);
    *out = (struct measured_serving){.design = p.design, .engine = "trtllm-bench", .run = true};
    out->design.plan.dp = p.design.plan.devices / p.design.plan.tp;
    out->check = p.check;
    out->part[out->parts++] = (struct served_part){waves.batch, waves.n * w->output};
    if (waves.rest >= 1)
        out->part[out->parts++] = (struct served_part){waves.rest, w->output};
    out->measured_s = p.requests * w->output / (p.tokens_per_s * p.design.plan.devices);
    return true;
}

static int read_all(struct servings *out, int which, const char *dir, const char *file,
                    bool (*read)(struct measured_serving *out, const struct csv *t, size_t row,
                                 struct catalogue *c),
                    struct catalogue *c, struct err *err)
{
    char *path = mem_print("%s/%s", dir, file);
    int rc = 0;
    if (!text_file_is_absent(path)) {
        struct csv *t = out->table[which] = mem_alloc(1, sizeof *t);
        rc = csv_read(t, path, err);
        if (rc == 0) {
            out->row = mem_grow(out->row, out->n + t->rows + 1, sizeof *out->row);
            for (size_t i = 0; i < t->rows; i++)
                if (read(&out->row[out->n], t, i, c))
                    out->n++;
        } else {
            free(t);
            out->table[which] = NULL;
        }
    }
    free(path);
    return rc;
}

int servings_read(struct servings *out, const char *dir, struct catalogue *c, struct err *err)
{
    *out = (struct servings){0};
    int rc = read_all(out, 0, dir, "silicon/serving.csv", read_point, c, err);
    if (rc == 0)
        rc = read_all(out, 1, dir, "published_serving.csv", read_run, c, err);
    if (rc != 0)
        servings_free(out);
    return rc;
}

void servings_free(struct servings *s)
{
    for (size_t i = 0; i < LEN(s->table); i++) {
        if (s->table[i])
            csv_free(s->table[i]);
        free(s->table[i]);
    }
    free(s->row);
    *s = (struct servings){0};
}

double serving_s(const struct measured_serving *s, const struct calibration *c,
                 struct step_split *split)
{
    struct design d = s->design;
    struct prepared p = {0};
    struct devices device;
    double sum_s = 0;

    d.calibration = c;
    d.workload.batch = s->part[0].batch;
    prepare(&p, &d);
    devices_of(&device, &d);
    for (size_t i = s->parts; i-- > 0;) {
        const struct step *step = &p.mapped[0].step;
        step_split_one(split, step, &device, step_load(step, s->part[i].batch));
        sum_s += s->part[i].steps * split->time_s;
    }
    prepared_free(&p);
    return sum_s;
}

double serving_requests(const struct measured_serving *s, size_t part)
{
    return ceil(s->part[part].batch / s->design.plan.dp);
}

bool serving_routes(const struct measured_serving *s)
{
    return s->design.model.experts > 0;
}

bool serving_waits(const struct measured_serving *s)
{
    return serving_routes(s) && s->design.plan.dp > 1 && s->design.plan.ep > 1;
}
