#include "reports/payoff/payoff_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Where both name the engine, the group's column has another name. */
void payoff_table_begin(struct table *out, const struct payoff *p, const char *const *after,
                        size_t n)
{
    const char **header = mem_alloc(p->by_n + n, sizeof *header);
    for (size_t i = 0; i < p->by_n; i++) {
        header[i] = p->by[i];
        for (size_t k = 0; k < n; k++)
            if (!strcmp(after[k], "engine") && !strcmp(p->by[i], "engine"))
                header[i] = "engine_group";
    }
    for (size_t k = 0; k < n; k++)
        header[p->by_n + k] = after[k];
    table_begin(out, header, p->by_n + n);
    free(header);
}

void payoff_table(const struct payoff *p, struct table *out)
{
    static const char *const after[] = {"payoff",
                                        "payoff_low",
                                        "payoff_high",
                                        "verdict",
                                        "gain",
                                        "c_star",
                                        "engine_cost_share",
                                        "engine_speedup",
                                        "attention_share",
                                        "attention_intensity_flop_per_byte",
                                        "engine",
                                        "with",
                                        "without",
                                        "regime",
                                        "reason",
                                        "probability",
                                        "c_max",
                                        "engine_area_share",
                                        "engine_power_share",
                                        "area_star_mm2",
                                        "power_star_w"};
    payoff_table_begin(out, p, after, LEN(after));
    for (size_t i = 0; i < p->n; i++) {
        const struct payoff_group *g = &p->group[i];
        for (size_t k = 0; k < p->by_n; k++)
            table_cell(out, &g->key[k]);
        table_number(out, g->p);
        table_number(out, g->p_low);
        table_number(out, g->p_high);
        table_text(out, payoff_verdict_text[g->verdict]);
        table_number(out, g->g);
        table_number(out, g->c_star);
        table_number(out, g->c);
        table_number(out, g->s);
        table_number(out, g->attention_share);
        table_number(out, g->intensity);
        table_text(out, g->engine);
        table_text(out, g->with);
        table_text(out, g->without);
        table_text(out, g->regime);
        table_text(out, g->reason);
        table_number(out, g->probability);
        table_number(out, g->c_max);
        table_number(out, g->a);
        table_number(out, g->w);
        table_number(out, g->a_star_mm2);
        table_number(out, g->w_star_w);
    }
}

void payoff_stop_table(const struct payoff *p, struct table *out)
{
    static const char *const after[] = {"axis",    "stops_at",     "direction",    "grid_from",
                                        "grid_to", "payoff_from",  "payoff_to",    "found_by",
                                        "reason",  "stops_at_low", "stops_at_high"};
    payoff_table_begin(out, p, after, LEN(after));
    for (size_t i = 0; i < p->stops; i++) {
        const struct payoff_stop *s = &p->stop[i];
        for (size_t k = 0; k < p->by_n; k++)
            table_cell(out, &s->key[k]);
        table_text(out, p->axis[s->axis]);
        table_number(out, s->at);
        table_text(out, s->falls ? "pays below" : "pays above");
        table_number(out, s->from);
        table_number(out, s->to);
        table_number(out, s->p_from);
        table_number(out, s->p_to);
        table_text(out, s->by_model ? "model" : "interpolation");
        table_text(out, s->reason);
        table_number(out, s->at_low);
        table_number(out, s->at_high);
    }
}

void payoff_swing_table(const struct payoff *p, size_t most, struct table *out)
{
    static const char *const after[] = {
        "constant",        "low",      "middle", "high", "payoff_low_end",
        "payoff_high_end", "flips_at", "flips"};
    payoff_table_begin(out, p, after, LEN(after));
    for (size_t i = 0; i < p->n; i++)
        for (size_t j = 0; j < p->group[i].swings && j < most; j++) {
            const struct swing *s = &p->group[i].swing[j];
            for (size_t k = 0; k < p->by_n; k++)
                table_cell(out, &p->group[i].key[k]);
            table_text(out, s->name);
            table_number(out, s->low);
            table_number(out, s->middle);
            table_number(out, s->high);
            table_number(out, s->p_low);
            table_number(out, s->p_high);
            table_number(out, s->flips_at);
            table_text(out, isnan(s->flips_at) ? "no" : s->inside ? "in its range" : "beyond it");
        }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool same_but(const struct payoff *p, size_t i, size_t j, size_t axis)
{
    for (size_t k = 0; k < p->by_n; k++) {
        if (k != axis && !cell_equal(&p->group[i].key[k], &p->group[j].key[k]))
            return false;
    }
    return true;
}

void payoff_map_table(const struct payoff *p, struct table *out)
{
    size_t axis = 0, n = 0, columns = 0;
    double *value = mem_alloc(p->n + 1, sizeof *value);
    const char **header = mem_alloc(p->by_n + p->n + 1, sizeof *header);
    char **text = mem_alloc(p->n + 1, sizeof *text);

    while (axis < p->by_n && p->n && p->group[0].key[axis].kind != CELL_NUMBER)
        axis++;
    for (size_t i = 0; i < p->n && axis < p->by_n; i++) {
        size_t j = 0;
        while (j < n && value[j] != p->group[i].key[axis].number)
            j++;
        if (j == n)
            value[n++] = p->group[i].key[axis].number;
    }
    qsort(value, n, sizeof *value, by_value);
    for (size_t k = 0; k < p->by_n; k++)
        if (k != axis)
            header[columns++] = p->by[k];
    for (size_t j = 0; j < n; j++)
        header[columns++] = text[j] = mem_print("%.10g", value[j]);
    if (axis == p->by_n)
        header[columns++] = "P";
    table_begin(out, header, columns);
    for (size_t i = 0; i < p->n; i++) {
        bool first = true;
        for (size_t j = 0; j < i; j++)
            first = first && !same_but(p, i, j, axis);
        if (!first)
            continue;
        for (size_t k = 0; k < p->by_n; k++) {
            if (k != axis)
                table_cell(out, &p->group[i].key[k]);
        }
        for (size_t j = 0; j < (axis < p->by_n ? n : 1); j++) {
            double at = NAN;
            for (size_t g = 0; g < p->n; g++)
                if (same_but(p, i, g, axis) &&
                    (axis == p->by_n || p->group[g].key[axis].number == value[j]))
                    at = p->group[g].p;
            char *cell = mem_print("%.2f", at);
            table_text(out, isnan(at) ? NULL : cell);
            free(cell);
        }
    }
    for (size_t j = 0; j < n; j++)
        free(text[j]);
    free(text);
    free(header);
    free(value);
}
