/* Area, cost and power: against published numbers, the source beside each, and what must hold
 * whatever the numbers. */
#include <string.h>

#include "arch/dies.h"
#include "tests/model.h"

static struct price_book book;

static int open_prices(void **state)
{
    struct err err;
    if (open_tests(state) != 0)
        return -1;
    if (catalogue_prices(catalogue, NULL, &book, &err) != 0) {
        print_error("%s\n", err.text);
        return -1;
    }
    return 0;
}

static const void *called(size_t part, const char *name)
{
    const struct entry *e;
    struct err err = {0};
    if (catalogue_find(catalogue, part, name, &e, &err) != 0)
        assert_string_equal(err.text, "");
    return e->value;
}

static const struct chip *chip_called(const char *name)
{
    return called(PART_CHIP, name);
}

static const struct engine *engine_called(const char *name)
{
    return called(PART_ENGINE, name);
}

static struct device_cost cost_of(const char *chip, const char *engine, const struct prices *p)
{
    struct device_cost c;
    cost_device(&c, NULL, chip_called(chip), engine_called(engine), p);
    return c;
}

/* Says what was compared, for the table of the documentation. */
static void anchor(const char *what, double published, double ours, double from, double to)
{
    print_message("%-34s %8g published %8.4g ours %+6.1f %%\n", what, published, ours,
                  100 * (ours / published - 1));
    if (ours < from || ours > to)
        print_error("%s: %g is not from %g to %g\n", what, ours, from, to);
    assert_true(ours >= from && ours <= to);
}

/* One set of constants, none fitted to any of these. Die sizes: Epoch AI's chip table (A100 826,
 * H100 814, MI210 724 as the GCD of MI250X, V100 815); half a B200 about 800 (siliconanalysts);
 * H200 is the die of H100. MI300X: 8 XCD of 115 and 4 IO dies of 370 (recalled), at their own
 * nodes; here all at 5 nm. */
static void dies_have_the_area_that_is_published(void **state)
{
    static const struct {
        const char *chip;
        double mm2, within;
    } die[] = {{"a100", 826, .1},        {"h100", 814, .1}, {"h200", 814, .1},   {"mi210", 724, .1},
               {"b200-paper", 1600, .1}, {"v100", 815, .2}, {"mi300x", 2400, .2}};
    (void)state;
    for (size_t i = 0; i < LEN(die); i++)
        anchor(die[i].chip, die[i].mm2, cost_of(die[i].chip, "none", &book.middle).die_mm2,
               die[i].mm2 * (1 - die[i].within), die[i].mm2 * (1 + die[i].within));
    assert_close(cost_of("b200-paper", "none", &book.middle).dies, 2, 0);
    assert_close(cost_of("h200", "none", &book.middle).dies, 1, 0);
}

/* Parts of GA100 on its die photo (LLMCompass): cores 476.3 and crossbar 76.4, L2 119.3, memory
 * PHYs and controllers 58.0 + 31.8 of 6 stacks of which A100 uses 5, NVLink PHYs 21.0. */
static void parts_of_a_die_are_those_of_the_photo(void **state)
{
    struct device_cost ignored;
    struct area a;
    cost_device(&ignored, &a, chip_called("a100"), engine_called("none"), &book.middle);
    (void)state;
    anchor("a100 compute units, crossbar", 552.7, a.compute_mm2, 497, 608);
    anchor("a100 caches", 119.3, a.cache_mm2, 107, 131);
    anchor("a100 memory interfaces", 89.8 * 5 / 6, a.memory_mm2, 67, 83);
    anchor("a100 links", 21, a.link_mm2, 14, 28);
}

/* H100: Raymond James via Barron's 3 320; logic 200-300, memory 1 350-1 400, package 723-750, test
 * and assembly with its losses 920 (siliconanalysts; szyunze), points taken as 10 %. B200: Epoch AI
 * 5 700-7 300: logic 720-1 200, memory 2 800-3 100, package 1 000-1 200, packaging loss 1 000-1
 * 100, auxiliary 480. H200 4 800 (siliconanalysts, C). */
static void parts_of_a_device_cost_what_analysts_say(void **state)
{
    struct device_cost h = cost_of("h100", "none", &book.middle);
    struct device_cost b = cost_of("b200-paper", "none", &book.middle);
    (void)state;
    anchor("h100 logic", 300, h.logic_usd, 200, 330);
    anchor("h100 memory", 1375, h.memory_usd, 1350, 1400);
    anchor("h100 package", 736, h.package_usd, 723, 750);
    anchor("h100 test, assembly and loss", 920, h.test_usd + h.package_loss_usd, 828, 1012);
    anchor("h100 device", 3320, h.total_usd, 3320 * .95, 3320 * 1.05);
    anchor("b200 logic", 900, b.logic_usd, 720, 1200);
    anchor("b200 memory", 2900, b.memory_usd, 2800, 3100);
    anchor("b200 package", 1100, b.package_usd, 1000, 1200);
    anchor("b200 package loss", 1050, b.package_loss_usd, 1000, 1100);
    anchor("b200 auxiliary", 480, b.test_usd, 480, 480);
    anchor("b200 device", 6400, b.total_usd, 5700, 7300);
    anchor("h200 device", 4800, cost_of("h200", "none", &book.middle).total_usd, 4320, 5280);
}

/* Chiplet Actuary (arXiv:2203.12268): 56.6 and 57.6 dies of 826 and 814 mm2 on a wafer; its
 * yields, .488 at .09 and .424 at .11 defects per cm2, with neither spares nor repair. */
static void dies_on_a_wafer_and_yield_are_those_of_chiplet_actuary(void **state)
{
    struct prices p = book.middle;
    struct process n7 = {.wafer_usd = 9346, .defects_per_mm2 = .0009};
    struct process n5 = {.wafer_usd = 16988, .defects_per_mm2 = .0011};
    struct die a = {.uncore_mm2 = 826}, h = {.uncore_mm2 = 814};
    (void)state;
    p.uncore_repair_ratio = p.die_test_usd = 0;
    assert_close(good_die_usd(&a, &n7, &p), 338, 0.01);
    assert_close(good_die_usd(&h, &n5, &p), 695, 0.01);
    assert_close(die_yield(&a, .0009, &p), .488, 0.01);
    assert_close(die_yield(&h, .0011, &p), .424, 0.01);
    p.defects_7nm_per_cm2 = 1e-6;
    struct die perfect = {.blank_mm2 = 826};
    n7.defects_per_mm2 = 0;
    assert_close(9346 / good_die_usd(&perfect, &n7, &p), 56.6, 0.01);
}

/* Units bad at random: Poisson in number. Drawn here. */
static void spare_units_save_as_many_dies_as_a_drawing_finds(void **state)
{
    uint64_t random = 88172645463325252u;
    double draws = 200000, mean = 1.3;
    (void)state;
    for (double spares = 0; spares <= 3; spares++) {
        struct die d = {.compute_mm2 = 500, .spares = spares};
        double good = 0;
        for (int i = 0; i < (int)draws; i++) {
            double product = 1;
            int hits = -1;
            for (; product > exp(-mean); hits++) {
                random ^= random << 13, random ^= random >> 7, random ^= random << 17;
                product *= (double)(random >> 11) / 9007199254740992.0;
            }
            good += hits <= spares;
        }
        assert_close(die_yield(&d, mean / 500, &book.middle), good / draws, 0.01);
    }
}

/* Rows that the tables leave out. CSET 2020: 10 nm 5 992 USD, 52.5 million a mm2; 20 nm 3 677,
 * 22.1. LLMCompass: 6 nm 114.2 million. */
static void nodes_between_those_of_the_tables_are_near_what_is_published(void **state)
{
    const struct prices *p = &book.middle;
    (void)state;
    assert_close(AT_NODE(p, wafer_usd, node_place(10)), 5992, 0.02);
    assert_close(AT_NODE(p, density_m_per_mm2, node_place(10)), 52.5, 0.02);
    assert_close(AT_NODE(p, wafer_usd, node_place(20)), 3677, 0.1);
    assert_close(AT_NODE(p, density_m_per_mm2, node_place(20)), 22.1, 0.1);
    assert_close(AT_NODE(p, density_m_per_mm2, node_place(6)), 114.2, 0.02);
    assert_close(AT_NODE(p, wafer_usd, node_place(2)), p->wafer_2nm_usd, 0);
    assert_close(AT_NODE(p, wafer_usd, node_place(28)), p->wafer_28nm_usd, 1e-12);
}

/* Duplex (arXiv:2409.01141): 17.80 mm2 on the base die of an HBM3 stack of 121 mm2, 14.71 %.
 * AttAcc: 13.12 of 121 mm2 of every DRAM die and 1.40 on the buffer die. Commercial PIM 20-27 % of
 * the DRAM die (as Duplex quotes). */
static void engines_take_the_area_that_is_published(void **state)
{
    struct device_cost c = cost_of("h100", "duplex", &book.middle);
    (void)state;
    anchor("duplex, mm2 a stack", 17.80, c.engine_mm2 / c.stacks, 17.4, 18.2);
    anchor("duplex, share of base die", .1471, c.engine_mm2 / c.stacks / 121, .143, .151);
    c = cost_of("a100", "attacc", &book.middle);
    anchor("attacc, mm2 a stack of 8 dies", 8 * 13.12 + 1.40, c.engine_mm2 / c.stacks, 105, 108);
    c = cost_of("a100", "hbm-pim", &book.middle);
    anchor("hbm-pim, share of the DRAM die", .235, c.engine_mm2 / c.stacks / 968, .20, .27);
}

/* H200: 1.0 pJ/FLOP of board power in BF16 and 0.63 in FP8 where its 700 W bind, about 14 pJ/bit at
 * full memory bandwidth. The rate at which the model draws 700 W is below the data sheet's peak. */
static void energy_per_operation_is_that_of_a_measured_board(void **state)
{
    const struct chip *c = chip_called("h200");
    const struct engine *none = engine_called("none");
    struct engine_limits l;
    struct energy e;
    (void)state;
    engine_limits_of(&l, c, none);
    for (double byte = 2; byte >= 1; byte /= 2) {
        double low = CLOCK_LEAST, high = 1, peak = chip_math_flop_per_s(c, byte);
        energy_of(&e, c, none, &l, byte);
        for (int i = 0; i < 60; i++) {
            double clock = (low + high) / 2;
            struct work w = {.flop = peak * clock};
            *(energy_governed_w(&e, &w, 1, clock) < c->tdp_w ? &low : &high) = clock;
        }
        assert_true(low < 0.9);
        anchor(byte == 2 ? "h200 pJ/FLOP, BF16" : "h200 pJ/FLOP, FP8", byte == 2 ? 1.0 : 0.63,
               c->tdp_w / (low * peak) * 1e12, byte == 2 ? .95 : .6, byte == 2 ? 1.1 : .66);
    }
    struct work w = {.byte = c->memory_byte_per_s};
    double board_w = energy_governed_w(&e, &w, 1, 1);
    anchor("h200 pJ/bit, memory-bound", 14, board_w / (8 * w.byte) * 1e12, 12.6, 15.4);
    assert_true(board_w < c->tdp_w);
}

/* Per GPU: DGX B200 47.4 k (Epoch AI, December 2024), DGX H100 about 270 k of 8 (SemiAnalysis via
 * Epoch), HGX H200 33.8-39.1 k. Network for 1 024 devices of 50 GB/s, 1.7-2.3 k without NIC
 * (yobitel); a NIC 10 908 of 8 (SemiAnalysis). */
static void systems_cost_what_is_paid_for_them(void **state)
{
    static const char *const name[] = {"b200-paper", "h100", "h200"};
    static const double paid[] = {47400, 270000 / 8.0, 36500};
    struct prices p = book.middle;
    struct quote q;
    (void)state;
    for (size_t i = 0; i < LEN(paid); i++) {
        cost_quote(&q, chip_called(name[i]), engine_called("none"), &p);
        anchor(name[i], paid[i], q.usd_per_device, paid[i] * .8, paid[i] * 1.2);
    }
    double with_nic = network_usd_per_device(1024, chip_called("h100"), &p);
    anchor("NIC", 10908 / 8.0, 50 * p.nic_usd_per_gb_per_s, 1300, 1400);
    anchor("switches, optics for 1024", 2000, with_nic - 50 * p.nic_usd_per_gb_per_s, 1700, 2300);
    assert_close(network_levels(64, 64), 1, 0);
    assert_close(network_levels(65, 64), 2, 0);
    assert_close(network_levels(2048, 64), 2, 0);
    assert_close(network_levels(2049, 64), 3, 0);
}

/* Of more units at the same share of spares, more dies are good: where the area does not grow,
 * because the edge decides it, this is all that changes. */
static const double SPARES_AVERAGE = 5e-4;

static void check_growth(const struct chip *chip, const char *path, const struct engine *e,
                         const struct prices *p)
{
    const struct field *f = field_find(chip_fields, path);
    struct chip c = *chip;
    struct quote last = {0}, q;
    double slack = strcmp(path, "compute_units") ? 1e-9 : SPARES_AVERAGE;
    for (double factor = 0.1; factor < 12; factor *= 1.013) {
        double value = factor * field_get(f, chip);
        field_put(f, &c, f->whole ? ceil(value) : value);
        cost_quote(&q, &c, e, p);
        bool grew = q.device.die_mm2 >= last.device.die_mm2 * (1 - 1e-12) &&
                    q.device.total_usd >= last.device.total_usd * (1 - slack) &&
                    q.usd_per_device >= last.usd_per_device * (1 - slack) &&
                    q.device.dies >= last.device.dies &&
                    q.device.package_mm2 >= last.device.package_mm2 * (1 - 1e-12);
        if (!grew)
            print_error("%s x %g: %.9g USD after %.9g, %.9g mm2 after %.9g\n", path, factor,
                        q.device.total_usd, last.device.total_usd, q.device.die_mm2,
                        last.device.die_mm2);
        assert_true(grew);
        last = q;
    }
}

static void cost_and_area_never_fall_as_a_chip_grows(void **state)
{
    static const char *const path[] = {"memory_byte",    "memory_byte_per_s", "link_byte_per_s",
                                       "compute_units",  "unit_flop_per_s",   "cache_byte",
                                       "unit_sram_byte", "network_byte_per_s"};
    static const char *const engine[] = {"none", "attacc", "duplex", "memory-pool", "on-die-r512"};
    const struct prices *level[] = {&book.low, &book.middle, &book.high};
    const char *const *name;
    size_t n;
    (void)state;
    catalogue_names(catalogue, PART_CHIP, &name, &n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < LEN(path); j++)
            for (size_t k = 0; k < LEN(level); k++)
                for (size_t e = 0; e < (i % 4 ? 1 : LEN(engine)); e++)
                    check_growth(chip_called(name[i]), path[j], engine_called(engine[e]), level[k]);
}

/* Every metric that has a low and a high end, on every chip with every engine. */
static void costs_are_in_order_on_every_chip_with_every_engine(void **state)
{
    const char *const *chip, *const *engine;
    size_t chips, engines, seen = 0;
    (void)state;
    catalogue_names(catalogue, PART_CHIP, &chip, &chips);
    catalogue_names(catalogue, PART_ENGINE, &engine, &engines);
    for (size_t i = 0; i < chips; i++)
        for (size_t j = 0; j < engines; j++) {
            char with[64], name[64];
            snprintf(with, sizeof with, "engine=%s", engine[j]);
            snprintf(name, sizeof name, "chip=%s", chip[i]);
            struct metrics m = priced(SET("model=llama-3.1-8b", name, with));
            for (size_t k = 0; k + 2 < metrics_fields.n; k++) {
                const struct field *f = &metrics_fields.row[k];
                const struct field *low = f + 1, *high = f + 2;
                size_t length = strlen(f->name);
                if (metric_of(f)->needs_calibration || strncmp(f->name, low->name, length) ||
                    strcmp(low->name + length, "_low") || strcmp(high->name + length, "_high"))
                    continue;
                if (!(field_get(low, &m) <= field_get(f, &m) &&
                      field_get(f, &m) <= field_get(high, &m)))
                    print_error("%s %s %s: %g %g %g\n", name, with, f->name, field_get(low, &m),
                                field_get(f, &m), field_get(high, &m));
                assert_true(field_get(low, &m) <= field_get(f, &m));
                assert_true(field_get(f, &m) <= field_get(high, &m));
                assert_true(field_get(low, &m) >= 0 && isfinite(field_get(high, &m)));
                seen++;
            }
            bool there = strcmp(engine[j], "none") != 0;
            bool made = there && isfinite(m.package_limit_ratio);
            assert_true(made ? m.engine_cost_usd > 0 && m.engine_area_mm2 > 0
                             : m.engine_cost_usd == 0 && m.engine_area_mm2 == 0);
            assert_true(isnan(m.engine_effective_bandwidth_ratio) == !there);
            assert_close(m.usd_per_hour / 3600 * 1e6 / m.tokens_per_s, m.usd_per_mtok, 1e-12);
        }
    assert_int_equal(seen, chips * engines * 10);
}

static void yields_are_above_0_and_at_most_1(void **state)
{
    (void)state;
    for (double mm2 = 0; mm2 <= 2000; mm2 += 50)
        for (double spares = 0; spares <= 20; spares += 0.7)
            for (double defects = 0; defects <= 0.1; defects += 0.01) {
                struct die d = {mm2, mm2 / 2, mm2 / 3, spares};
                double y = die_yield(&d, defects, &book.middle);
                assert_true(y > 0 && y <= 1);
                d.spares += 0.3;
                assert_true(die_yield(&d, defects, &book.middle) >= y * (1 - 1e-12));
            }
}

static void dies_split_at_the_reticle_and_where_their_edge_is_short(void **state)
{
    struct chip c = *chip_called("h100");
    struct prices p = book.middle;
    struct device_cost one, many;
    struct area one_area, many_area;
    (void)state;
    cost_device(&one, &one_area, &c, engine_called("none"), &p);
    assert_close(one.dies, 1, 0);
    assert_close(one_area.seam_mm2, 0, 0);
    p.reticle_mm2 = 429; /* high NA: half the field */
    cost_device(&many, &many_area, &c, engine_called("none"), &p);
    assert_true(many.dies >= 2 && many.die_mm2 / many.dies <= 429);
    assert_close(many.die_mm2, one.die_mm2 + many_area.seam_mm2 + many_area.blank_mm2, 1e-12);
    assert_true(many_area.seam_mm2 > 0 && many.total_usd > one.total_usd);

    /* 16 stacks of 11 mm do not fit the 4 x 29 mm of one die, whatever its area. */
    c.memory_byte = 16 * 24e9;
    p.reticle_mm2 = 858;
    cost_device(&many, &many_area, &c, engine_called("none"), &p);
    assert_true(many.dies >= 2);
    double perimeter = 4 * sqrt(many.die_mm2 / many.dies) * many.dies;
    assert_true(many_area.edge_mm >= 16 * 11);
    assert_true(many_area.edge_mm <= perimeter * p.edge_ratio * (1 + 1e-12));

    /* A small die with as much memory as it can have is blank in part. */
    c = *chip_called("h100");
    c.compute_units = 20;
    c.fp64_flop_per_s = 0;
    cost_device(&one, &one_area, &c, engine_called("none"), &p);
    assert_true(one_area.blank_mm2 > 0 && one.dies == 1);
    assert_close(one_area.edge_mm, 4 * sqrt(one.die_mm2) * p.edge_ratio, 1e-9);
}

static void an_area_that_is_given_overrides_what_follows(void **state)
{
    struct chip c = *chip_called("h100");
    struct device_cost d;
    struct area d_area;
    (void)state;
    c.compute_flop_per_s_per_mm2 = 2e12;
    c.uncore_mm2 = 200;
    cost_device(&d, &d_area, &c, engine_called("none"), &book.middle);
    assert_close(d_area.compute_mm2, 132 * c.unit_flop_per_s / 2e12, 1e-12);
    assert_close(d_area.other_mm2 + d_area.cache_mm2, 200, 1e-12);
}

/* A PHY is as large at every node, its controller is not. */
static void interfaces_shrink_only_in_their_controllers(void **state)
{
    struct edge e = {.memory = *memory_of(HBM3), .stacks = 4, .link_gb_per_s = 400};
    const struct prices *p = &book.middle;
    (void)state;
    struct process n28 = process_at(node_place(28), p), n2 = process_at(node_place(2), p);
    double phy = 4 * p->memory_phy_mm2;
    assert_true(area_of_memory(&e, &n2, p) > phy);
    assert_close((area_of_memory(&e, &n28, p) - phy) / (area_of_memory(&e, &n2, p) - phy),
                 n28.mm2_per_m / n2.mm2_per_m, 1e-9);
    assert_true(area_of_links(&e, &n28, p) > area_of_links(&e, &n2, p));
}

/* More arithmetic or bandwidth in the engine is never cheaper, wherever it stands. */
static void an_engine_costs_more_as_it_grows(void **state)
{
    static const char *const name[] = {"attacc", "duplex", "on-die-r512", "memory-pool"};
    (void)state;
    for (size_t i = 0; i < LEN(name); i++) {
        struct engine e = *engine_called(name[i]);
        double last = 0, r = e.ridge_flop_per_byte;
        for (double factor = 0.1; factor < 30; factor *= 1.1) {
            struct device_cost c;
            e.ridge_flop_per_byte = r * factor;
            cost_device(&c, NULL, chip_called("b200-paper"), &e, &book.middle);
            assert_true(c.engine_usd >= last && c.engine_usd > 0);
            last = c.engine_usd;
        }
        double one = last;
        struct device_cost c;
        e.bandwidth_ratio *= 2;
        cost_device(&c, NULL, chip_called("b200-paper"), &e, &book.middle);
        assert_true(c.engine_usd >= one);
    }
}

/* The pool is a device: its price is near that of as much memory bought in a plain one. */
static void a_pool_costs_its_memory_and_more(void **state)
{
    struct device_cost c = cost_of("b200-paper", "memory-pool", &book.middle);
    (void)state;
    assert_true(c.engine_usd > 4 * c.memory_usd);
    assert_true(c.engine_usd < 4 * (c.total_usd - c.engine_usd));
    struct metrics m = priced(SET("chip=b200-paper", "engine=memory-pool"));
    assert_close(m.engine_cost_usd, c.engine_usd, 1e-12);
    assert_true(m.engine_power_w > 0 && m.engine_power_w < m.power_w);
}

/* A B200 has 192 GB; 19 times that are 19 devices, whatever m is, and no cheaper than their HBM. */
static void memory_that_a_pool_adds_is_bought(void **state)
{
    const struct chip *b200 = chip_called("b200-paper");
    struct engine e = *engine_called("memory-pool");
    struct device_cost by_rate, by_memory, given;
    (void)state;
    cost_device(&by_rate, NULL, b200, &e, &book.middle);
    e.capacity_ratio = 20;
    cost_device(&by_memory, NULL, b200, &e, &book.middle);
    e.added_stack_ratio = 19;
    cost_device(&given, NULL, b200, &e, &book.middle);
    assert_close(by_memory.engine_usd, given.engine_usd, 0);
    assert_close(by_memory.engine_mm2, given.engine_mm2, 0);
    double gb_usd = by_rate.memory_usd / (b200->memory_byte / 1e9);
    assert_true(by_memory.engine_usd - by_rate.engine_usd > (19 - 4) * 192 * gb_usd);
    e.added_stack_ratio = -1;
    e.capacity_ratio = 5; /* as many stacks as m needs */
    cost_device(&given, NULL, b200, &e, &book.middle);
    assert_close(given.engine_usd, by_rate.engine_usd, 0);
    /* Without a link: 4 or 19 devices of 192 GB and the rate of a chip. */
    e.link_byte_per_s = 0;
    cost_device(&by_rate, NULL, b200, &e, &book.middle);
    e.bandwidth_ratio = 19;
    cost_device(&given, NULL, b200, &e, &book.middle);
    assert_close(given.engine_usd / 19, by_rate.engine_usd / 4, 1e-12);
}

static void more_than_a_device_can_draw_or_a_package_can_hold_is_said(void **state)
{
    struct metrics busy = priced(SET("model=llama-3.1-8b", "chip=h200", "workload.phase=prefill"));
    struct metrics calm = priced(SET("model=llama-3.1-8b", "chip=h200", "workload.batch=1"));
    struct metrics huge = priced(SET("model=llama-3.1-8b", "chip=h200", "chip.memory_byte=1200GB"));
    (void)state;
    assert_true(busy.throttle_ratio < 1 && busy.power_limit_ratio > 0.97);
    assert_true(busy.power_limit_ratio <= 0.98 + 1e-9 && calm.throttle_ratio == 1);
    assert_true(calm.power_limit_ratio > 0 && calm.power_limit_ratio < 1);
    assert_true(calm.package_limit_ratio < 1 && huge.package_limit_ratio > 1);
}

/* Every constant that is not 0 changes some cost: none is carried along unused. */
static void every_price_matters_to_some_design(void **state)
{
    static const char *const chip[] = {"b200-paper", "h100", "mi210", "v100", "a100", "tpu-v7"};
    static const char *const engine[] = {"duplex", "attacc", "memory-pool", "on-die-r512"};
    static const double nodes[] = {2, 3, 4, 5, 7, 14, 28};
    (void)state;
    for (size_t f = 0; f < prices_fields.n; f++) {
        const struct field *row = &prices_fields.row[f];
        struct prices p = book.middle;
        /* Factors move times, in draws only. */
        bool matters =
            row->offset == offsetof(struct prices, package_limit_mm2) || price_is_factor(row);
        field_put(row, &p, field_get(row, &p) * (row->hi <= 1 ? 0.97 : 1.03));
        for (size_t i = 0; i < LEN(chip) * LEN(engine) * LEN(nodes) && !matters; i++) {
            struct chip c = *chip_called(chip[i % LEN(chip)]);
            const struct engine *e = engine_called(engine[i / LEN(chip) % LEN(engine)]);
            c.node_nm = nodes[i / LEN(chip) / LEN(engine)];
            if (i % 2)
                c.hbm = (double)(i / 2 % MEMORY_KINDS);
            c.memory2_kind = (double)(i % TIER2_KINDS);
            c.memory2_byte = c.memory2_byte_per_s = 1e12;
            c.spare_unit_ratio = i % 3 ? c.spare_unit_ratio : -1;
            if (i % 5 == 0)
                c.memory_byte *= 2;
            struct activity a = {2100, 1, 800, 100, 50};
            struct quote q[2];
            struct running_cost r[2];
            cost_quote(&q[0], &c, e, &book.middle);
            cost_quote(&q[1], &c, e, &p);
            cost_running(&r[0], &q[0], &a, &c, &book.middle);
            cost_running(&r[1], &q[1], &a, &c, &p);
            matters = r[0].usd_per_hour != r[1].usd_per_hour ||
                      q[0].device.engine_mm2 != q[1].device.engine_mm2;
        }
        if (!matters)
            print_error("%s changes nothing\n", row->name);
        assert_true(matters);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dies_have_the_area_that_is_published),
        cmocka_unit_test(parts_of_a_die_are_those_of_the_photo),
        cmocka_unit_test(parts_of_a_device_cost_what_analysts_say),
        cmocka_unit_test(dies_on_a_wafer_and_yield_are_those_of_chiplet_actuary),
        cmocka_unit_test(spare_units_save_as_many_dies_as_a_drawing_finds),
        cmocka_unit_test(nodes_between_those_of_the_tables_are_near_what_is_published),
        cmocka_unit_test(engines_take_the_area_that_is_published),
        cmocka_unit_test(energy_per_operation_is_that_of_a_measured_board),
        cmocka_unit_test(systems_cost_what_is_paid_for_them),
        cmocka_unit_test(cost_and_area_never_fall_as_a_chip_grows),
        cmocka_unit_test(costs_are_in_order_on_every_chip_with_every_engine),
        cmocka_unit_test(yields_are_above_0_and_at_most_1),
        cmocka_unit_test(dies_split_at_the_reticle_and_where_their_edge_is_short),
        cmocka_unit_test(an_area_that_is_given_overrides_what_follows),
        cmocka_unit_test(interfaces_shrink_only_in_their_controllers),
        cmocka_unit_test(an_engine_costs_more_as_it_grows),
        cmocka_unit_test(a_pool_costs_its_memory_and_more),
        cmocka_unit_test(memory_that_a_pool_adds_is_bought),
        cmocka_unit_test(more_than_a_device_can_draw_or_a_package_can_hold_is_said),
        cmocka_unit_test(every_price_matters_to_some_design),
    };
    return cmocka_run_group_tests_name("cost", tests, open_prices, close_tests);
}
