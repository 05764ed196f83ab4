/* SHA-256 (FIPS 180-4), as a content security policy states it. */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct sha256 {
    uint32_t state[8];
    uint64_t bytes; /* so far */
    unsigned char block[64];
};

void sha256_begin(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *bytes, size_t n);

enum { SHA256_BASE64 = 45 }; /* with the final NUL */

/* Ends the hash and writes it in base64. */
void sha256_base64(struct sha256 *s, char out[SHA256_BASE64]);

#endif
