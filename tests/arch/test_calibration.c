/* Calibrated timing: what must hold of any constants, and published kernels and systems. */
#include <string.h>

#include "arch/evaluate.h"
#include "arch/kernel_time.h"
#include "base/minimise.h"
#include "search/space.h"
#include "tests/model.h"

static double rosenbrock(const double *x, void *ctx)
{
    ++*(int *)ctx;
    return 100 * pow(x[1] - x[0] * x[0], 2) + pow(1 - x[0], 2);
}

static double bowl(const double *x, void *ctx)
{
    double sum = 3;
    (void)ctx;
    for (int i = 0; i < 6; i++)
        sum += (i + 1) * pow(x[i] - i, 2);
    return sum;
}

static void the_least_value_is_found(void **state)
{
    double two[2] = {-1.2, 1}, six[6] = {0};
    int calls = 0;
    (void)state;
    assert_true(minimise(two, 2, 0.5, rosenbrock, &calls) < 1e-10);
    assert_close(two[0], 1, 1e-4);
    assert_close(two[1], 1, 1e-4);
    assert_true(calls < 4000);
    assert_close(minimise(six, 6, 1, bowl, NULL), 3, 1e-6);
    for (int i = 1; i < 6; i++)
        assert_close(six[i], i, 1e-2);
}

/* The calibrations of the catalogue, each with its name. */
static size_t calibrations(const struct entry *out[8])
{
    const char *const *name;
    size_t n;
    struct err err;
    catalogue_names(catalogue, CATALOGUE_CALIBRATIONS, &name, &n);
    assert_true(n >= 3 && n <= 8);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(catalogue_find(catalogue, CATALOGUE_CALIBRATIONS, name[i], &out[i], &err),
                         0);
    return n;
}

/* What a call costs that takes `s` of everything. */
static struct call call_of(double s, double depth, bool per_head)
{
    return (struct call){.compute_s = s,
                         .memory_s = s,
                         .aside_s = s / 10,
                         .key_s = s / 1000,
                         .wire_s = s,
                         .per_unit = 1,
                         .depth = depth,
                         .group = 8,
                         .per_head = per_head};
}

static void no_kernel_is_faster_than_its_data_sheet_and_none_speeds_up_with_work(void **state)
{
    const struct entry *entry[8];
    size_t n = calibrations(entry), seen = 0;
    (void)state;
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < KERNELS; k++)
            for (double math = 0.5; math <= 2; math *= 2) {
                const struct calibration *c = entry[i]->value;
                int number = calibration_number(c, (enum kernel)k, math, fmax(math, 1));
                double before = 0;
                if (number < 0)
                    continue;
                seen++;
                for (double s = 1e-7; s < 0.1; s *= 1.3) {
                    struct call call = call_of(s, 4096, false);
                    double t = calibration_call_s(c, (enum kernel)k, number, &call);
                    assert_true(t > before);
                    assert_true(t >= s * (k == KERNEL_EXCHANGE ? 7 / 8.0 : 1));
                    before = t;
                }
            }
    assert_true(seen > 50);
}

static void start_up_is_all_there_is_to_nothing(void **state)
{
    const struct entry *entry[8];
    size_t n = calibrations(entry);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        const struct calibration *c = entry[i]->value;
        struct call nothing = {.group = 2};
        assert_close(calibration_call_s(c, KERNEL_GEMM, NUMBER_BF16, &nothing),
                     c->gemm[NUMBER_BF16].start_s, 1e-12);
        nothing.joined = true;
        assert_true(calibration_call_s(c, KERNEL_GEMM, NUMBER_BF16, &nothing) == 0);
    }
}

/* An operator without a kernel has no calibrated time, nor has a step that contains it. */
static void a_kernel_without_a_name_is_refused(void **state)
{
    const struct entry *entry[8];
    size_t n = calibrations(entry);
    struct call call = call_of(1e-3, 4096, false);
    struct step step = {.ops = {.n = 1, .op = {{.name = "new", .flop = 1}}}};
    int number[KERNELS];
    (void)state;
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < KERNELS; k++)
            number[k] = calibration_number(entry[i]->value, (enum kernel)k, 2, 2);
        assert_int_equal(number[KERNEL_UNKNOWN], -1);
        assert_true(isnan(calibration_call_s(entry[i]->value, KERNEL_UNKNOWN, 0, &call)));
        assert_false(step_is_measured(&step, number));
        step.ops.op[0].kernel = KERNEL_VECTOR;
        assert_true(step_is_measured(&step, number));
        step.ops.op[0].kernel = KERNEL_UNKNOWN;
    }
}

static const struct calibration *calibration_called(const char *name)
{
    const struct entry *e;
    struct err err;
    assert_int_equal(catalogue_find(catalogue, CATALOGUE_CALIBRATIONS, name, &e, &err), 0);
    return e->value;
}

/* FlashMLA's README (deepseek-ai/FlashMLA): up to 3000 GB/s and up to 660 TFLOP/s on H800, whose
 * data sheet has 3350 and 989. Both are of BF16 and of large calls. */
static void mla_reaches_what_flashmla_says(void **state)
{
    const struct calibration *c = calibration_called("hopper");
    struct call memory = {.memory_s = 0.1, .per_unit = 1, .depth = 8192},
                compute = {.compute_s = 0.1, .per_unit = 1, .depth = 8192};
    (void)state;
    double by_memory = 0.1 / calibration_call_s(c, KERNEL_DECODE_MLA, NUMBER_BF16, &memory);
    double by_compute = 0.1 / calibration_call_s(c, KERNEL_DECODE_MLA, NUMBER_BF16, &compute);
    assert_close(by_memory * 3350, 3000, 0.06);
    assert_close(by_compute * 989, 660, 0.06);
}

/* DeepEP's README, low-latency kernels: 128 tokens of 7168 numbers to 8 experts each, in FP8 to
 * dispatch and BF16 to combine. H800 with 8 devices a domain and 50 GB/s a device beyond it. */
static void an_all_to_all_takes_as_long_as_deepep_says(void **state)
{
    static const struct {
        const char *devices, *ep, *batch;
        double dispatch_s, combine_s;
    } row[] = {
        {"plan.devices=16", "plan.ep=16", "workload.batch=2048", 118e-6, 195e-6},
        {"plan.devices=32", "plan.ep=32", "workload.batch=4096", 155e-6, 273e-6},
        {"plan.devices=64", "plan.ep=64", "workload.batch=8192", 173e-6, 314e-6},
        {"plan.devices=128", "plan.ep=128", "workload.batch=16384", 192e-6, 369e-6},
    };
    (void)state;
    for (size_t k = 0; k < LEN(row); k++) {
        struct study *s =
            study_with(SET("model=deepseek-v3", "chip=h800", "timing=calibrated", "plan.tp=1",
                           "precision.dispatch=fp8", row[k].devices, row[k].ep, row[k].batch));
        struct prepared p = {0};
        struct devices d;
        prepare(&p, &s->base);
        devices_of(&d, &s->base);
        const struct step *step = &p.mapped[0].step;
        for (size_t i = 0; i < step->ops.n; i++) {
            const struct op *o = &step->ops.op[i];
            double t = step_op_cost(step, &d, i, (struct load){128, 128}).time_s / o->count;
            if (!strcmp(o->name, "moe.dispatch"))
                assert_close(t, row[k].dispatch_s, 0.09);
            if (!strcmp(o->name, "moe.combine"))
                assert_close(t, row[k].combine_s, 0.09);
        }
        prepared_free(&p);
        study_free(s);
    }
}

/* DeepSeek's profile-data: decode on H800, EP 128, 128 requests a device, 4096 tokens, two
 * micro-batches: 2324 tokens/s a device. InferSim says 2675, shallowsim 2965. */
static void deepseek_decodes_on_h800_as_published(void **state)
{
    struct metrics m =
        priced(SET("model=deepseek-v3", "chip=h800", "timing=calibrated", "plan.devices=128",
                   "plan.tp=1", "plan.ep=128", "workload.batch=16384", "workload.context=4096",
                   "plan.overlap=two_batch", "precision.weight=fp8_block", "precision.math=fp8",
                   "precision.kv=bf16", "precision.dispatch=fp8"));
    (void)state;
    assert_close(m.tokens_per_s_per_device, 2324, 0.15);
    assert_true(m.calibrated_on == ON_GENERATION);
    assert_true(m.tokens_per_s_per_device_low < 2324 && 2324 < m.tokens_per_s_per_device_high);
}

/* NVIDIA's performance overview of TensorRT-LLM (docs/source/developer-guide/perf-overview.md,
 * commit 03e27c7): Llama-3.3-70B, FP8, two H200, 1024 in and 1024 out, 2582 tokens/s a device under
 * maximum load; 8192 in: 537. */
static void llama_serves_on_h200_as_published(void **state)
{
    static const struct {
        const char *input;
        double tokens_per_s;
    } published[] = {{"workload.input=1024", 2582}, {"workload.input=8192", 537}};
    (void)state;
    for (size_t i = 0; i < LEN(published); i++) {
        struct metrics m =
            priced(SET("model=llama-3.1-70b", "chip=h200", "timing=calibrated", "plan.devices=2",
                       "plan.tp=2", "workload.phase=serving", "workload.output=1024",
                       published[i].input, "precision.weight=fp8", "precision.math=fp8",
                       "precision.kv=fp8", "chip.memory_byte=126.9GB"));
        assert_close(m.tokens_per_s_per_device, published[i].tokens_per_s, 0.1);
        assert_true(m.calibrated_on == ON_OWN);
    }
}

static void only_what_was_measured_is_calibrated(void **state)
{
    struct metrics none = priced(SET("chip=mi300x", "timing=calibrated"));
    struct metrics ampere = priced(SET("model=deepseek-r1", "chip=a100", "timing=calibrated"));
    struct metrics dense = priced(SET("model=llama-3.1-70b", "chip=a100", "timing=calibrated"));
    (void)state;
    assert_true(none.verdict == VERDICT_CALIBRATION && isnan(none.tpot_s));
    assert_true(ampere.verdict == VERDICT_CALIBRATION); /* no MoE, no MLA decode on A100 */
    assert_true(dense.verdict == VERDICT_OK && dense.tpot_s > 0);
}

/* Where a phase prefills, a prefill kernel without constants refuses it, as decode kernels do. */
static void a_phase_with_prompts_needs_measured_prefill_kernels(void **state)
{
    static const struct {
        const char *phase;
        bool prompts;
    } phases[] = {{"workload.phase=decode", false},
                  {"workload.phase=prefill", true},
                  {"workload.phase=serving", true},
                  {"workload.phase=disaggregated", true}};
    (void)state;
    for (size_t i = 0; i < LEN(phases); i++)
        for (int pool = 0; pool < 2; pool++) {
            const char *of_pool = pool ? "pools.prefill.tp=4" : "pools.prefill.tp=auto";
            struct study *s = study_with(SET("model=llama-3.1-70b", "chip=h100", "plan.devices=8",
                                             "timing=calibrated", of_pool, phases[i].phase));
            struct calibration few = *s->base.calibration;
            struct metrics all, m;
            evaluate(&s->base, &s->prices, &all, NULL);
            for (int k = 0; k < KV_NUMBERS; k++)
                few.prefill[k].error = 0;
            s->base.calibration = &few;
            evaluate(&s->base, &s->prices, &m, NULL);
            assert_true(all.verdict == VERDICT_OK);
            assert_int_equal(m.verdict, phases[i].prompts ? VERDICT_CALIBRATION : VERDICT_OK);
            study_free(s);
        }
}

/* Tensor parallelism needs a kernel that one device alone does not. */
static void a_mapping_with_a_kernel_that_was_not_measured_is_refused(void **state)
{
    struct study *s = study_with(
        SET("model=deepseek-v2-lite", "chip=h100", "plan.devices=2", "timing=calibrated"));
    struct calibration few = *s->base.calibration;
    struct metrics m;
    (void)state;
    few.exchange.error = 0;
    s->base.calibration = &few;
    evaluate(&s->base, &s->prices, &m, NULL);
    assert_int_equal(m.verdict, VERDICT_CALIBRATION);
    study_free(s);
}

/* A sweep over chips times each as it would be alone. */
static void an_axis_of_chips_brings_each_its_calibration(void **state)
{
    static const char *const chip[] = {"chip=b200", "chip=h100", "chip=h800", "chip=a100",
                                       "chip=mi300x"};
    struct study *s;
    struct cursor c = {0};
    struct plan plan;
    struct err err;
    (void)state;
    if (study_parse(&s, "chips",
                    "model: llama-3.1-70b\ntiming: calibrated\n"
                    "sweep: {chip: [b200, h100, h800, a100, mi300x]}\n",
                    catalogue, &err) != 0)
        assert_string_equal(err.text, "");
    cursor_seek(&c, s, 0);
    for (size_t i = 0; i < LEN(chip); i++, cursor_next(&c)) {
        struct metrics alone = priced(SET("model=llama-3.1-70b", "timing=calibrated", chip[i]));
        struct metrics swept;
        cursor_evaluate(&c, &swept, &plan);
        assert_memory_equal(&swept, &alone, sizeof alone);
    }
    cursor_free(&c);
    study_free(s);
}

static void a_chip_without_measurements_is_less_sure(void **state)
{
    struct metrics own = priced(SET("model=llama-3.1-70b", "chip=h100", "timing=calibrated"));
    struct metrics moved = priced(SET("model=llama-3.1-70b", "chip=h20", "timing=calibrated"));
    struct metrics ideal = priced(SET("model=llama-3.1-70b", "chip=h100"));
    (void)state;
    assert_true(own.calibrated_on == ON_OWN && moved.calibrated_on == ON_GENERATION);
    assert_true(moved.timing_error > 1.05 * own.timing_error);
    assert_true(own.tpot_s_low < own.tpot_s && own.tpot_s < own.tpot_s_high);
    assert_true(own.tokens_per_s_low < own.tokens_per_s);
    assert_close(own.tpot_s_low * own.tpot_s_high, own.tpot_s * own.tpot_s, 1e-9);
    assert_true(isnan(ideal.tpot_s_low) && isnan(ideal.calibrated_on));
    assert_true(own.tpot_s > ideal.tpot_s);
}

/* A step without what the host does meanwhile. */
static double device_s(double step_s, double host_s)
{
    return sqrt(step_s * step_s - host_s * host_s);
}

/* A step of serving is a decode step, and what its share of prompts takes besides. */
static void serving_is_decode_and_its_share_of_prefill(void **state)
{
#define COMMON                                                                                     \
    "model=llama-3.1-70b", "chip=h200", "timing=calibrated", "plan.devices=4", "plan.tp=4"
    struct metrics serving = priced(SET(COMMON, "workload.phase=serving", "workload.batch=64",
                                        "workload.input=2048", "workload.output=512"));
    struct metrics decode = priced(SET(COMMON, "workload.batch=64", "workload.context=2304"));
    struct metrics prefill =
        priced(SET(COMMON, "workload.phase=prefill", "workload.batch=1", "workload.context=2048"));
    const struct serving_set *c = &calibration_called("hopper")->serving;
    double host_s = host_work(c, 64).s;
    (void)state;
    assert_close(device_s(serving.tpot_s, host_s),
                 device_s(decode.tpot_s, host_s) + 64 / 512.0 * c->prompt_ratio * prefill.ttft_s,
                 1e-9);
}

/* InferenceMAX, gpt-oss-120b by TensorRT-LLM on B200, 1024 in and 8192 out (aiconfigurator
 * v0.11.0): 12.4 ms with 128 requests on one device, 17.4 with 256. Its kernels would take far less
 * of the difference: the host sees to every request. */
static void many_small_requests_wait_for_the_host(void **state)
{
    static const struct {
        const char *batch;
        double tpot_s;
    } measured[] = {{"workload.batch=128", 12.419e-3}, {"workload.batch=256", 17.447e-3}};
    const struct calibration *c = calibration_called("blackwell");
    (void)state;
    for (size_t i = 0; i < LEN(measured); i++) {
        struct metrics m =
            priced(SET("model=gpt-oss-120b", "chip=b200", "timing=calibrated", "plan.devices=1",
                       "workload.phase=serving", "workload.input=1024", "workload.output=8192",
                       "workload.skew=0.5", "precision.weight=fp4", "precision.kv=fp8",
                       "precision.math=fp8", measured[i].batch));
        assert_close(m.tpot_s, measured[i].tpot_s, 0.12);
    }
    for (double n = 1; n < 5000; n *= 3) {
        double t = calibration_step_s(c, 0.01, n);
        double host_s = host_work(&c->serving, n).s;
        assert_true(host_s <= n * c->serving.request_s);
        assert_true(t > 0.01 && t > host_s && t < 0.01 + host_s);
        assert_true(3 * n / calibration_step_s(c, 0.01, 3 * n) > n / t); /* more requests pay */
    }
}

/* SGLang by Ant (LMSYS): DeepSeek-R1 on H20, 4864 tokens, two tokens a step of which 1.85 are kept:
 * 714 tokens/s a device with EP 16 and 48 requests a device, 585 with EP 32 and 32. With as many
 * requests EP 16 is faster: half of what it sends stays within the server, and fewer ranks wait. */
static void fewer_ranks_share_experts_faster_on_h20(void **state)
{
#define ON_H20                                                                                     \
    "model=deepseek-r1", "chip=h20", "timing=calibrated", "plan.tp=1", "workload.context=4864",    \
        "workload.query_tokens=2", "workload.accepted_tokens=1.85", "precision.weight=fp8",        \
        "precision.kv=fp8", "precision.math=fp8", "precision.dispatch=fp8", "workload.skew=0.7",   \
        "workload.placement=replicated", "plan.redundant_experts=32"
    struct metrics few = priced(SET(ON_H20, "plan.devices=16", "plan.ep=16", "workload.batch=768"));
    struct metrics as_many =
        priced(SET(ON_H20, "plan.devices=16", "plan.ep=16", "workload.batch=512"));
    struct metrics many =
        priced(SET(ON_H20, "plan.devices=32", "plan.ep=32", "workload.batch=1024"));
    (void)state;
    assert_close(few.tokens_per_s_per_device, 714, 0.15);
    assert_close(many.tokens_per_s_per_device, 585, 0.15);
    assert_true(as_many.tokens_per_s_per_device > many.tokens_per_s_per_device);
}

/* gpt-oss-120b on four B200, one request (LMSYS): 416 tokens/s in MXFP4, 316 in BF16. */
static void a_single_request_is_faster_in_mxfp4_than_in_bf16(void **state)
{
#define ALONE                                                                                      \
    "model=gpt-oss-120b", "chip=b200", "timing=calibrated", "plan.devices=4", "plan.tp=4",         \
        "workload.batch=1", "workload.context=1024", "workload.skew=0.7", "precision.kv=bf16"
    struct metrics mxfp4 = priced(SET(ALONE, "precision.weight=0.53125", "precision.math=fp8"));
    struct metrics bf16 = priced(SET(ALONE, "precision.weight=bf16", "precision.math=bf16"));
    (void)state;
    assert_close(mxfp4.tokens_per_s, 416, 0.1);
    assert_true(mxfp4.tokens_per_s > bf16.tokens_per_s);
}

/* Blackwell's units take FP4 by FP8 as it is; Hopper's experts in FP4 are unpacked first. */
static void only_units_without_fp4_unpack_it(void **state)
{
    struct metrics b200[2], h100[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *math = i ? "precision.math=bf16" : "precision.math=fp8";
        b200[i] = priced(SET("model=gpt-oss-120b", "chip=b200", "timing=calibrated",
                             "workload.batch=64", "precision.weight=fp4", math));
        h100[i] = priced(SET("model=gpt-oss-120b", "chip=h100", "timing=calibrated",
                             "workload.batch=64", "precision.weight=fp4", math));
    }
    assert_true(b200[1].expert_s > 1.5 * b200[0].expert_s);
    assert_true(h100[1].expert_s < 1.5 * h100[0].expert_s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_value_is_found),
        cmocka_unit_test(no_kernel_is_faster_than_its_data_sheet_and_none_speeds_up_with_work),
        cmocka_unit_test(start_up_is_all_there_is_to_nothing),
        cmocka_unit_test(a_kernel_without_a_name_is_refused),
        cmocka_unit_test(mla_reaches_what_flashmla_says),
        cmocka_unit_test(an_all_to_all_takes_as_long_as_deepep_says),
        cmocka_unit_test(deepseek_decodes_on_h800_as_published),
        cmocka_unit_test(llama_serves_on_h200_as_published),
        cmocka_unit_test(only_what_was_measured_is_calibrated),
        cmocka_unit_test(a_phase_with_prompts_needs_measured_prefill_kernels),
        cmocka_unit_test(a_mapping_with_a_kernel_that_was_not_measured_is_refused),
        cmocka_unit_test(an_axis_of_chips_brings_each_its_calibration),
        cmocka_unit_test(a_chip_without_measurements_is_less_sure),
        cmocka_unit_test(serving_is_decode_and_its_share_of_prefill),
        cmocka_unit_test(many_small_requests_wait_for_the_host),
        cmocka_unit_test(fewer_ranks_share_experts_faster_on_h20),
        cmocka_unit_test(a_single_request_is_faster_in_mxfp4_than_in_bf16),
        cmocka_unit_test(only_units_without_fp4_unpack_it),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
