#include "arch/tier2.h"

#include "base/mem.h"

/* clang-format off */
/* LPDDR5X and HBF as in arch/memory.c. DDR5 15 pJ/bit, and 4.4 of a PCIe PHY (CENT, ASPLOS 2025) for
 * CXL and host memory. Idle power: self-refresh and controllers (assumed): 8 GB of LPDDR5X 0.16 W, a
 * 64 GB DIMM 3 W, and 10 W of controller for 256 GB of CXL. Latency: DRAM 0.1 us, CXL 0.25 us, a copy
 * from the host 2 us (assumed), HBF 10-20 us. Its page is not published: that of low-latency flash of
 * single-level cells (assumed). Copies run on engines of their own, but those of the
 * first layer have nothing to hide behind and all compete with the kernels for memory: a tenth shows
 * (assumed). Writes of a byte of flash: single-level cells (assumed). */
#define OWN(price, pj) .memory = MEMORY_KINDS, .usd_per_gb = offsetof(struct prices, price##_usd_per_gb), .j_per_byte = (pj) * 8e-12
const struct tier2_kind tier2_kinds[TIER2_KINDS] = {
    [TIER2_NONE]    = { .name = "none", OWN(ddr5, 0), .overlap = 1, .writes = INFINITY },
    [TIER2_LPDDR5X] = { .name = "lpddr5x", .memory = LPDDR5X, .idle_w_per_gb = 0.02, .latency_s = 0.1e-6, .overlap = 1, .writes = INFINITY },
    [TIER2_DDR5]    = { .name = "ddr5", OWN(ddr5, 15), .idle_w_per_gb = 0.05, .latency_s = 0.1e-6, .overlap = 1, .writes = INFINITY },
    [TIER2_CXL]     = { .name = "cxl", .staged = true, .apart = true, OWN(cxl, 19.4), .idle_w_per_gb = 0.09, .latency_s = 0.25e-6, .overlap = 0.9, .writes = INFINITY },
    [TIER2_HOST]    = { .name = "host", .staged = true, .apart = true, OWN(ddr5, 19.4), .idle_w_per_gb = 0.05, .latency_s = 2e-6, .overlap = 0.9, .writes = INFINITY },
    [TIER2_HBF]     = { .name = "hbf", .memory = HBF, .idle_w_per_gb = 0.002, .latency_s = 15e-6, .page_byte = 4096, .overlap = 1, .writes = 1e5 },
};
/* clang-format on */

static const double S_PER_YEAR = 365.25 * 24 * 3600;
static const double TIER2_BYTE_PER_GB = 1e9;

struct word tier2_word(size_t i)
{
    return (struct word){i < LEN(tier2_kinds) ? tier2_kinds[i].name : NULL, (double)i};
}

void tier2_of(struct tier2 *out, const struct chip *c)
{
    const struct tier2_kind *k = tier2_kind_of(c);
    bool there = tier2_is_there(c);
    *out =
        (struct tier2){.byte = there ? c->memory2_byte : 0,
                       .byte_per_s = there ? c->memory2_byte_per_s : 0,
                       .s_per_byte = there ? 1 / fmax(c->memory2_byte_per_s, 1) : 0,
                       .overlap = c->memory2_overlap >= 0 ? c->memory2_overlap : k->overlap,
                       .staged = k->staged ? 1 : 0,
                       .writes = k->writes,
                       .least_life_s = c->memory2_least_life_year * S_PER_YEAR,
                       .latency_s = k->latency_s,
                       .page_byte = c->memory2_page_byte >= 0 ? c->memory2_page_byte : k->page_byte,
                       .weight_near = 1,
                       .kv_near = 1};
}

double tier2_j_per_byte(const struct chip *c)
{
    const struct tier2_kind *k = tier2_kind_of(c);
    return k->memory == MEMORY_KINDS ? k->j_per_byte : memory_of(k->memory)->j_per_byte;
}

double tier2_usd(const struct chip *c, const struct prices *p)
{
    const struct tier2_kind *k = tier2_kind_of(c);
    double own = *(const double *)((const char *)p + k->usd_per_gb);
    double usd_per_gb = k->memory == MEMORY_KINDS ? own : memory_usd_per_gb(k->memory, p);
    return tier2_is_there(c) ? c->memory2_byte / TIER2_BYTE_PER_GB * usd_per_gb : 0;
}

double tier2_stacks(const struct chip *c)
{
    const struct tier2_kind *k = tier2_kind_of(c);
    if (!tier2_is_there(c) || k->memory == MEMORY_KINDS ||
        !(memory_of(k->memory)->on_interposer > 0))
        return 0;
    const struct memory_kind *m = memory_of(k->memory);
    double slack = 1e-3; /* as chip_memory_stacks */
    return ceil(fmax(c->memory2_byte / m->stack_byte, c->memory2_byte_per_s / m->stack_byte_per_s) -
                slack);
}
