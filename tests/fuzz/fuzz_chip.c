#include "tests/fuzz/fuzz_entry.h"

/* The first byte chooses: a chip, or the engine of one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool engine = size > 0 && data[0] == '!';
    return engine ? fuzz_entry(PART_ENGINE, data + 1, size - 1) : fuzz_entry(PART_CHIP, data, size);
}
