/* Scales and text of the figures. */
#include "reports/figures/svg.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/figures/figures.h"
#include "tests/test.h"

static void a_scale_is_logarithmic_between_its_ends(void **state)
{
    (void)state;
    const struct scale s = {1, 100, 50, 250};
    assert_close(scale_of(&s, 1), 50, 1e-12);
    assert_close(scale_of(&s, 10), 150, 1e-12);
    assert_close(scale_of(&s, 100), 250, 1e-12);
    assert_close(scale_of(&s, 1000), 350, 1e-12);
}

static void ends_round_outward_to_one_two_or_five(void **state)
{
    (void)state;
    static const double given[][2] = {{3, 30}, {1, 10}, {6.1, 6.2}, {0.011, 0.99}};
    static const double rounded[][2] = {{2, 50}, {1, 10}, {5, 10}, {0.01, 1}};
    for (size_t i = 0; i < LEN(given); i++) {
        struct scale s = {given[i][0], given[i][1], 0, 1};
        scale_round(&s);
        assert_close(s.lo, rounded[i][0], 1e-9);
        assert_close(s.hi, rounded[i][1], 1e-9);
    }
}

/* The text that a call writes. Caller frees. */
static char *written(void (*write)(FILE *out))
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    write(out);
    fclose(out);
    return text;
}

static void write_hostile(FILE *out)
{
    svg_escape("a<b & \"c\" > d", out);
}

static void text_is_escaped(void **state)
{
    (void)state;
    char *text = written(write_hostile);
    assert_null(strpbrk(text, "<>"));
    assert_non_null(strstr(text, "a&lt;b &amp; "));
    free(text);
}

static void payoff_is_blue_above_one_and_orange_below(void **state)
{
    (void)state;
    int c[3][3];
    const double p[3] = {2, 1, 0.5};
    for (int i = 0; i < 3; i++) {
        char colour[32];
        payoff_colour(p[i], colour, sizeof colour);
        assert_int_equal(sscanf(colour, "rgb(%d,%d,%d)", &c[i][0], &c[i][1], &c[i][2]), 3);
    }
    assert_true(c[0][2] > c[0][0]); /* more blue than red */
    assert_true(c[2][0] > c[2][2]);
    for (int k = 0; k < 3; k++) /* pale in between */
        assert_true(c[1][k] >= c[0][k] && c[1][k] >= c[2][k] - 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scale_is_logarithmic_between_its_ends),
        cmocka_unit_test(ends_round_outward_to_one_two_or_five),
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(payoff_is_blue_above_one_and_orange_below),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
