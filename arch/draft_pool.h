/* Devices apart from the main ones that run a draft model (disaggregated speculative decoding).
 *
 * In each step they draft q - 1 tokens of every request, one after the other, then the main devices
 * verify all of them in one pass (Leviathan et al., arXiv:2211.17192). The first draft of the next
 * step needs the tokens that were accepted, so both sides work in turn, and one waits while the
 * other works. Invariant: a step takes the time of its drafts, of its verification and of two
 * transfers of tokens; a draft pool with the chip of the main devices and a free link takes the
 * time of drafting on them. */
#ifndef ARCH_DRAFT_POOL_H
#define ARCH_DRAFT_POOL_H

#include "arch/design.h"

static inline bool design_pools_draft(const struct design *d)
{
    return chip_is_there(&d->draft_chip);
}

/* Why a draft model, or its devices, cannot serve the design, as "PATH: WHAT: RIGHT"; NULL if they
 * can, or there are none. */
const char *draft_refusal(const struct design *d);

/* Bytes of a token's number on the way between the pools. */
static const double TOKEN_BYTE = 4;

/* The mappings of the pool that pools.draft allows: its devices and tp. devices auto: every whole
 * number up to 32, then steps of an eighth, to as many as the main devices; tp auto: the powers of
 * two within a link domain that divide the devices and the heads. Returns their number; `out` gets
 * the first `room`. */
size_t draft_pool_mappings(const struct design *d, struct plan *out, size_t room);

/* Why a design with a draft pool has no mapping, if its plan allows one, as text. */
const char *draft_pool_fault(const struct design *d);

#endif
