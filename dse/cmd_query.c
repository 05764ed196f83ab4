/* dse query: reads the store. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dse/command.h"
#include "dse/terminal.h"

/* Appends to a growing SQL text. */
static void append(char **sql, const char *text)
{
    char *longer = mem_print("%s%s", *sql, text);
    free(*sql);
    *sql = longer;
}

/* The column of point for "chip.memory_byte" or "chip_memory_byte", checked against the store. */
static int column_name(const struct table *known, const char *text, size_t length, char **out,
                       struct err *err)
{
    const char **names = mem_alloc(known->rows + 1, sizeof *names);
    char *name = mem_text(text);
    int rc = 0;

    name[length] = '\0';
    for (char *c = name; *c; c++)
        if (*c == '.')
            *c = '_';
    *out = NULL;
    for (size_t i = 0; i < known->rows; i++) {
        names[i] = table_text_at(known, i, "name");
        if (!strcmp(names[i], name))
            *out = name;
    }
    if (!*out) {
        const char *near = name_nearest(name, names, known->rows);
        rc = near ? fail(err, "unknown column \"%s\": did you mean \"%s\"?", name, near)
                  : fail(err, "unknown column \"%s\": `dse query DB --columns all` lists them",
                         name);
        free(name);
    }
    free(names);
    return rc;
}

static int append_columns(char **sql, const struct table *known, const char *list, struct err *err)
{
    bool first = true;
    for (;;) {
        size_t length = strcspn(list, ",");
        char *name;
        if (column_name(known, list, length, &name, err) != 0)
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

static void append_column(char **sql, const char *name, bool *first)
{
    char *piece = mem_print("%s\"%s\"", *first ? "" : ", ", name);
    append(sql, piece);
    free(piece);
    *first = false;
}

/* The default columns: which design it is, the parameters of the run, the main metrics. */
static void append_default_columns(char **sql, struct db *db, const struct table *known,
                                   const char *run_id)
{
    static const char *const names[] = {"point", "model", "chip", "engine"};
    static const char *const keys[] = {"id", "run"};
    static const char *const metrics[] = {"verdict",      "batch",           "tpot_s",
                                          "tokens_per_s", "attention_share", "engine_speedup",
                                          "limit",        "system_cost_usd", "power_w"};
    bool metric = false, first = true;
    for (size_t k = 0; k < LEN(names); k++)
        for (size_t i = 0; i < known->rows; i++)
            if (!strcmp(table_text_at(known, i, "name"), names[k]))
                append_column(sql, names[k], &first);
    for (size_t i = 0; i < known->rows; i++) {
        const char *name = table_text_at(known, i, "name");
        metric = metric || !strcmp(name, "verdict");
        if (is_one_of(name, names, LEN(names)) || is_one_of(name, keys, LEN(keys)))
            continue;
        if (metric ? is_one_of(name, metrics, LEN(metrics)) : is_filled(db, name, run_id))
            append_column(sql, name, &first);
    }
}

static int build(char **sql, struct db *db, const char **texts, size_t *n_texts,
                 const struct args *a, const struct table *known, const char *run_id,
                 struct err *err)
{
    const char *columns = args_value(a, "--columns"), *where = args_value(a, "--where");
    const char *sort = args_value(a, "--sort"), *match;
    double top;

    if (args_whole(a, "--top", 1, 1e15, INFINITY, &top, err) != 0)
        return -1;
    append(sql, "SELECT ");
    if (columns && !strcmp(columns, "all"))
        append(sql, "*");
    else if (columns ? append_columns(sql, known, columns, err) != 0
                     : (append_default_columns(sql, db, known, run_id), 0))
        return -1;
    append(sql, " FROM point WHERE run = ?1");
    texts[(*n_texts)++] = run_id;
    if (where) {
        if (db_check_where(db, where, err) != 0)
            return -1;
        append(sql, " AND (");
        append(sql, where);
        append(sql, "\n)");
    }
    for (size_t i = 0; (match = args_each(a, "--match", i)); i++) {
        const char *equals = strchr(match, '=');
        char *name;
        if (!equals)
            return fail(err,
                        "dse query: --match: \"%s\" is not COLUMN=REGEX: write model=deepseek.*",
                        match);
        if (column_name(known, match, (size_t)(equals - match), &name, err) != 0)
            return -1;
        texts[*n_texts] = equals + 1;
        char *piece = mem_print(" AND \"%s\" REGEXP ?%zu", name, ++*n_texts);
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
        if (column_name(known, sort, colon ? (size_t)(colon - sort) : strlen(sort), &name, err) !=
            0)
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
    const char *texts[ARGS_MOST];
    size_t n_texts = 0;
    struct table known;
    struct db_run run;
    char run_id[32];

    if (own)
        return db_ask(db, own, out, err);
    if (db_run_find(db, args_value(a, "--run"), &run, err) != 0)
        return -1;
    snprintf(run_id, sizeof run_id, "%lld", (long long)run.id);
    db_run_free(&run);
    if (db_columns(db, &known, err) != 0)
        return -1;
    char *sql = mem_text("");
    int rc = build(&sql, db, texts, &n_texts, a, &known, run_id, err);
    if (rc == 0)
        rc = db_select(db, sql, texts, n_texts, out, err);
    free(sql);
    table_free(&known);
    return rc;
}

static int run(const struct args *a, struct err *err)
{
    static const struct clash clashes[] = {
        {"--run", "--sql"},  {"--where", "--sql"}, {"--match", "--sql"}, {"--columns", "--sql"},
        {"--sort", "--sql"}, {"--top", "--sql"},   {NULL, NULL}};
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
    {"--where", "EXPR",
     "an SQL condition on the columns, like \"tpot_s < 0.05 and engine = 'none'\""},
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
    .example = "  dse query payoff.db --match model=deepseek --where \"verdict "
               "= 'ok'\" --sort tokens_per_s:desc --top 5\n"
               "  dse query payoff.db --sql \"SELECT model, max(tokens_per_s) "
               "FROM point GROUP BY model\" --format md",
    .options = options,
    .run = run,
};
