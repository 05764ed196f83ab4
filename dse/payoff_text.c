#include "dse/payoff_text.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dse/command.h"
#include "dse/terminal.h"
#include "reports/payoff/payoff_label.h"
#include "reports/payoff/payoff_sentence.h"
#include "reports/payoff/payoff_table.h"
#include "reports/payoff/swept_columns.h"
#include "reports/write.h"

enum { PAIRS_SHOWN = 3 };

/* A column of a table and its heading. */
struct shown {
    const char *column, *heading;
};

/* Prints some columns of a table under other headings, numbers to three digits. */
static void print_columns(const struct table *all, size_t keys, const struct shown *show, size_t n)
{
    struct table few;
    const char **header = mem_alloc(keys + n, sizeof *header);
    for (size_t i = 0; i < keys; i++)
        header[i] = all->header[i];
    for (size_t i = 0; i < n; i++)
        header[keys + i] = show[i].heading;
    table_begin(&few, header, keys + n);
    for (size_t row = 0; row < all->rows; row++)
        for (size_t i = 0; i < keys + n; i++) {
            size_t from = i < keys ? i : (size_t)table_find(all, show[i - keys].column);
            const struct cell *c = table_at(all, row, from);
            char buffer[48];
            if (c->kind == CELL_TEXT)
                table_text(&few, c->text);
            else if (i < keys)
                table_number(&few, c->kind == CELL_NUMBER ? c->number : NAN);
            else {
                number_readable(c->kind == CELL_NUMBER ? c->number : NAN, 3, buffer, sizeof buffer);
                table_text(&few, c->kind == CELL_NUMBER ? buffer : NULL);
            }
        }
    print_table(&few, FORMAT_TABLE, keys);
    table_free(&few);
    free(header);
}

static bool has_number(const struct table *all, const char *column)
{
    for (size_t row = 0; row < all->rows; row++)
        if (!isnan(table_number_at(all, row, column)))
            return true;
    return false;
}

/* P of recurrent states alone is shown if an engine may run them. */
static bool shows_engine(const struct table *all, const char *column)
{
    return strcmp(column, "price_ratio_max") != 0 &&
           (strcmp(column, "p_state") != 0 || has_number(all, column));
}

static bool shows_pool(const char *column)
{
    return strncmp(column, "p_attention", 11) != 0 && strcmp(column, "p_experts") != 0 &&
           strcmp(column, "p_state") != 0 && strcmp(column, "engine_speedup") != 0;
}

static void print_groups(const struct payoff *p)
{
    struct table all;
    size_t n = 0;
    static const struct shown show[] = {{"payoff", "P"},
                                        {"p_median", "median"},
                                        {"payoff_low", "low"},
                                        {"payoff_high", "high"},
                                        {"probability", "sure"},
                                        {"verdict", "verdict"},
                                        {"p_attention", "attention only"},
                                        {"p_experts", "experts only"},
                                        {"p_state", "state only"},
                                        {"gain", "G"},
                                        {"c_star", "c*"},
                                        {"c_max", "c max"},
                                        {"engine_cost_share", "c"},
                                        {"price_ratio_max", "price may rise"},
                                        {"engine_speedup", "S"},
                                        {"attention_share", "attention"},
                                        {"engine", "engine"},
                                        {"regime", "regime"},
                                        {"without", "best without (control)"},
                                        {"reason", "why it stops"}};
    const bool engine = subject_is_engine(subject_or_engine(p->of));
    struct shown few[LEN(show)];
    payoff_table(p, &all);
    for (size_t i = 0; i < LEN(show); i++) {
        if (engine ? !shows_engine(&all, show[i].column) : !shows_pool(show[i].column))
            continue;
        few[n] = show[i];
        if (!engine && !strcmp(show[i].column, "engine"))
            few[n].heading = "chip of the pool";
        n++;
    }
    print_columns(&all, p->by_n, few, n);
    table_free(&all);
}

/* Copies the rows whose `column` satisfies a condition. */
static void copy_rows(struct table *out, const struct table *all, const char *column,
                      bool (*keeps)(const char *text))
{
    size_t at = (size_t)table_find(all, column);
    table_begin(out, (const char *const *)all->header, all->columns);
    for (size_t row = 0; row < all->rows; row++) {
        const struct cell *key = table_at(all, row, at);
        for (size_t i = 0; i < all->columns && key->kind == CELL_TEXT && keeps(key->text); i++)
            table_cell(out, table_at(all, row, i));
    }
}

static bool is_inside(const char *flips)
{
    return !strcmp(flips, "in its range");
}

static bool is_given(const char *text)
{
    return *text != '\0';
}

/* The constants whose own range contains a value that flips a verdict. */
static void print_flips(const struct payoff *p)
{
    struct table all, few;
    static const struct shown show[] = {{"constant", "constant"},
                                        {"low", "low"},
                                        {"middle", "middle"},
                                        {"high", "high"},
                                        {"payoff_low_end", "P at low"},
                                        {"flips_at", "flips at"},
                                        {"payoff_high_end", "P at high"}};
    payoff_swing_table(p, SIZE_MAX, &all);
    copy_rows(&few, &all, "flips", is_inside);
    if (few.rows) {
        print_line(
            0, "\nConstants that flip a verdict within their own range, all others at their middle "
               "value:"
               "\n\n");
        print_columns(&few, p->by_n, show, LEN(show));
    } else if (all.rows) {
        printf("\nNo constant flips a verdict within its own range.\n");
    }
    table_free(&few);
    table_free(&all);
}

/* The answers that the axes of the study limit, and what one more step of each axis does; then
 * those that sit on an end which nothing feasible lies beyond. */
static void print_borders(const struct payoff *p)
{
    struct table all, few;
    static const struct shown limits[] = {{"physical_limit", "physical limit"}};
    static const struct shown show[] = {{"payoff", "P"},
                                        {"p_beyond_border", "P beyond"},
                                        {"beyond_border", "one more step of each axis at its end"}};
    payoff_table(p, &all);
    copy_rows(&few, &all, "at_border", is_given);
    if (few.rows) {
        print_line(0,
                   "\n%zu of %zu answers sit on the border of the study, where an axis ends but "
                   "one more step gains more than 0.5 %%:\n\n",
                   few.rows, all.rows);
        print_columns(&few, p->by_n, show, LEN(show));
    }
    table_free(&few);
    copy_rows(&few, &all, "physical_limit", is_given);
    if (few.rows) {
        print_line(
            0,
            "\n%zu of %zu answers sit on an end of an axis beyond which nothing is feasible:\n\n",
            few.rows, all.rows);
        print_columns(&few, p->by_n, limits, LEN(limits));
    }
    table_free(&few);
    table_free(&all);
}

/* Pairs of constants that flip a verdict together, the nearest of each group. */
static void print_pairs(const struct payoff *p)
{
    struct table all;
    static const struct shown show[] = {
        {"constant_1", "constant"}, {"flips_at_1", "at"},     {"constant_2", "and"},
        {"flips_at_2", "at"},       {"distance", "distance"}, {"payoff_ends", "P at both ends"}};
    payoff_pair_table(p, PAIRS_SHOWN, &all);
    if (all.rows) {
        print_line(
            0, "\nPairs that flip a verdict only together, at the point nearest to their middle "
               "values (distance: 1 is an end of a range):\n\n");
        print_columns(&all, p->by_n, show, LEN(show));
    }
    table_free(&all);
}

void payoff_text_stops(const struct payoff *p)
{
    struct table t;
    print_line(0, "\nStop points, where P = 1 (between low and high it is too close to call):\n\n");
    if (!p->stops) {
        printf("none: P does not cross 1 along any axis\n");
        return;
    }
    static const struct shown show[] = {
        {"axis", "axis"},          {"stops_at", "stops at"},   {"stops_at_low", "low"},
        {"stops_at_high", "high"}, {"direction", "direction"}, {"payoff_from", "P before"},
        {"payoff_to", "P after"},  {"found_by", "found by"},   {"reason", "why"}};
    payoff_stop_table(p, &t);
    print_columns(&t, p->by_n, show, LEN(show));
    table_free(&t);
}

/* How low, high and the verdicts are made. Caller frees. */
static char *range_text(const struct payoff *p, const char *drawn)
{
    return payoff_is_drawn(p)
               ? mem_print("Of %d%s", PAYOFF_DRAWS, drawn)
               : mem_text("Nothing\n"
                          "was drawn: low and high are P at the ends of the prices, and the "
                          "verdicts rest on them.\n\n");
}

static void explain_engine(const struct payoff *p)
{
    char *range = range_text(
        p, "\n"
           "draws of all that is uncertain (prices, engines, calibrated times) half give a P below "
           "the\n"
           "median, one in ten below low, one in ten above high; sure is the share with P > "
           "1.\n\n");
    print_line(
        0,
        "\n"
        "The best engine of each workload. G is the gain at equal hardware, so the engine may add "
        "the share\n"
        "c* = G - 1 to the system's price; c is what it adds, c max what it may add before the "
        "best design\n"
        "without one catches up. S: time of core attention on the chip over time on the engine. "
        "Attention\n"
        "only, experts only, state only: P if engines may run only that; empty if none may. %s",
        range);
    free(range);
}

static void explain_pool(const struct payoff *p)
{
    char *range = range_text(
        p,
        " draws of\n"
        "uncertain prices half give a P below the median, one in ten below low, one in ten above "
        "high; sure\n"
        "is the share with P > 1.\n\n");
    print_line(
        0,
        "\n"
        "The best %s of each workload. G is its throughput over that of the main devices alone, so "
        "it may\n"
        "add the share c* = G - 1 to their price; c is what it adds, c max what it may add before "
        "the best\n"
        "design without one catches up: its devices may cost so many times their price. %s",
        subject_or_engine(p->of)->noun, range);
    free(range);
}

void payoff_text_groups(const struct payoff *p)
{
    if (subject_is_engine(subject_or_engine(p->of)))
        explain_engine(p);
    else
        explain_pool(p);
    print_groups(p);
    print_borders(p);
    print_flips(p);
    print_pairs(p);
}

void payoff_print_too_many(const struct payoff *p)
{
    if (p->too_many)
        print_line(0, "A column of more than %d values splits only if it is named: --by +%s.\n",
                   SPLIT_VALUES_MOST, p->too_many);
}

void payoff_text(const struct payoff *p, const struct payoff *engines)
{
    const struct payoff_subject *of = subject_or_engine(p->of);
    struct table t;
    char *sentence = payoff_sentence(p), *line;

    print_line(0, "%s", sentence);
    free(sentence);
    if (p->none)
        return;
    for (size_t i = 0; (line = payoff_line(engines, i)); i++) {
        print_line(4, "  %s", line);
        free(line);
    }
    if (p->left)
        print_line(0,
                   "\nEach side chooses its best %s, shown in the control column; --by separates "
                   "the answers.\n",
                   p->left);
    payoff_print_too_many(p);
    if (p->runs)
        print_line(0, "\nEvery engine runs %s.\n", p->runs);
    print_line(0,
               "\nP: best throughput per unit of budget (%s) with %s over best without; both "
               "sides choose\n"
               "their chip and mapping. Each %s on its own:\n\n",
               budget_text[p->budget], of->one,
               subject_is_engine(of) ? "engine" : "chip of the pool");
    payoff_map_table(engines, &t);
    print_table(&t, FORMAT_TABLE, 2);
    table_free(&t);
    payoff_text_groups(p);
    payoff_text_stops(engines);
}
