/* Runs a strategy by ask and tell: asks it for points, numbers them, tells it their outcomes and
 * keeps the front. The caller prices the points, with any number of threads. */
#ifndef SEARCH_STRATEGIES_ASK_TELL_H
#define SEARCH_STRATEGIES_ASK_TELL_H

#include "base/err.h"
#include "search/strategies/strategy.h"

enum { SEARCH_BATCH = 4096 }; /* points of one ask at most */

/* NULL if there is no strategy of this name. */
const struct strategy *strategy_find(const char *name);

/* Can the strategy search this problem? err->text is "WHAT: RIGHT". */
int search_check(const struct strategy *with, const struct problem *p, struct err *err);

/* Copies the problem but borrows what it points to. Caller closes. */
struct search *search_open(const struct strategy *with, const struct problem *p);
void search_close(struct search *s); /* takes NULL */

/* The next points, genes[n][problem.genes], borrowed until the next call; 0: the search is over. */
size_t search_ask(struct search *s, const double **genes);

/* The number of point i of the last ask. */
uint64_t search_number(const struct search *s, size_t i);

/* Tells the outcomes[n][objectives + limits] of the last ask. joined[i]: point i joined the front;
 * archive_removed lists the numbers that have left it since. */
void search_tell(struct search *s, const double *outcomes, bool *joined);

/* The front, for archive_removed and archive_forget; NULL without objectives. */
struct archive *search_front(struct search *s);

/* The hypervolume of the front and its share of the box (front_progress.h). */
double search_volume(const struct search *s, double *share);

/* Why the search is over; NULL if it is not. */
const char *search_over(const struct search *s);

/* Did the problem violate an assumption of the strategy? */
bool search_failed(const struct search *s);

/* Did the search stop because pricing every point in order costs less? Its front then covers only
 * the points it asked for. */
bool search_gave_up(const struct search *s);

uint64_t search_asked(const struct search *s); /* points handed out */

#endif
