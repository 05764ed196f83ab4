#include "tests/fuzz/fuzz_entry.h"

/* The first byte chooses: '!' an engine, '@' a calibration, any other a chip. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && data[0] == '!')
        return fuzz_entry(PART_ENGINE, data + 1, size - 1);
    if (size > 0 && data[0] == '@')
        return fuzz_entry(CATALOGUE_CALIBRATIONS, data + 1, size - 1);
    return fuzz_entry(PART_CHIP, data, size);
}
