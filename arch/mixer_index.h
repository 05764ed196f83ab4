/* The index scan of sparse attention: a light attention over all cached entries, whose scores
 * select the entries that core attention reads (DSA, DeepSeek-V3.2). */
#ifndef ARCH_MIXER_INDEX_H
#define ARCH_MIXER_INDEX_H

#include "arch/op.h"

/* One layer on one of the ranks of a TP group. */
struct index_scan {
    double per;       /* tokens of an entry that is scanned */
    double flop;      /* per entry and query */
    double byte;      /* read per entry */
    double query;     /* bytes of a query */
    double weights;   /* bytes of the weights of its heads, which are sent with it */
    double score_per; /* tokens that share their scores */
    double scores;    /* of these tokens, per query */
    double selected;  /* positions selected per query */
    enum kernel decode, prefill;
};

/* Positions are 4-byte integers. */
static inline double index_position_byte(double positions)
{
    return 4 * positions;
}

void index_add(struct ops *out, double layers, const struct shape *s, const struct index_scan *x);

/* Entries of `all` read for the decoded tokens of a request: the union of the `topk` of each. */
double index_entries_read(double topk, double decode, double all);

#endif
