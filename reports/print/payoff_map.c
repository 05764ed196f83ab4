/* The pay-off P of each engine: a row per workload and engine, a column per value of the first
 * numeric group column, coloured by P. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/mem.h"
#include "reports/figures/figures.h"
#include "reports/payoff/payoff_summary.h"
#include "reports/payoff/payoff_table.h"
#include "reports/print/figure.h"
#include "reports/print/grid_chart.h"

/* How the group columns are laid out; by_n: none. */
struct roles {
    size_t across; /* the first numeric column: its values are the columns of the map */
    size_t engine; /* labels the rows; the others are headings */
};

static struct roles roles_of(const struct payoff *p)
{
    struct roles r = {p->by_n, p->by_n};
    for (size_t k = p->by_n; k-- > 0;) {
        if (p->group[0].key[k].kind == CELL_NUMBER)
            r.across = k;
        if (!strcmp(p->by[k], "engine"))
            r.engine = k;
    }
    return r;
}

/* "deepseek-r1, plan_tp 8": the columns of a group that are neither across nor the engine. */
static char *heading_of(const struct payoff *p, const struct payoff_group *g, struct roles r)
{
    char *out = mem_text(""), number[48];
    for (size_t k = 0; k < p->by_n; k++) {
        const struct cell *c = &g->key[k];
        if (k == r.across || k == r.engine || c->kind == CELL_NULL)
            continue;
        bool word = c->kind == CELL_TEXT;
        char *longer =
            mem_print("%s%s%s%s%s", out, *out ? ", " : "", word ? "" : p->by[k], word ? "" : " ",
                      word ? c->text : quantity_text(c->number, "", 6, number, sizeof number));
        free(out);
        out = longer;
    }
    return out;
}

static const char *label_of(const struct payoff_group *g, struct roles r, size_t by_n)
{
    return r.engine < by_n && g->key[r.engine].kind == CELL_TEXT ? g->key[r.engine].text
           : g->engine                                           ? g->engine
                                                                 : "";
}

static size_t find_row(const struct grid *g, const char *heading, const char *label)
{
    size_t i = 0;
    while (i < g->rows && (strcmp(g->heading[i], heading) != 0 || strcmp(g->row[i], label) != 0))
        i++;
    return i;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The values across, ascending. Returns how many, at least 1. */
static size_t values_of(double *out, const struct payoff *p, struct roles r)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n && r.across < p->by_n; i++) {
        size_t k = 0;
        while (k < n && out[k] != p->group[i].key[r.across].number)
            k++;
        if (k == n)
            out[n++] = p->group[i].key[r.across].number;
    }
    qsort(out, n, sizeof *out, by_value);
    return n ? n : 1;
}

static void fill(struct grid_cell *cell, const struct payoff_group *g)
{
    static const char *const sign[PAYOFF_VERDICTS] = {
        [PAYS] = "", [TOO_CLOSE] = " ?", [DOES_NOT_PAY] = " -", [NO_ANSWER] = ""};
    if (isnan(g->p) || cell->text)
        return;
    cell->text = mem_print("%.2f%s", g->p, sign[g->verdict]);
    payoff_colour(g->p, cell->fill, sizeof cell->fill);
    cell->dashed = g->verdict == TOO_CLOSE;
}

static void lay_out(struct grid *g, const struct payoff *p, struct roles r, const double *value,
                    size_t values)
{
    char number[48];
    grid_open(g, p->n, values);
    g->rows = 0;
    for (size_t i = 0; i < p->n; i++) {
        char *heading = heading_of(p, &p->group[i], r);
        const char *label = label_of(&p->group[i], r, p->by_n);
        size_t row = find_row(g, heading, label), column = 0;
        if (row == g->rows) {
            g->heading[row] = mem_text(heading);
            g->row[row] = mem_text(label);
            g->rows++;
        }
        free(heading);
        while (r.across < p->by_n && value[column] != p->group[i].key[r.across].number)
            column++;
        fill(grid_at(g, row, column), &p->group[i]);
    }
    for (size_t i = 0; i < values; i++)
        g->column[i] = r.across < p->by_n
                           ? mem_text(quantity_text(value[i], "", 6, number, sizeof number))
                           : mem_text("P");
    g->column_title = r.across < p->by_n ? p->by[r.across] : NULL;
}

static int draw(struct drawing *d, struct table *data, const struct figure *f,
                const struct figure_from *from, struct err *err)
{
    const struct payoff *p = from->payoff;
    struct grid g;
    (void)f;
    if (p->none)
        return fail(err, "%s", p->none);
    struct roles r = roles_of(p);
    double *value = mem_alloc(p->n + 1, sizeof *value);
    size_t values = values_of(value, p, r);
    lay_out(&g, p, r, value, values);
    grid_draw(d, &g);
    char *caveats = payoff_caveats(p);
    char *note =
        mem_print("P: best throughput per unit of budget (%s) with the engine over the best "
                  "without. Blue: pays; orange: does not. ?: too close to call; -: does not "
                  "pay.%s%s%s",
                  budget_text[p->budget], *caveats ? " " : "", caveats, *caveats ? "." : "");
    draw_note(d, note);
    payoff_table(p, data);
    free(note);
    free(caveats);
    free(value);
    grid_free(&g);
    return 0;
}

const struct figure figure_payoff_map = {
    .name = "payoff-map",
    .doc = "P of every engine over the workloads of the study",
    .need = NEEDS_ENGINES,
    .draw = draw,
};
