/* What `dse validate` holds the model against, and how it keeps count. */
#ifndef DSE_VALIDATE_CHECK_H
#define DSE_VALIDATE_CHECK_H

#include "arch/catalogue/catalogue.h"
#include "reports/write.h"

struct check {
    struct catalogue *catalogue;
    const char *dir; /* laid out like the files of the README; NULL: none */
    bool every;      /* results of long tables one by one, too */
    struct table rows, summary;
};

/* Published results and ours, of one group of the summary. */
struct tally {
    size_t n, room;
    struct pair {
        double published, ours, low, high; /* low and high NAN where ours has none */
    } * pair;
};

/* One result to the rows: its source, what it is, both values, and why they differ. */
void check_row(struct check *c, const char *source, const char *what, struct pair pair,
               const char *why);

/* The same of a bound, which ours may be far from: no error. */
void check_bound(struct check *c, const char *source, const char *what, struct pair pair,
                 const char *why);

void tally_add(struct tally *t, struct pair pair);

/* One line of the summary, and the tally is empty again. `fitted`: "yes" if constants were fitted
 * to these results, "no" if not. Where something is wanted of the group it says what, and whether
 * it is met. Nothing for an empty tally. */
void check_summary(struct check *c, const char *source, const char *group, const char *fitted,
                   struct tally *t);

/* The file `name` of the folder; false if it is not there. Caller frees *path. */
bool check_file(const struct check *c, const char *name, char **path);

int check_engines(struct check *c, struct err *err);   /* published speed-ups of engines */
int check_claims(struct check *c, struct err *err);    /* of arXiv:2507.15465 */
int check_simulator(struct check *c, struct err *err); /* llmsimulator.csv */
int check_silicon(struct check *c, struct err *err);   /* silicon/: kernels and serving */
int check_published(struct check *c, struct err *err); /* published_*.csv, step3_table6.csv */

#endif
