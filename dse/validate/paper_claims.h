/* What arXiv:2507.15465 (v3) claims, priced again: published number, ours, and why they differ. */
#ifndef DSE_VALIDATE_PAPER_CLAIMS_H
#define DSE_VALIDATE_PAPER_CLAIMS_H

#include "arch/catalogue/catalogue.h"
#include "arch/metrics.h"

/* How ours stands to the published number if the claim is right. */
enum claim_kind { CLAIM_EQUAL, CLAIM_MORE, CLAIM_LESS };

struct claim {
    const char *where, *what;
    double published; /* NAN: a statement without a number */
    /* 0 and the number, or -1 with err filled; NULL: nothing to compute, `why` says so. */
    int (*ours)(struct catalogue *c, double *out, struct err *err);
    const char *why; /* of a difference; "" where there is none worth a word */
    enum claim_kind kind;
};

/* The design of all defaults with these assignments, "chip=h100", on top; `set` ends with NULL. */
int claim_price(struct catalogue *c, const char *const *set, struct metrics *out, struct err *err);

extern const struct claim claims[];
extern const size_t claims_n;

#endif
