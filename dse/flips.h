/* The answer of `dse payoff --flips`. */
#ifndef DSE_FLIPS_H
#define DSE_FLIPS_H

#include "dse/command.h"
#include "reports/payoff/payoff_answer.h"

/* Prints the table of flips, or draws it if `picture` names a file. */
int flips_print(const struct payoff *p, enum format format, const char *picture, struct err *err);

#endif
