#include "arch/memory.h"

#include "base/mem.h"

/* clang-format off */

/* HBM. Capacity, bandwidth, height and pins: JEDEC pin rates with 1024 (HBM4: 2048) pins, and the stack
 * heights of the chips in the catalogue. HBM3E at the 8 Gb/s of B200 and H200, HBM4 at 8 Gb/s; fast:
 * HBM3E at 9.6, HBM4 at 11 Gb/s (makers' parts of 2026). HBM4E: 16-high 64 GB (Rubin Ultra: 1024 GB
 * over 16 stacks), 12.8 Gb/s. Width: HBM2 7.75 x 11.87 mm (JEDEC JESD235), HBM2E 10 x 11, HBM3 11 x 11
 * (121 mm2, Duplex), HBM4 13 x 11 (assumed).
 *
 * Energy of the stack in pJ/bit, 8 bits to the byte: HBM2 3.97 (FGDRAM, MICRO 2017), HBM2E the same
 * (assumed), HBM3 3.59 (AttAcc's table), HBM3E 4 and HBM4 3.5 (press, 3 to 4.7 for HBM4; assumed), HBM4E
 * as HBM4 (assumed). Inside: 16 times the pins from all banks and 8 times from all bank groups (AttAcc,
 * HBM3); HBM3E has faster pins on the same banks (assumed), HBM4 twice the banks (Micron, Hot Chips
 * 2026). Base die: the area of the stack; free share between the 15 % that Duplex adds and the 63 %
 * that Stratum fills; more of HBM4's, which is made in a logic process (assumed).
 *
 * GDDR and LPDDR: a 32-bit channel on the board. GDDR6 18 Gb/s (L40S: 864
 * 64 GB/s); GDDR7 32 Gb/s, two of 24 Gb; LPDDR5X one package of up to 24 GB at 8.55 Gb/s (Crescent
 * Island: 684 GB/s over 20). Area of a pin: LLMCompass's channel of DDR5 has a PHY of 1.45 mm2 and a
 * controller of 90 million transistors, 4.4 and 5.2 times those of a pin of HBM2E; GDDR twice that, for
 * its rate (assumed). Die edge: PHY area over a depth of about 1 mm (assumed). Energy: GDDR6 7.5 pJ/bit
 * (Micron; recalled), of which 5.5 at its pins (CENT); GDDR7 a fifth less (Samsung; recalled); LPDDR5X 5,
 * of 4 to 8 for the whole path (public notes; assumed). Inside: 16 banks of 64 GB/s a package (AiM), 8
 * times the pins (Samsung LPDDR5X-PIM, Hot Chips 2026). Area: that of two packages' dies (assumed).
 *
 * 3D DRAM, bonded to the compute die: 32 GB and 19 TB/s of Stratum's slow tier (MICRO 2025), 0.88 pJ/bit
 * (HD-MoE). Its units stand under the banks, so bytes move a tenth as far (assumed).
 *
 * SRAM: 0.5 pJ/B, between AttAcc's buffer (.0034 pJ/bit) and a GPU's level-1 cache (.16); to the units
 * beside it as much again (assumed).
 *
 * HBF: flash in the place of HBM4, first generation (SanDisk and SK hynix): 512 GB, 1.6 TB/s of reads;
 * energy as HBM4 (makers' claim). Nobody has published an engine in it. */
#define PJ_PER_BIT(pj) .j_per_byte = (pj) * 8e-12
#define INSIDE(tb_per_s) .bank_byte_per_s = 16e12 * (tb_per_s), .group_byte_per_s = 8e12 * (tb_per_s)
#define NAMED(of_name) .name = of_name, .usd_per_gb = UNPRICED
#define KIND(of_name, price) .name = of_name, .usd_per_gb = offsetof(struct prices, price##_usd_per_gb)
#define STACK .pin_area_ratio = 1, .on_interposer = 1, .seam_ratio = 1, .move_ratio = 1
#define CHANNEL .pins = 32, .seam_ratio = 1, .move_ratio = 1
#define ON_DIES .on_interposer = 0, .seam_ratio = 0
enum { UNPRICED = -1 };
static const struct kind {
    const char *name;
    ptrdiff_t usd_per_gb; /* offset in struct prices, or UNPRICED */
    struct memory_kind memory;
} kinds[MEMORY_KINDS] = {
    [HBM2]      = { KIND("hbm2", hbm2), .memory = { STACK, .stack_byte = 8e9, .stack_byte_per_s = 0.256e12, .dies = 8, .pins = 1024, .edge_mm = 7.75,
                    PJ_PER_BIT(3.97), INSIDE(0.256), .base_mm2 = 92, .base_free_ratio = 0.4 } },
    [HBM2E]     = { KIND("hbm2e", hbm2e), .memory = { STACK, .stack_byte = 16e9, .stack_byte_per_s = 0.4625e12, .dies = 8, .pins = 1024, .edge_mm = 10,
                    PJ_PER_BIT(3.97), INSIDE(0.4625), .base_mm2 = 110, .base_free_ratio = 0.4 } },
    [HBM3]      = { KIND("hbm3", hbm3), .memory = { STACK, .stack_byte = 24e9, .stack_byte_per_s = 0.819e12, .dies = 12, .pins = 1024, .edge_mm = 11,
                    PJ_PER_BIT(3.59), INSIDE(0.819), .base_mm2 = 121, .base_free_ratio = 0.4 } },
    [HBM3E]     = { KIND("hbm3e", hbm3e), .memory = { STACK, .stack_byte = 24e9, .stack_byte_per_s = 1.000e12, .dies = 8, .pins = 1024, .edge_mm = 11,
                    PJ_PER_BIT(4), INSIDE(0.819), .base_mm2 = 121, .base_free_ratio = 0.4 } },
    [HBM3E_12H] = { KIND("hbm3e-12h", hbm3e_12h), .memory = { STACK, .stack_byte = 36e9, .stack_byte_per_s = 1.000e12, .dies = 12, .pins = 1024, .edge_mm = 11,
                    PJ_PER_BIT(4), INSIDE(0.819), .base_mm2 = 121, .base_free_ratio = 0.4 } },
    [HBM3E_12H_FAST] = { KIND("hbm3e-12h-fast", hbm3e_12h), .memory = { STACK, .stack_byte = 36e9, .stack_byte_per_s = 1.229e12, .dies = 12, .pins = 1024, .edge_mm = 11,
                    PJ_PER_BIT(4), INSIDE(0.819), .base_mm2 = 121, .base_free_ratio = 0.4 } },
    [HBM4]      = { KIND("hbm4", hbm4), .memory = { STACK, .stack_byte = 36e9, .stack_byte_per_s = 2.000e12, .dies = 12, .pins = 2048, .edge_mm = 13,
                    PJ_PER_BIT(3.5), INSIDE(1.638), .base_mm2 = 143, .base_free_ratio = 0.5 } },
    [HBM4_FAST] = { KIND("hbm4-fast", hbm4), .memory = { STACK, .stack_byte = 36e9, .stack_byte_per_s = 2.816e12, .dies = 12, .pins = 2048, .edge_mm = 13,
                    PJ_PER_BIT(3.5), INSIDE(1.638), .base_mm2 = 143, .base_free_ratio = 0.5 } },
    [HBM4E]     = { KIND("hbm4e", hbm4e), .memory = { STACK, .stack_byte = 64e9, .stack_byte_per_s = 3.277e12, .dies = 16, .pins = 2048, .edge_mm = 13,
                    PJ_PER_BIT(3.5), INSIDE(1.638), .base_mm2 = 143, .base_free_ratio = 0.5 } },
    [GDDR6]     = { KIND("gddr6", gddr6), .memory = { CHANNEL, .stack_byte = 4e9, .stack_byte_per_s = 72e9, .dies = 2, .edge_mm = 4, .pin_area_ratio = 9.6,
                    PJ_PER_BIT(7.5), .bank_byte_per_s = 2 * 16 * 64e9, .base_mm2 = 200 } },
    [GDDR7]     = { KIND("gddr7", gddr7), .memory = { CHANNEL, .stack_byte = 6e9, .stack_byte_per_s = 128e9, .dies = 2, .edge_mm = 4, .pin_area_ratio = 9.6,
                    PJ_PER_BIT(6), .bank_byte_per_s = 2 * 16 * 64e9, .base_mm2 = 200 } },
    [LPDDR5X]   = { KIND("lpddr5x", lpddr5x), .memory = { CHANNEL, .stack_byte = 24e9, .stack_byte_per_s = 34.2e9, .dies = 8, .edge_mm = 2, .pin_area_ratio = 4.8,
                    PJ_PER_BIT(5), .bank_byte_per_s = 8 * 34.2e9, .base_mm2 = 100 } },
    [DRAM_3D]   = { KIND("3d-dram", dram_3d), .memory = { ON_DIES, .stack_byte = 32e9, .stack_byte_per_s = 19e12, .dies = 1, .move_ratio = 0.1, PJ_PER_BIT(0.88) } },
    [SRAM]      = { NAMED("sram"), .memory = { ON_DIES, .on_die = 1, .stack_byte = 1e15, .stack_byte_per_s = 1e18, .move_ratio = 0.016, .j_per_byte = 0.5e-12 } },
    [HBF]       = { KIND("hbf", hbf), .memory = { STACK, .stack_byte = 512e9, .stack_byte_per_s = 1.6e12, .dies = 16, .pins = 2048, .edge_mm = 13,
                    PJ_PER_BIT(3.5), .base_mm2 = 143 } },
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
    ptrdiff_t at = kinds[(size_t)kind].usd_per_gb;
    return at == UNPRICED ? 0 : *(const double *)((const char *)p + at);
}
