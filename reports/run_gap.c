#include "reports/run_gap.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

char *run_gap_text(const struct db_run *run)
{
    bool ended = *run->ended, shard = run->last - run->first != run->space;
    if (ended && !shard)
        return NULL;
    return mem_print("%llu of %llu points are priced%s, so answers may change: %s",
                     (unsigned long long)run->done, (unsigned long long)run->space,
                     shard ? ", those of one shard" : "",
                     !shard  ? "run the same dse sweep again to resume"
                     : ended ? "join all shards with dse merge"
                             : "run the same dse sweep again to resume, then join all shards with "
                               "dse merge");
}

char *run_front_text(const struct db_run *run)
{
    if (strcmp(run->keep, "front") != 0)
        return NULL;
    return mem_text("keep: front has kept only the front of all points together, so designs and "
                    "answers of single models, workloads and engines may be missing: sweep with "
                    "keep: feasible for these");
}

char *run_lacks_text(const struct db_run *run)
{
    char *gap = run_gap_text(run), *front = run_front_text(run);
    if (!gap || !front)
        return gap ? gap : front;
    char *both = mem_print("%s; %s", gap, front);
    free(gap);
    free(front);
    return both;
}
