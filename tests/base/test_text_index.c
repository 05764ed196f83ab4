#include <stdio.h>

#include "base/text_index.h"
#include "tests/test.h"

enum { TEXTS = 5000 };

static void texts_are_numbered_as_they_come(void **state)
{
    (void)state;
    struct text_index t = {0};
    char text[32];
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < TEXTS; i++) {
            snprintf(text, sizeof text, "%zu", i * i);
            assert_int_equal(text_index_number(&t, text), i);
        }
    assert_int_equal(t.n, TEXTS);
    assert_string_equal(t.text[70], "4900");
    assert_int_equal(text_index_number(&t, ""), TEXTS);
    assert_int_equal(text_index_number(&t, ""), TEXTS);
    text_index_free(&t);
    assert_int_equal(t.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts_are_numbered_as_they_come)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
