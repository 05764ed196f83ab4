#include "arch/catalogue/trace.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct workload w;
    struct err err = {0};
    char *text = text_of(data, size);
    if (trace_parse(&w, "input", text, size, &err) == 0) {
        must(w.input >= 1 && w.output >= 1, "requests have tokens");
        must(w.input_cv >= 0 && w.output_cv >= 0, "lengths vary or not");
        must(isnan(w.requests_per_s) || w.requests_per_s > 0, "time goes on");
        must(isnan(w.prefix) || (w.prefix >= 0 && w.prefix <= w.input * (1 + 1e-9)),
             "a prefix is a part of its prompt");
    } else {
        must_complain(&err, "input:");
    }
    free(text);
    return 0;
}
