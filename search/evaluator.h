/* A study's own evaluator: `search: {evaluator: {command: ./my-sim, ...}}`, a program that answers
 * for points in place of dse. Its words: how it is read, and what its answers make of a row. */
#ifndef SEARCH_EVALUATOR_H
#define SEARCH_EVALUATOR_H

#include "base/conf.h"
#include "base/faults.h"
#include "base/field.h"

enum { ANSWERS_MOST = 32 };

struct study;
struct columns;
struct reading;

struct evaluator {
    char *command; /* for a shell, in the study's folder; NULL: dse evaluates */
    char *cache;   /* file of answers; NULL: beside the store */
    char *place;   /* "FILE:LINE:COLUMN: search.evaluator: ", for messages */
    char *label;   /* "./my-sim: tokens_per_s, tpot_s", of the column evaluated_by */
    size_t answers;
    const struct field *answer[ANSWERS_MOST]; /* the metrics of an answer */
    double timeout_s, retries, processes, batch, share;
};

/* The options that are numbers. */
struct evaluator_options {
    double timeout, retries, processes, batch, share;
};
extern const struct fields evaluator_fields;

/* Reads a command, or a mapping of options. Adds mistakes to `found`. */
void evaluator_read(struct evaluator *out, const struct node *n, struct faults *found);

/* Completes the evaluator of a study that is read, and checks it against the rest of it. */
int evaluator_check(struct reading *r, struct err *err);

void evaluator_free(struct evaluator *e);

/* Was a run with this text evaluated by another program? Its command, for the caller to free, else
 * NULL. */
char *evaluator_of_text(const char *study);

/* What was answered for a point. */
struct evaluator_answer {
    bool failed;                 /* no answer: the others are not set */
    double verdict;              /* NAN: none was given */
    double metric[ANSWERS_MOST]; /* in the order of evaluator->answer; NAN: not given */
};

/* Makes a row that dse priced (columns->stride numbers) one of the evaluator: metrics of the
 * answer; those that the objectives and constraints need besides, as dse has them; no others. A
 * verdict that is not given is that of dse. Constraints are checked again. */
void evaluator_put(const struct study *s, const struct columns *columns,
                   const struct evaluator_answer *a, double *row);

#endif
