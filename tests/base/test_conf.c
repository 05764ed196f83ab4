#define _POSIX_C_SOURCE 200809L

#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/mem.h"

struct chip {
    double mem_byte_per_s, mem_byte, weight_byte, busy, tpot_s;
};

static const struct word weights[] = {{"bf16", 2}, {"fp8", 1}, {NULL, 0}};

/* clang-format off */
static const struct field rows[] = {
    {FIELD(chip, mem_byte_per_s, "B/s"), .lo = 1e9, .hi = 1e18, .init = NAN, .doc = "."},
    {FIELD(chip, mem_byte, "B"), .lo = 1, .hi = 1e15, .init = 80e9, .doc = "."},
    {FIELD(chip, weight_byte, "B"), .lo = 0, .hi = 8, .init = 2, .only_words = true,
     .words = weights, .doc = "."},
    {FIELD(chip, busy, "1"), .lo = 0, .hi = 1, .init = 0.8, .doc = "."},
    {FIELD(chip, tpot_s, "s"), .lo = 0, .hi = INFINITY, .init = INFINITY, .doc = "."},
};
/* clang-format on */
COVERS(rows, chip);

static const struct fields table = {"chip", rows, LEN(rows), sizeof(struct chip)};

static struct conf *parse(const char *text)
{
    struct conf *c;
    struct err err = {0};
    if (conf_parse(&c, "f.yaml", text, &err) != 0)
        print_error("%s\n", err.text);
    assert_non_null(c);
    return c;
}

static void refuses(const char *text, const char *why)
{
    struct conf *c;
    struct err err = {0};
    assert_int_equal(conf_parse(&c, "f.yaml", text, &err), -1);
    assert_null(c);
    assert_int_equal(err.status, STATUS_INPUT);
    assert_string_equal(err.text, why);
}

static void binding_refuses(const char *text, const char *why)
{
    static const char *const skip[] = {"name", NULL};
    struct chip chip = {0};
    struct err err = {0};
    struct conf *c = parse(text);
    assert_int_equal(node_bind(conf_root(c), table, skip, &chip, NULL, &err), -1);
    assert_int_equal(err.status, STATUS_INPUT);
    assert_string_equal(err.text, why);
    conf_close(c);
}

/* --- the tree --- */

static void a_file_is_a_tree_of_maps_lists_and_scalars(void **state)
{
    (void)state;
    struct conf *c = parse("chip:\n  name: \"H 100\"\n  years: [2022, 2023]\nempty:\n");
    const struct node *root = conf_root(c), *chip = node_find(root, "chip");
    assert_int_equal(node_kind(root), NODE_MAP);
    assert_int_equal(node_count(root), 2);
    assert_string_equal(node_key(root, 1), "empty");
    assert_ptr_equal(node_at(root, 0), chip);
    assert_string_equal(node_text(chip), "");
    assert_string_equal(node_text(node_find(chip, "name")), "H 100");
    const struct node *years = node_find(chip, "years");
    assert_int_equal(node_kind(years), NODE_LIST);
    assert_int_equal(node_count(years), 2);
    assert_string_equal(node_text(node_at(years, 1)), "2023");
    assert_string_equal(node_text(node_key_node(chip, 1)), "years");
    assert_null(node_find(chip, "nothing"));
    assert_null(node_find(years, "2022"));
    assert_int_equal(node_count(node_at(years, 0)), 0);
    conf_close(c);
}

static void a_key_without_a_value_is_an_empty_scalar(void **state)
{
    (void)state;
    struct conf *c = parse("a:\nb: ''\n");
    assert_int_equal(node_kind(node_find(conf_root(c), "a")), NODE_SCALAR);
    assert_string_equal(node_text(node_find(conf_root(c), "a")), "");
    assert_string_equal(node_text(node_find(conf_root(c), "b")), "");
    conf_close(c);
}

static void an_empty_file_is_an_empty_map(void **state)
{
    (void)state;
    static const char *const empty[] = {"", "\n\n", "# nothing\n", "---\n", "--- # nothing\n"};
    for (size_t i = 0; i < LEN(empty); i++) {
        struct conf *c = parse(empty[i]);
        struct err err = {0};
        assert_int_equal(node_kind(conf_root(c)), NODE_MAP);
        assert_int_equal(node_count(conf_root(c)), 0);
        assert_null(node_find(conf_root(c), "a"));
        node_fail(conf_root(c), NULL, &err, "empty");
        assert_string_equal(err.text, "f.yaml:1:1: empty");
        conf_close(c);
    }
}

static void the_path_and_the_text_are_kept(void **state)
{
    (void)state;
    struct conf *c = parse("a: 1 # one\n");
    assert_string_equal(conf_path(c), "f.yaml");
    assert_string_equal(conf_text(c), "a: 1 # one\n");
    conf_close(c);
}

static void an_alias_is_the_node_it_names(void **state)
{
    (void)state;
    struct conf *c = parse("a: &x {k: 1}\nb: *x\n");
    const struct node *b = node_find(conf_root(c), "b");
    assert_ptr_equal(node_find(conf_root(c), "a"), b);
    assert_string_equal(node_text(node_find(b, "k")), "1");
    conf_close(c);
}

static void closing_nothing_is_fine(void **state)
{
    (void)state;
    conf_close(NULL);
}

/* --- refusing files --- */

static void a_message_names_file_line_column_path_and_what(void **state)
{
    (void)state;
    struct conf *c = parse("chip:\n  name: x\n  list: [a,\n         \xC2\xB5, b]\n");
    struct err err = {0};
    const struct node *chip = node_find(conf_root(c), "chip");
    assert_int_equal(node_fail(chip, "", &err, "no %s", "use"), -1);
    assert_string_equal(err.text, "f.yaml:2:3: no use");
    node_fail(node_find(chip, "name"), "chip.name", &err, "bad: %d", 7);
    assert_string_equal(err.text, "f.yaml:2:9: chip.name: bad: 7");
    node_fail(node_at(node_find(chip, "list"), 2), NULL, &err, "bad");
    assert_string_equal(err.text, "f.yaml:4:13: bad");
    node_fail(node_key_node(chip, 1), NULL, &err, "bad");
    assert_string_equal(err.text, "f.yaml:3:3: bad");
    assert_int_equal(err.status, STATUS_INPUT);
    conf_close(c);
}

static void a_syntax_error_is_placed(void **state)
{
    (void)state;
    refuses("a: 1\nb: [1, 2\nc: 3\n",
            "f.yaml:3:2: did not find expected ',' or ']': correct the YAML syntax");
    refuses("a: 1\n\tb: 2\n",
            "f.yaml:2:1: found a tab character that violates indentation: correct the YAML syntax");
    refuses("a: *x\n", "f.yaml:1:4: found undefined alias: correct the YAML syntax");
}

static void a_key_given_twice_is_refused_at_the_second(void **state)
{
    (void)state;
    refuses("a: 1\nb: 2\na: 3\n", "f.yaml:3:1: a: given twice: keep one");
    refuses("top:\n  - {x: 1, y: 2, x: 3}\n", "f.yaml:2:18: x: given twice: keep one");
}

static void a_key_that_is_no_scalar_is_refused(void **state)
{
    (void)state;
    refuses("a: 1\n? [b, c]\n: 2\n", "f.yaml:2:3: the key is a list or a map: write a word");
    refuses("{a: 1}: 2\n", "f.yaml:1:1: the key is a list or a map: write a word");
}

static void a_second_document_is_refused(void **state)
{
    (void)state;
    refuses("a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document: keep one");
    refuses("---\n---\nb: 2\n", "f.yaml:2:1: a second document: keep one");
    refuses("a: 1\n---\nb: [\n",
            "f.yaml:4:1: did not find expected node content: correct the YAML syntax");
}

static void an_alias_to_what_it_is_in_is_refused(void **state)
{
    (void)state;
    refuses("a: &x\n  b: *x\n", "f.yaml:1:4: contains itself: remove the alias");
    refuses("&x [1, [*x]]\n", "f.yaml:1:1: contains itself: remove the alias");
}

static void aliases_of_aliases_take_no_time(void **state)
{
    (void)state;
    char text[8192], *end = text;
    end += sprintf(end, "a0: &a0 [x]\n");
    for (int i = 1; i < 50; i++)
        end += sprintf(end, "a%d: &a%d [*a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1);
    conf_close(parse(text));
}

static void nest(char *text, int levels)
{
    memset(text, '[', (size_t)levels);
    text[levels] = 'x';
    memset(text + levels + 1, ']', (size_t)levels);
    text[2 * levels + 1] = '\0';
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    char text[200];
    nest(text, 64);
    conf_close(parse(text));
    nest(text, 65);
    refuses(text, "f.yaml:1:65: nested too deeply: at most 64 levels");
}

static void nesting_by_aliases_is_refused_too(void **state)
{
    (void)state;
    char text[4096], *end = text + sprintf(text, "a0: &a0 x\n");
    for (int i = 1; i < 64; i++)
        end += sprintf(end, "a%d: &a%d [*a%d]\n", i, i, i - 1);
    conf_close(parse(text));
    sprintf(end, "a64: [*a63]\n");
    refuses(text, "f.yaml:64:6: nested too deeply: at most 64 levels");
}

static void a_million_brackets_take_no_time(void **state)
{
    (void)state;
    size_t n = 1000000;
    char *text = mem_alloc(n + 1, 1);
    memset(text, '[', n);
    refuses(text, "f.yaml:1:65: nested too deeply: at most 64 levels");
    free(text);
}

static void text_is_UTF_8_with_or_without_a_mark(void **state)
{
    (void)state;
    struct conf *c = parse("\xEF\xBB\xBF"
                           "a: 1\n");
    assert_string_equal(node_text(node_find(conf_root(c), "a")), "1");
    conf_close(c);
    refuses("\xFF\xFE"
            "a",
            "f.yaml:1:1: invalid leading UTF-8 octet: give UTF-8 text");
}

static void bytes_that_are_not_text_are_refused_and_placed(void **state)
{
    (void)state;
    refuses("a: 1\nb: \xFF\n", "f.yaml:2:4: invalid leading UTF-8 octet: give UTF-8 text");
    refuses("\xC2\xB5: \x01\n", "f.yaml:1:4: control characters are not allowed: give UTF-8 text");
    refuses("a: \"x\\0y\"\n", "f.yaml:1:4: a NUL character in the text: remove it");
    refuses("a: \"x\\e[31m\"\n",
            "f.yaml:1:4: character 2 is U+001B, a control character: remove it");
}

static char path[] = "/tmp/dse_test_conf_XXXXXX";

static void write_file(const char *text, size_t length)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void a_file_is_opened_by_its_path(void **state)
{
    (void)state;
    struct conf *c;
    struct err err = {0};
    write_file("a: 1\n", 5);
    assert_int_equal(conf_open(&c, path, &err), 0);
    assert_string_equal(conf_path(c), path);
    assert_string_equal(conf_text(c), "a: 1\n");
    assert_string_equal(node_text(node_find(conf_root(c), "a")), "1");
    conf_close(c);
}

static void a_NUL_byte_in_a_file_is_refused_and_placed(void **state)
{
    (void)state;
    struct conf *c;
    struct err err = {0};
    write_file("a: 1\nb: \0 2\n", 12);
    assert_int_equal(conf_open(&c, path, &err), -1);
    assert_string_equal(err.text + strlen(path),
                        ":2:4: control characters are not allowed: give UTF-8 text");
}

static void a_file_that_cannot_be_read_is_named_with_the_reason(void **state)
{
    (void)state;
    struct conf *c;
    struct err err = {0};
    assert_int_equal(conf_open(&c, "/nowhere/x.yaml", &err), -1);
    assert_null(c);
    assert_int_equal(err.status, STATUS_INPUT);
    assert_string_equal(err.text, "/nowhere/x.yaml: cannot be read: No such file or directory: "
                                  "give a readable file");
    assert_int_equal(conf_open(&c, "/tmp", &err), -1);
    assert_string_equal(err.text, "/tmp: cannot be read: Is a directory: give a readable file");
}

static void a_file_over_16_MiB_is_refused(void **state)
{
    (void)state;
    struct conf *c;
    struct err err = {0};
    size_t most = 16 << 20;
    char *text = mem_alloc(most + 1, 1);
    memset(text, ' ', most + 1);
    write_file(text, most + 1);
    assert_int_equal(conf_open(&c, path, &err), -1);
    assert_string_equal(err.text + strlen(path), ": too large: at most 16 MiB");
    write_file(text, most);
    assert_int_equal(conf_open(&c, path, &err), 0);
    conf_close(c);
    free(text);
}

/* --- binding --- */

static void a_map_is_bound_to_a_struct(void **state)
{
    (void)state;
    static const char *const skip[] = {"name", NULL};
    struct chip chip;
    struct err err = {0};
    bool given[LEN(rows)] = {false};
    fields_init(table, &chip);
    struct conf *c =
        parse("name: H100\nmem_byte_per_s: 3.35 TB/s\nweight_byte: fp8\ntpot: 50 ms\n");
    assert_int_equal(node_bind(conf_root(c), table, skip, &chip, given, &err), 0);
    assert_close(chip.mem_byte_per_s, 3.35e12, 0);
    assert_close(chip.weight_byte, 1, 0);
    assert_close(chip.tpot_s, 0.05, 0);
    assert_close(chip.mem_byte, 80e9, 0);
    assert_true(given[0]);
    assert_false(given[1]);
    assert_true(given[2]);
    assert_false(given[3]);
    assert_true(given[4]);
    assert_int_equal(node_require(conf_root(c), table, &chip, &err), 0);
    conf_close(c);
}

static void an_unknown_name_is_refused_with_the_nearest(void **state)
{
    (void)state;
    binding_refuses("busy: 1\nmem_bytes: 1\n",
                    "f.yaml:2:1: chip.mem_bytes: unknown name: did you mean \"mem_byte\"?");
    binding_refuses("nmae: 1\n", "f.yaml:1:1: chip.nmae: unknown name: did you mean \"name\"?");
}

static void an_unknown_name_near_nothing_is_refused_with_all(void **state)
{
    (void)state;
    binding_refuses("hbm_stacks: 1\n",
                    "f.yaml:1:1: chip.hbm_stacks: unknown name: one of mem_byte_per_s, mem_byte, "
                    "weight_byte, busy, tpot_s, name");
}

static void a_list_of_names_ends_after_twelve(void **state)
{
    (void)state;
    static const char *const skip[] = {"a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", NULL};
    struct chip chip = {0};
    struct err err = {0};
    struct fields nameless = {"", table.row, table.n, table.size};
    struct conf *c = parse("hbm_stacks: 1\n");
    assert_int_equal(node_bind(conf_root(c), nameless, skip, &chip, NULL, &err), -1);
    assert_string_equal(err.text,
                        "f.yaml:1:1: hbm_stacks: unknown name: one of mem_byte_per_s, mem_byte, "
                        "weight_byte, busy, tpot_s, a1, a2, a3, a4, a5, a6, a7, ...");
    conf_close(c);
}

static void a_bad_value_is_refused_at_the_value(void **state)
{
    (void)state;
    binding_refuses("name: x\nmem_byte_per_s:   3.35 TB\n",
                    "f.yaml:2:19: chip.mem_byte_per_s: \"3.35 TB\" is not in B/s: "
                    "write a number and B/s, like 1 TB/s");
    binding_refuses("mem_byte_per_s: 0\n",
                    "f.yaml:1:17: chip.mem_byte_per_s: 0 is out of range: from 1 GB/s to 1 EB/s");
    binding_refuses("mem_byte_per_s:\n", "f.yaml:1:16: chip.mem_byte_per_s: the value is missing: "
                                         "write a number and B/s, like 1 TB/s");
    binding_refuses("weight_byte: fp9\n",
                    "f.yaml:1:14: chip.weight_byte: \"fp9\" is not known: did you mean \"fp8\"?");
    binding_refuses("busy: [1]\n", "f.yaml:1:7: chip.busy: a list: write one value");
    binding_refuses("busy: {a: 1}\n", "f.yaml:1:7: chip.busy: a map: write one value");
}

static void two_names_of_one_row_are_refused(void **state)
{
    (void)state;
    binding_refuses("tpot: 1\ntpot_s: 2\n", "f.yaml:2:1: chip.tpot_s: given twice: keep one");
}

static void what_is_no_map_is_refused_but_nothing_is_fine(void **state)
{
    (void)state;
    binding_refuses("[1, 2]\n", "f.yaml:1:1: chip: not a map: write lines of NAME: VALUE");
    binding_refuses("word\n", "f.yaml:1:1: chip: not a map: write lines of NAME: VALUE");
    struct chip chip = {.busy = 5};
    struct err err = {0};
    struct conf *c = parse("chip:\n");
    assert_int_equal(node_bind(node_at(conf_root(c), 0), table, NULL, &chip, NULL, &err), 0);
    assert_close(chip.busy, 5, 0);
    conf_close(c);
}

static void a_required_row_without_a_value_is_refused_at_the_map(void **state)
{
    (void)state;
    struct chip chip;
    struct err err = {0};
    fields_init(table, &chip);
    struct conf *c = parse("x: 1\nchip:\n  busy: 0.5\n");
    const struct node *map = node_find(conf_root(c), "chip");
    assert_int_equal(node_bind(map, table, NULL, &chip, NULL, &err), 0);
    assert_int_equal(node_require(map, table, &chip, &err), -1);
    assert_string_equal(err.text, "f.yaml:3:3: chip.mem_byte_per_s: the value is missing: "
                                  "write a number and B/s, like 1 TB/s");
    conf_close(c);
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
        cmocka_unit_test(a_file_is_a_tree_of_maps_lists_and_scalars),
        cmocka_unit_test(a_key_without_a_value_is_an_empty_scalar),
        cmocka_unit_test(an_empty_file_is_an_empty_map),
        cmocka_unit_test(the_path_and_the_text_are_kept),
        cmocka_unit_test(an_alias_is_the_node_it_names),
        cmocka_unit_test(closing_nothing_is_fine),
        cmocka_unit_test(a_message_names_file_line_column_path_and_what),
        cmocka_unit_test(a_syntax_error_is_placed),
        cmocka_unit_test(a_key_given_twice_is_refused_at_the_second),
        cmocka_unit_test(a_key_that_is_no_scalar_is_refused),
        cmocka_unit_test(a_second_document_is_refused),
        cmocka_unit_test(an_alias_to_what_it_is_in_is_refused),
        cmocka_unit_test(aliases_of_aliases_take_no_time),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(nesting_by_aliases_is_refused_too),
        cmocka_unit_test(a_million_brackets_take_no_time),
        cmocka_unit_test(text_is_UTF_8_with_or_without_a_mark),
        cmocka_unit_test(bytes_that_are_not_text_are_refused_and_placed),
        cmocka_unit_test(a_file_is_opened_by_its_path),
        cmocka_unit_test(a_NUL_byte_in_a_file_is_refused_and_placed),
        cmocka_unit_test(a_file_that_cannot_be_read_is_named_with_the_reason),
        cmocka_unit_test(a_file_over_16_MiB_is_refused),
        cmocka_unit_test(a_map_is_bound_to_a_struct),
        cmocka_unit_test(an_unknown_name_is_refused_with_the_nearest),
        cmocka_unit_test(an_unknown_name_near_nothing_is_refused_with_all),
        cmocka_unit_test(a_list_of_names_ends_after_twelve),
        cmocka_unit_test(a_bad_value_is_refused_at_the_value),
        cmocka_unit_test(two_names_of_one_row_are_refused),
        cmocka_unit_test(what_is_no_map_is_refused_but_nothing_is_fine),
        cmocka_unit_test(a_required_row_without_a_value_is_refused_at_the_map),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
