#include "dse/ask_evaluator.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf_json.h"
#include "base/mem.h"
#include "base/mem_stream.h"
#include "base/text.h"
#include "dse/answers.h"
#include "dse/evaluator_pool.h"
#include "reports/point/point_json.h"
#include "reports/write.h"

struct ask_evaluator {
    struct ask_evaluator_from from;
    const struct evaluator *of;
    char *identity;
    struct pool *pool;
    struct answers *answers;
    struct cursor cursor;
    struct ask_evaluator_counts counts;
    char *last_failure;
};

/* ---- identity ---- */

/* Does the error say that the path leads to no file for us, rather than that this cannot be told?
 */
static bool is_no_file(int why)
{
    return why == ENOENT || why == ENOTDIR || why == EACCES || why == ENAMETOOLONG || why == ELOOP;
}

/* Adds the content of the file that a word of the command names, if it does and may be read. */
static int add_file(struct sha256 *hash, const char *folder, const char *word, struct err *err)
{
    enum { PIECE = 65536 };
    char *path = mem_print("%s%s", *word == '/' ? "" : folder, word);
    struct stat there;
    bool is_there = stat(path, &there) == 0, is_file = is_there && S_ISREG(there.st_mode);
    FILE *in = is_file ? fopen(path, "rb") : NULL;
    bool unread = !in && (is_file || !is_there) && !is_no_file(errno);
    char *piece = mem_alloc(PIECE, 1);
    for (size_t n; in && (n = fread(piece, 1, PIECE, in)) > 0;)
        sha256_add(hash, piece, n);
    int rc = unread || (in && ferror(in))
                 ? fail_io(err, "%s: cannot be read: %s", path, strerror(errno))
                 : 0;
    if (in)
        fclose(in);
    free(piece);
    free(path);
    return rc;
}

static int check_program(const struct study *s, const char *word, struct err *err)
{
    char *path = mem_print("%s%s", *word == '/' ? "" : s->folder, word);
    bool plain = strchr(word, '/') && !strpbrk(word, "\"'$\\`(){};&|<>*?~=");
    int rc = 0;
    if (plain && access(path, X_OK) != 0)
        rc = is_no_file(errno) ? fail(err, "%s%s cannot be run: %s: give an executable file",
                                      s->evaluator.place, path, strerror(errno))
                               : fail_io(err, "%s: cannot be run: %s", path, strerror(errno));
    free(path);
    return rc;
}

int evaluator_identity(const struct study *s, char **out, struct err *err)
{
    const char *command = s->evaluator.command;
    char *words = mem_text(command), *rest = NULL, content[SHA256_BASE64];
    struct sha256 hash;
    int rc = 0;
    sha256_begin(&hash);
    char *word = strtok_r(words, " \t", &rest);
    if (word)
        rc = check_program(s, word, err);
    for (; word && rc == 0; word = strtok_r(NULL, " \t", &rest))
        rc = add_file(&hash, s->folder, word, err);
    sha256_base64(&hash, content);
    *out = rc == 0 ? mem_print("%s\n%s\n", command, content) : NULL;
    free(words);
    return rc;
}

/* ---- questions ---- */

/* The mapping that dse has chosen for a row. */
static struct plan plan_of_row(const struct ask_evaluator *e, const double *row)
{
    struct plan plan = e->cursor.design.plan;
    const struct columns *columns = e->from.columns;
    for (size_t k = 0; k < columns->n; k++)
        if (columns->column[k].of == OF_PLAN && !isnan(row[k]))
            *(double *)((char *)&plan + columns->column[k].at) = row[k];
    return plan;
}

static void put_metric(const struct column *c, double value, FILE *out)
{
    if (c->texts && !isnan(value))
        json_text(c->texts[(size_t)value], out);
    else
        json_number(value, out);
}

/* What identifies a point: "parameters": {"model": ..., "plan.tp": ...}, "batch": 28, in one line.
 * Caller frees. */
static char *content_of(struct ask_evaluator *e, const double *genes, const double *row)
{
    struct mem_stream memory;
    mem_stream_open(&memory);
    FILE *out = memory.out;
    const struct columns *columns = e->from.columns;
    cursor_put(&e->cursor, e->from.study, genes);
    struct plan plan = plan_of_row(e, row);
    fputs("\"parameters\": {", out);
    point_parameters_json(&e->cursor, &plan, out);
    fputc('}', out);
    for (size_t k = 0; k < columns->n; k++)
        if (columns->column[k].of == OF_METRIC && !strcmp(columns->column[k].name, "batch")) {
            fputs(", \"batch\": ", out);
            put_metric(&columns->column[k], row[k], out);
        }
    char *text = mem_stream_text(&memory, NULL), *to = text;
    for (const char *at = text; *at; at++) { /* line ends and what indents the next */
        if (*at == '\n')
            at += strspn(at, "\n ") - 1;
        else
            *to++ = *at;
    }
    *to = '\0';
    return text;
}

/* {"id": 17, "parameters": {...}, "batch": 28, "dse": {"verdict": "ok", "tokens_per_s": ...}} */
static char *line_of(const struct ask_evaluator *e, uint64_t id, const char *content,
                     const double *row)
{
    struct mem_stream memory;
    mem_stream_open(&memory);
    FILE *out = memory.out;
    const struct columns *columns = e->from.columns;
    bool first = true;
    fprintf(out, "{\"id\": %" PRIu64 ", %s, \"dse\": {", id, content);
    for (size_t k = 0; k < columns->n; k++) {
        const struct column *c = &columns->column[k];
        if (c->of != OF_METRIC)
            continue;
        fprintf(out, "%s\"%s\": ", first ? "" : ", ", c->name);
        put_metric(c, row[k], out);
        first = false;
    }
    fputs("}}\n", out);
    return mem_stream_text(&memory, NULL);
}

/* ---- answers ---- */

/* The start of a line, to be shown in a message. */
static char *shown(const char *line)
{
    enum { MOST = 60 };
    char *text = mem_print("%.*s%s", MOST, line, strlen(line) > MOST ? "..." : "");
    text_tame(text, "");
    return text;
}

static int read_verdict(const struct node *n, double *out, struct err *err)
{
    *out = NAN;
    for (size_t v = 0; n && v < VERDICTS; v++)
        if (v != VERDICT_EVALUATOR && !strcmp(node_text(n), verdict_kinds[v].name))
            *out = (double)v;
    return n && isnan(*out)
               ? fail(err, "answered the verdict \"%s\", which is none of dse's", node_text(n))
               : 0;
}

/* Numbers of all metrics asked for; a point with a verdict other than ok may lack some. */
static int read_metrics(const struct ask_evaluator *e, const struct node *n,
                        struct evaluator_answer *out, struct err *err)
{
    for (size_t i = 0; i < e->of->answers; i++) {
        const char *name = e->of->answer[i]->name;
        const struct node *value = n ? node_find(n, name) : NULL;
        char *end = NULL;
        out->metric[i] = value ? strtod(node_text(value), &end) : NAN;
        bool number = value && end != node_text(value) && !*end && isfinite(out->metric[i]);
        if (!number)
            out->metric[i] = NAN;
        if (!number && !(out->verdict > VERDICT_OK))
            return fail(err, "answered no number for metrics.%s", name);
    }
    return 0;
}

/* An error that the evaluator tells is an answer: the point has failed, and `err` has why. `id` is
 * that of the question; NULL: any. */
static int read_answer(const struct ask_evaluator *e, const char *line, const char *id,
                       struct evaluator_answer *out, struct err *err)
{
    struct conf *conf;
    struct err inner;
    *out = (struct evaluator_answer){0};
    bool parsed = conf_parse_json(&conf, "", line, &inner) == 0;
    if (!parsed || node_kind(conf_root(conf)) != NODE_MAP) {
        char *start = shown(line);
        fail(err, "answered \"%s\", which is no JSON object", start);
        free(start);
        if (parsed)
            conf_close(conf);
        return -1;
    }
    const struct node *root = conf_root(conf), *own = node_find(root, "id");
    const struct node *error = node_find(root, "error"), *metrics = node_find(root, "metrics");
    int rc = 0;
    if (id && (!own || strcmp(node_text(own), id) != 0)) {
        rc = fail(err, "answered the id %s to the question %s", own ? node_text(own) : "none", id);
    } else if (error) {
        fail(err, "answered the error \"%.200s\"", node_text(error));
        out->failed = true;
    } else {
        rc = read_verdict(node_find(root, "verdict"), &out->verdict, err);
        rc = rc == 0 ? read_metrics(e, metrics, out, err) : rc;
    }
    conf_close(conf);
    return rc;
}

/* ---- a batch ---- */

struct batch {
    struct ask_evaluator *e;
    size_t n, missing;
    char (*key)[KEY_SIZE];
    struct evaluator_answer *answer;
    size_t *point; /* of each question */
    char **line, **id;
    char **failed; /* why a question has no answer */
    size_t broke;  /* questions that the evaluator has not even answered with an error */
    struct err *err;
    bool broken; /* err is filled */
};

static int take(void *ctx, size_t i, const char *line, struct err *why)
{
    struct batch *b = ctx;
    size_t point = b->point[i];
    if (read_answer(b->e, line, b->id[i], &b->answer[point], why) != 0)
        return -1;
    b->e->counts.asked++;
    if (b->answer[point].failed) {
        b->failed[i] = mem_text(why->text);
        return 0;
    }
    b->broken = answers_add(b->e->answers, b->key[point], line, NULL, b->err) != 0 || b->broken;
    return 0;
}

static void give_up(void *ctx, size_t i, const char *why)
{
    struct batch *b = ctx;
    b->e->counts.asked++;
    b->failed[i] = mem_text(why);
    b->broke++;
}

static void note_failure(struct ask_evaluator *e, const char *why)
{
    free(e->last_failure);
    e->last_failure = mem_text(why);
    e->counts.failed++;
}

/* Finds known answers; the other points become questions. */
static void look_up(struct batch *b, uint64_t first, const double *genes, const double *rows)
{
    struct ask_evaluator *e = b->e;
    for (size_t i = 0; i < b->n; i++) {
        const double *row = rows + i * e->from.columns->stride;
        const char *failed;
        struct err ignored;
        char *content = content_of(e, genes + i * e->from.study->axes, row);
        answers_key(e->identity, content, b->key[i]);
        const char *known = answers_find(e->answers, b->key[i], &failed);
        if (known && read_answer(e, known, NULL, &b->answer[i], &ignored) == 0) {
            e->counts.known++;
        } else if (!known && failed) {
            b->answer[i].failed = true;
            note_failure(e, failed);
        } else {
            b->point[b->missing] = i;
            b->id[b->missing] = mem_print("%" PRIu64, first + i);
            b->line[b->missing++] = line_of(e, first + i, content, row);
        }
        free(content);
    }
}

/* Failures are kept as answers are, so that a run that is resumed takes the same way; but not those
 * of an evaluator that has never answered, or answers no longer. */
static int keep_failures(struct batch *b)
{
    enum { MANY = 4 }; /* in a row (assumed) */
    struct ask_evaluator *e = b->e;
    int rc = 0;
    if (answers_count(e->answers) > 0 && b->broke == b->missing && b->missing >= MANY)
        return fail_io(b->err,
                       "%s%s has answered none of the last %zu questions: point %s: it %s: mend "
                       "it; the same command then goes on",
                       e->of->place, e->of->command, b->missing, b->id[0], b->failed[0]);
    for (size_t i = 0; i < b->missing && rc == 0; i++) {
        if (!b->failed[i])
            continue;
        if (answers_count(e->answers) == 0)
            return fail_io(b->err, "%s%s has not answered a single question: point %s: it %s",
                           e->of->place, e->of->command, b->id[i], b->failed[i]);
        b->answer[b->point[i]].failed = true;
        note_failure(e, b->failed[i]);
        rc = answers_add(e->answers, b->key[b->point[i]], NULL, b->failed[i], b->err);
    }
    return rc;
}

static int ask_missing(struct batch *b)
{
    const struct pool_questions questions = {
        .n = b->missing, .line = b->line, .take = take, .give_up = give_up, .ctx = b};
    struct err inner;
    int rc = pool_ask(b->e->pool, &questions, &inner);
    if (rc == -1) {
        *b->err = inner;
        fail(b->err, "%s%s", b->e->of->place, inner.text);
        b->err->status = inner.status;
    }
    return b->broken ? -1 : rc == 0 ? keep_failures(b) : rc;
}

int ask_evaluator(struct ask_evaluator *e, size_t n, uint64_t first, const double *genes,
                  double *rows, struct err *err)
{
    struct batch b = {.e = e, .n = n, .err = err};
    b.key = mem_alloc(n, sizeof *b.key);
    b.answer = mem_alloc(n, sizeof *b.answer);
    b.point = mem_alloc(n, sizeof *b.point);
    b.line = mem_alloc(n, sizeof *b.line);
    b.id = mem_alloc(n, sizeof *b.id);
    b.failed = mem_alloc(n, sizeof *b.failed);
    look_up(&b, first, genes, rows);
    int rc = b.missing ? ask_missing(&b) : 0;
    for (size_t i = 0; i < n && rc == 0; i++)
        evaluator_put(e->from.study, e->from.columns, &b.answer[i],
                      rows + i * e->from.columns->stride);
    for (size_t i = 0; i < b.missing; i++) {
        free(b.line[i]);
        free(b.id[i]);
        free(b.failed[i]);
    }
    free(b.key);
    free(b.answer);
    free(b.point);
    free(b.line);
    free(b.id);
    free(b.failed);
    return rc;
}

/* ---- open, close ---- */

static char *answers_path(const struct ask_evaluator_from *from)
{
    const char *given = from->study->evaluator.cache, *store = from->store;
    if (given)
        return mem_print("%s%s", *given == '/' ? "" : from->study->folder, given);
    size_t length = strlen(store);
    bool ends = length > 3 && !strcmp(store + length - 3, ".db");
    return mem_print("%.*s.answers.jsonl", (int)(ends ? length - 3 : length), store);
}

int ask_evaluator_open(struct ask_evaluator **out, const struct ask_evaluator_from *from,
                       struct err *err)
{
    struct ask_evaluator *e = mem_alloc(1, sizeof *e);
    const struct evaluator *of = &from->study->evaluator;
    char *path = answers_path(from);
    *out = e;
    e->from = *from;
    e->of = of;
    int rc = evaluator_identity(from->study, &e->identity, err);
    if (rc == 0)
        rc = answers_open(&e->answers, path, err);
    free(path);
    if (rc != 0) {
        ask_evaluator_close(e);
        *out = NULL;
        return -1;
    }
    e->pool =
        pool_open(&(struct pool_command){of->command, from->study->folder, of->timeout_s,
                                         (size_t)of->retries, (size_t)of->processes, from->stop});
    return 0;
}

void ask_evaluator_close(struct ask_evaluator *e)
{
    if (!e)
        return;
    pool_close(e->pool);
    answers_close(e->answers);
    cursor_free(&e->cursor);
    free(e->identity);
    free(e->last_failure);
    free(e);
}

struct ask_evaluator_counts ask_evaluator_counts(const struct ask_evaluator *e)
{
    struct ask_evaluator_counts counts = e->counts;
    counts.last_failure = e->last_failure;
    return counts;
}
