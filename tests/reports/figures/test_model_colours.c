#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "reports/figures/model_colours.h"

static struct table models(const char *const *name, size_t n)
{
    static const char *const header[] = {"model"};
    struct table t;
    table_begin(&t, header, 1);
    for (size_t i = 0; i < n; i++)
        table_text(&t, name[i]);
    return t;
}

static void a_model_has_one_colour_for_any_order_of_tables(void **state)
{
    (void)state;
    static const char *const front[] = {"a", "b", "b", "c"}, *const roofline[] = {"c", "a", "b",
                                                                                  "d"};
    struct table t[] = {models(front, LEN(front)), models(roofline, LEN(roofline))};
    struct model_colours here = {0}, there = {0};
    for (size_t i = 0; i < 2; i++) {
        model_colours_add(&here, &t[i]);
        model_colours_add(&there, &t[1 - i]);
    }
    assert_int_equal(here.n, 4);
    for (size_t i = 0; i < LEN(roofline); i++) {
        assert_string_equal(model_colour(&here, roofline[i]), model_colour(&there, roofline[i]));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(model_colour(&here, roofline[i]),
                                    model_colour(&here, roofline[j]));
    }
    table_free(&t[0]);
    table_free(&t[1]);
}

static void models_beyond_the_limit_are_grey(void **state)
{
    (void)state;
    static char text[COLOURED_MODELS_MOST + 4][4];
    const char *name[LEN(text)];
    for (size_t i = 0; i < LEN(text); i++) {
        snprintf(text[i], sizeof text[i], "m%02u", (unsigned)(i % 100));
        name[i] = text[i];
    }
    struct table t = models(name, LEN(name));
    struct model_colours c = {0};
    model_colours_add(&c, &t);
    assert_int_equal(c.n, COLOURED_MODELS_MOST);
    assert_string_equal(model_colour(&c, name[LEN(name) - 1]), "#999999");
    table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_has_one_colour_for_any_order_of_tables),
        cmocka_unit_test(models_beyond_the_limit_are_grey),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
