/* The answer in a few lines: a row per model, where P crosses 1, what decides the close verdicts.
 */
#ifndef REPORTS_PAYOFF_PAYOFF_SUMMARY_H
#define REPORTS_PAYOFF_PAYOFF_SUMMARY_H

#include "reports/payoff/payoff_answer.h"

/* Columns model, P, sure, verdict, best engine; a row per model, over its workloads. `verdict` gets
 * that of each row: of all its workloads, else TOO_CLOSE. Caller frees both. */
void payoff_summary_table(const struct payoff *p, struct table *out, enum payoff_verdict **verdict);

/* The best engines that cannot be had as their files state them, each with why: "Not as stated:
 * logic-die-r128 (hypothetical, limited by temperature)"; "" if there is none. Caller frees. */
char *payoff_caveats(const struct payoff *p);

/* Is stop point i among the few that a summary names? They are along the workload or a price: a
 * chip is a choice of both sides. */
bool payoff_summary_names(const struct payoff *p, size_t i);

/* "deepseek-r1: pays above workload_context 2.41 k (2.1 k to 9.8 k)". Caller frees. */
char *payoff_stop_sentence(const struct payoff *p, const struct payoff_stop *s);

/* The constant that decides most in the i-th model (from 0) that has a close verdict and a constant
 * that flips one within its range: "deepseek-r1, workload_context 32768: pays below
 * engine_logic_energy_factor 1.41 (0.7 to 3.4)". NULL after the last. Caller frees. */
char *payoff_flip_sentence(const struct payoff *p, size_t i);

/* "At the end of an axis where one more step gains over 0.5 %: 2 of 8 answers
 * (chip.memory_byte_per_s)"; NULL if none is. Caller frees. */
char *payoff_border_sentence(const struct payoff *p);

#endif
