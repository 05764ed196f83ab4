#include "arch/traffic.h"

#include <math.h>

/* ---- distributions ---- */

/* Lengths: quantiles of a lognormal distribution at equal steps of a normal variable. */
enum { LENGTHS = 15 };

struct lengths {
    double ratio[LENGTHS], weight[LENGTHS]; /* over the mean */
};

static void lengths_of(struct lengths *out, double cv)
{
    double sum = 0, mean = 0, deviation = sqrt(log1p(cv * cv));
    for (int i = 0; i < LENGTHS; i++) {
        double z = (2 * i + 1 - LENGTHS) / 4.0;
        out->weight[i] = exp(-z * z / 2);
        out->ratio[i] = exp(z * deviation);
        sum += out->weight[i];
        mean += out->weight[i] * out->ratio[i];
    }
    for (int i = 0; i < LENGTHS; i++) {
        out->ratio[i] *= sum / mean;
        out->weight[i] /= sum;
    }
}

/* A share of the requests whose time is at least `floor_s`, and above it lognormal. */
struct part {
    double weight, floor_s, mean_s, variance;
};

enum { PARTS_MOST = 4 * LENGTHS };

struct parts {
    size_t n;
    struct part of[PARTS_MOST];
};

static void parts_add(struct parts *p, double weight, double floor_s, double mean_s,
                      double variance)
{
    if (weight > 0)
        p->of[p->n++] = (struct part){weight, floor_s, mean_s, variance};
}

/* Share of the requests that take at most t seconds. */
static double parts_below(const struct parts *p, double t)
{
    double sum = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct part *x = &p->of[i];
        double left_s = t - x->floor_s;
        if (left_s <= 0 || !(x->variance > 0) || !(x->mean_s > 0)) {
            sum += left_s >= x->mean_s * (1 - 1e-12) ? x->weight : 0;
            continue;
        }
        double square = log1p(x->variance / (x->mean_s * x->mean_s));
        double z = (log(left_s / x->mean_s) + square / 2) / sqrt(square);
        sum += x->weight * erfc(-z / sqrt(2)) / 2;
    }
    return sum;
}

static double parts_mean(const struct parts *p)
{
    double sum = 0;
    for (size_t i = 0; i < p->n; i++)
        sum += p->of[i].weight * (p->of[i].floor_s + p->of[i].mean_s);
    return sum;
}

static double parts_quantile(const struct parts *p, double share)
{
    enum { HALVINGS = 48 };
    double low = 0, high = parts_mean(p);
    if (!isfinite(high))
        return INFINITY;
    while (parts_below(p, high) < share && high < 1e300)
        high *= 2;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        *(parts_below(p, middle) < share ? &low : &high) = middle;
    }
    return high;
}

/* ---- requests in flight ---- */

/* A group at a number of requests in flight. */
struct point {
    double step_s, slope_s; /* without prompts; per request */
    double prompt_s;
};

static struct point point_at(const struct service *s, double requests)
{
    size_t i = 0;
    if (s->nodes == 1)
        return (struct point){s->step_s[0], 0, s->prompt_s[0]};
    while (i + 2 < s->nodes && requests > s->requests[i + 1])
        i++;
    double width = s->requests[i + 1] - s->requests[i];
    double slope_s = (s->step_s[i + 1] - s->step_s[i]) / width;
    double x = fmin(1, fmax(0, (requests - s->requests[i]) / width));
    return (struct point){s->step_s[i] + slope_s * width * x, slope_s,
                          s->prompt_s[i] + (s->prompt_s[i + 1] - s->prompt_s[i]) * x};
}

/* Requests in flight that read their prompts take the place of those that decode: a step takes as
 * much longer. Not all the time (assumed). */
static const double READING_MOST = 0.999;

static double reading_share(double requests_per_s, const struct service *s, double prompt_s)
{
    return fmin(READING_MOST, requests_per_s / s->replicas * prompt_s);
}

/* Requests per second that a group ends with so many in flight, if `requests_per_s` arrive. */
static double ended_per_s(const struct service *s, const struct demand *d, double requests,
                          double requests_per_s)
{
    struct point p = point_at(s, requests);
    double step_s = p.step_s / (1 - reading_share(requests_per_s, s, p.prompt_s));
    return requests * s->accepted / (d->output * step_s);
}

double service_capacity(const struct service *s, const struct demand *d)
{
    struct point p = point_at(s, s->slots);
    double made = s->slots * s->accepted;
    double per_s = s->groups * made / (d->output * p.step_s + made / s->replicas * s->spread_s);
    return s->servers > 0 ? fmin(per_s, s->servers / s->read_s) : per_s;
}

/* The requests in flight in a group, as those that arrive find them. */
struct occupancy {
    double idle, waits;    /* shares: with none in flight, and with no slot left */
    double mean;           /* over time */
    double busy, variance; /* of the number, if it is not 0 */
    double wait_s;         /* mean of those that wait */
};

/* While prompts are read nothing is decoded, so that to those who decode requests seem to arrive in
 * bursts: the index of dispersion of arrivals in the time that is left, with squared coefficients
 * of variation `arrival` of the times between arrivals and `prompt` of prompts. */
static double dispersion(double reading, double arrival, double prompt)
{
    double left = 1 - reading;
    return (arrival + reading * reading * prompt) / (left * left);
}

/* Variance over mean of those in flight if there are always slots; bursts even out over answers of
 * different length (exact for equal and for exponential lengths). */
static double peakedness_of(double dispersion, double output_cv)
{
    return fmax(0.1, 1 + (dispersion - 1) / (1 + output_cv * output_cv));
}

static void occupy(struct occupancy *out, const struct service *s, const struct demand *d,
                   double requests_per_s)
{
    struct point at = point_at(s, s->slots);
    double reading = reading_share(requests_per_s, s, at.prompt_s), left = 1 - reading;
    double arrival = d->arrival_cv * d->arrival_cv, prompt = d->prompt_cv * d->prompt_cv;
    /* Bursts count as far as they are shorter than a request is in flight. */
    double burst_s = at.prompt_s / s->replicas * (arrival + prompt) / (left * left);
    double flight_s = d->output / s->accepted * at.step_s / left;
    double arrivals = arrival + (dispersion(reading, arrival, prompt) - arrival) * flight_s /
                                    (flight_s + burst_s);
    double peakedness = fmin(s->slots, peakedness_of(arrivals, d->output_cv));
    static const double LARGE = 1e100, NEGLIGIBLE = 1e-17;
    double states = fmax(1, floor(s->slots / peakedness));
    double p = 1, idle = 1, sum = 1, first = 0, second = 0, full = 0;
    for (double k = 1; k <= states; k++) {
        double requests = fmin(s->slots, k * peakedness);
        double ratio = requests_per_s / ended_per_s(s, d, requests, requests_per_s);
        p *= ratio;
        sum += p;
        first += p * requests;
        second += p * requests * requests;
        full = k == states ? p : 0;
        if (ratio < 1 && p < NEGLIGIBLE * sum)
            break;
        if (p > LARGE)
            p /= LARGE, idle /= LARGE, sum /= LARGE, first /= LARGE, second /= LARGE;
    }
    double most_per_s = ended_per_s(s, d, s->slots, requests_per_s);
    double ratio = requests_per_s / most_per_s;
    double waiting = ratio < 1 ? full * ratio / (1 - ratio) : INFINITY;
    double all = sum + waiting, busy = sum - idle;
    double cv2 = (arrivals + d->output_cv * d->output_cv) / 2;
    out->idle = idle / all;
    out->waits = (waiting + full) / all;
    out->mean = (first + waiting * s->slots) / all;
    out->busy = first / busy;
    out->variance = fmax(0, second / busy - out->busy * out->busy);
    out->wait_s = cv2 / (most_per_s - requests_per_s);
}

/* ---- times ---- */

/* The steps of a group with as many requests in flight as those that arrive find, and the prompts
 * in them. */
struct cycle {
    struct point at;
    double reading;               /* share of the time in which prompts are read */
    double least_s, mean_s;       /* of a step; few are shorter than the first */
    double variance;              /* of a step */
    double of_prompts, of_number; /* of this, from step to step, and slowly */
    double prompt_s;              /* that a prompt adds to the steps of the group */
    double square;                /* squared coefficients of variation of prompts and arrivals */
    double per_s;                 /* requests that arrive */
    double near_per_step;         /* besides these, in the step of one that arrives */
    double most_s;                /* of a step: more prompts wait for the next */
};

/* Regularised lower incomplete gamma function, for small x. */
static double gamma_below(double a, double x)
{
    enum { TERMS = 60 };
    double term = exp(a * log(x) - x) / tgamma(a + 1), sum = term;
    for (int m = 1; m < TERMS && term > 1e-12 * sum; m++)
        sum += term *= x / (a + m);
    return sum;
}

/* Requests that arrive within a time after, or before, one that arrives, beyond those of chance:
 * the renewal function of gamma distributed times, less the mean number `arrivals`. */
static double neighbours(const struct demand *d, double arrivals)
{
    enum { MOST = 400 };
    static const double FAR = 4; /* arrivals; from here on the limit for many (assumed) */
    double cv2 = d->arrival_cv * d->arrival_cv, shape = 1 / cv2, sum = 0, one = 1;
    if (cv2 == 1 || !(arrivals > 0))
        return 0;
    if (cv2 < 0.01 || arrivals > FAR)
        return (cv2 - 1) / 2;
    for (int n = 1; n < MOST && one > 1e-6; n++)
        sum += one = gamma_below(n * shape, arrivals * shape);
    return sum - arrivals;
}

static void cycle_of(struct cycle *out, const struct service *s, const struct demand *d,
                     double requests_per_s, const struct occupancy *o)
{
    out->at = point_at(s, o->busy);
    out->prompt_s = out->at.prompt_s / s->replicas;
    out->reading = reading_share(requests_per_s, s, out->at.prompt_s);
    out->mean_s = out->at.step_s / (1 - out->reading);
    out->square = d->prompt_cv * d->prompt_cv + d->arrival_cv * d->arrival_cv;
    double slope_s = out->at.slope_s / (1 - out->reading);
    out->of_prompts = requests_per_s * out->mean_s * out->square * out->prompt_s * out->prompt_s /
                      (1 - out->reading * out->reading);
    out->of_number = slope_s * slope_s * o->variance;
    out->variance = out->of_prompts + out->of_number;
    out->near_per_step = 2 * neighbours(d, requests_per_s * out->mean_s / 2);
    out->per_s = requests_per_s;
    out->most_s = out->at.step_s + out->prompt_s / d->chunks;
    out->most_s = fmax(out->most_s, out->mean_s);
    out->least_s = fmax(s->step_s[0], out->at.step_s - 2 * out->at.slope_s * sqrt(o->variance));
}

/* The steps that read a prompt: the mean time and the least. */
struct prompt_time {
    double mean_s, least_s;
};

/* A request that arrives in a step waits for its end and for the next one, which reads all prompts
 * that arrived in it. A step hit at random is longer than the mean one. `own`: without those of
 * others. */
static void add_gated(struct parts *out, double weight, const struct cycle *c,
                      struct prompt_time own, double wait_s)
{
    double cv2 = c->variance / (c->mean_s * c->mean_s), share = c->reading;
    double hit_s = c->mean_s * (1 + cv2), hit2 = c->mean_s * c->mean_s * (1 + cv2) * (1 + 2 * cv2);
    double hit_variance = hit2 - hit_s * hit_s, near_s = c->near_per_step * c->prompt_s;
    double rest_s = (hit_s + near_s) / 2, rest_variance = hit2 / 3 - hit_s * hit_s / 4;
    double others_s = share * hit_s + near_s;
    double variance = rest_variance + others_s * c->prompt_s * c->square + c->of_number +
                      share * (1 + share) * hit_variance;
    parts_add(out, weight, own.least_s, rest_s + own.mean_s - own.least_s + others_s + wait_s,
              variance + wait_s * wait_s);
}

/* Steps after the first over which a prompt of this length is read. */
static double more_steps(const struct demand *d, double ratio)
{
    return fmax(0, ceil(d->chunks * ratio) - 1);
}

/* A prompt of this length over the mean. None takes less time than on idle devices, even where the
 * model hides it behind what decoding reads. */
static struct prompt_time prompt_time_of(const struct service *s, const struct demand *d,
                                         const struct cycle *c, double ratio)
{
    double alone_s = ratio * s->alone_s, prompt_s = ratio * c->at.prompt_s;
    double more_s = more_steps(d, ratio) * c->mean_s;
    return (struct prompt_time){fmax(c->at.step_s + prompt_s, alone_s) + more_s,
                                fmax(c->least_s + prompt_s, alone_s) + more_s};
}

/* Prompts on the devices that decode. */
static void first_tokens(struct parts *out, const struct service *s, const struct demand *d,
                         const struct occupancy *o, const struct cycle *c)
{
    struct lengths prompt;
    lengths_of(&prompt, d->prompt_cv);
    out->n = 0;
    for (int i = 0; i < LENGTHS; i++) {
        double ratio = prompt.ratio[i], weight = prompt.weight[i];
        struct prompt_time own = prompt_time_of(s, d, c, ratio);
        parts_add(out, weight * o->idle, 0, ratio * s->alone_s, 0);
        add_gated(out, weight * (1 - o->idle - o->waits), c, own, 0);
        add_gated(out, weight * o->waits, c, own, o->wait_s);
    }
}

/* Prompts in a pool of their own. */
static void first_tokens_of_pool(struct parts *out, const struct service *s, const struct demand *d,
                                 const struct occupancy *o)
{
    struct lengths prompt;
    double load = d->requests_per_s * s->read_s / s->servers;
    double waits = pow(load, sqrt(2 * (s->servers + 1)) - 1);
    double cv2 = (d->arrival_cv * d->arrival_cv + d->prompt_cv * d->prompt_cv) / 2;
    double wait_s = cv2 * s->read_s / (s->servers * (1 - load));
    lengths_of(&prompt, d->prompt_cv);
    out->n = 0;
    for (int i = 0; i < LENGTHS; i++) {
        double weight = prompt.weight[i];
        double own_s = prompt.ratio[i] * (s->alone_s + s->transfer_s);
        for (int k = 0; k < 4; k++) {
            bool in_pool = k & 1, in_line = k & 2;
            double share = (in_pool ? waits : 1 - waits) * (in_line ? o->waits : 1 - o->waits);
            double pool_s = in_pool ? wait_s : 0, line_s = in_line ? o->wait_s : 0;
            parts_add(out, weight * share, own_s, pool_s + line_s,
                      pool_s * pool_s + line_s * line_s);
        }
    }
}

/* Variance of the mean of a variable over a time of x of its relaxation times, over its own. */
static double averaged(double x)
{
    return x > 1e-4 ? 2 * (x - 1 + exp(-x)) / (x * x) : 1;
}

/* The mean of the steps in which a request decodes. What its own prompt adds to a step lets more
 * prompts arrive for the next, and so on; those of a short answer differ most. */
static void other_tokens(struct parts *out, const struct service *s, const struct demand *d,
                         const struct occupancy *o, const struct cycle *c)
{
    double follows = 1 - o->waits; /* prompts in line wait for a slot first */
    struct lengths answer;
    double share = c->reading, alike = (1 + share) / (1 - share);
    double bound = (c->most_s - c->mean_s) * (c->mean_s - c->least_s);
    double cv2 = fmin(c->variance, bound) / (c->mean_s * c->mean_s);
    double own_s = c->at.step_s + c->prompt_s + share * c->mean_s * (1 + cv2) +
                   c->near_per_step * c->prompt_s - c->mean_s;
    lengths_of(&answer, d->output_cv);
    out->n = 0;
    for (int i = 0; i < LENGTHS; i++) {
        double steps = fmax(1, (answer.ratio[i] * d->output - 1) / s->accepted);
        double after_s = own_s * share * (1 - pow(share, steps)) / (1 - share) / steps;
        double near_s =
            c->prompt_s / (1 - share) * neighbours(d, c->per_s * c->mean_s * steps) / steps;
        double more_s = fmin(c->most_s - c->mean_s, after_s + near_s) * follows;
        double mean_s = c->mean_s + more_s;
        double of_prompts = fmin(c->of_prompts + more_s * c->prompt_s * c->square,
                                 (c->most_s - mean_s) * (mean_s - c->least_s));
        double variance =
            of_prompts / fmax(1, steps / alike) + c->of_number * averaged(answer.ratio[i]);
        parts_add(out, answer.weight[i], c->least_s / s->accepted,
                  (mean_s - c->least_s) / s->accepted, variance / (s->accepted * s->accepted));
    }
}

static void spread_of(struct spread *out, const struct parts *p)
{
    *out = (struct spread){parts_mean(p), parts_quantile(p, 0.5), parts_quantile(p, 0.9),
                           parts_quantile(p, 0.99)};
}

/* Times at the rate of `d`, which is below the capacity. */
static void find_parts(struct parts *ttft, struct parts *tpot, struct occupancy *o,
                       const struct service *s, const struct demand *d)
{
    struct cycle c;
    double per_s = d->requests_per_s / s->groups;
    /* Arrivals that are split at random become more like Poisson ones. */
    struct demand of = *d;
    of.arrival_cv = sqrt(1 + (d->arrival_cv * d->arrival_cv - 1) / s->groups);
    occupy(o, s, &of, per_s);
    cycle_of(&c, s, &of, per_s, o);
    if (s->servers > 0)
        first_tokens_of_pool(ttft, s, d, o);
    else
        first_tokens(ttft, s, &of, o, &c);
    other_tokens(tpot, s, &of, o, &c);
}

static bool meets(const struct parts *p, double limit_s, double percentile)
{
    return !(percentile > 0) || parts_below(p, limit_s) >= percentile / 100;
}

/* Does a rate meet the limits? */
static bool rate_meets(const struct service *s, const struct demand *d, double requests_per_s)
{
    struct demand at = *d;
    struct parts ttft, tpot;
    struct occupancy o;
    at.requests_per_s = requests_per_s;
    find_parts(&ttft, &tpot, &o, s, &at);
    return meets(&ttft, d->ttft_s, d->ttft_percentile) &&
           meets(&tpot, d->tpot_s, d->tpot_percentile);
}

/* The largest rate below the capacity up to which the limits are met. Times rise with the rate, but
 * for TPOT where requests begin to wait for a slot. */
static double find_most(const struct service *s, const struct demand *d, double capacity)
{
    enum { RATES = 16, HALVINGS = 16 };
    double low = 0, high = capacity;
    if (!(d->ttft_percentile > 0) && !(d->tpot_percentile > 0))
        return capacity;
    for (int i = 1; i < RATES && high == capacity; i++) {
        double rate = capacity * i / RATES;
        *(rate_meets(s, d, rate) ? &low : &high) = rate;
    }
    for (int i = 0; i < HALVINGS; i++) {
        double rate = (low + high) / 2;
        *(rate_meets(s, d, rate) ? &low : &high) = rate;
    }
    return low;
}

void respond(struct response *out, const struct service *s, const struct demand *d)
{
    struct parts ttft, tpot;
    struct occupancy o;
    double capacity = service_capacity(s, d);
    out->load_ratio = d->requests_per_s / capacity;
    out->most_per_s = find_most(s, d, capacity);
    if (out->load_ratio >= 1) {
        out->ttft = (struct spread){INFINITY, INFINITY, INFINITY, INFINITY};
        out->ttft_limited_s = d->ttft_percentile > 0 ? INFINITY : NAN;
        struct demand full = *d;
        full.requests_per_s = capacity * (1 - 1e-9);
        find_parts(&ttft, &tpot, &o, s, &full);
        out->goodput_per_s = isinf(d->ttft_s) ? capacity * parts_below(&tpot, d->tpot_s) : 0;
    } else {
        find_parts(&ttft, &tpot, &o, s, d);
        spread_of(&out->ttft, &ttft);
        out->ttft_limited_s =
            d->ttft_percentile > 0 ? parts_quantile(&ttft, d->ttft_percentile / 100) : NAN;
        out->goodput_per_s =
            d->requests_per_s * parts_below(&ttft, d->ttft_s) * parts_below(&tpot, d->tpot_s);
    }
    out->in_flight = o.mean * s->groups;
    spread_of(&out->tpot, &tpot);
    out->tpot_limited_s =
        d->tpot_percentile > 0 ? parts_quantile(&tpot, d->tpot_percentile / 100) : NAN;
}
