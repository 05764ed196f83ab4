/* Idea: counts of different devices are independent, given that they add up to a total: so
 * drawn are the tokens of a multinomial and the experts of a top-k choice. P(all <= j) is the ratio
 * of two coefficients of a product of generating functions, each by a saddle point (Daniels, Annals
 * of Mathematical Statistics 25, 1954); the maximum is the sum over j of 1 - P. Large counts are
 * normal with the skewness of the binomial (Cornish and Fisher 1938); a given total then changes no
 * difference between devices. Invariant: the result is at least every mean, and never above the
 * room. */
#include "arch/expected_most.h"

#include <math.h>

enum { NORMAL_FROM = 8, ROOM_SMALL = 16, NORMAL_STEPS = 24 };

bool counts_matter(double mean, double room)
{
    return mean < NORMAL_FROM || room <= ROOM_SMALL;
}

static void make_binomial(struct counts *out, double size, double used)
{
    double odds = used / (1 - used), sum = 0, of = 1, peak = 1;
    out->n = 0;
    for (double i = 0; out->n < COUNTS && of > 1e-11 * peak; i++) {
        sum += out->of[out->n++] = of;
        of *= fmax(0, (size - i) * odds) / (i + 1);
        peak = fmax(peak, of);
    }
    for (size_t i = 0; i < out->n; i++)
        out->of[i] /= sum;
}

void counts_join(struct counts *c, const struct counts *with)
{
    const struct counts old = *c, next = *with;
    size_t n = old.n + next.n - 1;
    c->n = n < COUNTS ? n : COUNTS;
    for (size_t i = 0; i < c->n; i++)
        c->of[i] = 0;
    for (size_t i = 0; i < old.n; i++)
        for (size_t j = 0; j < next.n && i + j < c->n; j++)
            c->of[i + j] += old.of[i] * next.of[j];
    while (c->n > 1 && c->of[c->n - 1] < 1e-12)
        c->n--;
}

void counts_add(struct counts *c, double size, double used)
{
    struct counts next;
    if (used == 0)
        return;
    make_binomial(&next, size, fmin(used, 1 - 1e-9));
    counts_join(c, &next);
}

/* Adds binomial draws, `size` in the mean: of the two whole sizes next to it, with the same mean,
 * in the parts that keep the variance. */
static void add_whole(struct counts *c, double mean, double size)
{
    double least = floor(size), most = least + 1;
    double part = mean <= least ? (1 / size - 1 / most) * least * most : 0;
    struct counts more = *c;
    counts_add(&more, most, mean / most);
    if (part > 0)
        counts_add(c, least, mean / least);
    counts_mix(c, &more, 1 - part);
}

void counts_add_moments(struct counts *c, double mean, double variance)
{
    double used = 1 - variance / mean;
    used = fabs(used) > 1e-6 ? used : 1e-6;
    if (used > LIKELY)
        add_whole(c, mean, mean / used);
    else
        counts_add(c, mean / used, used);
}

/* As many draws as there are tokens, or more. */
struct draws draws_of(double tokens, double share, double variance)
{
    double used = fmax(1e-6, 1 - variance / share), size = tokens * share / used;
    size = used > LIKELY ? fmax(tokens, rint(size)) : size;
    return (struct draws){size, tokens * share / size};
}

void counts_mix(struct counts *c, const struct counts *with, double part)
{
    for (size_t i = c->n; i < with->n; i++)
        c->of[i] = 0;
    c->n = c->n > with->n ? c->n : with->n;
    for (size_t i = 0; i < c->n; i++)
        c->of[i] += part * ((i < with->n ? with->of[i] : 0) - c->of[i]);
}

/* Sums over the counts up to `most` at a tilt exp(theta count). */
struct tilted {
    double log_weight, mean, variance; /* over all devices */
    double within;                     /* variance of the uses of each token */
};

static struct tilted tilt(const struct alike *of, size_t n, size_t most, double theta)
{
    struct tilted t = {0};
    double x = exp(theta);
    for (size_t k = 0; k < n; k++) {
        const struct counts *c = &of[k].counts;
        double sum = 0, first = 0, second = 0, power = 1;
        for (size_t i = 0; i < c->n && i <= most; i++, power *= x) {
            double weight = c->of[i] * power, count = (double)i;
            sum += weight;
            first += count * weight;
            second += count * count * weight;
        }
        double mean = first / sum;
        t.log_weight += of[k].devices * log(sum);
        t.mean += of[k].devices * mean;
        t.variance += of[k].devices * (second / sum - mean * mean);
        t.within += of[k].devices * (mean - second / sum * of[k].per_draw);
    }
    return t;
}

/* Logarithm of the weight with which the counts, each at most `most`, add up to `total`. The 1 + in
 * the root keeps it right where nothing can vary. From a tilt near the saddle point the rest is
 * quadratic. */
static double log_coefficient(const struct alike *of, size_t n, size_t most, double total,
                              double *theta)
{
    const double near = 0.1, like = 0.005; /* standard deviations; of the variance, in the root */
    struct tilted t = tilt(of, n, most, *theta);
    for (int turn = 0; turn < 40 && *theta < 12; turn++) {
        double off = total - t.mean, variance = fmax(t.variance, 1e-12);
        if (off * off < fmin(near * near, like * like * variance) * variance ||
            fabs(off) < 1e-5 * total)
            break;
        *theta = fmin(*theta + fmax(-1, fmin(1, off / variance)), 12);
        t = tilt(of, n, most, *theta);
    }
    double off = total - t.mean, rest = *theta < 12 ? off * off / fmax(t.variance, 1e-12) / 2 : 0;
    double root = 0.5 * log(1 + 2 * acos(-1) * fmax(t.variance, 0));
    if (of->totals > 0)
        root += 0.5 * of->totals * log(fmax(t.within, 1e-9));
    return t.log_weight - *theta * total - rest - root;
}

/* That weight of two devices, exactly. */
static double log_of_pair(const struct alike *of, size_t n, size_t most, size_t total)
{
    const struct counts *a = &of[0].counts, *b = &of[n - 1].counts;
    double sum = 0;
    for (size_t i = total > most ? total - most : 0; i < a->n && i <= most && i <= total; i++)
        sum += total - i < b->n ? a->of[i] * b->of[total - i] : 0;
    return log(sum);
}

/* Expected number of devices with more than the count, before the total is given. */
static double expect_above(const struct alike *of, size_t n, size_t count)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        for (size_t i = count + 1; i < of[k].counts.n; i++)
            sum += of[k].devices * of[k].counts.of[i];
    return sum;
}

static double log_weight(const struct alike *of, size_t n, double devices, size_t most,
                         double total, double *theta)
{
    return devices == 2 && of->totals <= 0 ? log_of_pair(of, n, most, (size_t)total)
                                           : log_coefficient(of, n, most, total, theta);
}

/* At a whole total. */
static double most_at(const struct alike *of, size_t n, double devices, double total)
{
    const double rare = 1e-4;
    double theta = 0, before = 0, least = ceil(total / devices - 1e-9), most = least;
    size_t last = 0;

    for (size_t k = 0; k < n; k++)
        last = of[k].counts.n > last + 1 ? of[k].counts.n - 1 : last;
    double all = log_weight(of, n, devices, last, total, &theta), j = fmin((double)last, total) - 1;
    for (double above; j >= least && (above = expect_above(of, n, (size_t)j)) < rare; j--)
        most += above;
    for (before = theta; j >= least; j--) {
        double guess = 2 * theta - before;
        before = theta;
        theta = guess;
        double above = 1 - exp(log_weight(of, n, devices, (size_t)j, total, &theta) - all);
        most += fmin(1, fmax(0, above));
        if (above > 1 - 1e-3)
            return most + j - least;
    }
    return most;
}

/* At a total of this mean and standard deviation: the mean of two totals, each between two whole
 * ones. */
static double most_of_few(const struct alike *of, size_t n, double devices, double total,
                          double spread)
{
    double most = 0, whole = NAN, there[2] = {0};
    for (double side = -1; side <= 1; side += 2) {
        double at = fmax(0, total + side * spread), low = floor(at + 1e-9),
               part = fmax(0, at - low);
        if (low != whole) {
            there[0] = low == whole + 1 ? there[1] : low > 0 ? most_at(of, n, devices, low) : 0;
            there[1] = part > 0 || side < 0 ? most_at(of, n, devices, low + 1) : 0;
        }
        whole = low;
        most += ((1 - part) * there[0] + part * there[1]) / 2;
    }
    return most;
}

double normal_below(double z, double skewness)
{
    double bend = skewness / 6, w = z;
    if (bend < -1. / 6 && z > 6)
        return 1; /* beyond the end of the expansion */
    if (fabs(bend) > 1e-9)
        w = (sqrt(fmax(0, 1 + 4 * bend * (z + bend))) - 1) / (2 * bend);
    return erfc(-w / sqrt(2)) / 2;
}

static double count_below(const struct alike *a, double x)
{
    double deviation = sqrt(a->variance);
    return normal_below((x - a->mean) / deviation, (2 * a->variance / a->mean - 1) / deviation);
}

static double most_of_many(const struct alike *of, size_t n)
{
    double low = 0, high = 0;
    for (size_t k = 0; k < n; k++) {
        double deviation = sqrt(of[k].variance);
        low = fmax(low, of[k].mean - 4 * deviation);
        high = fmax(high, of[k].mean + 6 * deviation);
    }
    double width = (high - low) / NORMAL_STEPS, most = low;
    for (int i = 0; i < NORMAL_STEPS && width > 0; i++) {
        double below = 1;
        for (size_t k = 0; k < n; k++)
            if (of[k].mean + 6 * sqrt(of[k].variance) > low && of[k].variance > 0)
                below *= pow(count_below(&of[k], low + (i + 0.5) * width), of[k].devices);
        most += width * (1 - below);
    }
    return most;
}

double expected_most(const struct alike *of, size_t n, double spread)
{
    double devices = 0, total = 0, mean = 0, room = 0;
    for (size_t k = 0; k < n; k++) {
        devices += of[k].devices;
        total += of[k].devices * of[k].mean;
        mean = fmax(mean, of[k].mean);
        room = fmax(room, of[k].room);
    }
    if (devices <= 1 || total <= 0)
        return mean;
    double most =
        of[0].counts.n > 0 ? most_of_few(of, n, devices, total, spread) : most_of_many(of, n);

    return fmin(fmax(most, mean), room);
}
