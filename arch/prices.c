#include "arch/prices.h"

#include "base/mem.h"

static const bool is_factor = true;

/* clang-format off */
#define PRICE(member, unit, from, to, text) { FIELD(prices, member, unit), .lo = from, .hi = to, .init = NAN, .doc = text }
#define FACTOR(member, from, to, text) { FIELD(prices, member, "1"), .lo = from, .hi = to, .init = 1, .more = &is_factor, .doc = text }
#define BY_NODE(ROW) ROW(2nm), ROW(3nm), ROW(4nm), ROW(5nm), ROW(7nm), ROW(14nm), ROW(28nm)
#define WAFER(node) PRICE(wafer_##node##_usd, "USD", 1, 1e6, "Price of a processed 300 mm wafer.")
#define DEFECTS(node) PRICE(defects_##node##_per_cm2, "1", 1e-6, 10, "Defects per cm2.")
#define DENSITY(node) PRICE(density_##node##_m_per_mm2, "1", 0.01, 1e5, "Million transistors of logic per mm2.")
#define SRAM(node) PRICE(sram_##node##_mm2_per_mib, "mm2", 1e-4, 1e3, "Area of a mebibyte of cache with its periphery.")
#define MEMORY(kind) PRICE(kind##_usd_per_gb, "USD", 0, 1e4, "Price of this kind of memory per gigabyte.")
/* Kinds that older lists, also those in stores, lack: nobody sells them there. */
#define LATER(kind, of) { FIELD(prices, kind##_usd_per_gb, "USD"), .lo = 0, .hi = 1e4, .init = INFINITY, \
                          .doc = "Price of " of " per gigabyte; infinite in a list that lacks it." }

static const struct field rows[] = {
    BY_NODE(WAFER), BY_NODE(DEFECTS), BY_NODE(DENSITY), BY_NODE(SRAM),
    MEMORY(hbm2), MEMORY(hbm2e), MEMORY(hbm3), MEMORY(hbm3e), MEMORY(hbm3e_12h), MEMORY(hbm4),
    LATER(hbm4e, "HBM4E"), LATER(gddr6, "GDDR6"), LATER(gddr7, "GDDR7"), LATER(lpddr5x, "LPDDR5X"),
    LATER(dram_3d, "3D DRAM"), LATER(hbf, "flash in stacks"),
    PRICE(hbm_stack_usd, "USD", 0, 1e4, "Price of a memory stack apart from its capacity: base die, stacking, test."),
    LATER(ddr5, "DDR5, also of the host,"), LATER(cxl, "memory behind CXL, its controller with it,"),
    PRICE(unit_control_m, "1", 0, 1e6, "Million transistors of control, vector lanes and crossbar port of a compute unit."),
    PRICE(multiplier_m, "1", 0, 1e3, "Million transistors of a BF16 multiplier and adder; multiplied by the peak of the narrowest format over that of BF16."),
    PRICE(fp64_multiplier_m, "1", 0, 1e3, "Million transistors of an FP64 multiplier and adder."),
    PRICE(register_ratio, "1", 0, 100, "Area of a register file over that of cache of the same capacity."),
    PRICE(memory_phy_mm2, "mm2", 0, 1e3, "PHY of 1024 memory pins (a stack up to HBM3E); the same at every node."),
    PRICE(memory_controller_m, "1", 0, 1e6, "Million transistors of the controller of 1024 memory pins."),
    PRICE(link_phy_mm2_per_gb_per_s, "mm2", 0, 1e3, "PHY of 1 GB/s of link, one direction; the same at every node."),
    PRICE(link_controller_m_per_gb_per_s, "1", 0, 1e6, "Million transistors of the controller of 1 GB/s of link."),
    PRICE(other_ratio, "1", 0, 10, "Area of everything else (host interface, clocks, fuses) over the area counted."),
    { FIELD(prices, sram_memory_ratio, "1"), .lo = 0.01, .hi = 10, .init = 1, .doc = "Area of SRAM that is the memory of a chip over that of cache of the same capacity: no tags, no coherence; 1 in a list that lacks it." },
    PRICE(reticle_mm2, "mm2", 1, 1e5, "Largest die a scanner can expose: 858, or 429 with high NA."),
    PRICE(spare_unit_ratio, "1", 0, 10, "Spare compute units (may be defective) over those in use, unless the chip file gives it."),
    PRICE(uncore_repair_ratio, "1", 0, 1, "Share of the uncore in which a defect is repaired (SRAM)."),
    PRICE(die_test_usd, "USD", 0, 1e4, "Test of a die before bonding."),
    PRICE(seam_memory_ratio, "1", 0, 100, "Die-to-die bandwidth of a die, both directions, over its share of the memory bandwidth."),
    PRICE(seam_mm2_per_gb_per_s, "mm2", 0, 10, "Die-to-die PHY and controller per GB/s, both directions together."),
    PRICE(seam_edge_mm_per_gb_per_s, "1", 0, 10, "Die edge of the die-to-die interface per GB/s, mm."),
    PRICE(link_edge_mm_per_gb_per_s, "1", 0, 10, "Die edge of 1 GB/s of link, mm."),
    PRICE(edge_ratio, "1", 0.01, 1, "Share of a die's perimeter that interfaces can use."),
    PRICE(stack_footprint_mm2, "mm2", 0, 1e3, "Interposer area of one memory stack."),
    PRICE(interposer_ratio, "1", 1, 10, "Interposer area over the silicon area on it."),
    PRICE(interposer_usd_per_mm2, "USD", 0, 1e3, "Interposer and assembly per mm2."),
    PRICE(package_base_usd, "USD", 0, 1e5, "Price of a package apart from its size: substrate, lid, handling."),
    PRICE(package_limit_mm2, "mm2", 1, 1e6, "Largest interposer available."),
    PRICE(bond_yield, "1", 0.5, 1, "Yield of bonding, per die or stack."),
    PRICE(package_yield, "1", 0.01, 1, "Yield of package assembly, without bonding."),
    PRICE(test_usd, "USD", 0, 1e6, "Final test, board and auxiliary parts of one device."),
    PRICE(stack_dram_mm2, "mm2", 0, 1e5, "Area of all DRAM dies of a stack of 8."),
    PRICE(engine_area_ratio, "1", 0.01, 100, "On a base die: area of an engine over that of Duplex at the same m and r."),
    PRICE(engine_logic_usd_per_mm2, "USD", 0, 1e3, "Price of engine logic on a base die per mm2."),
    PRICE(engine_premium, "1", 1, 100, "Price of engine silicon over its bare cost, for low volume and lost yield."),
    PRICE(engine_stack_premium_ratio, "1", 0, 100, "Premium on a memory stack that is a special part, over the price of a plain one."),
    PRICE(engine_unit_ratio, "1", 1, 100, "Area of an engine in the chip's process over that of its multipliers: control, buffers, softmax."),
    PRICE(pool_server_ratio, "1", 0, 10, "Server share of a pool's device over that of the chip."),
    FACTOR(engine_bandwidth_factor, 0.01, 100, "Bandwidth an engine reaches over m in effect: row cycles, refresh, bank conflicts beyond those of the chip."),
    FACTOR(engine_compute_factor, 0.01, 100, "Arithmetic an engine reaches over its peak in effect."),
    FACTOR(engine_energy_factor, 0.01, 100, "Energy of an engine's bytes over what it states."),
    FACTOR(stack_power_factor, 0.01, 100, "Power limit of a memory stack over that of the model."),
    FACTOR(engine_logic_energy_factor, 0.01, 100, "Energy of an engine's operations over what it states."),
    PRICE(margin_ratio, "1", 1, 100, "Price of a device over its manufacturing cost."),
    PRICE(server_usd_per_device, "USD", 0, 1e6, "Host, board, chassis, power supply: share of one device."),
    PRICE(cooling_usd_per_w, "USD", 0, 1e3, "Rack and cooling per W of design power."),
    PRICE(link_usd_per_gb_per_s, "USD", 0, 1e6, "Scale-up switches and cables per GB/s of a device."),
    PRICE(nic_usd_per_gb_per_s, "USD", 0, 1e6, "Network card per GB/s of a device."),
    PRICE(switch_usd_per_gb_per_s, "USD", 0, 1e6, "A port of a scale-out switch per GB/s; a fat tree of n levels has 2 n - 1 ports per device."),
    PRICE(optics_usd_per_gb_per_s, "USD", 0, 1e6, "Optics and cables of a level of the fat tree per GB/s of a device."),
    PRICE(switch_ports, "1", 3, 1e5, "Ports of a scale-out switch: a fat tree of n levels connects 2 (ports/2)^n devices."),
    FACTOR(device_power_factor, 0.1, 10, "Power at which a device lowers its clock over its limit."),
    FACTOR(board_power_ratio, 0.1, 10, "Power of a board over that of the energy model: its error."),
    PRICE(server_power_ratio, "1", 1, 10, "Power of the server over that of its devices."),
    PRICE(pue, "1", 1, 10, "Power of the building over that of its servers."),
    PRICE(electricity_usd_per_kwh, "USD", 0, 100, "Price of electricity."),
    PRICE(lifetime_year, "1", 0.1, 100, "Years over which the system is written off."),
    PRICE(busy_ratio, "1", 0.01, 1, "Share of its lifetime that the system is in use."),
};
/* clang-format on */
COVERS(rows, prices);

const struct fields prices_fields = {"prices", rows, LEN(rows), sizeof(struct prices)};

bool price_is_factor(const struct field *f)
{
    return f->more == &is_factor;
}

#define NODE(name, of_nm)                                                                          \
    {                                                                                              \
        .nm = of_nm, .wafer_usd = offsetof(struct prices, wafer_##name##_usd),                     \
        .defects_per_cm2 = offsetof(struct prices, defects_##name##_per_cm2),                      \
        .density_m_per_mm2 = offsetof(struct prices, density_##name##_m_per_mm2),                  \
        .sram_mm2_per_mib = offsetof(struct prices, sram_##name##_mm2_per_mib)                     \
    }

static const struct node nodes[] = {
    NODE(2nm, 2), NODE(3nm, 3),   NODE(4nm, 4),   NODE(5nm, 5),
    NODE(7nm, 7), NODE(14nm, 14), NODE(28nm, 28),
};

/* The smallest node above `nm`, or NULL. */
static const struct node *node_above(double nm)
{
    const struct node *above = NULL;
    for (size_t i = 0; i < LEN(nodes); i++)
        if (nodes[i].nm > nm && (!above || nodes[i].nm < above->nm))
            above = &nodes[i];
    return above;
}

struct node_place node_place(double node_nm)
{
    const struct node *from = node_above(0), *to = node_above(from->nm), *next;
    while (to->nm <= node_nm && (next = node_above(to->nm))) {
        from = to;
        to = next;
    }
    if (node_nm <= from->nm)
        return (struct node_place){from, to, 0};
    return (struct node_place){from, to, fmin(log(node_nm / from->nm) / log(to->nm / from->nm), 1)};
}

double at_node(const struct prices *p, size_t from, size_t to, double t)
{
    double a = *(const double *)((const char *)p + from),
           b = *(const double *)((const char *)p + to);
    return t <= 0 ? a : a * pow(b / a, t);
}
