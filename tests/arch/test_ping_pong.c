/* The time of a step that two kinds of devices share: published rows and bounds. */
#include "arch/ffn_pool.h"
#include "arch/ping_pong.h"
#include "tests/test.h"

static struct ping_pong stations(double main_s, double ffn_s, double one_way_s, double m,
                                 double layers)
{
    return (struct ping_pong){.main_s = main_s,
                              .ffn_s = ffn_s,
                              .out_s = one_way_s,
                              .back_s = one_way_s,
                              .out_busy_s = one_way_s,
                              .back_busy_s = one_way_s,
                              .micro_batches = m,
                              .layers = layers};
}

/* MegaScale-Infer (arXiv:2504.02263): m >= 2 (1 + t_c / t_f). */
static void three_micro_batches_hide_transfers_of_half_a_stage(void **state)
{
    (void)state;
    struct ping_pong at = stations(1, 1, 0.5, 3, 60);
    assert_close(ping_pong_enough(&at), 3, 1e-15);
    assert_close(ping_pong_period_s(&at), 1, 1e-15);
    at.micro_batches = 2;
    assert_true(ping_pong_period_s(&at) > 1);
    at = stations(1, 1, 1, 4, 60);
    assert_close(ping_pong_enough(&at), 4, 1e-15);
    assert_close(ping_pong_period_s(&at), 1, 1e-15);
}

/* T = t_A + t_F + 2 t_c + t_f (m L - 1), arXiv:2504.02263. */
static void a_step_is_the_loop_and_a_period_for_each_other_micro_batch_and_layer(void **state)
{
    (void)state;
    struct ping_pong at = stations(2, 3, 0.5, 3, 2);
    at.outside_s = 7;
    assert_close(ping_pong_step_s(&at), 7 + 6 + 3 * 5, 1e-15);
}

/* aiconfigurator's conservative cycle, max(t_A + t_a2f, t_F + t_f2a), is that of senders that
 * compute nothing while they send; its serial one is that of a single micro-batch. */
static void senders_that_wait_have_the_conservative_cycle(void **state)
{
    (void)state;
    struct ping_pong at = stations(1, 3, 0.25, 2, 40);
    at.within = 1;
    assert_close(ping_pong_period_s(&at), 3.25, 1e-15);
    at.micro_batches = 1;
    assert_close(ping_pong_period_s(&at), 4.5, 1e-15);
    at.within = 0;
    assert_close(ping_pong_period_s(&at), 4.5, 1e-15);
    /* Its step of two layers: fill 6, cycle 3.5. */
    at = stations(2, 3, 0.5, 2, 2);
    at.within = 1;
    assert_close(ping_pong_step_s(&at), 16.5, 1e-15);
}

static void one_micro_batch_takes_all_stations_in_turn(void **state)
{
    (void)state;
    for (double within = 0; within <= 1; within++) {
        struct ping_pong at = stations(2, 3, 0.7, 1, 61);
        at.within = within;
        assert_close(ping_pong_step_s(&at), 61 * ping_pong_loop_s(&at), 1e-14);
    }
}

static void a_step_lies_between_its_slower_side_and_all_stations(void **state)
{
    (void)state;
    for (double f = 0.1; f < 10; f *= 1.7)
        for (double c = 0; c < 3; c += 0.3)
            for (double m = 1; m <= 4; m++) {
                struct ping_pong at = stations(1, f, c, m, 61);
                double step_s = ping_pong_step_s(&at);
                assert_true(step_s >= 61 * m * fmax(1, f) * (1 - 1e-14));
                assert_true(step_s <= 61 * m * ping_pong_loop_s(&at) * (1 + 1e-14));
            }
}

/* aiconfigurator: P_send = 1 - C(E - E / N, k) / C(E, k). */
static void a_token_reaches_the_parts_that_hold_its_experts(void **state)
{
    (void)state;
    assert_near(parts_reached(4, 128, 8) / 4, 0.907253, 5e-7);
    assert_near(parts_reached(8, 256, 8) / 8 * 128 * 7168 * 2, 1214466, 0.5);
    assert_close(parts_reached(1, 256, 8), 1, 0);
    assert_close(parts_reached(256, 256, 8), 8, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_micro_batches_hide_transfers_of_half_a_stage),
        cmocka_unit_test(a_step_is_the_loop_and_a_period_for_each_other_micro_batch_and_layer),
        cmocka_unit_test(senders_that_wait_have_the_conservative_cycle),
        cmocka_unit_test(one_micro_batch_takes_all_stations_in_turn),
        cmocka_unit_test(a_step_lies_between_its_slower_side_and_all_stations),
        cmocka_unit_test(a_token_reaches_the_parts_that_hold_its_experts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
