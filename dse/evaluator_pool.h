/* Processes of one command that answer questions: a line in, a line out, several at once. */
#ifndef DSE_EVALUATOR_POOL_H
#define DSE_EVALUATOR_POOL_H

#include <signal.h>
#include <stddef.h>

#include "base/err.h"

/* A command for /bin/sh and how it is asked. */
struct pool_command {
    const char *command, *folder; /* folder: where it runs; "": here */
    double timeout_s;             /* for one answer; then its process is killed */
    size_t retries;               /* after a timeout, a crash, or a line that is no answer */
    size_t processes;
    const volatile sig_atomic_t *stop; /* asking stops soon after it is set */
};

struct pool;
struct pool *pool_open(const struct pool_command *with); /* borrows; starts processes when asked */
void pool_close(struct pool *p);                         /* ends the processes; takes NULL */

struct pool_questions {
    size_t n;
    char *const *line; /* each ends with '\n' */
    /* Takes the line that answers question i. -1 with the reason in err if it is no answer. */
    int (*take)(void *ctx, size_t i, const char *line, struct err *err);
    /* Question i stays without an answer. */
    void (*give_up)(void *ctx, size_t i, const char *why);
    void *ctx;
};

/* Asks all, in order of their start. 0; 1 if stopped; -1 if the command cannot be run. */
int pool_ask(struct pool *p, const struct pool_questions *q, struct err *err);

#endif
