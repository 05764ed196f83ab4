/* A point of a strategy that numbers the space is found by its number, any other by the columns of
 * its row. Designs are texts of all their values, sorted, so that the two runs are merged. */
#include "reports/compare/compared_points.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/pool_kind.h"
#include "search/space.h"

static const char VALUE[] = "tokens_per_s_per_usd";

/* ---- the axes of a design ---- */

static bool is_of_question(const struct axis *a)
{
    return a->part == PART_MODEL || a->part == PART_WORKLOAD || axis_is_price(a);
}

static void add_axis(struct compared_points *p, const struct axis *a)
{
    size_t i = 0;
    while (i < p->axes && strcmp(p->axis[i].path, a->path) != 0)
        i++;
    if (i < p->axes || p->axes == KEY_MOST)
        return;
    struct key_axis *k = &p->axis[p->axes++];
    *k = (struct key_axis){.is_part = a->is_part,
                           .part = a->part,
                           .parameter = a->parameter,
                           .of_question = is_of_question(a)};
    memcpy(k->path, a->path, sizeof k->path);
}

static void find_axes(struct compared_points *p, const struct compared_run *r)
{
    for (size_t i = 0; i < compared_scenarios(r); i++) {
        const struct study *s = compared_scenario(r, i);
        for (size_t k = 0; k < s->axes; k++)
            add_axis(p, &s->axis[k]);
    }
}

/* ---- one design ---- */

/* The value of an axis at the cursor; its text is borrowed. */
static struct cell value_at(const struct cursor *c, const struct key_axis *k)
{
    const char *word;
    if (k->is_part)
        return (struct cell){.kind = CELL_TEXT, .text = (char *)design_name(&c->design, k->part)};
    double value = k->part == PART_PRICES ? field_get(k->parameter.field, &cursor_prices(c)->middle)
                                          : design_get(&c->design, &k->parameter);
    word = field_word(k->parameter.field, value);
    return word ? (struct cell){.kind = CELL_TEXT, .text = (char *)word}
                : (struct cell){.kind = CELL_NUMBER, .number = value};
}

static void extend(char **text, const struct cell *c)
{
    char *longer = c->kind == CELL_TEXT ? mem_print("%s%s\x1f", *text, c->text)
                                        : mem_print("%s%a\x1f", *text, c->number);
    free(*text);
    *text = longer;
}

/* Adds the pools of which an axis varies something: " + FFN pool of h200". */
static void add_pools(char **text, const struct compared_points *p, const struct design *d)
{
    size_t n;
    const struct pool_kind *kind = pool_kinds(&n);
    for (size_t i = 0; i < n; i++) {
        bool varies = false;
        for (size_t k = 0; k < p->axes; k++)
            varies = varies || pool_of(p->axis[k].path) == &kind[i];
        if (!varies || !design_has(d, kind[i].part))
            continue;
        char *longer =
            mem_print("%s + %s of %s", *text, kind[i].noun, design_name(d, kind[i].part));
        free(*text);
        *text = longer;
    }
}

/* Does the axis say nothing of this design that its text still lacks? */
static bool is_left_out(const struct key_axis *k, const struct design *d)
{
    const struct pool_kind *pool = pool_of(k->path);
    return k->of_question || k->is_part ||
           (k->part == PART_ENGINE && !engine_is_there(&d->engine)) ||
           (pool && !design_has(d, pool->part));
}

/* The chip, the engine and the pools if they are there, and what else the axes of the design vary.
 */
static char *design_text(const struct compared_points *p, const struct cursor *c)
{
    const struct design *d = &c->design;
    bool engine = engine_is_there(&d->engine);
    char *text =
        mem_print("%s%s%s", d->chip_name, engine ? " + " : "", engine ? d->engine_name : "");
    add_pools(&text, p, d);
    for (size_t i = 0; i < p->axes; i++) {
        const struct key_axis *k = &p->axis[i];
        char buffer[48];
        if (is_left_out(k, d))
            continue;
        struct cell value = value_at(c, k);
        const char *unit = k->parameter.field->unit;
        const char *shown = value.kind == CELL_TEXT
                                ? value.text
                                : quantity_text(value.number, strcmp(unit, "1") ? unit : "", 4,
                                                buffer, sizeof buffer);
        char *longer = mem_print("%s, %s %s", text, k->path, shown);
        free(text);
        text = longer;
    }
    return text;
}

/* ---- reading ---- */

struct reader {
    struct compared_points *p;
    const struct compared_run *run;
    int side;
    struct cursor cursor;
    const char *damage; /* a row that no study explains */
};

static size_t verdict_of(struct compared_points *p, const char *text)
{
    size_t i = 0;
    while (i < p->verdicts && strcmp(p->verdict[i], text) != 0)
        i++;
    if (i == p->verdicts && i < VERDICTS)
        p->verdict[p->verdicts++] = mem_text(text);
    return i < VERDICTS ? i : 0;
}

/* Moves the cursor to the design of a row. */
static bool seek(struct reader *r, const struct study *s, double point, const struct table *row)
{
    double index = point - (double)s->first;
    bool ranked = s->strategy->ranks && index >= 0 && index < (double)s->size;
    cursor_seek(&r->cursor, s, ranked ? (uint64_t)index : 0);
    for (size_t i = 0; i < s->axes && !ranked; i++) {
        char *column = mem_text(s->axis[i].path);
        for (char *c = column; *c; c++)
            *c = *c == '.' ? '_' : *c;
        const struct cell *cell = table_get(row, 0, column);
        bool taken = cell->kind == CELL_NULL || cursor_take(&r->cursor, &s->axis[i], cell) ||
                     s->axis[i].part == PART_PLAN;
        free(column);
        if (!taken)
            return false;
    }
    return true;
}

static size_t group_of(struct compared_points *p, const struct cursor *c, const char *scenario)
{
    struct cell cell[KEY_MOST + 1];
    char *key = mem_text("");
    size_t n = 0, i;
    if (p->by_scenario)
        cell[n++] = (struct cell){.kind = CELL_TEXT, .text = (char *)scenario};
    for (size_t k = 0; k < p->axes; k++)
        if (p->axis[k].of_question)
            cell[n++] = value_at(c, &p->axis[k]);
    for (size_t k = 0; k < n; k++)
        extend(&key, &cell[k]);
    i = text_index_number(&p->keys, key);
    free(key);
    if (i < p->groups)
        return i;
    if (p->groups == p->groups_room)
        p->group = mem_grow(p->group, p->groups_room = 2 * p->groups_room + 8, sizeof *p->group);
    struct compared_group *g = &p->group[p->groups++];
    *g = (struct compared_group){mem_alloc(n + 1, sizeof *g->cell)};
    for (size_t k = 0; k < n; k++)
        g->cell[k] = cell_copy(&cell[k]);
    return i;
}

static int add_row(void *ctx, const struct table *row)
{
    struct reader *r = ctx;
    struct compared_points *p = r->p;
    const char *scenario = table_text_at(row, 0, "scenario");
    double point = table_number_at(row, 0, "point");
    const struct study *s =
        r->run->alone ? r->run->study : compared_scenario_named(r->run, scenario);
    if (!s || !seek(r, s, point, row)) {
        r->damage = "a row is no design of the study: is the store damaged?";
        return 1;
    }
    if (p->run[r->side].n == p->run[r->side].room)
        p->run[r->side].point =
            mem_grow(p->run[r->side].point, p->run[r->side].room = 2 * p->run[r->side].room + 64,
                     sizeof *p->run[r->side].point);
    struct compared_point *x = &p->run[r->side].point[p->run[r->side].n++];
    *x = (struct compared_point){.point = point,
                                 .key = mem_text(""),
                                 .group = group_of(p, &r->cursor, scenario),
                                 .verdict = verdict_of(p, table_text_at(row, 0, "verdict")),
                                 .design = design_text(p, &r->cursor),
                                 .value = table_number_at(row, 0, VALUE),
                                 .at = mem_alloc(p->objectives + 1, sizeof *x->at)};
    if (p->by_scenario)
        extend(&x->key, &(struct cell){.kind = CELL_TEXT, .text = (char *)scenario});
    for (size_t k = 0; k < p->axes; k++) {
        const struct cell value = value_at(&r->cursor, &p->axis[k]);
        extend(&x->key, &value);
    }
    for (size_t k = 0; k < p->objectives; k++)
        x->at[k] = -p->objective[k].sense * table_number_at(row, 0, p->objective[k].metric->name);
    return 0;
}

static void select_column(char **list, struct db *db, const char *path)
{
    if (!db_is_column(db, path, strlen(path)))
        return;
    char *column = mem_text(path);
    for (char *c = column; *c; c++)
        *c = *c == '.' ? '_' : *c;
    char *longer = mem_print("%s, \"%s\"", *list, column);
    free(column);
    free(*list);
    *list = longer;
}

/* The columns that a reader needs. Caller frees. */
static char *columns_of(const struct compared_points *p, const struct compared_run *run)
{
    char *list = mem_text("point, verdict");
    select_column(&list, run->db, "scenario");
    select_column(&list, run->db, VALUE);
    for (size_t k = 0; k < p->objectives; k++)
        if (strcmp(p->objective[k].metric->name, VALUE) != 0)
            select_column(&list, run->db, p->objective[k].metric->name);
    for (size_t k = 0; k < p->axes; k++)
        select_column(&list, run->db, p->axis[k].path);
    return list;
}

static int read_run(struct compared_points *p, const struct compared_run *run, int side,
                    struct err *err)
{
    struct reader *r = mem_alloc(1, sizeof *r);
    char id[32];
    *r = (struct reader){.p = p, .run = run, .side = side};
    const char *texts[] = {number_text((double)run->run->id, id, sizeof id)};
    char *columns = columns_of(p, run);
    char *sql = mem_print("SELECT %s FROM point WHERE run = CAST(?1 AS INT) ORDER BY id", columns);
    int rc = db_each(run->db, sql, texts, 1, add_row, r, err);
    free(columns);
    free(sql);
    if (rc > 0)
        rc = fail_io(err, "run %s: %s", run->run->name, r->damage);
    cursor_free(&r->cursor);
    free(r);
    return rc;
}

/* ---- designs of both runs ---- */

static int by_key(const void *a, const void *b)
{
    const struct design_place *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static void sort_run(struct compared_points *p, int side)
{
    size_t n = p->run[side].n;
    p->run[side].by_key = mem_alloc(n + 1, sizeof *p->run[side].by_key);
    for (size_t i = 0; i < n; i++)
        p->run[side].by_key[i] = (struct design_place){p->run[side].point[i].key, i};
    qsort(p->run[side].by_key, n, sizeof *p->run[side].by_key, by_key);
}

static const struct compared_point *sorted_at(const struct compared_points *p, int side, size_t i)
{
    return &p->run[side].point[p->run[side].by_key[i].at];
}

static void find_common(struct compared_points *p)
{
    size_t a = 0, b = 0;
    p->common = mem_alloc(p->run[FIRST].n + 1, sizeof *p->common);
    while (a < p->run[FIRST].n && b < p->run[SECOND].n) {
        int order = strcmp(sorted_at(p, FIRST, a)->key, sorted_at(p, SECOND, b)->key);
        if (order == 0)
            p->common[p->commons++] =
                (struct common_design){{p->run[FIRST].by_key[a].at, p->run[SECOND].by_key[b].at}};
        a += order <= 0;
        b += order >= 0;
    }
}

const struct compared_point *find_design(const struct compared_points *p, int run, const char *key)
{
    size_t low = 0, high = p->run[run].n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(sorted_at(p, run, middle)->key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < p->run[run].n && !strcmp(sorted_at(p, run, low)->key, key) ? sorted_at(p, run, low)
                                                                            : NULL;
}

int compared_points_read(struct compared_points **out, const struct compared_run run[RUNS],
                         const struct compare_question *q, struct err *err)
{
    struct compared_points *p = mem_alloc(1, sizeof *p);
    p->objective = q->objective;
    p->objectives = q->objectives;
    p->by_scenario = !compares_scenarios(run) &&
                     compared_scenarios(&run[FIRST]) + compared_scenarios(&run[SECOND]) > RUNS;
    for (int side = 0; side < RUNS; side++)
        find_axes(p, &run[side]);
    for (int side = 0; side < RUNS; side++) {
        if (read_run(p, &run[side], side, err) != 0) {
            compared_points_free(p);
            return -1;
        }
        sort_run(p, side);
    }
    find_common(p);
    *out = p;
    return 0;
}

void compared_points_free(struct compared_points *p)
{
    if (!p)
        return;
    size_t cells = p->by_scenario;
    for (size_t k = 0; k < p->axes; k++)
        cells += p->axis[k].of_question;
    for (int side = 0; side < RUNS; side++) {
        for (size_t i = 0; i < p->run[side].n; i++) {
            free(p->run[side].point[i].key);
            free(p->run[side].point[i].design);
            free(p->run[side].point[i].at);
        }
        free(p->run[side].point);
        free(p->run[side].by_key);
    }
    for (size_t i = 0; i < p->groups; i++) {
        for (size_t k = 0; k < cells; k++)
            if (p->group[i].cell[k].kind == CELL_TEXT)
                free(p->group[i].cell[k].text);
        free(p->group[i].cell);
    }
    for (size_t i = 0; i < p->verdicts; i++)
        free(p->verdict[i]);
    free(p->group);
    text_index_free(&p->keys);
    free(p->common);
    free(p);
}

bool point_is_feasible(const struct compared_points *p, const struct compared_point *x)
{
    return !strcmp(p->verdict[x->verdict], verdict_kinds[VERDICT_OK].name);
}

/* ---- tables ---- */

void group_table_begin(struct table *out, const struct compared_points *p, const char *const *after,
                       size_t n)
{
    const char **header = mem_alloc(1 + p->axes + n, sizeof *header);
    char **column = mem_alloc(p->axes + 1, sizeof *column);
    size_t columns = 0, k = 0;
    if (p->by_scenario)
        header[columns++] = "scenario";
    for (size_t i = 0; i < p->axes; i++) {
        if (!p->axis[i].of_question)
            continue;
        column[k] = mem_text(p->axis[i].path);
        for (char *c = column[k]; *c; c++)
            *c = *c == '.' ? '_' : *c;
        header[columns++] = column[k++];
    }
    for (size_t i = 0; i < n; i++)
        header[columns++] = after[i];
    table_begin(out, header, columns);
    while (k > 0)
        free(column[--k]);
    free(column);
    free(header);
}

void group_table_add(struct table *out, const struct compared_points *p, size_t group)
{
    size_t k = 0;
    if (p->by_scenario)
        table_cell(out, &p->group[group].cell[k++]);
    for (size_t i = 0; i < p->axes; i++)
        if (p->axis[i].of_question)
            table_cell(out, &p->group[group].cell[k++]);
}
