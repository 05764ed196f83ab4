/* What candidates cost, quoted many times: the units of a budget that each uses at the prices of
 * many worlds. They are quoted in lots of those that are alike, with a lower bound for each lot. */
#ifndef REPORTS_PAYOFF_QUOTED_H
#define REPORTS_PAYOFF_QUOTED_H

#include "reports/payoff/device_lot.h"

/* What the quotes of a candidate depend on, besides prices; all doubles, so without padding. */
struct hardware {
    struct chip chip;
    struct engine engine;
    double devices, pool_devices, ffn_devices;
    struct chip pool_chip, ffn_chip;
    struct engine pool_engine, ffn_engine;
};

void hardware_of(struct hardware *out, const struct candidate *k);

/* Looks up the devices of n candidates. Free with quoted_free, which takes NULL. */
struct quoted *quoted_make(const struct candidate *const k[], size_t n);
void quoted_free(struct quoted *q);

/* The lots: each candidate is in one. */
size_t quoted_lots(const struct quoted *q);

/* The candidates of a lot, by their places in quoted_make. Returns how many, at most LANES. */
size_t quoted_lot(const size_t **of, const struct quoted *q, size_t lot);

/* Units of the budget that each candidate of a lot uses, in the order of quoted_lot. */
void quoted_lot_resources(double *out, const struct quoted *q, size_t lot, enum budget budget,
                          const struct prices *p);

/* Units of the budget that each candidate uses. */
void quoted_resources(double *out, const struct quoted *q, enum budget budget,
                      const struct prices *p);

/* Lots in parts: candidate i of quoted_lot is in part i / IN_PART of its lot. Part k of a lot is
 * part lot x PARTS + k of all. */
enum { PARTS = 4, IN_PART = LANES / PARTS };

/* The candidates of a part of all. Returns how many, at most IN_PART, or 0. */
size_t quoted_part(const size_t **of, const struct quoted *q, size_t part);

/* Costs are in order up to rounding. */
#define LEAST_ROUNDING (1 - 1e-6)

/* Finds a design that costs, times LEAST_ROUNDING, no more than any of a part of all. `k`: as in
 * quoted_make. False if none is known, or the part is empty. */
bool quoted_least_of(struct candidate *out, const struct quoted *q,
                     const struct candidate *const k[], size_t part);

/* out[lot][part]: no candidate of the part uses less; 0 where that is not known. */
void quoted_least(double (*out)[PARTS], const struct quoted *q, enum budget budget,
                  const struct prices *p);

#endif
