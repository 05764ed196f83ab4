#include "base/csv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text_file.h"

enum { MOST_MIB = 1024 };

struct reader {
    const char *path;
    const char *storage;
    char *at; /* in the text, which ends with its only NUL */
    size_t line;
    char separator;
    bool cr_ends; /* a lone CR ends a line, as it does in the first line */
};

static bool line_ends(const struct reader *r, const char *at)
{
    return *at == '\n' || *at == '\0' || (*at == '\r' && (r->cr_ends || at[1] == '\n'));
}

/* Moves past the end of a line: LF, CR LF or, if lines end that way, CR. */
static void skip_line_end(struct reader *r)
{
    if (*r->at == '\0')
        return;
    r->at += 1 + (r->at[0] == '\r' && r->at[1] == '\n');
    r->line++;
}

static int quoted_read(struct reader *r, char **put, struct err *err)
{
    size_t first = r->line;
    char *at = r->at + 1;
    while (*at != '"' || at[1] == '"') {
        if (*at == '\0')
            return fail(err, "%s:%zu: a quote is not closed: end the cell with a quote", r->path,
                        first);
        r->line += *at == '\n' || (*at == '\r' && r->cr_ends && at[1] != '\n');
        at += *at == '"';
        *(*put)++ = *at++;
    }
    r->at = at + 1;
    if (*r->at != r->separator && !line_ends(r, r->at))
        return fail(err, "%s:%zu: text after the closing quote: put a comma there", r->path,
                    r->line);
    return 0;
}

static int plain_read(struct reader *r, char **put, struct err *err)
{
    while (*r->at != r->separator && !line_ends(r, r->at)) {
        if (*r->at == '"')
            return fail(err,
                        "%s:%zu: a quote inside a cell: quote the whole cell and write the "
                        "quote twice",
                        r->path, r->line);
        *(*put)++ = *r->at++;
    }
    return 0;
}

/* Reads a cell in place, since unquoting only shortens it. `more` says that another cell
 * follows. */
static int cell_read(struct reader *r, bool *more, struct err *err)
{
    char *put = r->at;
    if ((*r->at == '"' ? quoted_read : plain_read)(r, &put, err) != 0)
        return -1;
    *more = *r->at == r->separator;
    if (*more)
        r->at++;
    else
        skip_line_end(r);
    *put = '\0';
    return 0;
}

/* Cells and line numbers collected so far, the header's first. */
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

/* The "'" that keeps a spreadsheet from computing a cell (csv_text) is not part of it. */
static bool has_mark(const char *cell)
{
    return cell[0] == '\'' && cell[1] != '\0' && strchr("=+-@\t\r", cell[1]) != NULL;
}

static int row_read(struct reader *r, struct gathered *g, struct err *err)
{
    for (bool more = true; more;) {
        char *cell = r->at;
        if (cell_read(r, &more, err) != 0)
            return -1;
        cell_add(g, cell + has_mark(cell));
    }
    return 0;
}

static bool all_blank(char *const *cell, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (cell[i][strspn(cell[i], " \t\r\n")] != '\0')
            return false;
    }
    return true;
}

static int fail_width(const struct reader *r, size_t line, size_t cells, size_t columns,
                      struct err *err)
{
    return fail(err, "%s:%zu: the row has %zu cells: write %zu, as in the header", r->path, line,
                cells, columns);
}

static int rows_read(struct csv *out, struct reader *r, struct gathered *g, struct err *err)
{
    while (*r->at != '\0') {
        if (line_ends(r, r->at)) { /* skip an empty line */
            skip_line_end(r);
            continue;
        }
        size_t first = r->line, before = g->cells;
        if (row_read(r, g, err) != 0)
            return -1;
        size_t cells = g->cells - before;
        if (all_blank(&g->cell[before], cells)) { /* skip a row of empty cells */
            g->cells = before;
            continue;
        }
        if (before == 0) {
            out->columns = cells;
            out->header_line = first;
            continue;
        }
        if (cells != out->columns)
            return fail_width(r, first, cells, out->columns, err);
        line_add(g, first);
    }
    if (g->cells == 0)
        return fail(err, "%s: the file is empty: begin with a header line", r->path);
    return 0;
}

/* The first line without its quoted parts. */
struct first_line {
    size_t commas, semicolons, tabs;
    bool cr_ends;
};

static struct first_line scan_first_line(const char *at)
{
    struct first_line l = {0};
    bool quoted = false;
    for (; *at != '\0' && (quoted || (*at != '\n' && *at != '\r')); at++) {
        quoted = quoted != (*at == '"');
        l.commas += !quoted && *at == ',';
        l.semicolons += !quoted && *at == ';';
        l.tabs += !quoted && *at == '\t';
    }
    l.cr_ends = at[0] == '\r' && at[1] != '\n';
    return l;
}

/* Spreadsheets may write a first line "sep=;" or use another separator without saying so. */
static int dialect_find(struct reader *r, struct err *err)
{
    r->at += strspn(r->at, "\r\n");
    for (const char *c = r->storage; c < r->at; c++)
        r->line += *c == '\n' || (*c == '\r' && c[1] != '\n');
    struct first_line l = scan_first_line(r->at);
    r->cr_ends = l.cr_ends;
    if (strncmp(r->at, "sep=", 4) == 0 && r->at[4] != '\0' && line_ends(r, r->at + 5)) {
        r->separator = r->at[4];
        if (strchr(",;\t|", r->separator) == NULL)
            return fail(err, "%s:%zu:5: the separator is \"%c\": write , ; | or a tab", r->path,
                        r->line, r->separator);
        r->at += 5;
        skip_line_end(r);
        return 0;
    }
    if ((l.commas > 0) + (l.semicolons > 0) + (l.tabs > 0) > 1)
        return fail(err,
                    "%s:%zu: the header holds more than one of comma, semicolon and tab: quote "
                    "its cells, or begin the file with a line like sep=;",
                    r->path, r->line);
    r->separator = l.semicolons > 0 ? ';' : l.tabs > 0 ? '\t' : ',';
    return 0;
}

static int text_read(struct csv *out, struct reader *r, struct gathered *g, struct err *err)
{
    return dialect_find(r, err) != 0 ? -1 : rows_read(out, r, g, err);
}

/* Takes ownership of `text`. */
static int parse_owned(struct csv *out, const char *path, char *text, size_t length,
                       struct err *err)
{
    struct gathered g = {0};
    struct reader r = {.path = path, .storage = text, .at = text, .line = 1};
    int status = strlen(text) == length
                     ? text_read(out, &r, &g, err)
                     : fail(err, "%s: a NUL byte in the file: give a text file", path);
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
    out->separator = r.separator;
    out->cr_ends = r.cr_ends;
    return 0;
}

int csv_parse(struct csv *out, const char *name, const char *text, size_t length, struct err *err)
{
    char *copy = mem_alloc(length + 1, 1);
    memcpy(copy, text, length);
    *out = (struct csv){0};
    return parse_owned(out, name, copy, length, err);
}

int csv_parse_record(struct csv *out, const struct csv *like, const char *name, size_t line,
                     const char *text, size_t length, struct err *err)
{
    char *copy = mem_alloc(length + 1, 1);
    memcpy(copy, text, length);
    struct gathered g = {0};
    struct reader r = {.path = name,
                       .storage = copy,
                       .at = copy,
                       .line = line,
                       .separator = like->separator,
                       .cr_ends = like->cr_ends};
    for (size_t i = 0; i < like->columns; i++)
        cell_add(&g, like->header[i]);
    int status = strlen(copy) == length
                     ? row_read(&r, &g, err)
                     : fail(err, "%s:%zu: a NUL byte in the row: give text", name, line);
    size_t cells = g.cells - like->columns;
    bool blank = status == 0 && all_blank(&g.cell[like->columns], cells);
    if (status == 0 && !blank && cells != like->columns)
        status = fail_width(&r, line, cells, like->columns, err);
    line_add(&g, line);
    *out = (struct csv){.rows = !blank,
                        .columns = like->columns,
                        .header = g.cell,
                        .cell = g.cell + like->columns,
                        .header_line = like->header_line,
                        .line = g.line,
                        .storage = copy,
                        .separator = like->separator,
                        .cr_ends = like->cr_ends};
    if (status != 0)
        csv_free(out);
    return status;
}

int csv_read(struct csv *out, const char *path, struct err *err)
{
    size_t length;
    char *text = text_file_read(path, MOST_MIB, &length, err);
    *out = (struct csv){0};
    return text == NULL ? -1 : parse_owned(out, path, text, length, err);
}

void csv_free(struct csv *c)
{
    free(c->header); /* and the cells, stored behind it */
    free(c->line);
    free(c->storage);
    *c = (struct csv){0};
}
