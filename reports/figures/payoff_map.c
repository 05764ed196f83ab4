/* The pay-off map: a row per workload and engine, a column per value of the first numeric group
 * column, coloured by P. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/mem.h"
#include "reports/figures/figures.h"
#include "reports/figures/svg.h"
#include "reports/payoff/payoff_sentence.h"

enum { LABEL = 250, TOP = 62, CELL_W = 84, CELL_H = 30, ROWS_MOST = 240, COLUMNS_MOST = 24 };

struct map {
    size_t axis; /* index into p->by; by_n if no group column is numeric */
    size_t rows, columns;
    char *row[ROWS_MOST];
    bool marked[ROWS_MOST]; /* has an engine that cannot be had as stated */
    double column[COLUMNS_MOST];
};

static char *row_label(const struct payoff *p, const struct payoff_group *g, size_t axis)
{
    char *label = mem_text(""), buffer[48];
    for (size_t k = 0; k < p->by_n; k++) {
        if (k == axis)
            continue;
        const struct cell *c = &g->key[k];
        const char *value = c->kind == CELL_TEXT ? c->text
                            : c->kind == CELL_NUMBER
                                ? quantity_text(c->number, "", 3, buffer, sizeof buffer)
                                : "-";
        char *longer = c->kind == CELL_NUMBER
                           ? mem_print("%s%s%s %s", label, *label ? " · " : "", p->by[k], value)
                           : mem_print("%s%s%s", label, *label ? " · " : "", value);
        free(label);
        label = longer;
    }
    return label;
}

static char *caveat_of(const struct payoff_group *g)
{
    return g->engine ? payoff_caveat(g) : mem_text("");
}

static size_t row_of(struct map *m, char *label)
{
    size_t i = 0;
    while (i < m->rows && strcmp(m->row[i], label) != 0)
        i++;
    if (i < m->rows || m->rows == ROWS_MOST)
        free(label);
    else
        m->row[m->rows++] = label;
    return i;
}

static size_t column_of(const struct map *m, const struct payoff *p, const struct payoff_group *g)
{
    size_t i = 0;
    if (m->axis == p->by_n)
        return 0;
    while (i < m->columns && m->column[i] != g->key[m->axis].number)
        i++;
    return i;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void lay_out(struct map *m, const struct payoff *p)
{
    *m = (struct map){.axis = p->by_n};
    for (size_t k = 0; k < p->by_n && p->n && m->axis == p->by_n; k++)
        if (p->group[0].key[k].kind == CELL_NUMBER)
            m->axis = k;
    for (size_t i = 0; i < p->n; i++) {
        size_t row = row_of(m, row_label(p, &p->group[i], m->axis));
        char *caveat = caveat_of(&p->group[i]);
        if (row < ROWS_MOST)
            m->marked[row] = m->marked[row] || *caveat;
        free(caveat);
        if (m->axis < p->by_n && column_of(m, p, &p->group[i]) == m->columns &&
            m->columns < COLUMNS_MOST)
            m->column[m->columns++] = p->group[i].key[m->axis].number;
    }
    if (m->axis == p->by_n)
        m->columns = 1;
    else
        qsort(m->column, m->columns, sizeof *m->column, by_value);
}

void payoff_colour(double p, char *out, size_t size)
{
    double t = fmin(fabs(log2(p)) / 1.6, 1);
    static const double pay[3] = {0, 114, 178}, not [3] = {213, 94, 0}, pale[3] = {244, 244, 240};
    const double *to = p > 1 ? pay : not ;
    t = 0.12 + 0.68 * t;
    snprintf(out, size, "rgb(%.0f,%.0f,%.0f)", pale[0] + t * (to[0] - pale[0]),
             pale[1] + t * (to[1] - pale[1]), pale[2] + t * (to[2] - pale[2]));
}

static void draw_cell(const struct map *m, const struct payoff *p, const struct payoff_group *g,
                      FILE *out)
{
    char *label = row_label(p, g, m->axis), colour[32], text[16];
    size_t row = 0, column = column_of(m, p, g);

    while (row < m->rows && strcmp(m->row[row], label) != 0)
        row++;
    free(label);
    if (row == m->rows || column == m->columns || isnan(g->p))
        return;
    double x = LABEL + (double)column * CELL_W, y = TOP + (double)row * CELL_H;
    payoff_colour(g->p, colour, sizeof colour);
    fprintf(out,
            "<g><title>%s: P %.3f (median draw %.3f, 8 of 10 %.3f to %.3f), G %.3f, c* %.1f %%, "
            "adds %.1f %% to the cost, S %.3g. ",
            payoff_verdict_text[g->verdict], g->p, g->p_median, g->p_low, g->p_high, g->g,
            100 * g->c_star, 100 * g->c, g->s);
    svg_escape(g->reason, out);
    fputs(" With: ", out);
    svg_escape(g->with, out);
    fputs(". Without: ", out);
    svg_escape(g->without, out);
    char *caveat = caveat_of(g);
    if (*caveat) {
        fprintf(out, ". %s: ", g->engine);
        svg_escape(caveat, out);
    }
    free(caveat);
    fprintf(out, "</title><rect x=\"%g\" y=\"%g\" width=\"%d\" height=\"%d\" fill=\"%s\"%s/>\n",
            x + 1, y + 1, CELL_W - 2, CELL_H - 2, colour,
            g->verdict == TOO_CLOSE ? " stroke=\"#111\" stroke-dasharray=\"4 3\"" : "");
    snprintf(text, sizeof text, "%.2f", g->p);
    bool strong = fabs(log2(g->p)) > 1.1;
    svg_text(x + CELL_W / 2.0, y + 20, "middle", strong ? "cell light" : "cell dark", text, out);
    fputs("</g>\n", out);
}

double map_height(const struct payoff *p)
{
    struct map m;
    lay_out(&m, p);
    for (size_t i = 0; i < m.rows; i++)
        free(m.row[i]);
    return TOP + (double)m.rows * CELL_H + 34;
}

void map_svg(const struct payoff *p, FILE *out)
{
    struct map m;
    char text[64];

    lay_out(&m, p);
    double width = LABEL + fmax(4, (double)m.columns) * CELL_W + 20,
           height = TOP + (double)m.rows * CELL_H + 34;
    svg_open(width, height, "Pay-off P per workload and engine", out);
    if (m.axis < p->by_n) {
        svg_text(LABEL, 18, "start", "title", p->by[m.axis], out);
        for (size_t i = 0; i < m.columns; i++)
            svg_text(LABEL + ((double)i + 0.5) * CELL_W, TOP - 10, "middle", "tick",
                     quantity_text(m.column[i], "", 6, text, sizeof text), out);
    }
    bool marked = false;
    for (size_t i = 0; i < m.rows; i++) {
        char *label = mem_print("%s%s", m.row[i], m.marked[i] ? " †" : "");
        svg_text(LABEL - 10, TOP + (double)i * CELL_H + 20, "end", "label", label, out);
        free(label);
        marked = marked || m.marked[i];
    }
    for (size_t i = 0; i < p->n; i++)
        draw_cell(&m, p, &p->group[i], out);
    svg_text(LABEL, height - 10, "start", "tick",
             "blue: pays (P > 1) · orange: does not · dashed: too close to call", out);
    if (marked)
        svg_text(LABEL - 10, height - 10, "end", "tick", "†: not as stated", out);
    svg_close(out);
    for (size_t i = 0; i < m.rows; i++)
        free(m.row[i]);
}
