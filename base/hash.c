#include "base/hash.h"

#include <string.h>

#include "base/random.h"

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ at[i]) * 1099511628211u;
    return hash;
}

uint64_t hash_text(const char *text)
{
    return hash_bytes(HASH_EMPTY, text, strlen(text));
}

uint64_t hash_numbers(const void *numbers, size_t n)
{
    const unsigned char *at = numbers;
    uint64_t hash = HASH_EMPTY, word;
    for (size_t i = 0; i < n; i++) {
        memcpy(&word, at + i * sizeof word, sizeof word);
        hash = random_mix(hash ^ word);
    }
    return hash;
}
