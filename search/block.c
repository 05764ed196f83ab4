/* Points between two changes of operators share a prepared step, so they differ only in the rates
 * of chip and engine and fit into lanes. The fast axes are digits of a mixed-radix number: an axis
 * whose digit is the same for all points of a block is set once, the others per point. Invariant:
 * a block holds points of one prepared step, one calibration and one price list. */
#include "search/block.h"

#include <string.h>

#include "arch/timing.h"

/* The number that a row holds for an axis. */
static double axis_number(const struct axis *a, size_t digit, double real)
{
    return a->is_part || a->text ? (double)digit : a->real ? real : a->value[digit];
}

/* Do both designs have the same metrics, whatever their values? */
static bool has_same_metrics(const struct design *a, const struct design *b)
{
    bool same =
        timing_of(&a->mode) == timing_of(&b->mode) && a->workload.phase == b->workload.phase;
    for (size_t part = 0; part < DESIGN_PARTS; part++)
        same = same && design_has(a, part) == design_has(b, part);
    return same;
}

static void block_start(struct block *b, struct cursor *c, const struct columns *columns)
{
    cursor_prepare(c);
    if (b->study != c->study || !has_same_metrics(&b->like, &c->design))
        metrics_clear(&b->metrics, LANES);
    b->study = c->study;
    b->columns = columns;
    b->prepared = &c->prepared;
    b->like = c->design;
    if (study_sweeps_prices(c->study))
        b->prices = c->prices;
}

/* Do both designs use the same calibration? */
static bool has_same_calibration(const struct design *a, const struct design *b)
{
    return a->calibration == b->calibration && a->calibration_own == b->calibration_own;
}

static bool has_same_prices(const struct block *b, const struct cursor *c)
{
    return !study_sweeps_prices(c->study) || memcmp(&b->prices, &c->prices, sizeof b->prices) == 0;
}

static const struct price_book *block_prices(const struct block *b)
{
    return study_sweeps_prices(b->study) ? &b->prices : &b->study->prices;
}

bool block_add(struct block *b, struct cursor *c, const struct columns *columns, double *row)
{
    const struct study *s = c->study;
    size_t n = b->devices.n;
    if (n && (!c->fresh || n == LANES || !has_same_calibration(&b->like, &c->design) ||
              !has_same_prices(b, c)))
        return false;
    if (!n)
        block_start(b, c, columns);
    devices_add(&b->devices, &c->design.chip, &c->design.engine);
    b->row[n] = row;
    for (size_t i = 0; i < s->axes && columns; i++)
        b->axis[i][n] = axis_number(&s->axis[i], c->digit[i], c->real[i]);
    return true;
}

/* Number of consecutive points with the same operators. */
static uint64_t fast_points(const struct study *s)
{
    uint64_t points = 1;
    for (size_t i = s->hardware; i < s->axes; i++)
        points *= s->axis[i].n;
    return points;
}

/* Axes of engine parameters are not independent: they skip the engine `none` (axis_put_value). */
static bool fast_axes_are_independent(const struct study *s)
{
    for (size_t i = s->hardware; i < s->axes; i++)
        if (!s->axis[i].is_part && s->axis[i].part == PART_ENGINE)
            return false;
    return true;
}

static lane *lanes_of(struct devices *d, const struct axis *a)
{
    return a->part == PART_CHIP ? d->chip.at : d->engine.at;
}

/* Fills all lanes with the values that no fast axis varies, and records the members that vary. */
static void fill_constants(struct block *b, const struct study *s)
{
    struct devices *d = &b->devices;
    LANES_FILL(&d->chip, LANES, s->base.chip);
    LANES_FILL(&d->engine, LANES, s->base.engine);
    for (size_t i = s->hardware; i < s->axes; i++) {
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

/* Sets a fast axis to one digit in n points. */
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

/* Sets a fast axis to its own digit in each of n points. */
static void set_axis_per_point(struct block *b, size_t axis, const size_t *digit, size_t n)
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

/* Digits of an axis in n points. `points` consecutive points share a digit; `left` points still
 * have the first one. */
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

/* How many of n points share the calibration of the first, which is that of its chip. */
static size_t count_same_calibration(const struct study *s, const struct cursor *c, uint64_t period,
                                     size_t n)
{
    if (!timing_of(&c->design.mode)->needs_calibration)
        return n;
    uint64_t points = period;
    for (size_t k = s->hardware; k < s->axes; k++) {
        points /= s->axis[k].n;
        uint64_t same = points - c->index % points;
        if (s->axis[k].is_part && s->axis[k].part == PART_CHIP && same < n)
            n = (size_t)same;
    }
    return n;
}

size_t block_fill(struct block *b, struct cursor *c, const struct columns *columns, double *row,
                  size_t most)
{
    const struct study *s = c->study;
    size_t stride = columns ? columns->stride : 0, n = 0;

    if (!fast_axes_are_independent(s)) {
        for (; n < most && block_add(b, c, columns, row + n * stride); n++)
            cursor_next(c);
        return n;
    }
    if (b->filled != s)
        fill_constants(b, s);
    block_start(b, c, columns);
    uint64_t period = fast_points(s), left = period - c->index % period;
    n = most < LANES ? most : LANES;
    n = n < left ? n : (size_t)left;
    n = count_same_calibration(s, c, period, n);
    for (size_t k = s->hardware, points = period; k < s->axes; k++) {
        const struct axis *a = &s->axis[k];
        size_t digit[LANES];
        points /= a->n; /* points that share a digit */
        size_t same = points - c->index % points;
        if (same >= n) {
            set_axis(b, k, c->digit[k], n);
            if (columns)
                lanes_set(b->axis[k], n, axis_number(a, c->digit[k], c->real[k]));
            continue;
        }
        find_digits(digit, n, c->digit[k], a->n, points, same);
        set_axis_per_point(b, k, digit, n);
        for (size_t i = 0; i < n && columns; i++)
            b->axis[k][i] = axis_number(a, digit[i], c->real[k]);
    }
    for (size_t k = 0; k < s->hardware && columns; k++)
        lanes_set(b->axis[k], n, axis_number(&s->axis[k], c->digit[k], c->real[k]));
    for (size_t i = 0; i < n; i++)
        b->row[i] = row + i * stride;
    b->devices.n = n;
    cursor_skip(c, n);
    return n;
}

/* Writes the chosen mapping, what no axis varies, and the reasons. */
static void write_plan(double *row, const struct block *b, size_t i, double reasons)
{
    const struct columns *columns = b->columns;
    const struct prepared *p = b->prepared;
    const struct plan *plan = p->n ? &p->mapped[b->mapped[i]].plan : &b->like.plan;
    for (size_t k = 0; k < columns->n - columns->metrics; k++) {
        const struct column *of = &columns->column[k];
        if (of->of == OF_PART || of->of == OF_SCENARIO || of->of == OF_EVALUATOR)
            row[k] = 0;
        else if (of->of == OF_REASONS)
            row[k] = reasons;
        else if (of->of == OF_FIXED)
            row[k] = columns->fixed_value[of->at];
        if (of->of != OF_PLAN)
            continue;
        double value = *(const double *)((const char *)plan + of->at);
        row[k] = value == PLAN_AUTO ? NAN : value;
    }
}

/* The lanes of an axis or metric column; NULL for other columns. */
static const double *column_lane(const struct block *b, const struct column *c)
{
    return c->of == OF_AXIS     ? b->axis[c->at]
           : c->of == OF_METRIC ? b->metrics.at[c->at / sizeof(double)]
                                : NULL;
}

/* Prices the points and writes their rows, `offset` numbers behind those of the block. */
static void price_rows(struct block *b, size_t offset)
{
    const struct columns *columns = b->columns;
    const struct study *s = b->study;
    size_t n = b->devices.n;
    double excess[STUDY_LIMITS_MOST];
    const struct price_book *book[LANES];
    const struct metrics_asked asked = {book, !b->brief || s->constraints > 0};
    for (size_t i = 0; i < n; i++)
        book[i] = block_prices(b);
    evaluate_asked(b->prepared, &b->like, &asked, &b->devices, &b->metrics, b->mapped);
    for (size_t i = 0; i < n; i++) {
        double *to = columns ? b->row[i] + offset + columns->n : excess;
        double *verdict = &LANE(&b->metrics, metrics, verdict)[i];
        study_excess(s, &b->like, &b->devices, &b->metrics, i, to);
        study_judge(s, to, verdict);
        double reasons = NAN;
        if (columns && *verdict != VERDICT_OK)
            reasons = (double)reasons_of(s, &b->like.workload, &b->metrics, i, to);
        if (columns)
            write_plan(b->row[i] + offset, b, i, reasons);
    }
    for (size_t k = 0; columns && k < columns->n; k++) {
        const double *value = column_lane(b, &columns->column[k]);
        for (size_t i = 0; i < n && value; i++)
            b->row[i][offset + k] = value[i];
    }
}

size_t block_price(struct block *b)
{
    size_t n = b->devices.n;
    if (n && b->relaxed_at) {
        b->like.relaxed = true;
        price_rows(b, b->relaxed_at);
        b->like.relaxed = false;
    }
    if (n)
        price_rows(b, 0);
    b->devices.n = 0;
    return n;
}
