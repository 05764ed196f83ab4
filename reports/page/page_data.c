#include "reports/page/page_data.h"

#include <stdlib.h>
#include <string.h>

#include "arch/timing.h"
#include "base/mem.h"
#include "reports/page/model_error.h"
#include "reports/page/page_parameters.h"
#include "reports/page/page_settings.h"
#include "reports/page/page_sources.h"
#include "reports/payoff/payoff_flips.h"
#include "reports/payoff/payoff_sentence.h"
#include "reports/payoff/payoff_table.h"
#include "reports/run_gap.h"
#include "reports/write.h"

/* ---- what is read ---- */

static const struct {
    const char *metric;
    int sense;
} default_objective[] = {{"tokens_per_s", +1}, {"system_cost_usd", -1}};

static void find_objectives(struct page_data *d)
{
    struct err ignored;
    if (study_objectives(d->objective, &d->objectives, d->q->run->spec, "base", &ignored) == 0 &&
        d->objectives > 0)
        return;
    d->objectives = LEN(default_objective);
    for (size_t i = 0; i < d->objectives; i++)
        d->objective[i] = (struct objective){
            field_find(metrics_fields, default_objective[i].metric), default_objective[i].sense};
}

/* Winners, controls and twins, in the order of the groups. */
static void add_winners(struct point_list *out, const struct payoff *p)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct payoff_group *g = &p->group[i];
        if (g->verdict == NO_ANSWER)
            continue;
        point_list_add(out, g->with_point);
        point_list_add(out, g->without_point);
        point_list_add(out, g->twin_point);
    }
}

static int read_verdicts(struct page_data *d, struct err *err)
{
    char id[32];
    snprintf(id, sizeof id, "%lld", (long long)d->q->run->id);
    const char *texts[] = {id};
    return db_select(
        d->q->db,
        "SELECT verdict, count(*) AS points FROM point WHERE run = ?1 GROUP BY verdict "
        "ORDER BY points DESC, verdict",
        texts, 1, &d->verdicts, err);
}

int page_data_make(struct page_data *out, const struct page_data_question *q, struct err *err)
{
    struct point_list winners = {0}, wanted = {0};
    *out = (struct page_data){.q = q};
    find_objectives(out);
    for (size_t i = 0; i < q->answers; i++) {
        add_winners(&winners, q->answer[i].best);
        add_winners(&winners, q->answer[i].each);
    }
    for (size_t i = 0; i < winners.n; i++)
        point_list_add(&wanted, winners.point[i]);
    point_list_sort(&wanted);
    const struct page_points_question points = {.study = q->study,
                                                .objective = out->objective,
                                                .objectives = out->objectives,
                                                .over = q->answer[0].best->over,
                                                .wanted = &wanted};
    int rc = page_points_make(&out->points, q->db, q->run, &points, err);
    if (rc == 0 && q->study != NULL)
        rc = page_designs_make(&out->designs,
                               &(struct page_designs_question){q->db, q->run, q->catalogue,
                                                               &winners, &out->points.front},
                               err);
    if (rc == 0)
        rc = page_search_make(&out->search, q->db, q->run, q->study, out->objective, err);
    if (rc == 0)
        rc = read_verdicts(out, err);
    if (rc == 0)
        rc = db_files(q->db, q->run, &out->files, err);
    point_list_free(&winners);
    point_list_free(&wanted);
    if (rc != 0)
        page_data_free(out);
    return rc;
}

void page_data_free(struct page_data *d)
{
    page_points_free(&d->points);
    page_designs_free(&d->designs);
    page_search_free(&d->search);
    table_free(&d->verdicts);
    table_free(&d->files);
}

/* ---- what is written ---- */

static void run_json(const struct page_data *d, FILE *out)
{
    const struct db_run *run = d->q->run;
    fputs("{\"name\": ", out);
    json_text(run->name, out);
    fputs(", \"started\": ", out);
    json_text(run->started, out);
    char *gap = run_lacks_text(run);
    if (gap) {
        fputs(", \"gap\": ", out);
        json_text(gap, out);
    }
    free(gap);
    fprintf(out, ", \"points\": %llu, \"feasible\": %llu, \"seed\": %llu, \"study\": ",
            (unsigned long long)run->done, (unsigned long long)run->feasible,
            (unsigned long long)run->seed);
    json_text(run->spec, out);
    fputs("}", out);
}

static void program_json(const struct page_data *d, FILE *out)
{
    json_text(d->q->run->program, out);
}

/* ---- of one subject ---- */

static void of_json(const struct page_answer *a, FILE *out)
{
    const struct payoff_subject *of = subject_or_engine(a->best->of);
    fputs("{\"path\": ", out);
    json_text(of->path, out);
    fputs(", \"column\": ", out);
    json_text(of->column, out);
    fputs(", \"noun\": ", out);
    json_text(of->noun, out);
    fputs(", \"one\": ", out);
    json_text(of->one, out);
    fputs("}", out);
}

/* "When does an attention engine pay off?" */
static void question_json(const struct page_answer *a, FILE *out)
{
    const struct payoff_subject *of = subject_or_engine(a->best->of);
    char *text = mem_print("When does %s%s pay off?", subject_is_engine(of) ? "an attention " : "",
                           subject_is_engine(of) ? of->noun : of->one);
    json_text(a->each->n > 0 ? text : "Which designs are best?", out);
    free(text);
}

static void answer_json(const struct page_answer *a, FILE *out)
{
    char *text = payoff_sentence(a->best);
    json_text(text, out);
    free(text);
}

static void lines_json(const struct page_answer *a, FILE *out)
{
    char *text;
    fputs("[", out);
    for (size_t i = 0; (text = payoff_line(a->each, i)) != NULL; i++) {
        if (i > 0)
            fputs(", ", out);
        json_text(text, out);
        free(text);
    }
    fputs("]", out);
}

static void objectives_json(const struct page_data *d, FILE *out)
{
    fputs("[", out);
    for (size_t i = 0; i < d->objectives; i++)
        fprintf(out, "%s{\"name\": \"%s\", \"sense\": %d}", i > 0 ? ", " : "",
                d->objective[i].metric->name, d->objective[i].sense);
    fputs("]", out);
}

static void constraints_json(const struct page_data *d, FILE *out)
{
    const struct study *s = d->q->study;
    fputs("[", out);
    for (size_t i = 0; s != NULL && i < s->constraints; i++) {
        if (i > 0)
            fputs(", ", out);
        json_text(s->constraint[i].text, out);
    }
    fputs("]", out);
}

static void columns_json(const struct page_data *d, FILE *out)
{
    page_columns_json(&d->points, out);
}

static void points_json(const struct page_data *d, FILE *out)
{
    page_points_json(&d->points, out);
}

static void front_json(const struct page_data *d, FILE *out)
{
    page_front_json(&d->points, out);
}

static void verdicts_json(const struct page_data *d, FILE *out)
{
    fputs("[", out);
    for (size_t i = 0; i < d->verdicts.rows; i++) {
        const char *name = table_text_at(&d->verdicts, i, "verdict"), *why = NULL;
        for (size_t k = 0; k < VERDICTS; k++)
            if (!strcmp(verdict_kinds[k].name, name))
                why = verdict_kinds[k].why;
        fprintf(out, "%s{\"verdict\": ", i > 0 ? ", " : "");
        json_text(name, out);
        fprintf(out,
                ", \"points\": %.0f, \"reason\": ", table_number_at(&d->verdicts, i, "points"));
        json_text(why != NULL ? why : "", out);
        fputs("}", out);
    }
    fputs("]", out);
}

/* The columns of `dse payoff`, and the stored points of the winners and the twin. */
static void groups_table(const struct payoff *p, struct table *out)
{
    static const char *const more[] = {"with_point", "without_point", "twin_point"};
    struct table t;
    payoff_table(p, &t);
    const char **header = mem_alloc(t.columns + LEN(more), sizeof *header);
    for (size_t i = 0; i < t.columns; i++)
        header[i] = t.header[i];
    for (size_t i = 0; i < LEN(more); i++)
        header[t.columns + i] = more[i];
    table_begin(out, header, t.columns + LEN(more));
    for (size_t row = 0; row < t.rows; row++) {
        const struct payoff_group *g = &p->group[row];
        const double point[LEN(more)] = {g->with_point, g->without_point, g->twin_point};
        for (size_t i = 0; i < t.columns; i++)
            table_cell(out, table_at(&t, row, i));
        for (size_t i = 0; i < LEN(more); i++)
            table_number(out, g->verdict == NO_ANSWER ? NAN : point[i]);
    }
    free(header);
    table_free(&t);
}

static void payoff_json(const struct payoff *p, FILE *out)
{
    struct table t;
    fprintf(out, "{\"budget\": \"%s\", \"by\": [", budget_text[p->budget]);
    for (size_t i = 0; i < p->by_n; i++) {
        if (i > 0)
            fputs(", ", out);
        json_text(p->by[i], out);
    }
    fputs("], \"groups\": ", out);
    groups_table(p, &t);
    table_write(&t, FORMAT_JSON, out);
    table_free(&t);
    fputs("}", out);
}

static void each_json(const struct page_answer *a, FILE *out)
{
    payoff_json(a->each, out);
}

static void best_json(const struct page_answer *a, FILE *out)
{
    payoff_json(a->best, out);
}

static void designs_json(const struct page_data *d, FILE *out)
{
    page_designs_json(&d->designs, out);
}

static void stops_json(const struct page_answer *a, FILE *out)
{
    struct table t;
    payoff_stop_table(a->each, &t);
    table_write(&t, FORMAT_JSON, out);
    table_free(&t);
}

static void swings_json(const struct page_answer *a, FILE *out)
{
    struct table t;
    payoff_swing_table(a->best, SIZE_MAX, &t);
    table_write(&t, FORMAT_JSON, out);
    table_free(&t);
}

static bool has_scenarios(const struct payoff *p)
{
    for (size_t i = 0; i < p->by_n; i++)
        if (!strcmp(p->by[i], "scenario"))
            return true;
    return false;
}

static void flips_json(const struct page_answer *a, FILE *out)
{
    struct flips flips;
    struct table t;
    if (!has_scenarios(a->best)) {
        fputs("null", out);
        return;
    }
    flips_make(&flips, a->best);
    flips_rows_table(&flips, &t);
    table_write(&t, FORMAT_JSON, out);
    table_free(&t);
    flips_free(&flips);
}

static void search_json(const struct page_data *d, FILE *out)
{
    page_search_json(&d->search, out);
}

static void parameters_json(const struct page_data *d, FILE *out)
{
    if (d->q->study != NULL)
        page_parameters_json(d->q->study, d->q->catalogue, out);
    else
        fputs("[]", out);
}

static void settings_json(const struct page_data *d, FILE *out)
{
    if (d->q->study != NULL)
        page_settings_json(d->q->study, d->q->catalogue, out);
    else
        fputs("[]", out);
}

static void prices_json(const struct page_data *d, FILE *out)
{
    if (d->q->study != NULL)
        page_prices_json(d->q->study, page_price_list(&d->files), out);
    else
        fputs("[]", out);
}

static void sources_json(const struct page_data *d, FILE *out)
{
    page_sources_json(&d->files, out);
}

static void error_json(const struct page_data *d, FILE *out)
{
    const struct study *s = d->q->study;
    const struct timing *timing = s != NULL ? timing_of(&s->base.mode) : &timing_ideal;
    char *line;
    fputs("[", out);
    for (size_t i = 0; (line = model_error_line(timing, i)) != NULL; i++) {
        fputs(i > 0 ? ", " : "", out);
        json_text(line, out);
        free(line);
    }
    fputs("]", out);
}

static void strategy_json(const struct page_data *d, FILE *out)
{
    json_text(d->q->study != NULL ? d->q->study->strategy->name : "", out);
}

/* What is said of a subject. */
static const struct {
    const char *key;
    void (*write)(const struct page_answer *a, FILE *out);
} answer_members[] = {
    {"of", of_json},       {"question", question_json}, {"answer", answer_json},
    {"lines", lines_json}, {"payoff", each_json},       {"best", best_json},
    {"stops", stops_json}, {"swings", swings_json},     {"flips", flips_json},
};

static void answer_members_json(const struct page_answer *a, FILE *out)
{
    for (size_t i = 0; i < LEN(answer_members); i++) {
        fprintf(out, "%s\n\"%s\": ", i > 0 ? "," : "", answer_members[i].key);
        answer_members[i].write(a, out);
    }
}

/* The same of the subjects behind the first. */
static void others_json(const struct page_data *d, FILE *out)
{
    fputs("[", out);
    for (size_t i = 1; i < d->q->answers; i++) {
        fputs(i > 1 ? ",{" : "{", out);
        answer_members_json(&d->q->answer[i], out);
        fputs("}", out);
    }
    fputs("]", out);
}

static const struct {
    const char *key;
    void (*write)(const struct page_data *d, FILE *out);
} members[] = {
    {"program", program_json},       {"run", run_json},
    {"objectives", objectives_json}, {"constraints", constraints_json},
    {"columns", columns_json},       {"points", points_json},
    {"front", front_json},           {"verdicts", verdicts_json},
    {"designs", designs_json},       {"search", search_json},
    {"strategy", strategy_json},     {"parameters", parameters_json},
    {"settings", settings_json},     {"prices", prices_json},
    {"sources", sources_json},       {"error", error_json},
    {"others", others_json},         {"model", page_model_json},
};

void page_data_json(const struct page_data *d, FILE *out)
{
    fputs("{", out);
    answer_members_json(&d->q->answer[0], out);
    for (size_t i = 0; i < LEN(members); i++) {
        fprintf(out, ",\n\"%s\": ", members[i].key);
        members[i].write(d, out);
    }
    fputs("\n}", out);
}
