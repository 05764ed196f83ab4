/* The front of the grid by branch and bound (Land and Doig 1960) with several objectives. Along
 * axes with a known trend, the best corner of a box bounds each objective. A box is pruned if its
 * bounds exceed a limit or a point of the front dominates them; the other boxes are halved, level
 * by level. Corners are points of the grid, so no point is priced twice.
 *
 * Invariant: the effort spent, the effort of all points in open boxes and the reserve for the final
 * check of the trends (effort.check) never exceed the effort of the grid by more than ALLOWED. If
 * another level would exceed it, the search lists the points of the open boxes or gives up. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/strategies/ask_tell.h"

enum { PATTERNS_MOST = 64, VALUES_MOST = 32 };
#define NO_PART SIZE_MAX
static const double ALLOWED = 0.03; /* share of the grid's effort, see above */

struct bounds {
    size_t low, high; /* of a gene, inclusive */
};

struct boxes {
    size_t n, room;
    struct bounds *side; /* [n][genes] */
    double *outcome;     /* [n][patterns][width] of the corners: bounds if the problem is relaxed */
};

struct exact {
    const struct problem *problem;
    const struct archive *front;
    size_t width; /* objectives + limits */
    /* A pattern selects a corner of a box: the low end of a gene for TREND_UP, the high end for
     * TREND_DOWN. Objectives and limits with compatible trends share a pattern. */
    size_t patterns;
    enum trend *pattern;      /* [patterns][genes] */
    size_t of[PATTERNS_MOST]; /* pattern of each objective and limit */
    struct boxes now, next;   /* boxes to split; parts of them that are not pruned */
    size_t at;                /* first box of `now` that is not split yet */
    struct boxes part;        /* parts whose corners have been asked for */
    struct {
        size_t part, pattern, point;
        size_t parent; /* box of `now` */
    } * wait;          /* parts that wait for points of the last ask */
    size_t waiting, wait_room;
    double spent;            /* effort so far */
    double effort_per_point; /* in the last ask */
    struct {
        uint64_t index;
        size_t at;
    } * order;      /* of the points of the last ask */
    double *sorted; /* their genes */
    size_t *place;  /* new position of each point after sorting */
    size_t order_room;
    bool begun;
    bool listing; /* list the points of `now`, starting at point `offset` of box `at` */
    uint64_t offset;
    bool gave_up;
    bool broken; /* a point was better than the bound of its box */
};

static size_t add_box(const struct exact *e, struct boxes *b)
{
    size_t genes = e->problem->genes, corners = e->patterns * e->width;
    if (b->n == b->room) {
        b->room = 2 * b->room + 256;
        b->side = mem_grow(b->side, b->room * genes, sizeof *b->side);
        b->outcome = mem_grow(b->outcome, b->room * corners, sizeof *b->outcome);
    }
    return b->n++;
}

static struct bounds *side(const struct exact *e, const struct boxes *b, size_t i)
{
    return b->side + i * e->problem->genes;
}

static double *outcome_of(const struct exact *e, const struct boxes *b, size_t i, size_t pattern)
{
    return b->outcome + (i * e->patterns + pattern) * e->width;
}

/* Gives each objective and limit the first pattern that has its best corner. */
static void make_patterns(struct exact *e)
{
    size_t genes = e->problem->genes;
    e->pattern = mem_alloc(e->width * genes + 1, sizeof *e->pattern);
    for (size_t j = 0; j < e->width; j++) {
        const enum trend *t = e->problem->trend + j * genes;
        size_t k = 0;
        for (; k < e->patterns; k++) {
            const enum trend *p = e->pattern + k * genes;
            size_t i = 0;
            while (i < genes && (t[i] == p[i] || t[i] == TREND_UNKNOWN || t[i] == TREND_NONE ||
                                 p[i] == TREND_UNKNOWN || p[i] == TREND_NONE))
                i++;
            if (i == genes)
                break;
        }
        for (size_t i = 0; i < genes; i++) {
            enum trend *p = &e->pattern[k * genes + i];
            if (k == e->patterns || *p == TREND_UNKNOWN || *p == TREND_NONE)
                *p = t[i];
        }
        e->patterns += k == e->patterns;
        e->of[j] = k;
    }
}

static void *begin(struct search *s)
{
    struct exact *e = mem_alloc(1, sizeof *e);
    e->problem = search_problem(s);
    e->front = search_archive(s);
    e->width = e->problem->objectives + e->problem->limits;
    e->spent = e->problem->effort.spent;
    make_patterns(e);
    return e;
}

static bool is_point(const struct exact *e, const struct bounds *s)
{
    for (size_t i = 0; i < e->problem->genes; i++)
        if (s[i].low != s[i].high)
            return false;
    return true;
}

static uint64_t points_of(const struct exact *e, const struct bounds *s)
{
    uint64_t points = 1;
    for (size_t i = 0; i < e->problem->genes; i++)
        points *= s[i].high - s[i].low + 1;
    return points;
}

/* Lower bound of outcome j over the points of a box; -INFINITY if there is none. */
static double bound(const struct exact *e, const struct boxes *b, size_t box, size_t j)
{
    const struct problem *p = e->problem;
    const struct bounds *s = side(e, b, box);
    const double *w = outcome_of(e, b, box, e->of[j]);
    double dip = 0;
    for (size_t i = 0; i < p->genes; i++) {
        if (s[i].low == s[i].high)
            continue;
        if (p->trend[j * p->genes + i] == TREND_UNKNOWN)
            return -INFINITY;
        dip += p->dip ? p->dip[j * p->genes + i] : 0;
    }
    if (p->limits && p->always && !p->always[j] && j != p->objectives && !(w[p->objectives] <= 0) &&
        !is_point(e, s))
        return -INFINITY;
    return isnan(w[j]) ? -INFINITY : w[j] - trend_room(w[j], dip, j >= p->objectives);
}

/* Can no point of the box be on the front? */
static bool is_pruned(const struct exact *e, const struct boxes *b, size_t box)
{
    const struct problem *p = e->problem;
    double at[PATTERNS_MOST];
    for (size_t j = p->objectives; j < e->width; j++)
        if (bound(e, b, box, j) > 0)
            return true;
    for (size_t j = 0; j < p->objectives; j++)
        if ((at[j] = bound(e, b, box, j)) == -INFINITY)
            return false;
    return archive_dominates(e->front, at);
}

static double corner(const struct exact *e, const struct bounds *s, size_t pattern, size_t gene)
{
    bool high = e->pattern[pattern * e->problem->genes + gene] == TREND_DOWN;
    return (double)(high ? s[gene].high : s[gene].low);
}

static bool same_corner(const struct exact *e, const struct bounds *a, size_t k,
                        const struct bounds *b, size_t l)
{
    for (size_t i = 0; i < e->problem->genes; i++)
        if (corner(e, a, k, i) != corner(e, b, l, i))
            return false;
    return true;
}

static void wait_for(struct exact *e, size_t part, size_t pattern, size_t point)
{
    if (e->waiting == e->wait_room)
        e->wait = mem_grow(e->wait, e->wait_room = 2 * e->wait_room + 64, sizeof *e->wait);
    e->wait[e->waiting].part = part;
    e->wait[e->waiting].pattern = pattern;
    e->wait[e->waiting].parent = SIZE_MAX;
    e->wait[e->waiting++].point = point;
}

/* Asks for the corners of a part that its parent does not have and appends them from point `n` on.
 * A corner that was priced before is the corner of the parent for the same pattern. */
static size_t ask_corners(struct exact *e, size_t part, const struct bounds *parent,
                          const double *parent_outcome, double *genes, size_t n)
{
    size_t first = e->waiting, count = e->problem->genes;
    const struct bounds *s = side(e, &e->part, part);
    bool had[PATTERNS_MOST] = {false};
    for (size_t k = 0; k < e->patterns; k++)
        if (parent && same_corner(e, s, k, parent, k)) {
            had[k] = true;
            memcpy(outcome_of(e, &e->part, part, k), parent_outcome + k * e->width,
                   e->width * sizeof(double));
        }
    for (size_t k = 0; k < e->patterns; k++) {
        bool there = had[k];
        for (size_t l = 0; l < e->patterns && !there; l++)
            if (had[l] && same_corner(e, s, k, s, l)) {
                memcpy(outcome_of(e, &e->part, part, k), outcome_of(e, &e->part, part, l),
                       e->width * sizeof(double));
                there = true;
            }
        size_t asked = first, end = e->waiting;
        for (; asked < end && !there; asked++)
            if (same_corner(e, s, k, s, e->wait[asked].pattern)) {
                wait_for(e, part, k, e->wait[asked].point);
                there = true;
            }
        if (there)
            continue;
        for (size_t i = 0; i < count; i++)
            genes[n * count + i] = corner(e, s, k, i);
        wait_for(e, part, k, n++);
    }
    return n;
}

/* The gene to split: first one without a known trend, into single values (by_value) if there are
 * few; otherwise the gene with the longest side. */
static size_t gene_to_split(const struct exact *e, const struct bounds *s, bool *by_value)
{
    const struct problem *p = e->problem;
    size_t best = 0, length = 0;
    *by_value = false;
    for (size_t i = 0; i < p->genes; i++) {
        if (s[i].low == s[i].high)
            continue;
        for (size_t j = 0; j < p->objectives; j++)
            if (p->trend[j * p->genes + i] == TREND_UNKNOWN) {
                *by_value = s[i].high - s[i].low < VALUES_MOST;
                return i;
            }
        if (s[i].high - s[i].low > length) {
            length = s[i].high - s[i].low;
            best = i;
        }
    }
    return best;
}

static size_t split(struct exact *e, size_t box, double *genes, size_t n)
{
    bool by_value;
    size_t count = e->problem->genes;
    size_t gene = gene_to_split(e, side(e, &e->now, box), &by_value);
    struct bounds whole = side(e, &e->now, box)[gene];
    size_t step = by_value ? 1 : (whole.high - whole.low) / 2 + 1;
    for (size_t from = whole.low; from <= whole.high; from += step) {
        size_t to = from + step - 1, part = add_box(e, &e->part);
        memcpy(side(e, &e->part, part), side(e, &e->now, box), count * sizeof(struct bounds));
        side(e, &e->part, part)[gene] = (struct bounds){from, to < whole.high ? to : whole.high};
        size_t first = e->waiting;
        n = ask_corners(e, part, side(e, &e->now, box), outcome_of(e, &e->now, box, 0), genes, n);
        for (size_t i = first; i < e->waiting; i++)
            e->wait[i].parent = box;
    }
    return n;
}

/* Maximum number of corners of the parts of a box. */
static size_t most_corners(const struct exact *e, size_t box)
{
    bool by_value;
    const struct bounds *s = side(e, &e->now, box);
    size_t gene = gene_to_split(e, s, &by_value);
    return e->patterns * (by_value ? s[gene].high - s[gene].low + 1 : 2);
}

/* Moves the parts that are neither points nor pruned to `next`. */
static void keep_open_parts(struct exact *e)
{
    for (size_t i = 0; i < e->part.n; i++) {
        if (is_point(e, side(e, &e->part, i)) || is_pruned(e, &e->part, i))
            continue;
        size_t to = add_box(e, &e->next);
        memcpy(side(e, &e->next, to), side(e, &e->part, i),
               e->problem->genes * sizeof(struct bounds));
        memcpy(outcome_of(e, &e->next, to, 0), outcome_of(e, &e->part, i, 0),
               e->patterns * e->width * sizeof(double));
    }
    e->part.n = e->waiting = 0;
}

/* ---- levels ---- */

/* Effort of n points: as those of the last ask, or with every combination of slow genes in every
 * ask. */
static double effort_of_points(const struct exact *e, double n)
{
    const struct effort *effort = &e->problem->effort;
    double combinations = genes_size(e->problem->gene, effort->slow_genes);
    double changes = fmin(n, combinations * ceil(n / SEARCH_BATCH));
    return fmin(e->effort_per_point * n, effort->point * n + effort->slow * changes);
}

/* Decides whether to split the boxes `now`, to list their points or to give up. */
static void plan_level(struct exact *e)
{
    const struct problem *p = e->problem;
    double grid = p->effort.grid, open = 0, corners = 0;
    if (grid <= 0)
        return;
    for (size_t i = 0; i < e->now.n; i++) {
        if (is_pruned(e, &e->now, i))
            continue;
        open += (double)points_of(e, side(e, &e->now, i));
        corners += (double)(most_corners(e, i) - e->patterns); /* its own corners are priced */
    }
    double list = effort_of_points(e, open) + p->effort.check, split = effort_of_points(e, corners);
    if (corners < open && e->spent + split + fmin(list, grid) <= (1 + ALLOWED) * grid)
        return;
    e->listing = list < grid;
    e->gave_up = !e->listing;
}

static bool is_corner(const struct exact *e, const struct bounds *s, const double *gene)
{
    for (size_t k = 0; k < e->patterns; k++) {
        size_t i = 0;
        while (i < e->problem->genes && gene[i] == corner(e, s, k, i))
            i++;
        if (i == e->problem->genes)
            return true;
    }
    return false;
}

/* Lists the next points of the open boxes. */
static size_t list_points(struct exact *e, double *genes, size_t most)
{
    size_t n = 0, count = e->problem->genes;
    for (; e->at < e->now.n; e->at++, e->offset = 0) {
        const struct bounds *s = side(e, &e->now, e->at);
        uint64_t points = points_of(e, s);
        if (is_pruned(e, &e->now, e->at))
            continue;
        for (; e->offset < points; e->offset++) {
            uint64_t rest = e->offset;
            if (n == most)
                return n;
            for (size_t i = count; i-- > 0;) {
                uint64_t values = s[i].high - s[i].low + 1;
                genes[n * count + i] = (double)(s[i].low + rest % values);
                rest /= values;
            }
            if (is_corner(e, s, genes + n * count))
                continue;
            wait_for(e, NO_PART, 0, n++);
            e->wait[e->waiting - 1].parent = e->at;
        }
    }
    return n;
}

static size_t split_next(struct exact *e, double *genes, size_t most)
{
    size_t n = 0;
    for (; e->at < e->now.n; e->at++) {
        if (is_pruned(e, &e->now, e->at))
            continue;
        if (n + most_corners(e, e->at) > most && n > 0)
            break;
        n = split(e, e->at, genes, n);
    }
    return n;
}

static bool begin_level(struct exact *e)
{
    struct boxes swap = e->now;
    keep_open_parts(e); /* parts without a new corner */
    if (e->next.n == 0)
        return false;
    e->now = e->next;
    e->next = swap;
    e->next.n = 0;
    e->at = 0;
    plan_level(e);
    return !e->gave_up;
}

static size_t ask_root(struct exact *e, double *genes)
{
    const struct problem *p = e->problem;
    size_t part = add_box(e, &e->part);
    for (size_t i = 0; i < p->genes; i++)
        side(e, &e->part, part)[i] = (struct bounds){0, p->gene[i].n - 1};
    e->begun = true;
    e->gave_up = p->effort.grid > 0 && p->effort.grid < p->effort.least;
    return e->gave_up ? 0 : ask_corners(e, part, NULL, NULL, genes, 0);
}

/* ---- order ---- */

static int by_index(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b; /* the first member */
    return (*x > *y) - (*x < *y);
}

/* Sorts the points in grid order, which puts points with the same slow genes next to each other,
 * and adds up their effort. */
static void sort_points(struct exact *e, double *genes, size_t n)
{
    const struct problem *p = e->problem;
    size_t size = p->genes * sizeof *genes, slow = 0;
    if (n > e->order_room) {
        e->order_room = n;
        e->order = mem_grow(e->order, n, sizeof *e->order);
        e->sorted = mem_grow(e->sorted, n, size);
        e->place = mem_grow(e->place, n, sizeof *e->place);
    }
    for (size_t i = 0; i < n; i++) {
        e->order[i].index = genes_index(p->gene, p->genes, genes + i * p->genes);
        e->order[i].at = i;
    }
    qsort(e->order, n, sizeof *e->order, by_index);
    memcpy(e->sorted, genes, n * size);
    for (size_t i = 0; i < n; i++) {
        double *to = genes + i * p->genes;
        memcpy(to, e->sorted + e->order[i].at * p->genes, size);
        e->place[e->order[i].at] = i;
        if (p->effort.slow_genes)
            slow += i == 0 || memcmp(to, to - p->genes, p->effort.slow_genes * sizeof *to) != 0;
    }
    for (size_t i = 0; i < e->waiting; i++)
        e->wait[i].point = e->place[e->wait[i].point];
    double spent = p->effort.point * (double)n + p->effort.slow * (double)slow;
    e->spent += spent;
    e->effort_per_point = spent / (double)n;
}

static size_t ask(void *self, double *genes, size_t most)
{
    struct exact *e = self;
    size_t n = 0;
    if (!e->begun)
        n = ask_root(e, genes);
    while (n == 0 && !e->gave_up && !e->broken) {
        if (e->at == e->now.n && (e->listing || !begin_level(e)))
            return 0;
        n = e->listing ? list_points(e, genes, most) : split_next(e, genes, most);
    }
    if (n > 0)
        sort_points(e, genes, n);
    return n;
}

/* Checks a priced point against the bounds of its parent box. */
static void test_bounds(struct exact *e, size_t parent, const double *outcome)
{
    const struct problem *p = e->problem;
    if (parent == SIZE_MAX || !(outcome_violation(p, outcome) <= 0))
        return;
    for (size_t j = 0; j < e->width; j++)
        if (j < p->objectives ? outcome[j] < bound(e, &e->now, parent, j)
                              : bound(e, &e->now, parent, j) > 0)
            e->broken = true;
}

static bool failed(const void *self)
{
    return ((const struct exact *)self)->broken;
}

static bool gives_up(const void *self)
{
    return ((const struct exact *)self)->gave_up;
}

static void tell(void *self, size_t n, const double *genes, const double *outcomes)
{
    struct exact *e = self;
    const double *bounds = outcomes + (e->problem->relaxed ? n * e->width : 0);
    (void)genes;
    for (size_t i = 0; i < e->waiting; i++)
        if (e->wait[i].part != NO_PART)
            memcpy(outcome_of(e, &e->part, e->wait[i].part, e->wait[i].pattern),
                   bounds + e->wait[i].point * e->width, e->width * sizeof(double));
    for (size_t i = 0; i < e->waiting; i++)
        test_bounds(e, e->wait[i].parent, outcomes + e->wait[i].point * e->width);
    keep_open_parts(e);
}

static void boxes_free(struct boxes *b)
{
    free(b->side);
    free(b->outcome);
}

static void done(void *self)
{
    struct exact *e = self;
    boxes_free(&e->now);
    boxes_free(&e->next);
    boxes_free(&e->part);
    free(e->wait);
    free(e->order);
    free(e->sorted);
    free(e->place);
    free(e->pattern);
    free(e);
}

const struct strategy strategy_exact = {
    .name = "exact",
    .doc =
        "The front of the grid by branch and bound: prunes boxes that cannot hold a front point.",
    .lists = true,
    .aims = true,
    .ranks = true,
    .open = begin,
    .ask = ask,
    .tell = tell,
    .failed = failed,
    .gives_up = gives_up,
    .close = done};
