/* Reads comma-separated files (RFC 4180: quotes, quotes doubled, CRLF or LF), whole, with a
 * header line, and what spreadsheets make of them: semicolons or tabs between the cells of the
 * whole header, a first line "sep=;", lines that end with CR. Lines and rows without any text are
 * passed over. Rows shorter or longer than the header are refused with their line. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stddef.h>

#include "base/err.h"

struct csv {
    size_t rows, columns;
    char **header;      /* columns names */
    char **cell;        /* rows * columns texts, row by row; never NULL */
    size_t header_line; /* line of the file, from 1 */
    size_t *line;       /* line of the file each row starts on, from 1 */
    char *storage;
};

int csv_read(struct csv *out, const char *path, struct err *err); /* csv_free */
void csv_free(struct csv *c);

/* The same from memory; `name` stands for the file in messages. */
int csv_parse(struct csv *out, const char *name, const char *text, size_t length, struct err *err);

static inline const char *csv_at(const struct csv *c, size_t row, size_t column)
{
    return c->cell[row * c->columns + column];
}

#endif
