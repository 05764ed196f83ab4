/* Every budget and every verdict of a pay-off has a text of its own. */
#include "reports/payoff/payoff_answer.h"
#include "reports/payoff/payoff_comparison.h"
#include "tests/test.h"

static void all_are_texts(const char *const *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_non_null(text[i]);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(text[i], text[j]);
    }
}

static void every_budget_and_every_verdict_has_a_text(void **state)
{
    (void)state;
    all_are_texts(budget_text, BUDGETS);
    all_are_texts(payoff_verdict_text, PAYOFF_VERDICTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_budget_and_every_verdict_has_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
