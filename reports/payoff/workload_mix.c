#include "reports/payoff/workload_mix.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int read_cell(struct mix *m, size_t row, size_t column, struct setting *set,
                     const char *path, struct err *err)
{
    static const struct field weight = {.name = "weight", .unit = "1", .lo = 0, .hi = 1e12};
    const char *name = m->csv.header[column], *text = csv_at(&m->csv, row, column);
    struct err inner;
    int rc;
    if (!strcmp(name, "weight"))
        rc = field_parse(&weight, text, &m->job[row].weight, &inner);
    else {
        rc = setting_parse(&set[m->job[row].n], name, text, &inner);
        m->job[row].n++;
    }
    return rc == 0 ? 0
                   : fail(err, "%s:%zu:%zu: %s: %s", path, m->csv.line[row], column + 1, name,
                          inner.text);
}

int mix_read(struct mix *out, const char *path, struct err *err)
{
    *out = (struct mix){0};
    if (csv_read(&out->csv, path, err) != 0)
        return -1;
    const struct csv *c = &out->csv;
    bool weighted = false;
    for (size_t i = 0; i < c->columns; i++)
        weighted = weighted || !strcmp(c->header[i], "weight");
    out->n = c->rows;
    out->set = mem_alloc(c->rows * c->columns + 1, sizeof *out->set);
    out->job = mem_alloc(c->rows + 1, sizeof *out->job);
    int rc = weighted && c->rows
                 ? 0
                 : fail(err,
                        "%s:1:1: a mix needs a column weight and a row per workload: write "
                        "model,workload.context,weight",
                        path);
    for (size_t row = 0; row < c->rows && rc == 0; row++) {
        struct setting *set = out->set + row * c->columns;
        out->job[row].set = set;
        for (size_t i = 0; i < c->columns && rc == 0; i++)
            rc = read_cell(out, row, i, set, path, err);
        if (rc == 0 && out->job[row].weight <= 0)
            rc = fail(err, "%s:%zu:1: weight: is not above 0: remove the row", path, c->line[row]);
    }
    if (rc != 0)
        mix_free(out);
    return rc;
}

void mix_free(struct mix *m)
{
    csv_free(&m->csv);
    free(m->set);
    free(m->job);
    *m = (struct mix){0};
}

bool mix_sets(const struct mix *m, const char *column)
{
    for (size_t i = 0; i < m->csv.columns; i++)
        if (path_equal(m->csv.header[i], column))
            return true;
    return false;
}
