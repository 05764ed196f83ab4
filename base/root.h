/* A root of a function in a bracket. */
#ifndef BASE_ROOT_H
#define BASE_ROOT_H

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

#endif
