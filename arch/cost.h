/* What a design costs: silicon area, the cost to make a device, the price of the system, power and
 * energy. Every constant comes from a dated price file with a low, a middle and a high value. */
#ifndef ARCH_COST_H
#define ARCH_COST_H

#include "arch/chip.h"
#include "arch/engine.h"
#include "arch/metrics.h"
#include "arch/step.h"

enum { NODES = 7, HBMS = 6 };

struct prices {
    double wafer_2nm_usd, wafer_3nm_usd, wafer_4nm_usd, wafer_5nm_usd, wafer_7nm_usd,
        wafer_14nm_usd, wafer_28nm_usd;
    double defects_2nm_per_cm2, defects_3nm_per_cm2, defects_4nm_per_cm2, defects_5nm_per_cm2,
        defects_7nm_per_cm2, defects_14nm_per_cm2, defects_28nm_per_cm2;
    double hbm2_usd_per_gb, hbm2e_usd_per_gb, hbm3_usd_per_gb, hbm3e_usd_per_gb,
        hbm3e_12h_usd_per_gb, hbm4_usd_per_gb;
    double reticle_mm2, spare_unit_ratio, uncore_repair_ratio;
    double memory_interface_mm2_per_stack, link_mm2_per_gb_per_s;
    double stack_footprint_mm2, interposer_usd_per_mm2, package_yield, test_usd;
    double stack_dram_mm2, engine_logic_usd_per_mm2, engine_premium, engine_stack_premium_ratio;
    double margin_ratio, server_usd_per_device, link_usd_per_gb_per_s, network_usd_per_gb_per_s;
    double static_power_ratio, compute_j_per_flop, memory_j_per_byte, link_j_per_byte;
    double server_power_ratio, pue, electricity_usd_per_kwh, lifetime_year, busy_ratio;
};

extern const struct fields prices_fields;

/* low: every constant at the end that makes things cheap. */
struct price_book {
    struct prices low, middle, high;
};

/* The parts of one device's cost, USD. */
struct device_cost {
    double die_mm2, dies; /* area of all compute dies; how many */
    double engine_mm2;    /* added to base dies and DRAM dies, stacks that come with it included */
    double logic_usd, memory_usd, package_usd, package_loss_usd, test_usd, engine_usd;
    double total_usd;
};

void cost_device(struct device_cost *out, const struct chip *c, const struct engine *e,
                 const struct prices *p);

/* Good dies are wafer / (dies per wafer * yield). Dies per wafer of 300 mm with 0.2 mm scribe and
 * 5 mm edge, as Chiplet Actuary (arXiv:2203.12268). Yield: the uncore by the negative binomial
 * with clusters of 10, the share that repairs itself taken out; the compute units by the chance
 * that no more than the spare ones are hit. USD. */
double cost_good_die_usd(double compute_mm2, double uncore_mm2, double node_nm, double units,
                         const struct prices *p);

/* Price of a system of `devices` of them, USD. */
double cost_system_usd(const struct chip *c, const struct engine *e, double devices,
                       const struct prices *p);

/* Fills the cost metrics. `split` is a step's activity on one device, `step_s` its time;
 * `tokens_per_s` is that of the system. */
void cost_metrics(struct metrics *out, const struct chip *c, const struct engine *e, double devices,
                  const struct precision *precision, const struct step_split *split, double step_s,
                  const struct price_book *book);

#endif
