/* The sentences on what a gain is made of. */
#include <stdlib.h>
#include <string.h>

#include "reports/payoff/payoff_sentence.h"
#include "reports/payoff/payoff_table.h"
#include "tests/test.h"

static char duplex[] = "duplex";

static struct payoff_group paying(struct cell *key, double p, double attention, double experts)
{
    return (struct payoff_group){.key = key,
                                 .p = p,
                                 .p_only = {attention, experts},
                                 .engine = duplex,
                                 .core = "core attention",
                                 .intensity = 100,
                                 .verdict = PAYS};
}

static void a_gain_of_experts_is_called_so(void **state)
{
    (void)state;
    char *by[] = {(char[]){"model"}};
    struct cell key[] = {{.kind = CELL_TEXT, .text = (char[]){"mla"}},
                         {.kind = CELL_TEXT, .text = (char[]){"mha"}},
                         {.kind = CELL_TEXT, .text = (char[]){"unknown"}}};
    struct payoff_group group[] = {paying(&key[0], 1.1, 0.92, 1.06),
                                   paying(&key[1], 1.3, 1.2, 1.05), paying(&key[2], 1.2, NAN, NAN)};
    const struct payoff p = {.by = by, .by_n = 1, .n = 3, .group = group};
    char *text = payoff_sentence(&p);
    assert_string_equal(text, "An attention engine pays for mha, unknown. It pays, but for its "
                              "experts, not for attention, for mla.");
    free(text);
    text = payoff_line(&p, 0);
    assert_string_equal(text,
                        "mla, core attention at 100 FLOP/B: pays with duplex (P 1.10, but for "
                        "its experts)");
    free(text);
    text = payoff_line(&p, 1);
    assert_string_equal(text, "mha, core attention at 100 FLOP/B: pays with duplex (P 1.30)");
    free(text);
}

/* A model whose other workloads do not pay is not said to pay. */
static void a_gain_of_experts_in_some_workloads_is_called_so(void **state)
{
    (void)state;
    struct payoff_group group[] = {paying(NULL, 1.25, 0.94, 1.25), paying(NULL, 0.94, 0.94, 0.94)};
    group[1].verdict = DOES_NOT_PAY;
    const struct payoff p = {.n = 2, .group = group};
    char *text = payoff_sentence(&p);
    assert_string_equal(text, "An attention engine pays, but for its experts, not for attention, "
                              "for some workloads of this study.");
    free(text);
}

/* Neither class alone pays: the experts are still needed. An engine for experts only as well. */
static void a_gain_that_needs_the_experts_is_one_of_experts(void **state)
{
    (void)state;
    const struct payoff_group both = paying(NULL, 1.1, 0.98, 0.99);
    const struct payoff_group experts = paying(NULL, 1.1, NAN, 1.1);
    const struct payoff_group idle = paying(NULL, 0.9, 0.9, 0.9);
    assert_true(pays_for_experts(&both) && pays_for_experts(&experts));
    assert_false(pays_for_experts(&idle));
}

/* Wherever its pay-off is printed, an engine that nobody designed or that cannot be fed is said so.
 */
static void an_engine_that_cannot_exist_as_stated_is_labelled(void **state)
{
    (void)state;
    char *by[] = {(char[]){"model"}};
    struct cell key[] = {{.kind = CELL_TEXT, .text = (char[]){"mla"}}};
    struct payoff_group group = paying(&key[0], 1.1, 1.1, 1.0);
    group.engine_maturity = STATUS_HYPOTHETICAL;
    group.engine_limited_by = LIMITED_BY_TEMPERATURE;
    const struct payoff p = {.by = by, .by_n = 1, .n = 1, .group = &group};
    char *text = payoff_line(&p, 0);
    assert_non_null(strstr(text, "duplex (hypothetical, limited by temperature; P 1.10)"));
    free(text);
    group.engine_maturity = STATUS_PUBLISHED;
    text = payoff_line(&p, 0);
    assert_non_null(strstr(text, "duplex (limited by temperature; P 1.10)"));
    free(text);
    struct table t;
    payoff_table(&p, &t);
    assert_string_equal(table_text_at(&t, 0, "engine_maturity"), "published");
    assert_string_equal(table_text_at(&t, 0, "engine_limited_by"), "temperature");
    table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_engine_that_cannot_exist_as_stated_is_labelled),
        cmocka_unit_test(a_gain_of_experts_is_called_so),
        cmocka_unit_test(a_gain_of_experts_in_some_workloads_is_called_so),
        cmocka_unit_test(a_gain_that_needs_the_experts_is_one_of_experts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
