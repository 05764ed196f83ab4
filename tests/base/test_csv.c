#define _POSIX_C_SOURCE 200809L

#include "tests/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/csv.h"
#include "base/mem.h"

static char path[] = "/tmp/dse_test_csv_XXXXXX";

static int read_bytes(struct csv *c, const char *text, size_t length, struct err *err)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    return csv_read(c, path, err);
}

static struct csv read_text(const char *text)
{
    struct csv c;
    struct err err = {0};
    if (read_bytes(&c, text, strlen(text), &err) != 0)
        print_error("%s\n", err.text);
    assert_non_null(c.header);
    return c;
}

/* `why` follows the path. */
static void refuses(const char *text, size_t length, const char *why)
{
    struct csv c;
    struct err err = {0};
    assert_int_equal(read_bytes(&c, text, length, &err), -1);
    assert_int_equal(err.status, STATUS_INPUT);
    assert_memory_equal(err.text, path, strlen(path));
    assert_string_equal(err.text + strlen(path), why);
    csv_free(&c);
}

static void a_table_has_a_header_and_rows(void **state)
{
    (void)state;
    struct csv c = read_text("name,year\nH100,2022\nMI300X,2023\n");
    assert_int_equal(c.columns, 2);
    assert_int_equal(c.rows, 2);
    assert_string_equal(c.header[0], "name");
    assert_string_equal(c.header[1], "year");
    assert_string_equal(csv_at(&c, 0, 0), "H100");
    assert_string_equal(csv_at(&c, 0, 1), "2022");
    assert_string_equal(csv_at(&c, 1, 0), "MI300X");
    assert_string_equal(csv_at(&c, 1, 1), "2023");
    assert_int_equal(c.line[1], 3);
    csv_free(&c);
}

static void lines_end_with_LF_or_CRLF_and_the_last_may_not_end(void **state)
{
    (void)state;
    struct csv c = read_text("a,b\r\n1,2\r\n3,");
    assert_string_equal(c.header[1], "b");
    assert_string_equal(csv_at(&c, 0, 1), "2");
    assert_string_equal(csv_at(&c, 1, 0), "3");
    assert_string_equal(csv_at(&c, 1, 1), "");
    csv_free(&c);
}

static void quoted_cells_hold_commas_quotes_and_lines(void **state)
{
    (void)state;
    struct csv c =
        read_text("\"a\",\"\"\n\"x,y\",\"say \"\"hi\"\"\"\n\"two\nlines\",\"\"\"\"\n7,8\n");
    assert_string_equal(c.header[0], "a");
    assert_string_equal(c.header[1], "");
    assert_string_equal(csv_at(&c, 0, 0), "x,y");
    assert_string_equal(csv_at(&c, 0, 1), "say \"hi\"");
    assert_string_equal(csv_at(&c, 1, 0), "two\nlines");
    assert_string_equal(csv_at(&c, 1, 1), "\"");
    assert_int_equal(c.line[0], 2);
    assert_int_equal(c.line[1], 3);
    assert_int_equal(c.line[2], 5);
    csv_free(&c);
}

static void blanks_and_lone_carriage_returns_are_text(void **state)
{
    (void)state;
    struct csv c = read_text("a,b\n 1 ,x\ry\n");
    assert_string_equal(csv_at(&c, 0, 0), " 1 ");
    assert_string_equal(csv_at(&c, 0, 1), "x\ry");
    csv_free(&c);
}

static void the_mark_before_a_formula_is_no_part_of_its_cell(void **state)
{
    (void)state;
    static const char text[] = "'=a,b\n'-x,'y\n\"'+\"\"\",''=\n";
    struct csv c;
    struct err err;
    assert_int_equal(csv_parse(&c, "f.csv", text, sizeof text - 1, &err), 0);
    assert_string_equal(c.header[0], "=a");
    assert_string_equal(csv_at(&c, 0, 0), "-x");
    assert_string_equal(csv_at(&c, 0, 1), "'y");
    assert_string_equal(csv_at(&c, 1, 0), "+\"");
    assert_string_equal(csv_at(&c, 1, 1), "''=");
    csv_free(&c);
}

static void a_byte_order_mark_is_not_part_of_the_header(void **state)
{
    (void)state;
    struct csv c = read_text("\xEF\xBB\xBF\"a\",b\n1,2\n");
    assert_string_equal(c.header[0], "a");
    csv_free(&c);
}

static void empty_lines_are_no_rows(void **state)
{
    (void)state;
    struct csv c = read_text("\na\n\n1\r\n\r\n\"\"\n2\n\n");
    assert_int_equal(c.rows, 2);
    assert_string_equal(csv_at(&c, 0, 0), "1");
    assert_string_equal(csv_at(&c, 1, 0), "2");
    assert_int_equal(c.header_line, 2);
    assert_int_equal(c.line[0], 4);
    assert_int_equal(c.line[1], 7);
    csv_free(&c);
}

static void rows_of_empty_cells_are_no_rows(void **state)
{
    (void)state;
    struct csv c = read_text("a,b\n,\n1,\n \t, \n\"\",\n");
    assert_int_equal(c.rows, 1);
    assert_int_equal(c.line[0], 3);
    csv_free(&c);
}

static void cells_may_stand_between_semicolons_or_tabs(void **state)
{
    (void)state;
    static const char *const text[] = {"a;b\n1,5;x\n",        "a\tb\n1,5\tx\n",
                                       "sep=;\na;b\n1,5;x\n", "sep=\t\r\na\tb\r\n1,5\tx\r\n",
                                       "sep=|\na|b\n1,5|x\n", "\"a\";\"b\"\n\"1,5\";x\n"};
    for (size_t i = 0; i < LEN(text); i++) {
        struct csv c = read_text(text[i]);
        assert_int_equal(c.columns, 2);
        assert_string_equal(c.header[1], "b");
        assert_string_equal(csv_at(&c, 0, 0), "1,5");
        assert_string_equal(csv_at(&c, 0, 1), "x");
        csv_free(&c);
    }
    struct csv c = read_text("\"x;y\",b\n1,2\n");
    assert_string_equal(c.header[0], "x;y");
    csv_free(&c);
}

static void a_header_with_two_separators_is_refused(void **state)
{
    (void)state;
    const char *two = "a,b;c\n1,2;3\n", *odd = "sep=x\naxb\n";
    refuses(two, strlen(two),
            ":1: the header holds more than one of comma, semicolon and tab: quote its cells, or "
            "begin the file with a line like sep=;");
    refuses(odd, strlen(odd), ":1:5: the separator is \"x\": write , ; | or a tab");
}

static void lines_may_end_with_CR(void **state)
{
    (void)state;
    struct csv c = read_text("a,b\r1,2\r\r3,\"x\ry\"\r5,6");
    assert_int_equal(c.rows, 3);
    assert_string_equal(c.header[1], "b");
    assert_string_equal(csv_at(&c, 0, 1), "2");
    assert_string_equal(csv_at(&c, 1, 1), "x\ry");
    assert_int_equal(c.line[1], 4);
    assert_int_equal(c.line[2], 6);
    csv_free(&c);
}

static void UTF_16_and_UTF_32_are_named(void **state)
{
    (void)state;
    refuses("\xFF\xFE"
            "a\0\n",
            5, ":1:1: the text is in UTF-16: save it as UTF-8");
    refuses("a\0,\0b\0\n\0", 8, ":1:1: the text is in UTF-16: save it as UTF-8");
    refuses("\0a\0,\0b\0\n", 8, ":1:1: the text is in UTF-16: save it as UTF-8");
    refuses("\xFF\xFE\0\0a\0\0\0", 8, ":1:1: the text is in UTF-32: save it as UTF-8");
}

static void a_header_alone_is_a_table_without_rows(void **state)
{
    (void)state;
    struct csv c = read_text("a,b");
    assert_int_equal(c.columns, 2);
    assert_int_equal(c.rows, 0);
    csv_free(&c);
}

static void a_row_of_another_length_is_refused_with_its_line(void **state)
{
    (void)state;
    const char *shorter = "a,b\n1,2\n3\n", *longer = "a,b\n\"x\ny\",2\n3,4,5\n";
    refuses(shorter, strlen(shorter), ":3: the row has 1 cells: write 2, as in the header");
    refuses(longer, strlen(longer), ":4: the row has 3 cells: write 2, as in the header");
}

static void stray_quotes_are_refused_with_their_line(void **state)
{
    (void)state;
    const char *open = "a\n\"x\ny\n", *after = "a,b\n\"x\"y,1\n", *inside = "a\nx\"y\"\n";
    refuses(open, strlen(open), ":2: a quote is not closed: end the cell with a quote");
    refuses(after, strlen(after), ":2: text after the closing quote: put a comma there");
    refuses(inside, strlen(inside),
            ":2: a quote inside a cell: quote the whole cell and write the quote twice");
}

static void an_empty_file_and_NUL_bytes_are_refused(void **state)
{
    (void)state;
    refuses("", 0, ": the file is empty: begin with a header line");
    refuses("\n\n", 2, ": the file is empty: begin with a header line");
    refuses("a\n\0\n", 4, ": a NUL byte in the file: give a text file");
}

static void a_file_that_cannot_be_read_is_named_with_the_reason(void **state)
{
    (void)state;
    struct csv c;
    struct err err = {0};
    assert_int_equal(csv_read(&c, "/nowhere/x.csv", &err), -1);
    assert_string_equal(err.text, "/nowhere/x.csv: cannot be read: No such file or directory: "
                                  "give a readable file");
    assert_int_equal(csv_read(&c, "/tmp", &err), -1);
    assert_string_equal(err.text, "/tmp: cannot be read: Is a directory: give a readable file");
    csv_free(&c);
}

static void a_large_table_is_read_whole(void **state)
{
    (void)state;
    enum { ROWS = 20000 };
    char *text = mem_alloc(ROWS * 24 + 100, 1);
    char *end = text + sprintf(text, "index,\"square\"\n");
    for (int i = 0; i < ROWS; i++)
        end += sprintf(end, "%d,\"%d\"\n", i, i % 1000 * (i % 1000));
    struct csv c = read_text(text);
    assert_int_equal(c.rows, ROWS);
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(atoi(csv_at(&c, (size_t)i, 0)), i);
        assert_int_equal(atoi(csv_at(&c, (size_t)i, 1)), i % 1000 * (i % 1000));
        assert_int_equal(c.line[i], i + 2);
    }
    csv_free(&c);
    free(text);
}

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_has_a_header_and_rows),
        cmocka_unit_test(lines_end_with_LF_or_CRLF_and_the_last_may_not_end),
        cmocka_unit_test(quoted_cells_hold_commas_quotes_and_lines),
        cmocka_unit_test(blanks_and_lone_carriage_returns_are_text),
        cmocka_unit_test(the_mark_before_a_formula_is_no_part_of_its_cell),
        cmocka_unit_test(a_byte_order_mark_is_not_part_of_the_header),
        cmocka_unit_test(empty_lines_are_no_rows),
        cmocka_unit_test(rows_of_empty_cells_are_no_rows),
        cmocka_unit_test(cells_may_stand_between_semicolons_or_tabs),
        cmocka_unit_test(a_header_with_two_separators_is_refused),
        cmocka_unit_test(lines_may_end_with_CR),
        cmocka_unit_test(UTF_16_and_UTF_32_are_named),
        cmocka_unit_test(a_header_alone_is_a_table_without_rows),
        cmocka_unit_test(a_row_of_another_length_is_refused_with_its_line),
        cmocka_unit_test(stray_quotes_are_refused_with_their_line),
        cmocka_unit_test(an_empty_file_and_NUL_bytes_are_refused),
        cmocka_unit_test(a_file_that_cannot_be_read_is_named_with_the_reason),
        cmocka_unit_test(a_large_table_is_read_whole),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
