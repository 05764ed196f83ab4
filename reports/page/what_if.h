/* Prices a study again with other values, for the page: requests and answers are JSON. Pure.
 *
 *   {"files": [{"folder": "chips", "name": "b200", "text": "{...}"}, ...]}    {}
 *   {"study": {"name": "s", "text": "{...}", "set": ["chip.tdp_w=700"]}}      {}
 *   {"payoffs": {"budget": "cost", "cells": [{"model": "gpt3", "engine": "duplex"}, ...]}}
 *                                                                            {"p": [1.2, null]}
 *   {"designs": {"budget": "cost", "cells": [{...}]}}    {"p": [1.2], "with": [DESIGN or null],
 *                                                         "without": [...], "twin": [...]}
 *   {"evaluate": ["model=gpt3", "chip=b200"]}                                DESIGN
 *   anything that fails                                                      {"error": "..."}
 *
 * Texts of files and studies are YAML natively and JSON in the page (base/conf_json.h). A cell has
 * the columns by which a pay-off is split; a DESIGN is what `dse eval --format json` prints. Give
 * all files before the first study. */
#ifndef REPORTS_PAGE_WHAT_IF_H
#define REPORTS_PAGE_WHAT_IF_H

#include "arch/catalogue/catalogue.h"

struct what_if;

/* Borrows the catalogue. Caller frees with what_if_free, which takes NULL. */
struct what_if *what_if_make(struct catalogue *c);
void what_if_free(struct what_if *w);

/* The answer to a request. Caller frees. */
char *what_if_answer(struct what_if *w, const char *request);

#endif
