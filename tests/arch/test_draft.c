/* Drafting with MTP modules, against counts by hand for DeepSeek-V3 in BF16 on one device. */
#include "arch/evaluate.h"
#include "arch/mixer.h"
#include "arch/prepared.h"
#include "tests/model.h"

/* Parameters of a layer and of what a module adds. */
static const double attention =
                        7168.0 * (1536 + 576) + 128.0 * (1536 * 192 + 512 * 256 + 128 * 7168),
                    expert = 3 * 7168.0 * 2048, router = 7168.0 * 256,
                    projection = 2 * 7168.0 * 7168, head = 7168.0 * 129280;

/* The split and the step of one request that reads 1024 tokens of context. */
static struct step_split of(struct step *step, const char *draft_layers, const char *query,
                            const char *accepted)
{
    struct study *s = study_with(SET("model=deepseek-v3", "chip=b200-paper", "chip.tdp_w=100 kW",
                                     "workload.context=1024", draft_layers, query, accepted));
    struct prepared p = {0};
    struct devices d;
    struct step_split split;
    prepare(&p, &s->base);
    devices_of(&d, &s->base);
    *step = p.mapped[0].step;
    step_split_one(&split, step, &d, (struct load){1, 1});
    step->routing = NULL; /* it goes with `p` */
    prepared_free(&p);
    study_free(s);
    return split;
}

struct added {
    double weight_byte, read_byte, kv_byte, time_s;
};

/* What the modules add to a step. */
static struct added added_by(const char *draft_layers, const char *query, const char *accepted)
{
    struct step with, none;
    struct step_split a = of(&with, draft_layers, query, accepted);
    struct step_split b = of(&none, "model.draft_layers=0", query, accepted);
    return (struct added){with.weight_byte - none.weight_byte, a.byte - b.byte,
                          with.kv_byte_per_token - none.kv_byte_per_token, a.time_s - b.time_s};
}

/* DeepSeek states 11.5 billion parameters beside the shared embedding and head. */
static void a_module_holds_a_layer_and_its_projection(void **state)
{
    struct added one =
        added_by("model.draft_layers=1", "workload.query_tokens=2", "workload.accepted_tokens=1");
    double params = attention + 257 * expert + router + projection;
    (void)state;
    assert_close(params, 11610030080, 1e-15);
    assert_close(one.weight_byte, 2 * params, 1e-6);
    assert_close(one.kv_byte, 2 * 576, 1e-9);
    assert_close(
        added_by("model.draft_layers=3", "workload.query_tokens=2", "workload.accepted_tokens=1")
            .weight_byte,
        3 * one.weight_byte, 1e-6);
}

static void each_drafted_token_reads_the_module_once(void **state)
{
    double read = 2 * (attention + router + 9 * expert + projection + head);
    struct added one =
        added_by("model.draft_layers=1", "workload.query_tokens=2", "workload.accepted_tokens=1");
    struct added three =
        added_by("model.draft_layers=1", "workload.query_tokens=4", "workload.accepted_tokens=1");
    (void)state;
    assert_close(read, 3229483008, 1e-15);
    assert_close(one.read_byte, read, 2e-3); /* activations and cache are 0.1 % */
    assert_close(one.time_s, read / 8e12, 2e-3);
    assert_close(three.read_byte, 3 * one.read_byte, 1e-9);
    assert_close(three.time_s, 3 * one.time_s, 1e-9);
}

/* A model of experts cut to its dense layers: the module is one of these. */
static void a_module_of_dense_layers_is_dense(void **state)
{
    struct step with, none;
    (void)state;
    of(&with, "model.draft_layers=1", "model.layers=3", "workload.query_tokens=2");
    of(&none, "model.draft_layers=0", "model.layers=3", "workload.query_tokens=2");
    assert_close(with.weight_byte - none.weight_byte,
                 2 * (attention + 3 * 7168.0 * 18432 + projection), 1e-6);
}

/* Two tokens of 8 experts each use 256 (1 - (1 - 8/256)^2) = 15.75 on average. */
static void the_first_pass_reads_the_accepted_tokens(void **state)
{
    struct added one =
        added_by("model.draft_layers=1", "workload.query_tokens=2", "workload.accepted_tokens=1");
    struct added two =
        added_by("model.draft_layers=1", "workload.query_tokens=2", "workload.accepted_tokens=2");
    (void)state;
    assert_close(two.read_byte - one.read_byte, 2 * 7.75 * expert, 4e-3);
}

static void a_step_without_drafts_has_no_module(void **state)
{
    struct added none =
        added_by("model.draft_layers=1", "workload.query_tokens=1", "workload.accepted_tokens=1");
    (void)state;
    assert_true(none.weight_byte == 0 && none.read_byte == 0);
    assert_true(none.kv_byte == 0 && none.time_s == 0);
}

/* The module of DeepSeek-V4-Pro attends to its window only: 7168 x (1536 + 512), 128 heads of 512
 * from a query latent of 1536 and into an output latent of 1024, 16 groups of which go to 7168. */
static void a_module_may_be_no_copy_of_a_layer(void **state)
{
    struct layers all, draft;
    struct kept k;
    (void)state;
    layers_of(&all, model_called("deepseek-v4-pro"));
    layers_of_draft(&draft, &all);
    assert_close(layers_mixer_params(&draft),
                 7168.0 * (1536 + 512) + 128.0 * 512 * (1536 + 1024) + 16 * 1024.0 * 7168, 0);
    draft.mixer[0].kind->kept(&k, &draft.mixer[0].of, 1);
    assert_close(k.token, 0, 0);
    assert_close(layers_routed_params(&draft), 384.0 * 3 * 7168 * 3072, 0);
    assert_close(all.n, 61, 0);
    layers_of(&all, model_called("qwen3-next-80b-a3b"));
    layers_of_draft(&draft, &all);
    assert_string_equal(draft.mixer[0].kind->name, "gqa");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_module_holds_a_layer_and_its_projection),
        cmocka_unit_test(a_module_of_dense_layers_is_dense),
        cmocka_unit_test(each_drafted_token_reads_the_module_once),
        cmocka_unit_test(the_first_pass_reads_the_accepted_tokens),
        cmocka_unit_test(a_step_without_drafts_has_no_module),
        cmocka_unit_test(a_module_may_be_no_copy_of_a_layer),
    };
    return cmocka_run_group_tests_name("draft", tests, open_tests, close_tests);
}
