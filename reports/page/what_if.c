#define _POSIX_C_SOURCE 200809L

#include "reports/page/what_if.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf_json.h"
#include "base/mem.h"
#include "base/mem_stream.h"
#include "reports/payoff/payoff_study.h"
#include "reports/point/point_json.h"
#include "reports/write.h"

struct what_if {
    struct catalogue *catalogue;
    struct payoff_study *study; /* NULL: none yet */
};

struct what_if *what_if_make(struct catalogue *c)
{
    struct what_if *w = mem_alloc(1, sizeof *w);
    w->catalogue = c;
    return w;
}

void what_if_free(struct what_if *w)
{
    if (!w)
        return;
    payoff_study_close(w->study);
    free(w);
}

/* Text of an entry of a map; "" if there is none. */
static const char *text_of(const struct node *map, const char *key)
{
    const struct node *n = node_find(map, key);
    return n ? node_text(n) : "";
}

static int take_files(struct what_if *w, const struct node *files, FILE *out, struct err *err)
{
    for (size_t i = 0; i < node_count(files); i++) {
        const struct node *file = node_at(files, i);
        size_t folder = catalogue_folder_named(text_of(file, "folder"));
        if (folder == CATALOGUE_FOLDERS)
            return fail(err, "unknown folder \"%s\"", text_of(file, "folder"));
        catalogue_give(w->catalogue, folder, text_of(file, "name"), text_of(file, "text"));
    }
    fputs("{}", out);
    return 0;
}

/* ---- the study ---- */

static int set_all(struct study *s, struct catalogue *c, const struct node *set, struct err *err)
{
    for (size_t i = 0; set && i < node_count(set); i++)
        if (study_set(s, c, node_text(node_at(set, i)), err) != 0)
            return -1;
    return study_settle(s, err);
}

/* Reads a study with values set in all its scenarios. */
static int read_study(struct study **out, struct what_if *w, const struct node *n, struct err *err)
{
    struct study *s;
    if (study_parse_in(&s, text_of(n, "folder"), text_of(n, "name"), text_of(n, "text"),
                       w->catalogue, err) != 0)
        return -1;
    for (size_t i = 0; i < study_scenarios(s); i++)
        if (set_all(study_scenario(s, i), w->catalogue, node_find(n, "set"), err) != 0) {
            study_free(s);
            return -1;
        }
    *out = s;
    return 0;
}

static int take_study(struct what_if *w, const struct node *n, FILE *out, struct err *err)
{
    struct study *s;
    if (read_study(&s, w, n, err) != 0)
        return -1;
    payoff_study_close(w->study);
    w->study = payoff_study_make(s);
    fputs("{}", out);
    return 0;
}

/* ---- cells of the map ---- */

/* What a request asks for each cell. */
struct asked_of {
    enum budget budget;
    const struct payoff_subject *of;
};

struct slice {
    char **by;
    struct cell *key;
    struct payoff_slice slice;
};

static void slice_free(struct slice *s)
{
    free(s->by);
    free(s->key);
}

/* As in the store, where a word among numbers is a number too: 0 for the largest batch. */
static struct cell cell_of(const char *column, const char *text)
{
    const struct field *f;
    struct err ignored;
    char *end;
    double number = strtod(text, &end);
    bool is_number = *text && !*end && setting_check(column, &f, &ignored) == 0;
    return is_number ? (struct cell){.kind = CELL_NUMBER, .number = number}
                     : (struct cell){.kind = CELL_TEXT, .text = (char *)text};
}

/* Borrows the texts of the node. */
static void slice_read(struct slice *out, const struct node *cell, const struct asked_of *a)
{
    size_t n = node_count(cell);
    out->by = mem_alloc(n, sizeof *out->by);
    out->key = mem_alloc(n, sizeof *out->key);
    for (size_t i = 0; i < n; i++) {
        out->by[i] = (char *)node_key(cell, i);
        out->key[i] = cell_of(out->by[i], node_text(node_at(cell, i)));
    }
    out->slice = (struct payoff_slice){
        .by = out->by, .by_n = n, .key = out->key, .budget = a->budget, .of = a->of};
}

/* Cells of a request, and what it asks for them. */
static int read_cells(const struct what_if *w, const struct node *n, const struct node **cells,
                      struct asked_of *a, struct err *err)
{
    *cells = node_find(n, "cells");
    if (!w->study)
        return fail(err, "no study yet");
    if (!*cells)
        return fail(err, "cells are missing");
    const struct node *of = node_find(n, "of");
    a->of = payoff_subject_named(of ? node_text(of) : NULL, err);
    return a->of ? budget_parse(text_of(n, "budget"), &a->budget, err) : -1;
}

static int answer_payoffs(struct what_if *w, const struct node *n, FILE *out, struct err *err)
{
    const struct node *cells;
    struct asked_of a;
    if (read_cells(w, n, &cells, &a, err) != 0)
        return -1;
    fputs("{\"p\": [", out);
    for (size_t i = 0; i < node_count(cells); i++) {
        struct slice s;
        struct comparison c;
        double p = NAN;
        slice_read(&s, node_at(cells, i), &a);
        s.slice.middle = true;
        if (payoff_compare(&c, w->study, &s.slice) == 0) {
            p = comparison_payoff_middle(&c, NULL);
            comparison_free(&c);
        }
        slice_free(&s);
        fputs(i ? ", " : "", out);
        json_number(p, out);
    }
    fputs("]}", out);
    return 0;
}

/* Writes a design of a study, priced again with its best mapping. */
static void put_design(const struct study *s, const struct design *d, FILE *out)
{
    struct cursor c = {0};
    struct metrics m;
    struct plan plan;
    cursor_seek(&c, s, 0);
    if (d)
        c.design = *d;
    cursor_evaluate(&c, &m, &plan);
    point_json(&c, &plan, &m, out);
    cursor_free(&c);
}

/* The two winners of a cell and the winner's hardware without its engine. */
struct answer {
    double p;
    bool found;
    struct winners_priced winners;
    const struct study *study;
};

static void answer_cell(struct answer *out, const struct what_if *w, const struct node *cell,
                        const struct asked_of *a)
{
    struct slice s;
    struct comparison c;
    *out = (struct answer){.p = NAN};
    slice_read(&s, cell, a);
    if (payoff_compare(&c, w->study, &s.slice) == 0) {
        out->p = comparison_payoff_middle(&c, NULL);
        out->found = payoff_winners(&out->winners, &c, w->study, &s.slice);
        out->study = payoff_study_for(w->study, &s.slice);
        comparison_free(&c);
    }
    slice_free(&s);
}

static int answer_designs(struct what_if *w, const struct node *n, FILE *out, struct err *err)
{
    enum { WITH_ENGINE, WITHOUT_ENGINE, TWIN, KINDS };
    static const char *const name[KINDS] = {"with", "without", "twin"};
    const struct node *cells;
    struct asked_of asked;
    if (read_cells(w, n, &cells, &asked, err) != 0)
        return -1;
    size_t count = node_count(cells);
    struct answer *answer = mem_alloc(count, sizeof *answer);
    fputs("{\"p\": [", out);
    for (size_t i = 0; i < count; i++) {
        answer_cell(&answer[i], w, node_at(cells, i), &asked);
        fputs(i ? ", " : "", out);
        json_number(answer[i].p, out);
    }
    for (int kind = 0; kind < KINDS; kind++) {
        fprintf(out, "], \"%s\": [", name[kind]);
        for (size_t i = 0; i < count; i++) {
            struct answer *a = &answer[i];
            const struct design *of[KINDS] = {&a->winners.with, &a->winners.without,
                                              &a->winners.twin_design};
            fputs(i ? ", " : "", out);
            if (a->found)
                put_design(a->study, of[kind], out);
            else
                fputs("null", out);
        }
    }
    fputs("]}", out);
    free(answer);
    return 0;
}

static int answer_evaluate(struct what_if *w, const struct node *set, FILE *out, struct err *err)
{
    struct study *s;
    if (study_open(&s, NULL, w->catalogue, err) != 0)
        return -1;
    int rc = set_all(s, w->catalogue, set, err);
    if (rc == 0)
        put_design(s, NULL, out);
    study_free(s);
    return rc;
}

static const struct request {
    const char *key;
    int (*answer)(struct what_if *w, const struct node *n, FILE *out, struct err *err);
} requests[] = {
    {"files", take_files},       {"study", take_study},         {"payoffs", answer_payoffs},
    {"designs", answer_designs}, {"evaluate", answer_evaluate},
};

static int answer(struct what_if *w, const struct node *root, FILE *out, struct err *err)
{
    for (size_t i = 0; i < LEN(requests); i++) {
        const struct node *n = node_find(root, requests[i].key);
        if (n)
            return requests[i].answer(w, n, out, err);
    }
    return fail(err, "an unknown request");
}

char *what_if_answer(struct what_if *w, const char *request)
{
    struct conf *c;
    struct err err;
    struct mem_stream memory;
    int rc = conf_parse_json(&c, "request", request, &err);
    mem_stream_open(&memory);
    if (rc == 0) {
        rc = answer(w, conf_root(c), memory.out, &err);
        conf_close(c);
    }
    if (rc == 0)
        return mem_stream_text(&memory, NULL);
    mem_stream_drop(&memory);
    mem_stream_open(&memory);
    fputs("{\"error\": ", memory.out);
    json_text(err.text, memory.out);
    fputs("}", memory.out);
    return mem_stream_text(&memory, NULL);
}
