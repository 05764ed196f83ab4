#include "dse/points_stream.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/conf_json.h"
#include "base/mem.h"
#include "base/text.h"
#include "dse/command.h"

#define BLANKS " \t\r\n"

static const char NAME[] = "-";

struct stream {
    struct points_base *with;
    enum format format;
    FILE *in;
    char *text; /* the line, or the record, that was read last */
    size_t room, line, next_line;
    struct points points;
    struct csv header; /* CSV: the first line; its texts are those of points.csv */
    size_t *column;    /* JSON: where the values start, and how they are written */
    enum token { TOKEN_TEXT, TOKEN_NUMBER, TOKEN_NULL } * token;
    struct table answer; /* one row */
    struct table_stream *out;
    bool faults, asked;
    int why; /* errno, where the input cannot be read; 0 */
};

/* ---- reading ---- */

/* Reads a line into s->text behind the first `used` bytes. The number of bytes there are then; 0 at
 * the end of the input, or of what can be read of it. */
static size_t read_line(struct stream *s, size_t used)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n = getline(&line, &room, s->in);
    bool unread = ferror(s->in) || (n <= 0 && !feof(s->in));
    if (unread)
        s->why = errno;
    if (n > 0 && !unread) {
        size_t length = (size_t)n;
        if (used + length + 1 > s->room)
            s->text = mem_grow(s->text, s->room = 2 * (used + length + 1), 1);
        memcpy(s->text + used, line, length + 1);
        used += length;
        s->next_line++;
    } else {
        used = 0;
    }
    free(line);
    return used;
}

/* Does a quoted cell of the record go on in the next line? */
static bool is_open(const char *text, char separator)
{
    bool quoted = false, starts = true;
    for (; *text; text++) {
        if (quoted || starts)
            quoted = quoted != (*text == '"');
        starts = *text == separator;
    }
    return quoted;
}

/* The next record of a CSV, of several lines if a quoted cell has several. */
static size_t read_record(struct stream *s)
{
    s->line = s->next_line;
    size_t n = read_line(s, 0);
    while (n > 0 && is_open(s->text, s->header.separator)) {
        size_t more = read_line(s, n);
        if (more == 0)
            break;
        n = more;
    }
    return n;
}

/* The next line that is not blank, without a byte order mark at the start of the input. */
static size_t read_first_line(struct stream *s)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t n;
    do {
        s->line = s->next_line;
        n = read_line(s, 0);
        if (n > 0 && s->line == 1 && !strncmp(s->text, mark, 3))
            memmove(s->text, s->text + 3, n -= 2);
    } while (n > 0 && s->text[strspn(s->text, BLANKS)] == '\0');
    return n;
}

/* ---- answering ---- */

/* Input that is a JSON number or null stays one. */
static void restore_tokens(struct stream *s)
{
    for (size_t i = 0; s->token && i < s->points.csv.columns; i++) {
        struct cell *c = table_at(&s->answer, 0, i);
        if (s->token[i] == TOKEN_TEXT)
            continue;
        char *text = c->text;
        *c = (struct cell){.kind = CELL_NULL};
        if (s->token[i] == TOKEN_NUMBER)
            *c = (struct cell){.kind = CELL_NUMBER, .number = strtod(text, NULL)};
        free(text);
    }
}

static void begin_answers(struct stream *s)
{
    table_free(&s->answer);
    points_begin(&s->answer, &s->points.csv);
    if (s->out && s->format == FORMAT_CSV)
        return;
    stream_close(s->out);
    s->out = stream_open(&s->answer, s->format, (struct fit){0}, stdout);
}

/* In JSON: {the input, "error": every mistake}. */
static void answer_error(struct stream *s, const char *mistake)
{
    const struct csv *csv = &s->points.csv;
    fputc('{', stdout);
    for (size_t i = 0; csv->rows && i < csv->columns; i++) {
        json_text(csv->header[i], stdout);
        fputs(": ", stdout);
        if (s->token && s->token[i] == TOKEN_NUMBER)
            json_number(strtod(csv_at(csv, 0, i), NULL), stdout);
        else if (s->token && s->token[i] == TOKEN_NULL)
            fputs("null", stdout);
        else
            json_text(csv_at(csv, 0, i), stdout);
        fputs(", ", stdout);
    }
    fputs("\"error\": ", stdout);
    json_text(mistake, stdout);
    fputs("}\n", stdout);
    fflush(stdout);
    s->faults = true;
}

/* What is wrong with a row: an answer in JSON, -1 in CSV. `err` is filled in either case. */
static int refuse(struct stream *s, struct err *err)
{
    if (s->format == FORMAT_CSV)
        return -1;
    answer_error(s, err->text);
    return 0;
}

/* The same for the mistakes in s->points.found, which are forgotten. */
static int refuse_found(struct stream *s, struct err *err)
{
    struct faults *found = &s->points.found;
    faults_sort(found);
    if (s->format == FORMAT_CSV || found->system.status != STATUS_OK)
        return fail_all(NAME, found, err);
    char *all = mem_text(found->fault[0].text);
    for (size_t i = 1; i < found->n; i++) {
        char *longer = mem_print("%s; %s", all, found->fault[i].text);
        free(all);
        all = longer;
    }
    answer_error(s, all);
    free(all);
    faults_free(found);
    *found = (struct faults){0};
    return 0;
}

static int answer_row(struct stream *s, struct err *err)
{
    s->asked = true;
    if (s->points.found.n || points_evaluate(s->with, &s->points, 0, &s->answer) != 0)
        return refuse_found(s, err);
    restore_tokens(s);
    stream_row(s->out, s->answer.cell);
    fflush(stdout);
    table_forget_rows(&s->answer);
    return 0;
}

/* ---- CSV ---- */

static int read_header(struct stream *s, size_t n, struct err *err)
{
    if (!strncmp(s->text, "sep=", 4)) {
        size_t more = read_line(s, n);
        n = more ? more : n;
    }
    if (points_parse(&s->points, NAME, s->text, n, err) != 0)
        return -1;
    s->header = s->points.csv;
    if (s->header.rows)
        return fail(err, "%s:1: lines end with CR alone: end them with LF", NAME);
    if (s->points.found.n)
        return refuse_found(s, err);
    begin_answers(s);
    fflush(stdout); /* the header: a driver may wait for it */
    return 0;
}

static int answer_csv(struct stream *s, size_t n, struct err *err)
{
    struct csv row = {0};
    int rc = read_header(s, n, err);
    while (rc == 0 && !s->faults && (n = read_record(s)) > 0) {
        if (s->text[strspn(s->text, BLANKS)] == '\0')
            continue;
        rc = csv_parse_record(&row, &s->header, NAME, s->line, s->text, n, err);
        if (rc != 0) {
            rc = refuse(s, err);
            continue;
        }
        if (row.rows)
            rc = points_next(&s->points, &row) != 0 ? refuse_found(s, err) : answer_row(s, err);
        csv_free(&row);
        s->points.csv = s->header;
    }
    s->points.csv = s->header;
    return rc;
}

/* ---- JSON lines ---- */

static bool is_json_number(const char *text)
{
    char *end;
    double value = strtod(text, &end);
    return end != text && !*end && isfinite(value) &&
           strspn(text, "+-.0123456789eE") == strlen(text);
}

/* How a value is written, by its source: a string starts behind a quote. */
static int token_of(const struct stream *s, const struct node *value, enum token *out,
                    struct err *err)
{
    const char *text = node_text(value);
    size_t at = node_column(value);
    bool quoted = at >= 2 && s->text[at - 2] == '"';
    if (node_kind(value) != NODE_SCALAR)
        return fail(err, "is no single value: write {\"workload.context\": 8192}");
    *out = quoted                  ? TOKEN_TEXT
           : !strcmp(text, "null") ? TOKEN_NULL
           : is_json_number(text)  ? TOKEN_NUMBER
                                   : TOKEN_TEXT;
    if (*out == TOKEN_TEXT && !quoted && strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
        return fail(err, "%s is not JSON: quote it", text);
    return 0;
}

/* The object as a list of one row, which owns its texts. */
static int list_of_object(struct stream *s, const struct node *map, struct csv *out,
                          struct err *err)
{
    size_t n = node_kind(map) == NODE_MAP ? node_count(map) : 0;
    if (n == 0)
        return fail(err,
                    "%s:%zu:1: not an object of parameters: write "
                    "{\"workload.context\": 8192}",
                    NAME, s->line);
    s->column = mem_grow(s->column, n, sizeof *s->column);
    s->token = mem_grow(s->token, n, sizeof *s->token);
    for (size_t i = 0; i < n; i++) {
        struct err inner;
        s->column[i] = node_column(node_at(map, i));
        if (token_of(s, node_at(map, i), &s->token[i], &inner) != 0)
            return fail(err, "%s:%zu:%zu: %s: %s", NAME, s->line, s->column[i], node_key(map, i),
                        inner.text);
    }
    size_t room = 0;
    for (size_t i = 0; i < n; i++)
        room += strlen(node_key(map, i)) + strlen(node_text(node_at(map, i))) + 2;
    *out = (struct csv){.rows = 1,
                        .columns = n,
                        .header = mem_alloc(2 * n, sizeof(char *)),
                        .header_line = s->line,
                        .line = mem_alloc(1, sizeof *out->line),
                        .storage = mem_alloc(room, 1)};
    out->cell = out->header + n;
    out->line[0] = s->line;
    char *to = out->storage;
    for (size_t i = 0; i < 2 * n; i++) {
        const char *text = i < n                           ? node_key(map, i)
                           : s->token[i - n] == TOKEN_NULL ? ""
                                                           : node_text(node_at(map, i - n));
        out->header[i] = strcpy(to, text);
        to += strlen(text) + 1;
    }
    return 0;
}

static bool same_columns(const struct csv *a, const struct csv *b)
{
    bool same = a->columns == b->columns;
    for (size_t i = 0; same && i < a->columns; i++)
        same = !strcmp(a->header[i], b->header[i]);
    return same;
}

/* Takes the row of the list; its columns are looked up again only if they have changed. */
static int take_row(struct stream *s, struct csv *row, struct err *err)
{
    if (s->points.csv.columns && same_columns(row, &s->points.csv)) {
        struct csv before = s->points.csv;
        points_next(&s->points, row);
        s->points.column = s->column;
        csv_free(&before);
        return 0;
    }
    if (s->format == FORMAT_CSV && s->out) {
        csv_free(row);
        return fail(err,
                    "%s:%zu:1: other keys than in the first line: in CSV all rows have the "
                    "same columns",
                    NAME, s->line);
    }
    points_close(&s->points);
    points_take(&s->points, NAME, row, s->column);
    if (s->points.found.n == 0)
        begin_answers(s);
    return 0;
}

static int answer_object(struct stream *s, struct err *err)
{
    struct conf *conf;
    struct csv row = {0};
    if (conf_parse_json(&conf, NAME, s->text, err) != 0) {
        const char *place = strchr(err->text, ':'); /* it counts lines from this one */
        const char *rest = place ? strchr(place + 1, ':') : NULL;
        char *text = mem_text(rest ? rest : "");
        fail(err, "%s:%zu%s", NAME, s->line, text);
        free(text);
        s->points.csv.rows = 0; /* nothing to repeat */
        return refuse(s, err);
    }
    int rc = list_of_object(s, conf_root(conf), &row, err);
    conf_close(conf);
    if (rc != 0) {
        s->points.csv.rows = 0;
        return refuse(s, err);
    }
    if (take_row(s, &row, err) != 0)
        return refuse(s, err);
    bool wrong = s->points.found.n > 0;
    rc = answer_row(s, err);
    if (wrong) { /* the next row has to be looked up */
        points_close(&s->points);
        s->points = (struct points){.path = NAME};
    }
    return rc;
}

static int answer_json(struct stream *s, struct err *err)
{
    int rc = 0;
    do {
        if (s->text[strspn(s->text, BLANKS)])
            rc = answer_object(s, err);
        s->line = s->next_line;
    } while (rc == 0 && read_line(s, 0) > 0);
    return rc;
}

static int fail_unread(const struct stream *s, struct err *err)
{
    return fail_io(err, "%s: cannot be read: %s", NAME, strerror(s->why));
}

int points_stream(struct points_base *with, const enum format *format, struct err *err)
{
    struct stream s = {.with = with, .in = stdin, .next_line = 1, .points = {.path = NAME}};
    int rc;
    size_t n = read_first_line(&s);
    if (n == 0) {
        free(s.text);
        return s.why
                   ? fail_unread(&s, err)
                   : fail(err, "%s: the input is empty: begin with a header line, or a JSON object",
                          NAME);
    }
    bool json = s.text[strspn(s.text, BLANKS)] == '{';
    s.format = format ? *format : json ? FORMAT_JSONL : FORMAT_CSV;
    if (s.format != FORMAT_CSV && s.format != FORMAT_JSONL)
        rc = fail(err, "dse eval: --format: --points - answers row by row: give csv or jsonl");
    else
        rc = json ? answer_json(&s, err) : answer_csv(&s, n, err);
    if (s.why)
        rc = fail_unread(&s, err);
    stream_close(s.out);
    table_free(&s.answer);
    points_close(&s.points);
    cursor_free(&with->cursor);
    free(s.column);
    free(s.token);
    free(s.text);
    return rc != 0                      ? rc
           : s.faults                   ? EXIT_BAD_INPUT
           : with->feasible || !s.asked ? EXIT_DONE
                                        : EXIT_NONE_FEASIBLE;
}
