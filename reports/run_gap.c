#include "reports/run_gap.h"

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
