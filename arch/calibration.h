/* Calibrated timing: time of a kernel call from its roofline times and fitted constants. One file
 * of constants per chip generation, fitted to kernel tables by `dse calibrate`.
 *
 * Idea: each cost of a call is given as its time at the data sheet's rate; a few constants per
 * kernel class and number format turn these times into the measured one. Formulas and constants
 * were chosen and fitted on NVIDIA aiconfigurator's public kernel tables (v0.11.0: TensorRT-LLM,
 * SGLang, NCCL on A100, H100, H200, B200, GB200). Invariant: no time falls as a cost grows. */
#ifndef ARCH_CALIBRATION_H
#define ARCH_CALIBRATION_H

#include "arch/op.h"
#include "arch/plan.h"
#include "base/field.h"

/* Number formats that kernels are measured in. */
enum number {
    NUMBER_BF16,
    NUMBER_FP8,
    KV_NUMBERS, /* those before it are also formats of a KV cache: attention has a set for each */
    NUMBER_FP8_BLOCK = KV_NUMBERS,
    NUMBER_FP4,
    NUMBERS
};

/* `compute`, `memory`, `link`: shares of the data sheet's rates reached, 0..1. `error`: standard
 * deviation of log(time / measured); 0: not measured, the other constants are unused. */
struct calibration {
    double unit_flop_per_s; /* BF16 peak of a compute unit of the chips measured; 0: unknown */
    struct gemm_set {
        double start_s, compute, memory, depth_s, error;
    } gemm[NUMBERS];
    struct moe_set {
        double start_s, expert_s, compute, memory, aside, error;
    } moe[NUMBERS];
    struct moe_few_set {
        double start_s, compute, memory, token_s, error;
    } moe_few; /* the kernel for few tokens, of experts with 4-bit weights */
    struct decode_set {
        double start_s, memory, small, per_head, error;
    } decode[KV_NUMBERS];
    struct mla_set {
        double start_s, compute, memory, error;
    } mla[KV_NUMBERS];
    struct prefill_set {
        double start_s, compute, pad_tokens, error;
    } prefill[KV_NUMBERS], prefill_mla[KV_NUMBERS];
    struct reduce_set {
        double start_s, link, two_shot_s, error;
    } reduce;
    struct ring_set {
        double start_s, link, hop_s, error;
    } ring, exchange;
    struct vector_set {
        double start_s, memory, error;
    } vector;
    struct serving_set {
        double ratio, weight_only_ratio, prompt_ratio, layer_s, wait_s;
        double request_s, crowd, network, network_start_s, moved_error;
        double error, experts_error, wait_error; /* of dense models; with experts; that wait */
    } serving;
};

extern const struct fields calibration_fields;

/* One call of a kernel: its costs at the rates of the data sheet, s. */
struct call {
    double compute_s, memory_s; /* memory_s: all bytes except those of aside_s */
    double grows_s;             /* the part of memory_s that grows with the requests */
    double aside_s;             /* activations read and written by decode MLA and MoE */
    double key_s;               /* prefill: arithmetic of one additional key per query */
    double wire_s;              /* collectives: the whole message over the link */
    double per_unit;            /* peak of a compute unit over that of the chips measured */
    double depth;               /* GEMM: reduction dimension; decode: tokens of context */
    double group;               /* collectives: devices */
    double tokens;              /* MoE: of all devices that share the experts */
    double experts;             /* MoE: that the device holds, used or not */
    bool few;                   /* MoE: there is a kernel for few tokens */
    bool per_head;              /* decode: as many KV heads as query heads */
    bool joined;                /* part of another call: no start-up time */
};

/* The format of arithmetic and KV cache with these bytes per element, or the nearest wider one that
 * was measured; -1 if there is none. */
int calibration_number(const struct calibration *c, enum kernel k, double math_byte,
                       double kv_byte);

/* Time of one call by the formulas of arch/kernel_time.h; `number` is from calibration_number. */
double calibration_call_s(const struct calibration *c, enum kernel k, int number,
                          const struct call *call);

/* Time of a call of the expert kernel for few tokens, whether it is the faster one or not. */
double calibration_few_s(const struct calibration *c, const struct call *call);

/* Does the generation have that kernel for experts of these bytes per weight? */
bool calibration_has_few(const struct calibration *c, double expert_byte);

/* Start-up time of a call; 0 for collectives, whose formulas include it. */
double calibration_start_s(const struct calibration *c, enum kernel k, int number);

/* Time of an all-reduce by the serving engine's own kernel, or by NCCL's ring. */
double calibration_reduce_s(const struct calibration *c, bool ring, const struct call *call);

/* Time of a serving engine's decode step over the sum of its kernel times, whose start-up times it
 * hides. `weight_only`: weights are stored in a narrower format than the arithmetic. */
double calibration_serving_ratio(const struct calibration *c, enum kernel k, bool weight_only);

/* Time of a serving step whose kernels take device_s while the host works on its requests
 * (scheduling, preparing inputs, sampling). Perfect overlap would give the larger of both; measured
 * steps follow their 2-norm. */
double calibration_step_s(const struct calibration *c, double device_s, double requests);

/* Error of a whole serving step beyond that of its kernels, a standard deviation of
 * log(time / measured). `routes`: the model has experts; `waits`: its data-parallel ranks wait for
 * each other. */
double calibration_serving_error(const struct calibration *c, bool routes, bool waits);

/* Standard deviation of log(time / measured) of a call. */
double calibration_error(const struct calibration *c, enum kernel k, int number);

#endif
