/* Runs a strategy: hands out its points, numbers them, keeps the front of what they turned out to
 * be worth. The caller prices them, with as many threads as it likes. */
#ifndef SEARCH_STRATEGIES_ASK_TELL_H
#define SEARCH_STRATEGIES_ASK_TELL_H

#include "base/err.h"
#include "search/strategies/strategy.h"

enum { SEARCH_BATCH = 4096 }; /* points of one ask at most */

/* NULL if there is none of this name. */
const struct strategy *strategy_find(const char *name);

/* Can the strategy search this problem? err->text is "WHAT: RIGHT". */
int search_check(const struct strategy *with, const struct problem *p, struct err *err);

/* The problem is copied, what it points to is borrowed. Caller closes. */
struct search *search_open(const struct strategy *with, const struct problem *p);
void search_close(struct search *s); /* takes NULL */

/* The next points, genes[n][problem.genes], borrowed until the next call; 0: the search is over. */
size_t search_ask(struct search *s, const double **genes);

/* The number of point i of those asked last. */
uint64_t search_number(const struct search *s, size_t i);

/* What they are worth, outcomes[n][objectives + limits]. joined[i]: was on the front when it came;
 * archive_removed tells which numbers have left it again. */
void search_tell(struct search *s, const double *outcomes, bool *joined);

/* The front, for what left it (archive_removed, archive_forget); NULL without objectives. */
struct archive *search_front(struct search *s);

/* The hypervolume of the front, and its share of the box of gauge_volume. */
double search_volume(const struct search *s, double *share);

/* Why there is nothing more to ask: NULL while there is. */
const char *search_over(const struct search *s);

/* Did the problem break what the strategy relies on? */
bool search_failed(const struct search *s);

/* Was the search left because to price every point in order costs less? Its front is then that of
 * the points it asked for. */
bool search_gave_up(const struct search *s);

uint64_t search_asked(const struct search *s); /* points handed out */

#endif
