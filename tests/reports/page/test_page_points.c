/* Which points of a large run a page shows. */
#include "reports/page/page_points.h"

#include "tests/reports/payoff/made_up_run.h"

enum { MANY = 9000, ON_FRONT = 90 };

/* Points with throughput and cost: every hundredth is better than those that follow it. */
static struct made_up_run many_points(void)
{
    struct made_up *point = mem_alloc(MANY, sizeof *point);
    for (size_t i = 0; i < MANY; i++) {
        double step = (double)(i / 100), behind = i % 100 == 0 ? 0 : 1;
        point[i] = (struct made_up){.context = 1024,
                                    .memory_byte = 96e9 + (double)i,
                                    .tokens_per_s = 1000 + step - 0.5 * behind,
                                    .system_cost_usd = 100 + step,
                                    .verdict = i % 100 == 99 ? NO_MEMORY : OK};
    }
    struct made_up_run r = made_up_begin(point, MANY);
    r.run.feasible = MANY - MANY / 100;
    free(point);
    return r;
}

static struct page_points shown(struct made_up_run *r, struct point_list *wanted)
{
    struct page_points p;
    struct err err = {0};
    const struct page_points_question q = {.wanted = wanted};
    if (page_points_make(&p, r->db, &r->run, &q, &err) != 0)
        assert_string_equal(err.text, "");
    return p;
}

static bool has(const struct page_points *p, double point)
{
    for (size_t i = 0; i < p->row.rows; i++)
        if (table_number_at(&p->row, i, "point") == point)
            return true;
    return false;
}

static void a_sample_keeps_the_whole_front(void **state)
{
    (void)state;
    struct made_up_run r = many_points();
    struct point_list wanted = {0};
    struct page_points p = shown(&r, &wanted);
    assert_int_equal(p.total, MANY);
    assert_int_equal(p.front_total, ON_FRONT);
    assert_int_equal(p.front.n, ON_FRONT);
    for (size_t i = 0; i < MANY; i += 100)
        assert_true(has(&p, (double)i) && point_list_has(&p.front, (double)i));
    assert_in_range(p.row.rows, 3500, 4500);
    page_points_free(&p);
    made_up_end(&r);
}

static void a_sample_keeps_the_points_that_are_wanted(void **state)
{
    (void)state;
    struct made_up_run r = many_points();
    struct point_list wanted = {0};
    for (size_t i = 1; i < MANY; i += 500)
        point_list_add(&wanted, (double)i);
    point_list_add(&wanted, NAN); /* a group without a twin */
    point_list_sort(&wanted);
    struct page_points p = shown(&r, &wanted);
    for (size_t i = 1; i < MANY; i += 500)
        assert_true(has(&p, (double)i));
    page_points_free(&p);
    point_list_free(&wanted);
    made_up_end(&r);
}

static void a_sample_keeps_the_few_infeasible_points(void **state)
{
    (void)state;
    struct made_up_run r = many_points();
    struct point_list wanted = {0};
    struct page_points p = shown(&r, &wanted);
    for (size_t i = 99; i < MANY; i += 100)
        assert_true(has(&p, (double)i));
    page_points_free(&p);
    made_up_end(&r);
}

static void a_sample_is_the_same_every_time(void **state)
{
    (void)state;
    struct made_up_run r = many_points();
    struct point_list wanted = {0};
    struct page_points p = shown(&r, &wanted), again = shown(&r, &wanted);
    assert_int_equal(p.row.rows, again.row.rows);
    for (size_t i = 0; i < p.row.rows; i++)
        assert_true(table_number_at(&p.row, i, "point") == table_number_at(&again.row, i, "point"));
    page_points_free(&p);
    page_points_free(&again);
    made_up_end(&r);
}

static char *points_json(const struct made_up *point, size_t n)
{
    struct made_up_run r = made_up_begin(point, n);
    struct point_list wanted = {0};
    struct page_points p = shown(&r, &wanted);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    page_points_json(&p, out);
    fclose(out);
    page_points_free(&p);
    made_up_end(&r);
    return text;
}

static void parameters_keep_their_digits_and_metrics_have_seven(void **state)
{
    (void)state;
    const struct made_up point[] = {
        {.memory_byte = 123456789012, .tokens_per_s = 1.23456789, .system_cost_usd = 100},
        {.memory_byte = 96e9, .tokens_per_s = 2, .system_cost_usd = 100, .engine = DUPLEX},
    };
    char *text = points_json(point, LEN(point));
    assert_non_null(strstr(text, "\"chip_memory_byte\": {\"number\": [123456789012,96000000000]"));
    assert_non_null(strstr(text, "\"tokens_per_s\": {\"number\": [1.234568,2]"));
    assert_non_null(strstr(text, "\"system_cost_usd\": {\"all\": 100}"));
    assert_non_null(strstr(text, "\"engine\": {\"word\": [\"none\",\"duplex\"], \"at\": [0,1]}"));
    assert_null(strstr(text, "system_cost_usd_low"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_keeps_the_whole_front),
        cmocka_unit_test(a_sample_keeps_the_points_that_are_wanted),
        cmocka_unit_test(a_sample_keeps_the_few_infeasible_points),
        cmocka_unit_test(a_sample_is_the_same_every_time),
        cmocka_unit_test(parameters_keep_their_digits_and_metrics_have_seven),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
