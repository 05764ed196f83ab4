#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/random.h"
#include "db/db.h"
#include "db/where.h"

/* clang-format off */
static const struct where_column column[] = {
    {"model",            "",       WHERE_TEXTS},
    {"engine",           "",       WHERE_TEXTS},
    {"verdict",          "1",      WHERE_TEXTS},
    {"limit",            "1",      WHERE_TEXTS},
    {"tpot_s",           "s",      WHERE_NUMBERS},
    {"power_w",          "W",      WHERE_NUMBERS},
    {"chip_memory_byte", "B",      WHERE_NUMBERS},
    {"chip_memory_byte_per_s", "B/s", WHERE_NUMBERS},
    {"attention_share",  "1",      WHERE_NUMBERS},
    {"workload_context", "tokens", WHERE_NUMBERS},
    {"point",            "",       WHERE_NUMBERS},
    {"odd \"name\"",     "",       WHERE_ANY},
};
/* clang-format on */
static const struct where_columns columns = {column, LEN(column)};

/* The SQL text with each parameter replaced by its value: texts in <>, numbers after #. */
static char *shown(const struct where *w)
{
    char *out = mem_text("");
    for (const char *at = w->sql; *at;) {
        char *longer, *end = NULL, number[40];
        size_t i = *at == '?' ? (size_t)strtoul(at + 1, &end, 10) - w->first : 0;
        if (*at != '?') {
            longer = mem_print("%s%c", out, *at++);
        } else {
            assert_true(i < w->values);
            const struct where_value *v = &w->value[i];
            at = end;
            longer = v->kind == VALUE_TEXT ? mem_print("%s<%s>", out, v->text)
                     : v->kind == VALUE_INTEGER
                         ? mem_print("%s%lld", out, (long long)v->integer)
                         : mem_print("%s#%s", out, number_text(v->number, number, sizeof number));
        }
        free(out);
        out = longer;
    }
    return out;
}

static void means(const char *text, const char *want)
{
    struct where w = {.first = 7};
    struct err err = {0};
    if (where_parse(&w, text, columns, &err) != WHERE_DONE)
        assert_string_equal(err.text, "");
    char *got = shown(&w);
    assert_string_equal(got, want);
    free(got);
    where_free(&w);
}

static void refuses(const char *text, enum where_result how, const char *why)
{
    struct where w = {.first = 7};
    struct err err = {0};
    assert_int_equal(where_parse(&w, text, columns, &err), how);
    assert_null(w.sql);
    assert_null(w.value);
    assert_string_equal(err.text, why);
}

static void numbers_take_prefixes_and_the_unit_of_their_column(void **state)
{
    (void)state;
    means("tpot_s < 50 ms", "\"tpot_s\" < #0.05");
    means("tpot.s<50ms", "\"tpot_s\" < #0.05");
    means("50 ms > tpot_s", "#0.05 > \"tpot_s\"");
    means("power_w <= 30 kW", "\"power_w\" <= #30000");
    means("power_w <= 30 k", "\"power_w\" <= #30000");
    means("chip.memory_byte >= 96 GB", "\"chip_memory_byte\" >= #96000000000");
    means("chip.memory_byte >= 96GiB", "\"chip_memory_byte\" >= #103079215104");
    means("chip.memory_byte_per_s = 8 TB/s", "\"chip_memory_byte_per_s\" = #8000000000000");
    means("attention_share > 30 %", "\"attention_share\" > #0.3");
    means("workload.context = 8 k tokens", "\"workload_context\" = #8000");
    means("workload.context in (2 Ki, 4096)", "\"workload_context\" IN (#2048, 4096)");
    means("tpot_s between 10 ms and 20 ms", "\"tpot_s\" BETWEEN #0.01 AND #0.02");
    means("tpot_s not between 1e-3 and .5 s", "\"tpot_s\" NOT BETWEEN #0.001 AND #0.5");
    means("tpot_s = -5 ms", "\"tpot_s\" = - #0.005");
    means("point = 281474976710657", "\"point\" = 281474976710657");
}

static void units_go_through_arithmetic(void **state)
{
    (void)state;
    means("2 * tpot_s < 50 ms", "2 * \"tpot_s\" < #0.05");
    means("tpot_s / 2 + 1 ms < 50 ms", "\"tpot_s\" / 2 + #0.001 < #0.05");
    means("1 ms + 2 ms < tpot_s", "#0.001 + #0.002 < \"tpot_s\"");
    means("(1 ms) < (tpot_s)", "(#0.001) < (\"tpot_s\")");
    means("max(tpot_s, 10 ms) < 50 ms", "max(\"tpot_s\", #0.01) < #0.05");
    means("power_w * 2 s > 5 J", "\"power_w\" * #2 > #5");
    means("tpot_s < 50 ms/2", "\"tpot_s\" < #0.05 / 2");
    means("point = 7 % 2", "\"point\" = 7 % 2");
}

static void a_bare_word_after_a_text_column_is_a_text(void **state)
{
    (void)state;
    means("engine = duplex", "\"engine\" = <duplex>");
    means("engine == duplex", "\"engine\" = <duplex>");
    means("model != llama-3.1-405b and engine<>none",
          "\"model\" <> <llama-3.1-405b> AND \"engine\" <> <none>");
    means("limit = memory", "\"limit\" = <memory>");
    means("engine in (none,duplex , 'attacc')", "\"engine\" IN (<none>, <duplex>, <attacc>)");
    means("engine not in (none)", "\"engine\" NOT IN (<none>)");
    means("(engine) = none", "(\"engine\") = <none>");
    means("model = engine", "\"model\" = \"engine\"");
    means("model = 5", "\"model\" = <5>");
    means("engine = lower('X')", "\"engine\" = lower(<X>)");
    means("engine = null or engine is none", "\"engine\" = null OR \"engine\" IS <none>");
    means("model = ./my-model.yaml", "\"model\" = <./my-model.yaml>");
    means("model = \u00fc\u00df", "\"model\" = <\u00fc\u00df>");
}

static void quoted_texts_are_values_whatever_they_hold(void **state)
{
    (void)state;
    means("engine = 'it''s'", "\"engine\" = <it's>");
    means("engine = \"say \"\"no\"\"\"", "\"engine\" = <say \"no\">");
    means("engine = 'x'' OR 1=1; DROP TABLE point --'",
          "\"engine\" = <x' OR 1=1; DROP TABLE point -->");
    means("'a' || engine = 'ab'", "<a> || \"engine\" = <ab>");
    means("\"limit\" = 'link'", "\"limit\" = <link>");
    means("\"odd \"\"name\"\"\" = 1", "\"odd \"\"name\"\"\" = 1");
}

static void patterns_are_quoted_slashed_or_bare(void **state)
{
    (void)state;
    means("model ~ ^deep.*v3$", "\"model\" REGEXP <^deep.*v3$>");
    means("model !~ 'a (b|c)'", "\"model\" NOT REGEXP <a (b|c)>");
    means("model ~ /a\\/b|c\\d/ and 1", "\"model\" REGEXP <a/b|c\\d> AND 1");
    means("(model ~ deep)", "(\"model\" REGEXP <deep>)");
    means("not model regexp 'x'", "NOT \"model\" REGEXP <x>");
    refuses("model ~ '('", WHERE_WRONG,
            "--where:9: ~ (: at character 1: missing closing parenthesis");
    refuses("model ~ ", WHERE_WRONG,
            "--where:9: a pattern is missing: write one like ^deepseek or 'a (b|c)'");
    refuses("model ~ /a", WHERE_WRONG,
            "--where:9: the pattern does not end: write the same sign after it");
}

static void operators_keep_the_order_and_brackets_of_the_user(void **state)
{
    (void)state;
    means("not engine = none AND (limit = link OR verdict = ok)",
          "NOT \"engine\" = <none> AND (\"limit\" = <link> OR \"verdict\" = <ok>)");
    means("tpot_s is null", "\"tpot_s\" IS null");
    means("tpot_s IS NOT NULL", "\"tpot_s\" IS NOT null");
    means("tpot_s isnull or tpot_s notnull or tpot_s not null",
          "\"tpot_s\" IS NULL OR \"tpot_s\" IS NOT NULL OR \"tpot_s\" IS NOT NULL");
    means("engine like 'd%'", "\"engine\" LIKE <d%>");
    means("POINT % 7 = 0", "\"point\" % 7 = 0");
    means("true and not false", "true AND NOT false");
}

static void a_unit_that_does_not_fit_is_an_error(void **state)
{
    (void)state;
    refuses("tpot_s < 50 W", WHERE_WRONG,
            "--where:10: tpot_s is a time (s): 50 W is not, write a number in s like 50 ms");
    refuses("engine = none and power.w in (1, 2 GB)", WHERE_WRONG,
            "--where:34: power_w is a power (W): 2 GB is not, write a number in W like 1 kW");
    refuses("attention_share > 3 s", WHERE_WRONG,
            "--where:19: attention_share is a plain number: 3 s is not, write a number like 2");
    refuses("workload_context > 3 W", WHERE_WRONG,
            "--where:20: workload_context is in tokens: 3 W is not, write a number in tokens like "
            "2 tokens");
    refuses("tpot_s < 50 min", WHERE_FOREIGN,
            "--where:13: \"min\" is not a unit: write numbers like 50 ms, 96 GB or 30 kW");
    refuses("tpot_s < 1 k/s", WHERE_FOREIGN,
            "--where:12: \"k/s\" is not a unit: write numbers like 50 ms, 96 GB or 30 kW");
    refuses("tpot_s < 10 USD/GB", WHERE_FOREIGN,
            "--where:13: \"USD/GB\" is not a unit: write numbers like 50 ms, 96 GB or 30 kW");
    refuses("tpot_s < 3/s", WHERE_FOREIGN,
            "--where:11: \"/s\" is not a unit: write numbers like 50 ms, 96 GB or 30 kW");
    refuses("tpot_s < 1 k/power", WHERE_FOREIGN,
            "--where:14: \"power\": not a column: did you mean \"power_w\"?");
}

static void a_number_is_not_compared_with_a_text(void **state)
{
    (void)state;
    const char *why = "--where:10: tpot_s is a time (s), not a text: write a number like 50 ms";
    refuses("tpot_s < '50 ms'", WHERE_WRONG, why);
    refuses("tpot_s < \"50 ms\"", WHERE_WRONG, why);
    refuses("tpot_s < engine", WHERE_WRONG, why);
    refuses("2 * tpot_s in (1, '50 ms')", WHERE_WRONG,
            "--where:19: tpot_s is a time (s), not a text: write a number like 50 ms");
    refuses("'50 ms' >= tpot_s", WHERE_WRONG,
            "--where:12: tpot_s is a time (s), not a text: write a number like 50 ms");
    refuses("tpot_s between '1 ms' and 50 ms", WHERE_WRONG,
            "--where:16: tpot_s is a time (s), not a text: write a number like 50 ms");
    refuses("\"tpott_s\" > 5", WHERE_WRONG,
            "--where:13: \"tpott_s\" is a text, not a number: write names of columns without "
            "quotes");
    means("tpot_s < '0.05'", "\"tpot_s\" < <0.05>");
    means("tpot_s like '0.05%'", "\"tpot_s\" LIKE <0.05%>");
    means("5 = engine", "5 = \"engine\"");
    means("'none' = engine", "<none> = \"engine\"");
}

static void a_quotient_of_numbers_is_not_cut(void **state)
{
    (void)state;
    means("tpot_s < 1/2", "\"tpot_s\" < #1 / 2");
    means("tpot_s < 3 * 1 / 2", "\"tpot_s\" < #3 * 1 / 2");
    means("1 / 2 * tpot_s < -1/3", "#1 / 2 * \"tpot_s\" < - #1 / 3");
    means("point / 2 = 3", "\"point\" / 2 = 3");
}

static void errors_name_the_character_where_they_are(void **state)
{
    (void)state;
    refuses("tpott_s < 1", WHERE_FOREIGN,
            "--where:1: \"tpott_s\": not a column: did you mean \"tpot_s\"?");
    refuses("model = '\u00fc\u00fc' and tpott.s < 1", WHERE_FOREIGN,
            "--where:18: \"tpott_s\": not a column: did you mean \"tpot_s\"?");
    refuses("", WHERE_WRONG, "--where:1: a condition is missing: write one like tpot_s < 50 ms");
    refuses("tpot_s <", WHERE_FOREIGN,
            "--where:9: the end is not expected here: write a column, a number or a text");
    refuses("(tpot_s < 1", WHERE_FOREIGN,
            "--where:12: the end is not expected here: write and, or, an operator, or )");
    refuses("engine = 'none", WHERE_WRONG,
            "--where:10: the quoted text does not end: write the same quote after it");
    refuses("10 ms < tpot_s < 50 ms", WHERE_WRONG,
            "--where:16: a second comparison: write x between 10 ms and 50 ms, or and");
}

static void text_that_would_leave_the_condition_is_refused(void **state)
{
    (void)state;
    refuses("1; drop table point", WHERE_FOREIGN,
            "--where:2: \";\" is not expected here: write and, or, or an operator");
    refuses("1) or (1", WHERE_FOREIGN,
            "--where:2: \")\" is not expected here: write and, or, or an operator");
    refuses("1 -- all", WHERE_FOREIGN,
            "--where:3: \"--\" is not expected here: write and, or, or an operator");
    refuses("engine = none /* or */", WHERE_FOREIGN,
            "--where:15: \"/*\" is not expected here: write and, or, or an operator");
    refuses("point = ?1", WHERE_FOREIGN,
            "--where:9: \"?1\" is not expected here: write a column, a number or a text");
    refuses("point in (select 1)", WHERE_FOREIGN,
            "--where:11: \"select\": not a column: `dse query DB --columns all` shows them; a text "
            "is written after its column, or in quotes");
}

static void deep_brackets_are_refused(void **state)
{
    (void)state;
    char text[4001];
    struct where w = {.first = 1};
    struct err err;
    memset(text, '(', 4000);
    text[4000] = '\0';
    assert_int_equal(where_parse(&w, text, columns, &err), WHERE_WRONG);
    memset(text, '-', 4000);
    for (size_t i = 0; i < 4000; i += 2)
        text[i] = ' ';
    assert_int_equal(where_parse(&w, text, columns, &err), WHERE_WRONG);
}

/* ---- random conditions, evaluated by SQLite and in C ---- */

enum { ROWS = 300, LONGEST = 4000 };

static const char *const engines[] = {"none", "duplex", "attacc", "it's; --", "\u00e9\"x"};

struct row {
    double time_s, power_w; /* NAN: NULL */
    size_t engine;          /* LEN(engines): NULL */
};

/* Three values, as in SQL. */
enum truth { NO, YES, UNKNOWN };

static enum truth truth_of(bool known, bool value)
{
    return !known ? UNKNOWN : value ? YES : NO;
}

static enum truth opposite(enum truth t)
{
    return t == UNKNOWN ? UNKNOWN : t == YES ? NO : YES;
}

/* Appends a random condition to `text`; `answer` gets its truth for each row. */
static void random_condition(struct random *r, size_t depth, const struct row *row, char *text,
                             enum truth *answer);

static void add(char *text, const char *piece)
{
    assert_true(strlen(text) + strlen(piece) < LONGEST);
    strcat(text, piece);
}

static void random_comparison(struct random *r, const struct row *row, char *text,
                              enum truth *answer)
{
    static const char *const signs[] = {"<", "<=", ">", ">=", "=", "!="};
    bool time = random_below(r, 2) == 1;
    size_t sign = random_below(r, LEN(signs));
    size_t number = random_below(r, 100);
    double value = time ? (double)number / 1000 : (double)number * 1000;
    bool flip = random_below(r, 4) == 0;
    char piece[100];
    if (flip)
        snprintf(piece, sizeof piece, "%zu%s%s %s %s", number, random_below(r, 2) ? " " : "",
                 time ? "ms" : "kW", signs[sign], time ? "time.s" : "power_w");
    else
        snprintf(piece, sizeof piece, "%s%s%zu %s", time ? "time_s" : "power.w", signs[sign],
                 number, time ? "ms" : "kW");
    add(text, piece);
    for (size_t i = 0; i < ROWS; i++) {
        double v = time ? row[i].time_s : row[i].power_w;
        double a = flip ? value : v, b = flip ? v : value;
        const bool holds[] = {a<b, a <= b, a> b, a >= b, a == b, a != b};
        answer[i] = truth_of(!isnan(v), holds[sign]);
    }
}

static void random_between(struct random *r, const struct row *row, char *text, enum truth *answer)
{
    size_t low = random_below(r, 100), high = random_below(r, 100);
    bool not = random_below(r, 2) == 1;
    char piece[100];
    snprintf(piece, sizeof piece, "time_s %sbetween %zu ms and %zums", not ? "not " : "", low,
             high);
    add(text, piece);
    for (size_t i = 0; i < ROWS; i++) {
        double v = row[i].time_s;
        bool in = v >= (double)low / 1000 && v <= (double)high / 1000;
        answer[i] = truth_of(!isnan(v), in != not );
    }
}

static void add_quoted(char *text, const char *value)
{
    add(text, "'");
    for (const char *c = value; *c; c++)
        add(text, *c == '\'' ? "''" : (char[]){*c, '\0'});
    add(text, "'");
}

static void random_list(struct random *r, const struct row *row, char *text, enum truth *answer)
{
    bool in[LEN(engines)] = {false}, not = random_below(r, 2) == 1;
    add(text, not ? "engine not in (" : "engine in (");
    for (size_t i = 0, n = 1 + random_below(r, 3); i < n; i++) {
        size_t k = random_below(r, LEN(engines));
        in[k] = true;
        add(text, i ? ", " : "");
        if (k < 3 && random_below(r, 2))
            add(text, engines[k]);
        else
            add_quoted(text, engines[k]);
    }
    add(text, ")");
    for (size_t i = 0; i < ROWS; i++) {
        bool known = row[i].engine < LEN(engines);
        answer[i] = truth_of(known, known && in[row[i].engine] != not );
    }
}

static void random_pattern(struct random *r, const struct row *row, char *text, enum truth *answer)
{
    static const char *const patterns[] = {"~ ^n", "!~ /[td]/", "~ 'e.*x|;'"};
    static const bool matches[][LEN(engines)] = {{true, false, false, false, false},
                                                 {true, false, false, false, true},
                                                 {false, true, false, true, false}};
    size_t k = random_below(r, LEN(patterns));
    add(text, "engine ");
    add(text, patterns[k]);
    for (size_t i = 0; i < ROWS; i++) {
        bool known = row[i].engine < LEN(engines);
        answer[i] = truth_of(known, known && matches[k][row[i].engine]);
    }
}

static void random_null(struct random *r, const struct row *row, char *text, enum truth *answer)
{
    bool not = random_below(r, 2) == 1;
    add(text, not ? "engine is not null" : "engine is null");
    for (size_t i = 0; i < ROWS; i++)
        answer[i] = (row[i].engine == LEN(engines)) != not ? YES : NO;
}

/* and, or, not of random conditions; `and` binds tighter than `or`, so that is bracketed. */
static void random_logic(struct random *r, size_t depth, const struct row *row, char *text,
                         enum truth *answer)
{
    enum truth left[ROWS], right[ROWS];
    size_t kind = random_below(r, 3);
    if (kind == 2) {
        add(text, "not (");
        random_condition(r, depth - 1, row, text, left);
        add(text, ")");
        for (size_t i = 0; i < ROWS; i++)
            answer[i] = opposite(left[i]);
        return;
    }
    add(text, kind ? "(" : "");
    random_condition(r, depth - 1, row, text, left);
    add(text, kind ? " or " : " AND ");
    random_condition(r, depth - 1, row, text, right);
    add(text, kind ? ")" : "");
    enum truth decides = kind ? YES : NO;
    for (size_t i = 0; i < ROWS; i++) {
        bool decided = left[i] == decides || right[i] == decides;
        bool unknown = left[i] == UNKNOWN || right[i] == UNKNOWN;
        answer[i] = decided ? decides : unknown ? UNKNOWN : opposite(decides);
    }
}

static void random_condition(struct random *r, size_t depth, const struct row *row, char *text,
                             enum truth *answer)
{
    static void (*const kinds[])(struct random *, const struct row *, char *, enum truth *) = {
        random_comparison, random_comparison, random_between,
        random_list,       random_pattern,    random_null};
    if (depth > 0 && random_below(r, 3) > 0)
        random_logic(r, depth, row, text, answer);
    else
        kinds[random_below(r, LEN(kinds))](r, row, text, answer);
}

static void put_rows(struct db *db, struct random *r, struct row *row)
{
    static const struct db_column stored[] = {
        {"engine", "", "", engines}, {"time_s", "s", "", NULL}, {"power_w", "W", "", NULL}};
    struct db_run run = {.name = (char[]){"r"},
                         .spec = (char[]){""},
                         .spec_hash = (char[]){""},
                         .program = (char[]){""},
                         .keep = (char[]){"all"},
                         .space = ROWS,
                         .last = ROWS};
    struct err err;
    assert_int_equal(db_run_begin(db, &run, stored, LEN(stored), &err), 0);
    for (size_t i = 0; i < ROWS; i++) {
        bool null[3];
        for (size_t k = 0; k < 3; k++)
            null[k] = random_below(r, 8) == 0;
        row[i].engine = null[0] ? LEN(engines) : random_below(r, LEN(engines));
        row[i].time_s = null[1] ? NAN : (double)random_below(r, 100) / 1000;
        row[i].power_w = null[2] ? NAN : (double)random_below(r, 100) * 1000;
        double put[] = {null[0] ? NAN : (double)row[i].engine, row[i].time_s, row[i].power_w};
        assert_int_equal(db_put(db, i, put, &err), 0);
    }
    assert_int_equal(db_commit(db, ROWS, ROWS, true, &err), 0);
    free(run.started);
    free(run.ended);
}

/* The rows that `where` keeps, against `answer`. */
static void check_rows(struct db *db, const char *where, const enum truth *answer)
{
    struct err err;
    struct table t;
    char *condition;
    if (db_where(db, where, &condition, &err) != 0)
        print_error("%s\n%s\n", where, err.text);
    assert_non_null(condition);
    char *sql = mem_print("SELECT point FROM point WHERE (%s\n) ORDER BY id", condition);
    assert_int_equal(db_select(db, sql, NULL, 0, &t, &err), 0);
    size_t found = 0;
    for (size_t i = 0; i < ROWS; i++) {
        bool is = found < t.rows && table_at(&t, found, 0)->number == (double)i;
        if (is != (answer[i] == YES))
            print_error("row %zu: %s\n", i, where);
        assert_int_equal(is, answer[i] == YES);
        found += is;
    }
    assert_int_equal(found, t.rows);
    table_free(&t);
    free(sql);
    free(condition);
}

static void random_conditions_keep_the_rows_that_they_keep_in_c(void **state)
{
    (void)state;
    static struct row row[ROWS];
    static enum truth answer[ROWS];
    static char text[LONGEST];
    struct random r;
    struct db *db;
    struct err err;
    char path[] = "/tmp/dse-where-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    random_seed(&r, 1);
    assert_int_equal(db_open(&db, path, DB_WRITE, &err), 0);
    put_rows(db, &r, row);
    for (size_t i = 0; i < 400; i++) {
        text[0] = '\0';
        random_condition(&r, 3, row, text, answer);
        check_rows(db, text, answer);
    }
    db_close(db);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_take_prefixes_and_the_unit_of_their_column),
        cmocka_unit_test(units_go_through_arithmetic),
        cmocka_unit_test(a_bare_word_after_a_text_column_is_a_text),
        cmocka_unit_test(quoted_texts_are_values_whatever_they_hold),
        cmocka_unit_test(patterns_are_quoted_slashed_or_bare),
        cmocka_unit_test(operators_keep_the_order_and_brackets_of_the_user),
        cmocka_unit_test(a_unit_that_does_not_fit_is_an_error),
        cmocka_unit_test(a_number_is_not_compared_with_a_text),
        cmocka_unit_test(a_quotient_of_numbers_is_not_cut),
        cmocka_unit_test(errors_name_the_character_where_they_are),
        cmocka_unit_test(text_that_would_leave_the_condition_is_refused),
        cmocka_unit_test(deep_brackets_are_refused),
        cmocka_unit_test(random_conditions_keep_the_rows_that_they_keep_in_c),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
