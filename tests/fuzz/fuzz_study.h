/* Reads bytes as a study. */
#ifndef TESTS_FUZZ_FUZZ_STUDY_H
#define TESTS_FUZZ_FUZZ_STUDY_H

#include "search/study.h"
#include "tests/fuzz/fuzz.h"

/* The study, which the caller frees, or NULL with the complaint in err. */
static inline struct study *fuzz_study(const uint8_t *data, size_t size, struct err *err)
{
    struct study *s = NULL;
    char *text = text_of(data, size);
    if (study_parse(&s, "input", text, fuzz_catalogue(), err) != 0)
        s = NULL;
    free(text);
    return s;
}

#endif
