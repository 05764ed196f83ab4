/* A number of 64 bits from a text: FNV-1a (Fowler, Noll, Vo). The same everywhere, so that it may
 * be stored; no protection against texts made to collide. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Where a hash begins. */
#define HASH_EMPTY 14695981039346656037u

/* Goes on with `n` bytes. */
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n);

uint64_t hash_text(const char *text);

#endif
