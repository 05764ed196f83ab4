#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lib/call.h"
#include "lib/handle.h"
#include "lib/json_text.h"
#include "reports/point/point_json.h"

enum { MISTAKES_SHOWN = 20 };

static void list_mistakes(const struct faults *found, char *out, size_t size)
{
    size_t at = 0;
    for (size_t i = 0; i < found->n && i < MISTAKES_SHOWN && at < size; i++) {
        int n = snprintf(out + at, size - at, "%s%s", i ? "\n" : "", found->fault[i].text);
        at += n > 0 ? (size_t)n : 0;
    }
    if (found->n > MISTAKES_SHOWN && at < size)
        snprintf(out + at, size - at, "\nand %zu more", found->n - MISTAKES_SHOWN);
}

static void hand_out(dse_study **out, struct study *whole, dse_catalogue *c)
{
    *out = mem_alloc(1, sizeof **out);
    **out = (dse_study){.whole = whole, .catalogue = c};
}

int study_check(const dse_study *study, struct err *err)
{
    return study->broken
               ? fail(err, "study: an earlier dse_study_set failed: close it, open it again")
               : 0;
}

static int open_study(dse_study **out, dse_catalogue *c, const char *path, struct api_call *call)
{
    struct faults found = {0};
    struct study *s = NULL;
    *out = NULL;
    lock_take(c->lock);
    int rc = path ? study_open_all(&s, path, c->open, &found, &call->err)
                  : study_open(&s, NULL, c->open, &call->err);
    lock_give(c->lock);
    list_mistakes(&found, call->lines, sizeof call->lines);
    faults_free(&found);
    if (rc == 0)
        hand_out(out, s, c);
    return rc;
}

int dse_study_open(dse_study **out, dse_catalogue *catalogue, const char *path, dse_error *error)
{
    CALL(error, open_study(out, catalogue, path, &call));
}

static int parse_study(dse_study **out, dse_catalogue *c, const char *text, const char *name,
                       const char *folder, struct err *err)
{
    struct study *s;
    *out = NULL;
    char *with_slash = folder && *folder ? mem_print("%s/", folder) : mem_text("");
    lock_take(c->lock);
    int rc = study_parse_in(&s, with_slash, name ? name : "study", text, c->open, err);
    lock_give(c->lock);
    free(with_slash);
    if (rc == 0)
        hand_out(out, s, c);
    return rc;
}

int dse_study_parse(dse_study **out, dse_catalogue *catalogue, const char *text, const char *name,
                    const char *folder, dse_error *error)
{
    CALL(error, parse_study(out, catalogue, text, name, folder, &call.err));
}

void dse_study_close(dse_study *study)
{
    if (study)
        study_free(study->whole);
    free(study);
}

static int set_in(struct study *s, struct catalogue *c, const char *const *assignments,
                  struct err *err)
{
    for (; *assignments; assignments++)
        if (study_set(s, c, *assignments, err) != 0)
            return -1;
    return study_settle(s, err);
}

static int set(dse_study *study, const char *const *assignments, struct err *err)
{
    int rc = 0;
    if (study_check(study, err) != 0)
        return -1;
    lock_take(study->catalogue->lock);
    for (size_t i = 0; i < study_scenarios(study->whole) && rc == 0; i++)
        rc = set_in(study_scenario(study->whole, i), study->catalogue->open, assignments, err);
    lock_give(study->catalogue->lock);
    study->broken = rc != 0;
    return rc;
}

int dse_study_set(dse_study *study, const char *const *assignments, dse_error *error)
{
    CALL(error, set(study, assignments, &call.err));
}

const char *dse_study_name(const dse_study *study)
{
    return study->whole->name;
}

uint64_t dse_study_points(const dse_study *study)
{
    return study_points(study->whole);
}

/* A point that was evaluated. */
struct evaluated {
    struct cursor cursor;
    struct metrics metrics;
    struct plan plan;
};

static void write_point(const void *what, FILE *out)
{
    const struct evaluated *e = what;
    point_json(&e->cursor, &e->plan, &e->metrics, out);
}

static int evaluate_one(dse_study *study, const char *scenario, char **json, struct err *err)
{
    struct study *s = study->whole;
    struct err inner;
    *json = NULL;
    if (study_check(study, err) != 0)
        return -1;
    if (scenario && study_find_scenario(study->whole, scenario, &s, &inner) != 0)
        return fail(err, "scenario: %s", inner.text);
    struct evaluated *e = mem_alloc(1, sizeof *e);
    cursor_seek(&e->cursor, s, 0);
    cursor_evaluate(&e->cursor, &e->metrics, &e->plan);
    int rc = json_text_of(json, write_point, e, err);
    cursor_free(&e->cursor);
    free(e);
    return rc;
}

int dse_evaluate(dse_study *study, const char *scenario, char **json, dse_error *error)
{
    CALL(error, evaluate_one(study, scenario, json, &call.err));
}
