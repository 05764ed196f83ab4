#include "search/space.h"
#include "tests/fuzz/fuzz_study.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    struct study *s = fuzz_study(data, size, &err);
    if (s) {
        static struct columns columns;
        size_t parameters = 0;
        for (size_t i = 0; i < study_scenarios(s); i++) {
            columns_make(&columns, study_scenario(s, i));
            must(study_scenario(s, i)->size > 0 && columns.metrics > 0,
                 "a scenario has points and metrics");
            must(i == 0 || columns.n - columns.metrics == parameters,
                 "scenarios have the same columns of parameters");
            parameters = columns.n - columns.metrics;
        }
        study_free(s);
    } else {
        must(err.text[0] != '\0' && strchr(err.text, '\n') == NULL, "a complaint is one line");
    }
    return 0;
}
