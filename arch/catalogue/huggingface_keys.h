/* Look-up of keys in a config.json. Every key that is looked up counts as understood. After the
 * first error the configuration has failed, look-ups return nothing, and the error stays. */
#ifndef ARCH_CATALOGUE_HUGGINGFACE_KEYS_H
#define ARCH_CATALOGUE_HUGGINGFACE_KEYS_H

#include "arch/catalogue/huggingface.h"

struct family;

/* A map of the file: the root, or the configuration of the language model inside it. */
struct config_part {
    const struct node *map;
    char path[60]; /* "text_config.", before a key */
    bool *known;   /* per entry: understood, or without effect */
};

enum { PARTS_MOST = 4 };

struct config {
    size_t parts; /* the language model first, the root last */
    struct config_part part[PARTS_MOST];
    const char *type;
    const struct family *family;
    struct imported *out;
    struct err *err;
    bool failed;
    char path[180];        /* of the key that was looked up last */
    const struct node *at; /* its value, NULL without */
};

/* Finds the parts of the file. Free with config_close. */
void config_open(struct config *c, const struct node *root);
void config_close(struct config *c);

const struct node *config_text(const struct config *c); /* map of the language model */

/* The value of a key; NULL if it is absent or null. `given`: absent only. */
const struct node *config_find(struct config *c, const char *key);
const struct node *config_given(struct config *c, const char *key);

/* Marks a key as understood though it is not needed. */
void config_dismiss(struct config *c, const char *key);

/* Records an error about the key that was looked up last, at `at` (NULL: at its value), unless
 * there is one already. */
void config_refuse(struct config *c, const struct node *at, const char *what);

/* A whole number, a number or a truth value; `absent` if the key is absent or null. */
double config_count(struct config *c, const char *key, double absent);
double config_count_of(struct config *c, const struct node *n, double absent);
double config_number(struct config *c, const char *key, double absent);
bool config_flag(struct config *c, const char *key, bool absent);

/* A list, NULL if it is absent, null or empty. With `entries`, it must have as many or more. */
const struct node *config_list(struct config *c, const char *key, size_t entries);

/* Does the list have this number? */
bool config_list_has(struct config *c, const struct node *list, double number);

/* Entry of `words` that the scalar `n` is. None is an error. */
double config_word(struct config *c, const struct node *n, const struct word *words);

/* Is `n` a scalar with this text? */
bool node_is(const struct node *n, const char *text);

/* Adds a remark for the user. */
void config_remark(struct config *c, int kind, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
