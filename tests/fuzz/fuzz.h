/* What the fuzz targets share. A target takes any bytes: it crashes, or it holds what it says. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/catalogue/catalogue.h"
#include "base/err.h"

/* The entry point of libFuzzer, and of tests/fuzz/driver.c. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program unless `holds`, whatever NDEBUG says. */
static inline void must(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "fuzz: does not hold: %s\n", what);
        abort();
    }
}

/* A complaint is one line with text that begins with the name of the input. */
static inline void must_complain(const struct err *err, const char *name)
{
    must(err->text[0] != '\0' && strchr(err->text, '\n') == NULL, "a complaint is one line");
    must(strncmp(err->text, name, strlen(name)) == 0, "a complaint names the input");
}

/* The bytes as a text, cut at the first NUL. Caller frees. */
static inline char *text_of(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    must(text != NULL, "there is memory");
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

/* The catalogue, opened once. */
static inline struct catalogue *fuzz_catalogue(void)
{
    static struct catalogue *catalogue;
    struct err err;
    const char *dir = getenv("DSE_CATALOGUE");
    if (catalogue == NULL)
        must(dir != NULL && catalogue_open(&catalogue, dir, &err) == 0,
             "DSE_CATALOGUE is the catalogue");
    return catalogue;
}

#endif
