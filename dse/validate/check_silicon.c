#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/step.h"
#include "arch/evaluate.h"
#include "base/mem.h"
#include "dse/validate/check.h"
#include "dse/validate/calibration_fit.h"

enum { NAMES_MOST = 64 };

/* Distinct names, in order of first use. */
struct names {
    size_t n;
    const char *name[NAMES_MOST];
};

static void names_add(struct names *out, const char *name)
{
    for (size_t i = 0; i < out->n; i++)
        if (!strcmp(out->name[i], name))
            return;
    if (out->n < NAMES_MOST)
        out->name[out->n++] = name;
}

/* The calibration of a catalogue chip; NULL if it has none. */
static const struct calibration *calibration_of(struct check *c, const char *chip)
{
    const struct entry *e;
    struct err ignored;
    if (catalogue_find(c->catalogue, PART_CHIP, chip, &e, &ignored) != 0 || !e->calibration)
        return NULL;
    return e->calibration->value;
}

static struct pair pair_of(double measured, double ours, double error)
{
    return (struct pair){measured, ours, ours * exp(-NORMAL_TENTH * error),
                         ours * exp(NORMAL_TENTH * error)};
}

/* ---- kernels ---- */

static double error_of(const struct measured_kernel *k, const struct calibration *from)
{
    return k->few ? from->moe_few.error : calibration_error(from, k->kernel, k->number);
}

static bool is_modelled(const struct measured_kernel *k, const struct calibration *from)
{
    return from && !k->out && error_of(k, from) > 0;
}

static void add_kernel(struct check *c, struct tally *t, const struct measured_kernel *k,
                       const struct calibration *from)
{
    struct pair pair = pair_of(k->measured_s, kernel_time_s(k, from), error_of(k, from));
    tally_add(t, pair);
    if (c && c->every) {
        char *source = mem_print("silicon, %s, %s", k->table, k->chip);
        check_row(c, source, k->what, pair, k->check ? "" : "fitted");
        free(source);
    }
}

static void check_table(struct check *c, const struct kernels *k, const char *table,
                        const struct names *chips)
{
    char *source = mem_print("silicon, %s", table);
    struct tally all[2] = {{0}, {0}}, out = {0};
    for (size_t j = 0; j < chips->n; j++) {
        const struct calibration *from = calibration_of(c, chips->name[j]);
        struct tally half[2] = {{0}, {0}};
        for (size_t i = 0; i < k->n; i++) {
            const struct measured_kernel *row = &k->row[i];
            if (strcmp(row->table, table) != 0 || strcmp(row->chip, chips->name[j]) != 0)
                continue;
            if (is_modelled(row, from)) {
                add_kernel(c, &half[row->check], row, from);
                add_kernel(NULL, &all[row->check], row, from);
            } else if (from && error_of(row, from) > 0) {
                add_kernel(NULL, &out, row, from);
            }
        }
        check_summary(c, source, chips->name[j], "yes", &half[0]);
        check_summary(c, source, chips->name[j], "no", &half[1]);
    }
    check_summary(c, source, "all", "yes", &all[0]);
    check_summary(c, source, "all", "no", &all[1]);
    check_summary(c, source, "left out (see docs/model.md)", "no", &out);
    free(source);
}

/* ---- serving ---- */

static struct pair serving_pair(const struct measured_serving *s, const struct calibration *from)
{
    struct step_split split;
    double ours = serving_s(s, from, &split);
    return pair_of(s->measured_s, ours, split.error);
}

static const char *chip_of(const struct measured_serving *s)
{
    return s->design.chip_name;
}

static const char *model_of(const struct measured_serving *s)
{
    return s->design.model_name;
}

static const char *engine_of(const struct measured_serving *s)
{
    return s->engine;
}

static void check_by(struct check *c, const struct servings *s, const struct pair *pair,
                     const char *(*of)(const struct measured_serving *s))
{
    struct names names = {0};
    for (size_t i = 0; i < s->n; i++)
        names_add(&names, of(&s->row[i]));
    for (size_t j = 0; j < names.n; j++) {
        struct tally t = {0};
        for (size_t i = 0; i < s->n; i++)
            if (s->row[i].check && !strcmp(of(&s->row[i]), names.name[j]))
                tally_add(&t, pair[i]);
        check_summary(c, "silicon, serving, TPOT", names.name[j], "no", &t);
    }
}

static void check_serving(struct check *c, const struct servings *s)
{
    struct pair *pair = mem_alloc(s->n + 1, sizeof *pair);
    struct tally half[2] = {{0}, {0}}, all = {0};
    for (size_t i = 0; i < s->n; i++) {
        const struct measured_serving *r = &s->row[i];
        const struct design *d = &r->design;
        pair[i] = serving_pair(r, d->calibration);
        tally_add(&half[r->check], pair[i]);
        tally_add(&all, pair[i]);
        if (c->every) {
            char *what =
                mem_print("TPOT of %s, %g x %s, TP %g, EP %g, %g in %g out, batch %g, %s",
                          d->model_name, d->plan.devices, d->chip_name, d->plan.tp, d->plan.ep,
                          d->workload.input, d->workload.output, d->workload.batch, r->engine);
            check_row(c, "silicon, serving", what, pair[i], r->check ? "" : "fitted");
            free(what);
        }
    }
    check_summary(c, "silicon, serving, TPOT", "all", "yes", &half[0]);
    check_summary(c, "silicon, serving, TPOT", "all", "no", &half[1]);
    check_summary(c, "silicon, serving, TPOT", "all", "half", &all);
    check_by(c, s, pair, chip_of);
    check_by(c, s, pair, model_of);
    check_by(c, s, pair, engine_of);
    free(pair);
}

/* ---- constants applied to a chip they were not fitted to ---- */

/* The other chips of its calibration, separated by commas. Caller frees. */
static char *siblings_of(struct check *c, const struct names *chips, const char *chip)
{
    char *list = mem_text("");
    for (size_t i = 0; i < chips->n; i++) {
        if (!strcmp(chips->name[i], chip) ||
            calibration_of(c, chips->name[i]) != calibration_of(c, chip))
            continue;
        char *longer = mem_print("%s%s%s", list, *list ? "," : "", chips->name[i]);
        free(list);
        list = longer;
    }
    return list;
}

static void check_moved(struct check *c, const struct kernels *k, const struct servings *s,
                        const struct names *chips, const struct names *tables)
{
    struct tally by_table[NAMES_MOST] = {0}, serving[NAMES_MOST] = {0}, all = {0};
    for (size_t j = 0; j < chips->n; j++) {
        char *siblings = siblings_of(c, chips, chips->name[j]);
        struct calibration moved;
        if (*siblings && calibration_of(c, chips->name[j])) {
            calibration_fit(&moved, k, s, siblings, NULL);
            for (size_t i = 0; i < k->n; i++)
                for (size_t t = 0; t < tables->n; t++)
                    if (!strcmp(k->row[i].chip, chips->name[j]) &&
                        !strcmp(k->row[i].table, tables->name[t]) &&
                        is_modelled(&k->row[i], &moved))
                        add_kernel(NULL, &by_table[t], &k->row[i], &moved);
            for (size_t i = 0; i < s->n; i++)
                if (!strcmp(chip_of(&s->row[i]), chips->name[j])) {
                    struct pair pair = serving_pair(&s->row[i], &moved);
                    tally_add(&serving[j], pair);
                    tally_add(&all, pair);
                }
        }
        free(siblings);
    }
    for (size_t t = 0; t < tables->n; t++) {
        char *source = mem_print("silicon, %s", tables->name[t]);
        check_summary(c, source, "each chip by its siblings", "no", &by_table[t]);
        free(source);
    }
    for (size_t j = 0; j < chips->n; j++) {
        char *group = mem_print("%s by its siblings", chips->name[j]);
        check_summary(c, "silicon, serving, TPOT", group, "no", &serving[j]);
        free(group);
    }
    check_summary(c, "silicon, serving, TPOT", "each chip by its siblings", "no", &all);
}

int check_silicon(struct check *c, struct err *err)
{
    struct kernels k = {0};
    struct servings s = {0};
    struct names chips = {0}, tables = {0};
    int rc = -1;

    if (kernels_read(&k, c->dir, c->catalogue, err) != 0 ||
        servings_read(&s, c->dir, c->catalogue, err) != 0)
        goto done;
    for (size_t i = 0; i < k.n; i++) {
        names_add(&chips, k.row[i].chip);
        names_add(&tables, k.row[i].table);
    }
    for (size_t t = 0; t < tables.n; t++)
        check_table(c, &k, tables.name[t], &chips);
    check_serving(c, &s);
    check_moved(c, &k, &s, &chips, &tables);
    rc = 0;
done:
    kernels_free(&k);
    servings_free(&s);
    return rc;
}
