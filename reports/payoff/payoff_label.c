#include "reports/payoff/payoff_label.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/field.h"
#include "base/mem.h"

static bool is_pool_chip(const char *column)
{
    return !strncmp(column, "pools_", 6) && strlen(column) > 5 &&
           !strcmp(column + strlen(column) - 5, "_chip");
}

/* Does the row lack the pool that a column is about? */
static bool lacks_pool(const struct table *t, const char *column)
{
    static const char *const pools[] = {"pools_ffn_", "pools_prefill_chip", "pools_draft_"},
                             *const chips[] = {"pools_ffn_chip", "pools_prefill_chip",
                                               "pools_draft_chip"};
    for (size_t i = 0; i < LEN(pools); i++)
        if (!strncmp(column, pools[i], strlen(pools[i])) && table_find(t, chips[i]) >= 0)
            return !strcmp(table_text_at(t, 0, chips[i]), "none");
    return false;
}

char *design_label(const struct table *t, const struct swept *swept, char *const *by, size_t by_n)
{
    char *out = mem_text(table_text_at(t, 0, "chip")), buffer[48];
    bool with = !isnan(table_number_at(t, 0, "engine_speedup"));
    for (size_t i = 0; i < swept->n; i++) {
        const struct swept_column *c = &swept->column[i];
        bool in_key = false;
        for (size_t j = 0; j < by_n; j++)
            in_key = in_key || !strcmp(by[j], c->name);
        if (in_key || c->chosen || !strcmp(c->name, "chip") || (c->of_engine && !with) ||
            (c->of_pool && lacks_pool(t, c->name)))
            continue;
        const struct cell *v = table_get(t, 0, c->name);
        if (v->kind == CELL_NULL || (v->kind == CELL_TEXT && !strcmp(v->text, "none")))
            continue;
        char *longer =
            v->kind == CELL_TEXT
                ? mem_print(c->of_engine            ? "%s + %s"
                            : is_pool_chip(c->name) ? "%s + pool of %s"
                                                    : "%s, %s",
                            out, v->text)
                : mem_print("%s, %s %s", out,
                            c->of_hardware && strchr(c->name, '_') ? strchr(c->name, '_') + 1
                                                                   : c->name,
                            quantity_text(v->number, strcmp(c->unit, "1") ? c->unit : "", 3, buffer,
                                          sizeof buffer));
        free(out);
        out = longer;
    }
    char *whole = mem_print("%s, TP %g DP %g EP %g", out, table_number_at(t, 0, "plan_tp"),
                            table_number_at(t, 0, "plan_dp"), table_number_at(t, 0, "plan_ep"));
    free(out);
    return whole;
}

static char *chip_label(const char *name, const struct chip *c, const char *engine)
{
    char byte[48], byte_per_s[48], link[48];
    return mem_print("%s, %s, %s, link %s%s%s", name,
                     quantity_text(c->memory_byte, "B", 3, byte, sizeof byte),
                     quantity_text(c->memory_byte_per_s, "B/s", 3, byte_per_s, sizeof byte_per_s),
                     quantity_text(c->link_byte_per_s, "B/s", 3, link, sizeof link),
                     engine ? " + " : "", engine ? engine : "");
}

char *hardware_label(const struct candidate *k, bool with)
{
    return chip_label(k->chip_name, &k->chip, with ? k->engine_name : NULL);
}

char *designed_label(const struct design *d, bool with)
{
    return chip_label(d->chip_name, &d->chip, with ? d->engine_name : NULL);
}

char *group_title(const struct payoff *p, const struct payoff_group *g)
{
    char *title = mem_text("");
    for (size_t k = 0; k < p->by_n; k++) {
        const struct cell *c = &g->key[k];
        if (c->kind == CELL_NULL)
            continue;
        char *longer =
            c->kind == CELL_TEXT
                ? mem_print("%s%s%s", title, *title ? ", " : "", c->text)
                : mem_print("%s%s%s %.10g", title, *title ? ", " : "", p->by[k], c->number);
        free(title);
        title = longer;
    }
    return title;
}
