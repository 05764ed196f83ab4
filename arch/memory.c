#include "arch/memory.h"

#include "base/mem.h"

/* clang-format off */
/* A generation of memory: its name, the offset of its price in struct prices, and one stack.
 * Capacity, bandwidth, height and pins: JEDEC pin rates with 1024 (HBM4: 2048) pins, and the stack
 * heights of the chips in the catalogue. HBM3E at the 8 Gb/s of B200 and H200, HBM4 at 8 Gb/s.
 * Width: HBM2 7.75 x 11.87 mm (JEDEC JESD235), HBM2E 10 x 11, HBM3 11 x 11 (121 mm2, Duplex), HBM4
 * 13 x 11 (assumed).
 *
 * Energy of the stack in pJ/bit, 8 bits to the byte: HBM2 3.97 (FGDRAM, MICRO 2017), HBM2E the same
 * (assumed), HBM3 3.59 (AttAcc's table), HBM3E 4 and HBM4 3.5 (press, 3 to 4.7 for HBM4; assumed).
 * Inside: 16 times the pins from all banks and 8 times from all bank groups (AttAcc, HBM3); HBM3E
 * has faster pins on the same banks (assumed), HBM4 twice the banks (Micron, Hot Chips 2026). Base
 * die: the area of the stack; free share between the 15 % that Duplex adds and the 63 % that
 * Stratum fills; more of HBM4's, which is made in a logic process (assumed). */
#define PJ_PER_BIT(pj) .j_per_byte = (pj) * 8e-12
#define INSIDE(tb_per_s) .bank_byte_per_s = 16e12 * (tb_per_s), .group_byte_per_s = 8e12 * (tb_per_s)
#define KIND(of_name, price) .name = of_name, .usd_per_gb = offsetof(struct prices, price##_usd_per_gb)
static const struct kind {
    const char *name;
    size_t usd_per_gb;
    struct memory_kind memory;
} kinds[MEMORY_KINDS] = {
    [HBM2]      = { KIND("hbm2", hbm2), .memory = { .stack_byte = 8e9, .stack_byte_per_s = 0.256e12, .dies = 8, .pins = 1024, .edge_mm = 7.75,
                    PJ_PER_BIT(3.97), INSIDE(0.256), .base_mm2 = 92, .base_free_ratio = 0.4 } },
    [HBM2E]     = { KIND("hbm2e", hbm2e), .memory = { .stack_byte = 16e9, .stack_byte_per_s = 0.4625e12, .dies = 8, .pins = 1024, .edge_mm = 10,
                    PJ_PER_BIT(3.97), INSIDE(0.4625), .base_mm2 = 110, .base_free_ratio = 0.4 } },
    [HBM3]      = { KIND("hbm3", hbm3), .memory = { .stack_byte = 24e9, .stack_byte_per_s = 0.819e12, .dies = 12, .pins = 1024, .edge_mm = 11,
                    PJ_PER_BIT(3.59), INSIDE(0.819), .base_mm2 = 121, .base_free_ratio = 0.4 } },
    [HBM3E]     = { KIND("hbm3e", hbm3e), .memory = { .stack_byte = 24e9, .stack_byte_per_s = 1.000e12, .dies = 8, .pins = 1024, .edge_mm = 11,
                    PJ_PER_BIT(4), INSIDE(0.819), .base_mm2 = 121, .base_free_ratio = 0.4 } },
    [HBM3E_12H] = { KIND("hbm3e-12h", hbm3e_12h), .memory = { .stack_byte = 36e9, .stack_byte_per_s = 1.000e12, .dies = 12, .pins = 1024, .edge_mm = 11,
                    PJ_PER_BIT(4), INSIDE(0.819), .base_mm2 = 121, .base_free_ratio = 0.4 } },
    [HBM4]      = { KIND("hbm4", hbm4), .memory = { .stack_byte = 36e9, .stack_byte_per_s = 2.000e12, .dies = 12, .pins = 2048, .edge_mm = 13,
                    PJ_PER_BIT(3.5), INSIDE(1.638), .base_mm2 = 143, .base_free_ratio = 0.5 } },
};
/* clang-format on */

struct word memory_word(size_t i)
{
    return (struct word){i < LEN(kinds) ? kinds[i].name : NULL, (double)i};
}

const struct memory_kind *memory_of(double kind)
{
    return &kinds[(size_t)kind].memory;
}

double memory_usd_per_gb(double kind, const struct prices *p)
{
    return *(const double *)((const char *)p + kinds[(size_t)kind].usd_per_gb);
}
