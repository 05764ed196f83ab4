/* FNV-1a (Fowler, Noll, Vo): a 64-bit hash of a text, the same on every machine, so it may be
 * stored. Not collision-resistant against crafted texts. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* the hash of no bytes */
#define HASH_EMPTY 14695981039346656037u

/* Continues a hash with `n` bytes. */
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n);

uint64_t hash_text(const char *text);

/* A hash of n doubles, by their bits: eight times as fast, another value, and not to be stored. */
uint64_t hash_numbers(const void *numbers, size_t n);

#endif
