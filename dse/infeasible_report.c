#include "dse/infeasible_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/memory_lack.h"
#include "base/mem.h"
#include "base/mem_stream.h"
#include "base/text.h"
#include "reports/point/verdict_reason.h"
#include "reports/payoff/nothing_feasible.h"
#include "search/space.h"

static void add_miss(struct miss *miss, uint64_t point, double by, double all, size_t others)
{
    if (miss->n++ == 0 || all < miss->least) {
        miss->least = all;
        miss->point = point;
        miss->by = by;
        miss->others = others;
    }
}

void misses_take(struct misses *m, enum verdict verdict, uint64_t point, const double *row)
{
    const double *excess = row + m->columns->n;
    double all = 0;
    size_t missed = 0;

    m->by_verdict[verdict]++;
    if (verdict == VERDICT_OK)
        return;
    for (size_t i = 0; i < study_limits(m->study); i++)
        if (excess[i] > 0) {
            all += excess[i];
            missed++;
        }
    if (excess[0] > 0)
        add_miss(&m->of[verdict], point, excess[0], all, missed - 1);
    for (size_t i = 1; i < study_package_limit(m->study); i++)
        if (excess[i] > 0)
            add_miss(&m->of_constraint[i - 1], point, excess[i], all, missed - 1);
}

static void print_others(const struct miss *miss, FILE *out)
{
    if (miss->others)
        fprintf(out, ", and misses %zu other limit%s", miss->others, miss->others > 1 ? "s" : "");
    fprintf(out, "\n");
}

/* "12 %", or "1.64 million times" above 1000 %. */
static char *excess_text(double by, char *text, size_t size)
{
    static const struct {
        double of;
        const char *name;
    } scales[] = {{1e12, " trillion"}, {1e9, " billion"}, {1e6, " million"}, {1, ""}};
    size_t i = 0;
    if (by <= 10) {
        number_readable(100 * by, 3, text, size);
        snprintf(text + strlen(text), size - strlen(text), " %%");
        return text;
    }
    while (by < scales[i].of)
        i++;
    double shown = by / scales[i].of;
    int digits = (int)floor(log10(shown));
    snprintf(text, size, "%.*f%s times", digits < 2 ? 2 - digits : 0, shown, scales[i].name);
    return text;
}

/* The memory that a point lacks most; in spaces whose points have no number, that of all it may be.
 */
static const char *memory_limit(const struct study *s, uint64_t point, char *text, size_t size)
{
    static const struct {
        size_t part;
        const char *limit;
    } pools[] = {{PART_FFN_CHIP, " or pools.ffn.chip.memory_byte"},
                 {PART_DRAFT_CHIP, " or pools.draft.chip.memory_byte"},
                 {PART_PREFILL_CHIP, " or pools.prefill.chip.memory_byte"}};
    if (s->strategy->ranks) {
        struct cursor c = {0};
        struct metrics m;
        struct plan plan;
        cursor_seek(&c, s, point);
        cursor_evaluate(&c, &m, &plan);
        struct memory_lack lack = memory_lack_of(&c.design, &m);
        cursor_free(&c);
        return memory_of_limit[lack.of];
    }
    snprintf(text, size, "%s", verdict_kinds[VERDICT_MEMORY].limit);
    for (size_t i = 0; i < LEN(pools); i++)
        if (study_has(s, pools[i].part))
            snprintf(text + strlen(text), size - strlen(text), "%s", pools[i].limit);
    return text;
}

/* By how much a limit must rise for the nearest point. */
static void print_verdict(const struct misses *m, enum verdict v, FILE *out)
{
    char limits[160];
    const struct miss *miss = &m->of[v];
    char text[48];
    if (!miss->n || !verdict_kinds[v].limit || isinf(miss->by))
        return;
    const char *limit = v == VERDICT_MEMORY
                            ? memory_limit(m->study, miss->point, limits, sizeof limits)
                            : verdict_kinds[v].limit;
    fprintf(out, "      nearest: point %llu needs %s more %s", (unsigned long long)miss->point,
            excess_text(miss->by, text, sizeof text), limit);
    print_others(miss, out);
}

static void print_constraint(const struct misses *m, size_t i, FILE *out)
{
    const struct constraint *r = &m->study->constraint[i];
    const struct miss *miss = &m->of_constraint[i];
    const struct field *f = r->metric ? r->metric : r->parameter.field;
    char text[48], share[48];
    if (!miss->n)
        return;
    fprintf(out, "      %llu exceed \"%s\"", (unsigned long long)miss->n, r->text);
    if (!isinf(miss->by)) {
        double step = miss->by * (r->value != 0 ? fabs(r->value) : 1);
        double value =
            r->relation == AT_MOST || r->relation == BELOW ? r->value + step : r->value - step;
        fprintf(out, ", nearest: point %llu by %s%s, feasible with a limit of %s",
                (unsigned long long)miss->point, excess_text(miss->by, share, sizeof share),
                miss->by > 10 ? " the limit" : "",
                quantity_text(value, strcmp(f->unit, "1") ? f->unit : "", 9, text, sizeof text));
    }
    print_others(miss, out);
}

/* What is wrong with the mapping of the first such point; only in spaces whose points are numbered
 * by their values. */
static void print_mapping(const struct misses *m, FILE *out)
{
    const struct miss *miss = &m->of[VERDICT_MAPPING];
    struct cursor c = {0};
    if (!miss->n || !m->study->strategy->ranks)
        return;
    cursor_seek(&c, m->study, miss->point);
    fprintf(out, "      point %llu: %s\n", (unsigned long long)miss->point,
            verdict_reason(&c.design, &(struct metrics){.verdict = VERDICT_MAPPING}));
    cursor_free(&c);
}

void misses_print(const struct misses *m, FILE *out)
{
    for (size_t v = 0; v < VERDICTS; v++) {
        if (v == VERDICT_OK)
            continue;
        if (m->by_verdict[v])
            fprintf(out, "  %llu infeasible: %s\n", (unsigned long long)m->by_verdict[v],
                    verdict_kinds[(enum verdict)v].name);
        if (m->by_verdict[v] && v == VERDICT_MAPPING)
            print_mapping(m, out);
        print_verdict(m, (enum verdict)v, out);
        for (size_t i = 0; v == VERDICT_CONSTRAINT && i < m->study->constraints; i++)
            print_constraint(m, i, out);
    }
    bool only_model = !m->by_verdict[VERDICT_CONSTRAINT];
    for (size_t i = 0; only_model && i < m->study->constraints; i++)
        print_constraint(m, i, out);
}

char *misses_text(const struct misses *m)
{
    struct mem_stream memory;
    mem_stream_open(&memory);
    misses_print(m, memory.out);
    return mem_stream_text(&memory, NULL);
}

int infeasible_text(char **out, struct db *db, const struct db_run *run, struct err *err)
{
    if (nothing_feasible_lines(out, db, run, err) != 0)
        return -1;
    text_tame(*out, "\n");
    return 0;
}

int infeasible_print(struct db *db, const struct db_run *run, FILE *out, struct err *err)
{
    char *text;
    if (infeasible_text(&text, db, run, err) != 0)
        return -1;
    fputs(text, out);
    free(text);
    return 0;
}
