/* Reads comma-separated files (RFC 4180: quoted cells, doubled quotes, CRLF or LF) with a header
 * line, and the variants that spreadsheets write: semicolons or tabs as the separator, a first line
 * "sep=;", lines that end with CR. Empty lines and rows of empty cells are skipped. A row shorter
 * or longer than the header is refused, with its line. A "'" before = + - or @, with which
 * spreadsheets are told not to compute a cell, is dropped. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct csv {
    size_t rows, columns;
    char **header;      /* column names */
    char **cell;        /* rows * columns texts, row by row; never NULL */
    size_t header_line; /* line of the file, from 1 */
    size_t *line;       /* line of the file on which each row starts, from 1 */
    char *storage;
    char separator;
    bool cr_ends; /* a lone CR ends a line */
};

int csv_read(struct csv *out, const char *path, struct err *err); /* release with csv_free */
void csv_free(struct csv *c);

/* Parses text in memory; `name` replaces the file name in messages. */
int csv_parse(struct csv *out, const char *name, const char *text, size_t length, struct err *err);

/* Parses one record that follows the header of `like`, on line `line` of the file. `out` has one
 * row, or none if the record is blank, and borrows the texts of the header. Release with csv_free.
 */
int csv_parse_record(struct csv *out, const struct csv *like, const char *name, size_t line,
                     const char *text, size_t length, struct err *err);

static inline const char *csv_at(const struct csv *c, size_t row, size_t column)
{
    return c->cell[row * c->columns + column];
}

#endif
