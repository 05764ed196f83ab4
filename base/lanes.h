/* Many points at once: one array per quantity, so that loops over points become vector
 * instructions. Formulas stay scalar and inline; a loop loads a struct from its lanes, computes and
 * stores the result in lanes. */
#ifndef BASE_LANES_H
#define BASE_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LANES = 32 };
typedef double lane[LANES];

/* LANES_OF(chip); declares struct chip_lanes: one lane for each member of struct chip, all
 * double. */
#define LANES_OF(type)                                                                             \
    struct type##_lanes {                                                                          \
        lane at[sizeof(struct type) / sizeof(double)];                                             \
    }

/* LANE(&chips, chip, memory_byte)[i] is that member of struct i. */
#define LANE(lanes, type, member) ((lanes)->at[offsetof(struct type, member) / sizeof(double)])

/* LANE_OF is LANE for element k of an array member. */
#define LANE_OF(lanes, type, array, k)                                                             \
    ((lanes)->at[offsetof(struct type, array) / sizeof(double) + (size_t)(k)])

/* Unrolls, so that a struct loaded from its lanes stays in registers, however many members it
 * has. */
#if defined(__clang__)
#define UNROLLED _Pragma("unroll")
#elif defined(__GNUC__)
#define UNROLLED _Pragma("GCC unroll 128")
#else
#define UNROLLED
#endif

/* LANES_TAKE loads a struct from lane i, LANES_PUT stores one there, LANES_FILL sets the first n,
 * LANES_COPY copies lane j of `from` to lane i. */
#define LANES_TAKE(value, lanes, i)                                                                \
    do {                                                                                           \
        UNROLLED                                                                                   \
        for (size_t k_ = 0; k_ < sizeof(value) / sizeof(double); k_++) {                           \
            ((double *)&(value))[k_] = (lanes)->at[k_][i];                                         \
        }                                                                                          \
    } while (0)

#define LANES_PUT(lanes, i, value)                                                                 \
    do {                                                                                           \
        UNROLLED                                                                                   \
        for (size_t k_ = 0; k_ < sizeof(value) / sizeof(double); k_++) {                           \
            (lanes)->at[k_][i] = ((const double *)&(value))[k_];                                   \
        }                                                                                          \
    } while (0)

#define LANES_FILL(lanes, n, value)                                                                \
    do {                                                                                           \
        for (size_t k_ = 0; k_ < sizeof(value) / sizeof(double); k_++)                             \
            lanes_set((lanes)->at[k_], n, ((const double *)&(value))[k_]);                         \
    } while (0)

#define LANES_COPY(to, i, from, j)                                                                 \
    do {                                                                                           \
        UNROLLED                                                                                   \
        for (size_t k_ = 0; k_ < sizeof((to)->at) / sizeof(lane); k_++) {                          \
            (to)->at[k_][i] = (from)->at[k_][j];                                                   \
        }                                                                                          \
    } while (0)

/* Compiles a function for each vector width; the machine picks the widest it has when the program
 * starts. The numbers are the same: nothing is contracted or reordered. Such a function must be
 * static with a name unique in the program: clang 14 makes its resolver global. */
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__OPTIMIZE__) && defined(NDEBUG) &&   \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define FOR_ALL_VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FOR_ALL_VECTORS
#endif

/* A part of such a function: inlined into each of its versions. */
#if defined(__GNUC__)
#define INLINED static inline __attribute__((always_inline))
#else
#define INLINED static inline
#endif

extern const lane lanes_of_one, lanes_of_zero; /* all 1; all 0 */

bool lanes_are_all_equal(const double *x, size_t n);
void lanes_set_all(double *out, size_t n, double value);

/* Of the first n lanes; a single one takes no call. */
static inline bool lanes_are_equal(const double *x, size_t n)
{
    return n == 1 || lanes_are_all_equal(x, n);
}

static inline void lanes_set(double *out, size_t n, double value)
{
    if (n == 1)
        *out = value;
    else
        lanes_set_all(out, n, value);
}

/* fmax and fmin for numbers other than NAN, for which those two have rules that vector instructions
 * lack. */
static inline double larger(double a, double b)
{
    return a > b ? a : b;
}

static inline double smaller(double a, double b)
{
    return a < b ? a : b;
}

#endif
