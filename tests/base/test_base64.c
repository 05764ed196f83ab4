#include "tests/test.h"

#include <string.h>

#include "base/base64.h"

/* RFC 4648, section 10. */
static void the_examples_of_the_standard(void **state)
{
    static const char *const example[][2] = {{"", ""},
                                             {"f", "Zg=="},
                                             {"fo", "Zm8="},
                                             {"foo", "Zm9v"},
                                             {"foob", "Zm9vYg=="},
                                             {"fooba", "Zm9vYmE="},
                                             {"foobar", "Zm9vYmFy"}};
    (void)state;
    for (size_t i = 0; i < sizeof example / sizeof *example; i++) {
        char out[16] = "";
        size_t n = strlen(example[i][0]);
        base64_write(out, (const unsigned char *)example[i][0], n);
        assert_int_equal(BASE64_SIZE(n), strlen(example[i][1]));
        assert_string_equal(out, example[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_examples_of_the_standard)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
