/* A sweep as jobs of Slurm: an array of tasks, each with a part of the points and a store of its
 * own, and a job that merges the stores. */
#ifndef DSE_SLURM_H
#define DSE_SLURM_H

#include <stddef.h>

#include "base/err.h"

enum { SLURM_TASKS_MOST = 1000 }; /* Slurm's default MaxArraySize, and what dse merge can take */

struct slurm_sweep {
    const char *name;      /* of the study */
    const char *program;   /* path of dse */
    const char *catalogue; /* $DSE_CATALOGUE, or NULL */
    const char *folder;    /* absolute; the paths below are relative to it */
    const char *study, *db, *parts;
    const char *seed;      /* or NULL: the study's */
    const char *arguments; /* of sbatch, as the user gave them; or NULL */
    size_t tasks, cpus;
};

/* The scripts of the array and of the merge. Caller frees. */
char *slurm_array_script(const struct slurm_sweep *s);
char *slurm_merge_script(const struct slurm_sweep *s);

/* Is sbatch there? */
int slurm_check(struct err *err);

/* Runs sbatch in `folder` on a script there; `after`: the job that must succeed first, or NULL.
 * `out`: the number of the job. sbatch prints its own errors. */
int slurm_submit(const char *folder, const char *script, const char *after, char out[32],
                 struct err *err);

#endif
