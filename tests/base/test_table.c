#include "base/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/test.h"

static struct table two_rows(void)
{
    static const char *const header[] = {"name", "speed"};
    struct table t;
    table_begin(&t, header, 2);
    table_text(&t, "slow");
    table_number(&t, 1.5);
    table_text(&t, NULL);
    table_number(&t, NAN);
    return t;
}

static void cells_are_found_by_the_name_of_their_column(void **state)
{
    (void)state;
    struct table t = two_rows();
    assert_int_equal(t.rows, 2);
    assert_int_equal(table_find(&t, "speed"), 1);
    assert_int_equal(table_find(&t, "Speed"), -1);
    assert_string_equal(table_text_at(&t, 0, "name"), "slow");
    assert_true(table_number_at(&t, 0, "speed") == 1.5);
    table_free(&t);
}

static void what_is_not_there_is_nan_or_empty(void **state)
{
    (void)state;
    struct table t = two_rows();
    assert_true(isnan(table_number_at(&t, 1, "speed")));    /* NULL */
    assert_true(isnan(table_number_at(&t, 0, "name")));     /* a text */
    assert_true(isnan(table_number_at(&t, 0, "weight")));   /* no such column */
    assert_true(isnan(table_number_at(&t, 2, "speed")));    /* no such row */
    assert_string_equal(table_text_at(&t, 1, "name"), "");  /* NULL */
    assert_string_equal(table_text_at(&t, 0, "speed"), ""); /* a number */
    assert_string_equal(table_text_at(&t, 7, "name"), "");
    table_free(&t);
}

static void cells_are_equal_by_kind_and_value(void **state)
{
    (void)state;
    const struct cell null = {.kind = CELL_NULL}, one = {.kind = CELL_NUMBER, .number = 1},
                      two = {.kind = CELL_NUMBER, .number = 2},
                      a = {.kind = CELL_TEXT, .text = (char[]){"a"}},
                      also_a = {.kind = CELL_TEXT, .text = (char[]){"a"}},
                      b = {.kind = CELL_TEXT, .text = (char[]){"b"}};
    const struct cell *const all[] = {&null, &one, &two, &a, &b};
    for (size_t i = 0; i < LEN(all); i++)
        for (size_t j = 0; j < LEN(all); j++)
            assert_int_equal(cell_equal(all[i], all[j]), i == j);
    assert_true(cell_equal(&a, &also_a));
}

static void a_copied_cell_has_a_text_of_its_own(void **state)
{
    (void)state;
    struct table t = two_rows();
    struct cell copy = cell_copy(table_at(&t, 0, 0));
    table_free(&t);
    assert_string_equal(copy.text, "slow");
    free(copy.text);
}

static void a_number_is_as_short_as_reads_back_the_same(void **state)
{
    (void)state;
    static const double number[] = {0.1, 1.0 / 3, 8192, 1e300, 5e-324, 2.5e12};
    static const char *const text[] = {"0.1", NULL, "8192", "1e+300", NULL, "2500000000000"};
    for (size_t i = 0; i < LEN(number); i++) {
        char buffer[32];
        number_text(number[i], buffer, sizeof buffer);
        assert_true(strtod(buffer, NULL) == number[i]);
        if (text[i])
            assert_string_equal(buffer, text[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_found_by_the_name_of_their_column),
        cmocka_unit_test(what_is_not_there_is_nan_or_empty),
        cmocka_unit_test(cells_are_equal_by_kind_and_value),
        cmocka_unit_test(a_copied_cell_has_a_text_of_its_own),
        cmocka_unit_test(a_number_is_as_short_as_reads_back_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
