#include "reports/payoff/payoff_label.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/field.h"
#include "base/mem.h"
#include "reports/payoff/pool_kind.h"
#include "reports/payoff/setting.h"

static bool is_in(char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

/* Adds a text, which it frees. */
static void append(char **label, const char *between, char *text)
{
    char *longer = mem_print("%s%s%s", *label, between, text);
    free(*label);
    free(text);
    *label = longer;
}

/* "runs all_but_attention", "150 mm2". Caller frees. */
static char *value_text(const struct swept_column *c, const char *name, const struct cell *v)
{
    const struct field *f = NULL;
    struct err ignored;
    char buffer[48];
    const char *word = v->kind == CELL_NUMBER && setting_check(c->name, &f, &ignored) == 0
                           ? field_word(f, v->number)
                           : NULL;
    const char *text = v->kind == CELL_TEXT ? v->text
                       : word               ? word
                              : quantity_text(v->number, strcmp(c->unit, "1") ? c->unit : "", 3,
                                              buffer, sizeof buffer);
    return mem_print("%s %s", name, text);
}

/* What else of a pool is swept: " (runs experts)". Caller frees. */
static char *pool_details(const struct table *t, const struct swept *swept,
                          const struct pool_kind *k)
{
    char *out = mem_text("");
    for (size_t i = 0; i < swept->n; i++) {
        const struct swept_column *c = &swept->column[i];
        const struct cell *v = table_get(t, 0, c->name);
        const char *name = c->name + strlen(k->prefix);
        if (pool_of(c->name) == k && !c->chosen && v->kind != CELL_NULL &&
            strcmp(name, "chip") != 0 && strcmp(name, "devices") != 0)
            append(&out, *out ? ", " : " (", value_text(c, name, v));
    }
    if (*out)
        append(&out, "", mem_text(")"));
    return out;
}

/* Adds each pool that the row has and of which something is swept: " + FFN pool of 16 x h200". */
static void append_pools(char **label, const struct table *t, const struct swept *swept)
{
    size_t n;
    const struct pool_kind *kind = pool_kinds(&n);
    for (size_t i = 0; i < n; i++) {
        const struct pool_kind *k = &kind[i];
        bool varies = false;
        for (size_t j = 0; j < swept->n && swept->column; j++)
            varies = varies || (pool_of(swept->column[j].name) == k && !swept->column[j].chosen);
        const char *chip = table_find(t, k->chip) >= 0 ? table_text_at(t, 0, k->chip) : "none";
        if (!varies || !strcmp(chip, "none"))
            continue;
        char *details = pool_details(t, swept, k), number[48];
        double devices = table_find(t, k->devices) >= 0 ? table_number_at(t, 0, k->devices) : NAN;
        append(label, " + ",
               devices > 0
                   ? mem_print("%s of %s x %s%s", k->noun,
                               quantity_text(devices, "", 3, number, sizeof number), chip, details)
                   : mem_print("%s of %s%s", k->noun, chip, details));
        free(details);
    }
}

/* Adds the value of a swept column. */
static void append_value(char **label, const struct swept_column *c, const struct cell *v)
{
    const char *short_name =
        c->of_hardware && strchr(c->name, '_') ? strchr(c->name, '_') + 1 : c->name;
    if (v->kind == CELL_NULL || (v->kind == CELL_TEXT && !strcmp(v->text, "none")))
        return;
    if (v->kind == CELL_TEXT)
        append(label, c->of_engine ? " + " : ", ", mem_text(v->text));
    else
        append(label, ", ", value_text(c, short_name, v));
}

char *design_label(const struct table *t, const struct swept *swept, char *const *by, size_t by_n)
{
    char *out = mem_text(table_text_at(t, 0, "chip"));
    bool with = !isnan(table_number_at(t, 0, "engine_speedup"));
    bool pools_are_added = false;
    for (size_t i = 0; i <= swept->n; i++) {
        const struct swept_column *c = i < swept->n ? &swept->column[i] : NULL;
        /* Names come before numbers: the engine, then the pools. */
        if (!pools_are_added && (!c || (c->is_number && c->of_hardware) || c->of_pool)) {
            append_pools(&out, t, swept);
            pools_are_added = true;
        }
        if (!c || is_in(by, by_n, c->name) || c->chosen || !strcmp(c->name, "chip") ||
            (c->of_engine && !with) || pool_of(c->name))
            continue;
        append_value(&out, c, table_get(t, 0, c->name));
    }
    append(&out, ", ",
           mem_print("TP %g DP %g EP %g", table_number_at(t, 0, "plan_tp"),
                     table_number_at(t, 0, "plan_dp"), table_number_at(t, 0, "plan_ep")));
    return out;
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
