#include "tests/fuzz/fuzz_entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct price_book book;
    struct err err = {0};
    char *text = text_of(data, size);
    struct catalogue *c = fuzz_entry_catalogue(CATALOGUE_PRICES, text);
    if (catalogue_prices(c, FUZZ_ENTRY, &book, &err) == 0) {
        struct design d;
        struct metrics m;
        must(catalogue_default_design(fuzz_catalogue(), &d, &err) == 0, "there is a default");
        evaluate(&d, &book, &m, NULL);
        must(m.verdict >= 0 && m.verdict < VERDICTS, "a design has a verdict");
    } else {
        must_complain(&err, "");
    }
    catalogue_close(c);
    free(text);
    return 0;
}
