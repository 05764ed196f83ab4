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

static void assert_same(const struct metrics *a, const struct metrics *b)
{
    for (size_t i = 0; i < metrics_fields.n; i++) {
        double x = field_get(&metrics_fields.row[i], a), y = field_get(&metrics_fields.row[i], b);
        assert_true(x == y || (isnan(x) && isnan(y)));
    }
}

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

static void nothing_is_drafted_with_one_query_token(void **state)
{
    struct metrics with = drafted(BIG, "llama-3.1-8b", ONE, NEXT);
    struct metrics without = drafted(BIG, "none", ONE, NEXT);
    (void)state;
    assert_same(&with, &without);
}

/* Its own layers are read instead of those of an MTP module. */
static void a_draft_model_replaces_mtp_modules(void **state)
{
    static const char MTP[] = "model.draft_layers=2";
    struct metrics with = priced(SET(BIG, FOUR, NEXT, "pools.draft.model=llama-3.1-8b"));
    struct metrics both = priced(SET(BIG, FOUR, NEXT, "pools.draft.model=llama-3.1-8b", MTP));
    struct metrics modules = priced(SET(BIG, FOUR, NEXT, MTP));
    (void)state;
    assert_same(&with, &both);
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
        cmocka_unit_test(nothing_is_drafted_with_one_query_token),
        cmocka_unit_test(a_draft_model_replaces_mtp_modules),
        cmocka_unit_test(a_prompt_passes_once_through_the_draft_model),
        cmocka_unit_test(a_better_guess_never_hurts),
    };
    return cmocka_run_group_tests_name("draft model", tests, open_tests, close_tests);
}
