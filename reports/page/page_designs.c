#include "reports/page/page_designs.h"

#include <stdlib.h>

#include "base/mem.h"
#include "reports/point/point_json.h"
#include "reports/point/replay.h"

enum { DESIGNS_MOST = 200 };

/* The design at the cursor as text. Caller frees. */
static char *design_text(const struct replay *r, struct err *err)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out != NULL)
        point_json(&r->cursor, &r->plan, &r->metrics, out);
    if (out == NULL || fclose(out) != 0) {
        free(text);
        fail_io(err, "out of memory");
        return NULL;
    }
    return text;
}

static int add_design(struct page_designs *out, struct replay *r, struct db *db,
                      const struct db_run *run, double point, struct err *err)
{
    struct table row;
    if (db_point(db, run, point, &row, err) != 0)
        return -1;
    int rc = replay_row(r, &row, err);
    char *text = rc == 0 ? design_text(r, err) : NULL;
    if (text != NULL)
        out->design[out->n++] = (struct page_design){point, text};
    table_free(&row);
    return text != NULL ? 0 : -1;
}

int page_designs_make(struct page_designs *out, struct db *db, const struct db_run *run,
                      struct catalogue *c, const struct point_list *points, struct err *err)
{
    struct replay r;
    size_t n = points->n < DESIGNS_MOST ? points->n : DESIGNS_MOST;
    *out = (struct page_designs){.design = mem_alloc(n + 1, sizeof *out->design)};
    int rc = n > 0 ? replay_begin(&r, run, c, err) : 0;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = add_design(out, &r, db, run, points->point[i], err);
    if (n > 0)
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
    fputs("{", out);
    for (size_t i = 0; i < d->n; i++)
        fprintf(out, "%s\n\"%.0f\": %s", i > 0 ? "," : "", d->design[i].point, d->design[i].json);
    fputs("}", out);
}
