#include "dse/validate/measured_serving.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/evaluate.h"
#include "base/csv.h"
#include "base/mem.h"
#include "dse/validate/measured_kernels.h"

const double SERVED_SKEW = 0.5;

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
    d->workload.batch = fmax(dp, round(row_number(t, row, "concurrency") / replicas));
    d->workload.skew = SERVED_SKEW;
    d->mode.timing = TIMING_CALIBRATED;
    d->precision = precision_of(row_text(t, row, "precision"), d);
    out->engine = row_text(t, row, "engine");
    out->tpot_s = row_number(t, row, "tpot_ms") / 1e3;
    out->check = row_is_check(t, row, "tpot_ms");
    return out->tpot_s > 0 && d->calibration && plan_mappings(&d->plan, &d->model, NULL, 0) == 1;
}

int servings_read(struct servings *out, const char *dir, struct catalogue *c, struct err *err)
{
    char *path = mem_print("%s/silicon/serving.csv", dir);
    *out = (struct servings){0};
    if (access(path, F_OK) != 0) {
        free(path);
        return 0;
    }
    out->table = mem_alloc(1, sizeof *out->table);
    int rc = csv_read(out->table, path, err);
    free(path);
    if (rc != 0) {
        free(out->table);
        out->table = NULL;
        return -1;
    }
    out->row = mem_alloc(out->table->rows + 1, sizeof *out->row);
    for (size_t i = 0; i < out->table->rows; i++)
        if (read_point(&out->row[out->n], out->table, i, c))
            out->n++;
    return 0;
}

void servings_free(struct servings *s)
{
    if (s->table)
        csv_free(s->table);
    free(s->table);
    free(s->row);
    *s = (struct servings){0};
}

double serving_tpot_s(const struct measured_serving *s, const struct calibration *c,
                      struct step_split *split)
{
    struct design d = s->design;
    struct prepared p = {0};
    struct devices device;

    d.calibration = c;
    prepare(&p, &d);
    devices_of(&device, &d);
    step_split_one(split, &p.mapped[0].step, &device,
                   step_load(&p.mapped[0].step, d.workload.batch));
    prepared_free(&p);
    return split->time_s;
}
