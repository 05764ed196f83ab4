/* Traces of requests: a CSV file with a row per request, reduced to the parameters of the workload
 * that describe traffic. */
#ifndef ARCH_CATALOGUE_TRACE_H
#define ARCH_CATALOGUE_TRACE_H

#include <stddef.h>

#include "arch/plan.h"

/* The rows of workload_fields that a trace gives. */
extern const char *const trace_parameters[];
extern const size_t trace_parameters_n;

/* Reads the text of a trace. Its columns, in any order and case: input tokens, output tokens, and
 * if there are any, arrival times, which do not fall, and cached prefix tokens; docs/traffic.md has
 * their names. Other columns are left alone. Of `out`, only the members of trace_parameters are
 * set: NAN where the trace does not say. An error is "NAME:LINE:COLUMN: WHAT: RIGHT", where COLUMN
 * counts cells. */
int trace_parse(struct workload *out, const char *name, const char *text, size_t length,
                struct err *err);

#endif
