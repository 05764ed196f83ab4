#include "reports/payoff/points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arch/metrics.h"
#include "base/hash.h"
#include "base/mem.h"

/* A column that says which point it is, or only what others say. */
static bool is_key(const char *name)
{
    return !strcmp(name, "id") || !strcmp(name, "run") || !strcmp(name, "point") ||
           !strcmp(name, "reasons");
}

/* The metrics that groups need. */
static const char *const needed[] = {"point",          "verdict",         "engine_speedup",
                                     "tokens_per_s",   "system_cost_usd", "power_w",
                                     "die_area_mm2",   "engine_area_mm2", "tokens_per_s_per_device",
                                     "engine_devices", "system_area_mm2", "batch"};

/* Of them, those that not every store has. */
static bool is_optional(const char *name)
{
    return !strcmp(name, "engine_devices") || !strcmp(name, "system_area_mm2") ||
           !strcmp(name, "batch");
}

static void add_column(struct points *p, const char *name, bool coded)
{
    struct db_columns_read *r = &p->read;
    r->column = mem_grow(r->column, r->n + 1, sizeof *r->column);
    r->column[r->n++] = (struct db_values){.name = name, .coded = coded};
}

static void add_parameter(struct points *p, const char *name, const struct cell *unit)
{
    size_t n = p->parameters + 1;
    p->name = mem_grow(p->name, n, sizeof *p->name);
    p->unit = mem_grow(p->unit, n, sizeof *p->unit);
    p->name[p->parameters] = mem_text(name);
    p->unit[p->parameters] = mem_text(unit && unit->kind == CELL_TEXT ? unit->text : "");
    add_column(p, p->name[p->parameters], true);
    p->parameters = n;
}

static bool is_known(const struct table *known, const char *name)
{
    for (size_t i = 0; i < known->rows; i++)
        if (!strcmp(table_at(known, i, 0)->text, name))
            return true;
    return false;
}

/* Scenario first, then the parameters as the store lists them. */
static void list_parameters(struct points *p, const struct table *known)
{
    if (is_known(known, "scenario"))
        add_parameter(p, "scenario", NULL);
    for (size_t i = 0; i < known->rows; i++) {
        const char *name = table_at(known, i, 0)->text;
        if (!field_find(metrics_fields, name) && !is_key(name) && strcmp(name, "scenario") != 0)
            add_parameter(p, name, table_at(known, i, 1));
    }
}

static const double *number_of(const struct points *p, const char *name)
{
    for (size_t i = p->parameters; i < p->read.n; i++)
        if (!strcmp(p->read.column[i].name, name))
            return p->read.column[i].number;
    return NULL;
}

static const struct db_values *verdict_of(const struct points *p)
{
    for (size_t i = p->parameters; i < p->read.n; i++)
        if (p->read.column[i].coded)
            return &p->read.column[i];
    return NULL;
}

/* What throughput is divided by. Area includes the silicon of the engine, on the devices that carry
 * it; stores of earlier versions do not say which: then all do. */
static void find_resources(double *out, const struct points *p, enum budget budget)
{
    const double *cost = number_of(p, "system_cost_usd"), *power = number_of(p, "power_w"),
                 *die = number_of(p, "die_area_mm2"), *engine = number_of(p, "engine_area_mm2"),
                 *each = number_of(p, "tokens_per_s_per_device"),
                 *carriers = number_of(p, "engine_devices"),
                 *area = number_of(p, "system_area_mm2"), *rate = p->tokens_per_s;
    for (size_t i = 0; i < p->read.rows; i++)
        out[i] = budget == BUDGET_COST     ? cost[i]
                 : budget == BUDGET_POWER  ? power[i]
                 : budget != BUDGET_AREA   ? 1
                 : area && !isnan(area[i]) ? area[i]
                 : !die || !each           ? NAN
                 : carriers                ? die[i] * rate[i] / each[i] + engine[i] * carriers[i]
                                           : (die[i] + engine[i]) * rate[i] / each[i];
}

static void fill_metrics(struct points *p, enum budget budget)
{
    size_t rows = p->read.rows;
    const struct db_values *verdict = verdict_of(p);
    p->point = number_of(p, "point");
    p->tokens_per_s = number_of(p, "tokens_per_s");
    p->batch = number_of(p, "batch");
    p->value = mem_alloc(rows + 1, sizeof *p->value);
    p->has_subject = mem_alloc(rows + 1, sizeof *p->has_subject);
    p->feasible = mem_alloc(rows + 1, sizeof *p->feasible);
    find_resources(p->value, p, budget);
    for (size_t i = 0; i < rows; i++) {
        const struct cell *c = &verdict->cell[db_code(verdict, i)];
        double used = p->value[i];
        p->feasible[i] = c->kind == CELL_TEXT && !strcmp(c->text, "ok");
        p->value[i] = p->feasible[i] && used != 0 ? p->tokens_per_s[i] / used : NAN;
    }
}

void points_find_subject(const struct points *p, const struct payoff_subject *subject)
{
    const struct payoff_subject *of = subject_or_engine(subject);
    const double *metric = of->metric ? number_of(p, of->metric) : NULL;
    const struct db_values *name = points_column(p, of->column);
    for (size_t i = 0; i < p->read.rows; i++) {
        const struct cell *c = name ? &name->cell[db_code(name, i)] : NULL;
        p->has_subject[i] = of->metric ? metric && !isnan(metric[i])
                                       : c && c->kind == CELL_TEXT && strcmp(c->text, "none") != 0;
    }
}

int points_read(struct points *out, struct db *db, const struct db_run *run, bool metrics,
                enum budget budget, struct err *err)
{
    struct table known;
    *out = (struct points){0};
    if (db_columns(db, &known, err) != 0)
        return -1;
    list_parameters(out, &known);
    for (size_t i = 0; i < LEN(needed) && metrics; i++)
        if (!is_optional(needed[i]) || is_known(&known, needed[i]))
            add_column(out, needed[i], !strcmp(needed[i], "verdict"));
    table_free(&known);
    int rc = db_read_columns(db, run, &out->read, err);
    if (rc == 0 && metrics)
        fill_metrics(out, budget);
    if (rc != 0)
        points_free(out);
    return rc;
}

void points_free(struct points *p)
{
    db_columns_read_free(&p->read);
    for (size_t i = 0; i < p->parameters; i++) {
        free(p->name[i]);
        free(p->unit[i]);
    }
    free(p->name);
    free(p->unit);
    free(p->value);
    free(p->has_subject);
    free(p->feasible);
    *p = (struct points){0};
}

const struct db_values *points_column(const struct points *p, const char *name)
{
    for (size_t i = 0; i < p->parameters; i++)
        if (!strcmp(p->name[i], name))
            return &p->read.column[i];
    return NULL;
}

/* ---- numbers of equal points ---- */

/* A hash from pairs of numbers to a number, of open addressing. */
struct pairs {
    size_t slots, n;
    struct pair {
        uint64_t key;
        uint32_t number; /* from 1 */
    } * slot;
};

static void grow_pairs(struct pairs *p)
{
    struct pairs more = {.slots = p->slots ? 4 * p->slots : 64};
    more.slot = mem_alloc(more.slots, sizeof *more.slot);
    for (size_t i = 0; i < p->slots; i++) {
        if (!p->slot[i].number)
            continue;
        size_t at = hash_bytes(HASH_EMPTY, &p->slot[i].key, sizeof p->slot[i].key);
        for (at &= more.slots - 1; more.slot[at].number;)
            at = (at + 1) & (more.slots - 1);
        more.slot[at] = p->slot[i];
    }
    more.n = p->n;
    free(p->slot);
    *p = more;
}

/* The number of a key, the next one if it is new. */
static uint32_t number_of_pair(struct pairs *p, uint64_t key)
{
    if (2 * p->n >= p->slots)
        grow_pairs(p);
    size_t at = hash_bytes(HASH_EMPTY, &key, sizeof key) & (p->slots - 1);
    while (p->slot[at].number && p->slot[at].key != key)
        at = (at + 1) & (p->slots - 1);
    if (!p->slot[at].number)
        p->slot[at] = (struct pair){key, (uint32_t)++p->n};
    return p->slot[at].number - 1;
}

size_t points_number(uint32_t *of, const struct points *p, const struct db_values *const column[],
                     size_t n)
{
    size_t numbers = 1;
    memset(of, 0, p->read.rows * sizeof *of);
    for (size_t k = 0; k < n; k++) {
        struct pairs pairs = {0};
        uint64_t last = 0;
        uint32_t number = 0;
        if (!column[k]->code)
            continue;
        for (size_t i = 0; i < p->read.rows; i++) {
            uint64_t key = (uint64_t)of[i] << 32 | column[k]->code[i];
            if (i == 0 || key != last)
                number = number_of_pair(&pairs, key);
            last = key;
            of[i] = number;
        }
        numbers = pairs.n;
        free(pairs.slot);
    }
    return numbers;
}

bool points_find_row(size_t *row, const struct points *p, double point)
{
    size_t low = 0, high = p->read.rows;
    double ahead = high > 0 ? point - p->point[0] : -1;
    if (ahead >= 0 && ahead < (double)high &&
        p->point[(size_t)ahead] == point) { /* none is left out */
        *row = (size_t)ahead;
        return true;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->point[middle] < point)
            low = middle + 1;
        else
            high = middle;
    }
    *row = low;
    return low < p->read.rows && p->point[low] == point;
}

size_t points_row(const struct points *p, double point)
{
    size_t row;
    if (!points_find_row(&row, p, point)) /* not in order */
        for (row = 0; p->point[row] != point;)
            row++;
    return row;
}

bool points_before(const struct points *p, const double *value, size_t a, size_t b)
{
    bool known_a = !isnan(value[a]), known_b = !isnan(value[b]);
    return known_a != known_b                ? known_a
           : known_a && value[a] != value[b] ? value[a] > value[b]
                                             : p->point[a] < p->point[b];
}
