#include "reports/write.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const char *const formats[] = {
    [FORMAT_TABLE] = "table",
    [FORMAT_CSV] = "csv",
    [FORMAT_JSON] = "json",
    [FORMAT_MD] = "md",
};

int format_parse(const char *text, enum format *out, struct err *err)
{
    for (size_t i = 0; i < LEN(formats); i++) {
        if (strcmp(text, formats[i]) == 0) {
            *out = (enum format)i;
            return 0;
        }
    }
    if (strcmp(text, "text") == 0) {
        *out = FORMAT_TABLE;
        return 0;
    }
    return fail(err, "%s: is not a format: give table, csv, json or md", text);
}

/* ---- numbers and texts ---- */

void json_number(double value, FILE *out)
{
    char buffer[32];
    fputs(isfinite(value) ? number_text(value, buffer, sizeof(buffer)) : "null", out);
}

/* How many bytes the UTF-8 character at `c` has, or 0 where there is none. */
static size_t character(const unsigned char *c)
{
    static const struct {
        size_t bytes;
        unsigned char mask, lead;
        unsigned least;
    } kind[] = {{.bytes = 1, .mask = 0x80, .lead = 0x00, .least = 0},
                {.bytes = 2, .mask = 0xe0, .lead = 0xc0, .least = 0x80},
                {.bytes = 3, .mask = 0xf0, .lead = 0xe0, .least = 0x800},
                {.bytes = 4, .mask = 0xf8, .lead = 0xf0, .least = 0x10000}};

    for (size_t k = 0; k < LEN(kind); k++) {
        if ((c[0] & kind[k].mask) != kind[k].lead)
            continue;
        size_t n = kind[k].bytes;
        unsigned code = c[0] & (unsigned char)~kind[k].mask;
        for (size_t i = 1; i < n; i++) {
            if ((c[i] & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (c[i] & 0x3f);
        }
        bool surrogate = code >= 0xd800 && code < 0xe000;
        return code < kind[k].least || code > 0x10ffff || surrogate ? 0 : n;
    }
    return 0;
}

/* Also safe inside <script>: no "</", no "<!". */
void json_text(const char *text, FILE *out)
{
    fputc('"', out);
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0';) {
        size_t n = character(c);
        if (n == 0)
            fputs("\\ufffd", out);
        else if (*c == '"' || *c == '\\')
            fprintf(out, "\\%c", *c);
        else if (*c == '\n')
            fputs("\\n", out);
        else if (*c == '\t')
            fputs("\\t", out);
        else if (*c < ' ' || *c == 0x7f || (*c == '<' && (c[1] == '/' || c[1] == '!')))
            fprintf(out, "\\u%04x", *c);
        else
            fwrite(c, 1, n, out);
        c += n > 0 ? n : 1;
    }
    fputc('"', out);
}

void csv_text(const char *text, FILE *out)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"')
            fputc('"', out);
        fputc(*c, out);
    }
    fputc('"', out);
}

/* ---- for programs ---- */

static void write_csv(const struct table *t, FILE *out)
{
    char buffer[32];
    for (size_t i = 0; i < t->columns; i++) {
        if (i > 0)
            fputc(',', out);
        csv_text(t->header[i], out);
    }
    fputc('\n', out);

    for (size_t row = 0; row < t->rows; row++) {
        for (size_t i = 0; i < t->columns; i++) {
            const struct cell *c = table_at(t, row, i);
            if (i > 0)
                fputc(',', out);
            if (c->kind == CELL_NUMBER)
                fputs(number_text(c->number, buffer, sizeof(buffer)), out);
            else if (c->kind == CELL_TEXT)
                csv_text(c->text, out);
        }
        fputc('\n', out);
    }
}

static void write_json(const struct table *t, FILE *out)
{
    fputc('[', out);
    for (size_t row = 0; row < t->rows; row++) {
        fputs(row > 0 ? ",\n  {" : "\n  {", out);
        for (size_t i = 0; i < t->columns; i++) {
            const struct cell *c = table_at(t, row, i);
            if (i > 0)
                fputs(", ", out);
            json_text(t->header[i], out);
            fputs(": ", out);
            if (c->kind == CELL_NUMBER)
                json_number(c->number, out);
            else if (c->kind == CELL_TEXT)
                json_text(c->text, out);
            else
                fputs("null", out);
        }
        fputc('}', out);
    }
    fputs(t->rows > 0 ? "\n]\n" : "]\n", out);
}

/* ---- for people ---- */

/* How a column is set: every cell as text, in the end the widest one's width. */
struct layout {
    bool md;
    bool *right;
    size_t *width;
};

static void print_number(double value, bool whole, char *buffer, size_t size)
{
    if (whole || (value == floor(value) && fabs(value) < 1e15))
        snprintf(buffer, size, "%.0f", value == 0 ? 0.0 : value);
    else
        snprintf(buffer, size, "%.5g", value);
}

/* A text as it stands in a cell: no line breaks nor other controls, and no bars in Markdown.
 * Returns its width in characters; prints it if there is an `out`. */
static size_t put_text(const char *text, bool md, FILE *out)
{
    size_t width = 0;
    for (const char *c = text; *c != '\0'; c++) {
        bool bar = md && *c == '|';
        width += ((unsigned char)*c & 0xc0) != 0x80;
        width += bar;
        if (out == NULL)
            continue;
        if (bar)
            fputc('\\', out);
        fputc((unsigned char)*c < ' ' || *c == 0x7f ? ' ' : *c, out);
    }
    return width;
}

static size_t put_cell(const struct cell *c, bool md, FILE *out)
{
    char buffer[400];
    if (c->kind == CELL_TEXT)
        return put_text(c->text, md, out);
    if (c->kind == CELL_NULL)
        return 0;
    print_number(c->number, c->whole, buffer, sizeof(buffer));
    return put_text(buffer, md, out);
}

static void measure(const struct table *t, struct layout *l)
{
    for (size_t i = 0; i < t->columns; i++) {
        bool numbers = false, texts = false;
        l->width[i] = put_text(t->header[i], l->md, NULL);
        if (l->md && l->width[i] < 3)
            l->width[i] = 3;
        for (size_t row = 0; row < t->rows; row++) {
            const struct cell *c = table_at(t, row, i);
            size_t width = put_cell(c, l->md, NULL);
            if (width > l->width[i])
                l->width[i] = width;
            numbers = numbers || c->kind == CELL_NUMBER;
            texts = texts || c->kind == CELL_TEXT;
        }
        l->right[i] = numbers && !texts;
    }
}

static void repeat(char c, size_t n, FILE *out)
{
    while (n-- > 0)
        fputc(c, out);
}

/* A line: `row` is a row of cells, or NULL for the header. */
static void put_line(const struct table *t, const struct cell *row, const struct layout *l,
                     FILE *out)
{
    for (size_t i = 0; i < t->columns; i++) {
        struct cell name = {.kind = CELL_TEXT, .text = t->header[i]};
        const struct cell *c = row != NULL ? &row[i] : &name;
        size_t blank = l->width[i] - put_cell(c, l->md, NULL);
        bool last = i + 1 == t->columns;

        fputs(l->md ? "| " : "", out);
        if (l->right[i])
            repeat(' ', blank, out);
        put_cell(c, l->md, out);
        if (!l->right[i] && (l->md || !last))
            repeat(' ', blank, out);
        fputs(l->md ? " " : last ? "" : "  ", out);
    }
    fputs(l->md ? "|\n" : "\n", out);
}

static void put_rule(const struct table *t, const struct layout *l, FILE *out)
{
    for (size_t i = 0; i < t->columns; i++) {
        fputs(l->md ? "| " : i > 0 ? "  " : "", out);
        repeat('-', l->width[i] - (l->md && l->right[i]), out);
        fputs(l->md && l->right[i] ? ": " : l->md ? " " : "", out);
    }
    fputs(l->md ? "|\n" : "\n", out);
}

static void write_lines(const struct table *t, bool md, FILE *out)
{
    struct layout l = {
        .md = md,
        .right = mem_alloc(t->columns + 1, sizeof(bool)),
        .width = mem_alloc(t->columns + 1, sizeof(size_t)),
    };
    measure(t, &l);
    put_line(t, NULL, &l, out);
    put_rule(t, &l, out);
    for (size_t row = 0; row < t->rows; row++)
        put_line(t, table_at(t, row, 0), &l, out);
    free(l.right);
    free(l.width);
}

void table_write(const struct table *t, enum format format, FILE *out)
{
    switch (format) {
    case FORMAT_CSV:
        write_csv(t, out);
        break;
    case FORMAT_JSON:
        write_json(t, out);
        break;
    case FORMAT_TABLE:
    case FORMAT_MD:
        write_lines(t, format == FORMAT_MD, out);
        break;
    }
}
