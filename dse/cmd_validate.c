/* dse validate: the model against published and measured results. */
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "dse/check.h"
#include "dse/claims.h"
#include "dse/command.h"

int check_claims(struct check *c, struct err *err)
{
    struct tally tally = {0};
    for (size_t i = 0; i < claims_n; i++) {
        double ours;
        if (claims[i].ours(c->catalogue, &ours, err) != 0)
            return -1;
        char *source = mem_print("arXiv:2507.15465 %s", claims[i].where);
        struct pair pair = {claims[i].published, ours, NAN, NAN};
        check_row(c, source, claims[i].what, pair, claims[i].why);
        free(source);
        tally_add(&tally, pair);
    }
    check_summary(c, "arXiv:2507.15465, claims", "", "no", &tally);
    return 0;
}

static int check_all(struct check *c, struct err *err)
{
    if (check_claims(c, err) != 0)
        return -1;
    if (!c->dir)
        return 0;
    if (access(c->dir, R_OK) != 0)
        return fail_io(err, "%s: cannot be read: give a folder of published results", c->dir);
    return check_simulator(c, err) == 0 && check_published(c, err) == 0 ? check_silicon(c, err)
                                                                        : -1;
}

static int run(const struct args *a, struct err *err)
{
    static const char *const header[] = {"source", "what",          "published",
                                         "ours",   "error_percent", "why"};
    static const char *const sums[] = {
        "source",         "group",           "fitted",           "results",       "mean_percent",
        "median_percent", "largest_percent", "rank_correlation", "inside_percent"};
    const char *name = args_value(a, "--format");
    struct check c = {.dir = args_value(a, "--data"), .every = args_value(a, "--every")};
    enum format format = FORMAT_TABLE;

    if (name && format_parse(name, &format, err) != 0)
        return -1;
    if (open_catalogue(&c.catalogue, err) != 0)
        return -1;
    table_begin(&c.rows, header, LEN(header));
    table_begin(&c.summary, sums, LEN(sums));
    int rc = check_all(&c, err);
    if (rc == 0) {
        if (format == FORMAT_JSON)
            printf("{\"results\": ");
        table_write(&c.rows, format, stdout);
        printf(format == FORMAT_JSON ? ", \"summary\": " : "\n");
        table_write(&c.summary, format, stdout);
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
    {"--every", NULL, "each of the thousands of measured kernels and serving points, too"},
    {"--format", "table|csv|json|md", "table (default), csv, json, md"},
    {NULL, NULL, NULL},
};

const struct command cmd_validate = {
    "validate",
    "",
    0,
    0,
    "hold the model against published and measured results",
    "  dse validate\n"
    "  dse validate --data validation --format md\n"
    "  fitted: whether constants were fitted to these results; of each table of measured ones a\n"
    "  checksum of the configuration keeps half for checking. inside_percent: share of results\n"
    "  between our low and high, 80 if these are right.\n",
    options,
    run};
