#include "arch/catalogue/trace.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/csv.h"
#include "base/mem.h"

const char *const trace_parameters[] = {"requests_per_s", "arrival_cv", "input",
                                        "input_cv",       "output",     "output_cv",
                                        "prefix",         "prefix_cv",  "prefix_correlation"};
const size_t trace_parameters_n = LEN(trace_parameters);

enum { ARRIVAL, INPUT, OUTPUT, PREFIX, KINDS };

/* Names of columns: ours first, then those of public traces and servers. */
static const struct column {
    int kind;
    const char *name;
    double seconds; /* of a unit of time */
} known[] = {
    {ARRIVAL, "arrival_s", 1},        {ARRIVAL, "arrived_at", 1},
    {ARRIVAL, "arrival_ms", 1e-3},    {ARRIVAL, "timestamp_ms", 1e-3},
    {ARRIVAL, "arrival_us", 1e-6},    {INPUT, "input_tokens", 0},
    {INPUT, "prompt_tokens", 0},      {INPUT, "ContextTokens", 0},
    {INPUT, "input_length", 0},       {INPUT, "num_prefill_tokens", 0},
    {OUTPUT, "output_tokens", 0},     {OUTPUT, "completion_tokens", 0},
    {OUTPUT, "GeneratedTokens", 0},   {OUTPUT, "output_length", 0},
    {OUTPUT, "num_decode_tokens", 0}, {PREFIX, "prefix_tokens", 0},
    {PREFIX, "cached_tokens", 0},     {PREFIX, "prefix_length", 0},
};

struct reader {
    const char *name;
    struct csv csv;
    size_t column[KINDS]; /* csv.columns: none */
    double seconds;
};

static int fail_at(const struct reader *r, size_t line, size_t column, struct err *err,
                   const char *what)
{
    return fail(err, "%s:%zu:%zu: %s", r->name, line, column + 1, what);
}

static bool is_named(const char *header, const char *name)
{
    while (isspace((unsigned char)*header))
        header++;
    while (*name && tolower((unsigned char)*header) == tolower((unsigned char)*name))
        header++, name++;
    while (isspace((unsigned char)*header))
        header++;
    return !*header && !*name;
}

static int find_columns(struct reader *r, struct err *err)
{
    for (int k = 0; k < KINDS; k++)
        r->column[k] = r->csv.columns;
    for (size_t i = 0; i < r->csv.columns; i++)
        for (size_t k = 0; k < LEN(known); k++) {
            if (!is_named(r->csv.header[i], known[k].name))
                continue;
            if (r->column[known[k].kind] < r->csv.columns)
                return fail_at(r, r->csv.header_line, i, err,
                               "a second column of the same quantity: keep one");
            r->column[known[k].kind] = i;
            r->seconds = known[k].kind == ARRIVAL ? known[k].seconds : r->seconds;
        }
    if (r->column[INPUT] == r->csv.columns)
        return fail_at(r, r->csv.header_line, 0, err,
                       "no column of prompt lengths: name it input_tokens in the first line");
    if (r->column[OUTPUT] == r->csv.columns)
        return fail_at(r, r->csv.header_line, 0, err,
                       "no column of answer lengths: name it output_tokens in the first line");
    if (r->csv.rows < 2)
        return fail_at(r, r->csv.header_line, 0, err, "a trace of one request or none: give more");
    return 0;
}

/* Sums of two variables about the values of the first row. */
struct sums {
    double n, x, xx, y, yy, xy;
};

static void sums_add(struct sums *s, double x, double y)
{
    s->n++;
    s->x += x;
    s->xx += x * x;
    s->y += y;
    s->yy += y * y;
    s->xy += x * y;
}

static double variance_of(double n, double sum, double squares)
{
    return fmax(0, squares / n - sum / n * (sum / n));
}

/* One request. */
struct row {
    double of[KINDS];
};

static int read_row(struct row *out, const struct reader *r, size_t i, struct err *err)
{
    static const char *const wrong[KINDS] = {
        [ARRIVAL] = "is not a time: write a number in the unit that the column names",
        [INPUT] = "is not a number of prompt tokens: write one of at least 1",
        [OUTPUT] = "is not a number of answer tokens: write one of at least 1",
        [PREFIX] = "is not a number of cached tokens: write one from 0 to the tokens of the prompt",
    };
    for (int k = 0; k < KINDS; k++) {
        bool there = r->column[k] < r->csv.columns;
        const char *text = there ? csv_at(&r->csv, i, r->column[k]) : "";
        double *v = &out->of[k];
        *v = 0;
        if (!there)
            continue;
        bool number = quantity_parse(text, NULL, v) == 0 && isfinite(*v);
        bool count = *v >= 1 && *v <= 1e9;
        bool right = k == ARRIVAL  ? fabs(*v) <= 1e15
                     : k == PREFIX ? *v >= 0 && *v <= out->of[INPUT]
                                   : count;
        if (!number || !right) {
            char what[160];
            snprintf(what, sizeof what, "\"%.40s\" %s", text, wrong[k]);
            return fail_at(r, r->csv.line[i], r->column[k], err, what);
        }
    }
    return 0;
}

/* Mean, coefficient of variation. */
static double cv_of(double n, double sum, double squares, double mean)
{
    return mean > 0 ? sqrt(variance_of(n, sum, squares)) / mean : 0;
}

static int reduce(struct workload *out, const struct reader *r, struct err *err)
{
    struct sums lengths = {0}, answers = {0}, gaps = {0};
    struct row first = {{0}}, before = {{0}};
    for (size_t i = 0; i < r->csv.rows; i++) {
        struct row row;
        if (read_row(&row, r, i, err) != 0)
            return -1;
        first = i ? first : row;
        if (i && row.of[ARRIVAL] < before.of[ARRIVAL])
            return fail_at(r, r->csv.line[i], r->column[ARRIVAL], err,
                           "arrives before the request above it: sort the rows by time");
        if (i)
            sums_add(&gaps, (row.of[ARRIVAL] - before.of[ARRIVAL]) * r->seconds, 0);
        sums_add(&lengths, row.of[INPUT] - first.of[INPUT], row.of[PREFIX] - first.of[PREFIX]);
        sums_add(&answers, row.of[OUTPUT] - first.of[OUTPUT], 0);
        before = row;
    }
    double n = lengths.n, gap_s = gaps.x / gaps.n;
    if (r->column[ARRIVAL] < r->csv.columns && !(gap_s > 0))
        return fail_at(r, r->csv.header_line, r->column[ARRIVAL], err,
                       "all requests arrive at one time: leave the column out, or give times");
    bool timed = gap_s > 0, cached = r->column[PREFIX] < r->csv.columns;
    out->requests_per_s = timed ? 1 / gap_s : NAN;
    out->arrival_cv = timed ? cv_of(gaps.n, gaps.x, gaps.xx, gap_s) : NAN;
    out->input = first.of[INPUT] + lengths.x / n;
    out->input_cv = cv_of(n, lengths.x, lengths.xx, out->input);
    out->output = first.of[OUTPUT] + answers.x / n;
    out->output_cv = cv_of(n, answers.x, answers.xx, out->output);
    out->prefix = out->prefix_cv = out->prefix_correlation = NAN;
    if (!cached)
        return 0;
    out->prefix = first.of[PREFIX] + lengths.y / n;
    out->prefix_cv = cv_of(n, lengths.y, lengths.yy, out->prefix);
    double both = lengths.xy / n - lengths.x / n * (lengths.y / n);
    double deviations =
        sqrt(variance_of(n, lengths.x, lengths.xx)) * sqrt(variance_of(n, lengths.y, lengths.yy));
    out->prefix_correlation = deviations > 0 ? fmax(-1, fmin(1, both / deviations)) : 0;
    return 0;
}

int trace_parse(struct workload *out, const char *name, const char *text, size_t length,
                struct err *err)
{
    struct reader r = {.name = name, .seconds = 1};
    if (csv_parse(&r.csv, name, text, length, err) != 0)
        return -1;
    int rc = find_columns(&r, err);
    if (rc == 0)
        rc = reduce(out, &r, err);
    csv_free(&r.csv);
    return rc;
}
