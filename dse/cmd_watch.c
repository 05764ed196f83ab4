/* dse watch: the progress of a sweep that another process runs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "dse/command.h"
#include "dse/run_progress.h"
#include "dse/terminal.h"

static const double EVERY_S = 1, REST_RATIO = 9; /* at most a tenth of the time is spent reading */
enum { QUIET_POLLS = 3, TRIES_MOST = 30 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void rest(double s)
{
    struct timespec t = {(time_t)s, (long)(1e9 * (s - floor(s)))};
    nanosleep(&t, NULL);
}

/* What is known over the time of watching. */
struct watch {
    const char *path;
    char *name;     /* of the run; NULL until it was found */
    bool screen;    /* shows the state in place; else a line per change */
    size_t lines;   /* on the screen */
    double began_s; /* when the first state was read, and when the last change was seen */
    double changed_s;
    uint64_t began_done, done, feasible;
    bool any;     /* a state was read */
    size_t tries; /* to read the first state */
    size_t quiet; /* polls without a change and without a writer */
};

static uint64_t total_of(const struct run_progress *p)
{
    return p->run.last - p->run.first;
}

static bool is_over(const struct run_progress *p)
{
    return *p->run.ended != '\0';
}

/* Points per second while watching; NAN before the first change. */
static double rate_of(const struct watch *w)
{
    double s = w->changed_s - w->began_s;
    return w->done > w->began_done && s > 0 ? (double)(w->done - w->began_done) / s : NAN;
}

static char *duration_text(double s)
{
    if (s < 100)
        return mem_print("%.0f s", s);
    if (s < 6000)
        return mem_print("%.0f min", s / 60);
    return mem_print("%.1f h", s / 3600);
}

/* "412000 of 1000000 points (41.2 %), 31.2 k points/s, 19 s left, 98 % feasible" */
static char *state_text(const struct watch *w, const struct run_progress *p)
{
    uint64_t done = p->run.done, total = total_of(p);
    double rate = rate_of(w);
    char number[48], *speed = mem_text("");
    if (!isnan(rate)) {
        char *left = duration_text((double)(total - done) / rate);
        free(speed);
        speed = is_over(p)
                    ? mem_print(", %s points/s", number_readable(rate, 3, number, sizeof number))
                    : mem_print(", %s points/s, %s left",
                                number_readable(rate, 3, number, sizeof number), left);
        free(left);
    }
    char *text =
        mem_print("%llu of %llu points (%.1f %%)%s, %llu feasible", (unsigned long long)done,
                  (unsigned long long)total, total ? 100 * (double)done / (double)total : 100,
                  speed, (unsigned long long)p->run.feasible);
    free(speed);
    return text;
}

static const char *value_text(const struct field *m, double value, char *text, size_t size)
{
    bool plain = m->unit[0] == '1'; /* "1", "1/s" */
    return isnan(value) ? "-" : quantity_text(value, plain ? "" : m->unit, 4, text, size);
}

/* "best tokens_per_s 1.2 M, system_cost_usd 1.3 MUSD; front 34, hypervolume 0.56" */
static char *reached_text(const struct scenario_progress *s)
{
    char *text = mem_text(s->feasible ? "best" : "none feasible"), value[48];
    for (size_t k = 0; k < s->objectives && s->feasible; k++) {
        const struct field *m = s->objective[k].metric;
        char *longer = mem_print("%s%s %s %s", text, k ? "," : "", m->name,
                                 value_text(m, s->best[k], value, sizeof value));
        free(text);
        text = longer;
    }
    if (s->objectives > 1 && s->front) {
        char *volume =
            isnan(s->hypervolume) ? mem_text("") : mem_print(", hypervolume %.4f", s->hypervolume);
        char *longer = mem_print("%s; front %zu%s", text, s->front, volume);
        free(volume);
        free(text);
        text = longer;
    }
    return text;
}

static void print_bar(double share)
{
    enum { CELLS = 30 };
    bool ascii = terminal_is_ascii();
    printf("[");
    for (int i = 0; i < CELLS; i++)
        fputs(i < share * CELLS ? (ascii ? "#" : "\xe2\x96\x88") : (ascii ? "." : "\xc2\xb7"),
              stdout);
    printf("]\n");
}

/* The newest scenarios are shown, as many as fit: what has scrolled away cannot be replaced. */
static size_t scenarios_most(void)
{
    enum { OTHER_LINES = 6, LINES_EACH = 2, UNKNOWN = 8 };
    size_t height = terminal_height();
    return height == 0                         ? UNKNOWN
           : height < OTHER_LINES + LINES_EACH ? 1
                                               : (height - OTHER_LINES) / LINES_EACH;
}

static void print_screen(struct watch *w, const struct run_progress *p, const char *state)
{
    bool several = p->n > 1;
    uint64_t total = total_of(p);
    screen_begin(w->lines);
    w->lines = 0;
    w->lines += print_lines(2, "%s: %s\n", p->run.name, state);
    print_bar(total ? (double)p->run.done / (double)total : 1);
    w->lines++;
    for (size_t i = p->n > scenarios_most() ? p->n - scenarios_most() : 0; i < p->n; i++) {
        char *reached = reached_text(&p->scenario[i]);
        w->lines += several ? print_lines(4, "  %s: %zu points, %s\n", p->scenario[i].name,
                                          p->scenario[i].points, reached)
                            : print_lines(4, "  %s\n", reached);
        free(reached);
    }
    fflush(stdout);
}

static void print_change(const struct run_progress *p, const char *state)
{
    char *line = mem_text(state);
    for (size_t i = 0; i < p->n; i++) {
        const struct scenario_progress *s = &p->scenario[i];
        char *reached = reached_text(s);
        char *longer = p->n > 1 ? mem_print("%s; %s: %s", line, s->name, reached)
                                : mem_print("%s; %s", line, reached);
        free(reached);
        free(line);
        line = longer;
    }
    print_line(2, "%s\n", line);
    fflush(stdout);
    free(line);
}

static void show(struct watch *w, const struct run_progress *p)
{
    double t = now_s();
    bool changed =
        !w->any || p->run.done != w->done || p->run.feasible != w->feasible || is_over(p);
    if (!w->any) {
        if (!w->name) /* another run may begin meanwhile */
            w->name = mem_text(p->run.name);
        w->began_s = t;
        w->began_done = p->run.done;
    }
    if (changed)
        w->changed_s = t;
    w->quiet = changed || db_is_held(w->path) ? 0 : w->quiet + 1;
    w->any = true;
    w->done = p->run.done;
    w->feasible = p->run.feasible;
    char *state = state_text(w, p);
    if (w->screen)
        print_screen(w, p, state);
    else if (changed)
        print_change(p, state);
    free(state);
}

/* Is a sweep about to begin the run? A store that is just made cannot always be read. */
static bool may_begin(struct watch *w)
{
    return !w->any && w->tries++ < TRIES_MOST && db_is_held(w->path);
}

static int watch(struct watch *w, bool once, struct err *err)
{
    for (;;) {
        struct run_progress p;
        double from = now_s();
        if (run_progress_read(&p, w->path, w->name, err) != 0) {
            if (once || !may_begin(w))
                return -1;
        } else {
            show(w, &p);
            bool over = is_over(&p);
            uint64_t feasible = p.run.feasible;
            run_progress_free(&p);
            if (once || over)
                return over && !feasible ? EXIT_NONE_FEASIBLE : EXIT_DONE;
        }
        if (w->quiet >= QUIET_POLLS) {
            printf("the sweep has stopped: run the same command again to resume\n");
            return EXIT_INTERRUPTED;
        }
        rest(fmax(EVERY_S, REST_RATIO * (now_s() - from)));
    }
}

static int run(const struct args *a, struct err *err)
{
    const char *name = args_value(a, "--run");
    bool once = args_value(a, "--once") != NULL;
    struct watch w = {.path = a->argument[0],
                      .name = name ? mem_text(name) : NULL,
                      .screen = terminal_can_redraw() && !once};
    int rc = watch(&w, once, err);
    free(w.name);
    return rc;
}

static const struct option options[] = {
    {"--run", "NAME", "the run; default: the newest"},
    {"--once", NULL, "show the state once, do not wait"},
    {NULL, NULL, NULL},
};

const struct command cmd_watch = {
    .name = "watch",
    .arguments = "DB",
    .least = 1,
    .most = 1,
    .summary = "the progress of a running sweep, until it ends",
    .example = "  dse sweep big.yaml --db big.db --quiet &\n  dse watch big.db",
    .options = options,
    .run = run,
};
