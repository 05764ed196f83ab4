/* The expected maximum over devices of a count with a given total: tokens, or active experts. */
#ifndef ARCH_EXPECTED_MOST_H
#define ARCH_EXPECTED_MOST_H

#include <stdbool.h>
#include <stddef.h>

enum { COUNTS = 48, ALIKE_MOST = 24 };

/* Probabilities of the counts 0, 1, ... of one device. */
struct counts {
    size_t n;
    double of[COUNTS];
};

/* Adds a binomial variable of `size` draws, each with probability `used`; a size that is not whole
 * is meant for small probabilities. */
void counts_add(struct counts *c, double size, double used);

/* Devices with about the same distribution of their count, before the total is given. */
struct alike {
    double devices;
    double mean, variance; /* of one device */
    double room;           /* largest count possible */
    struct counts counts;  /* empty if they do not matter */
};

/* Are counts with this largest mean small enough to need their probabilities? */
bool counts_matter(double mean);

/* Expected maximum over all devices, of up to ALIKE_MOST kinds; at least every mean and the total
 * over the devices. `spread`: standard deviation of the total. */
double expected_most(const struct alike *of, size_t n, double spread);

#endif
