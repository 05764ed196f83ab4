/* Routed experts of a step whose time was measured on a server.
 *
 * Idea: a server prefills a whole prompt, up to a chunk, in one step, so that with few requests
 * most steps have the tokens of answers only; averages over both kinds of steps replace the average
 * step, in which every expert would see a little of each prompt. An active expert executes whole
 * tiles, those of the server's grouped product. Invariant: without prompts, or with at least one in
 * every step, all steps are alike. */
#ifndef ARCH_SERVED_EXPERTS_H
#define ARCH_SERVED_EXPERTS_H

#include "arch/step_run.h"

/* Mean share of the experts of operator `op` that are active. */
void served_share(double *out, const struct pass *p, size_t op);

/* Mean rows that an expert executes, idle or not. */
void served_rows(double *out, const struct pass *p, const struct run *r);

#endif
