/* Settings and ranges as users write them. */
#include <stdlib.h>
#include <string.h>

#include "reports/payoff/range.h"
#include "reports/payoff/setting.h"
#include "tests/model.h"

static void an_underscore_may_replace_a_dot_in_a_path(void **state)
{
    (void)state;
    assert_true(path_equal("chip.memory_byte", "chip.memory_byte"));
    assert_true(path_equal("chip.memory_byte", "chip_memory_byte"));
    assert_true(path_equal("chip_memory_byte", "chip.memory_byte"));
    assert_false(path_equal("chip.memory_byte", "chip.memory_byte_per_s"));
    assert_false(path_equal("chip.memory_byte_per_s", "chip.memory_byte"));
}

static void a_value_is_read_with_its_unit(void **state)
{
    (void)state;
    struct setting s;
    struct err err;
    assert_int_equal(setting_parse(&s, "chip_memory_byte", "96 GB", &err), 0);
    assert_null(s.text);
    assert_close(s.number, 96e9, 1e-12);
    assert_int_equal(setting_parse(&s, "prices.engine_premium", "2.5", &err), 0);
    assert_true(s.number == 2.5 && !s.text);
    assert_int_equal(setting_parse(&s, "model", "deepseek-r1", &err), 0);
    assert_string_equal(s.text, "deepseek-r1");
    assert_int_equal(setting_parse(&s, "chip.memory_byte", "96 apples", &err), -1);
    assert_int_equal(setting_parse(&s, "chip.memory_bite", "96 GB", &err), -1);
}

static void only_numeric_parameters_have_a_range(void **state)
{
    (void)state;
    const struct field *f;
    struct err err;
    assert_int_equal(setting_check("workload_context", &f, &err), 0);
    assert_string_equal(f->name, "context");
    assert_int_equal(setting_check("pools_ffn_chip_memory_byte", &f, &err), 0);
    assert_string_equal(f->name, "memory_byte");
    assert_int_equal(setting_check("pools_ffn_devices", &f, &err), 0);
    assert_int_equal(setting_check("pools_ffn_chip", &f, &err), -1);
    assert_int_equal(setting_check("prices.engine_premium", &f, &err), 0);
    assert_int_equal(setting_check("prices.engine_premiun", &f, &err), -1);
    assert_non_null(strstr(err.text, "unknown price"));
    assert_int_equal(setting_check("workload.phase", &f, &err), -1);
}

static void a_setting_starts_from_the_first_design_of_the_study(void **state)
{
    (void)state;
    struct study *s;
    struct err err = {0};
    if (study_parse(&s, "test",
                    "models: [gpt3-175b]\nchip: b200\nworkload: {tpot: 50 ms}\n"
                    "sweep: {workload.context: [4096, 8192], chip: [h100, b200]}\n",
                    catalogue, &err) != 0)
        assert_string_equal(err.text, "");
    assert_true(setting_value(s, "workload.context") == 4096);
    assert_close(setting_value(s, "chip_memory_byte"), 80e9, 0.05);
    assert_close(setting_value(s, "workload.tpot_s"), 0.05, 1e-12);
    assert_true(setting_value(s, "prices.engine_premium") == s->prices.middle.engine_premium);
    assert_true(isnan(setting_value(s, "no.such")));
    study_free(s);
}

/* ---- ranges ---- */

static void values_of_a_range_are_evenly_spaced_on_its_scale(void **state)
{
    (void)state;
    const struct range logs = {.from = 1, .to = 16}, even = {.from = 0, .to = 16},
                       whole = {.from = 1, .to = 4, .whole = true};
    assert_close(range_value(&logs, 0, 5), 1, 1e-12);
    assert_close(range_value(&logs, 2, 5), 4, 1e-12);
    assert_close(range_value(&logs, 4, 5), 16, 1e-12);
    assert_close(range_value(&even, 1, 5), 4, 1e-12);
    assert_true(range_value(&whole, 2, 4) == 3); /* 4^(2/3) = 2.52 */
    assert_true(range_value(&logs, 0, 1) == 1);
}

static struct study *default_study(void)
{
    return study_with(SET("chip=b200-paper", "workload.context=8192"));
}

static void a_range_is_read_from_its_path(void **state)
{
    (void)state;
    struct study *s = default_study();
    struct range r;
    struct err err;
    assert_int_equal(range_read(&r, s, "chip.memory_byte=48 GB:0.192 TB", "--stop", &err), 0);
    assert_string_equal(r.path, "chip.memory_byte");
    assert_string_equal(r.unit, "B");
    assert_close(r.from, 48e9, 1e-12);
    assert_close(r.to, 192e9, 1e-12);
    assert_false(r.whole);
    free(r.path);
    assert_int_equal(range_read(&r, s, "workload.context", "--stop", &err), 0);
    assert_true(r.from == 8192.0 / 16 && r.to == 8192.0 * 16);
    free(r.path);
    assert_int_equal(range_read(&r, s, "plan.devices=8:64", "--stop", &err), 0);
    assert_true(r.whole);
    free(r.path);
    study_free(s);
}

static void an_empty_range_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"chip.memory_byte=192 GB:48 GB", "is empty"},
        {"chip.memory_byte=48 GB", "is not FROM:TO"},
        {"chip.memory_byte=48 GB:much", "chip.memory_byte"},
        {"chip.memory_bite=1:2", "memory_bite"},
    };
    struct study *s = default_study();
    for (size_t i = 0; i < LEN(wrong); i++) {
        struct range r;
        struct err err;
        assert_int_equal(range_read(&r, s, wrong[i].text, "dse payoff: --stop", &err), -1);
        assert_non_null(strstr(err.text, wrong[i].says));
        assert_int_equal(strncmp(err.text, "dse payoff: --stop ", 19), 0);
    }
    study_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_underscore_may_replace_a_dot_in_a_path),
        cmocka_unit_test(a_value_is_read_with_its_unit),
        cmocka_unit_test(only_numeric_parameters_have_a_range),
        cmocka_unit_test(a_setting_starts_from_the_first_design_of_the_study),
        cmocka_unit_test(values_of_a_range_are_evenly_spaced_on_its_scale),
        cmocka_unit_test(a_range_is_read_from_its_path),
        cmocka_unit_test(an_empty_range_is_refused),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
