/* Kinds of memory other than stacks of HBM, chips that have them, and published figures of racks.
 */
#include <math.h>

#include "arch/engine_limits.h"
#include "tests/model.h"

static struct price_book book;

static int open_prices(void **state)
{
    struct err err;
    if (open_tests(state) != 0)
        return -1;
    return catalogue_prices(catalogue, NULL, &book, &err);
}

static const void *entry_called(size_t part, const char *name)
{
    const struct entry *e;
    struct err err = {0};
    if (catalogue_find(catalogue, part, name, &e, &err) != 0)
        assert_string_equal(err.text, "");
    return e->value;
}

static struct chip chip_called(const char *name)
{
    return *(const struct chip *)entry_called(PART_CHIP, name);
}

static struct device_cost cost_of(const struct chip *c, struct area *area)
{
    struct device_cost out;
    cost_device(&out, area, c, entry_called(PART_ENGINE, "none"), &book.middle);
    return out;
}

/* Relative error of what a rack has and what is published for it. */
static void rack(const char *chip, double devices, double flop_per_s, double byte_per_s,
                 double byte)
{
    struct chip c = chip_called(chip);
    double tolerance = 0.045; /* makers round to two figures */
    double peak = chip_math_flop_per_s(&c, flop_per_s < 0 ? 1 : 0.5);
    if (flop_per_s != 0)
        assert_close(devices * peak, fabs(flop_per_s), tolerance);
    if (byte_per_s > 0)
        assert_close(devices * c.memory_byte_per_s, byte_per_s, tolerance);
    if (byte > 0)
        assert_close(devices * c.memory_byte, byte, tolerance);
}

/* Peaks: FP4, or FP8 with a minus. */
static void racks_have_what_their_makers_publish(void **state)
{
    (void)state;
    rack("groq3-lpu", 256, -315e15, 40e15, 128e9);    /* LPX */
    rack("rubin", 72, 2520e15, 1580e12, 20.7e12);     /* VR200 NVL72: 3600 with sparsity */
    rack("rubin-ultra", 144, 0, 4608e12, 147e12);     /* Kyber */
    rack("trainium3", 144, -362e15, 706e12, 20.7e12); /* UltraServer */
    rack("tpu-8t", 9600, 121e18, 0, 2.07e15);         /* superpod */
    rack("mi455x", 72, 1450e15, 1680e12, 31.1e12);    /* Helios: 2900 as the maker prints */
    rack("ascend-910c", 384, 0, 1229e12, 49.2e12);    /* CloudMatrix384 */
    struct chip c = chip_called("ascend-910c"), gaudi = chip_called("gaudi3");
    assert_close(384 * chip_flop_per_s(&c), 300e15, 0.03);
    assert_close(chip_flop_per_s(&gaudi), 1677e12, 1e-9);
    assert_close(chip_math_flop_per_s(&gaudi, 1), 1677e12, 1e-9);
}

/* What the makers say, or what is known of their packages. */
static void chips_have_the_stacks_or_channels_of_their_packages(void **state)
{
    static const struct {
        const char *chip;
        double units;
    } known[] = {
        {"rubin", 8},    {"rubin-ultra", 16},   {"mi455x", 12},   {"tpu-8t", 6},
        {"tpu-8i", 8},   {"trainium3", 4},      {"trainium2", 4}, {"ascend-910c", 8},
        {"maia-100", 4}, {"maia-200", 6},       {"mtia-400", 8},  {"mtia-450", 8},
        {"jalapeno", 6}, {"l40s", 12},          {"wse-3", 0},     {"groq3-lpu", 0},
        {"corsair", 0},  {"blackhole-p150", 8},
    };
    (void)state;
    for (size_t i = 0; i < LEN(known); i++) {
        struct chip c = chip_called(known[i].chip);
        struct device_cost d = cost_of(&c, NULL);
        if (d.stacks != known[i].units)
            print_error("%s: %g units, not %g\n", known[i].chip, d.stacks, known[i].units);
        assert_true(d.stacks == known[i].units);
    }
}

static void sram_is_paid_for_by_die_area_alone(void **state)
{
    struct chip c = chip_called("groq3-lpu");
    struct area one_area, two_area;
    struct device_cost one = cost_of(&c, &one_area);
    (void)state;
    assert_true(one.stacks == 0 && one.memory_usd == 0 && one.package_mm2 == 0);
    assert_true(one_area.memory_mm2 == 0 && one.dies == 1);
    assert_true(memory_usd_per_gb(SRAM, &book.middle) == 0);

    c.memory_byte *= 2;
    struct device_cost two = cost_of(&c, &two_area);
    struct process at = process_at(node_place(c.node_nm), &book.middle);
    double mib = 500e6 / BYTE_PER_MIB;
    double more = mib * at.mm2_per_mib * book.middle.sram_memory_ratio;
    assert_close(one_area.sram_mm2, more, 1e-12);
    assert_close(two.die_mm2 - one.die_mm2, more, 1e-9);
    assert_true(two.logic_usd > one.logic_usd && two.memory_usd == 0);
    assert_true(one.die_mm2 < book.middle.reticle_mm2);

    /* Bandwidth of SRAM needs neither pins nor an interface between dies. */
    struct area fast_area;
    c.memory_byte_per_s *= 10;
    cost_of(&c, &fast_area);
    assert_close(fast_area.die_mm2, two_area.die_mm2, 1e-12);
}

static void memory_on_the_board_costs_its_capacity_and_no_interposer(void **state)
{
    struct chip c = chip_called("l40s");
    struct area area;
    struct device_cost d = cost_of(&c, &area);
    (void)state;
    assert_close(d.memory_usd, 48 * book.middle.gddr6_usd_per_gb, 1e-12);
    assert_true(d.package_mm2 == 0 && d.package_limit_ratio == 0);
    assert_close(d.package_usd, book.middle.package_base_usd, 1e-12);
    assert_close(d.die_mm2, 608, 0.05);
    assert_true(area.memory_mm2 > 12 * 3 && area.memory_mm2 < 12 * 7);
    assert_close(d.package_loss_usd,
                 (d.logic_usd + d.package_usd) *
                     (1 / (book.middle.package_yield * book.middle.bond_yield) - 1),
                 1e-9);
}

static void a_wafer_is_one_die_that_a_package_limit_does_not_refuse(void **state)
{
    struct chip c = chip_called("wse-3");
    const struct prices *level[] = {&book.low, &book.middle, &book.high};
    (void)state;
    for (size_t i = 0; i < LEN(level); i++) {
        struct device_cost d;
        cost_device(&d, NULL, &c, entry_called(PART_ENGINE, "none"), level[i]);
        assert_true(d.dies == 1 && d.package_limit_ratio == 0);
        assert_true(d.die_mm2 > 0.7 * 46225 && d.die_mm2 <= 46225);
        assert_true(d.logic_usd > level[i]->wafer_5nm_usd);
        assert_true(d.logic_usd < 2 * level[i]->wafer_5nm_usd); /* spare cores save the wafer */
    }
    struct metrics m = priced(SET("model=llama-3.1-8b", "chip=wse-3", "plan.devices=1"));
    assert_true(m.verdict == VERDICT_OK);
    c.die_limit_mm2 = 0;
    struct device_cost split = cost_of(&c, NULL);
    assert_true(split.dies > 40 && split.package_limit_ratio > 1);
    c.package_limit_mm2 = 2 * split.package_mm2;
    assert_close(cost_of(&c, NULL).package_limit_ratio, 0.5, 1e-12);
}

/* Every kind but SRAM has a price, and says what it lacks. */
static void every_kind_of_memory_is_priced_and_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < MEMORY_KINDS; i++) {
        const struct memory_kind *k = memory_of((double)i);
        assert_non_null(memory_word(i).text);
        assert_true((memory_usd_per_gb((double)i, &book.low) > 0) == (k->on_die == 0));
        assert_true(memory_usd_per_gb((double)i, &book.low) <=
                    memory_usd_per_gb((double)i, &book.high));
        assert_true(k->stack_byte > 0 && k->stack_byte_per_s > 0 && k->j_per_byte > 0);
        assert_true(k->move_ratio > 0 && (k->on_interposer == 0 || k->on_die == 0));
        assert_true((k->pins > 0) == (k->edge_mm > 0) && (k->pins > 0) == (k->pin_area_ratio > 0));
        assert_true(k->bank_byte_per_s >= k->group_byte_per_s);
    }
    assert_null(memory_word(MEMORY_KINDS).text);
}

/* Copies the newest price list without the lines that begin with one of the words. */
static void copy_prices_without(const char *path, const char *const *words)
{
    const char *dir = getenv("DSE_CATALOGUE");
    char *from = mem_print("%s/prices/2025.yaml", dir ? dir : "arch/catalogue");
    FILE *in = fopen(from, "r"), *out = fopen(path, "w");
    char line[1024];
    assert_non_null(in);
    assert_non_null(out);
    while (fgets(line, sizeof line, in)) {
        bool left_out = false;
        for (const char *const *w = words; *w; w++)
            left_out = left_out || !strncmp(line, *w, strlen(*w));
        if (!left_out)
            fputs(line, out);
    }
    fclose(in);
    fclose(out);
    free(from);
}

static void an_older_price_list_still_prices_what_it_knows(void **state)
{
    static const char path[] = "test_memory_prices.yaml";
    struct price_book older;
    struct err err = {0};
    struct device_cost d, newer;
    struct chip hbm = chip_called("h200"), gddr = chip_called("l40s");
    const struct engine *none = entry_called(PART_ENGINE, "none");
    (void)state;
    copy_prices_without(path, (const char *const[]){"hbm4e_usd", "gddr", "lpddr5x", "dram_3d",
                                                    "hbf", "sram_memory_ratio", NULL});
    if (catalogue_prices(catalogue, path, &older, &err) != 0)
        assert_string_equal(err.text, "");
    cost_device(&d, NULL, &hbm, none, &older.middle);
    cost_device(&newer, NULL, &hbm, none, &book.middle);
    assert_close(d.total_usd, newer.total_usd, 0);
    cost_device(&d, NULL, &gddr, none, &older.middle);
    assert_true(isinf(d.memory_usd) && isinf(d.total_usd));
    remove(path);
}

/* An engine in memory has a place in stacks of HBM, in banks also in GDDR and LPDDR, else none. */
static void an_engine_without_a_place_in_the_memory_cannot_be_made(void **state)
{
    static const struct {
        const char *memory, *engine;
        bool hosted;
    } pair[] = {
        {"chip.hbm=hbm4e", "engine=attacc", true},    {"chip.hbm=hbm4e", "engine=duplex", true},
        {"chip.hbm=gddr7", "engine=attacc", true},    {"chip.hbm=gddr7", "engine=duplex", false},
        {"chip.hbm=lpddr5x", "engine=attacc", true},  {"chip.hbm=lpddr5x", "engine=duplex", false},
        {"chip.hbm=hbf", "engine=attacc", false},     {"chip.hbm=hbf", "engine=duplex", false},
        {"chip.hbm=sram", "engine=attacc", false},    {"chip.hbm=sram", "engine=duplex", false},
        {"chip.hbm=3d-dram", "engine=duplex", false},
    };
    (void)state;
    for (size_t i = 0; i < LEN(pair); i++) {
        struct metrics m =
            priced(SET("model=llama-3.1-8b", "chip=h100", "chip.package_limit_mm2=100000",
                       "chip.die_limit_mm2=100000", pair[i].memory, pair[i].engine));
        if ((m.verdict == VERDICT_OK) != pair[i].hosted)
            print_error("%s %s: verdict %g\n", pair[i].memory, pair[i].engine, m.verdict);
        assert_true(m.verdict == (pair[i].hosted ? VERDICT_OK : VERDICT_PACKAGE));
        if (!pair[i].hosted)
            assert_true(m.engine_limited_by == LIMITED_BY_MEMORY);
    }
    struct metrics on_die = priced(SET("model=llama-3.1-8b", "chip=groq3-lpu", "engine=on-die-r512",
                                       "engine.ridge_flop_per_byte=8", "plan.devices=256",
                                       "plan.tp=32", "plan.pp=8", "workload.context=128"));
    assert_true(on_die.verdict == VERDICT_OK);
}

/* A chip is built to read its memory: at the full rate it draws about its limit at most. */
static void reads_at_the_full_rate_keep_a_chip_near_its_limit(void **state)
{
    const char *const *name;
    size_t n;
    (void)state;
    catalogue_names(catalogue, PART_CHIP, &name, &n);
    for (size_t i = 0; i < n; i++) {
        struct chip c = chip_called(name[i]);
        struct engine none = *(const struct engine *)entry_called(PART_ENGINE, "none");
        struct engine_limits l = {.power_w = INFINITY};
        struct energy e;
        energy_of(&e, &c, &none, &l, 1);
        double w = e.static_w + e.clocked_w +
                   c.memory_byte_per_s * (e.move_j_per_byte + e.memory_j_per_byte);
        if (w > 1.25 * e.limit_w)
            print_error("%s: %.0f W of %.0f\n", name[i], w, e.limit_w);
        assert_true(w <= 1.25 * e.limit_w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(racks_have_what_their_makers_publish),
        cmocka_unit_test(chips_have_the_stacks_or_channels_of_their_packages),
        cmocka_unit_test(sram_is_paid_for_by_die_area_alone),
        cmocka_unit_test(memory_on_the_board_costs_its_capacity_and_no_interposer),
        cmocka_unit_test(a_wafer_is_one_die_that_a_package_limit_does_not_refuse),
        cmocka_unit_test(every_kind_of_memory_is_priced_and_whole),
        cmocka_unit_test(an_older_price_list_still_prices_what_it_knows),
        cmocka_unit_test(an_engine_without_a_place_in_the_memory_cannot_be_made),
        cmocka_unit_test(reads_at_the_full_rate_keep_a_chip_near_its_limit),
    };
    return cmocka_run_group_tests_name("memory", tests, open_prices, close_tests);
}
