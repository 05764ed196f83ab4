#include "base/random.h"

uint64_t random_mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

void random_seed(struct random *r, uint64_t seed)
{
    for (size_t i = 0; i < 4; i++)
        r->state[i] = random_mix(seed + i * 0x9e3779b97f4a7c15u);
}

static uint64_t rotate_left(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

uint64_t random_next(struct random *r)
{
    uint64_t *s = r->state, out = rotate_left(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return out;
}

double random_unit(struct random *r)
{
    return (double)(random_next(r) >> 11) * 0x1p-53;
}

size_t random_below(struct random *r, size_t n)
{
    return (size_t)(random_unit(r) * (double)n);
}

void random_shuffle(struct random *r, size_t *item, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = random_below(r, i), swap = item[i - 1];
        item[i - 1] = item[j];
        item[j] = swap;
    }
}
