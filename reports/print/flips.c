/* The verdict, P and best engine of each model, a row per scenario. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "reports/figures/figures.h"
#include "reports/payoff/payoff_flips.h"
#include "reports/payoff/payoff_summary.h"
#include "reports/print/figure.h"
#include "reports/print/grid_chart.h"

static void fill(struct grid_cell *cell, const struct flips *f, const struct payoff_group *g)
{
    static const char *const sign[PAYOFF_VERDICTS] = {
        [PAYS] = "", [TOO_CLOSE] = " ?", [DOES_NOT_PAY] = " -", [NO_ANSWER] = ""};
    if (!g || isnan(g->p)) {
        cell->text = mem_text("-");
        cell->below = mem_text("none feasible");
        return;
    }
    cell->text = mem_print("%.2f%s", g->p, sign[g->verdict]);
    cell->below = mem_text(g->engine ? g->engine : "");
    payoff_colour(g->p, cell->fill, sizeof cell->fill);
    cell->dashed = g->verdict == TOO_CLOSE;
    cell->framed = flips_is_flip(f, g);
}

static int draw(struct drawing *d, struct table *data, const struct figure *figure,
                const struct figure_from *from, struct err *err)
{
    struct flips f;
    struct grid g;
    (void)figure;
    if (from->payoff->none)
        return fail(err, "%s", from->payoff->none);
    flips_make(&f, from->payoff);
    grid_open(&g, f.rows, f.columns);
    for (size_t i = 0; i < f.rows; i++) {
        g.heading[i] = mem_text("");
        g.row[i] = mem_text(f.row[i]);
        for (size_t j = 0; j < f.columns; j++)
            fill(grid_at(&g, i, j), &f, flips_at(&f, i, j));
    }
    for (size_t j = 0; j < f.columns; j++)
        g.column[j] = mem_text(f.column[j]);
    grid_draw(d, &g);
    char *caveats = payoff_caveats(f.payoff);
    char *note =
        mem_print("P: best throughput per unit of budget (%s) with an engine over the best "
                  "without; below it, the best engine. ?: too close to call; -: does not "
                  "pay; thick frame: another verdict than in base.%s%s%s",
                  budget_text[f.payoff->budget], *caveats ? " " : "", caveats, *caveats ? "." : "");
    draw_note(d, note);
    free(note);
    free(caveats);
    flips_rows_table(&f, data);
    grid_free(&g);
    flips_free(&f);
    return 0;
}

const struct figure figure_flips = {
    .name = "flips",
    .doc = "verdict, P and best engine of each model under each scenario of the study",
    .need = NEEDS_VERDICTS,
    .draw = draw,
};
