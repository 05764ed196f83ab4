#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/field.h"
#include "base/mem.h"

struct sample {
    double mem_byte_per_s, mem_byte, weight_byte, device, busy, tpot_s, price_usd, die_mm2;
    double token_per_s, gap_s;
    double wait_s, rate_byte_per_s;
};

static const struct word weights[] = {
    {"bf16", 2}, {"fp8", 1}, {"fp4", 0.5}, {"int8", 1}, {NULL, 0},
};
static const struct word most[] = {{"max", 0}, {"all", -1}, {NULL, 0}};

/* clang-format off */
static const struct field rows[] = {
    {FIELD(sample, mem_byte_per_s, "B/s"), .lo = 1e9, .hi = 1e18, .init = NAN, .doc = "."},
    {FIELD(sample, mem_byte, "B"), .lo = 1, .hi = 1e15, .init = 80e9, .doc = "."},
    {FIELD(sample, weight_byte, "B"), .lo = 0, .hi = 8, .init = 2, .only_words = true,
     .words = weights, .doc = "."},
    {FIELD(sample, device, "devices"), .lo = 1, .hi = 1e6, .init = 1, .whole = true,
     .words = most, .doc = "."},
    {FIELD(sample, busy, "1"), .lo = 0, .hi = 1, .init = 0.8, .doc = "."},
    {FIELD(sample, tpot_s, "s"), .lo = 0, .hi = INFINITY, .init = INFINITY, .doc = "."},
    {FIELD(sample, price_usd, "USD"), .lo = 0, .hi = 1e12, .init = 0, .doc = "."},
    {FIELD(sample, die_mm2, "mm2"), .lo = 1, .hi = 2000, .init = 800, .doc = "."},
    {FIELD(sample, token_per_s, "tokens/s"), .lo = 0, .hi = INFINITY, .init = 0, .doc = "."},
    {FIELD(sample, gap_s, "s"), .lo = -INFINITY, .hi = 1, .init = 0, .doc = "."},
    {FIELD(sample, wait_s, "s"), .lo = 0, .hi = INFINITY, .init = 0, .plain_hi = 10, .plain_unit = "ms", .doc = "."},
    {FIELD(sample, rate_byte_per_s, "B/s"), .lo = 0, .hi = 1e18, .init = 0, .plain_lo = 1e6, .plain_unit = "TB/s", .doc = "."},
};
/* clang-format on */
COVERS(rows, sample);

static const struct fields table = {"sample", rows, LEN(rows), sizeof(struct sample)};

static const struct field *row(const char *name)
{
    const struct field *f = field_find(table, name);
    assert_non_null(f);
    return f;
}

static void reads(const char *name, const char *text, double want)
{
    struct err err = {0};
    double got = NAN;
    if (field_parse(row(name), text, &got, &err) != 0)
        print_error("%s\n", err.text);
    assert_close(got, want, 0);
}

static void refuses(const char *name, const char *text, const char *why)
{
    struct err err = {0};
    double got = 12345;
    assert_int_equal(field_parse(row(name), text, &got, &err), -1);
    assert_int_equal(err.status, STATUS_INPUT);
    assert_string_equal(err.text, why);
    assert_close(got, 12345, 0);
}

static void writes(const char *name, double value, const char *want)
{
    char text[48];
    assert_string_equal(field_text(row(name), value, text, sizeof text), want);
}

/* --- reading --- */

static void a_value_without_a_unit_is_in_SI(void **state)
{
    (void)state;
    reads("mem_byte_per_s", "8e12", 8e12);
    reads("mem_byte_per_s", "8000000000000", 8e12);
    reads("tpot_s", "0.05", 0.05);
    reads("tpot_s", ".5", 0.5);
    reads("tpot_s", "5.", 5);
    reads("tpot_s", "+5", 5);
    reads("gap_s", "-5", -5);
}

static void a_unit_may_have_a_prefix_and_blanks(void **state)
{
    (void)state;
    reads("mem_byte_per_s", "8 TB/s", 8e12);
    reads("mem_byte_per_s", "8TB/s", 8e12);
    reads("mem_byte_per_s", "8e12 B/s", 8e12);
    reads("mem_byte_per_s", "8e12B/s", 8e12);
    reads("mem_byte_per_s", " \t8  TB/s \n", 8e12);
    reads("mem_byte_per_s", "0.5 EB/s", 5e17);
    reads("mem_byte_per_s", "2 PB/s", 2e15);
    reads("mem_byte_per_s", "2E3 GB/s", 2e12);
}

static void a_prefix_may_stand_without_the_unit(void **state)
{
    (void)state;
    reads("mem_byte_per_s", "8 T", 8e12);
    reads("mem_byte_per_s", "8T", 8e12);
    reads("price_usd", "4 M", 4e6);
    reads("mem_byte_per_s", "0.5E", 5e17);
    reads("busy", "800 m", 0.8);
}

static void small_prefixes_and_both_signs_of_micro_are_read(void **state)
{
    (void)state;
    reads("tpot_s", "50 ms", 0.05);
    reads("tpot_s", "50 us", 50e-6);
    reads("tpot_s", "50 \xC2\xB5s", 50e-6);
    reads("tpot_s", "50 \xCE\xBCs", 50e-6);
    reads("tpot_s", "50 ns", 50e-9);
    reads("tpot_s", "50 ps", 50e-12);
}

static void m_is_milli_and_M_is_mega(void **state)
{
    (void)state;
    reads("tpot_s", "3 m", 3e-3);
    reads("tpot_s", "3 M", 3e6);
}

static void binary_prefixes_are_powers_of_1024(void **state)
{
    (void)state;
    reads("mem_byte", "1 KiB", 1024);
    reads("mem_byte", "1.5 MiB", 1.5 * 1024 * 1024);
    reads("mem_byte", "192 GiB", 192.0 * 1024 * 1024 * 1024);
    reads("mem_byte", "0.5 TiB", 0x1p39);
    reads("mem_byte", "0.25 PiB", 0x1p48);
    reads("device", "128 Ki", 131072);
}

static void k_and_K_are_both_a_thousand(void **state)
{
    (void)state;
    reads("device", "8k", 8000);
    reads("device", "8 K", 8000);
    reads("device", "8 k devices", 8000);
    reads("mem_byte", "8 kB", 8000);
    reads("mem_byte", "8 KB", 8000);
}

static void a_plain_number_may_be_a_percentage(void **state)
{
    (void)state;
    reads("busy", "5 %", 0.05);
    reads("busy", "5%", 0.05);
    refuses("tpot_s", "5 %", "\"5 %\" is not in s: write a number and s, like 10 ms");
}

static void a_unit_that_begins_like_a_prefix_is_read(void **state)
{
    (void)state;
    reads("die_mm2", "814 mm2", 814);
    reads("die_mm2", "814mm2", 814);
    reads("token_per_s", "3 M tokens/s", 3e6);
    reads("token_per_s", "3 Mtokens/s", 3e6);
    reads("token_per_s", "3 tokens/s", 3);
}

static void infinity_is_read_where_the_range_has_no_end(void **state)
{
    (void)state;
    reads("tpot_s", "inf", INFINITY);
    reads("tpot_s", ".inf", INFINITY);
    reads("tpot_s", "Inf s", INFINITY);
    reads("gap_s", "-inf", -INFINITY);
    refuses("gap_s", "inf", "inf is out of range: at most 1 s");
    refuses("mem_byte_per_s", "inf", "inf is out of range: from 1 GB/s to 1 EB/s");
}

static void words_are_read_first_and_in_any_case(void **state)
{
    (void)state;
    reads("weight_byte", "bf16", 2);
    reads("weight_byte", " FP8 ", 1);
    reads("weight_byte", "fp4", 0.5);
    reads("device", "max", 0);
    reads("device", "all", -1);
    reads("device", "7", 7);
}

static struct word kind(size_t i)
{
    static const struct word kinds[] = {{"bf16", 2}, {"fp8", 1}, {NULL, 0}};
    return kinds[i < 2 ? i : 2];
}

static void synonyms_follow_the_words_of_a_list_or_a_registry(void **state)
{
    (void)state;
    static const struct word also[] = {{"int8", 1}, {NULL, 0}};
    static const struct word list[] = {{"bf16", 2}, {"fp8", 1}, {NULL, 0}};
    const struct field of_list = {.words = list, .also = also};
    const struct field of_registry = {.registry = kind, .also = also};
    const struct field *both[] = {&of_list, &of_registry};
    for (size_t i = 0; i < LEN(both); i++) {
        struct word w;
        assert_true(field_word_at(both[i], 1, &w));
        assert_string_equal(w.text, "fp8");
        assert_true(field_word_at(both[i], 2, &w));
        assert_string_equal(w.text, "int8");
        assert_false(field_word_at(both[i], 3, &w));
    }
}

/* --- refusing --- */

static void a_wrong_unit_is_refused_with_an_example(void **state)
{
    (void)state;
    refuses("mem_byte_per_s", "3.35 TB",
            "\"3.35 TB\" is not in B/s: write a number and B/s, like 1 TB/s");
    refuses("mem_byte_per_s", "fast",
            "\"fast\" is not in B/s: write a number and B/s, like 1 TB/s");
    refuses("die_mm2", "8 cm2", "\"8 cm2\" is not in mm2: write a number and mm2, like 800 mm2");
    refuses("busy", "often", "\"often\" is not a number: write a number, like 1");
    refuses("device", "5 B",
            "\"5 B\" is not in devices: write a whole number and devices, like 2 devices, "
            "or one of max, all");
}

static void a_value_out_of_range_is_refused_with_the_range(void **state)
{
    (void)state;
    refuses("mem_byte_per_s", "0", "0 is out of range: from 1 GB/s to 1 EB/s");
    refuses("mem_byte_per_s", "2 EB/s", "2 EB/s is out of range: from 1 GB/s to 1 EB/s");
    refuses("tpot_s", "-1 ms", "-1 ms is out of range: at least 0 s");
    refuses("gap_s", "2", "2 is out of range: at most 1 s");
    refuses("busy", "1.01", "1.01 is out of range: from 0 to 1");
    reads("mem_byte_per_s", "1 GB/s", 1e9);
    reads("mem_byte_per_s", "1 EB/s", 1e18);
}

static void a_fraction_is_refused_where_whole_numbers_are_needed(void **state)
{
    (void)state;
    refuses("device", "1.5", "1.5 is not a whole number: write a whole number");
    reads("device", "1.5 k", 1500);
}

static void a_missing_value_is_refused_with_an_example(void **state)
{
    (void)state;
    refuses("mem_byte_per_s", "", "the value is missing: write a number and B/s, like 1 TB/s");
    refuses("mem_byte_per_s", "  ", "the value is missing: write a number and B/s, like 1 TB/s");
    refuses("weight_byte", "", "the value is missing: one of bf16, fp8, fp4, int8");
}

static void an_unknown_word_is_refused_with_the_nearest_or_all(void **state)
{
    (void)state;
    refuses("weight_byte", "fp9", "\"fp9\" is not known: did you mean \"fp8\"?");
    refuses("weight_byte", "bf61", "\"bf61\" is not known: did you mean \"bf16\"?");
    refuses("weight_byte", "double", "\"double\" is not known: one of bf16, fp8, fp4, int8");
    refuses("weight_byte", "2", "\"2\" is not known: one of bf16, fp8, fp4, int8");
    refuses("device", "mx", "\"mx\" is not known: did you mean \"max\"?");
}

static void what_other_languages_take_for_numbers_is_answered_with_what_to_write(void **state)
{
    (void)state;
    refuses("busy", "true", "\"true\" is not a number: write 1");
    refuses("busy", "Off", "\"Off\" is not a number: write 0");
    refuses("busy", "~", "\"~\" is not a number: write a value, or leave it out");
    refuses("busy", "null", "\"null\" is not a number: write a value, or leave it out");
    refuses("device", "0x10", "\"0x10\" is not a number: write 16");
    refuses("device", "0o10", "\"0o10\" is not a number: write 8");
    refuses("device", "010", "\"010\" starts with 0: write 10");
    refuses("busy", "-00.5", "\"-00.5\" starts with 0: write -0.5");
    reads("busy", "0", 0);
    reads("busy", "0.5", 0.5);
    reads("busy", ".5", 0.5);
    reads("device", "1e3", 1000);
}

static void separators_in_a_number_are_answered_with_what_to_write(void **state)
{
    (void)state;
    refuses("device", "1_000", "\"1_000\" is not a number: write 1000");
    refuses("device", "1,024,000", "\"1,024,000\" is not a number: write 1024000");
    refuses("device", "1'024", "\"1'024\" is not a number: write 1024");
    refuses("tpot_s", "0,05 s", "\"0,05 s\" is not a number: write 0.05 s");
    refuses("device", "8,192",
            "\"8,192\" is not a number: write 8192, or 8.192 if the comma is a decimal point");
}

static void a_yes_or_no_is_answered_with_one_or_zero(void **state)
{
    (void)state;
    static const struct word words[] = {{"no", 0}, {"yes", 1}, {"auto", 2}, {NULL, 0}};
    const struct field flag = {.name = "flag", .unit = "1", .lo = 0, .hi = 1, .whole = true};
    const struct field with_auto = {
        .name = "flag", .unit = "1", .lo = 0, .hi = 2, .whole = true, .words = words};
    static const struct {
        const char *text, *why;
    } given[] = {{"true", "\"true\" is not 1 or 0: write 1"},
                 {"on", "\"on\" is not 1 or 0: write 1"},
                 {"False", "\"False\" is not 1 or 0: write 0"},
                 {"off", "\"off\" is not 1 or 0: write 0"}};
    struct err err;
    double got;
    for (size_t i = 0; i < LEN(given); i++) {
        assert_int_equal(field_parse(&flag, given[i].text, &got, &err), -1);
        assert_string_equal(err.text, given[i].why);
        assert_int_equal(field_parse(&with_auto, given[i].text, &got, &err), -1);
        assert_string_equal(err.text, given[i].why);
    }
    assert_int_equal(field_parse(&with_auto, "yes", &got, &err), 0);
    assert_close(got, 1, 0);
}

static void below_a_name_with_its_unit_no_number_is_questioned(void **state)
{
    (void)state;
    struct err err;
    double got;
    assert_int_equal(field_parse_si(row("wait_s"), "50", &got, &err), 0);
    assert_close(got, 50, 0);
    assert_int_equal(field_parse_si(row("wait_s"), "50 ms", &got, &err), 0);
    assert_close(got, 0.05, 0);
    assert_int_equal(field_parse_si(row("gap_s"), "2", &got, &err), -1);
}

static void a_number_without_a_unit_is_questioned_where_another_was_meant(void **state)
{
    (void)state;
    refuses("wait_s", "50", "50 without a unit is 50 s: did you mean 50 ms?");
    refuses("wait_s", "1e2", "1e2 without a unit is 1e2 s: did you mean 1e2 ms?");
    reads("wait_s", "10", 10);
    reads("wait_s", "50 s", 50);
    reads("wait_s", "50 ms", 0.05);
    reads("wait_s", "inf", INFINITY);
    refuses("rate_byte_per_s", "8", "8 without a unit is 8 B/s: did you mean 8 TB/s?");
    refuses("rate_byte_per_s", "900", "900 without a unit is 900 B/s: did you mean 900 GB/s?");
    reads("rate_byte_per_s", "0", 0);
    reads("rate_byte_per_s", "3.35e12", 3.35e12);
    reads("rate_byte_per_s", "8 B/s", 8);
}

static void long_and_odd_text_gives_one_short_line(void **state)
{
    (void)state;
    char *text = mem_alloc(100001, 1);
    memset(text, 'x', 100000);
    text[1] = '\n';
    text[2] = '\x1b';
    struct err err = {0};
    double got;
    assert_int_equal(field_parse(row("busy"), text, &got, &err), -1);
    assert_true(strlen(err.text) < 200);
    assert_null(strpbrk(err.text, "\n\x1b"));
    assert_non_null(strstr(err.text, "write a number"));
    free(text);
}

static void a_check_names_the_value_and_the_range(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(field_check(row("mem_byte_per_s"), 8e12, &err), 0);
    assert_int_equal(field_check(row("mem_byte_per_s"), 5e8, &err), -1);
    assert_string_equal(err.text, "500 MB/s is out of range: from 1 GB/s to 1 EB/s");
    assert_int_equal(field_check(row("device"), 2.5, &err), -1);
    assert_string_equal(err.text, "2.5 devices is not a whole number: write a whole number");
    assert_int_equal(field_check(row("busy"), NAN, &err), -1);
    assert_string_equal(err.text, "nan is not a number: write a number, like 1");
}

static void a_check_takes_the_values_of_words_and_only_those_if_need_be(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(field_check(row("device"), -1, &err), 0);
    assert_int_equal(field_check(row("weight_byte"), 0.5, &err), 0);
    assert_int_equal(field_check(row("weight_byte"), 3, &err), -1);
    assert_string_equal(err.text, "3 B is not known: one of bf16, fp8, fp4, int8");
}

/* --- writing --- */

static void values_are_written_with_four_digits_and_a_prefix(void **state)
{
    (void)state;
    writes("mem_byte_per_s", 8e12, "8 TB/s");
    writes("mem_byte_per_s", 3.3512e12, "3.351 TB/s");
    writes("mem_byte", 192e9, "192 GB");
    writes("mem_byte", 1, "1 B");
    writes("mem_byte", 0.5, "0.5 B");
    writes("tpot_s", 0.0312, "31.2 ms");
    writes("tpot_s", 3e-6, "3 us");
    writes("tpot_s", 0, "0 s");
    writes("tpot_s", -0.0, "0 s");
    writes("gap_s", -0.0312, "-31.2 ms");
    writes("tpot_s", INFINITY, "inf");
    writes("tpot_s", NAN, "nan");
}

static void a_word_is_written_for_its_value(void **state)
{
    (void)state;
    writes("weight_byte", 2, "bf16");
    writes("weight_byte", 1, "fp8");
    writes("weight_byte", 3, "3 B");
    writes("device", 0, "max");
    assert_null(field_word(row("device"), 4));
    assert_null(field_word(row("busy"), 0));
}

static void counts_and_money_are_written_in_full_below_a_million(void **state)
{
    (void)state;
    writes("price_usd", 6430, "6430 USD");
    writes("price_usd", 64312.4, "64312 USD");
    writes("price_usd", 643123, "643123 USD");
    writes("price_usd", 3.2e6, "3.2 MUSD");
    writes("price_usd", 4.5e9, "4.5 GUSD");
    writes("price_usd", 0.00123456, "0.001235 USD");
    writes("device", 131072, "131072 devices");
    writes("token_per_s", 3.2e6, "3.2 M tokens/s");
    writes("token_per_s", 12345.6, "12346 tokens/s");
}

static void a_plain_number_is_written_with_six_digits(void **state)
{
    (void)state;
    writes("busy", 0.8, "0.8");
    writes("busy", 1.0 / 3, "0.333333");
    writes("die_mm2", 814, "814 mm2");
}

/* --- names --- */

static void a_row_is_found_by_name_and_a_time_without_its_unit(void **state)
{
    (void)state;
    assert_ptr_equal(field_find(table, "mem_byte"), &rows[1]);
    assert_ptr_equal(field_find(table, "tpot_s"), &rows[5]);
    assert_ptr_equal(field_find(table, "tpot"), &rows[5]);
    assert_null(field_find(table, "token_per"));
    assert_null(field_find(table, "mem_byte_per"));
    assert_null(field_find(table, "mem"));
    assert_null(field_find(table, "TPOT"));
    assert_null(field_find(table, ""));
}

static void the_nearest_name_is_at_most_a_third_away(void **state)
{
    (void)state;
    assert_string_equal(field_nearest(table, "mem_bytes"), "mem_byte");
    assert_string_equal(field_nearest(table, "emm_byte"), "mem_byte");
    assert_string_equal(field_nearest(table, "MEM_BYTE"), "mem_byte");
    assert_string_equal(field_nearest(table, "mem_byte_per_sec"), "mem_byte_per_s");
    assert_string_equal(field_nearest(table, "bsy"), "busy");
    assert_null(field_nearest(table, "hbm_stacks"));
    assert_null(field_nearest(table, "x"));
    assert_null(field_nearest(table, ""));
}

static void defaults_are_set_and_required_rows_are_nan(void **state)
{
    (void)state;
    struct sample s = {0};
    fields_init(table, &s);
    assert_true(isnan(s.mem_byte_per_s));
    assert_close(s.mem_byte, 80e9, 0);
    assert_close(s.busy, 0.8, 0);
    assert_close(field_get(row("die_mm2"), &s), 800, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_without_a_unit_is_in_SI),
        cmocka_unit_test(a_unit_may_have_a_prefix_and_blanks),
        cmocka_unit_test(a_prefix_may_stand_without_the_unit),
        cmocka_unit_test(small_prefixes_and_both_signs_of_micro_are_read),
        cmocka_unit_test(m_is_milli_and_M_is_mega),
        cmocka_unit_test(binary_prefixes_are_powers_of_1024),
        cmocka_unit_test(k_and_K_are_both_a_thousand),
        cmocka_unit_test(a_plain_number_may_be_a_percentage),
        cmocka_unit_test(a_unit_that_begins_like_a_prefix_is_read),
        cmocka_unit_test(infinity_is_read_where_the_range_has_no_end),
        cmocka_unit_test(words_are_read_first_and_in_any_case),
        cmocka_unit_test(synonyms_follow_the_words_of_a_list_or_a_registry),
        cmocka_unit_test(a_wrong_unit_is_refused_with_an_example),
        cmocka_unit_test(a_value_out_of_range_is_refused_with_the_range),
        cmocka_unit_test(a_fraction_is_refused_where_whole_numbers_are_needed),
        cmocka_unit_test(a_missing_value_is_refused_with_an_example),
        cmocka_unit_test(an_unknown_word_is_refused_with_the_nearest_or_all),
        cmocka_unit_test(what_other_languages_take_for_numbers_is_answered_with_what_to_write),
        cmocka_unit_test(separators_in_a_number_are_answered_with_what_to_write),
        cmocka_unit_test(a_yes_or_no_is_answered_with_one_or_zero),
        cmocka_unit_test(below_a_name_with_its_unit_no_number_is_questioned),
        cmocka_unit_test(a_number_without_a_unit_is_questioned_where_another_was_meant),
        cmocka_unit_test(long_and_odd_text_gives_one_short_line),
        cmocka_unit_test(a_check_names_the_value_and_the_range),
        cmocka_unit_test(a_check_takes_the_values_of_words_and_only_those_if_need_be),
        cmocka_unit_test(values_are_written_with_four_digits_and_a_prefix),
        cmocka_unit_test(a_word_is_written_for_its_value),
        cmocka_unit_test(counts_and_money_are_written_in_full_below_a_million),
        cmocka_unit_test(a_plain_number_is_written_with_six_digits),
        cmocka_unit_test(a_row_is_found_by_name_and_a_time_without_its_unit),
        cmocka_unit_test(the_nearest_name_is_at_most_a_third_away),
        cmocka_unit_test(defaults_are_set_and_required_rows_are_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
