#include "dse/query_statement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arch/metrics.h"
#include "base/mem.h"
#include "base/regex.h"
#include "reports/payoff/pool_kind.h"
#include "reports/run_column.h"
#include "reports/top_by.h"

/* The points of the run with id ?1, by the primary key. */
#define OF_RUN "id >= ?1 << 48 AND id < ?1 + 1 << 48"

/* The run to query. */
struct queried_run {
    struct db *db;
    const struct db_run *run;
    const char *id; /* run->id as text */
};

/* Appends to a growing SQL text; frees the piece. */
static void append_own(char **sql, char *piece)
{
    char *longer = mem_print("%s%s", *sql, piece);
    free(*sql);
    free(piece);
    *sql = longer;
}

static void append(char **sql, const char *text)
{
    append_own(sql, mem_text(text));
}

static void append_column(char **sql, const char *name, bool *first)
{
    append_own(sql, mem_print("%s\"%s\"", *first ? "" : ", ", name));
    *first = false;
}

/* The column of the run that an option names. Caller frees. */
static int option_column(const struct queried_run *of, const char *option, const char *text,
                         size_t length, char **out, struct err *err)
{
    struct err inner;
    if (run_column(of->db, of->run, text, length, out, &inner) == 0)
        return 0;
    char *where = mem_print("dse query: %s", option);
    fail_as(err, &inner, where);
    free(where);
    return -1;
}

/* Columns in a comma-separated list. */
static int append_columns(char **sql, const struct queried_run *of, const char *option,
                          const char *list, bool first, struct err *err)
{
    for (;;) {
        size_t length = strcspn(list, ",");
        char *name;
        if (option_column(of, option, list, length, &name, err) != 0)
            return -1;
        append_column(sql, name, &first);
        free(name);
        if (!list[length])
            return 0;
        list += length + 1;
    }
}

/* ---- default columns ---- */

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(name, list[i]))
            return true;
    return false;
}

/* Is it neither a metric nor a key? */
static bool is_parameter(const char *name)
{
    static const char *const others[] = {"id", "run", "reasons"};
    return !field_find(metrics_fields, name) && !is_one_of(name, others, LEN(others));
}

/* Counts the values of those parameters that `filled` has not, in the first `rows` points of the
 * run, and records which have some. */
static int count_filled(bool *filled, const struct queried_run *of, const struct table *known,
                        const char *rows, struct err *err)
{
    struct table t;
    char *list = mem_text("count(*)"), *sql;
    bool first = false, complete = true;
    for (size_t i = 0; i < known->rows; i++) {
        const char *name = table_text_at(known, i, "name");
        if (!is_parameter(name) || filled[i])
            continue;
        append_own(&list, mem_print("%scount(\"%s\") AS \"%s\"", first ? "" : ", ", name, name));
        first = complete = false;
    }
    sql = mem_print("SELECT %s FROM (SELECT * FROM point WHERE " OF_RUN "%s)", list, rows);
    int rc = complete ? 0 : db_select(of->db, sql, &of->id, 1, &t, err);
    for (size_t i = 0; i < known->rows && rc == 0 && !complete; i++)
        filled[i] = filled[i] || table_number_at(&t, 0, table_text_at(known, i, "name")) > 0;
    if (rc == 0 && !complete)
        table_free(&t);
    free(list);
    free(sql);
    return rc;
}

/* Which parameters have a value in some point of the run? Those that only other runs have are
 * found by a second statement, which reads the whole run. */
static int find_filled(bool *filled, const struct queried_run *of, const struct table *known,
                       struct err *err)
{
    return count_filled(filled, of, known, " LIMIT 100", err) != 0 ||
                   count_filled(filled, of, known, "", err) != 0
               ? -1
               : 0;
}

/* Does the first row of a statement about the run have another scenario than `base`? */
static int read_scenario(bool *found, bool *has, const struct queried_run *of, const char *sql,
                         struct err *err)
{
    struct table t;
    if (db_select(of->db, sql, &of->id, 1, &t, err) != 0)
        return -1;
    *found = t.rows > 0;
    *has = table_number_at(&t, 0, "has") > 0;
    table_free(&t);
    return 0;
}

/* Does the run have more than the scenario `base`? Its points come first, so the last one tells; if
 * that was not kept, the statement finds the last that was. */
static int find_scenarios(bool *has, const struct queried_run *of, struct err *err)
{
    bool found;
    uint64_t last = of->run->first + of->run->done - (of->run->done > 0);
    char *sql =
        mem_print("SELECT scenario <> 'base' AS has FROM point WHERE id = (?1 << %d | %llu)",
                  POINT_BITS, (unsigned long long)last);
    int rc = read_scenario(&found, has, of, sql, err);
    free(sql);
    return rc != 0 || found
               ? rc
               : read_scenario(&found, has, of,
                               "SELECT scenario <> 'base' AS has FROM point WHERE " OF_RUN
                               " ORDER BY id DESC LIMIT 1",
                               err);
}

/* How many devices the pools of the run have: their parameter may be auto. */
static void append_pool_devices(char **sql, const struct table *known, const bool *filled,
                                bool *first)
{
    size_t n;
    const struct pool_kind *kind = pool_kinds(&n);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < known->rows; i++)
            if (filled[i] && !strcmp(table_text_at(known, i, "name"), kind[k].chip))
                append_column(sql, kind[k].devices, first);
}

/* Which design it is, the parameters of the run, the main metrics. */
static int append_default_columns(char **sql, const struct queried_run *of,
                                  const struct table *known, struct err *err)
{
    static const char *const names[] = {"point", "scenario", "model", "chip", "engine"};
    static const char *const metrics[] = {
        "verdict",         "batch",           "tpot_s",          "tokens_per_s",
        "attention_share", "engine_speedup",  "engine_maturity", "engine_limited_by",
        "limit",           "system_cost_usd", "power_w"};
    bool first = true, scenarios;
    if (find_scenarios(&scenarios, of, err) != 0)
        return -1;
    bool *filled = mem_alloc(known->rows + 1, sizeof *filled);
    int rc = find_filled(filled, of, known, err);
    for (size_t k = 0; k < LEN(names); k++)
        for (size_t i = 0; i < known->rows; i++)
            if (!strcmp(table_text_at(known, i, "name"), names[k]) &&
                (scenarios || strcmp(names[k], "scenario") != 0))
                append_column(sql, names[k], &first);
    for (size_t i = 0; i < known->rows; i++) {
        const char *name = table_text_at(known, i, "name");
        if (filled[i] && !is_one_of(name, names, LEN(names)))
            append_column(sql, name, &first);
    }
    append_pool_devices(sql, known, filled, &first);
    for (size_t k = 0; k < LEN(metrics); k++)
        for (size_t i = 0; i < known->rows; i++)
            if (!strcmp(table_text_at(known, i, "name"), metrics[k]))
                append_column(sql, metrics[k], &first);
    free(filled);
    return rc;
}

static int append_selection(char **sql, const struct queried_run *of, const char *columns,
                            struct err *err)
{
    struct table known;
    if (columns && !strcmp(columns, "all"))
        append(sql, "point.*");
    else if (columns)
        return append_columns(sql, of, "--columns", columns, true, err);
    else {
        if (db_columns(of->db, &known, err) != 0)
            return -1;
        int rc = append_default_columns(sql, of, &known, err);
        table_free(&known);
        return rc;
    }
    return 0;
}

/* ---- conditions and order ---- */

/* Also where no row would be compared with it. */
static int check_pattern(const char *pattern, struct err *err)
{
    struct regex *regex;
    struct err why;
    if (regex_open(&regex, pattern, &why) == 0) {
        regex_close(regex);
        return 0;
    }
    if (why.status == STATUS_INPUT)
        return fail(err, "dse query: --match: %s", why.text);
    *err = why;
    return -1;
}

static int append_matches(struct query_statement *s, char **sql, const struct queried_run *of,
                          const struct args *a, struct err *err)
{
    const char *match;
    for (size_t i = 0; (match = args_each(a, "--match", i)); i++) {
        const char *equals = strchr(match, '=');
        char *name;
        if (!equals)
            return fail(err,
                        "dse query: --match: \"%s\" is not COLUMN=REGEX: write model=deepseek.*",
                        match);
        if (check_pattern(equals + 1, err) != 0 ||
            option_column(of, "--match", match, (size_t)(equals - match), &name, err) != 0)
            return -1;
        s->text[s->texts++] = equals + 1;
        append_own(sql, mem_print(" AND \"%s\" REGEXP ?%zu", name, s->texts));
        free(name);
    }
    return 0;
}

/* FROM and WHERE. */
static int append_rows(struct query_statement *s, char **sql, const struct queried_run *of,
                       const struct args *a, struct err *err)
{
    append(sql, " FROM point WHERE " OF_RUN);
    if (args_where(a, of->db, &s->where, err) != 0)
        return -1;
    if (s->where)
        append_own(sql, mem_print(" AND (%s\n)", s->where));
    return append_matches(s, sql, of, a, err);
}

/* The column of --sort, NULL without it. Caller frees. */
static int read_sort(char **name, bool *descending, const struct queried_run *of,
                     const struct args *a, struct err *err)
{
    const char *sort = args_value(a, "--sort"), *colon = sort ? strchr(sort, ':') : NULL;
    *name = NULL;
    *descending = colon && colon[1] == 'd';
    if (colon && strcmp(colon, ":desc") && strcmp(colon, ":asc"))
        return fail(err, "dse query: --sort: \"%s\" is not COLUMN[:desc]: write tokens_per_s:desc",
                    sort);
    return sort ? option_column(of, "--sort", sort, strcspn(sort, ":"), name, err) : 0;
}

/* The first points of each group: finds them, and makes the statement that shows them. */
static int make_groups(struct query_statement *s, const struct queried_run *of,
                       const struct args *a, double top, struct err *err)
{
    bool descending;
    char *sort, *sql;
    if (read_sort(&sort, &descending, of, a, err) != 0)
        return -1;
    sql = mem_print("SELECT point, %s%s%s", sort ? "\"" : "", sort ? sort : "point",
                    sort ? "\"" : "");
    int rc = append_columns(&sql, of, "--by", args_value(a, "--by"), false, err);
    if (rc == 0)
        rc = append_rows(s, &sql, of, a, err);
    const struct db_statement rows = {sql, s->text, s->texts, false};
    const struct top_question q = {&rows, descending, top < 1e15 ? (size_t)top : SIZE_MAX};
    if (rc == 0)
        rc = top_by(&s->points, of->db, &q, err);
    free(sql);
    free(sort);
    if (rc != 0)
        return -1;
    s->texts = 1;
    s->text[s->texts++] = s->points;
    append(&s->sql,
           " FROM (SELECT key AS place, value AS of_run FROM json_each(?2)) CROSS JOIN point"
           " ON id = (?1 << 48 | of_run) ORDER BY place");
    return 0;
}

static int make_rows(struct query_statement *s, const struct queried_run *of, const struct args *a,
                     double top, struct err *err)
{
    bool descending;
    char *sort;
    if (append_rows(s, &s->sql, of, a, err) != 0 || read_sort(&sort, &descending, of, a, err) != 0)
        return -1;
    append(&s->sql, " ORDER BY ");
    if (sort)
        append_own(&s->sql, mem_print("\"%s\"%s NULLS LAST, ", sort, descending ? " DESC" : ""));
    append(&s->sql, "id");
    if (isfinite(top))
        append_own(&s->sql, mem_print(" LIMIT %.0f", top));
    free(sort);
    return 0;
}

int query_statement_make(struct query_statement *out, const struct args *a, struct db *db,
                         const struct db_run *run, struct err *err)
{
    double top;
    *out = (struct query_statement){.sql = mem_text("SELECT ")};
    snprintf(out->run_id, sizeof out->run_id, "%lld", (long long)run->id);
    out->text[out->texts++] = out->run_id;
    const struct queried_run of = {db, run, out->run_id};
    bool grouped = args_value(a, "--by") != NULL;
    if (args_whole(a, "--top", 1, 1e15, INFINITY, &top, err) != 0)
        return -1;
    if (grouped && !isfinite(top))
        return fail(err, "dse query: --by: has no effect without --top: write --top 3 --by model");
    if (append_selection(&out->sql, &of, args_value(a, "--columns"), err) != 0)
        return -1;
    return (grouped ? make_groups : make_rows)(out, &of, a, top, err);
}

void query_statement_free(struct query_statement *s)
{
    free(s->sql);
    free(s->where);
    free(s->points);
}
