/* The offline benchmark behind TensorRT-LLM's performance overview: `trtllm-bench throughput`
 * submits a number of requests of equal lengths at once and divides all their tokens by the time
 * until the last one finishes. Its own rules set how many run concurrently
 * (docs/source/developer-guide/perf-overview.md at commit 03e27c7, docs/source/performance/
 * perf-overview.md at commit 00f37686 for version 1.0, tensorrt_llm/bench/build). */
#ifndef DSE_VALIDATE_TRTLLM_BENCH_H
#define DSE_VALIDATE_TRTLLM_BENCH_H

#include "arch/evaluate.h"

/* Number of requests of the run with these prompt and answer lengths; 0 if the overviews have no
 * such run. */
double trtllm_bench_requests(double input, double output);

/* Most concurrent requests of one rank: the KV cache gets 0.9 of the memory that weights and work
 * space leave; a request reserves its whole prompt and answer (GUARANTEED_NO_EVICT) in every layer,
 * even in layers with a sliding window (max_attention_window is not set); at most the batch that
 * the benchmark chooses for the weight format. `weight_byte` per device. */
double trtllm_bench_batch(const struct design *d, double weight_byte);

/* A run: `n` full waves of `batch` concurrent requests, then a wave of the `rest`, or none. */
struct waves {
    double batch, n, rest;
};
struct waves trtllm_bench_waves(const struct design *d, double requests);

/* Metrics at the batch of a full wave, with the throughput of the whole run. */
void trtllm_bench_price(struct metrics *out, const struct design *d, double requests);

#endif
