/* The uncertain constants of area, cost and power, all read from a dated price file, each with a
 * low, a middle and a high value. None has a value in code;
 * a list of before a kind of memory was known has no price for it: infinity. */
#ifndef ARCH_PRICES_H
#define ARCH_PRICES_H

#include "base/field.h"

struct prices {
    /* By process node. */
    double wafer_2nm_usd, wafer_3nm_usd, wafer_4nm_usd, wafer_5nm_usd, wafer_7nm_usd,
        wafer_14nm_usd, wafer_28nm_usd;
    double defects_2nm_per_cm2, defects_3nm_per_cm2, defects_4nm_per_cm2, defects_5nm_per_cm2,
        defects_7nm_per_cm2, defects_14nm_per_cm2, defects_28nm_per_cm2;
    double density_2nm_m_per_mm2, density_3nm_m_per_mm2, density_4nm_m_per_mm2,
        density_5nm_m_per_mm2, density_7nm_m_per_mm2, density_14nm_m_per_mm2,
        density_28nm_m_per_mm2;
    double sram_2nm_mm2_per_mib, sram_3nm_mm2_per_mib, sram_4nm_mm2_per_mib, sram_5nm_mm2_per_mib,
        sram_7nm_mm2_per_mib, sram_14nm_mm2_per_mib, sram_28nm_mm2_per_mib;

    double hbm2_usd_per_gb, hbm2e_usd_per_gb, hbm3_usd_per_gb, hbm3e_usd_per_gb,
        hbm3e_12h_usd_per_gb, hbm4_usd_per_gb, hbm4e_usd_per_gb, gddr6_usd_per_gb, gddr7_usd_per_gb,
        lpddr5x_usd_per_gb, dram_3d_usd_per_gb, hbf_usd_per_gb;
    double hbm_stack_usd;
    double ddr5_usd_per_gb, cxl_usd_per_gb;

    /* Contents of a die: transistors, in millions, scale with the node; PHYs do not. */
    double unit_control_m, multiplier_m, fp64_multiplier_m, register_ratio;
    double memory_phy_mm2, memory_controller_m;
    double link_phy_mm2_per_gb_per_s, link_controller_m_per_gb_per_s;
    double other_ratio, sram_memory_ratio;

    /* Dies. */
    double reticle_mm2, spare_unit_ratio, uncore_repair_ratio, die_test_usd;
    double seam_memory_ratio, seam_mm2_per_gb_per_s, seam_edge_mm_per_gb_per_s;
    double link_edge_mm_per_gb_per_s, edge_ratio;

    /* Package. */
    double stack_footprint_mm2, interposer_ratio, interposer_usd_per_mm2, package_base_usd,
        package_limit_mm2;
    double bond_yield, package_yield, test_usd;

    /* Engine. */
    double stack_dram_mm2;
    double engine_area_ratio, engine_logic_usd_per_mm2, engine_premium, engine_stack_premium_ratio;
    double engine_unit_ratio, pool_server_ratio;
    double engine_bandwidth_factor, engine_compute_factor, engine_energy_factor, stack_power_factor;
    double engine_logic_energy_factor;

    /* System. */
    double margin_ratio, server_usd_per_device, cooling_usd_per_w, link_usd_per_gb_per_s;
    double nic_usd_per_gb_per_s, switch_usd_per_gb_per_s, optics_usd_per_gb_per_s, switch_ports;

    /* Power. */
    double device_power_factor, board_power_ratio, server_power_ratio, pue, electricity_usd_per_kwh,
        lifetime_year, busy_ratio;
};

extern const struct fields prices_fields;

/* Is it a factor on what a design states? Its middle is 1, so that only draws move it and times do
 * not depend on the price list. */
bool price_is_factor(const struct field *f);

/* low: every constant at its cheap end; high: at its expensive end. */
struct price_book {
    struct prices low, middle, high;
};

/* A process node with prices, by their offsets in struct prices. */
struct node {
    double nm;
    size_t wafer_usd, defects_per_cm2, density_m_per_mm2, sram_mm2_per_mib;
};

/* Position of a node between two of these: `t` of the way from one to the next larger. Beyond the
 * ends, the smallest or largest applies. */
struct node_place {
    const struct node *from, *to;
    double t;
};

struct node_place node_place(double node_nm);

/* The price at a node; `price` is a member of struct node. Log-linear between nodes; prices are
 * above 0. */
#define AT_NODE(prices, price, place)                                                              \
    at_node(prices, (place).from->price, (place).to->price, (place).t)

double at_node(const struct prices *p, size_t from, size_t to, double t);

#endif
