/* Reads bytes as a file of the catalogue. */
#ifndef TESTS_FUZZ_FUZZ_ENTRY_H
#define TESTS_FUZZ_FUZZ_ENTRY_H

#include "arch/evaluate.h"
#include "tests/fuzz/fuzz.h"

#define FUZZ_ENTRY "input.yaml"

/* A catalogue with that file in `folder`, and one entry of each folder to be its base. Caller
 * closes. */
static inline struct catalogue *fuzz_entry_catalogue(size_t folder, const char *text)
{
    static const struct {
        size_t folder;
        const char *name, *text;
    } bases[] = {
        {PART_MODEL, "one",
         "attention: gqa\nlayers: 2\nhidden: 64\nheads: 4\nkv_heads: 2\nhead_dim: 16\nffn: "
         "128\nvocab: 100\n"},
        {PART_CHIP, "one", "compute_units: 8\nunit_flop_per_s: 1 TFLOP/s\nmemory_byte: 16 GB\n"},
        {PART_ENGINE, "one", "kind: logic_die\nbandwidth_ratio: 4\nridge_flop_per_byte: 8\n"},
        {CATALOGUE_PRICES, "one", "hbm3e_usd_per_gb: 10\n"},
    };
    struct catalogue *c = NULL;
    struct err err;
    must(catalogue_open(&c, NULL, &err) == 0, "an empty catalogue is opened");
    catalogue_give(c, folder, FUZZ_ENTRY, text);
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++)
        if (bases[i].folder == folder)
            catalogue_give(c, folder, bases[i].name, bases[i].text);
    return c;
}

/* Reads the bytes as a model, chip, engine or calibration. The default design with it has a
 * verdict, never a crash. */
static inline int fuzz_entry(size_t part, const uint8_t *data, size_t size)
{
    const struct entry *e;
    struct err err = {0};
    char *text = text_of(data, size);
    struct catalogue *c = fuzz_entry_catalogue(part, text);
    if (catalogue_find(c, part, FUZZ_ENTRY, &e, &err) != 0) {
        must_complain(&err, "");
    } else if (part != CATALOGUE_CALIBRATIONS) {
        struct design d;
        struct metrics m;
        must(catalogue_default_design(fuzz_catalogue(), &d, &err) == 0, "there is a default");
        entry_put(e, part, &d);
        if (design_check(&d, &err) == 0) {
            evaluate(&d, NULL, &m, NULL);
            must(m.verdict >= 0 && m.verdict < VERDICTS, "a design has a verdict");
        } else {
            must_complain(&err, "");
        }
    }
    catalogue_close(c);
    free(text);
    return 0;
}

#endif
