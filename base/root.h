/* A root of a function in a bracket. */
#ifndef BASE_ROOT_H
#define BASE_ROOT_H

#include <stdbool.h>

typedef double (*root_fn)(double x, void *ctx);

/* Two points and the values of f there. */
struct bracket {
    double a, fa, b, fb;
};

/* x between a and b with f(x) = 0, where fa and fb differ in sign. False position that halves the
 * weight of an end that stays (Dowell and Jarratt 1971), until the bracket is `tolerance` of x
 * wide. If f jumps across 0, x is the place of the jump. Works in log(x) if a and b are positive.
 * NAN if f is NAN in between. */
double root_between(const struct bracket *start, double tolerance, root_fn f, void *ctx);

/* The same, and narrows the bracket to where x was found; f was called last at `b`. */
double root_close_in(struct bracket *e, double tolerance, root_fn f, void *ctx);

/* The same search step by step, so that several can ask for values at once:
 *     root_begin(&s, &start, tolerance);
 *     while (root_asks(&s, &x))
 *         root_answer(&s, f(x));
 *     x = root_found(&s); */
struct root_search {
    struct bracket e; /* logarithms of a and b if `logs` */
    double tolerance, before, asked;
    bool logs, failed;
    int steps;
};
void root_begin(struct root_search *s, const struct bracket *start, double tolerance);
bool root_asks(struct root_search *s, double *x);
void root_answer(struct root_search *s, double fx);
double root_found(const struct root_search *s);

#endif
