/* Speculative decoding with a draft model, and accepted tokens from a probability. */
#include "tests/model.h"

static struct metrics drafted(const char *model, const char *draft, const char *q, const char *a)
{
    char name[64];
    snprintf(name, sizeof name, "pools.draft.model=%s", draft);
    return priced(SET(model, name, q, a, "chip=h200", "chip.tdp_w=100kW", "plan.devices=8",
                      "plan.tp=8", "workload.batch=16", "precision.weight=fp8"));
}

static const char BIG[] = "model=llama-3.1-405b", SMALL[] = "model=llama-3.1-8b",
                  ONE[] = "workload.query_tokens=1", FOUR[] = "workload.query_tokens=4",
                  NEXT[] = "workload.accepted_tokens=1";

/* 1 + 0.8 + 0.64 + 0.512 + 0.4096; none right: one token, all right: five. */
static void acceptance_gives_the_accepted_tokens(void **state)
{
    static const char FIVE[] = "workload.query_tokens=5";
    static const char *const chance[] = {"workload.acceptance=0.8", "workload.acceptance=0",
                                         "workload.acceptance=1"};
    static const char *const tokens[] = {"workload.accepted_tokens=3.3616", NEXT,
                                         "workload.accepted_tokens=5"};
    (void)state;
    for (size_t i = 0; i < LEN(chance); i++) {
        struct metrics a = drafted(BIG, "llama-3.1-8b", FIVE, chance[i]);
        struct metrics b = drafted(BIG, "llama-3.1-8b", FIVE, tokens[i]);
        assert_close(a.tpot_s, b.tpot_s, 1e-12);
        assert_close(a.tokens_per_s, b.tokens_per_s, 1e-12);
    }
}

/* q - 1 steps of the draft model, one after the other, at the same batch and context. */
static void a_draft_model_adds_its_own_steps(void **state)
{
    struct metrics with = drafted(BIG, "llama-3.1-8b", FOUR, NEXT);
    struct metrics without = drafted(BIG, "none", FOUR, NEXT);
    struct metrics alone = drafted(SMALL, "none", ONE, NEXT);
    (void)state;
    assert_true(with.throttle_ratio == 1 && alone.throttle_ratio == 1);
    assert_close(with.tpot_s - without.tpot_s, 3 * alone.tpot_s, 1e-9);
    assert_close(with.attention_s - without.attention_s, 3 * alone.attention_s, 1e-9);
    assert_close(with.communication_s - without.communication_s, 3 * alone.communication_s, 1e-9);
}

/* No byte of the draft model is held twice or nowhere. */
static void the_main_devices_hold_the_draft_model(void **state)
{
    struct metrics with = drafted(BIG, "llama-3.1-8b", FOUR, NEXT);
    struct metrics without = drafted(BIG, "none", FOUR, NEXT);
    struct metrics alone = drafted(SMALL, "none", ONE, NEXT);
    (void)state;
    assert_close(with.weight_byte - without.weight_byte, alone.weight_byte, 1e-9);
    assert_close(with.kv_byte - without.kv_byte, alone.kv_byte, 1e-9);
    assert_close(with.kv_byte_per_token - without.kv_byte_per_token, alone.kv_byte_per_token,
                 1e-12);
}

/* The operator of a step of this design with one request. */
static struct op_cost draft_cost(const char *name, const char *const *set, double batch)
{
    struct study *s = study_with(set);
    struct prepared p = {0};
    struct devices one;
    struct op_cost out = {0};
    prepare(&p, &s->base);
    devices_of(&one, &s->base);
    const struct step *step = &p.mapped[0].step;
    for (size_t i = 0; i < step->ops.n; i++)
        if (step->ops.op[i].drafts && !strcmp(step->ops.op[i].name, name)) {
            struct op_cost c = step_op_cost(step, &one, i, step_load(step, batch));
            out.byte += c.byte;
            out.flop += c.flop;
        }
    prepared_free(&p);
    study_free(s);
    return out;
}

#define ON_EIGHT                                                                                   \
    NEXT, "chip=h200", "chip.tdp_w=100kW", "plan.devices=8", "plan.tp=8", "plan.ep=1",             \
        "workload.batch=16", "precision.weight=fp8", "workload.skew=0.8"

/* Its experts are sliced over the ranks of each replica: EP 1. */
static void experts_of_a_draft_model_add_their_own_steps(void **state)
{
    static const char DRAFT[] = "pools.draft.model=qwen3-30b-a3b";
    static const char *const placement[] = {"workload.placement=random",
                                            "workload.placement=replicated"};
    struct metrics without = priced(SET(BIG, FOUR, ON_EIGHT));
    struct metrics alone = priced(SET("model=qwen3-30b-a3b", ONE, ON_EIGHT));
    (void)state;
    for (size_t i = 0; i < LEN(placement); i++) {
        struct metrics with = priced(SET(BIG, DRAFT, FOUR, ON_EIGHT, placement[i]));
        assert_close(with.tpot_s - without.tpot_s, 3 * alone.tpot_s, 1e-9);
        assert_close(with.expert_s - without.expert_s, 3 * alone.expert_s, 1e-9);
        assert_close(with.weight_byte - without.weight_byte, alone.weight_byte, 1e-9);
        assert_close(with.kv_byte - without.kv_byte, alone.kv_byte, 1e-9);
    }
}

/* Of 128 experts a token uses 8: one request reads 8, two 128 (1 - (1 - 8/128)^2) = 15.5. */
static void few_drafted_tokens_touch_few_experts(void **state)
{
    static const char DENSE[] = "model=llama-3.1-70b";
    const char *const set[] = {DENSE,
                               "pools.draft.model=qwen3-30b-a3b",
                               "plan.devices=1",
                               "workload.query_tokens=2",
                               NEXT,
                               "precision.weight=bf16",
                               NULL};
    double expert = 48 * 3 * 2048 * 768 * 2.0; /* of all layers, in BF16 */
    double one = draft_cost("moe.experts", set, 1).byte;
    double two = draft_cost("moe.experts", set, 2).byte;
    double act = 48 * 8 * (2 * 2048 + 3 * 768) * 2.0;
    (void)state;
    assert_close(one, 8 * expert + act, 1e-9);
    assert_close(two, 15.5 * expert + 2 * act, 1e-9);
}

/* Beside a model with experts of its own, routed to other devices. */
static void experts_of_model_and_draft_model_are_told_apart(void **state)
{
    const char *const set[] = {"model=deepseek-r1",
                               "pools.draft.model=qwen3-30b-a3b",
                               "plan.devices=32",
                               "plan.tp=1",
                               "plan.ep=32",
                               NEXT,
                               "workload.query_tokens=2",
                               "precision.weight=bf16",
                               NULL};
    const char *const alone[] = {"model=llama-3.1-70b",
                                 "pools.draft.model=qwen3-30b-a3b",
                                 "plan.devices=1",
                                 NEXT,
                                 "workload.query_tokens=2",
                                 "precision.weight=bf16",
                                 NULL};
    (void)state;
    /* 32 replicas of two requests each: each device drafts for its own. */
    assert_close(draft_cost("moe.experts", set, 64).byte, draft_cost("moe.experts", alone, 2).byte,
                 1e-9);
    assert_close(draft_cost("moe.experts", set, 64).flop, draft_cost("moe.experts", alone, 2).flop,
                 1e-9);
}

static void nothing_is_drafted_with_one_query_token(void **state)
{
    struct metrics with = drafted(BIG, "llama-3.1-8b", ONE, NEXT);
    struct metrics without = drafted(BIG, "none", ONE, NEXT);
    (void)state;
    assert_same_metrics(&with, &without);
}

/* Its own layers are read instead of those of an MTP module. */
static void a_draft_model_replaces_mtp_modules(void **state)
{
    static const char MTP[] = "model.draft_layers=2";
    struct metrics with = priced(SET(BIG, FOUR, NEXT, "pools.draft.model=llama-3.1-8b"));
    struct metrics both = priced(SET(BIG, FOUR, NEXT, "pools.draft.model=llama-3.1-8b", MTP));
    struct metrics modules = priced(SET(BIG, FOUR, NEXT, MTP));
    (void)state;
    assert_same_metrics(&with, &both);
    assert_true(modules.weight_byte != with.weight_byte);
}

/* The draft model reads prompts too, so that its cache is sent with that of the model. */
static void a_prompt_passes_once_through_the_draft_model(void **state)
{
    static const char PROMPT[] = "workload.phase=prefill";
    struct metrics with =
        priced(SET(BIG, FOUR, NEXT, PROMPT, "pools.draft.model=llama-3.1-8b", "plan.tp=8",
                   "plan.devices=8", "chip.tdp_w=100kW", "workload.batch=1"));
    struct metrics without = priced(SET(BIG, FOUR, NEXT, PROMPT, "plan.tp=8", "plan.devices=8",
                                        "chip.tdp_w=100kW", "workload.batch=1"));
    struct metrics alone = priced(SET(SMALL, NEXT, PROMPT, "plan.tp=8", "plan.devices=8",
                                      "chip.tdp_w=100kW", "workload.batch=1"));
    (void)state;
    assert_close(with.ttft_s - without.ttft_s, alone.ttft_s, 1e-6);
}

static void a_better_guess_never_hurts(void **state)
{
    double before = 0;
    (void)state;
    for (double a = 0; a <= 1; a += 0.125) {
        char set[40];
        snprintf(set, sizeof set, "workload.acceptance=%g", a);
        struct metrics m = drafted(BIG, "llama-3.1-8b", FOUR, set);
        assert_true(m.tokens_per_s > before);
        before = m.tokens_per_s;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acceptance_gives_the_accepted_tokens),
        cmocka_unit_test(a_draft_model_adds_its_own_steps),
        cmocka_unit_test(the_main_devices_hold_the_draft_model),
        cmocka_unit_test(experts_of_a_draft_model_add_their_own_steps),
        cmocka_unit_test(few_drafted_tokens_touch_few_experts),
        cmocka_unit_test(experts_of_model_and_draft_model_are_told_apart),
        cmocka_unit_test(nothing_is_drafted_with_one_query_token),
        cmocka_unit_test(a_draft_model_replaces_mtp_modules),
        cmocka_unit_test(a_prompt_passes_once_through_the_draft_model),
        cmocka_unit_test(a_better_guess_never_hurts),
    };
    return cmocka_run_group_tests_name("draft model", tests, open_tests, close_tests);
}
