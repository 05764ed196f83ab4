#include "reports/payoff/swept_columns.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/axis.h"

static bool starts(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

/* Does each side choose it freely? The layout over the devices, and that of the prefill pool. */
static bool chosen(const char *name)
{
    return (starts(name, "plan_") && strcmp(name, "plan_devices") != 0 &&
            strcmp(name, "plan_shared_over") != 0) ||
           (starts(name, "pools_prefill_") && strcmp(name, "pools_prefill_engine") != 0 &&
            !starts(name, "pools_prefill_chip") && strcmp(name, "pools_prefill_devices") != 0);
}

static bool of_question(const char *name)
{
    return !strcmp(name, "model") || !strcmp(name, "scenario") || starts(name, "workload_") ||
           path_is_of_prices(name);
}

/* What a column has: of a run with several scenarios, in the one that has most: what differs only
 * between scenarios is not swept. */
struct variety {
    size_t values;
    bool is_number, has_value;
};

static void add_value(struct variety *of, const struct cell *c)
{
    of->values++;
    of->is_number = of->is_number || c->kind == CELL_NUMBER;
    of->has_value = of->has_value || c->kind != CELL_NULL;
}

/* Counts the values in each scenario. */
static struct variety count_by_scenario(const struct points *p, const struct db_values *column,
                                        const struct db_values *scenario)
{
    struct variety most = {0}, *of = mem_alloc(scenario->cells + 1, sizeof *of);
    const struct db_values *const both[] = {scenario, column};
    uint32_t *number = mem_alloc(p->read.rows + 1, sizeof *number);
    size_t numbers = points_number(number, p, both, LEN(both));
    bool *seen = mem_alloc(numbers + 1, sizeof *seen);
    for (size_t i = 0; i < p->read.rows; i++) {
        if (!seen[number[i]])
            add_value(&of[db_code(scenario, i)], &column->cell[db_code(column, i)]);
        seen[number[i]] = true;
    }
    for (size_t k = 0; k < scenario->cells; k++) {
        most.values = of[k].values > most.values ? of[k].values : most.values;
        most.is_number = most.is_number || of[k].is_number;
        most.has_value = most.has_value || of[k].has_value;
    }
    free(seen);
    free(number);
    free(of);
    return most;
}

static struct variety count_values(const struct points *p, const struct db_values *column,
                                   const struct db_values *scenario)
{
    struct variety of = {0};
    if (scenario && scenario != column)
        return count_by_scenario(p, column, scenario);
    for (size_t i = 0; i < column->cells; i++)
        add_value(&of, &column->cell[i]);
    return of;
}

static void add_if_swept(struct swept *out, const struct points *p, size_t i,
                         const struct db_run *run)
{
    const char *name = p->name[i], *unit = p->unit[i];
    bool scenario = !strcmp(name, "scenario");
    const struct variety of =
        count_values(p, &p->read.column[i], out->scenarios ? points_column(p, "scenario") : NULL);
    /* The rest of a run that was interrupted may have more values. */
    bool may_have_more = of.has_value && !*run->ended && of_question(name) && !scenario;
    if (of.values < 2 && !may_have_more && !(scenario && run->some_scenarios)) {
        if (of.has_value) {
            out->fixed = mem_grow(out->fixed, out->fixed_n + 1, sizeof *out->fixed);
            out->fixed[out->fixed_n++] = mem_text(name);
        }
        return;
    }
    out->scenarios = out->scenarios || scenario;
    bool engine = starts(name, "engine") || !strcmp(name, "pools_prefill_engine"),
         chip = starts(name, "chip"), pool = !engine && starts(name, "pools_") && !chosen(name);
    out->column = mem_grow(out->column, out->n + 1, sizeof *out->column);
    out->column[out->n++] =
        (struct swept_column){.name = mem_text(name),
                              .unit = mem_text(unit),
                              .is_number = of.is_number,
                              .of_engine = engine,
                              .of_hardware = engine || chip || pool,
                              .of_pool = pool,
                              .of_workload = !engine && !chip && !pool && !chosen(name),
                              .of_question = of_question(name),
                              .chosen = chosen(name),
                              .values = of.values};
    char *longer = mem_print("%s%s%s", out->names, *out->names ? ", " : "", name);
    free(out->names);
    out->names = longer;
}

void swept_find_in(struct swept *out, struct db *db, const struct points *p,
                   const struct db_run *run)
{
    *out = (struct swept){.db = db, .names = mem_text("")};
    for (size_t i = 0; i < p->parameters; i++)
        add_if_swept(out, p, i, run);
}

int swept_read(struct swept *out, struct db *db, const struct db_run *run, struct err *err)
{
    struct points p;
    *out = (struct swept){0};
    if (points_read(&p, db, run, false, BUDGET_NONE, err) != 0)
        return -1;
    swept_find_in(out, db, &p, run);
    points_free(&p);
    return 0;
}

void swept_free(struct swept *s)
{
    for (size_t i = 0; i < s->n; i++) {
        free(s->column[i].name);
        free(s->column[i].unit);
    }
    for (size_t i = 0; i < s->fixed_n; i++)
        free(s->fixed[i]);
    free(s->column);
    free(s->fixed);
    free(s->names);
    *s = (struct swept){0};
}

/* Is `name`, a column or a path with '.', this column? */
static bool is_column(const char *column, const char *name, size_t length)
{
    size_t k = 0;
    while (k < length && column[k] &&
           (column[k] == name[k] || (column[k] == '_' && name[k] == '.')))
        k++;
    return k == length && !column[k];
}

const struct swept_column *swept_find(const struct swept *s, const char *name, size_t length)
{
    for (size_t i = 0; i < s->n; i++)
        if (is_column(s->column[i].name, name, length))
            return &s->column[i];
    return NULL;
}

static bool is_fixed(const struct swept *s, const char *name, size_t length)
{
    for (size_t i = 0; i < s->fixed_n; i++)
        if (is_column(s->fixed[i], name, length))
            return true;
    return false;
}

const struct swept_column *swept_named(const struct swept *s, const char *name, size_t length,
                                       struct err *err)
{
    const struct swept_column *c = swept_find(s, name, length);
    char *column;
    if (c || db_column(s->db, name, length, &column, err) != 0)
        return c;
    if (*s->names)
        fail(err, "\"%s\" is not swept in this run: choose one of %s", column, s->names);
    else
        fail(err, "\"%s\" is not swept in this run: no column is, leave it out", column);
    free(column);
    return NULL;
}

bool swept_is_listed(const struct swept *s, const char *list, const struct swept_column *c)
{
    for (const char *at = list; at && *at;) {
        size_t length = strcspn(at, ",");
        if (swept_find(s, at, length) == c)
            return true;
        at += length + (at[length] == ',');
    }
    return false;
}

static bool has_name(char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

/* Adds the columns that split an answer although nobody names them. */
static void add_unnamed(char **names, size_t *n, const struct swept *s, const struct split *q,
                        bool defaults)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct swept_column *c = &s->column[i];
        if ((c->of_question || (defaults && c->of_workload)) && c->values <= SPLIT_VALUES_MOST &&
            !swept_is_listed(s, q->over, c) && !has_name(names, *n, c->name))
            names[(*n)++] = mem_text(c->name);
    }
}

/* Fails unless every column of --over is a parameter of the run and is not in --by too. A parameter
 * with one value has nothing to choose. */
static int check_over(const struct swept *s, const struct split *q, struct err *err)
{
    struct err inner;
    for (const char *at = q->over; at;) {
        size_t length = strcspn(at, ",");
        bool fixed = is_fixed(s, at, length);
        const struct swept_column *c = fixed ? NULL : swept_named(s, at, length, &inner);
        if (!c && !fixed)
            return fail_as(err, &inner, "--over");
        if (c && path_is_of_prices(c->name))
            return fail(err, "--over: \"%s\" is a price, which no design chooses: leave it out",
                        c->name);
        if (c && q->by && swept_is_listed(s, q->by + (*q->by == '+'), c))
            return fail(err, "--over: \"%s\" is in --by too: keep one", c->name);
        at = at[length] ? at + length + 1 : NULL;
    }
    return 0;
}

static int add_named(char **names, size_t *n, const struct swept *s, const char *by, bool more,
                     struct err *err)
{
    for (const char *at = by; *at; at += *at == ',') {
        size_t length = strcspn(at, ",");
        struct err inner;
        const struct swept_column *c = swept_named(s, at, length, &inner);
        if (!c && (!more || !db_is_column(s->db, at, length)))
            return fail_as(err, &inner, "--by");
        if (c && has_name(names, *n, c->name) && !more)
            return fail(err, "--by: \"%s\" is given twice: keep one", c->name);
        if (c && !has_name(names, *n, c->name))
            names[(*n)++] = mem_text(c->name);
        at += length;
        if (!*at)
            break;
    }
    return 0;
}

char **split_columns(const struct swept *s, const struct split *q, size_t *n, struct err *err)
{
    char **names = mem_alloc(s->n + 1, sizeof *names);
    bool more = !q->by || *q->by == '+';
    *n = 0;
    if (more)
        add_unnamed(names, n, s, q, q->all);
    if (check_over(s, q, err) != 0 ||
        add_named(names, n, s, q->by ? q->by + more : "", more, err) != 0) {
        split_free(names, *n);
        *n = 0;
        return NULL;
    }
    add_unnamed(names, n, s, q, false);
    return names;
}

void split_free(char **names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
}
