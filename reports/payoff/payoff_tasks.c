#include "reports/payoff/payoff_tasks.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/payoff_stop.h"
#include "reports/payoff/payoff_summary.h"
#include "search/tasks.h"

/* ---- threads, each with a study of its own ---- */

struct parts {
    part_fn fn;
    void *ctx;
    const struct payoff_question *asked;
    struct payoff_study **study; /* of each worker; NULL: not needed yet */
};

static void do_part(void *ctx, size_t i, size_t worker)
{
    const struct parts *p = ctx;
    struct payoff_question q = *p->asked;
    if (q.study && !p->study[worker])
        p->study[worker] = payoff_study_share(q.study);
    q.study = p->study[worker];
    p->fn(p->ctx, i, &q);
}

void payoff_each(size_t n, const struct payoff_question *q, part_fn fn, void *ctx)
{
    size_t jobs = q->jobs > 0 ? q->jobs : 1;
    struct parts parts = {fn, ctx, q, mem_alloc(jobs, sizeof *parts.study)};
    tasks_run(n, jobs, do_part, &parts);
    for (size_t i = 0; i < jobs; i++)
        payoff_study_close(parts.study[i]);
    free(parts.study);
}

/* ---- groups ---- */

struct group_of {
    char *workload;
    size_t answer, group;
};

struct workloads {
    const struct asked *answer;
    group_fn fn;
    struct group_of *group; /* by workload */
    size_t *first;          /* of each workload, and the end */
};

static int by_workload(const void *a, const void *b)
{
    const struct group_of *x = a, *y = b;
    int by_text = strcmp(x->workload, y->workload);
    return by_text                  ? by_text
           : x->answer != y->answer ? (x->answer > y->answer) - (x->answer < y->answer)
                                    : (x->group > y->group) - (x->group < y->group);
}

static void fill_workload(void *ctx, size_t i, const struct payoff_question *q)
{
    const struct workloads *w = ctx;
    for (size_t k = w->first[i]; k < w->first[i + 1]; k++) {
        const struct asked *a = &w->answer[w->group[k].answer];
        struct payoff_question own = *a->q;
        own.study = q->study;
        w->fn(&a->p->group[w->group[k].group], a->p, &own);
    }
}

void payoff_each_group(const struct asked *answer, size_t n, group_fn fn)
{
    struct workloads w = {.answer = answer, .fn = fn};
    size_t groups = 0, tasks = 0;
    for (size_t i = 0; i < n; i++)
        groups += answer[i].p->n;
    w.group = mem_alloc(groups + 1, sizeof *w.group);
    w.first = mem_alloc(groups + 1, sizeof *w.first);
    groups = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < answer[i].p->n; k++) {
            const struct payoff_slice slice = payoff_slice(answer[i].p, answer[i].p->group[k].key);
            w.group[groups++] = (struct group_of){payoff_workload_key(&slice), i, k};
        }
    qsort(w.group, groups, sizeof *w.group, by_workload);
    for (size_t i = 0; i < groups; i++)
        if (i == 0 || strcmp(w.group[i].workload, w.group[i - 1].workload) != 0)
            w.first[tasks++] = i;
    w.first[tasks] = groups;
    if (tasks)
        payoff_each(tasks, answer[0].q, fill_workload, &w);
    for (size_t i = 0; i < groups; i++)
        free(w.group[i].workload);
    free(w.group);
    free(w.first);
}

/* ---- stop points ---- */

struct stops {
    const struct asked *answer;
    size_t n;
};

static void find_one(void *ctx, size_t i, const struct payoff_question *q)
{
    const struct stops *s = ctx;
    size_t k = 0;
    while (i >= s->answer[k].p->stops)
        i -= s->answer[k++].p->stops;
    struct payoff_question own = *s->answer[k].q;
    own.study = q->study;
    if (own.depth != DEPTH_SUMMARY || payoff_summary_names(s->answer[k].p, i))
        stop_find(&s->answer[k].p->stop[i], s->answer[k].p, &own);
}

void payoff_find_stops(const struct asked *answer, size_t n)
{
    struct stops s = {answer, n};
    size_t stops = 0;
    for (size_t i = 0; i < n; i++)
        stops += answer[i].p->stops;
    if (stops)
        payoff_each(stops, answer[0].q, find_one, &s);
}
