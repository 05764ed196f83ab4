/* Included by every test: cmocka and comparisons of doubles. */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#undef fail /* cmocka's; ours is in base/err.h */

/* |got - want| <= rel * |want|; equal where want is 0 or infinite, or rel is 0. */
#define assert_close(got, want, rel) assert_close_at((got), (want), (rel), __FILE__, __LINE__)

static inline void assert_close_at(double got, double want, double rel, const char *file, int line)
{
    if (got == want || (isfinite(want) && fabs(got - want) <= rel * fabs(want)))
        return;
    print_error("%.17g is not within %g of %.17g\n", got, rel, want);
    _fail(file, line);
}

/* |got - want| <= by */
#define assert_near(got, want, by) assert_true(fabs((got) - (want)) <= (by))

/* The call returns 0; if not, `err` of the caller says why. */
#define works(call)                                                                                \
    do {                                                                                           \
        if ((call) != 0) {                                                                         \
            print_error("%s\n", err.text);                                                         \
            _fail(__FILE__, __LINE__);                                                             \
        }                                                                                          \
    } while (0)

#endif
