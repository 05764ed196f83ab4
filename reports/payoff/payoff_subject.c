#include "reports/payoff/payoff_subject.h"

#include <string.h>

#include "base/mem.h"
#include "reports/payoff/swept_columns.h"

static const struct payoff_subject rows[] = {
    {.path = "engine",
     .part = PART_ENGINE,
     .column = "engine",
     .prefix = "engine",
     .metric = "engine_speedup",
     .noun = "engine",
     .one = "an engine",
     .Title = "An attention engine"},
    {.path = "pools.ffn",
     .part = PART_FFN_CHIP,
     .column = "pools_ffn_chip",
     .prefix = "pools_ffn_",
     .noun = "FFN pool",
     .one = "an FFN pool",
     .Title = "An FFN pool"},
    {.path = "pools.prefill",
     .part = PART_PREFILL_CHIP,
     .column = "pools_prefill_chip",
     .prefix = "pools_prefill_",
     .noun = "prefill pool",
     .one = "a prefill pool of other chips",
     .Title = "A prefill pool of other chips"},
    {.path = "pools.draft",
     .part = PART_DRAFT_CHIP,
     .column = "pools_draft_chip",
     .prefix = "pools_draft_",
     .noun = "draft pool",
     .one = "a draft pool",
     .Title = "A draft pool"},
};

const struct payoff_subject *payoff_subject_named(const char *path, struct err *err)
{
    for (size_t i = 0; i < LEN(rows) && path; i++)
        if (!strcmp(path, rows[i].path))
            return &rows[i];
    if (!path)
        return subject_or_engine(NULL);
    fail(err,
         "\"%s\" is no part that pays off: one of engine, pools.ffn, pools.prefill, "
         "pools.draft",
         path);
    return NULL;
}

static bool is_swept(const struct payoff_subject *s, const struct swept *swept)
{
    for (size_t i = 0; i < swept->n; i++)
        if (subject_is_engine(s) ? !strncmp(swept->column[i].name, s->prefix, strlen(s->prefix))
                                 : !strcmp(swept->column[i].name, s->column))
            return true;
    return false;
}

size_t subjects_swept(const struct payoff_subject *out[SUBJECTS_MOST], const struct swept *swept)
{
    size_t n = 0;
    for (size_t i = 0; i < LEN(rows); i++)
        if (is_swept(&rows[i], swept))
            out[n++] = &rows[i];
    if (n == 0)
        out[n++] = subject_or_engine(NULL);
    return n;
}

const struct payoff_subject *subject_or_engine(const struct payoff_subject *s)
{
    for (size_t i = 0; i < LEN(rows) && !s; i++)
        if (subject_is_engine(&rows[i]))
            return &rows[i];
    return s;
}

bool subject_is_engine(const struct payoff_subject *s)
{
    return s->part == PART_ENGINE;
}

static struct chip *chip_of(const struct payoff_subject *s, struct design *d)
{
    return (struct chip *)((char *)d + design_parts[s->part].offset);
}

bool subject_is_in(const struct payoff_subject *s, const struct design *d)
{
    return subject_is_engine(s) ? engine_is_there(&d->engine) : design_has(d, s->part);
}

void subject_remove(const struct payoff_subject *s, struct design *d)
{
    if (subject_is_engine(s)) {
        d->engine.bandwidth_ratio = 0;
        return;
    }
    *chip_of(s, d) = (struct chip){0};
    *(const char **)((char *)d + design_parts[s->part].name_offset) = "none";
}

bool subject_is_in_study(const struct payoff_subject *s, const struct study *study)
{
    struct metric_scope scope = {0};
    bool has = false;
    for (size_t i = 0; i <= study->overlays && !subject_is_engine(s); i++)
        has = has || study_has(i ? study->overlay[i - 1] : study, s->part);
    if (subject_is_engine(s))
        study_scope(study, &scope);
    return has || scope.engine;
}

bool subject_has_column(const struct payoff_subject *s, const char *column)
{
    return !strncmp(column, s->prefix, strlen(s->prefix)) ||
           (subject_is_engine(s) && !strcmp(column, "pools_prefill_engine"));
}
