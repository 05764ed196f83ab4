/* dse calibrate: fits the constants of calibrated timing to tables of measured kernels. */
#include "base/mem.h"
#include "dse/command.h"
#include "dse/validate/calibration_fit.h"

static void print_quality(const struct quality *q)
{
    if (q->rows[0] > 0)
        printf("# fitted to %.0f rows: mean error %.1f %%; on %.0f other rows %.1f %%\n",
               q->rows[0], 100 * q->mean[0], q->rows[1], 100 * q->mean[1]);
    else
        printf("# no serving rows: error about as on other generations (assumed)\n");
}

static void print_constant(const struct calibration *c, const double *value)
{
    char text[48];
    for (size_t i = 0; i < calibration_fields.n; i++) {
        const struct field *f = &calibration_fields.row[i];
        if ((const double *)((const char *)c + f->offset) == value)
            printf("%s: %s\n", f->name, quantity_text(*value, f->unit, 4, text, sizeof text));
    }
}

static void print_calibration(const struct calibration *c, const struct fitted *fitted, size_t n,
                              const char *chips)
{
    printf("about: \"Constants of calibrated timing, fitted by dse calibrate\"\n");
    printf("source: \"kernel tables and serving points of NVIDIA aiconfigurator v0.11.0 "
           "(Apache-2.0); NVIDIA TensorRT-LLM performance overviews\"\n");
    printf("measured_on: \"");
    for (const char *at = chips; *at; at++)
        putchar(*at == ',' ? ' ' : *at);
    printf("\"\n");
    for (size_t i = 0; i < n; i++) {
        print_quality(&fitted[i].quality);
        for (size_t j = 0; j < fitted[i].n; j++)
            print_constant(c, fitted[i].constant[j]);
    }
    const double *const rest[] = {&c->unit_flop_per_s,
                                  &c->vector.start_s,
                                  &c->vector.memory,
                                  &c->vector.error,
                                  &c->serving.weight_only_ratio,
                                  &c->serving.prompt_ratio,
                                  &c->serving.wait_s,
                                  &c->serving.request_s,
                                  &c->serving.crowd,
                                  &c->serving.network,
                                  &c->serving.network_start_s,
                                  &c->serving.moved_error};
    printf("# norms and other element-wise kernels (assumed); network: DeepEP's README, 39 to 46 "
           "of 50 GB/s; serving: one value for all chips\n");
    for (size_t i = 0; i < LEN(rest); i++)
        print_constant(c, rest[i]);
}

static int run(const struct args *a, struct err *err)
{
    const char *dir = a->argument[0], *chips = args_value(a, "--chips");
    struct catalogue *catalogue;
    struct kernels k = {0};
    struct servings s = {0};
    int rc = -1;

    if (!chips)
        return fail(err,
                    "--chips: nothing to fit: give the chips of one generation, like h100,h200");
    if (open_catalogue(&catalogue, err) != 0)
        return -1;
    if (kernels_read(&k, dir, catalogue, err) != 0 || servings_read(&s, dir, catalogue, err) != 0 ||
        catalogue_all_read(catalogue, err) != 0)
        goto done;
    if (!k.n) {
        fail(err, "%s: no kernel tables: give a folder with silicon/gemm.csv and the other tables",
             dir);
        goto done;
    }
    struct calibration c;
    struct fitted fitted[FITTED_MOST];
    print_calibration(&c, fitted, calibration_fit(&c, &k, &s, chips, fitted), chips);
    rc = EXIT_DONE;
done:
    kernels_free(&k);
    servings_free(&s);
    catalogue_close(catalogue);
    return rc;
}

static const struct option options[] = {
    {"--chips", "LIST", "chips of one generation, separated by commas; their rows are pooled"},
    {NULL, NULL, NULL},
};

const struct command cmd_calibrate = {
    .name = "calibrate",
    .arguments = "DIR",
    .least = 1,
    .most = 1,
    .summary = "fit the constants of calibrated timing to measured kernels",
    .example = "  dse calibrate DIR --chips h100,h200 > hopper.yaml\n"
               "  A chip file refers to the result as `calibration: hopper`, or by its path.\n"
               "  DIR/silicon has the measured tables: gemm.csv, serving.csv and others.",
    .options = options,
    .run = run,
};
