#include "dse/validate/trtllm_bench.h"

#include "arch/layers.h"
#include "arch/precision.h"
#include "base/mem.h"
#include "dse/validate/measured_serving.h"

static const double KV_SHARE = 0.9; /* of the memory that weights leave; some runs use 0.95 */

static const struct {
    double input, output, requests;
} runs[] = {
    {1000, 1000, 3000}, {1024, 1024, 3000},  {8192, 1024, 1500},
    {1024, 8192, 1500}, {32768, 1024, 1000}, {1024, 32768, 1000},
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
    double fit = floor(KV_SHARE * (d->chip.memory_byte - weight_byte) / request_byte);
    return fmin(fit, most);
}

void trtllm_bench_price(struct metrics *out, const struct design *d, double requests)
{
    struct design wave = *d;

    evaluate(&wave, NULL, out, NULL);
    double ranks = d->plan.devices / d->plan.tp;
    double full = fmin(requests, fmax(1, trtllm_bench_batch(d, out->weight_byte)) * ranks);
    wave.workload.batch = full;
    evaluate(&wave, NULL, out, NULL);
    double waves = floor(requests / full), rest = requests - waves * full;
    double spent_s = waves * full / out->tokens_per_s;
    if (rest >= 1) {
        struct metrics last;
        wave.workload.batch = rest;
        evaluate(&wave, NULL, &last, NULL);
        spent_s += rest / last.tokens_per_s;
    }
    double ratio = requests / spent_s / out->tokens_per_s;
    out->tokens_per_s_per_device *= ratio;
    out->tokens_per_s_per_device_low *= ratio;
    out->tokens_per_s_per_device_high *= ratio;
}
