/* Studies and timers shared by the benchmarks. */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "search/study.h"

static inline double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

_Noreturn static inline void stop(const char *why)
{
    fprintf(stderr, "%s\n", why);
    exit(1);
}

/* deepseek-r1, all operators, on 3 engines and steps^4 chips. `batch` are values of `workload`,
 * `more` lines of the study. */
static inline struct study *study_of_plan(struct catalogue *c, const char *plan, double steps,
                                          const char *batch, const char *more)
{
    struct study *s;
    struct err err;
    char *text =
        mem_print("model: deepseek-r1\nchip: b200\nplan: {devices: 32, %s}\nworkload: "
                  "{context: 8192, %s}\nsweep:\n  engine: [none, duplex, logic-die-r128]\n"
                  "  chip.memory_byte_per_s: {from: 2 TB/s, to: 32 TB/s, steps: %.0f, scale: log}\n"
                  "  chip.memory_byte: {from: 80 GB, to: 500 GB, steps: %.0f}\n"
                  "  chip.link_byte_per_s: {from: 100 GB/s, to: 3 TB/s, steps: %.0f, scale: log}\n"
                  "  chip.compute_units: {from: 50, to: 400, steps: %.0f}\n%s",
                  plan, batch, steps, steps, steps, steps, more);
    if (study_parse(&s, "bench", text, c, &err) != 0)
        stop(err.text);
    free(text);
    return s;
}

static inline struct study *study_of(struct catalogue *c, double steps, const char *batch,
                                     const char *more)
{
    return study_of_plan(c, "tp: 1, ep: 32", steps, batch, more);
}

#endif
