/* What a pay-off question is about: the part of a design that one side has and the other lacks. */
#ifndef REPORTS_PAYOFF_PAYOFF_SUBJECT_H
#define REPORTS_PAYOFF_PAYOFF_SUBJECT_H

#include "search/study.h"

struct swept;

struct payoff_subject {
    const char *path;   /* of --of: "engine", "pools.ffn" */
    size_t part;        /* of a design, which is named */
    const char *column; /* of the store, with that name */
    const char *prefix; /* of the columns of the store that only this part has */
    const char *metric; /* of the store, which has a value if a design has it; NULL: the name of the
                           part is not `none` */
    const char *noun;   /* "engine" */
    const char *one;    /* "an engine" */
    const char *Title;  /* "An attention engine" */
};

/* The subject of a path; NULL: the engine. NULL with "WHAT: RIGHT" if there is none. */
const struct payoff_subject *payoff_subject_named(const char *path, struct err *err);

enum { SUBJECTS_MOST = 8 };

/* The subjects that a run varies: of each there are designs with and without, or with several. If
 * it varies none, the engine. Returns their number. */
size_t subjects_swept(const struct payoff_subject *out[SUBJECTS_MOST], const struct swept *swept);

/* Questions without a subject are about the engine. */
const struct payoff_subject *subject_or_engine(const struct payoff_subject *s);

bool subject_is_engine(const struct payoff_subject *s);

bool subject_is_in(const struct payoff_subject *s, const struct design *d);

/* Takes it out of the design: its twin. */
void subject_remove(const struct payoff_subject *s, struct design *d);

/* Does some design of the study, in any scenario, have it? */
bool subject_is_in_study(const struct payoff_subject *s, const struct study *study);

/* Is it a column of the part itself? */
bool subject_has_column(const struct payoff_subject *s, const char *column);

#endif
