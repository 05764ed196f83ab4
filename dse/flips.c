#include "dse/flips.h"

#include <stdlib.h>

#include "dse/file.h"
#include "dse/terminal.h"
#include "reports/figures/flips_map.h"
#include "reports/payoff/payoff_flips.h"
#include "reports/payoff/payoff_summary.h"

static int draw(FILE *out, void *ctx)
{
    flips_svg(ctx, out);
    return ferror(out) ? -1 : 0;
}

static void print(const struct flips *f, enum format format)
{
    struct table t;
    bool for_people = format == FORMAT_TABLE || format == FORMAT_MD;
    if (format == FORMAT_TABLE)
        printf("The best engine of each model and P (budget: %s) in every scenario.\n"
               "?: too close to call; -: does not pay; *: another verdict than in base.\n\n",
               budget_text[f->payoff->budget]);
    (for_people ? flips_table : flips_rows_table)(f, &t);
    print_table(&t, format, for_people ? 1 : 0);
    table_free(&t);
    char *caveats = payoff_caveats(f->payoff);
    if (for_people && *caveats)
        print_line(2, "\n%s\n", caveats);
    free(caveats);
}

int flips_print(const struct payoff *p, enum format format, const char *picture, struct err *err)
{
    struct flips f;
    int rc = 0;
    if (p->none) {
        print_line(0, "%s\n", p->none);
        return 0;
    }
    flips_make(&f, p);
    if (picture) {
        rc = file_write(picture, draw, &f, err);
        if (rc == 0)
            printf("%s\n", picture);
    } else {
        print(&f, format);
    }
    flips_free(&f);
    return rc;
}
