#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf_json.h"
#include "base/mem.h"
#include "reports/page/what_if.h"
#include "tests/model.h"

#define STUDY                                                                                      \
    "models: [gpt3-175b, deepseek-r1]\\nworkload: {context: 8192, tpot: 100 ms}\\n"                \
    "plan: {devices: 32}\\nsweep: {engine: [none, attacc], chip.memory_byte: [96 GB, 192 GB]}"

static struct what_if *page(void **state)
{
    return *state;
}

static int make_page(void **state)
{
    *state = what_if_make(catalogue);
    return 0;
}

static int free_page(void **state)
{
    what_if_free(*state);
    return 0;
}

/* The answer, which must be JSON. Caller closes. */
static struct conf *ask(struct what_if *w, const char *request)
{
    struct conf *c = NULL;
    struct err err = {0};
    char *text = what_if_answer(w, request);
    if (conf_parse_json(&c, "answer", text, &err) != 0)
        print_error("%s\n%s\n", err.text, text);
    free(text);
    assert_non_null(c);
    return c;
}

/* The value at a path of keys and numbers, such as "with/0/metrics/batch". */
static const char *at(const struct conf *c, const char *path)
{
    const struct node *n = conf_root(c);
    char *copy = mem_text(path), *rest = copy;
    for (char *key; (key = strtok_r(rest, "/", &rest));) {
        n = node_kind(n) == NODE_LIST ? node_at(n, strtoul(key, NULL, 10)) : node_find(n, key);
        assert_non_null(n);
    }
    free(copy);
    return node_text(n);
}

static double number(const struct conf *c, const char *path)
{
    return strtod(at(c, path), NULL);
}

static void expect(struct what_if *w, const char *request, const char *path, const char *value)
{
    struct conf *c = ask(w, request);
    assert_string_equal(at(c, path), value);
    conf_close(c);
}

static void open_study(struct what_if *w, const char *set)
{
    char *request =
        mem_print("{\"study\": {\"name\": \"s\", \"text\": \"" STUDY "\", \"set\": [%s]}}", set);
    struct conf *c = ask(w, request);
    assert_int_equal(node_count(conf_root(c)), 0);
    conf_close(c);
    free(request);
}

static double payoff(struct what_if *w, const char *cell)
{
    char *request = mem_print("{\"payoffs\": {\"budget\": \"cost\", \"cells\": [%s]}}", cell);
    struct conf *c = ask(w, request);
    double p = number(c, "p/0");
    conf_close(c);
    free(request);
    return p;
}

static const char cell[] = "{\"model\": \"gpt3-175b\", \"engine\": \"attacc\"}";

/* The answer with P and designs of `cell`. Caller closes. */
static struct conf *designs_of_cell(struct what_if *w)
{
    char *request = mem_print("{\"designs\": {\"budget\": \"cost\", \"cells\": [%s]}}", cell);
    struct conf *c = ask(w, request);
    free(request);
    return c;
}

static void p_is_the_ratio_of_its_two_designs(void **state)
{
    struct what_if *w = page(state);
    open_study(w, "");
    struct conf *c = designs_of_cell(w);
    double ratio = number(c, "with/0/metrics/tokens_per_s_per_usd") /
                   number(c, "without/0/metrics/tokens_per_s_per_usd");
    assert_close(number(c, "p/0"), ratio, 1e-12);
    assert_close(payoff(w, cell), ratio, 1e-12);
    assert_string_equal(at(c, "with/0/parameters/engine"), "attacc");
    assert_string_equal(at(c, "without/0/parameters/engine"), "none");
    assert_string_equal(at(c, "twin/0/metrics/engine_cost_usd"), "0");
    assert_string_equal(at(c, "twin/0/parameters/chip.memory_byte"),
                        at(c, "with/0/parameters/chip.memory_byte"));
    conf_close(c);
}

/* The store has 0 for the largest batch, which a study calls max. */
static void a_cell_is_found_by_the_numbers_of_the_store(void **state)
{
    struct what_if *w = page(state);
    struct conf *c = ask(w, "{\"study\": {\"name\": \"s\", \"text\": \"model: gpt3-175b\\nsweep: "
                            "{engine: [none, attacc], workload.batch: [16, max], workload.context: "
                            "[4096, 8192]}\"}}");
    assert_int_equal(node_count(conf_root(c)), 0);
    conf_close(c);
    double most = payoff(w, "{\"workload_context\": 8192, \"workload_batch\": 0}");
    double small = payoff(w, "{\"workload_context\": 8192, \"workload_batch\": 16}");
    assert_true(most > 0 && small > 0);
    assert_true(most != small);
}

static void a_dearer_engine_pays_less_and_a_reset_restores_p(void **state)
{
    struct what_if *w = page(state);
    open_study(w, "");
    double before = payoff(w, cell);
    open_study(w, "\"prices.engine_premium=3\"");
    assert_true(payoff(w, cell) < before);
    open_study(w, "");
    assert_close(payoff(w, cell), before, 0);
}

static void a_fixed_axis_leaves_only_its_value(void **state)
{
    struct what_if *w = page(state);
    open_study(w, "\"chip.memory_byte=96 GB\"");
    struct conf *c = designs_of_cell(w);
    assert_string_equal(at(c, "with/0/parameters/chip.memory_byte"), "96000000000");
    assert_string_equal(at(c, "without/0/parameters/chip.memory_byte"), "96000000000");
    conf_close(c);
}

static void a_cell_without_designs_has_no_p(void **state)
{
    struct what_if *w = page(state);
    open_study(w, "\"workload.tpot_s=1e-6\"");
    struct conf *c = designs_of_cell(w);
    assert_string_equal(at(c, "p/0"), "null");
    assert_string_equal(at(c, "with/0"), "null");
    conf_close(c);
}

static void a_design_is_evaluated_by_its_paths(void **state)
{
    struct conf *c = ask(page(state), "{\"evaluate\": [\"model=gpt3-175b\", \"chip=h100\"]}");
    assert_string_equal(at(c, "parameters/model"), "gpt3-175b");
    assert_string_equal(at(c, "parameters/chip"), "h100");
    assert_true(number(c, "metrics/tokens_per_s") > 0);
    conf_close(c);
}

static void what_cannot_be_answered_says_why(void **state)
{
    struct what_if *w = page(state);
    expect(w, "{\"payoffs\": {\"budget\": \"cost\", \"cells\": []}}", "error", "no study yet");
    expect(w, "{\"x\": 1}", "error", "an unknown request");
    expect(w, "[", "error", "request:1:2: a value is missing: correct the JSON");
    expect(w, "{\"evaluate\": [\"chip.tdp=5\"]}", "error",
           "--set chip.tdp=5: chip.tdp: unknown name: did you mean \"chip.tdp_w\"?");
    expect(w, "{\"evaluate\": [\"chip.memory_byte=-1 GB\"]}", "error",
           "--set chip.memory_byte=-1 GB: chip.memory_byte: -1 GB is out of range: from 1 MB to "
           "1 PB");
    open_study(w, "");
    expect(w, "{\"payoffs\": {\"cells\": []}}", "error",
           "\"\" is no budget: one of cost, area, power, none");
}

/* A study that cannot be read leaves the one before. */
static void a_mistake_changes_nothing(void **state)
{
    struct what_if *w = page(state);
    open_study(w, "");
    double before = payoff(w, cell);
    struct conf *c = ask(w, "{\"study\": {\"name\": \"s\", \"text\": \"chip: [\"}}");
    assert_string_equal(node_key(conf_root(c), 0), "error");
    conf_close(c);
    assert_close(payoff(w, cell), before, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(p_is_the_ratio_of_its_two_designs, make_page, free_page),
        cmocka_unit_test_setup_teardown(a_cell_is_found_by_the_numbers_of_the_store, make_page,
                                        free_page),
        cmocka_unit_test_setup_teardown(a_dearer_engine_pays_less_and_a_reset_restores_p, make_page,
                                        free_page),
        cmocka_unit_test_setup_teardown(a_fixed_axis_leaves_only_its_value, make_page, free_page),
        cmocka_unit_test_setup_teardown(a_cell_without_designs_has_no_p, make_page, free_page),
        cmocka_unit_test_setup_teardown(a_design_is_evaluated_by_its_paths, make_page, free_page),
        cmocka_unit_test_setup_teardown(what_cannot_be_answered_says_why, make_page, free_page),
        cmocka_unit_test_setup_teardown(a_mistake_changes_nothing, make_page, free_page),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
