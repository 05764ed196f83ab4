#include "reports/payoff/range.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/payoff/setting.h"

double range_value(const struct range *r, size_t i, size_t steps)
{
    double t = steps > 1 ? (double)i / (double)(steps - 1) : 0;
    double x = r->from > 0 ? r->from * pow(r->to / r->from, t) : r->from + t * (r->to - r->from);
    return r->whole ? round(x) : x;
}

/* The default range extends this many times below and above the study's value (assumed). */
static const double AROUND = 16;

int range_read(struct range *out, const struct study *s, const char *text, const char *what,
               struct err *err)
{
    const char *equals = strchr(text, '='), *colon = equals ? strchr(equals, ':') : NULL;
    const struct field *f;
    struct err inner;
    char *path = mem_text(text), *from = NULL;
    int rc = -1;

    if (equals)
        path[equals - text] = '\0';
    if (setting_check(path, &f, &inner) != 0) {
        fail(err, "%s %s: %s: %s", what, text, path, inner.text);
        goto done;
    }
    *out = (struct range){.unit = strcmp(f->unit, "1") ? f->unit : "", .whole = f->whole};
    if (equals) {
        if (!colon) {
            fail(err, "%s %s: %s: the range is not FROM:TO", what, text, path);
            goto done;
        }
        from = mem_text(equals + 1);
        from[colon - equals - 1] = '\0';
        if (field_parse(f, from, &out->from, &inner) != 0 ||
            field_parse(f, colon + 1, &out->to, &inner) != 0) {
            fail(err, "%s %s: %s: %s", what, text, path, inner.text);
            goto done;
        }
    } else {
        double value = setting_value(s, path);
        out->from = fmax(value / AROUND, f->lo);
        out->to = fmin(value * AROUND, f->hi);
    }
    rc = out->from < out->to ? 0
                             : fail(err, "%s %s: %s: the range %g to %g is empty: give FROM:TO",
                                    what, text, path, out->from, out->to);
    if (rc == 0) {
        out->path = path; /* caller frees */
        path = NULL;
    }
done:
    free(from);
    free(path);
    return rc;
}
