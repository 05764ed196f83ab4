#include "reports/write.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/mem.h"
#include "base/text.h"

static const char *const formats[] = {
    [FORMAT_TABLE] = "table", [FORMAT_CSV] = "csv",     [FORMAT_JSON] = "json",
    [FORMAT_MD] = "md",       [FORMAT_JSONL] = "jsonl",
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
    return fail(err, "%s: is not a format: give table, csv, json, jsonl or md", text);
}

/* ---- numbers and texts ---- */

void json_number(double value, FILE *out)
{
    char buffer[32];
    fputs(isfinite(value) ? number_text(value, buffer, sizeof(buffer)) : "null", out);
}

static bool is_shown(unsigned character)
{
    return character != NOT_UTF8 && !text_is_control(character);
}

static void put_bytes(const char *from, const char *to, FILE *out)
{
    fwrite(from, 1, (size_t)(to - from), out);
}

void plain_text(const char *text, FILE *out)
{
    for (const char *from = text, *at = text; *from != '\0'; from = at) {
        unsigned c = text_next(&at);
        if (is_shown(c))
            put_bytes(from, at, out);
        else
            fputs(c == NOT_UTF8 ? REPLACEMENT : " ", out);
    }
}

/* Writes the printable ASCII characters at the start of the text that no format treats specially.
 * Returns what follows. */
static const char *put_ordinary(const char *text, FILE *out)
{
    const char *end = text;
    while (*end >= ' ' && *end <= '~' && *end != '"' && *end != '\\' && *end != '<')
        end++;
    put_bytes(text, end, out);
    return end;
}

/* Also safe inside <script>: escapes "</" and "<!". */
void json_text(const char *text, FILE *out)
{
    fputc('"', out);
    for (const char *at = text; *(at = put_ordinary(at, out)) != '\0';) {
        const char *from = at;
        unsigned c = text_next(&at);
        if (c == NOT_UTF8)
            fputs("\\ufffd", out);
        else if (c == '"' || c == '\\')
            fprintf(out, "\\%c", (char)c);
        else if (c == '\n')
            fputs("\\n", out);
        else if (c == '\t')
            fputs("\\t", out);
        else if (text_is_control(c) || (c == '<' && (*at == '/' || *at == '!')))
            fprintf(out, "\\u%04x", c);
        else
            put_bytes(from, at, out);
    }
    fputc('"', out);
}

static bool is_number(const char *text)
{
    static const char digits[] = "0123456789";
    const char *at = text + (*text == '+' || *text == '-');
    size_t whole = strspn(at, digits), fraction = 0;
    at += whole;
    if (*at == '.') {
        fraction = strspn(at + 1, digits);
        at += 1 + fraction;
    }
    if (whole + fraction == 0)
        return false;
    if (*at == 'e' || *at == 'E') {
        at += 1 + (at[1] == '+' || at[1] == '-');
        size_t exponent = strspn(at, digits);
        at += exponent;
        if (exponent == 0)
            return false;
    }
    return *at == '\0';
}

/* Would a spreadsheet compute this cell? A single sign is a text to it. */
static bool is_formula(const char *text)
{
    bool begins = *text != '\0' && strchr("=+-@\t\r", *text) != NULL;
    return begins && text[1] != '\0' && !is_number(text);
}

void csv_text(const char *text, FILE *out)
{
    bool quoted = strpbrk(text, ",\"\r\n") != NULL;
    if (quoted)
        fputc('"', out);
    if (is_formula(text))
        fputc('\'', out);
    for (const char *at = text; *(at = put_ordinary(at, out)) != '\0';) {
        const char *from = at;
        unsigned c = text_next(&at);
        if (c == '"')
            fputc('"', out);
        if (is_shown(c) || c == '\n' || c == '\r' || c == '\t')
            put_bytes(from, at, out);
        else
            fputs(REPLACEMENT, out);
    }
    if (quoted)
        fputc('"', out);
}

/* Does Markdown give the character a meaning here? Only those that can break a table or run: bars,
 * code, tags, links. */
static bool is_markup(char c, char next)
{
    bool tag = isalpha((unsigned char)next) || next == '/' || next == '!' || next == '?';
    return c == '|' || c == '`' || c == '\\' || (c == '<' && tag) || (c == ']' && next == '(');
}

void md_text(const char *text, FILE *out)
{
    for (const char *from = text, *at = text; *from != '\0'; from = at) {
        unsigned c = text_next(&at);
        if (is_markup(*from, *at))
            fputc('\\', out);
        if (is_shown(c))
            put_bytes(from, at, out);
        else
            fputs(c == NOT_UTF8 ? REPLACEMENT : " ", out);
    }
}

/* ---- for programs ---- */

static void put_csv_header(const struct table *t, FILE *out)
{
    for (size_t i = 0; i < t->columns; i++) {
        if (i > 0)
            fputc(',', out);
        csv_text(t->header[i], out);
    }
    fputc('\n', out);
}

static void put_csv_row(const struct table *t, const struct cell *row, FILE *out)
{
    char buffer[32];
    for (size_t i = 0; i < t->columns; i++) {
        const struct cell *c = &row[i];
        if (i > 0)
            fputc(',', out);
        if (c->kind == CELL_NUMBER)
            fputs(number_text(c->number, buffer, sizeof(buffer)), out);
        else if (c->kind == CELL_TEXT)
            csv_text(c->text, out);
    }
    fputc('\n', out);
}

static void put_json_row(const struct table *t, const struct cell *row, FILE *out)
{
    fputc('{', out);
    for (size_t i = 0; i < t->columns; i++) {
        const struct cell *c = &row[i];
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

/* The start of a table, a row after `before` others, and the end. */
static void put_start(const struct table *t, enum format format, FILE *out)
{
    if (format == FORMAT_CSV)
        put_csv_header(t, out);
    else if (format == FORMAT_JSON)
        fputc('[', out);
}

static void put_row(const struct table *t, const struct cell *row, size_t before,
                    enum format format, FILE *out)
{
    if (format == FORMAT_CSV) {
        put_csv_row(t, row, out);
        return;
    }
    if (format == FORMAT_JSON)
        fputs(before > 0 ? ",\n  " : "\n  ", out);
    put_json_row(t, row, out);
    if (format == FORMAT_JSONL)
        fputc('\n', out);
}

static void put_end(size_t rows, enum format format, FILE *out)
{
    if (format == FORMAT_JSON)
        fputs(rows > 0 ? "\n]\n" : "]\n", out);
}

/* ---- for people ---- */

/* Per column: */
struct layout {
    bool md;
    bool cut;       /* cells wider than their column are cut */
    bool ascii;     /* of struct fit */
    bool *right;    /* aligned right: numbers and quantities only */
    bool *prefixed; /* one number needs a prefix, so all numbers from 1000 up get one */
    size_t *width;  /* of the widest cell */
};

enum { DIGITS = 5 };

static bool needs_prefix(double value)
{
    char buffer[48];
    return isfinite(value) && fabs(value) >= 1000 &&
           strchr(number_readable(value, DIGITS, buffer, sizeof buffer), ' ');
}

static void print_number(const struct cell *c, bool prefixed, char *buffer, size_t size)
{
    if (c->whole) /* a count or an id: print every digit */
        snprintf(buffer, size, "%.0f", c->number);
    else if (prefixed && fabs(c->number) >= 1000)
        number_prefixed(c->number, DIGITS, buffer, size);
    else
        number_readable(c->number, DIGITS, buffer, size);
}

/* Width of a text in a cell, in characters. */
static size_t text_width(const char *text, bool md)
{
    size_t width = 0;
    for (const char *from = text, *at = text; *from != '\0'; from = at) {
        text_next(&at);
        width += 1 + (size_t)(md && is_markup(*from, *at));
    }
    return width;
}

/* Writes a text into a cell. In a table for people, one of more than `most` characters is cut and
 * ends in a mark. */
static void put_text(const char *text, const struct layout *l, size_t most, FILE *out)
{
    if (l->md) {
        md_text(text, out);
    } else if (text_width(text, false) <= most) {
        plain_text(text, out);
    } else {
        const char *end = text;
        for (size_t i = 0; i + 1 < most; i++)
            text_next(&end);
        char *start = mem_print("%.*s", (int)(end - text), text);
        plain_text(start, out);
        fputs(l->ascii ? "~" : "…", out);
        free(start);
    }
}

enum { NUMBER_SIZE = 400 };

/* The text of a cell of column `i`; a number is printed into `buffer`. */
static const char *cell_as_text(const struct cell *c, const struct layout *l, size_t i,
                                char *buffer)
{
    if (c->kind == CELL_TEXT)
        return c->text;
    buffer[0] = '\0';
    if (c->kind == CELL_NUMBER)
        print_number(c, l->prefixed[i], buffer, NUMBER_SIZE);
    return buffer;
}

static void measure(const struct table *t, struct layout *l)
{
    char buffer[NUMBER_SIZE];
    for (size_t i = 0; i < t->columns; i++) {
        bool numbers = false, texts = false;
        l->width[i] = text_width(t->header[i], l->md);
        if (l->md && l->width[i] < 3)
            l->width[i] = 3;
        for (size_t row = 0; row < t->rows && !l->prefixed[i]; row++) {
            const struct cell *c = table_at(t, row, i);
            l->prefixed[i] = c->kind == CELL_NUMBER && !c->whole && needs_prefix(c->number);
        }
        for (size_t row = 0; row < t->rows; row++) {
            const struct cell *c = table_at(t, row, i);
            size_t width = text_width(cell_as_text(c, l, i, buffer), l->md);
            if (width > l->width[i])
                l->width[i] = width;
            numbers = numbers || c->kind == CELL_NUMBER || c->quantity;
            texts = texts || (c->kind == CELL_TEXT && !c->quantity);
        }
        l->right[i] = numbers && !texts;
    }
}

static void repeat(char c, size_t n, FILE *out)
{
    while (n-- > 0)
        fputc(c, out);
}

/* The columns of a block: the first `keys`, then `from` up to but not including `to`. */
struct block {
    size_t keys, from, to;
};

static size_t block_count(const struct block *b)
{
    return b->keys + b->to - b->from;
}

static size_t block_column(const struct block *b, size_t k)
{
    return k < b->keys ? k : b->from + k - b->keys;
}

/* `row` is a row of cells, or NULL for the header. */
static void put_line(const struct table *t, const struct cell *row, const struct layout *l,
                     const struct block *b, FILE *out)
{
    char buffer[NUMBER_SIZE];
    size_t pending = 0; /* blanks that a text must follow */
    for (size_t k = 0; k < block_count(b); k++) {
        size_t i = block_column(b, k), width = l->width[i];
        const char *text = row != NULL ? cell_as_text(&row[i], l, i, buffer) : t->header[i];
        size_t own = text_width(text, l->md), blank = own < width ? width - own : 0;
        if (l->md)
            fputs("| ", out);
        pending += l->right[i] ? blank : 0;
        if (*text || l->md) {
            repeat(' ', pending, out);
            pending = 0;
        }
        put_text(text, l, l->cut ? width : SIZE_MAX, out);
        pending += l->right[i] ? 0 : blank;
        if (l->md) {
            repeat(' ', pending + 1, out);
            pending = 0;
        } else
            pending += 2;
    }
    fputs(l->md ? "|\n" : "\n", out);
}

static void put_rule(const struct layout *l, const struct block *b, FILE *out)
{
    for (size_t k = 0; k < block_count(b); k++) {
        size_t i = block_column(b, k);
        fputs(l->md ? "| " : k > 0 ? "  " : "", out);
        repeat('-', l->width[i] - (l->md && l->right[i]), out);
        fputs(l->md && l->right[i] ? ": " : l->md ? " " : "", out);
    }
    fputs(l->md ? "|\n" : "\n", out);
}

static void put_block(const struct table *t, const struct layout *l, const struct block *b,
                      FILE *out)
{
    put_line(t, NULL, l, b, out);
    put_rule(l, b, out);
    for (size_t row = 0; row < t->rows; row++)
        put_line(t, table_at(t, row, 0), l, b, out);
}

/* Ends a block where `width` is used up. A block has at least one column, cut if necessary. */
static void end_block(struct layout *l, struct block *b, size_t columns, size_t width)
{
    size_t used = 0;
    for (size_t k = 0; k < b->keys; k++)
        used += l->width[k] + 2;
    if (l->width[b->from] > width - used)
        l->width[b->from] = width - used;
    for (b->to = b->from; b->to < columns && used + l->width[b->to] <= width; b->to++)
        used += l->width[b->to] + 2;
}

static void put_blocks(const struct table *t, struct layout *l, struct fit fit, FILE *out)
{
    struct block b = {.to = 0};
    size_t keys_width = 0;
    for (size_t i = 0; i < fit.keys && i < t->columns; i++)
        keys_width += l->width[i] + 2;
    while (b.to < t->columns) {
        b.from = b.to;
        b.keys = b.from >= fit.keys && keys_width <= fit.width / 2 ? fit.keys : 0;
        fputs(b.from > 0 ? "\n" : "", out);
        end_block(l, &b, t->columns, fit.width);
        put_block(t, l, &b, out);
    }
}

static struct layout layout_begin(const struct table *t, bool md, struct fit fit)
{
    struct layout l = {
        .md = md,
        .cut = fit.width > 0,
        .ascii = fit.ascii,
        .right = mem_alloc(t->columns + 1, sizeof(bool)),
        .prefixed = mem_alloc(t->columns + 1, sizeof(bool)),
        .width = mem_alloc(t->columns + 1, sizeof(size_t)),
    };
    measure(t, &l);
    return l;
}

static void layout_end(struct layout *l)
{
    free(l->right);
    free(l->prefixed);
    free(l->width);
}

/* Does a line hold all columns? */
static bool is_one_block(const struct table *t, const struct layout *l, struct fit fit)
{
    size_t width = 0;
    for (size_t i = 0; i < t->columns; i++)
        width += l->width[i] + (i > 0 ? 2 : 0);
    return fit.width == 0 || width <= fit.width;
}

static void put_lines(const struct table *t, struct layout *l, struct fit fit, FILE *out)
{
    const struct block all = {.to = t->columns};
    if (is_one_block(t, l, fit))
        put_block(t, l, &all, out);
    else
        put_blocks(t, l, fit, out);
}

static void write_lines(const struct table *t, bool md, struct fit fit, FILE *out)
{
    struct layout l = layout_begin(t, md, fit);
    put_lines(t, &l, fit, out);
    layout_end(&l);
}

static struct fit at_least_narrowest(struct fit fit)
{
    enum { NARROWEST = 24 };
    if (fit.width > 0 && fit.width < NARROWEST)
        fit.width = NARROWEST;
    return fit;
}

void table_write_fitted(const struct table *t, struct fit fit, FILE *out)
{
    write_lines(t, false, at_least_narrowest(fit), out);
}

void table_write(const struct table *t, enum format format, FILE *out)
{
    if (format == FORMAT_TABLE || format == FORMAT_MD) {
        write_lines(t, format == FORMAT_MD, (struct fit){0}, out);
        return;
    }
    put_start(t, format, out);
    for (size_t row = 0; row < t->rows; row++)
        put_row(t, table_at(t, row, 0), row, format, out);
    put_end(t->rows, format, out);
}

/* ---- row by row ---- */

struct table_stream {
    enum format format;
    struct fit fit;
    FILE *out;
    struct table first; /* for people: the rows that decide the layout, then only the header */
    struct layout layout;
    bool laid_out; /* the first rows are written, and the others follow in the same columns */
    size_t rows;
};

enum { FIRST_ROWS = 1000 };

static bool is_for_people(const struct table_stream *s)
{
    return s->format == FORMAT_TABLE || s->format == FORMAT_MD;
}

struct table_stream *stream_open(const struct table *header, enum format format, struct fit fit,
                                 FILE *out)
{
    struct table_stream *s = mem_alloc(1, sizeof *s);
    *s = (struct table_stream){.format = format,
                               .fit = format == FORMAT_TABLE ? at_least_narrowest(fit)
                                                             : (struct fit){0},
                               .out = out};
    table_begin(&s->first, (const char *const *)header->header, header->columns);
    if (!is_for_people(s))
        put_start(header, format, out);
    return s;
}

/* Columns in several blocks begin again after each FIRST_ROWS rows. */
static void put_first(struct table_stream *s)
{
    struct layout l = layout_begin(&s->first, s->format == FORMAT_MD, s->fit);
    if (s->rows > s->first.rows)
        fputc('\n', s->out);
    s->laid_out = is_one_block(&s->first, &l, s->fit);
    put_lines(&s->first, &l, s->fit, s->out);
    for (size_t i = 0; i < s->first.filled; i++)
        free(s->first.cell[i].text);
    s->first.filled = s->first.rows = 0;
    if (s->laid_out)
        s->layout = l;
    else
        layout_end(&l);
}

void stream_row(struct table_stream *s, const struct cell *row)
{
    const struct block all = {.to = s->first.columns};
    if (!is_for_people(s))
        put_row(&s->first, row, s->rows, s->format, s->out);
    else if (s->laid_out)
        put_line(&s->first, row, &s->layout, &all, s->out);
    for (size_t i = 0; i < s->first.columns && is_for_people(s) && !s->laid_out; i++)
        *table_add(&s->first) = cell_copy(&row[i]);
    s->rows++;
    if (s->first.rows == FIRST_ROWS)
        put_first(s);
}

void stream_close(struct table_stream *s)
{
    if (s == NULL)
        return;
    if (!is_for_people(s))
        put_end(s->rows, s->format, s->out);
    else if (s->first.rows > 0 || s->rows == 0)
        put_first(s);
    if (s->laid_out)
        layout_end(&s->layout);
    table_free(&s->first);
    free(s);
}
