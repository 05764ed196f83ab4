/* The pay-off as tables. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/payoff_groups.h"
#include "base/table.h"

static void table_cell(struct table *t, const struct cell *c)
{
    if (c->kind == CELL_TEXT)
        table_text(t, c->text);
    else
        table_number(t, c->kind == CELL_NUMBER ? c->number : NAN);
}

/* Where both name the engine, the group's column has another name. */
void begin_table(struct table *out, const struct payoff *p, const char *const *after, size_t n)
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
    begin_table(out, p, after, LEN(after));
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
    begin_table(out, p, after, LEN(after));
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
    begin_table(out, p, after, LEN(after));
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
