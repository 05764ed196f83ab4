#include "search/space.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct study *s;
    struct err err = {0};
    struct catalogue *catalogue = fuzz_catalogue();
    char *text = text_of(data, size);
    if (study_parse(&s, "input", text, catalogue, &err) == 0) {
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
    free(text);
    return 0;
}
