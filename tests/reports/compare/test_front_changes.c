#include <stdlib.h>
#include <string.h>

#include "arch/metrics.h"
#include "base/mem.h"
#include "reports/compare/compared_points.h"
#include "tests/test.h"

/* A point of one group; its objectives are both minimised. */
static struct compared_point point_at(double number, const char *key, double x, double y)
{
    double *at = mem_alloc(2, sizeof *at);
    at[0] = x;
    at[1] = y;
    return (struct compared_point){.point = number,
                                   .key = mem_text(key),
                                   .design = mem_text(key),
                                   .value = 10 - number,
                                   .at = at};
}

static void set_points(struct compared_points *p, int side, const struct compared_point *of,
                       size_t n)
{
    p->run[side].n = n;
    p->run[side].point = mem_alloc(n + 1, sizeof *of);
    p->run[side].by_key = mem_alloc(n + 1, sizeof *p->run[side].by_key);
    memcpy(p->run[side].point, of, n * sizeof *of);
    for (size_t i = 0; i < n; i++) /* the tests give them in order */
        p->run[side].by_key[i] = (struct design_place){of[i].key, i};
}

/* The first run has (0, 1), (1, 0) and a point that they dominate, the second (0, 0.5) and (1, 0):
 * the design `a` left and `b`, which was dominated, came. */
static struct compared_points *two_runs(void)
{
    static struct objective goals[2];
    struct compared_points *p = mem_alloc(1, sizeof *p);
    goals[0] = (struct objective){field_find(metrics_fields, "tpot_s"), -1};
    goals[1] = (struct objective){field_find(metrics_fields, "system_cost_usd"), -1};
    p->objective = goals;
    p->objectives = 2;
    p->verdicts = 2;
    p->verdict[0] = mem_text("ok");
    p->verdict[1] = mem_text("memory");
    p->groups = 1;
    p->group = mem_alloc(1, sizeof *p->group);
    p->group[0] = (struct compared_group){mem_alloc(1, sizeof(struct cell))};
    set_points(p, FIRST,
               (struct compared_point[]){point_at(0, "a", 0, 1), point_at(1, "b", 1, 1),
                                         point_at(2, "c", 1, 0)},
               3);
    set_points(p, SECOND,
               (struct compared_point[]){point_at(0, "a", 0, 0), point_at(1, "b", 0, 0.5),
                                         point_at(2, "c", 1, 0)},
               3);
    p->run[SECOND].point[0].verdict = 1;
    return p;
}

static void fronts_are_measured_in_one_box_around_both(void **state)
{
    struct compared_points *p = two_runs();
    struct table t;
    (void)state;
    front_changes(&t, p);
    assert_int_equal(t.rows, 1);
    assert_close(table_number_at(&t, 0, "first"), 2, 0);
    assert_close(table_number_at(&t, 0, "second"), 2, 0);
    assert_close(table_number_at(&t, 0, "left"), 1, 0);
    assert_close(table_number_at(&t, 0, "came"), 1, 0);
    /* The box goes from 0 to 1.1, a tenth beyond the worst: a share e = 1/11 of each side is
     * beyond. first: e + e - e^2; second: 6/11 + e - 6/11 e. */
    assert_close(table_number_at(&t, 0, "hypervolume_first"), 21.0 / 121, 1e-12);
    assert_close(table_number_at(&t, 0, "hypervolume_second"), 71.0 / 121, 1e-12);
    table_free(&t);
    compared_points_free(p);
}

static void a_design_that_left_a_front_says_what_became_of_it(void **state)
{
    struct compared_points *p = two_runs();
    struct table t;
    (void)state;
    front_designs(&t, p);
    assert_int_equal(t.rows, 2);
    assert_string_equal(table_text_at(&t, 0, "change"), "left");
    assert_string_equal(table_text_at(&t, 0, "design"), "a");
    assert_string_equal(table_text_at(&t, 0, "in_the_other"), "memory");
    assert_string_equal(table_text_at(&t, 1, "change"), "came");
    assert_string_equal(table_text_at(&t, 1, "design"), "b");
    assert_string_equal(table_text_at(&t, 1, "in_the_other"), "dominated");
    assert_close(table_number_at(&t, 1, "system_cost_usd"), 0.5, 0);
    table_free(&t);
    compared_points_free(p);
}

static void the_best_design_is_feasible(void **state)
{
    struct compared_points *p = two_runs();
    struct table t;
    (void)state;
    best_designs(&t, p);
    assert_int_equal(t.rows, 1);
    assert_string_equal(table_text_at(&t, 0, "design_first"), "a");
    assert_string_equal(table_text_at(&t, 0, "design_second"), "b");
    assert_close(table_number_at(&t, 0, "change"), -0.1, 1e-12);
    table_free(&t);
    compared_points_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fronts_are_measured_in_one_box_around_both),
        cmocka_unit_test(a_design_that_left_a_front_says_what_became_of_it),
        cmocka_unit_test(the_best_design_is_feasible),
    };
    return cmocka_run_group_tests_name("front_changes", tests, NULL, NULL);
}
