/* The claims of arXiv:2507.15465 (v3), priced again: published number, ours, and why they
 * differ. */
#ifndef DSE_VALIDATE_PAPER_CLAIMS_H
#define DSE_VALIDATE_PAPER_CLAIMS_H

#include "arch/catalogue/catalogue.h"
#include "arch/metrics.h"

/* How our number must relate to the published one if the claim holds. */
enum claim_kind { CLAIM_EQUAL, CLAIM_MORE, CLAIM_LESS };

struct claim {
    const char *where, *what;
    double published; /* NAN: a statement without a number */
    /* 0 and the number, or -1 with err filled; NULL if there is nothing to compute, and `why` says
     * so. */
    int (*ours)(struct catalogue *c, double *out, struct err *err);
    const char *why; /* reason for a difference; "" if none is needed */
    enum claim_kind kind;
};

/* Prices the default design with the assignments of `set`, like "chip=h100"; `set` ends with
 * NULL. Publications that count operations know no power limit, so claim_price sets none; run_price
 * keeps that of the chip. */
int claim_price(struct catalogue *c, const char *const *set, struct metrics *out, struct err *err);
int run_price(struct catalogue *c, const char *const *set, struct metrics *out, struct err *err);

extern const struct claim claims[];
extern const size_t claims_n;

#endif
