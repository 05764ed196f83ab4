/* What arXiv:2507.15465 (v3) claims, priced again: published number, ours, and why they differ. */
#ifndef DSE_CLAIMS_H
#define DSE_CLAIMS_H

#include "arch/catalogue.h"

struct claim {
    const char *where, *what;
    double published;
    /* 0 and the number, or -1 with err filled. */
    int (*ours)(struct catalogue *c, double *out, struct err *err);
    const char *why; /* of a difference; "" where there is none worth a word */
};

extern const struct claim claims[];
extern const size_t claims_n;

#endif
