#include "search/study.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text_file.h"
#include "search/axis.h"
#include "search/study_read.h"

void study_override(struct study *s, const struct parameter *p, double value)
{
    for (size_t i = 0; i < s->overrides; i++)
        if (s->override[i].parameter.offset == p->offset) {
            s->override[i].value = value;
            return;
        }
    if (s->overrides == s->overrides_room)
        s->override = mem_grow(s->override, s->overrides_room = 2 * s->overrides_room + 8,
                               sizeof *s->override);
    s->override[s->overrides++] = (struct override){*p, value};
}

static void part_settle(const struct study *s, size_t part, void *value)
{
    for (size_t i = 0; i < s->overrides; i++)
        if (s->override[i].parameter.part == part)
            field_put(s->override[i].parameter.field, value, s->override[i].value);
}

/* An axis of models, of timers or of kinds of layers: what design_check holds against each other.
 */
static bool is_of_kinds(const struct axis *a)
{
    bool words = !a->is_part && a->parameter.field->only_words;
    return a->part == PART_MODEL ? a->is_part || words : a->part == PART_MODE && words;
}

/* Checks every combination of these axes, and the first value of the others. */
static int check_kinds(const struct study *s, struct err *err)
{
    const struct axis *kinds[AXES_MOST];
    size_t at[AXES_MOST] = {0}, n = 0, moved;
    struct design d = s->base;

    for (size_t i = 0; i < s->axes; i++)
        if (is_of_kinds(&s->axis[i]))
            kinds[n++] = &s->axis[i];
    do {
        for (size_t i = 0, k = 0; i < s->axes; i++) /* in order: values of a part follow the part */
            axis_put(&s->axis[i], k < n && kinds[k] == &s->axis[i] ? at[k++] : 0, &d);
        if (design_check(&d, err) != 0)
            return -1;
        for (moved = n; moved > 0 && ++at[moved - 1] == kinds[moved - 1]->n; moved--)
            at[moved - 1] = 0;
    } while (moved > 0);
    return 0;
}

int study_settle(struct study *s, struct err *err)
{
    for (size_t part = 0; part < DESIGN_PARTS; part++)
        part_settle(s, part, (char *)&s->base + design_parts[part].offset);
    for (size_t i = 0; i < s->axes; i++) {
        struct axis *a = &s->axis[i];
        for (size_t j = 0; a->is_part && j < a->n; j++) {
            memcpy(a->part_value[j], a->entry[j]->value, design_parts[a->part].fields->size);
            if (!axis_is_none(a, j))
                part_settle(s, a->part, a->part_value[j]);
        }
    }
    return check_kinds(s, err);
}

static int finish(struct study **out, struct conf *conf, struct catalogue *c, struct faults *found,
                  struct err *err)
{
    struct study *s = mem_alloc(1, sizeof *s);

    s->name = file_stem(conf_path(conf));
    s->text = mem_text(conf_text(conf));
    s->budget = s->seconds = s->stall = INFINITY;
    s->seed = 1;
    s->keep = KEEP_ALL;
    int rc = catalogue_default_design(c, &s->base, err) != 0 ||
                     catalogue_prices(c, NULL, &s->prices, err) != 0
                 ? -1
                 : 0;
    if (rc == 0) {
        study_read(s, conf, c, found);
        faults_sort(found);
        if (found->n > 0)
            rc = fail(err, "%s", found->fault[0].text);
    }
    conf_close(conf);
    if (rc == 0)
        *out = s;
    else
        study_free(s);
    return rc;
}

int study_parse(struct study **out, const char *name, const char *text, struct catalogue *c,
                struct err *err)
{
    struct conf *conf;
    struct faults found = {0};
    int rc = conf_parse(&conf, name, text, err);
    if (rc == 0)
        rc = finish(out, conf, c, &found, err);
    faults_free(&found);
    return rc;
}

int study_open_all(struct study **out, const char *path, struct catalogue *c, struct faults *found,
                   struct err *err)
{
    struct conf *conf;
    if (conf_open(&conf, path, err) != 0)
        return -1;
    const struct node *root = conf_root(conf);
    if (node_kind(root) == NODE_MAP && node_count(root) == 0) {
        node_fail(root, NULL, err, "the study is empty: write key: value lines, like chip: b200");
        conf_close(conf);
        return -1;
    }
    return finish(out, conf, c, found, err);
}

int study_open(struct study **out, const char *path, struct catalogue *c, struct err *err)
{
    struct faults found = {0};
    if (!path)
        return study_parse(out, "defaults", "", c, err);
    int rc = study_open_all(out, path, c, &found, err);
    faults_free(&found);
    return rc;
}

void study_free(struct study *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->axes; i++)
        axis_free(&s->axis[i]);
    for (size_t i = 0; i < s->constraints; i++)
        free(s->constraint[i].text);
    free(s->override);
    free(s->name);
    free(s->text);
    free(s);
}

int study_set(struct study *s, struct catalogue *c, const char *assignment, struct err *err)
{
    const char *equals = strchr(assignment, '=');
    struct parameter p;
    struct err inner;
    const struct entry *e;
    double value;
    int rc = -1;

    if (!equals || equals == assignment)
        return fail(err, "--set %s: is not PATH=VALUE: write --set chip.memory_byte=192GB",
                    assignment);
    char *path = mem_text(assignment);
    path[equals - assignment] = '\0';
    for (size_t part = 0; part < DESIGN_PARTS; part++)
        if (design_parts[part].named && !strcmp(path, design_parts[part].fields->section)) {
            rc = catalogue_find(c, part, equals + 1, &e, &inner);
            if (rc == 0) {
                entry_put(e, &s->base);
                axis_drop(s, path);
            }
            goto done;
        }
    if (design_parameter(path, &p, &inner) == 0 &&
        field_parse(p.field, equals + 1, &value, &inner) == 0) {
        char known[64];
        study_override(s, &p, value);
        axis_drop(s, design_path(&p, known, sizeof known));
        rc = 0;
    }
done:
    if (rc != 0)
        fail(err, "--set %s: %s: %s", assignment, path, inner.text);
    free(path);
    return rc;
}
