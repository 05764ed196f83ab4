#include "search/space.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "search/axis.h"

static void put_from(struct cursor *c, size_t axis)
{
    const struct study *s = c->study;
    if (axis < s->slow)
        c->fresh = false;
    for (size_t i = axis; i < s->axes; i++) {
        if (s->axis[i].real)
            axis_put_value(&s->axis[i], c->real[i], &c->design);
        else
            axis_put(&s->axis[i], c->digit[i], &c->design);
    }
}

void cursor_seek(struct cursor *c, const struct study *s, uint64_t index)
{
    c->study = s;
    c->index = index;
    c->design = s->base;
    c->fresh = false;
    for (size_t i = s->axes; i-- > 0; index /= s->axis[i].n) {
        c->digit[i] = (size_t)(index % s->axis[i].n);
        c->real[i] = s->axis[i].from;
    }
    put_from(c, 0);
}

void cursor_put(struct cursor *c, const struct study *s, const double *gene)
{
    size_t changed = c->study == s ? s->axes : 0;
    for (size_t i = 0; i < s->axes; i++) {
        const struct axis *a = &s->axis[i];
        size_t digit = a->real ? 0 : (size_t)gene[i];
        double real = a->real ? axis_at(a, gene[i]) : 0;
        if (changed > i && (digit != c->digit[i] || (a->real && real != c->real[i])))
            changed = i;
        c->digit[i] = digit;
        c->real[i] = real;
    }
    if (c->study != s) {
        c->study = s;
        c->design = s->base;
        c->fresh = false;
    }
    put_from(c, changed);
}

static void cursor_skip(struct cursor *c, size_t points)
{
    const struct study *s = c->study;
    size_t i = s->axes;

    c->index += points;
    while (points > 0 && i-- > 0) {
        size_t digit = c->digit[i] + points;
        c->digit[i] = digit % s->axis[i].n;
        points = digit / s->axis[i].n;
    }
    if (!points)
        put_from(c, i);
}

void cursor_next(struct cursor *c)
{
    cursor_skip(c, 1);
}

void cursor_free(struct cursor *c)
{
    prepared_free(&c->prepared);
}

static void freshen(struct cursor *c)
{
    if (!c->fresh)
        prepare(&c->prepared, &c->design);
    c->fresh = true;
}

void cursor_evaluate(struct cursor *c, struct metrics *out, struct plan *plan)
{
    const struct mapped *mapped;

    freshen(c);
    evaluate_prepared(&c->prepared, &c->design, &c->study->prices, out, &mapped);
    *plan = mapped ? mapped->plan : c->design.plan;
    if (out->verdict == VERDICT_OK && !study_allows(c->study, &c->design, out))
        out->verdict = VERDICT_CONSTRAINT;
}

static struct column *add(struct columns *out, const char *name, const char *unit, const char *doc)
{
    struct column *c = &out->column[out->n++];
    size_t i = 0;
    *c = (struct column){.unit = unit, .doc = doc};
    for (; name[i] && i + 1 < sizeof c->name; i++)
        c->name[i] = name[i] == '.' ? '_' : name[i];
    c->name[i] = '\0';
    return c;
}

static const struct axis *axis_of_part(const struct study *s, size_t part, size_t *at)
{
    for (*at = 0; *at < s->axes; ++*at)
        if (s->axis[*at].is_part && s->axis[*at].part == part)
            return &s->axis[*at];
    return NULL;
}

/* The words of a metric as texts by value; they count up from 0. */
static void add_words(struct column *c, const char **texts, const struct field *f)
{
    for (c->n_texts = 0; f->words[c->n_texts].text; c->n_texts++) {
        assert(c->n_texts < WORDS_MOST && f->words[c->n_texts].value == (double)c->n_texts);
        texts[c->n_texts] = f->words[c->n_texts].text;
    }
    c->texts = texts;
}

/* Is any point timed by calibration? */
static bool times_calibrated(const struct study *s)
{
    bool found = s->base.mode.timing == TIMING_CALIBRATED;
    for (size_t i = 0; i < s->axes; i++)
        for (size_t j = 0; j < s->axis[i].n && s->axis[i].part == PART_MODE; j++)
            found = found || s->axis[i].value[j] == TIMING_CALIBRATED;
    return found;
}

void columns_make(struct columns *out, const struct study *s)
{
    static const size_t plan_member[] = {offsetof(struct plan, tp), offsetof(struct plan, dp),
                                         offsetof(struct plan, ep)};
    size_t word = 0;

    *out = (struct columns){0};
    for (size_t part = 0; part < DESIGN_CATALOGUE_PARTS; part++) {
        size_t at;
        const struct axis *a = axis_of_part(s, part, &at);
        memcpy(&out->part_text[part], (const char *)&s->base + design_parts[part].name_offset,
               sizeof out->part_text[part]);
        struct column *c = add(out, design_parts[part].fields->section, "", design_parts[part].doc);
        c->texts = a ? a->text : &out->part_text[part];
        c->n_texts = a ? a->n : 1;
        c->of = a ? OF_AXIS : OF_PART;
        c->at = at;
    }
    for (size_t i = 0; i < s->axes; i++) {
        const struct axis *a = &s->axis[i];
        if (a->is_part ||
            (a->part == PART_PLAN && a->parameter.field->offset != offsetof(struct plan, devices) &&
             a->parameter.field->offset != offsetof(struct plan, shared_over)))
            continue;
        struct column *c = add(out, a->path, a->parameter.field->unit, a->parameter.field->doc);
        c->texts = a->text;
        c->n_texts = a->n;
        c->of = OF_AXIS;
        c->at = i;
    }
    for (size_t i = 0; i < LEN(plan_member); i++)
        for (size_t j = 0; j < plan_fields.n; j++)
            if (plan_fields.row[j].offset == plan_member[i]) {
                char path[64] = "plan.";
                strcat(path, plan_fields.row[j].name);
                struct column *c = add(out, path, plan_fields.row[j].unit, plan_fields.row[j].doc);
                c->of = OF_PLAN;
                c->at = plan_member[i];
            }
    for (size_t i = 0; i < metrics_fields.n; i++) {
        const struct field *f = &metrics_fields.row[i];
        if (metric_is_calibrated(f) && !times_calibrated(s))
            continue;
        struct column *c = add(out, f->name, f->unit, f->doc);
        c->of = OF_METRIC;
        out->metrics++;
        c->at = f->offset;
        if (f->words)
            add_words(c, out->word[word++], f);
    }
    out->stride = out->n + study_limits(s);
}

/* What a row shows of an axis. */
static double shown(const struct axis *a, size_t digit, double real)
{
    return a->is_part || a->text ? (double)digit : a->real ? real : a->value[digit];
}

static void block_start(struct block *b, struct cursor *c, const struct columns *columns)
{
    freshen(c);
    b->study = c->study;
    b->columns = columns;
    b->prepared = &c->prepared;
    b->like = c->design;
}

bool block_add(struct block *b, struct cursor *c, const struct columns *columns, double *row)
{
    const struct study *s = c->study;
    size_t n = b->devices.n;
    if (n && (!c->fresh || n == evaluate_room(&b->like)))
        return false;
    if (!n)
        block_start(b, c, columns);
    devices_add(&b->devices, &c->design.chip, &c->design.engine);
    b->row[n] = row;
    for (size_t i = 0; i < s->axes && columns; i++)
        b->axis[i][n] = shown(&s->axis[i], c->digit[i], c->real[i]);
    return true;
}

/* Points from one change of operators to the next. */
static uint64_t fast_points(const struct study *s)
{
    uint64_t points = 1;
    for (size_t i = s->slow; i < s->axes; i++)
        points *= s->axis[i].n;
    return points;
}

/* Parameters of an engine depend on which it is (axis_put_value). */
static bool axes_are_apart(const struct study *s)
{
    for (size_t i = s->slow; i < s->axes; i++)
        if (!s->axis[i].is_part && s->axis[i].part == PART_ENGINE)
            return false;
    return true;
}

static lane *lanes_of(struct devices *d, const struct axis *a)
{
    return a->part == PART_CHIP ? d->chip.at : d->engine.at;
}

/* Fills all lanes with what no fast axis varies, and notes which members of a part do vary. */
static void fill_rest(struct block *b, const struct study *s)
{
    struct devices *d = &b->devices;
    LANES_FILL(&d->chip, LANES, s->base.chip);
    LANES_FILL(&d->engine, LANES, s->base.engine);
    for (size_t i = s->slow; i < s->axes; i++) {
        const struct axis *a = &s->axis[i];
        b->members[i] = 0;
        for (size_t k = 0; a->is_part && k < design_parts[a->part].fields->size / sizeof(double);
             k++) {
            bool varies = false;
            double value = ((double *)a->part_value[0])[k];
            for (size_t j = 1; j < a->n; j++)
                varies |= ((double *)a->part_value[j])[k] != value;
            if (varies)
                b->member[i][b->members[i]++] = (unsigned char)k;
            lanes_set(lanes_of(d, a)[k], LANES, value);
        }
    }
    b->filled = s;
}

/* A fast axis at one digit, in n points. */
static void set_axis(struct block *b, size_t axis, size_t digit, size_t n)
{
    const struct axis *a = &b->study->axis[axis];
    lane *part = lanes_of(&b->devices, a);
    if (!a->is_part)
        lanes_set(part[a->parameter.field->offset / sizeof(double)], n, a->value[digit]);
    for (size_t k = 0; k < b->members[axis]; k++) {
        size_t member = b->member[axis][k];
        lanes_set(part[member], n, ((double *)a->part_value[digit])[member]);
    }
}

/* The same at the digits of n points. */
static void fill_axis(struct block *b, size_t axis, const size_t *digit, size_t n)
{
    const struct axis *a = &b->study->axis[axis];
    lane *part = lanes_of(&b->devices, a);
    if (!a->is_part) {
        double *to = part[a->parameter.field->offset / sizeof(double)];
        for (size_t i = 0; i < n; i++)
            to[i] = a->value[digit[i]];
    }
    for (size_t k = 0; k < b->members[axis]; k++) {
        size_t member = b->member[axis][k];
        for (size_t i = 0; i < n; i++)
            part[member][i] = ((double *)a->part_value[digit[i]])[member];
    }
}

/* Digits of n points of an axis, `points` of which in a row share one, `left` with the first. */
static void find_digits(size_t *digit, size_t n, size_t first, size_t of, size_t points,
                        size_t left)
{
    for (size_t i = 0; i < n; i++) {
        digit[i] = first;
        if (--left == 0) {
            left = points;
            first = first + 1 == of ? 0 : first + 1;
        }
    }
}

size_t block_fill(struct block *b, struct cursor *c, const struct columns *columns, double *row,
                  size_t most)
{
    const struct study *s = c->study;
    size_t stride = columns ? columns->stride : 0, n = 0;

    if (!axes_are_apart(s)) {
        for (; n < most && block_add(b, c, columns, row + n * stride); n++)
            cursor_next(c);
        return n;
    }
    if (b->filled != s)
        fill_rest(b, s);
    block_start(b, c, columns);
    uint64_t period = fast_points(s), left = period - c->index % period;
    size_t room = evaluate_room(&b->like);
    n = most < room ? most : room;
    n = n < left ? n : (size_t)left;
    for (size_t k = s->slow, points = period; k < s->axes; k++) {
        const struct axis *a = &s->axis[k];
        size_t digit[LANES];
        points /= a->n; /* that share a digit */
        size_t same = points - c->index % points;
        if (same >= n) {
            set_axis(b, k, c->digit[k], n);
            if (columns)
                lanes_set(b->axis[k], n, shown(a, c->digit[k], c->real[k]));
            continue;
        }
        find_digits(digit, n, c->digit[k], a->n, points, same);
        fill_axis(b, k, digit, n);
        for (size_t i = 0; i < n && columns; i++)
            b->axis[k][i] = shown(a, digit[i], c->real[k]);
    }
    for (size_t k = 0; k < s->slow && columns; k++)
        lanes_set(b->axis[k], n, shown(&s->axis[k], c->digit[k], c->real[k]));
    for (size_t i = 0; i < n; i++)
        b->row[i] = row + i * stride;
    b->devices.n = n;
    cursor_skip(c, n);
    return n;
}

/* Mapping, parts that no axis varies. */
static void write_plan(double *row, const struct block *b, size_t i)
{
    const struct columns *columns = b->columns;
    const struct prepared *p = b->prepared;
    const struct plan *plan = p->n ? &p->mapped[b->mapped[i]].plan : &b->like.plan;
    for (size_t k = 0; k < columns->n - columns->metrics; k++) {
        const struct column *of = &columns->column[k];
        if (of->of == OF_PART)
            row[k] = 0;
        if (of->of != OF_PLAN)
            continue;
        double value = *(const double *)((const char *)plan + of->at);
        row[k] = value == PLAN_AUTO ? NAN : value;
    }
}

/* The lanes of a column: of an axis, or of a metric. */
static const double *column_lane(const struct block *b, const struct column *c)
{
    return c->of == OF_AXIS     ? b->axis[c->at]
           : c->of == OF_METRIC ? b->metrics.at[c->at / sizeof(double)]
                                : NULL;
}

size_t block_price(struct block *b)
{
    const struct columns *columns = b->columns;
    const struct study *s = b->study;
    size_t n = b->devices.n;
    double excess[RULES_MOST + 1];
    if (!n)
        return 0;
    evaluate_many(b->prepared, &b->like, &s->prices, &b->devices, &b->metrics, b->mapped);
    for (size_t i = 0; i < n; i++) {
        double *to = columns ? b->row[i] + columns->n : excess;
        double *verdict = &LANE(&b->metrics, metrics, verdict)[i];
        study_excess(s, &b->like, &b->devices, &b->metrics, i, to);
        for (size_t k = 0; k < s->constraints && *verdict == VERDICT_OK; k++)
            if (to[1 + k] > 0)
                *verdict = VERDICT_CONSTRAINT;
        if (columns)
            write_plan(b->row[i], b, i);
    }
    for (size_t k = 0; columns && k < columns->n; k++) {
        const double *value = column_lane(b, &columns->column[k]);
        for (size_t i = 0; i < n && value; i++)
            b->row[i][k] = value[i];
    }
    b->devices.n = 0;
    return n;
}
