/* Designs from the catalogue for tests: a default one, changed by PATH=VALUE assignments. */
#ifndef TESTS_MODEL_H
#define TESTS_MODEL_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/evaluate.h"
#include "arch/prepared.h"
#include "base/mem.h"
#include "search/study.h"
#include "tests/test.h"

static struct catalogue *catalogue;

static inline int open_tests(void **state)
{
    struct err err;
    const char *dir = getenv("DSE_CATALOGUE");
    (void)state;
    if (catalogue_open(&catalogue, dir ? dir : "arch/catalogue", &err) != 0) {
        print_error("%s\n", err.text);
        return -1;
    }
    return 0;
}

static inline int close_tests(void **state)
{
    (void)state;
    catalogue_close(catalogue);
    return 0;
}

/* An entry of the catalogue, or the model of a file. */
static inline const struct model *model_called(const char *name)
{
    const struct entry *e;
    struct err err = {0};
    if (catalogue_find(catalogue, PART_MODEL, name, &e, &err) != 0)
        assert_string_equal(err.text, "");
    return e->value;
}

static inline void write_model(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* A study of all defaults with the assignments on top; caller frees. */
static inline struct study *study_with(const char *const *set)
{
    struct study *s;
    struct err err = {0};
    if (study_open(&s, NULL, catalogue, &err) != 0)
        assert_string_equal(err.text, "");
    for (; *set; set++)
        if (study_set(s, catalogue, *set, &err) != 0)
            assert_string_equal(err.text, "");
    if (study_settle(s, &err) != 0)
        assert_string_equal(err.text, "");
    return s;
}

#define SET(...) ((const char *const[]){__VA_ARGS__, NULL})

static inline struct metrics priced(const char *const *set)
{
    struct study *s = study_with(set);
    struct metrics m;
    evaluate(&s->base, &s->prices, &m, NULL);
    study_free(s);
    return m;
}

/* Every metric is the same to the last bit. */
static inline void assert_same_metrics(const struct metrics *a, const struct metrics *b)
{
    for (size_t i = 0; i < metrics_fields.n; i++) {
        double x = field_get(&metrics_fields.row[i], a), y = field_get(&metrics_fields.row[i], b);
        if (!(x == y || (isnan(x) && isnan(y))))
            print_error("%s: %.17g, %.17g\n", metrics_fields.row[i].name, x, y);
        assert_true(x == y || (isnan(x) && isnan(y)));
    }
}

/* All classes of a step together. */
static inline double classes_s(const struct metrics *m)
{
    return m->attention_s + m->projection_s + m->ffn_s + m->expert_s + m->communication_s +
           m->other_s + m->state_s;
}

/* Bytes that the operators of this name read and write, besides weights. */
static inline double layer_op_byte(const char *model, const char *name)
{
    struct study *s = study_with(SET(model, "plan.devices=1", "workload.batch=1"));
    struct prepared p = {0};
    double byte = 0;
    prepare(&p, &s->base);
    const struct ops *ops = &p.mapped[0].step.ops;
    for (size_t i = 0; i < ops->n; i++)
        byte += strcmp(ops->op[i].name, name) ? 0 : ops->op[i].act_byte;
    prepared_free(&p);
    study_free(s);
    return byte;
}

#endif
