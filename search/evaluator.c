#include "search/evaluator.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "search/space.h"
#include "search/study_check.h"

/* clang-format off */
static const struct field rows[] = {
    { FIELD(evaluator_options, timeout, "s"), .lo = 0, .hi = INFINITY, .init = 600, .doc = "Time for one answer; then the process is ended." },
    { FIELD(evaluator_options, retries, "1"), .lo = 0, .hi = 100, .init = 1, .whole = true, .doc = "How often a point is asked again after a timeout, a crash or an answer that cannot be read." },
    { FIELD(evaluator_options, processes, "1"), .lo = 1, .hi = 1024, .init = 1, .whole = true, .doc = "How many evaluators run at once; the result does not depend on it." },
    { FIELD(evaluator_options, batch, "1"), .lo = 1, .hi = 4096, .init = 8, .whole = true, .doc = "Points asked for before multifidelity learns from the answers." },
    { FIELD(evaluator_options, share, "1"), .lo = 0, .hi = 1, .init = 0.1, .doc = "Share of the space that multifidelity may ask for, if search.budget is not given." },
};
/* clang-format on */
COVERS(rows, evaluator_options);
const struct fields evaluator_fields = {"search.evaluator", rows, LEN(rows),
                                        sizeof(struct evaluator_options)};

static void read_text(char **out, const struct node *n, const char *path, struct faults *found)
{
    struct err err, inner;
    if (node_kind(n) != NODE_SCALAR || !*node_text(n)) {
        node_fail(n, path, &err, "is no text: write ./my-sim");
        node_add_fault(n, found, &err);
    } else if (text_check(node_text(n), "", &inner) != 0) {
        node_fail(n, path, &err, "%s", inner.text);
        node_add_fault(n, found, &err);
    } else {
        free(*out);
        *out = mem_text(node_text(n));
    }
}

static int read_answer(struct evaluator *e, const struct node *n, struct err *err)
{
    static const char path[] = "search.evaluator.answers";
    const char *near = field_nearest(metrics_fields, node_text(n));
    const struct field *f = field_find(metrics_fields, node_text(n));
    if (!f)
        return node_fail(n, path, err,
                         near ? "\"%s\" is not a metric: did you mean \"%s\"?"
                              : "\"%s\" is not a metric: `dse list metrics` lists all",
                         node_text(n), near);
    if (f->only_words)
        return node_fail(n, path, err, "%s is no number: the verdict needs no mention", f->name);
    for (size_t i = 0; i < e->answers; i++)
        if (e->answer[i] == f)
            return node_fail(n, path, err, "%s is given twice: keep one", f->name);
    if (e->answers == ANSWERS_MOST)
        return node_fail(n, path, err, "more than %d: shorten the list", ANSWERS_MOST);
    e->answer[e->answers++] = f;
    return 0;
}

void evaluator_read(struct evaluator *out, const struct node *n, struct faults *found)
{
    static const char *const others[] = {"command", "cache", "answers", NULL};
    struct evaluator_options o;
    struct err err;
    fields_init(evaluator_fields, &o);
    const struct node *command = node_kind(n) == NODE_MAP ? node_find(n, "command") : n;
    const struct node *cache = node_find(n, "cache"), *answers = node_find(n, "answers");
    if (command) {
        read_text(&out->command, command, "search.evaluator", found);
    } else {
        node_fail(n, "search.evaluator", &err, "command is missing: write {command: ./my-sim}");
        node_add_fault(n, found, &err);
    }
    if (node_kind(n) == NODE_MAP)
        node_bind_all(n, evaluator_fields, others, &o, found);
    if (cache)
        read_text(&out->cache, cache, "search.evaluator.cache", found);
    for (size_t i = 0; answers && i < (node_kind(answers) == NODE_LIST ? node_count(answers) : 1);
         i++)
        if (read_answer(out, list_item(answers, i), &err) != 0)
            node_add_fault(list_item(answers, i), found, &err);
    node_fail(n, "search.evaluator", &err, "%s", "");
    free(out->place);
    out->place = mem_text(err.text);
    out->timeout_s = o.timeout;
    out->retries = o.retries;
    out->processes = o.processes;
    out->batch = o.batch;
    out->share = o.share;
}

void evaluator_free(struct evaluator *e)
{
    free(e->command);
    free(e->cache);
    free(e->place);
    free(e->label);
    *e = (struct evaluator){0};
}

/* Without a list, an evaluator answers all objectives. */
static void name_answers(struct study *s)
{
    struct evaluator *e = &s->evaluator;
    for (size_t i = 0; i < s->objectives && !e->answers; i++)
        e->answer[i] = s->objective[i].metric;
    if (!e->answers)
        e->answers = s->objectives;
    char *label = mem_print("%s:", e->command);
    for (size_t i = 0; i < e->answers; i++) {
        char *longer = mem_print("%s%s %s", label, i ? "," : "", e->answer[i]->name);
        free(label);
        label = longer;
    }
    free(e->label);
    e->label = label;
}

int evaluator_check(struct reading *r, struct err *err)
{
    struct study *s = r->s;
    struct metric_scope scope;
    struct err inner;
    const struct node *search = node_find(r->root, "search");
    const struct node *at = search ? node_find(search, "evaluator") : NULL;
    const struct node *strategy = search ? node_find(search, "strategy") : NULL;
    if (!s->evaluator.command && s->strategy == &strategy_multifidelity)
        return node_fail(strategy, "search.strategy", err,
                         "multifidelity needs two models: write evaluator: ./my-sim, or choose "
                         "another strategy, like local");
    if (!s->evaluator.command)
        return 0;
    if (s->strategy == &strategy_exact)
        return node_fail(strategy, "search.strategy", err,
                         "exact has no bounds of an evaluator: choose multifidelity or grid");
    name_answers(s);
    if (s->evaluator.answers == 0)
        return node_fail(at, "search.evaluator", err,
                         "no metric to ask for: write answers: [tokens_per_s]");
    study_scope(s, &scope);
    for (size_t i = 0; i < s->evaluator.answers; i++)
        if (!metric_exists(s->evaluator.answer[i], &scope, &inner))
            return node_fail(at, "search.evaluator.answers", err, "%s", inner.text);
    return 0;
}

char *evaluator_of_text(const char *study)
{
    struct conf *conf;
    struct err ignored;
    char *command = NULL;
    if (conf_parse(&conf, "the stored study", study, &ignored) != 0)
        return NULL;
    const struct node *search = node_find(conf_root(conf), "search");
    const struct node *n = search ? node_find(search, "evaluator") : NULL;
    if (n && node_kind(n) == NODE_MAP)
        n = node_find(n, "command");
    if (n)
        command = mem_text(node_text(n));
    conf_close(conf);
    return command;
}

/* ---- rows ---- */

static size_t index_of(const struct columns *columns, const char *name)
{
    size_t i = 0;
    while (strcmp(columns->column[i].name, name) != 0)
        i++;
    return i;
}

/* Does an objective or a constraint need the metric? */
static bool is_needed(const struct study *s, size_t offset)
{
    bool is = false;
    for (size_t i = 0; i < s->objectives; i++)
        is = is || s->objective[i].metric->offset == offset;
    for (size_t i = 0; i < s->constraints; i++)
        is = is || (s->constraint[i].metric && s->constraint[i].metric->offset == offset);
    return is;
}

static const double *answer_of(const struct study *s, const struct evaluator_answer *a,
                               size_t offset)
{
    for (size_t i = 0; i < s->evaluator.answers; i++)
        if (s->evaluator.answer[i]->offset == offset)
            return &a->metric[i];
    return NULL;
}

static void put_metrics(const struct study *s, const struct columns *columns,
                        const struct evaluator_answer *a, double *row)
{
    for (size_t k = 0; k < columns->n; k++) {
        const struct column *c = &columns->column[k];
        if (c->of != OF_METRIC || c->at == offsetof(struct metrics, verdict))
            continue;
        const double *value = answer_of(s, a, c->at);
        if (value)
            row[k] = a->failed ? NAN : *value;
        else if (!is_needed(s, c->at))
            row[k] = NAN;
    }
}

/* A verdict on the point as a whole moves the limits of the model. */
static void put_verdict(const struct study *s, enum verdict v, double *excess)
{
    double *package = &excess[study_package_limit(s)];
    if (v == VERDICT_OK) {
        excess[0] = fmin(excess[0], 0);
        *package = fmin(*package, 0);
    } else if (!(excess[0] > 0) && !(v == VERDICT_PACKAGE && *package > 0)) {
        excess[0] = INFINITY;
    }
}

void evaluator_put(const struct study *s, const struct columns *columns,
                   const struct evaluator_answer *a, double *row)
{
    double *verdict = &row[index_of(columns, "verdict")];
    double *reasons = &row[index_of(columns, "reasons")], *excess = row + columns->n;
    bool given = !a->failed && !isnan(a->verdict);
    bool exceeded = false;
    put_metrics(s, columns, a, row);
    for (size_t i = 0; i < s->constraints; i++) {
        const struct field *metric = s->constraint[i].metric;
        const double *value = metric ? answer_of(s, a, metric->offset) : NULL;
        if (value)
            excess[1 + i] = constraint_excess(&s->constraint[i], a->failed ? NAN : *value);
        exceeded = exceeded || excess[1 + i] > 0;
    }
    enum verdict v = a->failed                        ? VERDICT_EVALUATOR
                     : given                          ? (enum verdict)a->verdict
                     : *verdict == VERDICT_CONSTRAINT ? VERDICT_OK
                                                      : (enum verdict) * verdict;
    if (a->failed || given)
        put_verdict(s, v, excess);
    if (v == VERDICT_OK && exceeded)
        v = VERDICT_CONSTRAINT;
    *verdict = v;
    size_t set = v == VERDICT_OK ? 0 : (size_t)1 << (v - 1);
    if (v != VERDICT_OK && exceeded && !a->failed)
        set |= (size_t)1 << (VERDICT_CONSTRAINT - 1);
    *reasons = v == VERDICT_OK ? NAN : (double)set;
}
