#include "arch/chip.h"

#include "arch/tier2.h"
#include "base/mem.h"

/* clang-format off */
static const struct word derived[] = { { "auto", CHIP_AUTO }, { NULL, 0 } };
static const struct word as_price_list[] = { { "auto", -1 }, { NULL, 0 } };
static const struct word by_price_list[] = { { "auto", 0 }, { NULL, 0 } };
static const struct word derived_density[] = { { "auto", 0 }, { NULL, 0 } };

static const struct field rows[] = {
    { FIELD(chip, compute_units, "1"), .lo = 1, .hi = 1e6, .init = NAN, .doc = "Compute units (SM, CU, core) in use." },
    { FIELD(chip, unit_flop_per_s, "FLOP/s"), .lo = 1e6, .hi = 1e18, .plain_lo = 1e6, .plain_unit = "TFLOP/s", .init = NAN, .doc = "Dense BF16 peak of one compute unit." },
    { FIELD(chip, fp8_ratio, "1"), .lo = 1, .hi = 16, .init = 1, .doc = "Dense FP8 peak over BF16 peak; 1 if FP8 is a storage format only." },
    { FIELD(chip, fp4_ratio, "1"), .lo = 1, .hi = 32, .init = 1, .doc = "Dense FP4 peak over BF16 peak." },
    { FIELD(chip, memory_byte, "B"), .lo = 1e6, .hi = 1e15, .plain_lo = 1e6, .plain_unit = "GB", .init = NAN, .doc = "Memory capacity of one device." },
    { FIELD(chip, memory_byte_per_s, "B/s"), .lo = 1e6, .hi = 1e17, .plain_lo = 1e6, .plain_unit = "TB/s", .init = NAN, .doc = "Memory bandwidth of one device." },
    { FIELD(chip, hbm, "1"), .init = HBM3E, .only_words = true, .registry = memory_word,
      .doc = "Kind of memory: its stacks, its channels on the board or, of SRAM, its die area follow from it, and its price." },
    { FIELD(chip, memory2_byte, "B"), .lo = 0, .hi = 1e16, .plain_lo = 1e6, .plain_unit = "GB", .init = 0, .doc = "Capacity of a second tier of memory of one device; 0: none." },
    { FIELD(chip, memory2_byte_per_s, "B/s"), .lo = 0, .hi = 1e15, .plain_lo = 1e6, .plain_unit = "GB/s", .init = 0, .doc = "Read bandwidth of the second tier of one device." },
    { FIELD(chip, memory2_kind, "1"), .init = TIER2_NONE, .only_words = true, .registry = tier2_word,
      .doc = "Second tier: none; lpddr5x, ddr5 and hbf (flash on the interposer) are read directly; cxl and host are copied to the first tier, which then carries these bytes twice." },
    { FIELD(chip, memory2_overlap, "1"), .lo = 0, .hi = 1, .init = CHIP_AUTO, .words = derived,
      .doc = "Share of the shorter of both tiers' times in an operator that hides behind the longer; auto: 1, or 0.9 for kinds that are copied." },
    { FIELD(chip, memory2_least_life_year, "1"), .lo = 0, .hi = 1e3, .init = 5, .doc = "Years that a second tier of flash must last at the rate at which its cache is written." },
    { FIELD(chip, memory2_page_byte, "B"), .lo = 0, .hi = 1e9, .plain_hi = 1e6, .plain_unit = "KiB", .init = CHIP_AUTO, .words = derived,
      .doc = "What a read of the second tier fetches at least, where sparse attention reads scattered tokens; auto: 4 KiB of hbf, 0 of other kinds." },
    { FIELD(chip, link_byte_per_s, "B/s"), .lo = 1e6, .hi = 1e15, .plain_lo = 1e6, .plain_unit = "GB/s", .init = NAN, .doc = "Scale-up link bandwidth of one device, one direction." },
    { FIELD(chip, link_latency_s, "s"), .lo = 0, .hi = 1, .plain_hi = 0.01, .plain_unit = "us", .init = 1.3e-6, .doc = "Latency of a transfer over the scale-up link." },
    { FIELD(chip, link_domain, "devices"), .lo = 1, .hi = 1e6, .init = 8, .whole = true, .doc = "Devices joined by the scale-up link." },
    { FIELD(chip, network_byte_per_s, "B/s"), .lo = 1e6, .hi = 1e15, .plain_lo = 1e6, .plain_unit = "GB/s", .init = NAN, .doc = "Scale-out network bandwidth of one device, one direction." },
    { FIELD(chip, network_latency_s, "s"), .lo = 0, .hi = 1, .plain_hi = 0.01, .plain_unit = "us", .init = 5e-6, .doc = "Latency of a transfer over the scale-out network." },
    { FIELD(chip, kernel_start_s, "s"), .lo = 0, .hi = 1, .plain_hi = 0.01, .plain_unit = "us", .init = 0,
      .doc = "Time that a call of an operator takes beyond its work, in ideal timing; a collective has its latency instead. Calibrated timing has start-up times of its own." },
    { FIELD(chip, node_nm, "1"), .lo = 2, .hi = 28, .init = 5, .doc = "Process node of the compute dies, nm." },
    { FIELD(chip, tdp_w, "W"), .lo = 0, .hi = 1e5, .init = NAN, .words = derived,
      .doc = "Power limit of one device: its clock falls until board power is within it; auto: chip.rated_w scaled with the arithmetic and memory, and an engine's power on top." },
    { FIELD(chip, floor_ratio, "1"), .lo = 0, .hi = 1, .init = CHIP_AUTO, .words = derived,
      .doc = "Board power while kernels run, before that of their work, over chip.rated_w; auto: between measured chips." },
    { FIELD(chip, move_j_per_byte, "J"), .lo = 0, .hi = 1, .init = CHIP_AUTO, .words = derived,
      .doc = "Energy of a memory byte beyond its memory: to the compute units and back; auto: between measured chips, less from memory on the dies." },
    { FIELD(chip, j_per_flop, "J"), .lo = 0, .hi = 1, .init = CHIP_AUTO, .words = derived,
      .doc = "Energy of a BF16 operation at the nominal clock; auto: by chip.node_nm." },
    { FIELD(chip, rated_w, "W"), .lo = 0, .hi = 1e5, .init = CHIP_AUTO, .words = derived, .doc = "Design power of the data sheet; auto: chip.tdp_w of the chip file." },
    { FIELD(chip, rated_flop_per_s, "FLOP/s"), .lo = 0, .hi = 1e18, .init = CHIP_AUTO, .words = derived, .doc = "Dense BF16 peak that chip.rated_w belongs to; auto: that of the chip file." },
    { FIELD(chip, rated_memory_byte_per_s, "B/s"), .lo = 0, .hi = 1e17, .init = CHIP_AUTO, .words = derived, .doc = "Memory bandwidth that chip.rated_w belongs to; auto: that of the chip file." },
    { FIELD(chip, clock_hz, "Hz"), .lo = 1e6, .hi = 1e11, .init = 1.8e9, .doc = "Clock at peak; with the peak it gives the number of multipliers, for the area only." },
    { FIELD(chip, fp64_flop_per_s, "FLOP/s"), .lo = 0, .hi = 1e18, .init = 0, .doc = "FP64 peak of the silicon: area only." },
    { FIELD(chip, unit_sram_byte, "B"), .lo = 0, .hi = 1e12, .init = 262144, .doc = "Local memory and level-1 cache of a compute unit: area only." },
    { FIELD(chip, unit_register_byte, "B"), .lo = 0, .hi = 1e12, .init = 262144, .doc = "Register file of a compute unit: area only." },
    { FIELD(chip, cache_byte, "B"), .lo = 0, .hi = 1e12, .init = 64e6, .doc = "Shared caches on the dies: area only." },
    { FIELD(chip, spare_unit_ratio, "1"), .lo = 0, .hi = 10, .init = -1, .words = as_price_list,
      .doc = "Spare compute units (may be defective) over those in use; auto: from the price list." },
    { FIELD(chip, compute_flop_per_s_per_mm2, "FLOP/s"), .lo = 1e6, .hi = 1e18, .init = 0, .words = derived_density,
      .doc = "BF16 peak per mm2 of compute units, spares included; auto: from the contents of a unit and the node." },
    { FIELD(chip, uncore_mm2, "mm2"), .lo = 0, .hi = 1e5, .init = -1, .words = as_price_list,
      .doc = "Die area other than compute units, memory interfaces and links; auto: caches from the node, the rest from the price list." },
    { FIELD(chip, die_limit_mm2, "mm2"), .lo = 0, .hi = 1e5, .init = 0, .words = by_price_list,
      .doc = "Largest die: that of a chip that is a whole wafer; auto: the reticle of the price list." },
    { FIELD(chip, package_limit_mm2, "mm2"), .lo = 0, .hi = 1e6, .init = 0, .words = by_price_list,
      .doc = "Largest interposer its maker can get; auto: that of the price list." },
};
/* clang-format on */
COVERS(rows, chip);

#define CHIP(section)                                                                              \
    {                                                                                              \
        section, rows, LEN(rows), sizeof(struct chip)                                              \
    }
const struct fields chip_fields = CHIP("chip"), ffn_chip_fields = CHIP("pools.ffn.chip"),
                    prefill_chip_fields = CHIP("pools.prefill.chip"),
                    draft_chip_fields = CHIP("pools.draft.chip");
#undef CHIP

void chip_rate(struct chip *c)
{
    bool rated = c->rated_w >= 0;
    if (!rated)
        c->rated_w = c->tdp_w;
    if (!rated || c->rated_flop_per_s < 0)
        c->rated_flop_per_s = chip_flop_per_s(c);
    if (!rated || c->rated_memory_byte_per_s < 0)
        c->rated_memory_byte_per_s = c->memory_byte_per_s;
}
