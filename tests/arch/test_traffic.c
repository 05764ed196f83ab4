/* Traffic: the closed form against an event simulator, and what must hold for queues. The table of
 * errors in docs/traffic.md is printed with TRAFFIC_TABLE=1: mean absolute errors in percent of
 * TTFT (mean, p50, p90, p99), TPOT (the same) and goodput. */
#include "tests/model.h"

#include "arch/catalogue/trace.h"
#include "arch/traffic_metrics.h"
#include "tests/arch/traffic_simulator.h"

/* Mean and coefficient of variation of prompts and answers of public traces (Azure 2023, Mooncake
 * FAST 2025), and of alike ones. */
static const struct trace_like {
    const char *name;
    double input, input_cv, output, output_cv;
} traces[] = {
    {"alike", 1024, 0, 256, 0},
    {"Azure code", 2048, 0.96, 28, 2.15},
    {"Azure conversation", 1155, 0.96, 211, 0.77},
    {"Mooncake conversation", 12035, 1.31, 343, 0.73},
};

/* What the model says of a design, for the closed form and the simulator alike. */
struct served {
    struct service service;
    struct demand demand;
    double held, context_s;
};

static void served_of(struct served *out, const char *const *set)
{
    struct study *s = study_with(set);
    struct design *like = &s->base;
    struct prepared p = {0};
    struct devices d;
    struct candidates best;
    struct prefill_choice pools;
    struct metrics m;
    size_t mapped[LANES];
    bool apart = like->workload.phase == PHASE_DISAGGREGATED;
    prepare(&p, like);
    evaluate_prepared(&p, like, &s->prices, &m, NULL);
    devices_of(&d, like);
    best_mappings(&best, mapped, &p, &d, &like->workload, true);
    if (apart) {
        prefill_pools_choose(&pools, &p, &d, like, &m.tokens_per_s);
        pools.devices[0] = m.prefill_devices;
    }
    const struct traffic_system q = {&p, &d, like, &best, mapped, apart ? &pools : NULL};
    traffic_services(&out->service, &q);
    traffic_demand(&out->demand, &like->workload);
    out->held = workload_held_context(&like->workload);
    like->workload.phase = PHASE_DECODE;
    like->workload.batch = m.batch;
    like->workload.requests_per_s = 0;
    double step_s[2];
    for (int i = 0; i < 2; i++) {
        like->workload.context = out->held * (1 + i);
        evaluate(like, NULL, &m, NULL);
        step_s[i] = m.tpot_s * out->service.accepted;
    }
    out->context_s = (step_s[1] - step_s[0]) / (out->service.slots * out->held);
    prepared_free(&p);
    study_free(s);
}

/* A case of the grid. */
struct run {
    const struct trace_like *trace;
    const char *phase, *batch;
    double load, arrival_cv;
};

struct errors {
    double ttft_mean, ttft_p50, ttft_p90, ttft_p99, tpot_mean, tpot_p50, tpot_p90, tpot_p99,
        goodput;
};

static double error_of(double form, double found)
{
    return form / found - 1;
}

/* Share of the requests within both limits. */
static double share_within(const struct outcome *o, double ttft_s, double tpot_s)
{
    size_t within = 0;
    for (size_t i = 0; i < o->n; i++)
        within += o->ttft_s[i] <= ttft_s && !(o->tpot_s[i] > tpot_s);
    return (double)within / (double)o->n;
}

static struct errors errors_of(const struct run *r, size_t requests)
{
    char input[64], output[64], input_cv[64], output_cv[64], phase[64], batch[64], arrival[64];
    struct served x;
    struct response a;
    struct outcome o;
    snprintf(input, sizeof input, "workload.input=%g", r->trace->input);
    snprintf(output, sizeof output, "workload.output=%g", r->trace->output);
    snprintf(input_cv, sizeof input_cv, "workload.input_cv=%g", r->trace->input_cv);
    snprintf(output_cv, sizeof output_cv, "workload.output_cv=%g", r->trace->output_cv);
    snprintf(phase, sizeof phase, "workload.phase=%s", r->phase);
    snprintf(batch, sizeof batch, "workload.batch=%s", r->batch);
    snprintf(arrival, sizeof arrival, "workload.arrival_cv=%g", r->arrival_cv);
    served_of(&x,
              SET("model=llama-3.1-70b", "chip=h200", "plan.devices=4", "plan.tp=4",
                  "timing=calibrated", "workload.requests_per_s=1", "pools.prefill.devices=auto",
                  input, output, input_cv, output_cv, phase, batch, arrival));
    x.demand.requests_per_s = r->load * service_capacity(&x.service, &x.demand);
    respond(&a, &x.service, &x.demand);
    const struct simulated q = {.service = &x.service,
                                .demand = &x.demand,
                                .read = r->trace->input,
                                .held = x.held,
                                .context_s = x.context_s,
                                .requests = requests,
                                .seed = 1};
    simulate(&o, &q);
    struct outcome sorted = {o.n, mem_alloc(o.n, sizeof(double)), mem_alloc(o.n, sizeof(double))};
    memcpy(sorted.ttft_s, o.ttft_s, o.n * sizeof(double));
    memcpy(sorted.tpot_s, o.tpot_s, o.n * sizeof(double));
    struct spread ttft = spread_found(sorted.ttft_s, o.n), tpot = spread_found(sorted.tpot_s, o.n);
    outcome_free(&sorted);
    /* Limits that nine in ten requests meet. */
    struct demand limited = x.demand;
    struct response good;
    limited.ttft_s = 1.02 * ttft.p90_s;
    limited.tpot_s = 1.02 * tpot.p90_s;
    double within = share_within(&o, limited.ttft_s, limited.tpot_s);
    respond(&good, &x.service, &limited);
    outcome_free(&o);
    return (struct errors){
        error_of(a.ttft.mean_s, ttft.mean_s),
        error_of(a.ttft.p50_s, ttft.p50_s),
        error_of(a.ttft.p90_s, ttft.p90_s),
        error_of(a.ttft.p99_s, ttft.p99_s),
        error_of(a.tpot.mean_s, tpot.mean_s),
        error_of(a.tpot.p50_s, tpot.p50_s),
        error_of(a.tpot.p90_s, tpot.p90_s),
        error_of(a.tpot.p99_s, tpot.p99_s),
        error_of(good.goodput_per_s / limited.requests_per_s, within),
    };
}

enum { ERRORS = sizeof(struct errors) / sizeof(double) };

/* Mean absolute errors of some runs, in percent. */
struct summary {
    double sum[ERRORS];
    size_t n;
};

static void summary_add(struct summary *s, const struct errors *e)
{
    for (size_t i = 0; i < ERRORS; i++)
        s->sum[i] += fabs(((const double *)e)[i]);
    s->n++;
}

static double summary_at(const struct summary *s, size_t i)
{
    return 100 * s->sum[i] / (double)s->n;
}

static void print_summary(const char *name, const struct summary *s)
{
    printf("| %s | %zu |", name, s->n);
    for (size_t i = 0; i < ERRORS; i++)
        printf(" %.1f |", summary_at(s, i));
    printf("\n");
}

/* A third of the grid and of the requests; all of both with TRAFFIC_TABLE=1. */
static void the_closed_form_is_near_the_simulator(void **state)
{
    static const char *const phases[] = {"serving", "disaggregated"}, *const batches[] = {"32",
                                                                                          "128"};
    static const double loads[] = {0.3, 0.6, 0.8, 0.9}, arrivals[] = {1, 2};
    const bool shown = getenv("TRAFFIC_TABLE") != NULL;
    struct summary all = {.n = 0}, by_phase[2] = {{.n = 0}}, by_arrival[2] = {{.n = 0}},
                   by_load[4] = {{.n = 0}};
    struct summary by_trace[LEN(traces)] = {{.n = 0}};
    size_t at = 0;
    (void)state;
    for (size_t t = 0; t < LEN(traces); t++)
        for (size_t p = 0; p < LEN(phases); p++)
            for (size_t b = 0; b < LEN(batches); b++)
                for (size_t l = 0; l < LEN(loads); l++)
                    for (size_t c = 0; c < LEN(arrivals); c++) {
                        const struct run r = {&traces[t], phases[p], batches[b], loads[l],
                                              arrivals[c]};
                        if (!shown && at++ % 3)
                            continue;
                        struct errors e = errors_of(&r, shown ? 20000 : 8000);
                        summary_add(&all, &e);
                        summary_add(&by_phase[p], &e);
                        summary_add(&by_arrival[c], &e);
                        summary_add(&by_load[l], &e);
                        summary_add(&by_trace[t], &e);
                    }
    if (shown) {
        print_summary("all", &all);
        for (size_t i = 0; i < LEN(phases); i++)
            print_summary(phases[i], &by_phase[i]);
        print_summary("Poisson arrivals", &by_arrival[0]);
        print_summary("arrivals of cv 2", &by_arrival[1]);
        for (size_t i = 0; i < LEN(loads); i++) {
            char name[32];
            snprintf(name, sizeof name, "load %g", loads[i]);
            print_summary(name, &by_load[i]);
        }
        for (size_t i = 0; i < LEN(traces); i++)
            print_summary(traces[i].name, &by_trace[i]);
    }
    const double most[ERRORS] = {21, 24, 29, 23, 12, 15, 17, 28, 11};
    for (size_t i = 0; i < ERRORS; i++)
        assert_true(summary_at(&all, i) <= most[i]);
}

/* ---- what must hold ---- */

/* Steps that always take as long, and slots for all. */
static struct service even(double step_s, double slots)
{
    return (struct service){.groups = 1,
                            .replicas = 1,
                            .slots = slots,
                            .accepted = 1,
                            .alone_s = 0.1,
                            .nodes = 1,
                            .requests = {slots},
                            .step_s = {step_s}};
}

/* Little's law; and with steps that take as long whatever is in flight, every answer takes as long
 * per token. */
static void requests_in_flight_are_the_rate_times_their_time(void **state)
{
    struct service s = even(0.02, 1000);
    const struct demand d = {.requests_per_s = 10,
                             .arrival_cv = 1,
                             .output = 200,
                             .output_cv = 1,
                             .ttft_s = INFINITY,
                             .tpot_s = INFINITY};
    struct response r;
    (void)state;
    respond(&r, &s, &d);
    assert_close(r.in_flight, 10 * 200 * 0.02, 1e-6);
    assert_close(r.tpot.mean_s, 0.02, 1e-9);
    assert_close(r.tpot.p99_s, 0.02, 1e-9);
    assert_close(r.load_ratio, 10 * 200 * 0.02 / 1000, 1e-12);
    assert_close(r.goodput_per_s, 10, 1e-12);
}

/* Pollaczek and Khinchine: the mean wait of one server is rho S (1 + cv^2) / (2 (1 - rho)). */
static void one_server_waits_as_pollaczek_and_khinchine_say(void **state)
{
    struct service s = even(0.001, 1000);
    struct demand d = {.arrival_cv = 1, .output = 10, .ttft_s = INFINITY, .tpot_s = INFINITY};
    const double cvs[] = {0, 1, 1.5}, loads[] = {0.2, 0.5, 0.9};
    (void)state;
    s.servers = 1;
    s.read_s = s.alone_s = 0.5;
    for (size_t i = 0; i < LEN(cvs); i++)
        for (size_t j = 0; j < LEN(loads); j++) {
            struct response r;
            d.prompt_cv = cvs[i];
            d.requests_per_s = loads[j] / s.read_s;
            respond(&r, &s, &d);
            double wait_s = loads[j] * 0.5 * (1 + cvs[i] * cvs[i]) / (2 * (1 - loads[j]));
            assert_close(r.ttft.mean_s, 0.5 + wait_s, 1e-6);
        }
}

#define TRAFFIC(rate)                                                                              \
    SET("model=llama-3.1-70b", "chip=h200", "plan.devices=4", "plan.tp=4", "timing=calibrated",    \
        "workload.phase=serving", "workload.batch=64", "workload.input_cv=1",                      \
        "workload.ttft=800 ms", "workload.ttft_percentile=90", rate)

/* The capacity is the throughput that the model gives without traffic. */
static void the_capacity_is_the_throughput_at_the_largest_batch(void **state)
{
    struct metrics m = priced(TRAFFIC("workload.requests_per_s=1"));
    struct metrics without = priced(TRAFFIC("workload.requests_per_s=none"));
    (void)state;
    assert_close(1 / m.load_ratio, m.tokens_per_s / 1024, 1e-9);
    assert_close(m.tokens_per_s, without.tokens_per_s, 0);
    assert_true(isnan(without.load_ratio) && isnan(without.ttft_p99_s));
    assert_true(m.ttft_mean_s >= m.ttft_s - m.tpot_s && m.tpot_mean_s <= m.tpot_s);
}

static void times_rise_with_the_rate_up_to_the_capacity(void **state)
{
    static const char *const rates[] = {"workload.requests_per_s=0.01",
                                        "workload.requests_per_s=0.5", "workload.requests_per_s=1",
                                        "workload.requests_per_s=1.5", "workload.requests_per_s=2"};
    struct metrics before = priced(TRAFFIC(rates[0]));
    (void)state;
    for (size_t i = 1; i < LEN(rates); i++) {
        struct metrics m = priced(TRAFFIC(rates[i]));
        assert_true(m.load_ratio > before.load_ratio && m.load_ratio < 1);
        assert_true(m.ttft_mean_s > before.ttft_mean_s && m.ttft_p90_s > before.ttft_p90_s);
        assert_true(m.tpot_mean_s > before.tpot_mean_s && m.tpot_p99_s > before.tpot_p99_s);
        assert_true(m.ttft_p50_s <= m.ttft_p90_s && m.ttft_p90_s <= m.ttft_p99_s);
        assert_true(m.goodput_per_s <= 1 / m.load_ratio * 2);
        before = m;
    }
    struct metrics over = priced(TRAFFIC("workload.requests_per_s=100"));
    assert_true(over.verdict == VERDICT_OVERLOAD);
    assert_true(isinf(over.ttft_mean_s) && isinf(over.ttft_p50_s) && over.goodput_per_s == 0);
}

/* At the largest rate the percentile is the limit; a bit above, the verdict says so. */
static void the_largest_rate_is_that_at_which_the_limit_is_met(void **state)
{
    struct metrics m = priced(TRAFFIC("workload.requests_per_s=0.5"));
    char at[64], above[64];
    (void)state;
    snprintf(at, sizeof at, "workload.requests_per_s=%.9g", 0.999 * m.most_requests_per_s);
    snprintf(above, sizeof above, "workload.requests_per_s=%.9g", 1.001 * m.most_requests_per_s);
    struct metrics most = priced(TRAFFIC(at)), more = priced(TRAFFIC(above));
    assert_true(most.verdict == VERDICT_OK && more.verdict == VERDICT_TTFT);
    assert_close(most.ttft_p90_s, 0.8, 0.05);
}

/* Models whose prompts cost a step more than their own work, or wait for others, and a dense one.
 */
static const struct mixed_like {
    const char *model, *devices, *timing, *batch, *input, *prefix, *output;
} mixes[] = {
    {"llama-3.1-70b", "8", "calibrated", "max", "1024", "0", "1024"},
    {"llama-3.1-70b", "8", "ideal", "64", "32768", "0", "256"},
    {"deepseek-v3", "32", "ideal", "max", "1024", "0", "1024"},
    {"deepseek-v3", "32", "ideal", "8", "1024", "0", "1024"},
    {"deepseek-v3", "32", "calibrated", "max", "1024", "0", "1024"},
    {"deepseek-v3.2", "32", "ideal", "max", "32768", "0", "256"},
    {"qwen3-235b-a22b", "8", "ideal", "max", "4096", "4000", "256"},
    {"qwen3-next-80b-a3b", "8", "ideal", "512", "16384", "0", "1024"},
    {"mixtral-8x7b", "4", "ideal", "512", "64", "0", "32"},
    {"hunyuan-a13b", "32", "ideal", "max", "64", "32", "32"},
};

static void served_of_mix(struct served *out, const struct mixed_like *m)
{
    const char *const path[] = {"model",          "plan.devices",   "timing",
                                "workload.batch", "workload.input", "workload.prefix",
                                "workload.output"};
    const char *const value[] = {m->model, m->devices, m->timing, m->batch,
                                 m->input, m->prefix,  m->output};
    char text[LEN(path)][64];
    for (size_t i = 0; i < LEN(path); i++)
        snprintf(text[i], sizeof text[i], "%s=%s", path[i], value[i]);
    served_of(out, SET("chip=h200", "workload.phase=serving", "workload.requests_per_s=1",
                       "workload.input_cv=1", "workload.output_cv=1", "workload.prefix_cv=1",
                       "workload.prefix_correlation=1", text[0], text[1], text[2], text[3], text[4],
                       text[5], text[6]));
}

static struct response response_at(const struct served *x, double load)
{
    struct demand d = x->demand;
    struct response out;
    d.requests_per_s = load * service_capacity(&x->service, &x->demand);
    respond(&out, &x->service, &d);
    return out;
}

/* A first token comes no sooner (but for a fiftieth) the more requests arrive. */
static void the_first_token_comes_no_sooner_with_more_requests(void **state)
{
    static const double loads[] = {1e-4, 1e-3, 0.003, 0.01, 0.02, 0.05, 0.1,  0.15, 0.2,
                                   0.3,  0.4,  0.5,   0.6,  0.7,  0.8,  0.85, 0.9,  0.95};
    (void)state;
    for (size_t i = 0; i < LEN(mixes); i++) {
        struct served x;
        struct spread most = {0, 0, 0, 0};
        served_of_mix(&x, &mixes[i]);
        for (size_t j = 0; j < LEN(loads); j++) {
            struct spread t = response_at(&x, loads[j]).ttft;
            for (size_t k = 0; k < sizeof t / sizeof(double); k++) {
                double at = ((const double *)&t)[k], *top = &((double *)&most)[k];
                if (at < 0.98 * *top)
                    print_error("%s %s, input %s, load %g: %g s after %g s\n", mixes[i].model,
                                mixes[i].timing, mixes[i].input, loads[j], at, *top);
                assert_true(at >= 0.98 * *top);
                *top = fmax(*top, at);
            }
        }
    }
}

/* With next to no requests, one prompt by itself; with few, one that waits for the rest of a step
 * and shares one with those in flight. */
static void at_low_rates_the_first_token_is_that_of_an_idle_system(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(mixes); i++) {
        struct served x;
        served_of_mix(&x, &mixes[i]);
        const struct service *s = &x.service;
        assert_close(response_at(&x, 1e-9).ttft.mean_s, s->alone_s, 1e-3);
        for (double load = 1e-6; load < 0.02; load *= 2) {
            struct response r = response_at(&x, load);
            double step_s = at_requests(s, s->step_s, 1 + r.in_flight / s->groups);
            double waits_s = r.ttft.mean_s - s->alone_s;
            if (waits_s < -1e-9 || waits_s > 2 * step_s + 0.05 * s->alone_s)
                print_error("%s %s, load %g: waits %g s, step %g s, alone %g s\n", mixes[i].model,
                            mixes[i].timing, load, waits_s, step_s, s->alone_s);
            assert_true(waits_s >= -1e-9 && waits_s <= 2 * step_s + 0.05 * s->alone_s);
        }
    }
}

/* Below the largest rate the limit is met, and above it is not, whatever the limit. */
static void up_to_the_largest_rate_the_limit_is_met(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(mixes); i++) {
        struct served x;
        served_of_mix(&x, &mixes[i]);
        double capacity = service_capacity(&x.service, &x.demand);
        x.demand.ttft_percentile = 90;
        for (double load = 0.05; load < 1; load += 0.3) {
            x.demand.ttft_s = response_at(&x, load).ttft.p90_s;
            double most = response_at(&x, load).most_per_s / capacity;
            assert_true(most > 0 && most <= 1);
            for (double at = 0.02; at < 1; at += 0.02) {
                double over = response_at(&x, at).ttft_limited_s / x.demand.ttft_s;
                assert_true(at < most ? over < 1.01 : over > 0.99);
            }
        }
    }
}

/* A few requests of many experts: the capacity stays that of tokens_per_s. */
static void the_capacity_is_the_throughput_with_experts(void **state)
{
    struct metrics m =
        priced(SET("model=deepseek-v3", "chip=h200", "plan.devices=32", "workload.phase=serving",
                   "workload.batch=8", "workload.requests_per_s=0.5"));
    (void)state;
    assert_close(0.5 / m.load_ratio, m.tokens_per_s / 1024, 1e-9);
}

/* Half the mean square of an answer over its mean: an exponential one is held for twice as long. */
static void answers_of_different_length_are_held_for_longer(void **state)
{
    struct workload w = {.input = 1000, .output = 400, .output_cv = 1, .input_cv = 1};
    (void)state;
    assert_close(workload_held_context(&w), 1400, 1e-12);
    w.prefix = 500;
    assert_close(workload_prompt_cv(&w), 2, 1e-12);
    w.prefix_cv = w.prefix_correlation = 1; /* half of each prompt is cached */
    assert_close(workload_prompt_cv(&w), 1, 1e-12);
}

/* Against sums by hand. */
static void a_trace_becomes_its_moments(void **state)
{
    static const char text[] = "input_tokens,output_tokens,arrival_ms,cached_tokens\n"
                               "100,10,1000,0\n300,30,1500,200\n200,20,3000,100\n";
    struct workload w;
    struct err err;
    (void)state;
    assert_int_equal(trace_parse(&w, "trace", text, sizeof text - 1, &err), 0);
    assert_close(w.input, 200, 1e-12);
    assert_close(w.input_cv, sqrt(20000 / 3.0) / 200, 1e-12);
    assert_close(w.output, 20, 1e-12);
    assert_close(w.prefix, 100, 1e-12);
    assert_close(w.prefix_correlation, 1, 1e-12);
    assert_close(w.requests_per_s, 1, 1e-12);
    assert_close(w.arrival_cv, 0.5, 1e-12);
    assert_near(workload_prompt_cv(&w), 0, 1e-7); /* 100 tokens of each are not cached */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_closed_form_is_near_the_simulator),
        cmocka_unit_test(requests_in_flight_are_the_rate_times_their_time),
        cmocka_unit_test(one_server_waits_as_pollaczek_and_khinchine_say),
        cmocka_unit_test(the_capacity_is_the_throughput_at_the_largest_batch),
        cmocka_unit_test(times_rise_with_the_rate_up_to_the_capacity),
        cmocka_unit_test(the_largest_rate_is_that_at_which_the_limit_is_met),
        cmocka_unit_test(the_first_token_comes_no_sooner_with_more_requests),
        cmocka_unit_test(at_low_rates_the_first_token_is_that_of_an_idle_system),
        cmocka_unit_test(up_to_the_largest_rate_the_limit_is_met),
        cmocka_unit_test(the_capacity_is_the_throughput_with_experts),
        cmocka_unit_test(answers_of_different_length_are_held_for_longer),
        cmocka_unit_test(a_trace_becomes_its_moments),
    };
    return cmocka_run_group_tests(tests, open_tests, close_tests);
}
