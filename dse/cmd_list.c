/* dse list: the catalogue, and all parameters and metrics. */
#include "dse/command.h"
#include "dse/terminal.h"
#include "lib/listing.h"

static int run(const struct args *a, struct err *err)
{
    struct catalogue *c;
    struct table t = {0};
    enum format format;
    struct err inner;
    const struct listing *l = listing_named(a->argument[0], &inner);

    if (!l)
        return fail(err, "dse list: %s", inner.text);
    if (args_format(a, FORMAT_TABLE, &format, err) != 0 || open_catalogue(&c, err) != 0)
        return -1;
    int rc = listing_make(&t, l, format == FORMAT_CSV || format == FORMAT_JSON, c, err);
    if (rc == 0)
        print_table(&t, format, 1);
    table_free(&t);
    catalogue_close(c);
    return rc;
}

static const struct option options[] = {
    {"--format", "table|csv|json|md", "table (default, the main columns), csv, json, md"},
    {NULL, NULL, NULL},
};

const struct command cmd_list = {
    .name = "list",
    .arguments =
        "models|chips|engines|layers|parameters|metrics|strategies|prices|calibrations|figures",
    .least = 1,
    .most = 1,
    .summary = "list the catalogue, and every name with unit, range, default and meaning",
    .example = "  dse list models\n  dse list parameters --format md",
    .options = options,
    .run = run,
};
