#include "reports/payoff/payoff_flips.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/mem.h"
#include "reports/payoff/payoff_sentence.h"

static bool is_model(const struct payoff *p, size_t key)
{
    return !strcmp(p->by[key], "model");
}

static bool is_scenario(const struct payoff *p, size_t key)
{
    return !strcmp(p->by[key], "scenario");
}

/* The keys of a group: its models, or all others. */
static char *label_of(const struct payoff *p, const struct payoff_group *g, bool model)
{
    char *label = mem_text(""), number[48];
    for (size_t k = 0; k < p->by_n; k++) {
        const struct cell *c = &g->key[k];
        if (is_model(p, k) != model || c->kind == CELL_NULL)
            continue;
        const char *value =
            c->kind == CELL_TEXT ? c->text : quantity_text(c->number, "", 6, number, sizeof number);
        char *longer =
            mem_print("%s%s%s%s%s", label, *label ? ", " : "", c->kind == CELL_TEXT ? "" : p->by[k],
                      c->kind == CELL_TEXT ? "" : " ", value);
        free(label);
        label = longer;
    }
    if (!*label) {
        free(label);
        return mem_text(model ? "P" : "all");
    }
    return label;
}

/* The position of a label in a list, to which it is added if it is new. Takes the label. */
static size_t place(char **list, size_t *n, char *label)
{
    size_t i = 0;
    while (i < *n && strcmp(list[i], label) != 0)
        i++;
    if (i < *n)
        free(label);
    else
        list[(*n)++] = label;
    return i;
}

void flips_make(struct flips *out, const struct payoff *p)
{
    *out = (struct flips){.payoff = p,
                          .row = mem_alloc(p->n + 1, sizeof(char *)),
                          .column = mem_alloc(p->n + 1, sizeof(char *))};
    for (size_t i = 0; i < p->n; i++) {
        place(out->row, &out->rows, label_of(p, &p->group[i], false));
        place(out->column, &out->columns, label_of(p, &p->group[i], true));
    }
    out->group = mem_alloc(out->rows * out->columns + 1, sizeof(*out->group));
    for (size_t i = 0; i < p->n; i++) {
        size_t row = place(out->row, &out->rows, label_of(p, &p->group[i], false));
        size_t column = place(out->column, &out->columns, label_of(p, &p->group[i], true));
        out->group[row * out->columns + column] = &p->group[i];
    }
}

void flips_free(struct flips *f)
{
    for (size_t i = 0; i < f->rows; i++)
        free(f->row[i]);
    for (size_t i = 0; i < f->columns; i++)
        free(f->column[i]);
    free(f->row);
    free(f->column);
    free(f->group);
}

const struct payoff_group *flips_base(const struct flips *f, const struct payoff_group *g)
{
    const struct payoff *p = f->payoff;
    for (size_t i = 0; i < p->n; i++) {
        bool same = true, has_scenario = false;
        for (size_t k = 0; k < p->by_n && same; k++) {
            const struct cell *c = &p->group[i].key[k];
            bool scenario = is_scenario(p, k);
            has_scenario = has_scenario || scenario;
            same = scenario ? c->kind == CELL_TEXT && !strcmp(c->text, "base")
                            : cell_equal(c, &g->key[k]);
        }
        if (same && has_scenario)
            return &p->group[i];
    }
    return NULL;
}

bool flips_is_flip(const struct flips *f, const struct payoff_group *g)
{
    const struct payoff_group *base = flips_base(f, g);
    return base && base->verdict != g->verdict;
}

static const char *mark_of(enum payoff_verdict v)
{
    switch (v) {
    case TOO_CLOSE:
        return " ?";
    case DOES_NOT_PAY:
        return " -";
    case PAYS:
    case NO_ANSWER:
    case PAYOFF_VERDICTS:
        break;
    }
    return "";
}

void flips_table(const struct flips *f, struct table *out)
{
    const char **header = mem_alloc(f->columns + 1, sizeof *header);
    header[0] = "scenario";
    for (size_t j = 0; j < f->columns; j++)
        header[1 + j] = f->column[j];
    table_begin(out, header, f->columns + 1);
    free(header);
    for (size_t i = 0; i < f->rows; i++) {
        table_text(out, f->row[i]);
        for (size_t j = 0; j < f->columns; j++) {
            const struct payoff_group *g = flips_at(f, i, j);
            char *cell = !g || isnan(g->p)
                             ? NULL
                             : mem_print("%.2f %s%s%s", g->p, g->engine ? g->engine : "",
                                         mark_of(g->verdict), flips_is_flip(f, g) ? " *" : "");
            table_text(out, cell);
            free(cell);
        }
    }
}

void flips_rows_table(const struct flips *f, struct table *out)
{
    static const char *const answers[] = {"engine",      "payoff",   "payoff_low",   "payoff_high",
                                          "probability", "verdict",  "base_verdict", "flips",
                                          "reason",      "p_median", "engine_caveat"};
    const struct payoff *p = f->payoff;
    const char **header = mem_alloc(p->by_n + LEN(answers), sizeof *header);
    for (size_t k = 0; k < p->by_n; k++)
        header[k] = p->by[k];
    memcpy(header + p->by_n, answers, sizeof answers);
    table_begin(out, header, p->by_n + LEN(answers));
    free(header);
    for (size_t i = 0; i < p->n; i++) {
        const struct payoff_group *g = &p->group[i], *base = flips_base(f, g);
        for (size_t k = 0; k < p->by_n; k++)
            table_cell(out, &g->key[k]);
        table_text(out, g->engine);
        table_number(out, g->p);
        table_number(out, g->p_low);
        table_number(out, g->p_high);
        table_number(out, g->probability);
        table_text(out, payoff_verdict_text[g->verdict]);
        table_text(out, base ? payoff_verdict_text[base->verdict] : NULL);
        table_text(out, flips_is_flip(f, g) ? "yes" : "no");
        table_text(out, g->reason);
        table_number(out, g->p_median);
        char *caveat = payoff_caveat(g);
        table_text(out, caveat);
        free(caveat);
    }
}
