/* Files of workload mixes, and the swept columns of a run. */
#include <stdio.h>

#include "reports/payoff/swept_columns.h"
#include "reports/payoff/workload_mix.h"
#include "tests/reports/payoff/made_up_run.h"

static int read_text(struct mix *out, const char *text, struct err *err)
{
    const char *base = getenv("TMPDIR");
    char *path = mem_print("%s/dse-mix-XXXXXX", base ? base : "/tmp");
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    close(file);
    int rc = mix_read(out, path, err);
    unlink(path);
    free(path);
    return rc;
}

static void a_row_is_a_workload_and_its_share(void **state)
{
    (void)state;
    struct mix m;
    struct err err = {0};
    if (read_text(&m, "model,workload.context,weight\ndeepseek-r1,8192,1\ngpt3-175b,2k,3\n", &err))
        assert_string_equal(err.text, "");
    assert_int_equal(m.n, 2);
    assert_true(m.job[0].weight == 1 && m.job[1].weight == 3);
    assert_int_equal(m.job[1].n, 2);
    assert_string_equal(m.job[1].set[0].text, "gpt3-175b");
    assert_true(m.job[1].set[1].number == 2000);
    assert_true(mix_sets(&m, "workload_context") && mix_sets(&m, "model"));
    assert_false(mix_sets(&m, "workload.batch"));
    mix_free(&m);
}

static void a_mistake_in_a_mix_is_reported_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"model,workload.context\ngpt3-175b,8192\n", ":1:1: a mix needs a column weight"},
        {"model,weight\n", "needs a column weight and a row"},
        {"model,weight\ngpt3-175b,0\n", ":2:1: weight: is not above 0"},
        {"workload.contex,weight\n8192,1\n", ":2:1: workload.contex"},
        {"workload.context,weight\n8192,1\nmany,1\n", ":3:1: workload.context"},
    };
    for (size_t i = 0; i < LEN(wrong); i++) {
        struct mix m;
        struct err err = {0};
        assert_int_equal(read_text(&m, wrong[i].text, &err), -1);
        if (!strstr(err.text, wrong[i].says))
            assert_string_equal(err.text, wrong[i].says);
    }
}

static void only_columns_of_two_values_are_swept(void **state)
{
    (void)state;
    const struct made_up point[] = {
        {.context = 1024, .memory_byte = 96e9, .tokens_per_s = 1, .tp = 2},
        {.context = 2048, .memory_byte = 96e9, .tokens_per_s = 2, .tp = 4},
        {.context = 4096, .memory_byte = 96e9, .engine = DUPLEX, .tokens_per_s = 3, .tp = 2},
    };
    struct made_up_run r = made_up_begin(point, LEN(point));
    struct swept s;
    struct err err = {0};
    assert_int_equal(swept_read(&s, r.db, &r.run, &err), 0);
    assert_int_equal(s.n, 3);
    const struct swept_column *context = swept_find(&s, "workload.context", 16);
    const struct swept_column *engine = swept_find(&s, "engine", 6),
                              *tp = swept_find(&s, "plan_tp", 7);
    assert_true(context && context->values == 3 && context->is_number && context->of_workload);
    assert_true(engine && !engine->is_number && engine->of_engine && engine->of_hardware);
    assert_true(tp && tp->chosen && !tp->of_workload);
    assert_null(swept_find(&s, "chip_memory_byte", 16));
    assert_null(swept_find(&s, "tokens_per_s", 12)); /* a metric */
    swept_free(&s);
    made_up_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_a_workload_and_its_share),
        cmocka_unit_test(a_mistake_in_a_mix_is_reported_with_its_place),
        cmocka_unit_test(only_columns_of_two_values_are_swept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
