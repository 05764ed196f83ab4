#include "dse/refine.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/sides.h"

struct refine {
    struct study *study;
};

int refine_open(struct refine **out, const struct db_run *run, struct catalogue *c, struct err *err)
{
    struct study *s;
    if (study_parse(&s, run->name, run->spec, c, err) != 0)
        return -1;
    *out = mem_alloc(1, sizeof **out);
    (*out)->study = s;
    return 0;
}

void refine_close(struct refine *r)
{
    if (r)
        study_free(r->study);
    free(r);
}

const struct study *refine_study(const struct refine *r)
{
    return r->study;
}

int refine_contest(void *ctx, const struct payoff *p, const struct cell *key,
                   const struct payoff_setting *set, size_t n, struct contest *out)
{
    const struct refine *r = ctx;
    struct setting *all = mem_alloc(p->by_n + n + 1, sizeof *all);
    const char *engine = NULL;
    size_t count = 0;
    struct err ignored;

    for (size_t k = 0; k < p->by_n; k++) {
        bool set_anew = false;
        for (size_t i = 0; i < n; i++)
            set_anew = set_anew || path_is(p->by[k], set[i].axis);
        if (!strcmp(p->by[k], "engine") && key[k].kind == CELL_TEXT)
            engine = key[k].text; /* one engine against none */
        else if (key[k].kind != CELL_NULL && !set_anew)
            all[count++] = (struct setting){
                p->by[k], key[k].kind == CELL_TEXT ? key[k].text : NULL, key[k].number};
    }
    for (size_t i = 0; i < n; i++)
        all[count++] = (struct setting){set[i].axis, NULL, set[i].x};
    int rc =
        sides_gather(out, r->study, all, count, NULL, 0, engine, p->budget, &ignored);
    free(all);
    return rc;
}
