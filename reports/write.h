/* A table of results as people and programs read it: aligned text, CSV, JSON or Markdown. */
#ifndef REPORTS_WRITE_H
#define REPORTS_WRITE_H

#include <stdio.h>

#include "base/err.h"
#include "base/table.h"

enum format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON, FORMAT_MD };

/* "table" (or "text"), "csv", "json", "md". */
int format_parse(const char *text, enum format *out, struct err *err);

/* TABLE: columns aligned, numbers to the right, 5 significant digits and SI prefixes instead of
 * exponents; MD the same in pipes.
 * CSV: RFC 4180, header, LF, numbers with all their digits (%.17g shortened to what reads back
 * the same), NULL empty. JSON: an array of objects, NULL null, NaN and infinity null. */
void table_write(const struct table *t, enum format format, FILE *out);

/* As a TABLE of lines of at most `width` characters: columns that do not fit follow in a block
 * below, each block beginning with the first `keys` columns, and a cell wider than a line is cut.
 */
struct fit {
    size_t width, keys; /* width 0: no limit */
};
void table_write_fitted(const struct table *t, struct fit fit, FILE *out);

/* Pieces the others are made of. */
void json_text(const char *text, FILE *out); /* quoted and escaped */
void json_number(double value, FILE *out);   /* shortest that reads back the same, or null */
void csv_text(const char *text, FILE *out);  /* quoted where it must be */

#endif
