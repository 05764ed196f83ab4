/* Traffic: what requests that arrive at random wait for, of devices whose step times are known.
 *
 * Idea: three queues. (1) Requests in flight share the devices: their number is that of a
 * processor-sharing queue whose rate depends on it, which no distribution of lengths but its mean
 * affects (Cohen 1979, Acta Informatica 12); those beyond the largest batch wait in line. Arrivals
 * that are not Poisson count as Poisson ones of so many requests each as their peakedness says
 * (Fredericks 1980, Bell System Technical Journal 59: Hayward's approximation). (2) Prompts that
 * arrive in a step are read in the next one: a gated queue with one station and a switchover time,
 * the step without prompts (Takagi 1988, ACM Computing Surveys 20). (3) In a prefill pool prompts
 * wait for one of several servers (Allen and Cunneen; Sakasegawa 1977, Annals of the Institute of
 * Statistical Mathematics 29). Percentiles are those of lognormal distributions with the mean and
 * variance found, mixed over lengths (lognormal too) and over who waits. Invariants: without
 * traffic times are those of a single request; times rise with the rate (but see
 * docs/traffic.md), and waits without bound towards the capacity unless `spread_s` lowers it. */
#ifndef ARCH_TRAFFIC_H
#define ARCH_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>

enum { SERVICE_NODES = 16 };

/* How devices serve, per group of replicas that step together. */
struct service {
    double groups;
    double replicas; /* of a group; each reads prompts of its own */
    double slots;    /* requests in flight in a group, at most; at least 1 */
    double accepted; /* tokens of a request and step */
    double alone_s;  /* a prompt of mean length on idle devices, until its first token */
    size_t nodes;    /* at least 1 */
    double requests[SERVICE_NODES]; /* in flight in a group, rising */
    double step_s[SERVICE_NODES];   /* of a step without prompts */
    double prompt_s[SERVICE_NODES]; /* that a prompt adds to the steps of its replica */
    double spread_s; /* the same at all slots if prompts are spread evenly over the steps */
    /* Prompts are read by other devices, as many at once and each in so many seconds of one; 0
     * servers: by the same. */
    double servers, read_s;
    double transfer_s; /* of the cache of a prompt that other devices read */
};

struct demand {
    double requests_per_s, arrival_cv; /* of the whole system, above 0; of interarrival times */
    double output, output_cv;          /* tokens */
    double prompt_cv;                  /* of tokens to read: without those that are cached */
    double chunks;                     /* steps over which a prompt of mean length is read */
    double ttft_s, tpot_s;             /* limits; INFINITY: none */
    double ttft_percentile, tpot_percentile; /* at which they are meant; 0: none */
};

/* A time over the requests. */
struct spread {
    double mean_s, p50_s, p90_s, p99_s;
};

/* At or beyond the capacity `ttft` and `load` are as they are, waits are infinite, and requests in
 * flight those of the largest batch. */
struct response {
    double load_ratio; /* requests over the most that can be served */
    double in_flight;  /* requests, mean over time; those that wait not included */
    struct spread ttft, tpot;
    double goodput_per_s;  /* requests whose first and other tokens meet both limits */
    double most_per_s;     /* largest rate up to which the limits are met at their percentiles */
    double ttft_limited_s; /* at ttft_percentile; NAN if that is none */
    double tpot_limited_s;
};

void respond(struct response *out, const struct service *s, const struct demand *d);

/* Requests per second that the devices serve if some always wait. */
double service_capacity(const struct service *s, const struct demand *d);

#endif
