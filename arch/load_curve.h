/* A quantity that grows with the tokens, at most in proportion. */
#ifndef ARCH_LOAD_CURVE_H
#define ARCH_LOAD_CURVE_H

#include <stddef.h>

enum { CURVE_NODES = 32 };

/* Its logarithm at 1, 1.5, 2, 3, ..., 8, 16, 32, ... tokens and its slope there, d log / d log
 * tokens. */
struct load_curve {
    size_t n;
    double log_of[CURVE_NODES], slope[CURVE_NODES];
};

/* Tokens at node i. */
double curve_node(size_t i);

/* Adds the value at the next node, not below the one before, and at most as much above it as the
 * tokens. Node 1, of 1.5 tokens, is added with node 2: tokens are whole. */
void curve_add(struct load_curve *c, double value);

/* After the last node: finds the slopes. */
void curve_finish(struct load_curve *c);

/* Tokens at the last node. */
double curve_last(const struct load_curve *c);

/* The quantity at this many tokens, from 1 to those at the last node. */
double curve_at(const struct load_curve *c, double tokens);

#endif
