/* P, G, c*, c, c max, the budgets and the reasons, from the points of a run, worked by hand. */
#include "base/random.h"
#include "reports/payoff/payoff.h"
#include "tests/reports/payoff/made_up_run.h"

static struct payoff asked(const struct made_up_run *r, const struct payoff_question *q)
{
    struct payoff p;
    struct err err = {0};
    if (payoff_make(&p, r->db, &r->run, q, &err) != 0)
        assert_string_equal(err.text, "");
    return p;
}

/* The one group of all points. */
static struct payoff asked_of(const struct made_up *point, size_t n, enum budget budget)
{
    struct made_up_run r = made_up_begin(point, n);
    struct payoff p = asked(&r, &(struct payoff_question){.by = "model", .budget = budget});
    assert_int_equal(p.n, 1);
    made_up_end(&r);
    return p;
}

static bool says(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

enum { GB = 1000000000 };

/* The engine raises 100 tokens/s to 120 and 100 USD to 110. The second model only makes the column
 * swept; its points are infeasible. */
#define NOBODY                                                                                     \
    {                                                                                              \
        .model = 1, .context = 1024, .memory_byte = 96e9, .verdict = NO_MEMORY                     \
    }

static void payoff_is_the_ratio_of_the_best_per_dollar(void **state)
{
    (void)state;
    const struct made_up point[] = {
        NOBODY,
        {.memory_byte = 96e9, .tokens_per_s = 100, .system_cost_usd = 100},
        {.memory_byte = 96e9,
         .engine = DUPLEX,
         .speedup = 2,
         .tokens_per_s = 120,
         .system_cost_usd = 110},
        {.memory_byte = 192e9, .tokens_per_s = 90, .system_cost_usd = 120},
    };
    struct payoff p = asked_of(point, LEN(point), BUDGET_COST);
    const struct payoff_group *g = &p.group[0];
    assert_string_equal(g->key[0].text, "small");
    assert_close(g->p, (120.0 / 110) / (100.0 / 100), 1e-12);
    assert_close(g->g, 1.2, 1e-12);
    assert_close(g->c_star, 0.2, 1e-12);
    assert_close(g->c, 0.1, 1e-12);
    assert_near(g->c_max, 0.2, 1e-5); /* P (1 + c) - 1 */
    assert_true(g->verdict == PAYS);
    assert_string_equal(g->reason, "");
    assert_string_equal(g->engine, "duplex");
    assert_true(isnan(g->probability)); /* nothing was priced again */
    payoff_free(&p);
}

static void the_control_may_use_other_hardware(void **state)
{
    (void)state;
    const struct made_up point[] = {
        NOBODY,
        {.memory_byte = 96e9, .tokens_per_s = 100, .system_cost_usd = 100},
        {.memory_byte = 96e9,
         .engine = DUPLEX,
         .speedup = 2,
         .tokens_per_s = 120,
         .system_cost_usd = 110},
        {.memory_byte = 192e9, .tokens_per_s = 150, .system_cost_usd = 120},
    };
    struct payoff p = asked_of(point, LEN(point), BUDGET_COST);
    const struct payoff_group *g = &p.group[0];
    assert_close(g->p, (120.0 / 110) / (150.0 / 120), 1e-12);
    assert_close(g->g, 1.2, 1e-12); /* at equal hardware, whatever the control buys */
    assert_near(g->c_max, 0, 1e-5 + fabs((120.0 / 110) / (150.0 / 120) * 1.1 - 1));
    assert_true(g->verdict == DOES_NOT_PAY);
    assert_true(says(g->reason, "control: the money buys more in other hardware"));
    assert_true(says(g->without, "192 GB"));
    assert_true(says(g->with, "96 GB + duplex") || says(g->with, "duplex"));
    payoff_free(&p);
}

static void c_max_is_the_share_at_which_the_control_catches_up(void **state)
{
    (void)state;
    /* P = (150 / 110) / (140 / 120) = 1.1688; the control catches up where the system with the
     * engine costs 150 / (140 / 120) = 128.57 USD, 28.57 % more than the 100 USD without. */
    const struct made_up point[] = {
        NOBODY,
        {.memory_byte = 96e9, .tokens_per_s = 100, .system_cost_usd = 100},
        {.memory_byte = 96e9,
         .engine = DUPLEX,
         .speedup = 2,
         .tokens_per_s = 150,
         .system_cost_usd = 110},
        {.memory_byte = 192e9, .tokens_per_s = 140, .system_cost_usd = 120},
    };
    struct payoff p = asked_of(point, LEN(point), BUDGET_COST);
    assert_near(p.group[0].c_max, 0.285714, 1e-5);
    assert_close(p.group[0].c_star, 0.5, 1e-12); /* against its own hardware it is more */
    payoff_free(&p);
}

static void infeasible_points_are_ignored_on_both_sides(void **state)
{
    (void)state;
    const struct made_up point[] = {
        NOBODY,
        {.memory_byte = 96e9, .tokens_per_s = 100, .system_cost_usd = 100},
        {.memory_byte = 96e9,
         .engine = DUPLEX,
         .speedup = 2,
         .tokens_per_s = 120,
         .system_cost_usd = 110},
        {.memory_byte = 192e9, .tokens_per_s = 900, .system_cost_usd = 100, .verdict = NO_MEMORY},
        {.memory_byte = 192e9,
         .engine = DUPLEX,
         .speedup = 2,
         .tokens_per_s = 950,
         .system_cost_usd = 100,
         .verdict = NO_MEMORY},
    };
    struct payoff p = asked_of(point, LEN(point), BUDGET_COST);
    assert_close(p.group[0].p, 120.0 / 110, 1e-12);
    payoff_free(&p);
}

static void a_group_without_a_control_has_no_answer(void **state)
{
    (void)state;
    const struct made_up point[] = {
        NOBODY,
        {.memory_byte = 96e9, .tokens_per_s = 100, .system_cost_usd = 100, .verdict = NO_MEMORY},
        {.memory_byte = 96e9,
         .engine = DUPLEX,
         .speedup = 2,
         .tokens_per_s = 120,
         .system_cost_usd = 110},
    };
    struct payoff p = asked_of(point, LEN(point), BUDGET_COST);
    const struct payoff_group *g = &p.group[0];
    assert_true(isnan(g->p) && isnan(g->g) && isnan(g->c_star) && isnan(g->c_max));
    assert_true(g->verdict == NO_ANSWER);
    assert_true(says(g->reason, "no feasible design without an engine"));
    assert_int_equal(p.stops, 0);
    payoff_free(&p);
}

/* The twin may use another mapping than the winner with an engine. */
static void the_twin_uses_its_own_best_mapping(void **state)
{
    (void)state;
    const struct made_up point[] = {
        NOBODY,
        {.memory_byte = 96e9, .tokens_per_s = 80, .system_cost_usd = 100, .tp = 4},
        {.memory_byte = 96e9, .tokens_per_s = 100, .system_cost_usd = 100, .tp = 8},
        {.memory_byte = 96e9,
         .engine = DUPLEX,
         .speedup = 2,
         .tokens_per_s = 120,
         .system_cost_usd = 110,
         .tp = 4},
    };
    struct payoff p = asked_of(point, LEN(point), BUDGET_COST);
    assert_close(p.group[0].g, 120.0 / 100, 1e-12);
    payoff_free(&p);
}

static void each_budget_divides_throughput_by_its_resource(void **state)
{
    (void)state;
    const struct made_up point[] = {
        NOBODY,
        {.memory_byte = 96e9,
         .tokens_per_s = 100,
         .system_cost_usd = 100,
         .area_mm2 = 800,
         .power_w = 1000},
        {.memory_byte = 96e9,
         .engine = DUPLEX,
         .speedup = 2,
         .tokens_per_s = 132,
         .system_cost_usd = 110,
         .area_mm2 = 800,
         .engine_mm2 = 200,
         .power_w = 1200},
    };
    const double share[BUDGETS] = {0.1, 0.25, 0.2, 0};
    for (int b = 0; b < BUDGETS; b++) {
        struct payoff p = asked_of(point, LEN(point), (enum budget)b);
        const struct payoff_group *g = &p.group[0];
        assert_close(g->p, 1.32 / (1 + share[b]), 1e-12);
        assert_near(g->c_max, 0.32, 1e-5); /* of any budget: the control is the twin */
        assert_close(g->a, 0.25, 1e-12);
        assert_close(g->w, 0.2, 1e-12);
        assert_close(g->a_star_mm2, 0.32 * 800, 1e-12);
        assert_close(g->w_star_w, 0.32 * 1000 / 4, 1e-12); /* of one device of four */
        payoff_free(&p);
    }
}

/* Random points: compare with an exhaustive search for the best of both sides. */
static void the_payoff_equals_an_exhaustive_search(void **state)
{
    (void)state;
    enum { POINTS = 240, GROUPS = 6 };
    struct random r;
    struct made_up point[POINTS];
    random_seed(&r, 5);
    for (size_t i = 0; i < POINTS; i++)
        point[i] = (struct made_up){.model = (double)random_below(&r, 2),
                                    .context = 1024 * (double)(1 + random_below(&r, 3)),
                                    .memory_byte = GB * (double)(1 + i), /* each its own hardware */
                                    .engine = (enum made_up_engine)random_below(&r, 3),
                                    .speedup = 1 + 4 * random_unit(&r),
                                    .tokens_per_s = 100 + 900 * random_unit(&r),
                                    .system_cost_usd = 50 + 100 * random_unit(&r),
                                    .area_mm2 = 500 + 800 * random_unit(&r),
                                    .power_w = 500 + 800 * random_unit(&r),
                                    .verdict = (enum made_up_verdict)(random_below(&r, 4) == 0)};
    struct made_up_run run = made_up_begin(point, POINTS);
    for (int b = 0; b < BUDGETS; b++) {
        struct payoff p = asked(&run, &(struct payoff_question){.by = "model,workload_context",
                                                                .budget = (enum budget)b});
        assert_int_equal(p.n, GROUPS);
        for (size_t g = 0; g < p.n; g++) {
            double best[2] = {0, 0};
            for (size_t i = 0; i < POINTS; i++) {
                const struct made_up *m = &point[i];
                const double unit[BUDGETS] = {m->system_cost_usd, made_up_area_mm2(m), m->power_w,
                                              1};
                if (m->verdict == OK &&
                    !strcmp(p.group[g].key[0].text, made_up_models[(int)m->model]) &&
                    p.group[g].key[1].number == m->context)
                    best[m->engine != NO_ENGINE] =
                        fmax(best[m->engine != NO_ENGINE], m->tokens_per_s / unit[b]);
            }
            assert_close(p.group[g].p, best[1] / best[0], 1e-12);
        }
        payoff_free(&p);
    }
    made_up_end(&run);
}

static void grouped_by_engine_all_engines_have_the_same_control(void **state)
{
    (void)state;
    const struct made_up point[] = {
        {.memory_byte = 96e9, .tokens_per_s = 100, .system_cost_usd = 100},
        {.memory_byte = 96e9,
         .engine = DUPLEX,
         .speedup = 2,
         .tokens_per_s = 120,
         .system_cost_usd = 110},
        {.memory_byte = 96e9,
         .engine = ATTACC,
         .speedup = 1.5,
         .tokens_per_s = 105,
         .system_cost_usd = 120},
    };
    struct made_up_run r = made_up_begin(point, LEN(point));
    struct payoff p = asked(&r, &(struct payoff_question){.by = "engine"});
    assert_int_equal(p.n, 2);
    for (size_t i = 0; i < p.n; i++)
        assert_close(p.group[i].p,
                     !strcmp(p.group[i].key[0].text, "duplex") ? 1.2 / 1.1 : 1.05 / 1.2, 1e-12);
    payoff_free(&p);
    made_up_end(&r);
}

static void the_reason_is_the_first_that_applies(void **state)
{
    (void)state;
    const struct {
        double speedup, tokens_per_s, usd, attention_share, left_share;
        const char *reason;
    } of[] = {
        {1, 100, 110, 0.5, 0.5, "intensity"}, /* attention is no slower on the chip */
        {2, 100, 110, 0.5, 0.5, "no gain"},   /* S is lost elsewhere */
        /* 1 / (1 - 0.05) - 1 = 1.03 / (1 - 0.0215) - 1 = 5.3 % < 10 % */
        {2, 103, 110, 0.05, 0.0215, "attention share"},
        {2, 108, 110, 0.5, 0.46, "cost: it may add 8.0 % and adds 10.0 %"},
        /* More memory gains more than that: 1.08 / (1 - 0.1) - 1 = 20 % > 10 %. */
        {2, 108, 110, 0.05, 0.1, "cost: it may add 8.0 % and adds 10.0 %"},
        {2, 108, 150, 0.05, 0.1, "attention share"}, /* 20 % < 50 % */
    };
    for (size_t i = 0; i < LEN(of); i++) {
        const struct made_up point[] = {
            NOBODY,
            {.memory_byte = 96e9,
             .tokens_per_s = 100,
             .system_cost_usd = 100,
             .attention_share = of[i].attention_share},
            {.memory_byte = 96e9,
             .engine = DUPLEX,
             .speedup = of[i].speedup,
             .tokens_per_s = of[i].tokens_per_s,
             .system_cost_usd = of[i].usd,
             .attention_share = of[i].left_share},
        };
        struct payoff p = asked_of(point, LEN(point), BUDGET_COST);
        assert_true(p.group[0].verdict == DOES_NOT_PAY);
        if (!says(p.group[0].reason, of[i].reason))
            assert_string_equal(p.group[0].reason, of[i].reason);
        payoff_free(&p);
    }
}

/* The range follows from the low and high cost that the engine adds. */
static void without_a_study_the_range_of_p_comes_from_the_cost_range(void **state)
{
    (void)state;
    const struct made_up point[] = {
        NOBODY,
        {.memory_byte = 96e9,
         .tokens_per_s = 100,
         .system_cost_usd = 100,
         .low_usd = 80,
         .high_usd = 140},
        {.memory_byte = 96e9,
         .engine = DUPLEX,
         .speedup = 2,
         .tokens_per_s = 120,
         .system_cost_usd = 110,
         .low_usd = 84,
         .high_usd = 182},
    };
    struct payoff p = asked_of(point, LEN(point), BUDGET_COST);
    const struct payoff_group *g = &p.group[0];
    assert_close(g->p_high, 1.2 / 1.05, 1e-12); /* 84 / 80 */
    assert_close(g->p_low, 1.2 / 1.3, 1e-12);   /* 182 / 140 */
    assert_true(g->verdict == TOO_CLOSE);
    payoff_free(&p);
}

static void a_condition_applies_to_both_sides(void **state)
{
    (void)state;
    const struct made_up point[] = {
        {.memory_byte = 96e9, .tokens_per_s = 100, .system_cost_usd = 100},
        {.memory_byte = 96e9,
         .engine = DUPLEX,
         .speedup = 2,
         .tokens_per_s = 120,
         .system_cost_usd = 110},
        {.memory_byte = 192e9, .tokens_per_s = 200, .system_cost_usd = 100},
        {.memory_byte = 192e9,
         .engine = DUPLEX,
         .speedup = 2,
         .tokens_per_s = 190,
         .system_cost_usd = 100},
        {.model = 1, .memory_byte = 96e9, .verdict = NO_MEMORY},
    };
    struct made_up_run r = made_up_begin(point, LEN(point));
    struct payoff p =
        asked(&r, &(struct payoff_question){.by = "model", .where = "chip_memory_byte < 100e9"});
    assert_close(p.group[0].p, 1.2 / 1.1, 1e-12);
    payoff_free(&p);
    p = asked(&r, &(struct payoff_question){.by = "model"});
    assert_close(p.group[0].p, 190.0 / 200, 1e-12);
    payoff_free(&p);
    made_up_end(&r);
}

static void a_column_that_is_not_swept_cannot_define_groups(void **state)
{
    (void)state;
    const struct made_up point[] = {
        {.memory_byte = 96e9, .tokens_per_s = 100, .system_cost_usd = 100},
        {.memory_byte = 96e9,
         .engine = DUPLEX,
         .speedup = 2,
         .tokens_per_s = 120,
         .system_cost_usd = 110},
    };
    struct made_up_run r = made_up_begin(point, LEN(point));
    struct err err;
    struct payoff p;
    assert_int_equal(payoff_make(&p, r.db, &r.run, &(struct payoff_question){.by = "model"}, &err),
                     -1);
    assert_true(says(err.text, "\"model\" is not swept"));
    assert_int_equal(
        payoff_make(&p, r.db, &r.run, &(struct payoff_question){.by = "engine,engine"}, &err), -1);
    assert_true(says(err.text, "twice"));
    made_up_end(&r);
}

/* With an engine 8192 tokens of context are best, without one 1024. */
static void a_side_never_chooses_the_workload(void **state)
{
    (void)state;
    const struct made_up point[] = {
        {.context = 1024, .memory_byte = 96e9, .tokens_per_s = 100, .system_cost_usd = 100},
        {.context = 8192, .memory_byte = 96e9, .tokens_per_s = 60, .system_cost_usd = 100},
        {.context = 1024,
         .memory_byte = 96e9,
         .engine = DUPLEX,
         .speedup = 2,
         .tokens_per_s = 70,
         .system_cost_usd = 100},
        {.context = 8192,
         .memory_byte = 96e9,
         .engine = DUPLEX,
         .speedup = 2,
         .tokens_per_s = 90,
         .system_cost_usd = 100},
        {.model = 1, .context = 1024, .memory_byte = 96e9, .verdict = NO_MEMORY},
    };
    struct made_up_run r = made_up_begin(point, LEN(point));
    struct payoff p = asked(&r, &(struct payoff_question){.by = "engine"});
    assert_int_equal(p.by_n, 3);
    assert_string_equal(p.by[0], "engine"); /* what --by names comes first */
    assert_int_equal(p.n, 2);
    for (size_t i = 0; i < p.n; i++)
        assert_close(p.group[i].p, p.group[i].key[2].number == 1024 ? 0.7 : 1.5, 1e-12);
    payoff_free(&p);
    p = asked(&r, &(struct payoff_question){.by = "model", .over = "workload_context"});
    assert_int_equal(p.by_n, 1);
    assert_int_equal(p.n, 1);
    assert_close(p.group[0].p, 0.9, 1e-12); /* 90 at 8192 over 100 at 1024 */
    assert_string_equal(p.left, "workload_context");
    payoff_free(&p);
    struct err err;
    const struct payoff_question twice = {.by = "model", .over = "model"};
    assert_int_equal(payoff_make(&p, r.db, &r.run, &twice, &err), -1);
    assert_true(says(err.text, "--over: \"model\" is in --by too"));
    made_up_end(&r);
}

static void a_run_that_was_interrupted_can_be_split_by_what_it_has_one_value_of_so_far(void **state)
{
    (void)state;
    const struct made_up point[] = {
        {.memory_byte = 96e9, .tokens_per_s = 100, .system_cost_usd = 100},
        {.memory_byte = 96e9,
         .engine = DUPLEX,
         .speedup = 2,
         .tokens_per_s = 120,
         .system_cost_usd = 110},
    };
    struct made_up_run r = made_up_begin(point, LEN(point));
    struct err err = {0};
    struct payoff p;
    *r.run.ended = '\0';
    if (payoff_make(&p, r.db, &r.run, &(struct payoff_question){.by = "model"}, &err) != 0)
        assert_string_equal(err.text, "");
    assert_int_equal(p.n, 1);
    payoff_free(&p);
    made_up_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_run_that_was_interrupted_can_be_split_by_what_it_has_one_value_of_so_far),
        cmocka_unit_test(payoff_is_the_ratio_of_the_best_per_dollar),
        cmocka_unit_test(the_control_may_use_other_hardware),
        cmocka_unit_test(c_max_is_the_share_at_which_the_control_catches_up),
        cmocka_unit_test(infeasible_points_are_ignored_on_both_sides),
        cmocka_unit_test(a_group_without_a_control_has_no_answer),
        cmocka_unit_test(the_twin_uses_its_own_best_mapping),
        cmocka_unit_test(each_budget_divides_throughput_by_its_resource),
        cmocka_unit_test(the_payoff_equals_an_exhaustive_search),
        cmocka_unit_test(grouped_by_engine_all_engines_have_the_same_control),
        cmocka_unit_test(the_reason_is_the_first_that_applies),
        cmocka_unit_test(without_a_study_the_range_of_p_comes_from_the_cost_range),
        cmocka_unit_test(a_condition_applies_to_both_sides),
        cmocka_unit_test(a_side_never_chooses_the_workload),
        cmocka_unit_test(a_column_that_is_not_swept_cannot_define_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
