/* Experts of a measured step: whole prompts in few steps, and the tiles of the server. */
#include <string.h>

#include "arch/prepared.h"
#include "arch/served_experts.h"
#include "tests/model.h"

/* 128 experts, 8 per token, on 8 devices; answers of 250 tokens, prompts of 1500. */
#define QWEN "model=qwen3-235b-a22b", "chip=b200", "plan.devices=8", "plan.tp=8", "plan.ep=8"
#define MEASURED "timing=measured", "workload.measured_tpot=20 ms"

static const double USE = 8.0 / 128; /* probability that a token uses an expert */

static double active(double tokens)
{
    return 1 - pow(1 - USE, tokens);
}

/* A pass of a measured step at some requests, and its experts. */
struct served {
    struct study *study;
    struct prepared prepared;
    struct devices devices;
    struct steps_memo memo;
    struct pass pass;
    struct run run;
    struct run_room room;
    double requests[1];
};

static void open_served(struct served *s, double requests, const char *const *set)
{
    memset(s, 0, sizeof *s);
    s->study = study_with(set);
    prepare(&s->prepared, &s->study->base);
    devices_of(&s->devices, &s->study->base);
    s->requests[0] = requests;
    steps_renew(&s->memo);
    const struct step *step = &s->prepared.mapped[0].step;
    pass_begin(&s->pass, step, &s->devices, s->requests, s->requests, 1, &s->memo);
    for (size_t i = 0; i < step->ops.n; i++)
        if (step->ops.op[i].unit == UNIT_EXPERT)
            pass_run(&s->run, &s->room, &s->pass, i);
    assert_non_null(s->run.op);
}

static void close_served(struct served *s)
{
    prepared_free(&s->prepared);
    study_free(s->study);
}

/* 8 requests: every 31st step prefills a whole prompt, the others have 8 tokens. */
static void most_steps_of_few_requests_read_the_experts_of_their_answers(void **state)
{
    struct served s;
    double prompts = 8.0 / 250;
    (void)state;
    open_served(&s, 8,
                SET(QWEN, MEASURED, "workload.phase=serving", "workload.input=1500",
                    "workload.output=250", "workload.batch=8"));
    assert_close(s.run.share[0], (1 - prompts) * active(8) + prompts * active(1508), 1e-9);
    close_served(&s);
}

/* 500 requests start two prompts in every step, so that all steps are alike. */
static void steps_with_a_prompt_each_are_all_alike(void **state)
{
    struct served s;
    lane rows;
    double tokens = 500 + 500.0 / 250 * 40;
    (void)state;
    open_served(&s, 500,
                SET(QWEN, MEASURED, "workload.phase=serving", "workload.input=40",
                    "workload.output=250", "workload.batch=500"));
    assert_close(s.run.share[0], active(tokens), 1e-9);
    served_rows(rows, &s.pass, &s.run);
    assert_close(rows[0], fmax(64, tokens * USE + 32) * active(tokens), 1e-9);
    close_served(&s);
}

/* 16 experts on a device: tiles of 16 rows in BF16 for up to 16 tokens, of 64 for more; of 64 in
 * FP8. */
static void tiles_are_those_of_the_server(void **state)
{
    static const struct {
        const char *math;
        double tokens, rows;
    } of[] = {{"precision.math=bf16", 16, 16},
              {"precision.math=bf16", 17, 64},
              {"precision.math=fp8", 16, 64}};
    (void)state;
    for (size_t i = 0; i < LEN(of); i++) {
        struct served s;
        lane rows;
        char *batch = mem_print("workload.batch=%g", of[i].tokens);
        open_served(&s, of[i].tokens, SET(QWEN, MEASURED, of[i].math, batch));
        served_rows(rows, &s.pass, &s.run);
        assert_close(rows[0], of[i].rows * active(of[i].tokens), 1e-9);
        close_served(&s);
        free(batch);
    }
}

/* A step that waits a second for its host: no work to speak of, and 0.86 of the floor. */
static void a_device_that_waits_for_its_host_draws_less_than_its_floor(void **state)
{
    struct metrics m =
        priced(SET("model=llama-3.1-8b", "chip=b200", "plan.devices=1", "workload.batch=1",
                   "timing=measured", "workload.measured_tpot=1 s", "chip.floor_ratio=0.5"));
    (void)state;
    assert_close(m.device_power_w, 0.86 * 0.5 * 1000, 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(most_steps_of_few_requests_read_the_experts_of_their_answers),
        cmocka_unit_test(steps_with_a_prompt_each_are_all_alike),
        cmocka_unit_test(tiles_are_those_of_the_server),
        cmocka_unit_test(a_device_that_waits_for_its_host_draws_less_than_its_floor),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
