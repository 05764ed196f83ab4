/* Points in chunks of columns: the form of a large store. Shared by the files of db/ only.
 *
 * Idea: points arrive in order, so neighbours share most of their values. CHUNK_ROWS points are
 * stored together, column by column: nothing where all are NULL, one number where all are equal,
 * else a dictionary of the different values and a code for each row, or the plain doubles where a
 * dictionary would be larger. Columns whose values repeat in the same pattern (a cost and its
 * range) share one vector of codes. A query reads the columns that it names and no others.
 *
 * Tables
 *   chunk         id (point.id of its first row), rows, last (point of its last row), vectors (the
 *                 number of its first vector)
 *   chunk_column  number (from 1), name, type (TEXT or REAL) of a column of point
 *   chunk_vector  id (chunk.vectors + number of the column; number 0 has the points, if there are
 *                 gaps between them), constant, code, data: no row where all values are NULL;
 *                 data NULL: all are `constant`; code NULL: data has a double for each row; else
 *                 data has the different values in order of appearance
 *   chunk_code    id, width, data: for each row the index of its value, in `width` bytes
 *   chunk_text    id, text: a value of a TEXT column is the id of its text
 *   chunk_power, chunk_row   constants for the view
 * View
 *   point         decodes the chunks in plain SQL, so that every SQLite client reads them; slowly:
 *                 dse's own connections have a virtual table of the same name in front of it
 *
 * Doubles are IEEE 754 with the most significant byte first; a NaN is NULL. Chunks do not overlap.
 * The last chunk of a run that goes on is written again when it grows. */
#ifndef DB_CHUNK_H
#define DB_CHUNK_H

#include "db/private.h"

/* So that two vectors of doubles fit on a page of 16 KiB, without a page of overflow. */
enum { CHUNK_ROWS = 1000, CHUNK_COLUMNS_MOST = 4096, CHUNK_CODE_MOST = 2 /* bytes */ };

struct chunk {
    int64_t id;      /* run << POINT_BITS | first point */
    int64_t last;    /* the last point, without the run */
    int64_t vectors; /* the id of its first vector */
    size_t rows;
};

/* ---- schema ---- */

/* 1: the file at `schema` (main, source) keeps its points in chunks; 0: in rows; -1 failed. */
int chunk_is_form(struct db *db, const char *schema, struct err *err);

/* In a transaction: turns a store without runs into one that keeps points in chunks. */
int chunk_make_schema(struct db *db, struct err *err);

/* In a transaction: adds a column unless it exists, and returns its number; -1 failed. Call
 * chunk_make_view when all are added. */
int64_t chunk_add_column(struct db *db, const char *name, bool text, struct err *err);
int chunk_make_view(struct db *db, struct err *err);

/* How many columns there are; -1 failed. */
int64_t chunk_columns(struct db *db, struct err *err);

/* The id of a text, which is added if it is new; -1 failed. In a transaction. */
int64_t chunk_text_id(struct db *db, const char *text, struct err *err);

/* The id of the first vector of a new chunk. -1 failed. */
int64_t chunk_free_vectors(struct db *db, struct err *err);

/* ---- writing ---- */

struct chunk_writer;

/* For points of the current run with the columns of db->column. */
int chunk_writer_open(struct chunk_writer **out, struct db *db, struct err *err);
void chunk_writer_close(struct chunk_writer *w); /* takes NULL; drops what was not flushed */

/* Adds a point, larger than those before it: `row` as in db_put. */
int chunk_put(struct chunk_writer *w, uint64_t point, const double *row, struct err *err);

/* Writes the rows of the last chunk to the file; it may grow and be written again. */
int chunk_flush(struct chunk_writer *w, struct err *err);

/* ---- reading ---- */

struct chunk_reader;

int chunk_reader_open(struct chunk_reader **out, sqlite3 *sqlite, const char *schema);
void chunk_reader_close(struct chunk_reader *r); /* takes NULL */

/* A column of a chunk as it is stored, in one block; NAN for NULL. */
struct chunk_vector {
    size_t bytes;                /* of the block */
    size_t values;               /* 1: the value of all rows; else one for each row, or */
    const unsigned char *narrow; /* for each row the place of its value, */
    const uint16_t *wide;        /* in one of both; else NULL */
    double value[];
};

/* Where the value of a row is. */
static inline size_t chunk_place(const struct chunk_vector *v, size_t row)
{
    return v->narrow != NULL ? v->narrow[row]
           : v->wide != NULL ? v->wide[row]
           : v->values == 1  ? 0
                             : row;
}

static inline double chunk_value(const struct chunk_vector *v, size_t row)
{
    return v->value[chunk_place(v, row)];
}

/* A vector whose rows all have one value. Caller frees with free(). */
struct chunk_vector *chunk_constant(double value);

/* Reads the column `number` of a chunk. Caller frees with free(), after a failure too. SQLite's
 * result code. */
int chunk_read(struct chunk_vector **out, struct chunk_reader *r, const struct chunk *c,
               int64_t number);

/* A double in a blob. */
void chunk_put_double(unsigned char *to, double v); /* 8 bytes */
double chunk_get_double(const unsigned char *from);

/* The text of an id, valid until the reader is closed. SQLite's result code. */
int chunk_text(struct chunk_reader *r, double id, const char **out);

/* The id of a text. SQLite's result code; SQLITE_DONE if no row has it. */
int chunk_find_text(double *id, struct chunk_reader *r, const char *text);

/* ---- the virtual table ---- */

/* Puts a virtual table `name` (in temp) in front of the points of `schema`. */
int chunk_show(struct db *db, const char *name, const char *schema, struct err *err);
int chunk_hide(struct db *db, const char *name, struct err *err);

/* Prepares a new connection for chunk_show. */
int chunk_allow_show(struct db *db, struct err *err);

/* ---- merging ---- */

/* In a transaction: copies the chunks of run `from` of the attached file to run `to`. A chunk that
 * is there already, or a shorter form of it, is left alone or replaced. Commits now and then. A
 * chunk that shares only a part of its points with one that is there: STATUS_INPUT. */
int chunk_merge(struct db *db, int64_t from, int64_t to, struct err *err);

#endif
