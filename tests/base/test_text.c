#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static void characters_are_read_one_by_one(void **state)
{
    (void)state;
    const char *at = "a\xC2\xB5\xE2\x82\xAC\xF0\x9F\x98\x80";
    assert_int_equal(text_next(&at), 'a');
    assert_int_equal(text_next(&at), 0xB5);
    assert_int_equal(text_next(&at), 0x20AC);
    assert_int_equal(text_next(&at), 0x1F600);
    assert_int_equal(*at, '\0');
}

/* A lone continuation, a cut sequence, overlong forms, a surrogate, a code beyond Unicode. */
static void bytes_that_are_not_utf8_are_read_one_by_one(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x80", "\xE2\x82", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"};
    for (size_t i = 0; i < LEN(bad); i++) {
        const char *at = bad[i];
        assert_int_equal(text_next(&at), NOT_UTF8);
        assert_ptr_equal(at, bad[i] + 1);
    }
}

static void refuses(const char *name, const char *why)
{
    struct err err = {0};
    assert_int_equal(name_check(name, &err), -1);
    assert_int_equal(err.status, STATUS_INPUT);
    assert_string_equal(err.text, why);
}

static void a_name_is_printable_utf8_of_limited_length(void **state)
{
    (void)state;
    struct err err = {0};
    char longest[NAME_MOST + 2];
    assert_int_equal(name_check("<a> & 'b' | \xD7\x90\xE2\x80\x8F", &err), 0);
    refuses("a\x1b[31m", "character 2 is U+001B, a control character: remove it");
    refuses("a\nb", "character 2 is U+000A, a control character: remove it");
    refuses("\xC2\x9B", "character 1 is U+009B, a control character: remove it");
    refuses("\xC2\xB5\xE2\x80\xAE", "character 2 is U+202E, a control character: remove it");
    refuses("\xC2\xB5\xFF", "character 2 is not UTF-8: write UTF-8 text");
    memset(longest, 'x', sizeof longest);
    longest[NAME_MOST] = '\0';
    assert_int_equal(name_check(longest, &err), 0);
    longest[NAME_MOST] = 'x';
    longest[NAME_MOST + 1] = '\0';
    refuses(longest, "the name has 201 bytes: give at most 200");
}

static void a_text_may_have_the_control_characters_that_are_allowed(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(text_check("a\n\tb", "\n\t", &err), 0);
    assert_int_equal(text_check("a\r\n", "\n\t", &err), -1);
}

static void a_message_has_no_control_characters_and_is_utf8(void **state)
{
    (void)state;
    struct err err;
    char text[] = "a\x1b[31m\xC2\x9B\xFF\nb\xC2\xB5";
    fail(&err, "%s", text);
    assert_string_equal(err.text, "a [31m  ? b\xC2\xB5");
    text_tame(text, "\n");
    assert_string_equal(text, "a [31m  ?\nb\xC2\xB5");
}

/* The 999th byte is the first of two of a character. */
static void a_message_that_is_too_long_is_cut_without_half_a_character(void **state)
{
    (void)state;
    struct err err;
    char longest[1100];
    memset(longest, 'x', sizeof longest);
    memcpy(longest + sizeof err.text - 2, "\xC2\xB5", 3);
    fail(&err, "%s", longest);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    assert_int_equal(err.text[sizeof err.text - 2], '?');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_are_read_one_by_one),
        cmocka_unit_test(bytes_that_are_not_utf8_are_read_one_by_one),
        cmocka_unit_test(a_name_is_printable_utf8_of_limited_length),
        cmocka_unit_test(a_text_may_have_the_control_characters_that_are_allowed),
        cmocka_unit_test(a_message_has_no_control_characters_and_is_utf8),
        cmocka_unit_test(a_message_that_is_too_long_is_cut_without_half_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
