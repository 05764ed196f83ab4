/* The answers of an evaluator in a file, by content: one JSON line each, {"key": KEY, "answer":
 * what was answered} or {"key": KEY, "failed": why there is no answer}. Lines are only added, each
 * as a whole, so that runs may share the file; a last line that was cut off is passed over. */
#ifndef DSE_ANSWERS_H
#define DSE_ANSWERS_H

#include <stddef.h>

#include "base/err.h"
#include "base/sha256.h"

struct answers;

enum { KEY_SIZE = SHA256_BASE64 };

/* Reads the file, which need not exist. Caller closes. */
int answers_open(struct answers **out, const char *path, struct err *err);
void answers_close(struct answers *a); /* takes NULL */

/* The key of what is asked of an evaluator. */
void answers_key(const char *identity, const char *question, char key[KEY_SIZE]);

/* The answer to a key as JSON; NULL if there is none. If asking failed, `failed` gets why. Both are
 * borrowed until the next call of answers_add. */
const char *answers_find(const struct answers *a, const char *key, const char **failed);

/* Adds an answer (JSON in one line), or why there is none (text), and writes it to the file. */
int answers_add(struct answers *a, const char *key, const char *answer, const char *failed,
                struct err *err);

size_t answers_count(const struct answers *a); /* answers, not failures */

#endif
