#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quantity.h"

static void says(double value, const char *unit, int digits, const char *want)
{
    char text[48];
    assert_string_equal(quantity_text(value, unit, digits, text, sizeof text), want);
}

static void is_no_quantity(const char *text, const char *unit)
{
    double got = 12345;
    int status = quantity_parse(text, unit, &got);
    if (status != -1)
        print_error("\"%s\" was read as %g\n", text, got);
    assert_int_equal(status, -1);
    assert_close(got, 12345, 0);
}

static void a_prefix_reads_as_the_same_double_as_an_exponent(void **state)
{
    (void)state;
    for (int i = 1; i < 5000; i++) {
        char prefixed[40], plain[40];
        double a = NAN, b = NAN;
        snprintf(prefixed, sizeof prefixed, "%d.%02d us", i / 100, i % 100);
        snprintf(plain, sizeof plain, "%d.%02de-6", i / 100, i % 100);
        assert_int_equal(quantity_parse(prefixed, "s", &a), 0);
        assert_int_equal(quantity_parse(plain, "s", &b), 0);
        assert_close(a, b, 0);
        assert_close(a, strtod(plain, NULL), 0);
    }
}

static void what_is_not_a_number_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",      " ",       "B",    "k",        "nan",      "NaN",   "-nan",
        "0x10",  "0x1p3",   "1e",   "1e+",      ".",        "+",     "-",
        "--1",   "+-1",     "1,5",  "1 2",      "1_000",    "1 e3",  "e3",
        "1e999", "1e308 T", "1 b",  "1 KkB",    "1 BB",     "1 B B", "1 Bs",
        "1 B/s", "1 kiB",   "1 %",  "infinit",  "1e3e3",    "1.2.3", "infe3",
        "1 1",   "1e99999", "1 Gb", "1 \xC2 B", "1e-99999", "- 1",   "1e9999999999999999999999",
    };
    for (size_t i = 0; i < LEN(bad); i++)
        is_no_quantity(bad[i], "B");
    is_no_quantity("5 1", "1");
    is_no_quantity("5 B", "1");
    is_no_quantity("5 B", NULL);
    is_no_quantity("5 k%", "1");
}

static void a_number_too_long_to_be_meant_is_refused(void **state)
{
    (void)state;
    char text[300];
    memset(text, '7', sizeof text);
    text[sizeof text - 1] = '\0';
    is_no_quantity(text, "B");
}

static void plain_numbers_areas_seconds_and_intensities_have_no_k(void **state)
{
    (void)state;
    says(0.8, "1", 6, "0.8");
    says(1.0 / 3, "1", 6, "0.333333");
    says(814, "mm2", 4, "814 mm2");
    says(123456, "1", 6, "123456");
    says(86400, "s", 4, "86400 s");
    says(1234, "FLOP/B", 4, "1234 FLOP/B");
    says(0.5, "FLOP/B", 4, "0.5 FLOP/B");
    says(2, NULL, 3, "2");
}

static void plain_numbers_and_intensities_from_a_million_have_a_prefix_and_no_exponent(void **state)
{
    (void)state;
    says(1e6, "1", 4, "1 M");
    says(1e6, "FLOP/B", 4, "1 MFLOP/B");
    says(12345678, "1", 4, "12.35 M");
}

static void rounding_up_moves_to_the_next_prefix(void **state)
{
    (void)state;
    says(0.99996, "s", 4, "1 s");
    says(0.99994, "s", 4, "999.9 ms");
    says(999.96e9, "B", 4, "1 TB");
    says(999999.7, "USD", 4, "1 MUSD");
    says(1e-3, "s", 4, "1 ms");
    says(1e-9, "s", 4, "1 ns");
    says(1e-15, "s", 4, "0.001 ps");
    says(1e21, "B", 4, "1000 EB");
    says(4e-12, "J/B", 3, "4 pJ/B");
    says(700, "W", 3, "700 W");
    says(1.2e6, "W", 3, "1.2 MW");
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    static const char *const units[] = {
        "1",   "s",   "B",   "B/s",    "FLOP/s",   "FLOP/B",  "W",       "J",
        "J/B", "USD", "mm2", "tokens", "tokens/s", "devices", "USD/kWh",
    };
    for (size_t u = 0; u < LEN(units); u++) {
        for (int power = -22; power < 30; power++) {
            double value = 1.2345678 * pow(7.7, power);
            char text[48];
            double back = NAN;
            quantity_text(value, units[u], 4, text, sizeof text);
            assert_true(strlen(text) < sizeof text - 1);
            assert_int_equal(quantity_parse(text, units[u], &back), 0);
            assert_close(back, value, 0.00051);
            quantity_text(-value, units[u], 12, text, sizeof text);
            assert_int_equal(quantity_parse(text, units[u], &back), 0);
            assert_close(back, -value, 1e-11);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_prefix_reads_as_the_same_double_as_an_exponent),
        cmocka_unit_test(what_is_not_a_number_is_refused),
        cmocka_unit_test(a_number_too_long_to_be_meant_is_refused),
        cmocka_unit_test(plain_numbers_areas_seconds_and_intensities_have_no_k),
        cmocka_unit_test(
            plain_numbers_and_intensities_from_a_million_have_a_prefix_and_no_exponent),
        cmocka_unit_test(rounding_up_moves_to_the_next_prefix),
        cmocka_unit_test(what_is_written_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
