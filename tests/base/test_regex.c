#include "tests/test.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/regex.h"

static bool matches(const char *pattern, const char *text)
{
    struct regex *r;
    struct err err = {0};
    if (regex_open(&r, pattern, &err) != 0)
        print_error("%s\n", err.text);
    assert_non_null(r);
    int found = regex_match(r, text, strlen(text), &err);
    regex_close(r);
    assert_true(found >= 0);
    return found > 0;
}

static void refuses(const char *pattern, const char *why)
{
    struct regex *r;
    struct err err = {0};
    assert_int_equal(regex_open(&r, pattern, &err), -1);
    assert_null(r);
    assert_int_equal(err.status, STATUS_INPUT);
    assert_string_equal(err.text, why);
}

static void a_pattern_is_found_anywhere_in_the_text(void **state)
{
    (void)state;
    assert_true(matches("b+", "abbc"));
    assert_true(matches("", ""));
    assert_false(matches("^b", "abbc"));
    assert_false(matches("B", "abbc"));
    assert_true(matches("(?i)B", "abbc"));
    assert_true(matches("(?<=a)b(?!c)", "abbc"));
}

static void only_the_given_length_is_searched(void **state)
{
    (void)state;
    struct regex *r;
    struct err err = {0};
    assert_int_equal(regex_open(&r, "c", &err), 0);
    assert_int_equal(regex_match(r, "abc", 2, &err), 0);
    assert_int_equal(regex_match(r, "abc", 3, &err), 1);
    assert_int_equal(regex_match(r, "a\0c", 3, &err), 1);
    regex_close(r);
}

static void a_dot_is_a_character_and_not_a_byte(void **state)
{
    (void)state;
    assert_true(matches("^.s$", "\xC2\xB5s"));
    assert_false(matches("^..s$", "\xC2\xB5s"));
}

static void text_that_is_not_UTF_8_is_searched_around_the_bad_bytes(void **state)
{
    (void)state;
    assert_true(matches("ab", "\xFF\xFE ab"));
    assert_false(matches("^.ab", "\xFF"
                                 "ab"));
}

static void a_pattern_that_needs_much_stack_still_matches(void **state)
{
    (void)state;
    size_t length = 200000;
    char *text = mem_alloc(length + 1, 1);
    memset(text, 'a', length);
    assert_true(matches("^(a|b)*$", text));
    text[length - 1] = 'c';
    assert_false(matches("^(a|b)*$", text));
    free(text);
}

/* "b$" matches the text, but PCRE2 gives up before it comes to it. */
static void a_pattern_that_takes_too_long_is_an_error_and_not_a_miss(void **state)
{
    (void)state;
    struct regex *r;
    struct err err = {0};
    const char *text = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";
    assert_int_equal(regex_open(&r, "^(a+)+$|b$", &err), 0);
    int found = regex_match(r, text, strlen(text), &err);
    if (found != 1) {
        assert_int_equal(found, -1);
        assert_int_equal(err.status, STATUS_INPUT);
        assert_non_null(strstr(err.text, "^(a+)+$|b$: gives up on a text of 32 bytes: "));
    }
    regex_close(r);
}

static void a_bad_pattern_is_refused_with_the_character(void **state)
{
    (void)state;
    refuses("ab(", "ab(: at character 3: missing closing parenthesis");
    refuses("\xC2\xB5(", "\xC2\xB5(: at character 2: missing closing parenthesis");
    refuses("*a", "*a: at character 1: quantifier does not follow a repeatable item");
}

static void closing_nothing_is_fine(void **state)
{
    (void)state;
    regex_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_is_found_anywhere_in_the_text),
        cmocka_unit_test(only_the_given_length_is_searched),
        cmocka_unit_test(a_dot_is_a_character_and_not_a_byte),
        cmocka_unit_test(text_that_is_not_UTF_8_is_searched_around_the_bad_bytes),
        cmocka_unit_test(a_pattern_that_needs_much_stack_still_matches),
        cmocka_unit_test(a_pattern_that_takes_too_long_is_an_error_and_not_a_miss),
        cmocka_unit_test(a_bad_pattern_is_refused_with_the_character),
        cmocka_unit_test(closing_nothing_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
