/* A conf from JSON, for the page, whose model has no libyaml. */
#ifndef BASE_CONF_JSON_H
#define BASE_CONF_JSON_H

#include "base/conf.h"

/* Parses JSON as conf_parse parses YAML; numbers, true, false and null become scalars with that
 * text. Refuses what is not JSON and more than 64 levels; what conf_parse refuses beyond that, such
 * as equal keys, is left to the program that wrote the text. node_column is the place in the text,
 * node_line always 1. Caller closes with conf_close. */
int conf_parse_json(struct conf **out, const char *name, const char *text, struct err *err);

#endif
