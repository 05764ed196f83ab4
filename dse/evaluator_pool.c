#include "dse/evaluator_pool.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

enum {
    ANSWER_MOST = 1 << 24,
    LOOK_MS = 200,
    NOT_EXECUTABLE = 126,
    NOT_FOUND = 127,
    SIGNALLED = 128
};
static const double FAREWELL_S = 1; /* for a process to end by itself */

struct worker {
    pid_t pid; /* 0: not running */
    int to, from;
    bool busy;
    size_t answers; /* of this process */
    size_t question, sent;
    double deadline_s;
    char *line;
    size_t used, room;
};

struct pool {
    struct pool_command with;
    struct worker *worker;
};

/* One call of pool_ask. */
struct asking {
    struct pool *pool;
    const struct pool_questions *q;
    enum { WAITING, ASKED, OVER } * state; /* of each question */
    size_t *tries;
    size_t over;
    struct pollfd *poll;
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

struct pool *pool_open(const struct pool_command *with)
{
    struct pool *p = mem_alloc(1, sizeof *p);
    p->with = *with;
    p->worker = mem_alloc(with->processes, sizeof *p->worker);
    return p;
}

/* ---- processes ---- */

/* In the child: never returns. */
static void run_command(const struct pool_command *with, int in, int out)
{
    setpgid(0, 0); /* to be killed with what it starts; a Ctrl-C is for dse alone */
    signal(SIGPIPE, SIG_DFL);
    if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
        (!*with->folder || chdir(with->folder) == 0))
        execl("/bin/sh", "sh", "-c", with->command, (char *)NULL);
    _exit(NOT_FOUND);
}

static void close_pair(const int pair[2])
{
    close(pair[0]);
    close(pair[1]);
}

static int start(struct pool *p, struct worker *w, struct err *err)
{
    int in[2], out[2];
    if (pipe(in) != 0)
        return fail_io(err, "%s: cannot be started: %s", p->with.command, strerror(errno));
    if (pipe(out) != 0) {
        close_pair(in);
        return fail_io(err, "%s: cannot be started: %s", p->with.command, strerror(errno));
    }
    const int all[] = {in[0], in[1], out[0], out[1]}; /* other processes must not keep them open */
    for (size_t i = 0; i < LEN(all); i++)
        fcntl(all[i], F_SETFD, FD_CLOEXEC);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        run_command(&p->with, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    if (pid < 0) {
        close(in[1]);
        close(out[0]);
        return fail_io(err, "%s: cannot be started: %s", p->with.command, strerror(errno));
    }
    setpgid(pid, pid);
    fcntl(in[1], F_SETFL, O_NONBLOCK);
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    w->pid = pid;
    w->to = in[1];
    w->from = out[0];
    w->used = w->answers = 0;
    return 0;
}

/* Ends a process and what it has started. Returns its status, as of waitpid. */
static int end(struct worker *w)
{
    int status = 0;
    kill(-w->pid, SIGKILL);
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    close(w->to);
    close(w->from);
    w->pid = 0;
    w->busy = false;
    return status;
}

/* A process that ended by itself; its status. */
static int gather(struct worker *w)
{
    int status = 0;
    double until = now_s() + FAREWELL_S;
    while (now_s() < until) {
        pid_t pid = waitpid(w->pid, &status, WNOHANG);
        if (pid == w->pid) {
            kill(-w->pid, SIGKILL); /* what it has left behind */
            close(w->to);
            close(w->from);
            w->pid = 0;
            w->busy = false;
            return status;
        }
        poll(NULL, 0, 1);
    }
    return end(w);
}

void pool_close(struct pool *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->with.processes; i++) {
        struct worker *w = &p->worker[i];
        if (w->pid && !w->busy) {
            close(w->to); /* the end of its input */
            w->to = open("/dev/null", O_WRONLY | O_CLOEXEC);
            gather(w);
        } else if (w->pid) {
            end(w);
        }
        free(w->line);
    }
    free(p->worker);
    free(p);
}

/* ---- questions ---- */

static void finish(struct asking *a, size_t question)
{
    a->state[question] = OVER;
    a->over++;
}

/* The worker has failed: its question is asked again, or given up. */
static void retry(struct asking *a, struct worker *w, const char *why)
{
    size_t i = w->question;
    w->busy = false;
    if (a->tries[i]++ < a->pool->with.retries) {
        a->state[i] = WAITING;
        return;
    }
    a->q->give_up(a->q->ctx, i, why);
    finish(a, i);
}

static int on_end(struct asking *a, struct worker *w, struct err *err)
{
    char why[80];
    int status = gather(w);
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    if (w->answers) { /* it may answer one question, or some, and end */
        a->state[w->question] = WAITING;
        return 0;
    }
    if (code == NOT_EXECUTABLE || code == NOT_FOUND)
        return fail(err, "%s cannot be run: give a program, or a path from the study's folder",
                    a->pool->with.command);
    int ended_by = WIFSIGNALED(status) ? WTERMSIG(status)
                   : code > SIGNALLED  ? code - SIGNALLED /* so a shell says it */
                                       : 0;
    if (ended_by)
        snprintf(why, sizeof why, "was ended by signal %d", ended_by);
    else
        snprintf(why, sizeof why, "ended with status %d before it answered", code);
    retry(a, w, why);
    return 0;
}

/* A whole line has arrived. */
static void on_line(struct asking *a, struct worker *w, char *line)
{
    struct err why;
    if (a->q->take(a->q->ctx, w->question, line, &why) == 0) {
        finish(a, w->question);
        w->busy = false;
        w->answers++;
    } else {
        end(w);
        retry(a, w, why.text);
    }
}

static int on_input(struct asking *a, struct worker *w, struct err *err)
{
    enum { PIECE = 65536 };
    if (w->room - w->used < PIECE + 1)
        w->line = mem_grow(w->line, w->room = 2 * w->room + PIECE + 1, 1);
    ssize_t n = read(w->from, w->line + w->used, PIECE);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n <= 0)
        return on_end(a, w, err);
    char *line_end = memchr(w->line + w->used, '\n', (size_t)n);
    w->used += (size_t)n;
    if (line_end) {
        size_t length = (size_t)(line_end - w->line);
        *line_end = '\0';
        bool more = length + 1 < w->used, zero = strlen(w->line) < length;
        w->used = 0;
        on_line(a, w, zero ? strcpy(w->line, "a NUL byte") : w->line);
        if (more && w->pid) /* what follows belongs to no question */
            end(w);
    } else if (w->used > ANSWER_MOST) {
        end(w);
        retry(a, w, "answered more than 16 MiB in a line");
    }
    return 0;
}

static void send_more(const struct asking *a, struct worker *w)
{
    const char *line = a->q->line[w->question];
    ssize_t n = write(w->to, line + w->sent, strlen(line) - w->sent);
    if (n > 0)
        w->sent += (size_t)n;
    else if (n < 0 && errno != EAGAIN && errno != EINTR)
        w->sent = strlen(line); /* it has ended, which its output says */
}

/* Gives the next question to each idle worker. */
static int hand_out(struct asking *a, struct err *err)
{
    struct pool *p = a->pool;
    size_t next = 0;
    for (size_t k = 0; k < p->with.processes; k++) {
        struct worker *w = &p->worker[k];
        if (w->busy)
            continue;
        while (next < a->q->n && a->state[next] != WAITING)
            next++;
        if (next == a->q->n)
            return 0;
        if (!w->pid && start(p, w, err) != 0)
            return -1;
        a->state[next] = ASKED;
        w->busy = true;
        w->question = next;
        w->sent = w->used = 0;
        w->deadline_s = now_s() + p->with.timeout_s;
        send_more(a, w);
    }
    return 0;
}

static int wait_for_answers(struct asking *a, struct err *err)
{
    struct pool *p = a->pool;
    double now = now_s(), first = now + LOOK_MS / 1000.0;
    for (size_t k = 0; k < p->with.processes; k++) {
        const struct worker *w = &p->worker[k];
        bool sends = w->busy && a->q->line[w->question][w->sent];
        a->poll[2 * k] = (struct pollfd){w->busy ? w->from : -1, POLLIN, 0};
        a->poll[2 * k + 1] = (struct pollfd){sends ? w->to : -1, POLLOUT, 0};
        if (w->busy)
            first = fmin(first, w->deadline_s);
    }
    poll(a->poll, (nfds_t)(2 * p->with.processes), (int)ceil(1000 * fmax(0, first - now)));
    now = now_s();
    for (size_t k = 0; k < p->with.processes; k++) {
        struct worker *w = &p->worker[k];
        if (a->poll[2 * k + 1].revents)
            send_more(a, w);
        if (a->poll[2 * k].revents && on_input(a, w, err) != 0)
            return -1;
        if (w->busy && now > w->deadline_s) {
            char why[80];
            snprintf(why, sizeof why, "gave no answer within %g s", p->with.timeout_s);
            end(w);
            retry(a, w, why);
        }
    }
    return 0;
}

int pool_ask(struct pool *p, const struct pool_questions *q, struct err *err)
{
    struct asking a = {.pool = p,
                       .q = q,
                       .state = mem_alloc(q->n, sizeof *a.state),
                       .tries = mem_alloc(q->n, sizeof *a.tries),
                       .poll = mem_alloc(2 * p->with.processes, sizeof *a.poll)};
    int rc = 0;
    while (rc == 0 && a.over < q->n) {
        rc = *p->with.stop ? 1 : hand_out(&a, err) != 0 || wait_for_answers(&a, err) != 0 ? -1 : 0;
    }
    for (size_t k = 0; rc != 0 && k < p->with.processes; k++)
        if (p->worker[k].busy)
            end(&p->worker[k]);
    free(a.state);
    free(a.tries);
    free(a.poll);
    return rc;
}
