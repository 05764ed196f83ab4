/* Figures for print: no text leaves the drawing, whatever the names. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/print/bar_chart.h"
#include "reports/print/figure.h"
#include "reports/print/grid_chart.h"
#include "reports/print/line_chart.h"
#include "reports/print/ruler.h"
#include "tests/test.h"

static const char *const names[] = {
    "a", "attention-engine-with-a-very-long-name-that-nobody-would-give-it-by-hand",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW", "two words <&>",
    "模型模型模型模型"};

/* Fails if a <text> of the SVG begins or ends outside the drawing. */
static void assert_texts_inside(const char *svg, double width)
{
    size_t texts = 0;
    for (const char *at = svg; (at = strstr(at, "<text ")); texts++) {
        double x, y;
        char anchor[8], text[512];
        assert_int_equal(
            sscanf(at, "<text x=\"%lf\" y=\"%lf\" text-anchor=\"%7[a-z]\"", &x, &y, anchor), 3);
        const char *close = strchr(at, '>');
        const char *weight = strstr(at, "font-weight");
        bool bold = weight && weight < close;
        at = close + 1;
        snprintf(text, sizeof text, "%.*s", (int)(strstr(at, "</text>") - at), at);
        double w = text_width(text, bold);
        double left = strcmp(anchor, "start") == 0 ? x
                      : strcmp(anchor, "end") == 0 ? x - w
                                                   : x - w / 2;
        bool inside = left > -0.01 && left + w < width + 0.01;
        if (!inside && !strchr(text, '&')) /* entities are longer than what they show */
            print_error("\"%s\" from %g to %g of %g\n", text, left, left + w, width);
        assert_true(inside || strchr(text, '&'));
    }
    assert_true(texts > 0);
}

/* The SVG of a drawing. Caller frees. */
static char *svg_of(struct drawing *d)
{
    char *svg = NULL;
    size_t size;
    FILE *out = open_memstream(&svg, &size);
    assert_non_null(out);
    drawing_write(d, "about", out);
    fclose(out);
    drawing_free(d);
    return svg;
}

static void open_drawing(struct drawing *d, double width)
{
    drawing_open(d, width);
}

static const double widths[] = {120, COLUMN_PT, TWO_COLUMNS_PT};

static void a_grid_keeps_its_labels_inside(void **state)
{
    (void)state;
    for (size_t k = 0; k < LEN(widths); k++) {
        struct drawing d;
        struct grid g;
        open_drawing(&d, widths[k]);
        grid_open(&g, LEN(names), 9);
        for (size_t i = 0; i < LEN(names); i++) {
            g.heading[i] = mem_text(names[LEN(names) - 1 - i]);
            g.row[i] = mem_text(names[i]);
            for (size_t j = 0; j < 9; j++) {
                grid_at(&g, i, j)->text = mem_text("1.23 ?");
                grid_at(&g, i, j)->below = mem_text("logic-die-r128");
            }
        }
        for (size_t j = 0; j < 9; j++)
            g.column[j] = mem_print("model-%zu", j);
        grid_draw(&d, &g);
        grid_free(&g);
        double width = d.width;
        char *svg = svg_of(&d);
        assert_texts_inside(svg, width);
        free(svg);
    }
}

static void make_table(struct table *t)
{
    table_begin(t, (const char *const[]){"group", "bar", "x", "y"}, 4);
    for (size_t i = 0; i < LEN(names); i++)
        for (int k = 1; k < 5; k++) {
            table_text(t, names[i]);
            table_text(t, names[LEN(names) - 1 - i]);
            table_number(t, 1000.0 * k);
            table_number(t, 1e-3 * k * (double)(i + 1));
        }
}

static void bars_keep_their_labels_inside(void **state)
{
    (void)state;
    static const struct bar_part part[] = {{"x", "a part with a long name in the legend below"},
                                           {"y", "other"}};
    for (size_t k = 0; k < LEN(widths); k++) {
        struct drawing d;
        struct table t;
        open_drawing(&d, widths[k]);
        make_table(&t);
        bar_chart_draw(&d,
                       &(struct bar_chart){.group = "group",
                                           .bar = "bar",
                                           .part = part,
                                           .parts = 2,
                                           .unit = "s",
                                           .title = "time",
                                           .note = names[2]},
                       &t);
        table_free(&t);
        char *svg = svg_of(&d);
        assert_texts_inside(svg, widths[k]);
        free(svg);
    }
}

static void lines_keep_their_labels_inside(void **state)
{
    (void)state;
    for (size_t k = 0; k < LEN(widths); k++) {
        struct drawing d;
        struct table t;
        open_drawing(&d, widths[k]);
        make_table(&t);
        line_chart_draw(&d,
                        &(struct line_chart){.panel = "group",
                                             .series = "bar",
                                             .x = {"x", "B/s", names[1], false},
                                             .y = {{"y", "s", names[2], true}}},
                        &t);
        table_free(&t);
        char *svg = svg_of(&d);
        assert_texts_inside(svg, widths[k]);
        assert_non_null(strstr(svg, "two words &lt;&amp;&gt;"));
        free(svg);
    }
}

static void ticks_do_not_overlap(void **state)
{
    (void)state;
    for (double hi = 2; hi < 1e12; hi *= 7)
        for (int linear = 0; linear < 2; linear++) {
            struct ruler r;
            struct ticks t;
            ruler_begin(&r, linear, "B/s");
            ruler_include(&r, 1.5);
            ruler_include(&r, hi);
            ruler_round(&r);
            r.at = 20, r.end = 150;
            ruler_ticks(&r, false, &t);
            assert_true(t.n > 0);
            for (size_t i = 1; i < t.n; i++)
                assert_true(ruler_point(&r, t.value[i]) - ruler_point(&r, t.value[i - 1]) >
                            (text_width(t.text[i], false) + text_width(t.text[i - 1], false)) / 2);
        }
}

static void a_narrow_range_has_two_ticks_at_least(void **state)
{
    (void)state;
    for (double lo = 1e-3; lo < 1e9; lo *= 3.7) {
        struct ruler r;
        struct ticks t;
        ruler_begin(&r, false, "");
        ruler_include(&r, lo);
        ruler_include(&r, 1.04 * lo);
        ruler_round(&r);
        assert_true(r.lo <= lo * (1 + 1e-9) && r.hi >= 1.04 * lo * (1 - 1e-9) && r.hi < 1.4 * lo);
        r.at = 0, r.end = 200;
        ruler_ticks(&r, false, &t);
        assert_true(t.n >= 2);
    }
}

static void every_figure_has_a_name_of_its_own_and_a_meaning(void **state)
{
    (void)state;
    for (size_t i = 0; figures[i]; i++) {
        struct err err;
        assert_true(*figures[i]->doc != '\0');
        assert_ptr_equal(figure_find(figures[i]->name, &err), figures[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_grid_keeps_its_labels_inside),
        cmocka_unit_test(bars_keep_their_labels_inside),
        cmocka_unit_test(lines_keep_their_labels_inside),
        cmocka_unit_test(ticks_do_not_overlap),
        cmocka_unit_test(a_narrow_range_has_two_ticks_at_least),
        cmocka_unit_test(every_figure_has_a_name_of_its_own_and_a_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
