#include "base/csv.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv csv;
    struct err err = {0};
    char *text = text_of(data, size);
    if (csv_parse(&csv, "input", text, size, &err) == 0) {
        must(csv.columns > 0, "a table has columns");
        for (size_t row = 0; row < csv.rows; row++) {
            must(csv.line[row] > (row > 0 ? csv.line[row - 1] : csv.header_line),
                 "lines of rows rise");
            size_t length = 0;
            for (size_t i = 0; i < csv.columns; i++)
                length += strlen(csv_at(&csv, row, i));
            must(length > 0, "a row has some text");
        }
        csv_free(&csv);
    } else {
        must_complain(&err, "input:");
    }
    free(text);
    return 0;
}
