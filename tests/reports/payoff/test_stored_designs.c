/* Designs taken from the points of a run are those that are found by pricing the study again. */
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/points.h"
#include "reports/payoff/stored_designs.h"
#include "tests/model.h"

/* More hardware of a side than is compared with the model. */
static const char *const spec = "models: [gpt3-175b, deepseek-r1]\n"
                                "chip: b200-paper\n"
                                "workload: {batch: max, tpot: 50 ms}\n"
                                "plan: {devices: 32, tp: auto, dp: auto, ep: auto}\n"
                                "sweep:\n"
                                "  workload.context: [8192, 32768]\n"
                                "  engine: [none, attacc]\n"
                                "  chip.memory_byte_per_s: {from: 4 TB/s, to: 16 TB/s, steps: 10}\n"
                                "  chip.memory_byte: {from: 64 GB, to: 288 GB, steps: 10}\n";

static const char *const mapping[] = {"plan_tp", "plan_dp", "plan_ep", "plan_pp", "plan_cp"};

/* The points of a study, priced one by one, as points_read gives them. */
struct made {
    struct study *study;
    struct points points;
    double *point, *tokens_per_s, *batch;
};

static void put(struct made *m, size_t i, const struct metrics *got, const struct plan *plan)
{
    const double value[] = {plan->tp, plan->dp, plan->ep, plan->pp, plan->cp};
    m->point[i] = (double)i;
    m->tokens_per_s[i] = got->tokens_per_s;
    m->batch[i] = got->batch;
    m->points.feasible[i] = got->verdict == VERDICT_OK;
    m->points.value[i] = got->tokens_per_s / got->system_cost_usd;
    for (size_t k = 0; k < LEN(mapping); k++) {
        m->points.read.column[k].cell[i] = (struct cell){.kind = CELL_NUMBER, .number = value[k]};
        m->points.read.column[k].code[i] = (uint32_t)i;
    }
}

static struct made made_of(const char *text)
{
    struct made m;
    struct err err = {0};
    struct cursor c = {0};
    if (study_parse(&m.study, "test", text, catalogue, &err) != 0)
        assert_string_equal(err.text, "");
    size_t n = m.study->size;
    m.point = mem_alloc(n, sizeof *m.point);
    m.tokens_per_s = mem_alloc(n, sizeof *m.tokens_per_s);
    m.batch = mem_alloc(n, sizeof *m.batch);
    m.points = (struct points){.parameters = LEN(mapping),
                               .read = {.rows = n, .n = LEN(mapping)},
                               .point = m.point,
                               .tokens_per_s = m.tokens_per_s,
                               .batch = m.batch,
                               .value = mem_alloc(n, sizeof(double)),
                               .feasible = mem_alloc(n, sizeof(bool))};
    m.points.read.column = mem_alloc(LEN(mapping), sizeof *m.points.read.column);
    m.points.name = mem_alloc(LEN(mapping), sizeof *m.points.name);
    m.points.unit = mem_alloc(LEN(mapping), sizeof *m.points.unit);
    for (size_t k = 0; k < LEN(mapping); k++) {
        m.points.name[k] = mem_text(mapping[k]);
        m.points.unit[k] = mem_text("");
        m.points.read.column[k] = (struct db_values){.coded = true,
                                                     .code = mem_alloc(n, sizeof(uint32_t)),
                                                     .cells = n,
                                                     .cell = mem_alloc(n, sizeof(struct cell))};
    }
    for (size_t i = 0; i < n; i++) {
        struct metrics got;
        struct plan plan;
        cursor_seek(&c, m.study, i);
        cursor_evaluate(&c, &got, &plan);
        put(&m, i, &got, &plan);
    }
    cursor_free(&c);
    return m;
}

static void made_free(struct made *m)
{
    for (size_t k = 0; k < LEN(mapping); k++) {
        free(m->points.read.column[k].code);
        free(m->points.read.column[k].cell);
        free(m->points.name[k]);
        free(m->points.unit[k]);
    }
    free(m->points.read.column);
    free(m->points.name);
    free(m->points.unit);
    free(m->points.value);
    free(m->points.feasible);
    free(m->point);
    free(m->tokens_per_s);
    free(m->batch);
    study_free(m->study);
}

static const struct setting workload[] = {{"model", "deepseek-r1", NAN},
                                          {"workload.context", NULL, 32768}};

static struct comparison gathered(const struct made *m, const struct setting *set, bool stored)
{
    struct comparison c;
    struct err err = {0};
    const struct design_choice q = {.study = m->study,
                                    .set = set,
                                    .n = LEN(workload),
                                    .budget = BUDGET_COST,
                                    .stored = stored ? &m->points : NULL};
    if (comparison_gather(&c, &q, &err) != 0)
        assert_string_equal(err.text, "");
    return c;
}

/* How many candidates of both differ. */
static size_t different(const struct comparison *a, const struct comparison *b)
{
    size_t n = 0;
    for (int s = 0; s < SIDES; s++) {
        assert_int_equal(a->n[s], b->n[s]);
        for (size_t i = 0; i < a->n[s]; i++) {
            const struct candidate *x = &a->side[s][i], *y = &b->side[s][i];
            assert_int_equal(x->hardware, y->hardware);
            n += x->point != y->point || x->job->tokens_per_s != y->job->tokens_per_s ||
                 memcmp(&x->job->split, &y->job->split, sizeof x->job->split) != 0;
        }
    }
    return n;
}

static size_t differ(const struct made *m, const struct setting *set)
{
    struct comparison priced = gathered(m, set, false), stored = gathered(m, set, true);
    size_t n = different(&priced, &stored);
    assert_true(priced.n[WITHOUT] > LANES && priced.n[WITH] > LANES);
    comparison_free(&priced);
    comparison_free(&stored);
    return n;
}

static void stored_designs_are_those_priced_again(void **state)
{
    (void)state;
    struct made m = made_of(spec);
    assert_int_equal(differ(&m, workload), 0);
    made_free(&m);
}

/* The worst design with an engine for the workload of the test. */
static size_t worst(const struct made *m)
{
    size_t at = 0, from = m->study->size * 3 / 4;
    double least = INFINITY;
    for (size_t i = from; i < m->study->size; i++)
        if (m->points.feasible[i] && i % 200 >= 100 && m->points.value[i] < least)
            least = m->points.value[at = i];
    assert_true(isfinite(least));
    return at;
}

static size_t best(const struct made *m)
{
    size_t at = 0;
    double most = 0;
    for (size_t i = m->study->size * 3 / 4; i < m->study->size; i++)
        if (m->points.feasible[i] && m->points.value[i] > most)
            most = m->points.value[at = i];
    return at;
}

/* Designs that decide nothing are not priced again. */
static void a_design_is_taken_as_it_is_stored(void **state)
{
    (void)state;
    struct made m = made_of(spec);
    size_t at = worst(&m);
    m.tokens_per_s[at] *= 1 + 1e-9;
    m.points.value[at] *= 1 - 1e-9; /* the last in the order of those compared */
    assert_int_equal(differ(&m, workload), 1);
    made_free(&m);
}

/* A file of the study may have changed since its run. */
static void a_store_that_disagrees_is_not_used(void **state)
{
    (void)state;
    struct made m = made_of(spec);
    size_t at = best(&m);
    m.tokens_per_s[at] *= 2;
    assert_int_equal(differ(&m, workload), 0);
    m.tokens_per_s[at] /= 2;
    m.batch[at] -= 1;
    assert_int_equal(differ(&m, workload), 0);
    made_free(&m);
}

/* A value that no axis has is in no row: not even in that of another value. */
static void a_value_that_was_not_swept_is_priced(void **state)
{
    (void)state;
    static const struct setting between[] = {{"model", "deepseek-r1", NAN},
                                             {"workload.context", NULL, 20000}};
    struct made m = made_of(spec);
    struct stored_designs found;
    const struct design_choice q = {.study = m.study, .stored = &m.points};
    stored_designs_find(&found, &q, m.study);
    assert_non_null(found.points);
    assert_int_equal(differ(&m, between), 0);
    made_free(&m);
}

/* An unfinished run, or one that keeps only feasible points. */
static void a_point_that_is_not_stored_is_priced(void **state)
{
    (void)state;
    struct made m = made_of(spec);
    size_t left = 0;
    for (size_t i = 0; i < m.study->size; i++) {
        if (i % 3 == 1)
            continue;
        m.point[left] = m.point[i];
        m.tokens_per_s[left] = m.tokens_per_s[i];
        m.batch[left] = m.batch[i];
        m.points.value[left] = m.points.value[i];
        m.points.feasible[left] = m.points.feasible[i];
        for (size_t k = 0; k < LEN(mapping); k++)
            m.points.read.column[k].code[left] = (uint32_t)i;
        left++;
    }
    m.points.read.rows = left;
    assert_int_equal(differ(&m, workload), 0);
    made_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stored_designs_are_those_priced_again),
        cmocka_unit_test(a_design_is_taken_as_it_is_stored),
        cmocka_unit_test(a_store_that_disagrees_is_not_used),
        cmocka_unit_test(a_value_that_was_not_swept_is_priced),
        cmocka_unit_test(a_point_that_is_not_stored_is_priced),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
