/* Calibrated timing: what measured kernels take beyond the roofline of the data sheet. One file of
 * constants per chip generation, fitted to kernel tables by `dse calibrate`.
 *
 * A call is handed over as the times the data sheet allows each of its costs; a few constants per
 * class of kernel and number format make a measured-like time of them. The forms were chosen, and
 * the constants fitted, on NVIDIA aiconfigurator's public kernel tables (v0.11.0: TensorRT-LLM,
 * SGLang, NCCL on A100, H100, H200, B200, GB200). */
#ifndef ARCH_CALIBRATION_H
#define ARCH_CALIBRATION_H

#include "arch/op.h"
#include "arch/plan.h"
#include "base/field.h"

/* Number formats that kernels are measured in. */
enum number { NUMBER_BF16, NUMBER_FP8, NUMBER_FP8_BLOCK, NUMBER_FP4, NUMBERS };

enum { KV_NUMBERS = NUMBER_FP8 + 1 }; /* attention: by the format of the KV cache */

/* `compute`, `memory`, `link`: efficiencies over the data sheet, 0..1. `error`: standard deviation
 * of log(time / measured); 0: nothing was measured, the set is not there. */
struct calibration {
    struct gemm_set {
        double start_s, compute, memory, depth_s, error;
    } gemm[NUMBERS];
    struct moe_set {
        double start_s, compute, memory, aside, error;
    } moe[NUMBERS];
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
        double ratio, weight_only_ratio, layer_s, request_s, network, moved_error, error;
    } serving;
};

extern const struct fields calibration_fields;

/* One call of a kernel: its costs at the rates of the data sheet, s. */
struct call {
    double compute_s, memory_s; /* all its bytes but those of aside_s */
    double grows_s;             /* of memory_s, what grows with the requests */
    double aside_s;             /* activations in and out: of decode MLA and MoE */
    double key_s;               /* prefill: arithmetic of one more key for every query */
    double wire_s;              /* collectives: the whole message over the link */
    double depth;               /* GEMM: reduction dimension; decode: tokens of context */
    double group;               /* collectives: devices */
    bool per_head;              /* decode: as many KV heads as query heads */
    bool joined;                /* part of another call: no start-up */
};

/* The format whose constants are for arithmetic and a KV cache of these bytes per number, or the
 * nearest wider one that was measured; -1 if there is none. */
int calibration_number(const struct calibration *c, enum kernel k, double math_byte,
                       double kv_byte);

/* Seconds of one call, by the formulas of arch/kernel_time.h. `number` as calibration_number says.
 * Never falls as a cost grows. */
double calibration_call_s(const struct calibration *c, enum kernel k, int number,
                          const struct call *call);

/* What a call takes whatever it does; 0 of collectives, whose formulas have it. */
double calibration_start_s(const struct calibration *c, enum kernel k, int number);

/* An all-reduce by one of its two kernels: the server's own, or the general library's ring. */
double calibration_reduce_s(const struct calibration *c, bool ring, const struct call *call);

/* Decode steps of serving engines over the sum of their kernels, which follow one another without
 * their start-up times. `weight_only`: weights are stored narrower than is computed with. */
double calibration_serving_ratio(const struct calibration *c, enum kernel k, bool weight_only);

/* A serving step whose kernels take device_s, beside the host's work on each of its requests
 * (scheduling, preparing inputs, sampling), which runs meanwhile; that neither waits for the other
 * would be the larger of both, measured is their 2-norm. */
double calibration_step_s(const struct calibration *c, double device_s, double requests);

/* Standard deviation of the log of such a time. */
double calibration_error(const struct calibration *c, enum kernel k, int number);

#endif
