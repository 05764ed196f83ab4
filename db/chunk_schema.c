/* Tables, columns and texts of a store that keeps its points in chunks. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/mem_stream.h"
#include "db/chunk.h"

static const char tables[] =
    "DROP VIEW main.feasible; DROP VIEW main.verdicts; DROP TABLE main.point;"
    "CREATE TABLE main.chunk(id INTEGER PRIMARY KEY, rows INTEGER NOT NULL,"
    "  last INTEGER NOT NULL, vectors INTEGER NOT NULL);"
    "CREATE TABLE main.chunk_column(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE"
    "  COLLATE NOCASE, type TEXT NOT NULL);"
    "CREATE TABLE main.chunk_vector(id INTEGER PRIMARY KEY, constant REAL, code INTEGER,"
    "  data BLOB);"
    "CREATE TABLE main.chunk_code(id INTEGER PRIMARY KEY, width INTEGER NOT NULL,"
    "  data BLOB NOT NULL);"
    "CREATE TABLE main.chunk_text(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
    "CREATE TABLE main.chunk_power(exponent INTEGER PRIMARY KEY, value REAL);"
    "CREATE TABLE main.chunk_row(i INTEGER PRIMARY KEY);"
    "WITH digit(d) AS (SELECT value FROM json_each('[0,1,2,3,4,5,6,7,8,9]'))"
    "  INSERT INTO main.chunk_row SELECT a.d + 10 * b.d + 100 * c.d AS i"
    "  FROM digit a, digit b, digit c ORDER BY i;"
    "WITH RECURSIVE power(exponent, value) AS"
    "  (VALUES(1075, 1.0) UNION ALL SELECT exponent + 1, value * 2 FROM power"
    "   WHERE exponent BETWEEN 1075 AND 2045) INSERT INTO main.chunk_power SELECT * FROM power;"
    "WITH RECURSIVE power(exponent, value) AS"
    "  (VALUES(1074, 0.5) UNION ALL SELECT exponent - 1, CASE exponent WHEN 1 THEN value"
    "   ELSE value / 2 END FROM power WHERE exponent >= 1)"
    "  INSERT INTO main.chunk_power SELECT * FROM power;"
    "INSERT INTO main.chunk_column VALUES(1, 'verdict', 'TEXT'), (2, 'reasons', 'TEXT'),"
    "  (3, 'scenario', 'TEXT');"
    "PRAGMA main.user_version = 3;";

/* The number in place r.i of a vector v, from the hexadecimal digits of its bytes: plain SQL has no
 * function that turns a blob into a number. The inner queries have a LIMIT so that SQLite does not
 * copy their columns into each use. A view of its own, since SQLite reads the text of all views
 * whenever it opens a store. */
#define DIGIT(of, at) "instr('123456789ABCDEF', substr(" of ", " at ", 1))"
#define DIGITS_2(of, a, b) "(16 * " DIGIT(of, a) " + " DIGIT(of, b) ")"
#define DIGITS_4(of, a, b, c, d) "(256 * " DIGITS_2(of, a, b) " + " DIGITS_2(of, c, d) ")"
#define CODE_1 DIGITS_2("hex(substr(k.data, r.i + 1, 1))", "1", "2")
#define CODE_2 DIGITS_4("hex(substr(k.data, 2 * r.i + 1, 2))", "1", "2", "3", "4")
#define HIGH DIGITS_4("h", "1", "2", "3", "4")
#define MIDDLE DIGITS_4("h", "5", "6", "7", "8")
#define LOW_1 DIGITS_4("h", "9", "10", "11", "12")
#define LOW_2 DIGITS_4("h", "13", "14", "15", "16")
static const char values[] =
    "CREATE VIEW main.chunk_value AS SELECT v.id AS vector, r.i AS i, CASE WHEN v.data IS NULL"
    " THEN v.constant ELSE (SELECT CASE"
    " WHEN high & 32752 = 32752 THEN CASE WHEN high & 15 = 0 AND low = 0"
    " THEN (1 - 2 * (high >> 15)) * 9e999 END"
    " ELSE (1 - 2 * (high >> 15)) * (SELECT value FROM chunk_power WHERE exponent ="
    " (high >> 4 & 2047)) * ((high & 15) * 281474976710656 + low +"
    " CASE WHEN high & 32752 THEN 4503599627370496 ELSE 0 END) END"
    " FROM (SELECT " HIGH " AS high, 4294967296 * " MIDDLE " + 65536 * " LOW_1 " + " LOW_2
    " AS low FROM (SELECT hex(substr(v.data, 1 + 8 * CASE WHEN v.code IS NULL THEN r.i ELSE"
    " (SELECT CASE k.width WHEN 1 THEN " CODE_1 " ELSE " CODE_2 " END FROM chunk_code k"
    " WHERE k.id = v.code) END, 8)) AS h LIMIT 1) LIMIT 1) LIMIT 1) END AS value"
    " FROM chunk_vector v, chunk_row r;";

/* The number of row r.i of chunk c in the vector `number` of the chunk. */
#define NUMBER(number)                                                                             \
    "(SELECT value FROM chunk_value WHERE vector = c.vectors + " number " AND i = r.i)"

int chunk_is_form(struct db *db, const char *schema, struct err *err)
{
    return db_has_column(db, schema, "chunk", "vectors", err);
}

int chunk_make_schema(struct db *db, struct err *err)
{
    return db_exec(db, tables, err) != 0 ? -1 : chunk_make_view(db, err);
}

/* One number; `none` if there is no row; -1 failed. */
static int64_t ask_number(struct db *db, const char *sql, const char *text, int64_t none,
                          struct err *err)
{
    sqlite3_stmt *s = NULL;
    if (db_prepare(db, &s, sql, err) != 0)
        return -1;
    sqlite3_bind_text(s, 1, text, -1, SQLITE_STATIC);
    int row = db_step(db, s, err);
    int64_t number = row == 1 ? sqlite3_column_int64(s, 0) : row == 0 ? none : -1;
    sqlite3_finalize(s);
    return number;
}

int64_t chunk_add_column(struct db *db, const char *name, bool text, struct err *err)
{
    int64_t number =
        ask_number(db, "SELECT number FROM main.chunk_column WHERE name = ?1", name, 0, err);
    if (number == 0) {
        char *sql = mem_print("INSERT INTO main.chunk_column SELECT 1 + max(number), ?1, '%s'"
                              " FROM main.chunk_column RETURNING number",
                              text ? "TEXT" : "REAL");
        number = ask_number(db, sql, name, -1, err);
        free(sql);
    }
    if (number >= CHUNK_COLUMNS_MOST)
        return fail_io(err, "%s: cannot hold more than %d columns: give another file", db->path,
                       CHUNK_COLUMNS_MOST - 1);
    return number;
}

int64_t chunk_text_id(struct db *db, const char *text, struct err *err)
{
    int64_t id = ask_number(db, "SELECT id FROM main.chunk_text WHERE text = ?1", text, 0, err);
    return id != 0 ? id
                   : ask_number(db, "INSERT INTO main.chunk_text(text) VALUES(?1) RETURNING id",
                                text, -1, err);
}

int64_t chunk_free_vectors(struct db *db, struct err *err)
{
    int64_t last = ask_number(
        db, "SELECT coalesce(max(vectors), 0) FROM main.chunk WHERE ?1 IS NULL", NULL, 0, err);
    return last < 0 ? -1 : last + CHUNK_COLUMNS_MOST;
}

/* ---- the view ---- */

static void put_column(FILE *out, sqlite3_stmt *s)
{
    bool text = strcmp(db_text(s, 2), "TEXT") == 0;
    char *name = db_quote(db_text(s, 1));
    fputs(text ? ", (SELECT text FROM chunk_text WHERE id = " : ", ", out);
    fprintf(out, NUMBER("%" PRId64), (int64_t)sqlite3_column_int64(s, 0));
    fprintf(out, "%s AS %s", text ? ")" : "", name);
    free(name);
}

static char *view_sql(struct db *db, struct err *err)
{
    static const char point[] =
        "coalesce(CAST(" NUMBER("0") " AS INTEGER), (c.id & 281474976710655) + r.i)";
    sqlite3_stmt *s = NULL;
    struct mem_stream sql;
    int row =
        db_prepare(db, &s, "SELECT number, name, type FROM main.chunk_column ORDER BY number", err);
    mem_stream_open(&sql);
    fputs(values, sql.out);
    fprintf(sql.out,
            "CREATE VIEW main.point AS SELECT (c.id >> 48 << 48) | %s AS id, c.id >> 48 AS run,"
            " %s AS point",
            point, point);
    while (row == 0 && (row = db_step(db, s, err)) == 1) {
        put_column(sql.out, s);
        row = 0;
    }
    sqlite3_finalize(s);
    fprintf(sql.out, " FROM chunk c JOIN chunk_row r ON r.i < c.rows;%s", DB_VIEWS(""));
    if (row == 0)
        return mem_stream_text(&sql, NULL);
    mem_stream_drop(&sql);
    return NULL;
}

int64_t chunk_columns(struct db *db, struct err *err)
{
    return ask_number(db, "SELECT count(*) FROM main.chunk_column WHERE ?1 IS NULL", NULL, 0, err);
}

int chunk_make_view(struct db *db, struct err *err)
{
    char *sql = view_sql(db, err);
    int rc = sql == NULL ||
                     db_exec(db,
                             "DROP VIEW IF EXISTS main.feasible; DROP VIEW IF EXISTS main.verdicts;"
                             " DROP VIEW IF EXISTS main.point;"
                             " DROP VIEW IF EXISTS main.chunk_value",
                             err) != 0 ||
                     db_exec(db, sql, err) != 0
                 ? -1
                 : 0;
    free(sql);
    return rc;
}
