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
        columns_make(&columns, s);
        must(s->size > 0 && columns.metrics > 0, "a study has points and metrics");
        study_free(s);
    } else {
        must(err.text[0] != '\0' && strchr(err.text, '\n') == NULL, "a complaint is one line");
    }
    free(text);
    return 0;
}
