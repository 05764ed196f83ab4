/* The summary of `dse payoff`, for ten seconds of reading. */
#ifndef DSE_PAYOFF_SUMMARY_TEXT_H
#define DSE_PAYOFF_SUMMARY_TEXT_H

#include "db/db.h"
#include "reports/payoff/payoff_answer.h"

/* `path`: of the store, for the commands that tell more. */
void payoff_summary_text(const struct payoff *p, const struct db_run *run, const char *path);

#endif
