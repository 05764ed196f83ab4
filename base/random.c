#include "base/random.h"

#include <math.h>

#include "base/hash.h"

static const uint64_t SPLITMIX_STEP = 0x9e3779b97f4a7c15u;

uint64_t random_mix(uint64_t x)
{
    x += SPLITMIX_STEP;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint64_t random_splitmix(uint64_t *state)
{
    uint64_t next = random_mix(*state);
    *state += SPLITMIX_STEP;
    return next;
}

void random_seed(struct random *r, uint64_t seed)
{
    for (size_t i = 0; i < 4; i++)
        r->state[i] = random_mix(seed + i * SPLITMIX_STEP);
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

static double unit_of(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1p-53;
}

double random_unit(struct random *r)
{
    return unit_of(random_next(r));
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

uint64_t random_stream(uint64_t seed, const char *name)
{
    return random_mix(seed ^ hash_text(name));
}

double random_unit_at(uint64_t stream, uint64_t count)
{
    return unit_of(random_mix(stream + count * SPLITMIX_STEP));
}

/* Box and Muller 1958, from two numbers of the stream. */
double random_normal_at(uint64_t stream, uint64_t count)
{
    double radius = sqrt(-2 * log(1 - random_unit_at(stream, 2 * count)));
    return radius * cos(2 * acos(-1) * random_unit_at(stream, 2 * count + 1));
}
