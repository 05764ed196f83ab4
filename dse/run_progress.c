#include "dse/run_progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/archive.h"
#include "base/mem.h"
#include "db/read_columns.h"
#include "search/strategies/front_progress.h"

enum { VERDICT, SCENARIO, METRICS }; /* the columns that are read; the objectives' follow */

/* Adds a metric to the columns that are read, once. Returns its place. */
static size_t add_column(struct db_columns_read *read, const char *name)
{
    for (size_t i = METRICS; i < read->n; i++)
        if (!strcmp(read->column[i].name, name))
            return i;
    read->column[read->n] = (struct db_values){.name = name};
    return read->n++;
}

static int set_objectives(struct scenario_progress *s, const char *study, struct err *err)
{
    static const char *const otherwise[] = {"+tokens_per_s", "-system_cost_usd"};
    if (study_objectives(s->objective, &s->objectives, study, s->name, err) != 0)
        return -1;
    if (s->objectives)
        return 0;
    for (size_t i = 0; i < LEN(otherwise); i++)
        if (objective_parse(&s->objective[s->objectives++], otherwise[i], err) != 0)
            return -1;
    return 0;
}

/* A scenario while its points are counted. */
struct tally {
    struct archive *front;
    struct front_progress volume;
    size_t column[RULES_MOST];
};

static void count_point(struct scenario_progress *s, struct tally *t,
                        const struct db_columns_read *read, size_t row)
{
    double at[RULES_MOST];
    for (size_t k = 0; k < s->objectives; k++) {
        double value = read->column[t->column[k]].number[row], sense = s->objective[k].sense;
        at[k] = -sense * value;
        if (!(s->best[k] * sense >= value * sense)) /* also if best is NAN */
            s->best[k] = value;
    }
    s->feasible++;
    front_progress_add(&t->volume, at);
    archive_offer(t->front, at, row);
}

static void finish(struct scenario_progress *s, struct tally *t)
{
    double share = NAN;
    s->front = archive_count(t->front);
    if (s->objectives > 1 && s->front && s->front <= FRONT_MEASURED_MOST)
        front_progress_volume(&t->volume, t->front, &share);
    s->hypervolume = share;
    archive_free(t->front);
}

/* A scenario that began after the names were read is left out until the next time. */
static struct scenario_progress *scenario_of(struct run_progress *p, const struct cell *name)
{
    for (size_t i = 0; i < p->n; i++)
        if (name->kind == CELL_TEXT && !strcmp(p->scenario[i].name, name->text))
            return &p->scenario[i];
    return NULL;
}

static void count_points(struct run_progress *p, struct tally *tally,
                         const struct db_columns_read *read)
{
    const struct db_values *verdict = &read->column[VERDICT], *scenario = &read->column[SCENARIO];
    for (size_t row = 0; row < read->rows; row++) {
        struct scenario_progress *s = scenario_of(p, &scenario->cell[db_code(scenario, row)]);
        const struct cell *v = &verdict->cell[db_code(verdict, row)];
        if (!s)
            continue;
        s->points++;
        if (v->kind == CELL_TEXT && !strcmp(v->text, "ok"))
            count_point(s, &tally[s - p->scenario], read, row);
    }
}

/* The scenarios that have points, in the order of the store. */
static int begin_scenarios(struct run_progress *p, struct db *db, struct err *err)
{
    struct db_values *column = mem_alloc(1, sizeof *column);
    struct db_columns_read read = {.n = 1, .column = column};
    *column = (struct db_values){.name = "scenario", .coded = true};
    int rc = db_read_columns(db, &p->run, &read, err);
    size_t n = rc == 0 && read.rows ? column->cells : 0;
    p->scenario = mem_alloc(n + 1, sizeof *p->scenario);
    for (size_t i = 0; i < n && rc == 0; i++) {
        struct scenario_progress *s = &p->scenario[p->n++];
        s->name = mem_text(column->cell[i].kind == CELL_TEXT ? column->cell[i].text : "");
        rc = set_objectives(s, p->run.spec, err);
        for (size_t k = 0; k < RULES_MOST; k++)
            s->best[k] = NAN;
    }
    db_columns_read_free(&read);
    return rc;
}

static int read_points(struct run_progress *p, struct db *db, struct err *err)
{
    if (begin_scenarios(p, db, err) != 0)
        return -1;
    struct db_values *column = mem_alloc(METRICS + p->n * RULES_MOST, sizeof *column);
    struct db_columns_read read = {.n = METRICS, .column = column};
    struct tally *tally = mem_alloc(p->n + 1, sizeof *tally);
    column[VERDICT] = (struct db_values){.name = "verdict", .coded = true};
    column[SCENARIO] = (struct db_values){.name = "scenario", .coded = true};
    for (size_t i = 0; i < p->n; i++) {
        struct scenario_progress *s = &p->scenario[i];
        for (size_t k = 0; k < s->objectives; k++)
            tally[i].column[k] = add_column(&read, s->objective[k].metric->name);
        tally[i].front = archive_new(s->objectives);
        tally[i].volume.dim = s->objectives <= PARETO_MOST ? s->objectives : 0;
    }
    int rc = p->n ? db_read_columns(db, &p->run, &read, err) : 0;
    if (p->n && rc == 0)
        count_points(p, tally, &read);
    for (size_t i = 0; i < p->n; i++)
        finish(&p->scenario[i], &tally[i]);
    db_columns_read_free(&read);
    free(tally);
    return rc;
}

int run_progress_read(struct run_progress *out, const char *path, const char *name, struct err *err)
{
    struct db *db;
    *out = (struct run_progress){0};
    if (db_open(&db, path, DB_READ, err) != 0)
        return -1;
    int rc = db_run_find(db, name, &out->run, err);
    if (rc == 0)
        rc = read_points(out, db, err);
    db_close(db);
    if (rc != 0)
        run_progress_free(out);
    return rc;
}

void run_progress_free(struct run_progress *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->scenario[i].name);
    free(p->scenario);
    db_run_free(&p->run);
    *p = (struct run_progress){0};
}
