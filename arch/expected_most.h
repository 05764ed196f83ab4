/* The expected maximum over devices of a count with a given total: tokens, or active experts. */
#ifndef ARCH_EXPECTED_MOST_H
#define ARCH_EXPECTED_MOST_H

#include <stdbool.h>
#include <stddef.h>

enum { COUNTS = 48, ALIKE_MOST = 24 };

/* Up to this many tokens the total of each matters. */
enum { EACH_TOKEN = 4 };

/* What has at least this probability is counted exactly. */
static const double LIKELY = 0.1;

/* Probabilities of the counts 0, 1, ... of one device. */
struct counts {
    size_t n;
    double of[COUNTS];
};

/* Binomial draws. */
struct draws {
    double size, used; /* how many, and the probability of each */
};

/* Adds a binomial variable; a size that is not whole is meant for small probabilities. */
void counts_add(struct counts *c, double size, double used);

/* Adds an independent variable; `with` may be `c`. */
void counts_join(struct counts *c, const struct counts *with);

/* Adds a binomial variable, a mixture of two, or a negative binomial one, of this mean and
 * variance. */
void counts_add_moments(struct counts *c, double mean, double variance);

/* The uses of an expert by this many tokens; `share` and `variance` are those per token. */
struct draws draws_of(double tokens, double share, double variance);

/* Replaces this part of the distribution by another. */
void counts_mix(struct counts *c, const struct counts *with, double part);

/* Devices with about the same distribution of their count, before the total is given. */
struct alike {
    double devices;
    double mean, variance; /* of one device */
    double room;           /* largest count possible */
    struct counts counts;  /* empty if they do not matter */

    /* Each of the first tokens has a total of its own: totals beside the one of all tokens (0: it
     * does not matter), and the reciprocal of the number of draws that make up the count. */
    double totals, per_draw;
};

/* Are counts with this largest mean and room small enough to need their probabilities? */
bool counts_matter(double mean, double room);

/* Probability that a variable is at most z deviations above its mean: it is w + (w^2 - 1) skewness
 * / 6 deviations above at the normal variable w. */
double normal_below(double z, double skewness);

/* Expected maximum over all devices, of up to ALIKE_MOST kinds; at least every mean and the total
 * over the devices. `spread`: standard deviation of the total. */
double expected_most(const struct alike *of, size_t n, double spread);

#endif
