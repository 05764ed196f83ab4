/* The live page of a run: one self-contained HTML file with data, scripts and, for readers without
 * scripts, the content of the static page. A content security policy lets it load nothing and run
 * only the scripts that the build put into the program. */
#ifndef REPORTS_PAGE_LIVE_PAGE_H
#define REPORTS_PAGE_LIVE_PAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "reports/page.h"
#include "reports/page/page_data.h"

/* Has the build found the library of charts? If not, there is only the static page. */
bool live_page_is_built(void);

/* What pages of this build lack, and what to do; NULL: nothing. */
const char *live_page_lacks(void);

/* Returns 0, or -1 if writing failed. */
int live_page_html(const struct page *fallback, const struct page_data *data, FILE *out);

#endif
