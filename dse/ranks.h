/* The processes of one sweep, as mpirun starts them: rank 0 searches and writes the store, all
 * ranks price its points. Built with -DDSE_MPI=ON; else there is one process, and only dse/mpi.c
 * knows MPI. */
#ifndef DSE_RANKS_H
#define DSE_RANKS_H

#include <signal.h>
#include <stdbool.h>

#include "search/study_problem.h"

#ifdef DSE_MPI

/* Joins the other processes, if mpirun or srun started this one. All but rank 0 become silent. */
int ranks_begin(struct err *err);

size_t ranks_count(void);
bool ranks_lead(void); /* is this rank 0? */

/* Called by every rank, with the study that it is about to sweep: the same for all, or it fails at
 * rank 0. */
int ranks_agree(struct study *base, struct err *err);

/* At other ranks: prices what rank 0 sends, until it ends. */
void ranks_serve(size_t jobs);

/* At rank 0: as explore_price, by all ranks. False if it was given up because *signal has become
 * SIGTERM: mpirun ends all ranks because one was lost. */
bool ranks_price(struct explore *e, size_t n, const double *genes, double *rows, double *outcomes,
                 size_t jobs, const volatile sig_atomic_t *signal);

/* Ends the other ranks and MPI; the process ends here if a rank was lost. */
void ranks_end(void);

#else

#include <stdlib.h>

#include "base/err.h"

static inline int ranks_begin(struct err *err)
{
    const char *open_mpi = getenv("OMPI_COMM_WORLD_SIZE"), *other = getenv("PMI_SIZE");
    const char *size = open_mpi ? open_mpi : other;
    return !size || atoi(size) < 2 // NOLINT(cert-err34-c): a number from MPI
               ? 0
               : fail(err,
                      "dse sweep: several processes, but this dse is built without MPI: build it "
                      "with -DDSE_MPI=ON, or give each its --shard");
}

static inline size_t ranks_count(void)
{
    return 1;
}

static inline bool ranks_lead(void)
{
    return true;
}

static inline int ranks_agree(struct study *base, struct err *err)
{
    (void)base;
    (void)err;
    return 0;
}

static inline void ranks_serve(size_t jobs)
{
    (void)jobs;
}

static inline bool ranks_price(struct explore *e, size_t n, const double *genes, double *rows,
                               double *outcomes, size_t jobs, const volatile sig_atomic_t *signal)
{
    (void)signal;
    explore_price(e, n, genes, rows, outcomes, jobs);
    return true;
}

static inline void ranks_end(void)
{
}

#endif
#endif
