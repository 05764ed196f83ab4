/* Idea: cubic Hermite interpolation of logarithms, with nodes at every whole number where chance
 * depends on each token. Invariant: the curve rises, at most in proportion to the tokens. */
#include "arch/load_curve.h"

#include <math.h>

enum { WHOLE = 8 }; /* first node of those at powers of two, and the tokens there */

double curve_node(size_t i)
{
    if (i >= WHOLE)
        return ldexp(WHOLE, (int)(i - WHOLE));
    return i < 2 ? 1 + (double)i / 2 : (double)i;
}

/* Logarithm of the ratio of the tokens at node i + 1 and at node i. */
static double node_width(size_t i)
{
    static const double width[] = {
        /* clang-format off */
        0.405465108108164381978, 0.287682072451780927439, 0.405465108108164381978,
        0.287682072451780927439, 0.223143551314209755766, 0.182321556793954626212,
        0.154150679827258302885, 0.133531392624522623146, 0.693147180559945309417,
        /* clang-format on */
    };
    return width[i < WHOLE ? i : WHOLE];
}

static void add_node(struct load_curve *c, double value)
{
    double log_of = log(value);
    if (c->n > 0) {
        double before = c->log_of[c->n - 1];
        log_of = fmax(before, fmin(log_of, before + node_width(c->n - 1)));
    }
    c->log_of[c->n++] = log_of;
}

void curve_add(struct load_curve *c, double value)
{
    if (c->n == 1)
        add_node(c, (exp(c->log_of[0]) + value) / 2);
    add_node(c, value);
}

static double secant(const struct load_curve *c, size_t i)
{
    return (c->log_of[i + 1] - c->log_of[i]) / node_width(i);
}

/* Slopes with which the curve between nodes stays between flat and in proportion: up to 3 times the
 * secants, for the curve and for what it falls short of the tokens (Fritsch and Carlson 1980). */
void curve_finish(struct load_curve *c)
{
    for (size_t i = 0; i < c->n; i++) {
        double before = i > 0 ? secant(c, i - 1) : secant(c, i);
        double after = i + 1 < c->n ? secant(c, i) : before;
        double part = i > 0 ? node_width(i - 1) / (node_width(i - 1) + node_width(i)) : 0;
        double slope = before + part * (after - before);
        slope = fmax(slope, 1 - 3 * (1 - fmax(before, after)));
        c->slope[i] = fmax(0, fmin(slope, 3 * fmin(before, after)));
    }
}

double curve_last(const struct load_curve *c)
{
    return curve_node(c->n - 1);
}

double curve_at(const struct load_curve *c, double tokens)
{
    size_t i = tokens < 2 ? tokens >= 1.5 : (size_t)fmin(tokens, WHOLE);
    if (tokens >= WHOLE) {
        int power;
        frexp(tokens / WHOLE, &power);
        i = WHOLE + (size_t)(power - 1);
    }
    if (i + 1 >= c->n)
        return exp(c->log_of[c->n - 1]);
    double h = node_width(i), x = log(tokens / curve_node(i)) / h;
    double rise = c->log_of[i + 1] - c->log_of[i], a = c->slope[i] * h, b = c->slope[i + 1] * h;
    return exp(c->log_of[i] + x * (a + x * (3 * rise - 2 * a - b + x * (a + b - 2 * rise))));
}
