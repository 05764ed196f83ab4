/* Ranks of MPI (dse/ranks.h). Rank 0 cuts the points that a strategy asks for into a piece for each
 * rank, keeps the first and sends the others; rows come back as they are, so the store has the same
 * bytes as that of one process. */
#include <fcntl.h>
#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "dse/command.h"
#include "dse/ranks.h"

enum { TAG_ORDER, TAG_GENES, TAG_ROWS };

/* What rank 0 asks of another. `points` 0: end. */
enum { ORDER_SCENARIO, ORDER_POINTS, ORDER_RELAXED, ORDER_LENGTH };

static struct {
    int count, self; /* count 0: MPI was not started */
    bool agreed;
    const volatile sig_atomic_t *stop; /* of ranks_price */
    struct study *base;
    double *own; /* rows of the piece that rank 0 keeps */
    size_t own_room;
} ranks;

static void be_silent(void)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null >= 0) {
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        close(null);
    }
}

int ranks_begin(struct err *err)
{
    if (!getenv("PMIX_RANK") && !getenv("PMI_RANK"))
        return 0;
    if (MPI_Init(NULL, NULL) != MPI_SUCCESS)
        return fail_io(err, "dse sweep: MPI does not start");
    MPI_Comm_size(MPI_COMM_WORLD, &ranks.count);
    MPI_Comm_rank(MPI_COMM_WORLD, &ranks.self);
    if (ranks.self == 0)
        return 0;
    be_silent();
    signal(SIGINT, SIG_IGN); /* rank 0 decides */
    signal(SIGUSR1, SIG_IGN);
    return 0;
}

size_t ranks_count(void)
{
    return ranks.count > 1 ? (size_t)ranks.count : 1;
}

bool ranks_lead(void)
{
    return ranks.self == 0;
}

/* Tells rank 0 the hash of this rank's study, 0 if it has none. All learn whether they go on; rank
 * 0 also learns the first rank whose study is another. */
static bool agree(uint64_t hash, int *other)
{
    uint64_t *all = mem_alloc((size_t)ranks.count, sizeof *all);
    MPI_Gather(&hash, 1, MPI_UINT64_T, all, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
    *other = 0;
    for (int i = 1; i < ranks.count && ranks.self == 0 && !*other; i++)
        *other = all[i] != hash ? i : 0;
    free(all);
    int go = ranks.self == 0 && hash && !*other;
    MPI_Bcast(&go, 1, MPI_INT, 0, MPI_COMM_WORLD);
    ranks.agreed = true;
    return go;
}

int ranks_agree(struct study *base, struct err *err)
{
    int other;
    ranks.base = base;
    if (ranks.count == 0 || agree(hash_text(base->text) | 1, &other))
        return 0;
    return fail(err,
                "dse sweep: rank %d cannot read the same study: its files must be on every machine",
                other);
}

/* Waits without using the core, which may be another rank's. False if *stop becomes SIGTERM. */
static bool wait_for(MPI_Request *request, const volatile sig_atomic_t *stop)
{
    enum { SPINS = 200, NAP_NS = 20000 };
    int done = 0;
    for (int i = 0; MPI_Test(request, &done, MPI_STATUS_IGNORE) == MPI_SUCCESS && !done; i++) {
        if (stop && *stop == SIGTERM)
            return false;
        if (i < SPINS)
            sched_yield();
        else
            nanosleep(&(struct timespec){0, NAP_NS}, NULL);
    }
    return true;
}

/* ---- rank 0 ---- */

static size_t piece_first(size_t n, int rank)
{
    return n * (size_t)rank / (size_t)ranks.count;
}

static bool send_piece(const struct explore *e, int rank, const double *genes, size_t count)
{
    uint64_t order[ORDER_LENGTH] = {0, count, e->problem.relaxed};
    MPI_Request sent[2];
    while (study_scenario(ranks.base, order[ORDER_SCENARIO]) != e->study)
        order[ORDER_SCENARIO]++;
    MPI_Isend(order, ORDER_LENGTH, MPI_UINT64_T, rank, TAG_ORDER, MPI_COMM_WORLD, &sent[0]);
    MPI_Isend(genes, (int)(count * e->study->axes), MPI_DOUBLE, rank, TAG_GENES, MPI_COMM_WORLD,
              &sent[1]);
    return wait_for(&sent[0], ranks.stop) && wait_for(&sent[1], ranks.stop);
}

static bool receive_piece(const struct explore *e, size_t n, int rank, double *rows)
{
    size_t stride = e->columns->stride, from = piece_first(n, rank);
    size_t count = piece_first(n, rank + 1) - from;
    bool whole = true;
    for (size_t k = 0; k < explore_rows(e) && whole; k++) {
        MPI_Request received;
        MPI_Irecv(rows + (k * n + from) * stride, (int)(count * stride), MPI_DOUBLE, rank, TAG_ROWS,
                  MPI_COMM_WORLD, &received);
        whole = wait_for(&received, ranks.stop);
    }
    return whole;
}

/* At once, since mpirun kills this rank within a second. */
static bool say_lost(void)
{
    fputs("dse sweep: a rank was lost: what was priced is stored: run the same command again to "
          "resume\n",
          stderr);
    return false;
}

static void price_own(struct explore *e, size_t n, size_t count, const double *genes, double *rows,
                      double *outcomes, size_t jobs)
{
    size_t stride = e->columns->stride, each = explore_rows(e);
    if (each * count * stride > ranks.own_room) {
        ranks.own_room = each * count * stride;
        ranks.own = mem_grow(ranks.own, ranks.own_room, sizeof *ranks.own);
    }
    explore_price(e, count, genes, ranks.own, outcomes, jobs);
    for (size_t k = 0; k < each; k++)
        memcpy(rows + k * n * stride, ranks.own + k * count * stride,
               count * stride * sizeof *rows);
}

bool ranks_price(struct explore *e, size_t n, const double *genes, double *rows, double *outcomes,
                 size_t jobs, const volatile sig_atomic_t *stop)
{
    ranks.stop = stop;
    if (ranks.count < 2 || n < (size_t)ranks.count) {
        explore_price(e, n, genes, rows, outcomes, jobs);
        return true;
    }
    for (int i = 1; i < ranks.count; i++) {
        size_t from = piece_first(n, i);
        if (!send_piece(e, i, genes + from * e->study->axes, piece_first(n, i + 1) - from))
            return say_lost();
    }
    price_own(e, n, piece_first(n, 1), genes, rows, outcomes, jobs);
    for (int i = 1; i < ranks.count; i++)
        if (!receive_piece(e, n, i, rows))
            return say_lost();
    explore_outcomes(e, explore_rows(e) * n, rows, outcomes);
    return true;
}

/* ---- the others ---- */

struct server {
    uint64_t scenario; /* of `explore` and `columns`, if `made` */
    bool made;
    struct explore explore;
    struct columns columns;
    double *genes, *rows, *outcomes;
};

static void take_scenario(struct server *s, uint64_t scenario)
{
    if (s->made && s->scenario == scenario)
        return;
    if (s->made)
        explore_free(&s->explore);
    const struct study *study = study_scenario(ranks.base, scenario);
    columns_make(&s->columns, study);
    explore_make(&s->explore, study, &s->columns);
    s->scenario = scenario;
    s->made = true;
}

static void price_piece(struct server *s, size_t n, size_t jobs)
{
    const struct problem *p = &s->explore.problem;
    size_t stride = s->columns.stride, each = explore_rows(&s->explore);
    s->genes = mem_grow(s->genes, n * (p->genes + 1), sizeof *s->genes);
    s->rows = mem_grow(s->rows, each * n * stride, sizeof *s->rows);
    s->outcomes =
        mem_grow(s->outcomes, each * n * (p->objectives + p->limits + 1), sizeof *s->outcomes);
    MPI_Recv(s->genes, (int)(n * p->genes), MPI_DOUBLE, 0, TAG_GENES, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
    explore_price(&s->explore, n, s->genes, s->rows, s->outcomes, jobs);
    for (size_t k = 0; k < each; k++)
        MPI_Send(s->rows + k * n * stride, (int)(n * stride), MPI_DOUBLE, 0, TAG_ROWS,
                 MPI_COMM_WORLD);
}

void ranks_serve(size_t jobs)
{
    struct server *s = mem_alloc(1, sizeof *s);
    for (;;) {
        uint64_t order[ORDER_LENGTH];
        MPI_Request request;
        MPI_Irecv(order, ORDER_LENGTH, MPI_UINT64_T, 0, TAG_ORDER, MPI_COMM_WORLD, &request);
        wait_for(&request, NULL);
        if (order[ORDER_POINTS] == 0)
            break;
        take_scenario(s, order[ORDER_SCENARIO]);
        s->explore.problem.relaxed = order[ORDER_RELAXED] != 0;
        price_piece(s, order[ORDER_POINTS], jobs);
    }
    if (s->made)
        explore_free(&s->explore);
    free(s->genes);
    free(s->rows);
    free(s->outcomes);
    free(s);
}

/* ---- the end ---- */

void ranks_end(void)
{
    static const uint64_t end[ORDER_LENGTH];
    int other;
    if (ranks.count == 0)
        return;
    if (ranks.count > 1 && ranks.stop && *ranks.stop == SIGTERM) { /* MPI_Finalize would wait */
        fflush(stdout);
        _exit(EXIT_INTERRUPTED);
    }
    bool went = ranks.agreed;
    if (!went)
        agree(0, &other);
    for (int i = 1; i < ranks.count && went && ranks.self == 0; i++)
        MPI_Send(end, ORDER_LENGTH, MPI_UINT64_T, i, TAG_ORDER, MPI_COMM_WORLD);
    free(ranks.own);
    MPI_Finalize();
}
