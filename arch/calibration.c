#include "arch/calibration.h"

#include "arch/kernel_time.h"
#include "base/mem.h"

/* clang-format off */
#define ROW(key, member, of_unit, from, to, text) \
    { .name = key, .unit = of_unit, .offset = offsetof(struct calibration, member), .lo = from, .hi = to, .doc = text }
#define START(key, set) ROW(key "_start_s", set.start_s, "s", 0, 1, "Start-up time of a call.")
#define COMPUTE(key, set) ROW(key "_compute", set.compute, "1", 0, 1, "Share of the peak arithmetic reached.")
#define MEMORY(key, set) ROW(key "_memory", set.memory, "1", 0, 1, "Share of the memory bandwidth reached.")
#define LINK(key, set) ROW(key "_link", set.link, "1", 0, 1, "Share of the link bandwidth reached.")
#define ERROR(key, set) ROW(key "_error", set.error, "1", 0, 10, "Standard deviation of the log of calibrated over measured time.")

#define GEMM(key, n) START(key, gemm[n]), COMPUTE(key, gemm[n]), MEMORY(key, gemm[n]), \
    ROW(key "_depth_s", gemm[n].depth_s, "s", 0, 1, "Time per 1000 of the reduction dimension, whose loop is not split over units."), \
    ERROR(key, gemm[n])
#define MOE(key, n) START(key, moe[n]), \
    ROW(key "_expert_s", moe[n].expert_s, "s", 0, 1, "Time per expert that the device holds, used or not."), \
    COMPUTE(key, moe[n]), MEMORY(key, moe[n]), \
    ROW(key "_aside", moe[n].aside, "1", 0, 1, "Share of the memory bandwidth that permuting and quantising activations reach."), \
    ERROR(key, moe[n])
#define MOE_FEW(key, set) START(key, set), COMPUTE(key, set), MEMORY(key, set), \
    ROW(key "_token_s", set.token_s, "s", 0, 1, "Time per token of all devices that share the experts."), \
    ERROR(key, set)
#define DECODE(key, n) START(key, decode[n]), MEMORY(key, decode[n]), \
    ROW(key "_small", decode[n].small, "1", 0, 1, "Share of the reached memory bandwidth that small reads reach."), \
    ROW(key "_per_head", decode[n].per_head, "1", 0, 10, "Factor on the bytes of MHA, where every query head has its own KV head."), \
    ERROR(key, decode[n])
#define MLA(key, n) START(key, mla[n]), COMPUTE(key, mla[n]), MEMORY(key, mla[n]), ERROR(key, mla[n])
#define PREFILL(key, set) START(key, set), COMPUTE(key, set), \
    ROW(key "_pad_tokens", set.pad_tokens, "tokens", 0, 1e5, "Additional keys counted for every query."), ERROR(key, set)
#define RING(key, set) START(key, set), LINK(key, set), ROW(key "_hop_s", set.hop_s, "s", 0, 1, "Latency per additional device."), ERROR(key, set)

static const struct field rows[] = {
    ROW("unit_flop_per_s", unit_flop_per_s, "FLOP/s", 0, 1e15, "BF16 peak of a compute unit of the chips measured; 0: unknown."),
    GEMM("gemm_bf16", NUMBER_BF16), GEMM("gemm_fp8", NUMBER_FP8), GEMM("gemm_fp8_block", NUMBER_FP8_BLOCK), GEMM("gemm_fp4", NUMBER_FP4),
    MOE("moe_bf16", NUMBER_BF16), MOE("moe_fp8", NUMBER_FP8), MOE("moe_fp8_block", NUMBER_FP8_BLOCK), MOE("moe_fp4", NUMBER_FP4), MOE_FEW("moe_few", moe_few),
    DECODE("decode_bf16", NUMBER_BF16), DECODE("decode_fp8", NUMBER_FP8),
    MLA("mla_bf16", NUMBER_BF16), MLA("mla_fp8", NUMBER_FP8),
    PREFILL("prefill_bf16", prefill[NUMBER_BF16]), PREFILL("prefill_fp8", prefill[NUMBER_FP8]),
    PREFILL("prefill_mla_bf16", prefill_mla[NUMBER_BF16]), PREFILL("prefill_mla_fp8", prefill_mla[NUMBER_FP8]),
    START("reduce", reduce), LINK("reduce", reduce), ROW("reduce_two_shot_s", reduce.two_shot_s, "s", 0, 1, "Start-up time of the second shot of a two-shot all-reduce."), ERROR("reduce", reduce),
    RING("ring", ring), RING("exchange", exchange),
    START("vector", vector), MEMORY("vector", vector), ERROR("vector", vector),
    ROW("serving_ratio", serving.ratio, "1", 0, 10, "Time of a serving engine's decode step over the sum of its kernel times."),
    ROW("serving_weight_only_ratio", serving.weight_only_ratio, "1", 0, 10, "serving_ratio of expert kernels whose weights are stored in a narrower format than the arithmetic."),
    ROW("serving_prompt_ratio", serving.prompt_ratio, "1", 0, 10, "Time of the prompts in a serving engine's steps over that of their kernels."),
    ROW("serving_layer_s", serving.layer_s, "s", 0, 1, "Time per layer between its kernels."),
    ROW("serving_wait_s", serving.wait_s, "s", 0, 1, "Standard deviation of the time that data-parallel ranks take to a layer of experts: they wait for the slowest."),
    ROW("serving_request_s", serving.request_s, "s", 0, 1, "Host time of a serving engine per request and step, if there are few."),
    ROW("serving_crowd", serving.crowd, "1", 0, 1e9, "Requests of a rank at which the host takes half as long for each; 0: never."),
    ROW("network", serving.network, "1", 0, 1, "Share of the scale-out bandwidth that collectives reach."),
    ROW("network_start_s", serving.network_start_s, "s", 0, 1, "Start-up time of an exchange over the scale-out network."),
    ROW("moved_error", serving.moved_error, "1", 0, 10, "Error added for a chip of the generation that was not measured itself."),
    ROW("serving_error", serving.error, "1", 0, 10, "Error of a whole step beyond that of its kernels, dense models: software."),
    ROW("serving_experts_error", serving.experts_error, "1", 0, 10, "The same with experts."),
    ROW("serving_wait_error", serving.wait_error, "1", 0, 10, "The same with experts whose data-parallel ranks wait for each other."),
};
/* clang-format on */
COVERS(rows, calibration);

const struct fields calibration_fields = {"calibration", rows, LEN(rows),
                                          sizeof(struct calibration)};

/* Members that every set of constants has. */
struct common {
    double start_s, error;
};

static struct common common_of(const struct calibration *c, enum kernel k, int number)
{
#define COMMON(set) ((struct common){(set).start_s, (set).error})
    switch (k) {
    case KERNEL_GEMM:
        return COMMON(c->gemm[number]);
    case KERNEL_MOE:
        return COMMON(c->moe[number]);
    case KERNEL_DECODE:
        return COMMON(c->decode[number]);
    case KERNEL_DECODE_MLA:
        return COMMON(c->mla[number]);
    case KERNEL_PREFILL:
        return COMMON(c->prefill[number]);
    case KERNEL_PREFILL_MLA:
        return COMMON(c->prefill_mla[number]);
    case KERNEL_REDUCE:
        return (struct common){0, c->reduce.error};
    case KERNEL_EXCHANGE:
        return (struct common){0, c->exchange.error};
    case KERNEL_VECTOR:
        return COMMON(c->vector);
    case KERNEL_UNKNOWN:
    case KERNELS:
        break;
    }
    return (struct common){0, 0}; /* not measured */
}

static int format_of(enum kernel k, double math_byte, double kv_byte)
{
    bool attention = k == KERNEL_DECODE || k == KERNEL_DECODE_MLA || k == KERNEL_PREFILL ||
                     k == KERNEL_PREFILL_MLA;
    if (attention)
        return kv_byte < 1.5 ? NUMBER_FP8 : NUMBER_BF16;
    if (k != KERNEL_GEMM && k != KERNEL_MOE)
        return NUMBER_BF16;
    /* The tables of NUMBER_FP8 include a separate kernel that quantises the input; serving engines
     * fuse it, so FP8 takes the block-scaled constants. */
    return math_byte > 1.5 ? NUMBER_BF16 : math_byte < 0.75 ? NUMBER_FP4 : NUMBER_FP8_BLOCK;
}

enum { NO_NUMBER = -1 };

/* The format whose constants are used where those of a format were not measured. */
static const int wider[NUMBERS] = {
    [NUMBER_FP4] = NUMBER_FP8_BLOCK,
    [NUMBER_FP8_BLOCK] = NUMBER_FP8,
    [NUMBER_FP8] = NUMBER_BF16,
    [NUMBER_BF16] = NO_NUMBER,
};

int calibration_number(const struct calibration *c, enum kernel k, double math_byte, double kv_byte)
{
    int number = format_of(k, math_byte, kv_byte);
    while (number != NO_NUMBER && common_of(c, k, number).error <= 0)
        number = wider[number];
    return number;
}

double calibration_error(const struct calibration *c, enum kernel k, int number)
{
    return common_of(c, k, number).error;
}

double calibration_reduce_s(const struct calibration *c, bool ring, const struct call *x)
{
    return ring ? reduce_by_ring(c, x).s : reduce_by_server(c, x).s;
}

double calibration_few_s(const struct calibration *c, const struct call *x)
{
    return c->moe_few.start_s + moe_few_work(&c->moe_few, x).s;
}

bool calibration_has_few(const struct calibration *c, double expert_byte)
{
    return c->moe_few.error > 0 && expert_byte < 0.75;
}

double calibration_start_s(const struct calibration *c, enum kernel k, int number)
{
    return common_of(c, k, number).start_s;
}

double calibration_call_s(const struct calibration *c, enum kernel k, int number,
                          const struct call *x)
{
    double start_s = x->joined ? 0 : calibration_start_s(c, k, number);
    switch (k) {
    case KERNEL_GEMM:
        return start_s + gemm_work(&c->gemm[number], x).s;
    case KERNEL_MOE:
        return start_s + moe_faster_work(c, number, x).s;
    case KERNEL_DECODE:
        return start_s + decode_work(&c->decode[number], x).s;
    case KERNEL_DECODE_MLA:
        return start_s + mla_work(&c->mla[number], x).s;
    case KERNEL_PREFILL:
        return start_s + prefill_work(&c->prefill[number], x).s;
    case KERNEL_PREFILL_MLA:
        return start_s + prefill_work(&c->prefill_mla[number], x).s;
    case KERNEL_REDUCE:
        return start_s + reduce_work(c, x).s;
    case KERNEL_EXCHANGE:
        return start_s + exchange_work(&c->exchange, x).s;
    case KERNEL_VECTOR:
        return start_s + vector_work(&c->vector, x).s;
    case KERNEL_UNKNOWN:
    case KERNELS:
        break;
    }
    return NAN; /* calibration_number has refused these */
}

double calibration_serving_ratio(const struct calibration *c, enum kernel k, bool weight_only)
{
    const struct serving_set *s = &c->serving;
    return k == KERNEL_MOE && weight_only ? s->weight_only_ratio : s->ratio;
}

double calibration_step_s(const struct calibration *c, double device_s, double requests)
{
    return norm2(device_s, host_work(&c->serving, requests).s);
}

double calibration_serving_error(const struct calibration *c, bool routes, bool waits)
{
    const struct serving_set *s = &c->serving;
    return waits ? s->wait_error : routes ? s->experts_error : s->error;
}
