/* Writes a table of results as aligned text, CSV, JSON or Markdown. */
#ifndef REPORTS_WRITE_H
#define REPORTS_WRITE_H

#include <stdio.h>

#include "base/err.h"
#include "base/table.h"

enum format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON, FORMAT_MD, FORMAT_JSONL };

/* "table" (or "text"), "csv", "json", "jsonl", "md". */
int format_parse(const char *text, enum format *out, struct err *err);

/* TABLE: aligned columns, numbers to the right with 5 significant digits and SI prefixes instead of
 * exponents. MD: the same as a Markdown table.
 * CSV: RFC 4180 with a header and LF line ends; a number has the fewest digits that read back as
 * the same double; NULL is empty. JSON: an array of objects; NULL, NaN and infinity are null.
 * JSONL: the same objects, one a line. */
void table_write(const struct table *t, enum format format, FILE *out);

/* A TABLE in lines of at most `width` characters. Columns that do not fit go to a block below; each
 * block starts with the first `keys` columns. A cell wider than a line is cut. */
struct fit {
    size_t width, keys; /* width 0: no limit */
    bool ascii;         /* a cell that is cut ends in "~", not in "…" */
};
void table_write_fitted(const struct table *t, struct fit fit, FILE *out);

/* Writes a table whose rows come one by one, in constant memory. For people, the first 1000 rows
 * decide the layout: a wider cell that follows moves the rest of its line, or is cut where lines
 * have a width. `header` is a table without rows. */
struct table_stream;
struct table_stream *stream_open(const struct table *header, enum format format, struct fit fit,
                                 FILE *out);
void stream_row(struct table_stream *s, const struct cell *row); /* borrows the cells */
void stream_close(struct table_stream *s); /* writes what is left; takes NULL */

/* Single values. Control characters and bytes that are not UTF-8 never reach the output: they
 * become blanks or U+FFFD, in JSON escapes. */
void plain_text(const char *text, FILE *out); /* for a terminal, in one line */
void md_text(const char *text, FILE *out);    /* what Markdown would interpret is escaped */
void json_text(const char *text, FILE *out);  /* quoted and escaped */
void json_number(double value, FILE *out);    /* shortest form that reads back the same, or null */

/* Quoted if necessary. A text that a spreadsheet would compute (= + - @ at the start of what is not
 * a number) gets a "'" in front, which base/csv.h takes off again. */
void csv_text(const char *text, FILE *out);

#endif
