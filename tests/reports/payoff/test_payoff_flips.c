/* The table of flips, from a hand-written answer. */
#include <stdlib.h>
#include <string.h>

#include "arch/engine_limits.h"
#include "reports/figures/figures.h"
#include "reports/figures/flips_map.h"
#include "reports/payoff/payoff_flips.h"
#include "tests/test.h"

enum { GROUPS = 5 };

/* Two models; the second has no feasible design with an engine in scenario c. */
static struct cell key[GROUPS][2];
static struct payoff_group group[GROUPS];
static char *by[] = {(char[]){"scenario"}, (char[]){"model"}};
static struct payoff answer = {.by = by, .by_n = 2, .n = GROUPS, .group = group};

static struct cell text_cell(const char *text)
{
    return (struct cell){.kind = CELL_TEXT, .text = (char *)(uintptr_t)text};
}

static int write_down(void **state)
{
    static const struct {
        const char *scenario, *model, *engine;
        double p;
        enum payoff_verdict verdict;
    } of[GROUPS] = {{"base", "large", "duplex", 1.5, PAYS},
                    {"base", "small", "attacc", 0.9, DOES_NOT_PAY},
                    {"b", "small", "duplex", 1.004, TOO_CLOSE},
                    {"b", "large", "duplex", 1.2, PAYS},
                    {"c", "large", "attacc", 0.8, DOES_NOT_PAY}};
    static char empty[] = "";
    (void)state;
    for (size_t i = 0; i < GROUPS; i++) {
        key[i][0] = text_cell(of[i].scenario);
        key[i][1] = text_cell(of[i].model);
        group[i] = (struct payoff_group){.key = key[i],
                                         .p = of[i].p,
                                         .verdict = of[i].verdict,
                                         .engine = (char *)(uintptr_t)of[i].engine,
                                         .reason = empty,
                                         .with = empty,
                                         .without = empty};
    }
    return 0;
}

static void a_row_is_a_scenario_and_a_column_a_model(void **state)
{
    (void)state;
    struct flips f;
    struct table t;
    flips_make(&f, &answer);
    flips_table(&f, &t);
    assert_int_equal(t.rows, 3);
    assert_int_equal(t.columns, 3);
    assert_string_equal(t.header[1], "large");
    assert_string_equal(t.header[2], "small");
    assert_string_equal(table_text_at(&t, 0, "scenario"), "base");
    assert_string_equal(table_text_at(&t, 0, "large"), "1.50 duplex");
    assert_string_equal(table_text_at(&t, 0, "small"), "0.90 attacc -");
    assert_string_equal(table_text_at(&t, 1, "scenario"), "b");
    assert_string_equal(table_text_at(&t, 1, "large"), "1.20 duplex");
    table_free(&t);
    flips_free(&f);
}

static void a_verdict_that_differs_from_base_is_marked(void **state)
{
    (void)state;
    struct flips f;
    struct table t;
    flips_make(&f, &answer);
    flips_table(&f, &t);
    assert_string_equal(table_text_at(&t, 1, "small"), "1.00 duplex ? *");
    assert_string_equal(table_text_at(&t, 2, "large"), "0.80 attacc - *");
    assert_int_equal(table_get(&t, 2, "small")->kind, CELL_NULL);
    table_free(&t);
    flips_rows_table(&f, &t);
    assert_int_equal(t.rows, GROUPS);
    assert_string_equal(table_text_at(&t, 2, "verdict"), "too close to call");
    assert_string_equal(table_text_at(&t, 2, "base_verdict"), "does not pay");
    assert_string_equal(table_text_at(&t, 2, "flips"), "yes");
    assert_string_equal(table_text_at(&t, 3, "flips"), "no");
    table_free(&t);
    flips_free(&f);
}

static void without_scenarios_nothing_flips(void **state)
{
    (void)state;
    struct flips f;
    char *model[] = {by[1]};
    struct payoff one = {.by = model, .by_n = 1, .n = 1, .group = group};
    struct table t;
    group[0].key = &key[0][1];
    flips_make(&f, &one);
    flips_table(&f, &t);
    assert_string_equal(table_text_at(&t, 0, "scenario"), "all");
    assert_string_equal(table_text_at(&t, 0, "large"), "1.50 duplex");
    table_free(&t);
    flips_free(&f);
    group[0].key = key[0];
}

static void the_picture_shows_every_cell_and_its_flip(void **state)
{
    (void)state;
    struct flips f;
    char *text = NULL;
    size_t size, frames = 0;
    FILE *out = open_memstream(&text, &size);
    flips_make(&f, &answer);
    flips_svg(&f, out);
    fclose(out);
    for (const char *at = text; (at = strstr(at, "stroke-width=\"3\"")); at++)
        frames++;
    assert_int_equal(frames, 3); /* two flips and the legend */
    assert_non_null(strstr(text, "none feasible"));
    assert_null(strstr(text, "†"));
    assert_non_null(strstr(text, ">0.80<"));
    free(text);
    flips_free(&f);
}

static void an_engine_that_is_not_as_stated_is_labelled(void **state)
{
    (void)state;
    struct flips f;
    struct table t;
    char *text = NULL;
    size_t size;
    group[0].engine_limited_by = LIMITED_BY_TEMPERATURE;
    flips_make(&f, &answer);
    flips_rows_table(&f, &t);
    assert_string_equal(table_text_at(&t, 0, "engine_caveat"), "limited by temperature");
    assert_string_equal(table_text_at(&t, 1, "engine_caveat"), "");
    table_free(&t);
    FILE *out = open_memstream(&text, &size);
    flips_svg(&f, out);
    fclose(out);
    assert_non_null(strstr(text, "duplex: limited by temperature"));
    assert_non_null(strstr(text, ">duplex †<"));
    assert_null(strstr(text, "attacc †"));
    free(text);
    text = NULL;
    out = open_memstream(&text, &size);
    map_svg(&answer, out);
    fclose(out);
    assert_non_null(strstr(text, ">base · large †<"));
    assert_null(strstr(text, ">base · small †<"));
    free(text);
    flips_free(&f);
    group[0].engine_limited_by = LIMITED_BY_NOTHING;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_a_scenario_and_a_column_a_model),
        cmocka_unit_test(a_verdict_that_differs_from_base_is_marked),
        cmocka_unit_test(without_scenarios_nothing_flips),
        cmocka_unit_test(the_picture_shows_every_cell_and_its_flip),
        cmocka_unit_test(an_engine_that_is_not_as_stated_is_labelled),
    };
    return cmocka_run_group_tests(tests, write_down, NULL);
}
