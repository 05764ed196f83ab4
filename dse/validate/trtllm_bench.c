#include "dse/validate/trtllm_bench.h"

#include <math.h>

#include "arch/layers.h"
#include "arch/precision.h"
#include "base/mem.h"
#include "dse/validate/measured_serving.h"

/* Of the memory that weights and work space leave; some runs use 0.95. */
static const double KV_SHARE = 0.9;
/* Activations of 8192 tokens, graphs and libraries; with experts those of the tokens of all ranks,
 * once for each expert that a token uses (assumed). */
static const double WORK_BYTE = 4e9, EXPERTS_WORK_BYTE = 12e9;

static const struct {
    double input, output, requests;
} runs[] = {
    /* docs/source/developer-guide/perf-overview.md at commit 03e27c7 */
    {1024, 1024, 3000},
    {8192, 1024, 1500},
    {1024, 8192, 1500},
    {32768, 1024, 1000},
    {1024, 32768, 1000},
    /* docs/source/performance/perf-overview.md at commit 00f37686 (v1.0) */
    {128, 128, 30000},
    {128, 2048, 3000},
    {128, 4096, 1500},
    {500, 2000, 3000},
    {1000, 1000, 3000},
    {1000, 2000, 1500},
    {2048, 128, 3000},
    {2048, 2048, 1500},
    {5000, 500, 1500},
    {20000, 2000, 1000},
};

double trtllm_bench_requests(double input, double output)
{
    for (size_t i = 0; i < LEN(runs); i++)
        if (runs[i].input == input && runs[i].output == output)
            return runs[i].requests;
    return 0;
}

double trtllm_bench_batch(const struct design *d, double weight_byte)
{
    /* Largest batch that the benchmark chooses for known formats; 2048 for others such as MXFP4. */
    double most = is_mxfp4(d->model_name) ? 2048 : 4096;
    const struct precision p = precision_settled(&d->precision, &d->model);
    struct layers l;
    layers_of(&l, &d->model);
    double request_byte = (d->workload.input + d->workload.output) *
                          layers_kv_byte_per_token(&l, d->plan.tp, p.kv, p.rope, 0);
    double work_byte = d->model.experts > 0 ? EXPERTS_WORK_BYTE : WORK_BYTE;
    double left_byte = KV_SHARE * (d->chip.memory_byte - weight_byte - work_byte);
    return fmin(floor(left_byte / request_byte), most);
}

struct waves trtllm_bench_waves(const struct design *d, double requests)
{
    struct metrics m;
    evaluate(d, NULL, &m, NULL);
    double ranks = d->plan.devices / d->plan.tp;
    double full = fmin(requests, fmax(1, trtllm_bench_batch(d, m.weight_byte)) * ranks);
    double n = floor(requests / full);
    return (struct waves){full, n, requests - n * full};
}

void trtllm_bench_price(struct metrics *out, const struct design *d, double requests)
{
    struct waves waves = trtllm_bench_waves(d, requests);
    struct design wave = *d;
    wave.workload.batch = waves.batch;
    evaluate(&wave, NULL, out, NULL);
    double spent_s = waves.n * waves.batch / out->tokens_per_s;
    if (waves.rest >= 1) {
        struct metrics last;
        wave.workload.batch = waves.rest;
        evaluate(&wave, NULL, &last, NULL);
        spent_s += waves.rest / last.tokens_per_s;
    }
    double ratio = requests / spent_s / out->tokens_per_s;
    out->tokens_per_s_per_device *= ratio;
    out->tokens_per_s_per_device_low *= ratio;
    out->tokens_per_s_per_device_high *= ratio;
}
