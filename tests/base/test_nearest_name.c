#include "tests/test.h"

#include <string.h>

#include "base/nearest_name.h"

static void the_only_name_that_goes_on_is_near(void **state)
{
    (void)state;
    static const char *const models[] = {"qwen3-235b-a22b", "qwen3-next-80b-a3b", "llama-4-scout"};
    assert_string_equal(name_nearest("qwen3-next", models, 3), "qwen3-next-80b-a3b");
    assert_string_equal(name_nearest("Llama", models, 3), "llama-4-scout");
    assert_null(name_nearest("qwen3", models, 3));
    assert_null(name_nearest("qwe", models, 2));
}

static void a_swap_of_neighbours_is_one_step_and_ties_go_to_the_first(void **state)
{
    (void)state;
    static const char *const swapped[] = {"aaaf", "aabc"};
    static const char *const tie[] = {"zbcd", "azcd", "abzd"};
    static const char *const far_off[] = {"abcdefxxx", "abcdefghxxxx"};
    assert_string_equal(name_nearest("abac", swapped, 2), "aabc");
    assert_string_equal(name_nearest("abcd", tie, 3), "zbcd");
    assert_string_equal(name_nearest("abcdefghi", far_off, 1), "abcdefxxx");
    assert_null(name_nearest("abcdefghi", far_off + 1, 1));
    assert_null(name_nearest("abcd", NULL, 0));
}

static void a_name_with_no_letter_in_common_is_not_near(void **state)
{
    (void)state;
    static const char *const degrees[] = {"tp", "dp"};
    assert_null(name_nearest("x", degrees, 2));
    assert_null(name_nearest("ab", degrees, 2));
    assert_string_equal(name_nearest("dq", degrees, 2), "dp");
}

static void a_name_without_end_is_near_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"aaaa", "mem_byte"};
    char name[5000];
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_null(name_nearest(name, names, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_only_name_that_goes_on_is_near),
        cmocka_unit_test(a_swap_of_neighbours_is_one_step_and_ties_go_to_the_first),
        cmocka_unit_test(a_name_with_no_letter_in_common_is_not_near),
        cmocka_unit_test(a_name_without_end_is_near_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
