#include <string.h>

#include "search/block.h"
#include "search/sweep.h"
#include "tests/model.h"

static struct study *parse(const char *text)
{
    struct study *s;
    struct err err = {0};
    if (study_parse(&s, "test", text, catalogue, &err) != 0)
        assert_string_equal(err.text, "");
    return s;
}

static const char SWEPT[] = "models: [gpt3-175b, llama-3.1-8b]\n"
                            "plan: {devices: 8}\n"
                            "sweep:\n"
                            "  engine: [none, duplex]\n"
                            "  prices.hbm3e_usd_per_gb: [10, 14, 18]\n"
                            "  chip: [h100, h200]\n"
                            "  workload.context: [2048, 8192]\n"
                            "  prices.margin_ratio: [2, 3]\n";

static void axes_of_prices_stand_between_operators_and_hardware(void **state)
{
    static const char *const order[] = {
        "model", "workload.context", "prices.hbm3e_usd_per_gb", "prices.margin_ratio", "chip",
        "engine"};
    struct study *s = parse(SWEPT);
    (void)state;
    assert_int_equal(s->axes, LEN(order));
    for (size_t i = 0; i < s->axes; i++)
        assert_string_equal(s->axis[i].path, order[i]);
    assert_int_equal(s->slow, 2);
    assert_int_equal(s->hardware, 4);
    study_drop_axis(s, "prices.margin_ratio");
    assert_int_equal(s->hardware, 3);
    assert_true(study_sweeps_prices(s));
    study_drop_axis(s, "prices.hbm3e_usd_per_gb");
    assert_false(study_sweeps_prices(s));
    study_free(s);
}

static void a_change_of_a_price_keeps_the_prepared_step(void **state)
{
    struct study *s = parse(SWEPT);
    struct cursor c = {0};
    (void)state;
    cursor_seek(&c, s, 3); /* the last hardware at the first prices */
    cursor_prepare(&c);
    cursor_next(&c);
    assert_true(c.fresh);
    assert_true(cursor_prices(&c)->middle.margin_ratio == 3);
    assert_true(cursor_prices(&c)->low.margin_ratio == 3);
    assert_true(cursor_prices(&c)->middle.hbm3e_usd_per_gb == 10);
    assert_true(s->prices.middle.hbm3e_usd_per_gb != 10);
    cursor_free(&c);
    study_free(s);
}

struct rows {
    double *at;
    size_t n, stride;
};

static int take(void *ctx, uint64_t first, size_t count, const double *rows)
{
    struct rows *r = ctx;
    (void)first;
    memcpy(r->at + r->n * r->stride, rows, count * r->stride * sizeof *rows);
    r->n += count;
    return 0;
}

/* The column of a metric. */
static size_t column_of(const struct columns *c, const char *name)
{
    size_t i = 0;
    while (strcmp(c->column[i].name, name) != 0)
        i++;
    return i;
}

static void points_priced_together_or_out_of_order_have_their_own_prices(void **state)
{
    struct study *s = parse(SWEPT);
    struct columns *columns = mem_alloc(1, sizeof *columns);
    struct cursor c = {0}, apart = {0};
    (void)state;
    columns_make(columns, s);
    size_t usd = column_of(columns, "system_cost_usd"),
           price = column_of(columns, "prices_hbm3e_usd_per_gb"),
           per_mtok = column_of(columns, "usd_per_mtok_high");
    struct rows rows = {mem_alloc(s->size * columns->stride, sizeof(double)), 0, columns->stride};
    double *genes = mem_alloc(s->size * s->axes, sizeof *genes);
    double *other = mem_alloc(s->size * columns->stride, sizeof *other);
    assert_int_equal(sweep_run(s, columns, (struct point_range){0, s->size}, 2, take, &rows), 0);
    assert_int_equal(rows.n, s->size);
    for (uint64_t i = 0; i < s->size; i++) {
        cursor_seek(&c, s, (i * 7) % s->size); /* 96 points: 7 reaches all */
        for (size_t k = 0; k < s->axes; k++)
            genes[i * s->axes + k] = (double)c.digit[k];
    }
    sweep_points(s, columns, &(struct point_list){.n = s->size, .genes = genes, .rows = other},
                 &apart, 1);
    for (uint64_t i = 0; i < s->size; i++) {
        struct metrics m;
        struct plan plan;
        const double *row = rows.at + (i * 7) % s->size * columns->stride;
        cursor_seek(&c, s, (i * 7) % s->size);
        cursor_evaluate(&c, &m, &plan);
        assert_true(row[usd] == m.system_cost_usd);
        assert_true(row[per_mtok] == m.usd_per_mtok_high);
        assert_true(row[price] == cursor_prices(&c)->middle.hbm3e_usd_per_gb);
        assert_true(other[i * columns->stride + usd] == m.system_cost_usd);
        assert_true(other[i * columns->stride + price] == row[price]);
    }
    free(other);
    free(genes);
    free(rows.at);
    cursor_free(&c);
    cursor_free(&apart);
    free(columns);
    study_free(s);
}

static void a_setting_of_a_price_removes_its_axis(void **state)
{
    struct study *s = parse(SWEPT);
    struct err err;
    (void)state;
    assert_int_equal(study_set(s, catalogue, "prices.hbm3e_usd_per_gb=25", &err), 0);
    assert_int_equal(s->size, 32);
    assert_true(s->prices.high.hbm3e_usd_per_gb == 25);
    assert_int_equal(study_set(s, catalogue, "prices.pue=high", &err), -1);
    assert_int_equal(study_set(s, catalogue, "prices.board_power_ratio=2", &err), -1);
    assert_non_null(strstr(err.text, "a factor on what the design states"));
    study_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(axes_of_prices_stand_between_operators_and_hardware),
        cmocka_unit_test(a_change_of_a_price_keeps_the_prepared_step),
        cmocka_unit_test(points_priced_together_or_out_of_order_have_their_own_prices),
        cmocka_unit_test(a_setting_of_a_price_removes_its_axis),
    };
    return cmocka_run_group_tests_name("prices", tests, open_tests, close_tests);
}
