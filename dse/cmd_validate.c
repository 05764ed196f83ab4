/* dse validate: compares the model with published and measured results. */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "dse/validate/check.h"
#include "dse/validate/paper_claims.h"
#include "dse/command.h"
#include "dse/terminal.h"

/* A claim of more or less than a number has no error: it holds or it does not. */
static char *claim_verdict(const struct claim *claim, double ours)
{
    bool holds = claim->kind == CLAIM_MORE ? ours >= claim->published : ours < claim->published;
    return mem_print("%s%s%s", holds ? "holds" : "does not hold", *claim->why ? "; " : "",
                     claim->why);
}

int check_claims(struct check *c, struct err *err)
{
    struct tally tally = {0};
    for (size_t i = 0; i < claims_n; i++) {
        const struct claim *claim = &claims[i];
        double ours = NAN;
        if (claim->ours && claim->ours(c->catalogue, &ours, err) != 0)
            return -1;
        bool number = claim->ours && claim->kind == CLAIM_EQUAL;
        char *source =
            mem_print("arXiv:2507.15465 %s%s", *claim->where == 'T' ? "" : "claim ", claim->where);
        char *why = number || !claim->ours ? mem_text(claim->why) : claim_verdict(claim, ours);
        struct pair pair = {claim->published, ours, NAN, NAN};
        if (number)
            tally_add(&tally, pair);
        (number ? check_row : check_bound)(c, source, claim->what, pair, why);
        free(source);
        free(why);
    }
    check_summary(c, "arXiv:2507.15465, claims", "", "no", &tally);
    return 0;
}

static int check_all(struct check *c, struct err *err)
{
    if (check_claims(c, err) != 0 || check_engines(c, err) != 0 || check_pools(c, err) != 0)
        return -1;
    if (!c->dir)
        return 0;
    if (access(c->dir, R_OK) != 0)
        return fail_io(err, "%s: cannot be read: give a folder of published results", c->dir);
    if (check_simulator(c, err) != 0 || check_published(c, err) != 0 || check_power(c, err) != 0)
        return -1;
    return check_silicon(c, err);
}

static int run(const struct args *a, struct err *err)
{
    static const char *const header[] = {"source", "what",          "published",
                                         "ours",   "error_percent", "why"};
    static const char *const sums[] = {
        "source",         "group",          "fitted",          "results",
        "mean_percent",   "median_percent", "largest_percent", "rank_correlation",
        "inside_percent", "bias_percent",   "target",          "met"};
    struct check c = {.dir = args_value(a, "--data"), .every = args_value(a, "--every")};
    enum format format;

    if (c.every && !c.dir)
        return fail(err, "dse validate: --every: has no effect without --data: give --data DIR or "
                         "leave it out");
    if (args_format(a, FORMAT_TABLE, &format, err) != 0)
        return -1;
    if (open_catalogue(&c.catalogue, err) != 0)
        return -1;
    table_begin(&c.rows, header, LEN(header));
    table_begin(&c.summary, sums, LEN(sums));
    int rc = check_all(&c, err);
    if (rc == 0)
        rc = catalogue_all_read(c.catalogue, err);
    if (rc == 0) {
        if (format == FORMAT_JSON)
            printf("{\"results\": ");
        print_table(&c.rows, format, 1);
        printf(format == FORMAT_JSON ? ", \"summary\": " : "\n");
        print_table(&c.summary, format, 1);
        if (format == FORMAT_JSON)
            printf("}\n");
    }
    table_free(&c.rows);
    table_free(&c.summary);
    catalogue_close(c.catalogue);
    return rc;
}

static const struct option options[] = {
    {"--data", "DIR",
     "a folder of results: llmsimulator.csv, published_serving.csv, silicon/, ..."},
    {"--every", NULL,
     "with --data: also list each of the thousands of measured kernels and serving points"},
    {"--format", "table|csv|json|md", "table (default), csv, json, md"},
    {NULL, NULL, NULL},
};

const struct command cmd_validate = {
    .name = "validate",
    .arguments = "",
    .least = 0,
    .most = 0,
    .summary = "compare the model with published and measured results",
    .example = "  dse validate\n"
               "  dse validate --data DIR --format md\n"
               "\ncolumns of the summary:\n"
               "  fitted: whether constants were fitted to these results; a checksum of the\n"
               "  configuration reserves half of each measured table for checking.\n"
               "  inside_percent: share of results between our low and high; 80 if the\n"
               "  intervals are right. bias_percent: the mean error with its sign (geometric).\n"
               "  target, met: the largest error allowed on results that nothing was fitted\n"
               "  to, and whether it is met.",
    .options = options,
    .run = run,
};
