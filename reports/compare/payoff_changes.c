/* The pay-off of both runs by engine, or by chip of a pool, as dse payoff finds it. A column that
 * splits only one of them has its fixed value in the other. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/compare/compare.h"
#include "reports/payoff/payoff.h"
#include "reports/payoff/setting.h"
#include "reports/payoff/swept_columns.h"
#include "search/axis.h"

/* The columns of both answers; that of the subject is last. */
struct key {
    size_t n;
    char **column;
};

static int key_of(const struct payoff *p, const char *column)
{
    for (size_t k = 0; k < p->by_n; k++)
        if (!strcmp(p->by[k], column))
            return (int)k;
    return -1;
}

/* Adds the columns of an answer, except the scenario if one of each run is compared. */
static void add_columns(struct key *key, const struct payoff *p, bool scenarios)
{
    key->column = mem_grow(key->column, key->n + p->by_n + 1, sizeof *key->column);
    for (size_t k = 0; k < p->by_n; k++) {
        bool known = scenarios && !strcmp(p->by[k], "scenario");
        for (size_t i = 0; i < key->n; i++)
            known = known || !strcmp(key->column[i], p->by[k]);
        if (!known)
            key->column[key->n++] = p->by[k];
    }
}

/* The value of a column that does not split the answer. The text is borrowed. */
static struct cell fixed_value(const struct study *s, const char *column)
{
    struct parameter p;
    struct err ignored;
    if (!strcmp(column, "scenario"))
        return (struct cell){.kind = CELL_TEXT, .text = s->scenario};
    for (size_t part = 0; part < DESIGN_PARTS; part++)
        if (design_parts[part].named && path_equal(design_parts[part].fields->section, column))
            return (struct cell){
                .kind = CELL_TEXT,
                .text = *(char *const *)((const char *)&s->base + design_parts[part].name_offset)};
    if ((path_is_of_prices(column) ? price_parameter : setting_parameter)(column, &p, &ignored) !=
        0)
        return (struct cell){.kind = CELL_NULL};
    double value = study_value(s, &p);
    const char *word = field_word(p.field, value);
    return word ? (struct cell){.kind = CELL_TEXT, .text = (char *)word}
                : (struct cell){.kind = CELL_NUMBER, .number = value};
}

static struct cell value_of(const struct payoff *p, const struct payoff_group *g,
                            const struct compared_run *run, const char *column)
{
    int k = key_of(p, column);
    return k >= 0 ? g->key[k] : fixed_value(run->study, column);
}

static bool is_same(const struct payoff p[RUNS], const struct payoff_group *a,
                    const struct payoff_group *b, const struct compared_run run[RUNS],
                    const struct key *key)
{
    for (size_t k = 0; k < key->n; k++) {
        const struct cell x = value_of(&p[FIRST], a, &run[FIRST], key->column[k]),
                          y = value_of(&p[SECOND], b, &run[SECOND], key->column[k]);
        if (!cell_equal(&x, &y))
            return false;
    }
    return true;
}

static void add_group(struct table *out, const struct payoff_group *g[RUNS])
{
    double p[RUNS];
    for (int side = 0; side < RUNS; side++)
        p[side] = g[side] ? g[side]->p : NAN;
    table_number(out, p[FIRST]);
    table_number(out, p[SECOND]);
    table_number(out, p[SECOND] / p[FIRST] - 1);
    for (int side = 0; side < RUNS; side++)
        table_text(out, g[side] ? payoff_verdict_text[g[side]->verdict] : NULL);
}

static void add_keys(struct table *out, const struct payoff *p, const struct payoff_group *g,
                     const struct compared_run *run, const struct key *key)
{
    for (size_t k = 0; k < key->n; k++) {
        const struct cell c = value_of(p, g, run, key->column[k]);
        table_cell(out, &c);
    }
}

static void join(struct table *out, const struct payoff p[RUNS],
                 const struct compared_run run[RUNS], const struct key *key)
{
    bool *met = mem_alloc(p[SECOND].n + 1, sizeof *met);
    for (size_t i = 0; i < p[FIRST].n; i++) {
        const struct payoff_group *g[RUNS] = {&p[FIRST].group[i], NULL};
        size_t j = 0;
        while (j < p[SECOND].n && !is_same(p, g[FIRST], &p[SECOND].group[j], run, key))
            j++;
        if (j < p[SECOND].n) {
            g[SECOND] = &p[SECOND].group[j];
            met[j] = true;
        }
        add_keys(out, &p[FIRST], g[FIRST], &run[FIRST], key);
        add_group(out, g);
    }
    for (size_t j = 0; j < p[SECOND].n; j++)
        if (!met[j]) {
            const struct payoff_group *g[RUNS] = {NULL, &p[SECOND].group[j]};
            add_keys(out, &p[SECOND], g[SECOND], &run[SECOND], key);
            add_group(out, g);
        }
    free(met);
}

static bool has_column(const struct compared_run *run, const char *column)
{
    return db_is_column(run->db, column, strlen(column));
}

int compared_subjects(const struct payoff_subject *out[SUBJECTS_MOST], size_t *n,
                      const struct compared_run run[RUNS], struct err *err)
{
    const struct payoff_subject *own[SUBJECTS_MOST];
    *n = 0;
    for (int side = 0; side < RUNS; side++) {
        struct swept swept;
        if (swept_read(&swept, run[side].db, run[side].run, err) != 0)
            return -1;
        size_t found = subjects_swept(own, &swept);
        swept_free(&swept);
        for (size_t i = 0; i < found; i++) {
            size_t k = 0;
            while (k < *n && out[k] != own[i])
                k++;
            if (k == *n)
                out[(*n)++] = own[i];
        }
    }
    return 0;
}

int payoff_changes(struct table *out, const struct compared_run run[RUNS],
                   const struct payoff_subject *of, struct err *err)
{
    static const char *const after[] = {"payoff_first", "payoff_second", "change", "verdict_first",
                                        "verdict_second"};
    struct payoff p[RUNS] = {{0}, {0}};
    struct key key = {0};
    char *by = mem_print("+%s", of->column);
    int rc = 0;
    for (int side = 0; side < RUNS && rc == 0; side++) {
        const struct payoff_question q = {.by = has_column(&run[side], of->column) ? by : "+",
                                          .of = of,
                                          .budget = BUDGET_COST,
                                          .study = run[side].payoff,
                                          .seed = run[side].run->seed,
                                          .depth = DEPTH_VERDICTS};
        rc = payoff_make(&p[side], run[side].db, run[side].run, &q, err);
        if (rc == 0)
            add_columns(&key, &p[side], compares_scenarios(run));
    }
    if (rc == 0) {
        const char **header = mem_alloc(key.n + LEN(after), sizeof *header);
        for (size_t i = 0; i < key.n; i++)
            header[i] = key.column[i];
        memcpy(header + key.n, after, sizeof after);
        table_begin(out, header, key.n + LEN(after));
        free(header);
        if (p[FIRST].n && p[SECOND].n)
            join(out, p, run, &key);
    }
    free(key.column);
    free(by);
    for (int side = 0; side < RUNS; side++)
        payoff_free(&p[side]);
    return rc;
}
