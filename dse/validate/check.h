/* The tables of `dse validate`: the model against published and measured results. */
#ifndef DSE_VALIDATE_CHECK_H
#define DSE_VALIDATE_CHECK_H

#include "arch/catalogue/catalogue.h"
#include "reports/write.h"

struct check {
    struct catalogue *catalogue;
    const char *dir; /* folder of published and measured results; NULL: none */
    bool every;      /* also list each result of long tables */
    struct table rows, summary;
};

/* Published results and ours, for one group of the summary. */
struct tally {
    size_t n, room;
    struct pair {
        double published, ours, low, high; /* low and high are NAN if ours has no interval */
    } * pair;
};

/* Adds one result to the rows: its source, what it is, both values, and why they differ. */
void check_row(struct check *c, const char *source, const char *what, struct pair pair,
               const char *why);

/* Adds a published bound, which ours may be far from, so it has no error. */
void check_bound(struct check *c, const char *source, const char *what, struct pair pair,
                 const char *why);

void tally_add(struct tally *t, struct pair pair);

/* Adds one line to the summary and empties the tally. `fitted`: "yes" if constants were fitted to
 * these results, "no" if not. A group with a target gets the target and whether it is met. Does
 * nothing for an empty tally. */
void check_summary(struct check *c, const char *source, const char *group, const char *fitted,
                   struct tally *t);

/* The path of `name` in the folder; false if there is no such file. Caller frees *path. */
bool check_file(const struct check *c, const char *name, char **path);

int check_engines(struct check *c, struct err *err);   /* published speed-ups of engines */
int check_pools(struct check *c, struct err *err);     /* published systems with pools */
int check_claims(struct check *c, struct err *err);    /* claims of arXiv:2507.15465 */
int check_simulator(struct check *c, struct err *err); /* llmsimulator.csv */
int check_silicon(struct check *c, struct err *err);   /* silicon/: kernels and serving */
int check_power(struct check *c, struct err *err);     /* ml_energy.csv */
int check_published(struct check *c, struct err *err); /* published_*.csv, step3_table6.csv */

#endif
