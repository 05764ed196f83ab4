#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/quantity.h"
#include "reports/write.h"

static char *text;
static size_t length;
static FILE *out;

static FILE *catch (void)
{
    out = open_memstream(&text, &length);
    assert_non_null(out);
    return out;
}

static void caught(const char *want)
{
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, want);
    free(text);
}

static void writes(const struct table *t, enum format format, const char *want)
{
    table_write(t, format, catch ());
    caught(want);
}

static struct table example(void)
{
    struct table t;
    table_begin(&t, (const char *const[]){"name", "speed", "n"}, 3);
    table_text(&t, "a|b, \"c\"");
    table_number(&t, 1234.5678);
    table_number(&t, 1);
    table_text(&t, NULL);
    table_number(&t, NAN);
    table_number(&t, 3.35e12);
    table_text(&t, "\xC2\xB5\nx");
    table_number(&t, -1e-7 / 3);
    table_number(&t, 1e20);
    return t;
}

static void a_table_is_aligned_with_five_digits(void **state)
{
    (void)state;
    struct table t = example();
    assert_int_equal(t.rows, 3);
    writes(&t, FORMAT_TABLE,
           "name          speed       n\n"
           "--------  ---------  ------\n"
           "a|b, \"c\"     1234.6       1\n"
           "                     3.35 T\n"
           "\xC2\xB5 x       -33.333 n   100 E\n");
    table_free(&t);
}

static void markdown_is_the_same_table_in_pipes(void **state)
{
    (void)state;
    struct table t = example();
    writes(&t, FORMAT_MD,
           "| name      |     speed |      n |\n"
           "| --------- | --------: | -----: |\n"
           "| a\\|b, \"c\" |    1234.6 |      1 |\n"
           "|           |           | 3.35 T |\n"
           "| \xC2\xB5 x       | -33.333 n |  100 E |\n");
    table_free(&t);
}

static void csv_has_all_digits_and_necessary_quotes(void **state)
{
    (void)state;
    struct table t = example();
    writes(&t, FORMAT_CSV,
           "name,speed,n\n"
           "\"a|b, \"\"c\"\"\",1234.5678,1\n"
           ",,3350000000000\n"
           "\"\xC2\xB5\nx\",-3.3333333333333334e-08,1e+20\n");
    table_free(&t);
}

static void json_is_an_array_of_objects(void **state)
{
    (void)state;
    struct table t = example();
    writes(&t, FORMAT_JSON,
           "[\n"
           "  {\"name\": \"a|b, \\\"c\\\"\", \"speed\": 1234.5678, \"n\": 1},\n"
           "  {\"name\": null, \"speed\": null, \"n\": 3350000000000},\n"
           "  {\"name\": \"\xC2\xB5\\nx\", \"speed\": -3.3333333333333334e-08, \"n\": 1e+20}\n"
           "]\n");
    table_free(&t);
}

static void a_table_without_rows_has_its_header(void **state)
{
    (void)state;
    struct table t;
    table_begin(&t, (const char *const[]){"a", "bc"}, 2);
    writes(&t, FORMAT_TABLE, "a  bc\n-  --\n");
    writes(&t, FORMAT_MD, "| a   | bc  |\n| --- | --- |\n");
    writes(&t, FORMAT_CSV, "a,bc\n");
    writes(&t, FORMAT_JSON, "[]\n");
    table_free(&t);
    assert_null(t.header);
}

static void a_number_that_the_store_holds_whole_keeps_all_its_digits(void **state)
{
    (void)state;
    struct table t;
    table_begin(&t, (const char *const[]){"n"}, 1);
    table_number(&t, 281474976710663);
    table_number(&t, 4503599627370497);
    t.cell[0].whole = t.cell[1].whole = true;
    writes(&t, FORMAT_TABLE,
           "               n\n"
           "----------------\n"
           " 281474976710663\n"
           "4503599627370497\n");
    table_free(&t);
}

static void no_number_in_a_table_has_an_exponent(void **state)
{
    (void)state;
    static const double value[] = {131072, 131072.25, 999999.9, 8e12,   1e15, 1310700.5,
                                   -2.5e7, 1e-9,      0.000123, 1234.5, 0,    -0.0};
    for (size_t i = 0; i < sizeof value / sizeof *value; i++)
        for (int digits = 2; digits < 8; digits++) {
            char buffer[48];
            number_readable(value[i], digits, buffer, sizeof buffer);
            assert_null(strchr(buffer, 'e'));
        }
    struct table t;
    table_begin(&t, (const char *const[]){"few", "many"}, 2);
    table_number(&t, 131072);
    table_number(&t, 131072.25);
    table_number(&t, 0.1);
    table_number(&t, 1234.5);
    table_number(&t, -0.0);
    table_number(&t, 8e12);
    writes(&t, FORMAT_TABLE,
           "   few      many\n"
           "------  --------\n"
           "131072  131.07 k\n"
           "   0.1  1.2345 k\n"
           "     0       8 T\n");
    table_free(&t);
}

static struct table three_columns(void)
{
    struct table t;
    table_begin(&t, (const char *const[]){"key", "first", "second", "third"}, 4);
    for (int row = 0; row < 2; row++) {
        table_text(&t, row ? "b" : "a");
        table_text(&t, "0123456789");
        table_number(&t, row);
        table_text(&t, "a text that is longer than a line of thirty characters");
    }
    return t;
}

static void columns_that_do_not_fit_follow_in_blocks(void **state)
{
    (void)state;
    struct table t = three_columns();
    table_write_fitted(&t, (struct fit){.width = 30, .keys = 1}, catch ());
    caught("key  first       second\n"
           "---  ----------  ------\n"
           "a    0123456789       0\n"
           "b    0123456789       1\n"
           "\n"
           "key  third\n"
           "---  -------------------------\n"
           "a    a text that is longer th…\n"
           "b    a text that is longer th…\n");
    table_free(&t);
}

static void no_line_is_wider_than_asked_for(void **state)
{
    (void)state;
    struct table t = three_columns();
    for (size_t width = 24; width < 100; width++)
        for (size_t keys = 0; keys < 4; keys++) {
            char *lines = NULL;
            size_t size = 0, line = 0;
            FILE *memory = open_memstream(&lines, &size);
            table_write_fitted(&t, (struct fit){.width = width, .keys = keys}, memory);
            fclose(memory);
            for (const char *c = lines; *c; c++) {
                line = *c == '\n' ? 0 : line + (((unsigned char)*c & 0xc0) != 0x80);
                assert_true(line <= width);
            }
            free(lines);
        }
    table_free(&t);
}

static void a_number_is_as_short_as_reads_back_the_same(void **state)
{
    (void)state;
    char buffer[32];
    assert_string_equal(number_text(0.1, buffer, sizeof(buffer)), "0.1");
    assert_string_equal(number_text(32, buffer, sizeof(buffer)), "32");
    assert_string_equal(number_text(1e14, buffer, sizeof(buffer)), "100000000000000");
    assert_string_equal(number_text(0.1 + 0.2, buffer, sizeof(buffer)), "0.30000000000000004");
    uint64_t bits = 88172645463325252u;
    for (int i = 0; i < 100000; i++) {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        double value;
        memcpy(&value, &bits, sizeof(value));
        if (!isfinite(value))
            continue;
        assert_true(strtod(number_text(value, buffer, sizeof(buffer)), NULL) == value);
        assert_true(strlen(buffer) < sizeof(buffer) - 1);
    }
}

static void numbers_that_json_cannot_express_are_null(void **state)
{
    (void)state;
    json_number(NAN, catch ());
    caught("null");
    json_number(-INFINITY, catch ());
    caught("null");
    json_number(-0.5, catch ());
    caught("-0.5");
}

static void json_texts_are_escaped_and_always_utf8(void **state)
{
    (void)state;
    json_text("a\"\\\n\t\x01\x7f/<b></b><!-- \xE2\x82\xAC \xF0\x9F\x98\x80", catch ());
    caught("\"a\\\"\\\\\\n\\t\\u0001\\u007f/<b>\\u003c/b>\\u003c!-- "
           "\xE2\x82\xAC \xF0\x9F\x98\x80\"");
    json_text("\xFF \xC0\xAF \xED\xA0\x80 \xE2\x82", catch ());
    caught("\"\\ufffd \\ufffd\\ufffd \\ufffd\\ufffd\\ufffd \\ufffd\\ufffd\"");
}

static void csv_texts_are_quoted_if_necessary(void **state)
{
    (void)state;
    csv_text("plain text", catch ());
    caught("plain text");
    csv_text("a,b", catch ());
    caught("\"a,b\"");
    csv_text("say \"x\"", catch ());
    caught("\"say \"\"x\"\"\"");
    csv_text("a\r\nb", catch ());
    caught("\"a\r\nb\"");
}

static void csv_is(const char *in, const char *want)
{
    csv_text(in, catch ());
    caught(want);
}

static void no_cell_of_a_csv_is_a_formula(void **state)
{
    (void)state;
    csv_is("=1+1", "'=1+1");
    csv_is("+a", "'+a");
    csv_is("-a,b", "\"'-a,b\"");
    csv_is("@sum(1)", "'@sum(1)");
    csv_is("-inf", "'-inf");
    csv_is("1e", "1e");
    csv_is("-1e", "'-1e");
    csv_is("-1.5", "-1.5");
    csv_is("+.5e-3", "+.5e-3");
    csv_is("-", "-");
    csv_is("a=b", "a=b");
}

/* ESC, the one-character CSI (U+009B), an override of the direction, a byte that is not UTF-8. */
static void no_format_passes_on_control_characters(void **state)
{
    (void)state;
    static const char bad[] = "a\x1b\xC2\x9B\xE2\x80\xAE\xFF"
                              "b";
    csv_is(bad, "a" REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT "b");
    json_text(bad, catch ());
    caught("\"a\\u001b\\u009b\\u202e\\ufffdb\"");
    plain_text(bad, catch ());
    caught("a   " REPLACEMENT "b");
    md_text(bad, catch ());
    caught("a   " REPLACEMENT "b");
}

static void markdown_shows_what_it_would_interpret(void **state)
{
    (void)state;
    md_text("a|b `c` <d> [e](f) \\ 1 < 2 [g]", catch ());
    caught("a\\|b \\`c\\` \\<d> [e\\](f) \\\\ 1 < 2 [g]");
}

static void formats_have_names(void **state)
{
    (void)state;
    struct err err = {0};
    enum format f;
    static const char *const names[] = {"table", "csv", "json", "md", "jsonl"};
    for (size_t i = 0; i < LEN(names); i++) {
        assert_int_equal(format_parse(names[i], &f, &err), 0);
        assert_int_equal(f, i);
    }
    assert_int_equal(format_parse("text", &f, &err), 0);
    assert_int_equal(f, FORMAT_TABLE);
    assert_int_equal(format_parse("xml", &f, &err), -1);
    assert_int_equal(err.status, STATUS_INPUT);
    assert_string_equal(err.text, "xml: is not a format: give table, csv, json, jsonl or md");
}

static void streams(const struct table *t, enum format format, struct fit fit)
{
    struct table header = *t;
    header.rows = 0;
    struct table_stream *s = stream_open(&header, format, fit, catch ());
    for (size_t i = 0; i < t->rows; i++)
        stream_row(s, table_at(t, i, 0));
    stream_close(s);
}

static void rows_one_by_one_are_the_same_text(void **state)
{
    (void)state;
    static const enum format all[] = {FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON, FORMAT_MD,
                                      FORMAT_JSONL};
    struct table filled = example(), empty = example();
    for (size_t i = 0; i < empty.filled; i++)
        free(empty.cell[i].text);
    empty.rows = empty.filled = 0;
    for (size_t i = 0; i < 2 * LEN(all); i++) {
        const struct table *t = i < LEN(all) ? &filled : &empty;
        char *want;
        table_write(t, all[i % LEN(all)], catch ());
        assert_int_equal(fclose(out), 0);
        want = text;
        streams(t, all[i % LEN(all)], (struct fit){.width = 0, .keys = 0});
        caught(want);
        free(want);
    }
    streams(&filled, FORMAT_TABLE, (struct fit){.width = 24, .keys = 1});
    assert_int_equal(fclose(out), 0);
    char *want = text;
    table_write_fitted(&filled, (struct fit){.width = 24, .keys = 1}, catch ());
    caught(want);
    free(want);
    table_free(&filled);
    table_free(&empty);
}

/* Rows 1000 and 1001 are wider than the first thousand: without a width of lines they move what
 * follows, with one they are cut. */
static void the_first_thousand_rows_decide_the_columns(void **state)
{
    (void)state;
    struct table t;
    table_begin(&t, (const char *const[]){"a", "b"}, 2);
    for (size_t i = 0; i < 1002; i++) {
        table_text(&t, i < 1000 ? "x" : "wide");
        table_text(&t, "y");
    }
    streams(&t, FORMAT_TABLE, (struct fit){.width = 0, .keys = 0});
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text + length - strlen("x  y\nwide  y\nwide  y\n"),
                        "x  y\nwide  y\nwide  y\n");
    free(text);
    streams(&t, FORMAT_TABLE, (struct fit){.width = 80, .keys = 1});
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text + length - strlen("x  y\n…  y\n…  y\n"), "x  y\n…  y\n…  y\n");
    free(text);
    table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_aligned_with_five_digits),
        cmocka_unit_test(markdown_is_the_same_table_in_pipes),
        cmocka_unit_test(csv_has_all_digits_and_necessary_quotes),
        cmocka_unit_test(json_is_an_array_of_objects),
        cmocka_unit_test(a_table_without_rows_has_its_header),
        cmocka_unit_test(a_number_that_the_store_holds_whole_keeps_all_its_digits),
        cmocka_unit_test(no_number_in_a_table_has_an_exponent),
        cmocka_unit_test(columns_that_do_not_fit_follow_in_blocks),
        cmocka_unit_test(no_line_is_wider_than_asked_for),
        cmocka_unit_test(a_number_is_as_short_as_reads_back_the_same),
        cmocka_unit_test(numbers_that_json_cannot_express_are_null),
        cmocka_unit_test(json_texts_are_escaped_and_always_utf8),
        cmocka_unit_test(csv_texts_are_quoted_if_necessary),
        cmocka_unit_test(no_cell_of_a_csv_is_a_formula),
        cmocka_unit_test(no_format_passes_on_control_characters),
        cmocka_unit_test(markdown_shows_what_it_would_interpret),
        cmocka_unit_test(formats_have_names),
        cmocka_unit_test(rows_one_by_one_are_the_same_text),
        cmocka_unit_test(the_first_thousand_rows_decide_the_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
