#include "reports/payoff/payoff_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A column and the offset of its value in a group, a stop or a swing. */
struct payoff_column {
    const char *name;
    enum { COLUMN_NUMBER, COLUMN_TEXT, COLUMN_DERIVED } kind;
    size_t offset;
    const char *(*derive)(const struct payoff *p, const void *row); /* COLUMN_DERIVED */
};

#define NUMBER(type, column, member)                                                               \
    {                                                                                              \
        .name = column, .kind = COLUMN_NUMBER, .offset = offsetof(struct type, member)             \
    }
#define TEXT(type, column, member)                                                                 \
    {                                                                                              \
        .name = column, .kind = COLUMN_TEXT, .offset = offsetof(struct type, member)               \
    }
#define DERIVED(column, function)                                                                  \
    {                                                                                              \
        .name = column, .kind = COLUMN_DERIVED, .derive = function                                 \
    }

/* If both p->by and `after` have a column `engine`, the group's column is `engine_group`. */
void payoff_table_begin(struct table *out, const struct payoff *p, const char *const *after,
                        size_t n)
{
    const char **header = mem_alloc(p->by_n + n, sizeof *header);
    for (size_t i = 0; i < p->by_n; i++) {
        header[i] = p->by[i];
        for (size_t k = 0; k < n; k++)
            if (!strcmp(after[k], "engine") && !strcmp(p->by[i], "engine"))
                header[i] = "engine_group";
    }
    for (size_t k = 0; k < n; k++)
        header[p->by_n + k] = after[k];
    table_begin(out, header, p->by_n + n);
    free(header);
}

static void begin_columns(struct table *out, const struct payoff *p,
                          const struct payoff_column *column, size_t n)
{
    const char **after = mem_alloc(n, sizeof *after);
    for (size_t i = 0; i < n; i++)
        after[i] = column[i].name;
    payoff_table_begin(out, p, after, n);
    free(after);
}

static void add_row(struct table *out, const struct payoff *p, const struct cell *key,
                    const struct payoff_column *column, size_t n, const void *row)
{
    for (size_t k = 0; k < p->by_n; k++)
        table_cell(out, &key[k]);
    for (size_t i = 0; i < n; i++) {
        const void *at = (const char *)row + column[i].offset;
        double number;
        const char *text;
        switch (column[i].kind) {
        case COLUMN_NUMBER:
            memcpy(&number, at, sizeof number);
            table_number(out, number);
            break;
        case COLUMN_TEXT:
            memcpy(&text, at, sizeof text);
            table_text(out, text);
            break;
        case COLUMN_DERIVED:
            table_text(out, column[i].derive(p, row));
            break;
        }
    }
}

static const char *verdict_of(const struct payoff *p, const void *row)
{
    const struct payoff_group *g = row;
    (void)p;
    return payoff_verdict_text[g->verdict];
}

static const char *metric_word(const char *metric, double value)
{
    const char *word = isnan(value) ? "" : field_word(field_find(metrics_fields, metric), value);
    return word ? word : "";
}

static const char *status_of(const struct payoff *p, const void *row)
{
    const struct payoff_group *g = row;
    (void)p;
    return metric_word("engine_maturity", g->engine_maturity);
}

static const char *limited_by(const struct payoff *p, const void *row)
{
    const struct payoff_group *g = row;
    (void)p;
    return metric_word("engine_limited_by", g->engine_limited_by);
}

void payoff_table(const struct payoff *p, struct table *out)
{
#define GROUP_NUMBER(column, member) NUMBER(payoff_group, column, member)
#define GROUP_TEXT(column) TEXT(payoff_group, #column, column)
    static const struct payoff_column columns[] = {
        GROUP_NUMBER("payoff", p),
        GROUP_NUMBER("payoff_low", p_low),
        GROUP_NUMBER("payoff_high", p_high),
        DERIVED("verdict", verdict_of),
        GROUP_NUMBER("gain", g),
        GROUP_NUMBER("c_star", c_star),
        GROUP_NUMBER("engine_cost_share", c),
        GROUP_NUMBER("engine_speedup", s),
        GROUP_NUMBER("attention_share", attention_share),
        GROUP_NUMBER("attention_intensity_flop_per_byte", intensity),
        GROUP_TEXT(engine),
        GROUP_TEXT(with),
        GROUP_TEXT(without),
        GROUP_TEXT(regime),
        GROUP_TEXT(reason),
        GROUP_NUMBER("probability", probability),
        GROUP_NUMBER("c_max", c_max),
        GROUP_NUMBER("engine_area_share", a),
        GROUP_NUMBER("engine_power_share", w),
        GROUP_NUMBER("area_star_mm2", a_star_mm2),
        GROUP_NUMBER("power_star_w", w_star_w),
        GROUP_NUMBER("p_median", p_median),
        GROUP_TEXT(at_border),
        GROUP_TEXT(beyond_border),
        GROUP_NUMBER("p_beyond_border", p_beyond),
        GROUP_TEXT(physical_limit),
        DERIVED("engine_maturity", status_of),
        DERIVED("engine_limited_by", limited_by),
    };
    static const struct payoff_column last = GROUP_NUMBER("price_ratio_max", price_ratio_max);
    struct payoff_column all[LEN(columns) + ENGINE_CLASSES + 1];
    char *name[ENGINE_CLASSES];
    memcpy(all, columns, sizeof columns);
    for (size_t i = 0; i < ENGINE_CLASSES; i++) {
        name[i] = mem_print("p_%s", engine_classes[i].word);
        all[LEN(columns) + i] = (struct payoff_column)GROUP_NUMBER(name[i], p_only[i]);
    }
    all[LEN(columns) + ENGINE_CLASSES] = last;
    begin_columns(out, p, all, LEN(all));
    for (size_t i = 0; i < p->n; i++)
        add_row(out, p, p->group[i].key, all, LEN(all), &p->group[i]);
    for (size_t i = 0; i < ENGINE_CLASSES; i++)
        free(name[i]);
}

static const char *axis_of(const struct payoff *p, const void *row)
{
    const struct payoff_stop *s = row;
    return p->axis[s->axis];
}

static const char *direction_of(const struct payoff *p, const void *row)
{
    const struct payoff_stop *s = row;
    (void)p;
    return s->falls ? "pays below" : "pays above";
}

static const char *found_by(const struct payoff *p, const void *row)
{
    const struct payoff_stop *s = row;
    (void)p;
    return s->by_model ? "model" : "interpolation";
}

void payoff_stop_table(const struct payoff *p, struct table *out)
{
#define STOP_NUMBER(column, member) NUMBER(payoff_stop, column, member)
    static const struct payoff_column columns[] = {
        DERIVED("axis", axis_of),
        STOP_NUMBER("stops_at", at),
        DERIVED("direction", direction_of),
        STOP_NUMBER("grid_from", from),
        STOP_NUMBER("grid_to", to),
        STOP_NUMBER("payoff_from", p_from),
        STOP_NUMBER("payoff_to", p_to),
        DERIVED("found_by", found_by),
        TEXT(payoff_stop, "reason", reason),
        STOP_NUMBER("stops_at_low", at_low),
        STOP_NUMBER("stops_at_high", at_high),
    };
    begin_columns(out, p, columns, LEN(columns));
    for (size_t i = 0; i < p->stops; i++)
        add_row(out, p, p->stop[i].key, columns, LEN(columns), &p->stop[i]);
}

static const char *flips_of(const struct payoff *p, const void *row)
{
    const struct swing *s = row;
    (void)p;
    return isnan(s->flips_at) ? "no" : s->inside ? "in its range" : "beyond it";
}

static const char *constant_of(const struct payoff *p, const void *row)
{
    const struct swing *s = row;
    (void)p;
    return s->name;
}

void payoff_swing_table(const struct payoff *p, size_t most, struct table *out)
{
#define SWING_NUMBER(column, member) NUMBER(swing, column, member)
    static const struct payoff_column columns[] = {
        DERIVED("constant", constant_of),      SWING_NUMBER("low", low),
        SWING_NUMBER("middle", middle),        SWING_NUMBER("high", high),
        SWING_NUMBER("payoff_low_end", p_low), SWING_NUMBER("payoff_high_end", p_high),
        SWING_NUMBER("flips_at", flips_at),    DERIVED("flips", flips_of),
    };
    begin_columns(out, p, columns, LEN(columns));
    for (size_t i = 0; i < p->n; i++)
        for (size_t j = 0; j < p->group[i].swings && j < most; j++)
            add_row(out, p, p->group[i].key, columns, LEN(columns), &p->group[i].swing[j]);
}

static const char *first_of(const struct payoff *p, const void *row)
{
    const struct pair_flip *f = row;
    (void)p;
    return f->name[0];
}

static const char *second_of(const struct payoff *p, const void *row)
{
    const struct pair_flip *f = row;
    (void)p;
    return f->name[1];
}

void payoff_pair_table(const struct payoff *p, size_t most, struct table *out)
{
#define PAIR_NUMBER(column, member) NUMBER(pair_flip, column, member)
    static const struct payoff_column columns[] = {
        DERIVED("constant_1", first_of),   PAIR_NUMBER("flips_at_1", at[0]),
        DERIVED("constant_2", second_of),  PAIR_NUMBER("flips_at_2", at[1]),
        PAIR_NUMBER("distance", distance), PAIR_NUMBER("payoff_ends", p_ends),
    };
    begin_columns(out, p, columns, LEN(columns));
    for (size_t i = 0; i < p->n; i++)
        for (size_t j = 0; j < p->group[i].pairs && j < most; j++)
            add_row(out, p, p->group[i].key, columns, LEN(columns), &p->group[i].pair[j]);
}

void payoff_note_table(const struct payoff *p, struct table *out)
{
    table_begin(out, (const char *const[]){"note"}, 1);
    if (p->none)
        table_text(out, p->none);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool same_except(const struct payoff *p, size_t i, size_t j, size_t axis)
{
    for (size_t k = 0; k < p->by_n; k++) {
        if (k != axis && !cell_equal(&p->group[i].key[k], &p->group[j].key[k]))
            return false;
    }
    return true;
}

void payoff_map_table(const struct payoff *p, struct table *out)
{
    size_t axis = 0, n = 0, columns = 0;
    double *value = mem_alloc(p->n + 1, sizeof *value);
    const char **header = mem_alloc(p->by_n + p->n + 1, sizeof *header);
    char **text = mem_alloc(p->n + 1, sizeof *text);

    while (axis < p->by_n && p->n && p->group[0].key[axis].kind != CELL_NUMBER)
        axis++;
    for (size_t i = 0; i < p->n && axis < p->by_n; i++) {
        size_t j = 0;
        while (j < n && value[j] != p->group[i].key[axis].number)
            j++;
        if (j == n)
            value[n++] = p->group[i].key[axis].number;
    }
    qsort(value, n, sizeof *value, by_value);
    for (size_t k = 0; k < p->by_n; k++)
        if (k != axis)
            header[columns++] = p->by[k];
    for (size_t j = 0; j < n; j++)
        header[columns++] = text[j] = mem_print("%.10g", value[j]);
    if (axis == p->by_n)
        header[columns++] = "P";
    table_begin(out, header, columns);
    for (size_t i = 0; i < p->n; i++) {
        bool first = true;
        for (size_t j = 0; j < i; j++)
            first = first && !same_except(p, i, j, axis);
        if (!first)
            continue;
        for (size_t k = 0; k < p->by_n; k++) {
            if (k != axis)
                table_cell(out, &p->group[i].key[k]);
        }
        for (size_t j = 0; j < (axis < p->by_n ? n : 1); j++) {
            double at = NAN;
            for (size_t g = 0; g < p->n; g++)
                if (same_except(p, i, g, axis) &&
                    (axis == p->by_n || p->group[g].key[axis].number == value[j]))
                    at = p->group[g].p;
            char *cell = mem_print("%.2f", at);
            table_text(out, isnan(at) ? NULL : cell);
            free(cell);
        }
    }
    for (size_t j = 0; j < n; j++)
        free(text[j]);
    free(text);
    free(header);
    free(value);
}
