#include "base/csv.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const char byte_order_mark[] = "\xEF\xBB\xBF";

struct reader {
    const char *path;
    char *at; /* in the storage, which ends with the only NUL */
    size_t line;
};

static int fail_unread(const char *path, int reason, struct err *err)
{
    return fail(err, "%s: cannot be read: %s: give a readable file", path, strerror(reason));
}

/* The whole file and a NUL, or NULL. Caller frees. */
static char *file_read(const char *path, size_t *length, struct err *err)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fail_unread(path, errno, err);
        return NULL;
    }
    size_t used = 0, room = 0;
    char *text = NULL;
    while (used == room) {
        room = room > 0 ? 2 * room : 4096;
        text = mem_grow(text, room + 1, 1);
        used += fread(text + used, 1, room - used, file);
    }
    if (ferror(file)) {
        fail_unread(path, errno, err);
        free(text);
        text = NULL;
    } else {
        text[used] = '\0';
        *length = used;
    }
    fclose(file);
    return text;
}

static bool line_ends(const char *at)
{
    return *at == '\n' || *at == '\0' || (at[0] == '\r' && at[1] == '\n');
}

/* Reads a cell in place: text only becomes shorter. `ended` is what ended it: , \n or NUL. */
static int cell_read(struct reader *r, char *ended, struct err *err)
{
    char *at = r->at, *put = r->at;
    if (*at == '"') {
        size_t first = r->line;
        at++;
        while (*at != '"' || at[1] == '"') {
            if (*at == '\0')
                return fail(err, "%s:%zu: a quote is not closed: end the cell with one", r->path,
                            first);
            r->line += *at == '\n';
            at += *at == '"';
            *put++ = *at++;
        }
        at++;
        if (*at != ',' && !line_ends(at))
            return fail(err, "%s:%zu: text after the closing quote: put a comma there", r->path,
                        r->line);
    } else {
        while (*at != ',' && !line_ends(at)) {
            if (*at == '"')
                return fail(err,
                            "%s:%zu: a quote inside a cell: quote the whole cell and write the "
                            "quote twice",
                            r->path, r->line);
            *put++ = *at++;
        }
    }
    at += *at == '\r';
    *ended = *at;
    r->line += *at == '\n';
    r->at = at + (*at != '\0');
    *put = '\0';
    return 0;
}

/* Cells and lines gather here, the header's first. */
struct gathered {
    char **cell;
    size_t cells, cell_room;
    size_t *line;
    size_t lines, line_room;
};

static void cell_add(struct gathered *g, char *cell)
{
    if (g->cells == g->cell_room) {
        g->cell_room = 2 * g->cell_room + 64;
        g->cell = mem_grow(g->cell, g->cell_room, sizeof *g->cell);
    }
    g->cell[g->cells++] = cell;
}

static void line_add(struct gathered *g, size_t line)
{
    if (g->lines == g->line_room) {
        g->line_room = 2 * g->line_room + 16;
        g->line = mem_grow(g->line, g->line_room, sizeof *g->line);
    }
    g->line[g->lines++] = line;
}

static int row_read(struct reader *r, struct gathered *g, struct err *err)
{
    char ended = ',';
    while (ended == ',') {
        char *cell = r->at;
        if (cell_read(r, &ended, err) != 0)
            return -1;
        cell_add(g, cell);
    }
    return 0;
}

static int rows_read(struct csv *out, struct reader *r, struct gathered *g, struct err *err)
{
    while (*r->at != '\0') {
        if (line_ends(r->at)) { /* an empty line is no row */
            r->at += 1 + (*r->at == '\r');
            r->line++;
            continue;
        }
        size_t first = r->line, before = g->cells;
        if (row_read(r, g, err) != 0)
            return -1;
        size_t cells = g->cells - before;
        if (before == 0) {
            out->columns = cells;
            continue;
        }
        if (cells != out->columns)
            return fail(err, "%s:%zu: cells in the row: %zu: write %zu, as in the header", r->path,
                        first, cells, out->columns);
        line_add(g, first);
    }
    if (g->cells == 0)
        return fail(err, "%s: the file is empty: begin with a header line", r->path);
    return 0;
}

int csv_read(struct csv *out, const char *path, struct err *err)
{
    *out = (struct csv){0};
    size_t length = 0;
    char *text = file_read(path, &length, err);
    if (text == NULL)
        return -1;

    struct gathered g = {0};
    struct reader r = {path, text, 1};
    if (strncmp(text, byte_order_mark, strlen(byte_order_mark)) == 0)
        r.at += strlen(byte_order_mark);
    int status = strlen(text) == length
                     ? rows_read(out, &r, &g, err)
                     : fail(err, "%s: a NUL byte in the text: give a text file", path);
    if (status != 0) {
        free(g.cell);
        free(g.line);
        free(text);
        *out = (struct csv){0};
        return -1;
    }
    out->header = g.cell;
    out->cell = g.cell + out->columns;
    out->rows = g.lines;
    out->line = g.line;
    out->storage = text;
    return 0;
}

void csv_free(struct csv *c)
{
    free(c->header); /* and the cells, which follow it */
    free(c->line);
    free(c->storage);
    *c = (struct csv){0};
}
