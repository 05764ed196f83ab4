#include "dse/points_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/point/verdict_reason.h"

static void add_row(struct table *t, const struct points *points, size_t row,
                    const struct metrics *m, const struct plan *plan, const struct design *d)
{
    for (size_t i = 0; i < points->csv.columns; i++)
        table_text(t, csv_at(&points->csv, row, i));
    for (size_t i = 0; i < metrics_fields.n; i++) {
        const struct field *f = &metrics_fields.row[i];
        double v = field_get(f, m);
        if (f->only_words)
            table_text(t, field_word(f, v));
        else
            table_number(t, v);
    }
    bool mapped = m->verdict != VERDICT_MAPPING;
    table_number(t, mapped ? plan->tp : NAN);
    table_number(t, mapped ? plan->dp : NAN);
    table_number(t, mapped ? plan->ep : NAN);
    table_text(t, verdict_reason(d, m));
}

void points_begin(struct table *t, const struct csv *csv)
{
    static const char *const after[] = {"chosen_tp", "chosen_dp", "chosen_ep", "reason"};
    const char **header = mem_alloc(csv->columns + LEN(after) + metrics_fields.n, sizeof *header);
    char **renamed = mem_alloc(csv->columns, sizeof *renamed);
    size_t n = 0;

    for (size_t i = 0; i < csv->columns; i++) {
        bool taken = field_find(metrics_fields, csv->header[i]) != NULL;
        for (size_t j = 0; j < LEN(after); j++)
            taken = taken || !strcmp(csv->header[i], after[j]);
        renamed[i] = taken ? mem_print("given_%s", csv->header[i]) : mem_text(csv->header[i]);
        header[n++] = renamed[i];
    }
    for (size_t i = 0; i < metrics_fields.n; i++)
        header[n++] = metrics_fields.row[i].name;
    for (size_t i = 0; i < LEN(after); i++)
        header[n++] = after[i];
    table_begin(t, header, n);
    for (size_t i = 0; i < csv->columns; i++)
        free(renamed[i]);
    free(renamed);
    free(header);
}

int points_evaluate(struct points_base *with, struct points *p, size_t row, struct table *t)
{
    struct study *s;
    struct metrics m;
    struct plan plan;
    if (points_scenario(p, row, with->base, with->init, &s) != 0)
        return -1;
    cursor_seek(&with->cursor, s, 0);
    struct design d = with->cursor.design;
    struct price_book prices = *cursor_prices(&with->cursor);
    if (points_put(p, row, with->catalogue, s, &d, &prices) != 0 || p->found.n)
        return -1;
    evaluate(&d, &prices, &m, &plan);
    if (m.verdict == VERDICT_OK && !study_allows(s, &d, &m))
        m.verdict = VERDICT_CONSTRAINT;
    with->feasible = with->feasible || m.verdict == VERDICT_OK;
    add_row(t, p, row, &m, &plan, &d);
    return 0;
}
