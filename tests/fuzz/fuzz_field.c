#include "arch/design.h"
#include "base/field.h"
#include "tests/fuzz/fuzz.h"

/* A value that was read is within its range, and its text reads back as the same value. */
static void try_field(const struct field *f, const char *text)
{
    double value, again;
    struct err err = {0};
    char written[48];
    if (field_parse(f, text, &value, &err) != 0) {
        must_complain(&err, "");
        return;
    }
    must(field_check(f, value, &err) == 0, "a value that was read is in the range");
    quantity_text(value, f->unit, 17, written, sizeof written);
    if (isfinite(value) && field_word(f, value) == NULL) {
        must(quantity_parse(written, f->unit, &again) == 0, "what is written is read");
        must(fabs(again - value) <= 1e-15 * fabs(value), "it is read as what it was");
    }
}

/* The first two bytes choose the parameter, the rest is its value. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    char *text = text_of(data + 2, size - 2);
    size_t at = (size_t)data[0] << 8 | data[1], n = 0;
    for (size_t part = 0; part < DESIGN_PARTS; part++)
        n += design_parts[part].fields->n;
    at %= n;
    for (size_t part = 0; part < DESIGN_PARTS; at -= design_parts[part++].fields->n)
        if (at < design_parts[part].fields->n) {
            try_field(&design_parts[part].fields->row[at], text);
            break;
        }
    free(text);
    return 0;
}
