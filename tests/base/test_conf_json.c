#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf_json.h"

static struct conf *read_json(const char *text)
{
    struct conf *c;
    struct err err;
    if (conf_parse_json(&c, "f.json", text, &err) != 0)
        assert_string_equal(err.text, "");
    return c;
}

static void a_map_has_its_keys_and_values_in_order(void **state)
{
    (void)state;
    struct conf *c = read_json(" {\"a\": 1.5e3, \"b\": [\"x\", {\"y\": null}], \"c\": {}}");
    const struct node *root = conf_root(c);
    assert_int_equal(node_kind(root), NODE_MAP);
    assert_int_equal(node_count(root), 3);
    assert_string_equal(node_key(root, 0), "a");
    assert_string_equal(node_text(node_at(root, 0)), "1.5e3");
    const struct node *b = node_find(root, "b");
    assert_int_equal(node_kind(b), NODE_LIST);
    assert_string_equal(node_text(node_at(b, 0)), "x");
    assert_string_equal(node_text(node_find(node_at(b, 1), "y")), "null");
    assert_int_equal(node_kind(node_find(root, "c")), NODE_MAP);
    assert_int_equal(node_count(node_find(root, "c")), 0);
    conf_close(c);
}

static void escapes_become_their_characters(void **state)
{
    (void)state;
    struct conf *c = read_json("[\"\\u003cq\\\"\\\\\\n\", \"\\u00e9\\u20ac\\ud83d\\ude00\"]");
    assert_string_equal(node_text(node_at(conf_root(c), 0)), "<q\"\\\n");
    assert_string_equal(node_text(node_at(conf_root(c), 1)),
                        "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    conf_close(c);
}

static void many_values_survive_growing(void **state)
{
    (void)state;
    enum { N = 5000 };
    char *text = malloc(N * 16 + 16), *at = text;
    assert_non_null(text);
    *at++ = '{';
    for (int i = 0; i < N; i++)
        at += sprintf(at, "%s\"k%d\":[%d]", i ? "," : "", i, i);
    strcpy(at, "}");
    struct conf *c = read_json(text);
    for (size_t i = 0; i < N; i++) {
        char expected[16];
        snprintf(expected, sizeof expected, "%zu", i);
        assert_string_equal(node_text(node_at(node_at(conf_root(c), i), 0)), expected);
        assert_string_equal(node_key(conf_root(c), i) + 1, expected);
    }
    conf_close(c);
    free(text);
}

static void what_is_not_json_is_refused_with_its_place(void **state)
{
    static const char *const wrong[][2] = {
        {"{\"a\": }", "f.json:1:7: a value is missing: correct the JSON"},
        {"{\"a\" 1}", "f.json:1:6: a ':' is missing: correct the JSON"},
        {"[1 2]", "f.json:1:4: a ',' is missing: correct the JSON"},
        {"[\"a", "f.json:1:4: the string does not end: correct the JSON"},
        {"[1]\n x", "f.json:2:2: text after the end: correct the JSON"},
        {"[\"\\x\"]", "f.json:1:4: an unknown escape: correct the JSON"},
        {"[\"\\u00g0\"]", "f.json:1:7: four hexadecimal digits are missing: correct the JSON"},
        {"[\"\\ud800\"]", "f.json:1:9: not a character: correct the JSON"},
        {"", "f.json:1:1: a value is missing: correct the JSON"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct conf *c;
        struct err err;
        assert_int_equal(conf_parse_json(&c, "f.json", wrong[i][0], &err), -1);
        assert_string_equal(err.text, wrong[i][1]);
        assert_null(c);
    }
}

static void nesting_has_a_limit(void **state)
{
    (void)state;
    char text[140];
    struct conf *c;
    struct err err;
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    text[130] = '\0';
    assert_int_equal(conf_parse_json(&c, "f.json", text, &err), -1);
    memmove(text, text + 1, 129);
    text[128] = '\0';
    assert_int_equal(conf_parse_json(&c, "f.json", text, &err), 0);
    conf_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_map_has_its_keys_and_values_in_order),
        cmocka_unit_test(escapes_become_their_characters),
        cmocka_unit_test(many_values_survive_growing),
        cmocka_unit_test(what_is_not_json_is_refused_with_its_place),
        cmocka_unit_test(nesting_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
