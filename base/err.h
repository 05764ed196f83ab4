/* The error object: one line of text and the exit status it implies.
 *
 * A function that can fail returns 0, or -1 with `err` filled where the cause is known. Callers
 * pass -1 up and do not reword. Only dse/ prints. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

enum { STATUS_OK = 0, STATUS_IO = 1, STATUS_INPUT = 2 };

struct err {
    int status;      /* STATUS_IO or STATUS_INPUT after a failure */
    bool memory;     /* STATUS_IO: memory ran out, which no other input would mend */
    char text[1000]; /* one line, no newline */
};

#if defined(__GNUC__)
#define PRINTF_LIKE(text, args) __attribute__((format(printf, text, args)))
#else
#define PRINTF_LIKE(text, args)
#endif

/* Reports an error in the user's input (exit status 2). Always -1. */
int fail(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* Reports a failure of the system: disk, permission, damage (exit status 1). Always -1. */
int fail_io(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* Reports that memory ran out at `place`. Always -1. */
int fail_memory(struct err *err, const char *place);

/* Passes `inner` on: an input error as "PLACE: TEXT", a system error unchanged. Always -1. */
int fail_as(struct err *err, const struct err *inner, const char *place);

#endif
