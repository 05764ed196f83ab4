#include "dse/points.h"
#include "search/study.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct points points;
    struct err err = {0};
    struct catalogue *catalogue = fuzz_catalogue();
    static struct study *study; /* changes its chip, whatever a row names */
    if (!study)
        must(study_parse(&study, "study", "chip: {memory_byte_per_s: 1 TB/s}", catalogue, &err) ==
                 0,
             "the study is right");
    char *text = text_of(data, size);
    if (points_parse(&points, "input", text, size, &err) == 0) {
        for (size_t row = 0; row < points.csv.rows; row++) {
            struct design d = study->base;
            struct price_book prices = {0};
            if (points_put(&points, row, catalogue, study, &d, &prices) != 0)
                must(points.found.n > 0, "a refused row has a mistake");
            else
                must(design_check(&d, &err) == 0, "a design that was read is right");
        }
        for (size_t i = 0; i < points.found.n; i++) {
            fail(&err, "%s", points.found.fault[i].text);
            must_complain(&err, "input:");
        }
        points_close(&points);
    } else {
        must_complain(&err, "input:");
    }
    free(text);
    return 0;
}
