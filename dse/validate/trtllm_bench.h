/* The offline benchmark behind TensorRT-LLM's performance overview: `trtllm-bench throughput` hands
 * over a number of requests of the same lengths at once and divides all their tokens by the time
 * until the last is done. How many run at a time is what its own rules leave
 * (docs/source/developer-guide/perf-overview.md at commit 03e27c7, tensorrt_llm/bench/build). */
#ifndef DSE_VALIDATE_TRTLLM_BENCH_H
#define DSE_VALIDATE_TRTLLM_BENCH_H

#include "arch/evaluate.h"

/* Requests of a run by the lengths of their prompt and answer; 0: the overview has no such run. */
double offline_requests(double input, double output);

/* Requests of one rank that the server lets run at a time: the KV cache gets 0.9 of the memory that
 * the weights leave, a request its whole prompt and answer (GUARANTEED_NO_EVICT) in every layer,
 * also where only a window is looked at (max_attention_window is not set); at most the batch that
 * the benchmark chooses for the weights' format. `weight_byte` of a device. */
double offline_batch(const struct design *d, double weight_byte);

/* Metrics at that batch, with the throughput of the whole run: as many at once as may, wave by
 * wave, the last with what is left. */
void offline_price(struct metrics *out, const struct design *d, double requests);

#endif
