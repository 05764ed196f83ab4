/* The pay-off as tables and sentences, from a hand-written answer. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/payoff_label.h"
#include "reports/payoff/payoff_sentence.h"
#include "reports/payoff/payoff_table.h"
#include "tests/test.h"

enum { GROUPS = 6 };

/* Two models, two contexts, one or two engines. */
static struct cell key[GROUPS][3];
static struct payoff_group group[GROUPS];
static char *by[] = {(char[]){"model"}, (char[]){"workload_context"}, (char[]){"engine"}};
static struct payoff answer = {.by = by, .by_n = 3, .n = GROUPS, .group = group};

static struct cell text_cell(const char *text)
{
    return (struct cell){.kind = CELL_TEXT, .text = (char *)(uintptr_t)text};
}

static int write_down(void **state)
{
    static const struct {
        const char *model;
        double context;
        const char *engine;
        double p;
        enum payoff_verdict verdict;
    } of[GROUPS] = {
        {"large", 8192, "duplex", 1.5, PAYS},       {"large", 2048, "duplex", 1.2, PAYS},
        {"large", 8192, "attacc", 1.1, PAYS},       {"large", 2048, "attacc", 0.9, TOO_CLOSE},
        {"small", 8192, "duplex", 0.99, TOO_CLOSE}, {"small", 2048, "duplex", 0.7, DOES_NOT_PAY}};
    static char empty[] = "";
    (void)state;
    for (size_t i = 0; i < GROUPS; i++) {
        key[i][0] = text_cell(of[i].model);
        key[i][1] = (struct cell){.kind = CELL_NUMBER, .number = of[i].context};
        key[i][2] = text_cell(of[i].engine);
        group[i] = (struct payoff_group){.key = key[i],
                                         .p = of[i].p,
                                         .verdict = of[i].verdict,
                                         .core = "core attention",
                                         .intensity = i < 4 ? 10 : 200,
                                         .engine = key[i][2].text,
                                         .with = empty,
                                         .without = empty,
                                         .regime = empty,
                                         .reason = empty};
    }
    return 0;
}

static void a_map_has_a_column_per_value_in_ascending_order(void **state)
{
    (void)state;
    struct table t;
    payoff_map_table(&answer, &t);
    assert_int_equal(t.columns, 4);
    assert_string_equal(t.header[2], "2048");
    assert_string_equal(t.header[3], "8192");
    assert_int_equal(t.rows, 3);
    assert_string_equal(table_text_at(&t, 0, "model"), "large");
    assert_string_equal(table_text_at(&t, 0, "engine"), "duplex");
    assert_string_equal(table_text_at(&t, 0, "2048"), "1.20");
    assert_string_equal(table_text_at(&t, 0, "8192"), "1.50");
    assert_string_equal(table_text_at(&t, 1, "2048"), "0.90");
    assert_string_equal(table_text_at(&t, 2, "8192"), "0.99");
    table_free(&t);
}

static void every_group_is_a_row_under_its_key(void **state)
{
    (void)state;
    struct table t;
    payoff_table(&answer, &t);
    assert_int_equal(t.rows, GROUPS);
    for (size_t i = 0; i < GROUPS; i++) {
        assert_string_equal(table_text_at(&t, i, "model"), key[i][0].text);
        assert_true(table_number_at(&t, i, "workload_context") == key[i][1].number);
        assert_true(table_number_at(&t, i, "payoff") == group[i].p);
        assert_string_equal(table_text_at(&t, i, "verdict"), payoff_verdict_text[group[i].verdict]);
        assert_string_equal(table_text_at(&t, i, "engine_group"), group[i].engine);
    }
    table_free(&t);
}

static void a_swing_names_the_value_that_changes_the_verdict(void **state)
{
    (void)state;
    static struct swing swing[] = {{.name = "a", .flips_at = 3, .inside = true},
                                   {.name = "b", .flips_at = 9},
                                   {.name = "c", .flips_at = NAN}};
    struct table t;
    group[0].swing = swing;
    group[0].swings = LEN(swing);
    payoff_swing_table(&answer, SIZE_MAX, &t);
    assert_int_equal(t.rows, 3);
    assert_string_equal(table_text_at(&t, 0, "flips"), "in its range");
    assert_string_equal(table_text_at(&t, 1, "flips"), "beyond it");
    assert_string_equal(table_text_at(&t, 2, "flips"), "no");
    table_free(&t);
    payoff_swing_table(&answer, 1, &t);
    assert_int_equal(t.rows, 1);
    table_free(&t);
}

static void a_pair_names_both_constants_and_their_values(void **state)
{
    (void)state;
    static struct pair_flip pair[] = {{{"a", "b"}, {3, 4}, 0.5, 0.9}, {{"a", "c"}, {5, 6}, 1, 0.8}};
    struct table t;
    group[0].pair = pair;
    group[0].pairs = LEN(pair);
    payoff_pair_table(&answer, SIZE_MAX, &t);
    assert_int_equal(t.rows, 2);
    assert_string_equal(table_text_at(&t, 1, "constant_2"), "c");
    assert_close(table_number_at(&t, 0, "flips_at_2"), 4, 0);
    assert_close(table_number_at(&t, 1, "distance"), 1, 0);
    table_free(&t);
    payoff_pair_table(&answer, 1, &t);
    assert_int_equal(t.rows, 1);
    table_free(&t);
}

static void the_sentence_sorts_models_by_their_verdicts(void **state)
{
    (void)state;
    char *text = payoff_sentence(&answer);
    assert_string_equal(text,
                        "An attention engine pays for some workloads of large. It is too close "
                        "to call for small.");
    free(text);
    for (size_t i = 0; i < GROUPS; i++)
        group[i].verdict = i < 4 ? PAYS : DOES_NOT_PAY;
    text = payoff_sentence(&answer);
    assert_string_equal(text, "An attention engine pays for large. It does not pay for small.");
    free(text);
}

static void a_line_per_model_names_the_verdict_of_each_engine(void **state)
{
    (void)state;
    char *line = payoff_line(&answer, 0);
    assert_non_null(strstr(line, "large, core attention at 10 FLOP/B:"));
    assert_non_null(strstr(line, " pays with duplex (P 1.20 to 1.50)"));
    assert_non_null(strstr(line, "; pays for some workloads with attacc (P 0.90 to 1.10)"));
    free(line);
    line = payoff_line(&answer, 1);
    assert_non_null(strstr(line, "small, core attention at 200 FLOP/B:"));
    assert_non_null(strstr(line, "too close to call with duplex (P 0.70 to 0.99)"));
    free(line);
    assert_null(payoff_line(&answer, 2));
}

static void a_title_is_the_key_of_a_group(void **state)
{
    (void)state;
    char *title = group_title(&answer, &group[0]);
    assert_string_equal(title, "large, workload_context 8192, duplex");
    free(title);
    key[0][1] = (struct cell){.kind = CELL_NULL};
    title = group_title(&answer, &group[0]);
    assert_string_equal(title, "large, duplex");
    free(title);
}

#define EACH(test) cmocka_unit_test_setup(test, write_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(a_map_has_a_column_per_value_in_ascending_order),
        EACH(every_group_is_a_row_under_its_key),
        EACH(a_swing_names_the_value_that_changes_the_verdict),
        EACH(a_pair_names_both_constants_and_their_values),
        EACH(the_sentence_sorts_models_by_their_verdicts),
        EACH(a_line_per_model_names_the_verdict_of_each_engine),
        EACH(a_title_is_the_key_of_a_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
