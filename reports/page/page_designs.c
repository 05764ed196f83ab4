#include "reports/page/page_designs.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/mem_stream.h"
#include "reports/page/embedded.h"
#include "reports/point/point_json.h"
#include "reports/point/replay.h"

/* Of a page of at most 5 MB. A design takes 10 to 20 kB. With a model, the page prices the designs
 * that it does not carry. */
enum { WINNERS_MOST = 200, OF_FRONT_MOST = 50, BYTES_MOST = 2000000, BYTES_WITH_MODEL = 700000 };

/* Takes line ends and the blanks behind them from a JSON text. */
static size_t join_lines(char *json)
{
    char *to = json;
    for (const char *from = json; *from != '\0';) {
        if (*from == '\n') {
            from++;
            while (*from == ' ')
                from++;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
    return (size_t)(to - json);
}

/* The design at the cursor as text. Caller frees. */
static char *design_text(const struct replay *r, size_t *length)
{
    struct mem_stream memory;
    mem_stream_open(&memory);
    point_json(&r->cursor, &r->plan, &r->metrics, memory.out);
    char *text = mem_stream_text(&memory, NULL);
    *length = join_lines(text);
    return text;
}

static bool has_design(const struct page_designs *d, double point)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->design[i].point == point)
            return true;
    return false;
}

/* Adds a design, unless it is there, the texts are too long, or this program computes another
 * result than the one that made the store. */
static int add_design(struct page_designs *out, struct replay *r,
                      const struct page_designs_question *q, double point, struct err *err)
{
    struct table row;
    size_t length;
    if (has_design(out, point) ||
        out->bytes > (embedded_model.n > 0 ? BYTES_WITH_MODEL : BYTES_MOST))
        return 0;
    if (db_point(q->db, q->run, point, &row, err) != 0)
        return -1;
    int rc = replay_row(r, &row, err);
    bool is_equal = rc == 0 && replay_is_equal(r);
    char *text = is_equal ? design_text(r, &length) : NULL;
    table_free(&row);
    if (text == NULL)
        return rc == 0 && !is_equal ? 0 : -1;
    out->design[out->n++] = (struct page_design){point, text};
    out->bytes += length;
    return 0;
}

static int add_designs(struct page_designs *out, struct replay *r,
                       const struct page_designs_question *q, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; i < q->winners->n && out->n < WINNERS_MOST && rc == 0; i++)
        rc = add_design(out, r, q, q->winners->point[i], err);
    size_t n = q->front->n < OF_FRONT_MOST ? q->front->n : OF_FRONT_MOST;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = add_design(out, r, q, q->front->point[i * q->front->n / n], err);
    return rc;
}

int page_designs_make(struct page_designs *out, const struct page_designs_question *q,
                      struct err *err)
{
    struct replay r;
    *out = (struct page_designs){.design =
                                     mem_alloc(WINNERS_MOST + OF_FRONT_MOST, sizeof *out->design)};
    int rc = replay_begin(&r, q->run, q->catalogue, err);
    if (rc == 0)
        rc = add_designs(out, &r, q, err);
    replay_end(&r);
    if (rc != 0)
        page_designs_free(out);
    return rc;
}

void page_designs_free(struct page_designs *d)
{
    for (size_t i = 0; i < d->n; i++)
        free(d->design[i].json);
    free(d->design);
    *d = (struct page_designs){0};
}

void page_designs_json(const struct page_designs *d, FILE *out)
{
    for (size_t i = 0; i < d->n; i++)
        fprintf(out, "%s\n\"%.0f\": %s", i > 0 ? "," : "{", d->design[i].point, d->design[i].json);
    fputs(d->n > 0 ? "}" : "{}", out);
}
