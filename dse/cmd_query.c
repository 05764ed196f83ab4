/* dse query: reads the store. */
#include <stdlib.h>
#include <string.h>

#include "arch/metrics.h"
#include "base/mem.h"
#include "dse/command.h"
#include "dse/terminal.h"
#include "reports/run_column.h"

/* Appends to a growing SQL text. */
static void append(char **sql, const char *text)
{
    char *longer = mem_print("%s%s", *sql, text);
    free(*sql);
    *sql = longer;
}

/* The run to query. */
struct queried_run {
    struct db *db;
    const struct db_run *run;
    const char *id; /* run->id as text */
};

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

static int append_columns(char **sql, const struct queried_run *of, const char *list,
                          struct err *err)
{
    bool first = true;
    for (;;) {
        size_t length = strcspn(list, ",");
        char *name;
        if (option_column(of, "--columns", list, length, &name, err) != 0)
            return -1;
        char *piece = mem_print("%s\"%s\"", first ? "" : ", ", name);
        append(sql, piece);
        free(piece);
        free(name);
        first = false;
        if (!list[length])
            return 0;
        list += length + 1;
    }
}

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(name, list[i]))
            return true;
    return false;
}

/* Does any point of the run have a value in this column? Columns that only other runs fill have
 * none. */
static bool is_filled(struct db *db, const char *name, const char *run_id)
{
    struct table t;
    struct err ignored;
    char *sql = mem_print("SELECT EXISTS (SELECT 1 FROM point WHERE id >= ?1 << %d AND"
                          " id < ?1 + 1 << %d AND \"%s\" IS NOT NULL) AS filled",
                          POINT_BITS, POINT_BITS, name);
    const char *texts[] = {run_id};
    bool filled =
        db_select(db, sql, texts, 1, &t, &ignored) != 0 || table_number_at(&t, 0, "filled") != 0;
    table_free(&t);
    free(sql);
    return filled;
}

/* Does the run have more than the scenario `base`? */
static bool has_scenarios(const struct queried_run *of)
{
    struct table t;
    struct err ignored;
    bool has = db_select(of->db,
                         "SELECT EXISTS (SELECT 1 FROM point WHERE id >= ?1 << 48 AND"
                         " id < ?1 + 1 << 48 AND scenario <> 'base') AS has",
                         &of->id, 1, &t, &ignored) == 0 &&
               table_number_at(&t, 0, "has") != 0;
    table_free(&t);
    return has;
}

static void append_column(char **sql, const char *name, bool *first)
{
    char *piece = mem_print("%s\"%s\"", *first ? "" : ", ", name);
    append(sql, piece);
    free(piece);
    *first = false;
}

/* The default columns: which design it is, the parameters of the run, the main metrics. */
static void append_default_columns(char **sql, const struct queried_run *of,
                                   const struct table *known)
{
    static const char *const names[] = {"point", "scenario", "model", "chip", "engine"};
    static const char *const keys[] = {"id", "run", "reasons"};
    static const char *const metrics[] = {"verdict",      "batch",           "tpot_s",
                                          "tokens_per_s", "attention_share", "engine_speedup",
                                          "limit",        "system_cost_usd", "power_w"};
    bool first = true, scenarios = has_scenarios(of);
    for (size_t k = 0; k < LEN(names); k++)
        for (size_t i = 0; i < known->rows; i++)
            if (!strcmp(table_text_at(known, i, "name"), names[k]) &&
                (scenarios || strcmp(names[k], "scenario") != 0))
                append_column(sql, names[k], &first);
    for (size_t i = 0; i < known->rows; i++) {
        const char *name = table_text_at(known, i, "name");
        if (!field_find(metrics_fields, name) && !is_one_of(name, names, LEN(names)) &&
            !is_one_of(name, keys, LEN(keys)) && is_filled(of->db, name, of->id))
            append_column(sql, name, &first);
    }
    for (size_t k = 0; k < LEN(metrics); k++)
        for (size_t i = 0; i < known->rows; i++)
            if (!strcmp(table_text_at(known, i, "name"), metrics[k]))
                append_column(sql, metrics[k], &first);
}

/* The statement and the texts bound to it. */
struct statement {
    char *sql, *where;
    const char *text[ARGS_MOST];
    size_t texts;
};

static int select_columns(struct statement *s, const struct queried_run *of, const char *columns,
                          struct err *err)
{
    struct table known;
    append(&s->sql, "SELECT ");
    if (columns && !strcmp(columns, "all"))
        append(&s->sql, "*");
    else if (columns)
        return append_columns(&s->sql, of, columns, err);
    else if (db_columns(of->db, &known, err) != 0)
        return -1;
    else {
        append_default_columns(&s->sql, of, &known);
        table_free(&known);
    }
    return 0;
}

static int build(struct statement *s, const struct queried_run *of, const struct args *a,
                 struct err *err)
{
    char **sql = &s->sql;
    const char *sort = args_value(a, "--sort"), *match;
    double top;

    if (args_whole(a, "--top", 1, 1e15, INFINITY, &top, err) != 0)
        return -1;
    if (select_columns(s, of, args_value(a, "--columns"), err) != 0)
        return -1;
    append(sql, " FROM point WHERE run = ?1");
    s->text[s->texts++] = of->id;
    if (args_where(a, of->db, &s->where, err) != 0)
        return -1;
    if (s->where) {
        append(sql, " AND (");
        append(sql, s->where);
        append(sql, "\n)");
    }
    for (size_t i = 0; (match = args_each(a, "--match", i)); i++) {
        const char *equals = strchr(match, '=');
        char *name;
        if (!equals)
            return fail(err,
                        "dse query: --match: \"%s\" is not COLUMN=REGEX: write model=deepseek.*",
                        match);
        if (option_column(of, "--match", match, (size_t)(equals - match), &name, err) != 0)
            return -1;
        s->text[s->texts++] = equals + 1;
        char *piece = mem_print(" AND \"%s\" REGEXP ?%zu", name, s->texts);
        append(sql, piece);
        free(piece);
        free(name);
    }
    append(sql, " ORDER BY ");
    if (sort) {
        const char *colon = strchr(sort, ':');
        char *name;
        if (colon && strcmp(colon, ":desc") && strcmp(colon, ":asc"))
            return fail(err,
                        "dse query: --sort: \"%s\" is not COLUMN[:desc]: write tokens_per_s:desc",
                        sort);
        if (option_column(of, "--sort", sort, strcspn(sort, ":"), &name, err) != 0)
            return -1;
        char *piece =
            mem_print("\"%s\"%s NULLS LAST, ", name, colon && colon[1] == 'd' ? " DESC" : "");
        append(sql, piece);
        free(piece);
        free(name);
    }
    append(sql, "id");
    if (isfinite(top)) {
        char *piece = mem_print(" LIMIT %.0f", top);
        append(sql, piece);
        free(piece);
    }
    return 0;
}

static int query(const struct args *a, struct db *db, struct table *out, struct err *err)
{
    const char *own = args_value(a, "--sql");
    struct statement s = {0};
    struct db_run run;
    char run_id[32];

    if (own)
        return db_ask(db, own, out, err);
    if (args_run(a, db, &run, err) != 0)
        return -1;
    snprintf(run_id, sizeof run_id, "%lld", (long long)run.id);
    const struct queried_run of = {db, &run, run_id};
    s.sql = mem_text("");
    int rc = build(&s, &of, a, err);
    if (rc == 0)
        rc = db_select(db, s.sql, s.text, s.texts, out, err);
    free(s.sql);
    free(s.where);
    db_run_free(&run);
    return rc;
}

static int run(const struct args *a, struct err *err)
{
    static const struct clash clashes[] = {
        {"--run", "--sql"},     {"--scenario", "--sql"}, {"--where", "--sql"}, {"--match", "--sql"},
        {"--columns", "--sql"}, {"--sort", "--sql"},     {"--top", "--sql"},   {NULL, NULL}};
    struct db *db;
    struct table t;
    enum format format;

    if (args_clash(a, clashes, err) != 0 || args_format(a, FORMAT_TABLE, &format, err) != 0 ||
        db_open(&db, a->argument[0], DB_READ, err) != 0)
        return -1;
    int rc = query(a, db, &t, err);
    if (rc == 0) {
        print_table(&t, format, 1);
        table_free(&t);
    }
    db_close(db);
    return rc;
}

static const struct option options[] = {
    {"--run", "NAME", "the run; default: the newest"},
    SCENARIO_OPTION,
    {"--where", "EXPR",
     "a condition like \"tpot_s < 50 ms and engine in (none, duplex) and model ~ ^deepseek\": "
     "names "
     "with '.' or '_', units, ~ (Perl syntax), in, between, is null, and or not; or SQL"},
    {"--match", "COLUMN=REGEX", "only rows whose column matches (Perl syntax); repeatable"},
    {"--columns", "A,B",
     "columns to show, as chip.memory_byte or chip_memory_byte; all: every column"},
    {"--sort", "COL[:desc]", "sort by a column"},
    {"--top", "N", "the first N rows"},
    {"--sql", "SQL", "one read-only SQL statement instead, with `x REGEXP y`"},
    {"--format", "table|csv|json|md", "table (default), csv, json, md"},
    {NULL, NULL, NULL},
};

const struct command cmd_query = {
    .name = "query",
    .arguments = "DB",
    .least = 1,
    .most = 1,
    .summary = "read the store: filters, regular expressions, SQL",
    .example = "  dse query payoff.db --where \"model ~ deepseek and tpot_s < 50 ms "
               "and verdict = ok\" --sort tokens_per_s:desc --top 5\n"
               "  dse query payoff.db --sql \"SELECT model, max(tokens_per_s) "
               "FROM point GROUP BY model\" --format md",
    .options = options,
    .run = run,
};
