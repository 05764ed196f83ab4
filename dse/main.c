#define _XOPEN_SOURCE 700
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/field.h"
#include "base/mem.h"
#include "base/text.h"
#include "dse/command.h"
#include "dse/file.h"
#include "reports/run_gap.h"

/* clang-format off */
const struct command *const commands[] = {
    &cmd_eval,
    &cmd_sweep,
    &cmd_submit,
    &cmd_watch,
    &cmd_query,
    &cmd_pareto,
    &cmd_payoff,
    &cmd_recommend,
    &cmd_report,
    &cmd_compare,
    &cmd_list,
    &cmd_merge,
    &cmd_check,
    &cmd_import,
    &cmd_sensitivity,
    &cmd_validate,
    &cmd_calibrate,
    &cmd_man,
    &cmd_completion,
    NULL,
};

const struct exit_status exit_statuses[] = {
    {EXIT_DONE, "done"},
    {EXIT_COULD_NOT, "failed (I/O, full disk, damaged store)"},
    {EXIT_BAD_INPUT, "bad usage or input"},
    {EXIT_NONE_FEASIBLE, "nothing feasible"},
    {EXIT_INTERRUPTED, "interrupted"},
    {0, NULL},
};
/* clang-format on */

const char program_summary[] =
    "explores accelerator designs and shows where attention hardware stops paying off";
const char program_example[] = "  dse eval --set model=deepseek-r1 --set engine=duplex";

static void help(FILE *out)
{
    fprintf(out, "dse: %s\n\nusage: dse COMMAND [ARGUMENT...] [--OPTION...]\n\n", program_summary);
    for (const struct command *const *c = commands; *c; c++)
        fprintf(out, "  %-11s %s\n", (*c)->name, (*c)->summary);
    fputs("\n`dse COMMAND --help` shows options and an example.\nExit status: ", out);
    for (const struct exit_status *s = exit_statuses; s->meaning; s++)
        fprintf(out, "%s%d %s", s == exit_statuses ? "" : ", ", s->status, s->meaning);
    fprintf(out, ".\n\nexample:\n%s\n", program_example);
}

static void command_help(const struct command *c)
{
    printf("dse %s: %s\n\nusage: dse %s%s%s [OPTION...]\n\n", c->name, c->summary, c->name,
           *c->arguments ? " " : "", c->arguments);
    for (const struct option *o = c->options; o->name; o++) {
        char *left = mem_print("%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
        printf("  %-30s %s\n", left, o->doc);
        free(left);
    }
    printf("  %-30s %s\n\nexample:\n%s\n", "--help", "this text", c->example);
}

const char *args_each(const struct args *a, const char *option, size_t i)
{
    for (size_t j = 0; j < a->given; j++)
        if (!strcmp(a->option[j].option->name, option) && i-- == 0)
            return a->option[j].value;
    return NULL;
}

const char *args_value(const struct args *a, const char *option)
{
    return args_each(a, option, 0);
}

int args_clash(const struct args *a, const struct clash *rows, struct err *err)
{
    for (const struct clash *c = rows; c->option; c++)
        if (args_value(a, c->option) && args_value(a, c->with))
            return fail(err, "dse %s: %s: has no effect with %s: leave one of them out",
                        a->command->name, c->option, c->with);
    return 0;
}

int args_whole(const struct args *a, const char *option, double lo, double hi, double init,
               double *out, struct err *err)
{
    const char *text = args_value(a, option);
    const struct field f = {.name = option, .unit = "1", .lo = lo, .hi = hi, .whole = true};
    struct err inner;

    *out = init;
    if (!text || field_parse(&f, text, out, &inner) == 0)
        return 0;
    return fail(err, "dse %s: %s: %s", a->command->name, option, inner.text);
}

int args_jobs(const struct args *a, double *out, struct err *err)
{
    return args_whole(a, "--jobs", 1, 1024, (double)sysconf(_SC_NPROCESSORS_ONLN), out, err);
}

int args_where(const struct args *a, struct db *db, char **out, struct err *err)
{
    const char *text = args_value(a, "--where");
    *out = NULL;
    return text ? db_where(db, text, out, err) : 0;
}

/* Restricts the store to the scenarios of --scenario, repeated or in a comma-separated list. */
static int only_scenarios(const struct args *a, struct db *db, struct db_run *run, struct err *err)
{
    const char *given, *name[ARGS_MOST];
    char *copy[ARGS_MOST];
    size_t n = 0, copies = 0;
    struct err inner;
    int rc = 0;
    while ((given = args_each(a, "--scenario", copies))) {
        char *at = copy[copies++] = mem_text(given);
        for (char *comma; at && rc == 0; at = comma) {
            comma = strchr(at, ',');
            if (comma)
                *comma++ = '\0';
            if (n == ARGS_MOST)
                rc = fail(&inner, "over %d names: give fewer", ARGS_MOST);
            else
                name[n++] = at;
        }
    }
    if (rc == 0 && n)
        rc = db_only_scenarios(db, run, name, n, &inner);
    for (size_t i = 0; i < copies; i++)
        free(copy[i]);
    if (rc == 0)
        return 0;
    if (inner.status == STATUS_INPUT)
        return fail(err, "dse %s: --scenario: %s", a->command->name, inner.text);
    *err = inner;
    return -1;
}

/* Printed once the command has answered: a failure is one line. */
static char *gaps;

/* Adds a text, which it frees. */
static void add_gap(const char *path, const struct db_run *run, char *gap)
{
    if (!gap)
        return;
    char *longer = mem_print("%s%s: run %s: %s\n", gaps ? gaps : "", path, run->name, gap);
    free(gaps);
    free(gap);
    gaps = longer;
}

void args_run_gap(const char *path, const struct db_run *run)
{
    add_gap(path, run, run_gap_text(run));
}

void args_run_front(const char *path, const struct db_run *run)
{
    add_gap(path, run, run_front_text(run));
}

int args_run(const struct args *a, struct db *db, struct db_run *out, struct err *err)
{
    if (db_run_find(db, args_value(a, "--run"), out, err) != 0)
        return -1;
    if (db_check_points(db, out, false, err) == 0 && only_scenarios(a, db, out, err) == 0) {
        args_run_gap(a->argument[0], out);
        return 0;
    }
    db_run_free(out);
    return -1;
}

int args_format(const struct args *a, enum format init, enum format *out, struct err *err)
{
    const char *text = args_value(a, "--format");
    struct err inner;

    *out = init;
    if (text && format_parse(text, out, &inner) != 0)
        return fail(err, "dse %s: --format: %s", a->command->name, inner.text);
    for (const struct option *o = a->command->options; o->name && *out == FORMAT_JSONL; o++)
        if (!strcmp(o->name, "--format") && !strstr(o->value, "jsonl"))
            return fail(err, "dse %s: --format: jsonl is for dse query: give %s", a->command->name,
                        o->value);
    return 0;
}

int fail_all(const char *path, const struct faults *found, struct err *err)
{
    enum { SHOWN = 20 };
    if (found->system.status != STATUS_OK) {
        *err = found->system;
        return -1;
    }
    for (size_t i = 0; i < found->n && i < SHOWN; i++) {
        if (i + 1 < found->n)
            fprintf(stderr, "%s\n", found->fault[i].text);
        else
            fail(err, "%s", found->fault[i].text);
    }
    return found->n > SHOWN ? fail(err, "%s: and %zu more", path, found->n - SHOWN) : -1;
}

int open_study(struct study **out, const char *path, struct catalogue *c, struct err *err)
{
    struct faults found = {0};
    int rc = path ? study_open_all(out, path, c, &found, err) : study_open(out, path, c, err);
    if (found.n)
        fail_all(path, &found, err);
    faults_free(&found);
    return rc;
}

static const struct option *find_option(const struct command *c, const char *text, size_t length,
                                        struct err *err)
{
    const char *names[64];
    size_t n = 0;
    for (const struct option *o = c->options; o->name; o++) {
        if (strlen(o->name) == length && !strncmp(o->name, text, length))
            return o;
        names[n++] = o->name;
    }
    const char *near = name_nearest(text, names, n);
    if (near)
        fail(err, "dse %s: unknown option %s: did you mean %s?", c->name, text, near);
    else
        fail(err, "dse %s: unknown option %s: see `dse %s --help`", c->name, text, c->name);
    return NULL;
}

/* Arguments are shown in messages and stored as names. Values of options may have several lines, as
 * SQL does, but no name of a file has. */
static int check_text(const struct command *c, int i, const char *text, bool lines, struct err *err)
{
    struct err inner;
    if (text_check(text, lines ? "\n\r\t" : "", &inner) == 0)
        return 0;
    return fail(err, "dse %s: argument %d: %s", c->name, i + 1, inner.text);
}

/* Reads the option at argv[*i], and moves to its value if that is an argument of its own. */
static int read_option(struct args *a, int argc, char **argv, int *i, struct err *err)
{
    const struct command *c = a->command;
    const char *text = argv[*i], *equals = strchr(text, '=');
    size_t length = equals && text[1] == '-' ? (size_t)(equals - text) : strlen(text);
    const char *name = !strcmp(text, "-o") ? "--output" : text;
    const struct option *o = find_option(c, name, name == text ? length : strlen(name), err);
    if (!o)
        return -1;
    const char *value = text[length] == '=' ? text + length + 1 : NULL;
    if (value && !o->value)
        return fail(err, "dse %s: %s: takes no value: leave it out", c->name, o->name);
    if (o->value && !value && !(value = *i + 1 < argc ? argv[++*i] : NULL))
        return fail(err, "dse %s: %s: the value is missing: give %s", c->name, o->name, o->value);
    if (value && check_text(c, *i, value, strncmp(o->value, "FILE", 4) != 0, err) != 0)
        return -1;
    if (value && !strstr(o->doc, REPEATABLE) && args_value(a, o->name))
        return fail(err, "dse %s: %s: given twice: keep one", c->name, o->name);
    a->option[a->given].option = o;
    a->option[a->given++].value = value ? value : "";
    return 0;
}

static int read_args(struct args *a, int argc, char **argv, struct err *err)
{
    const struct command *c = a->command;
    bool options = true;

    if (argc > ARGS_MOST)
        return fail(err, "dse %s: over %d arguments: give fewer", c->name, ARGS_MOST);
    for (int i = 0; i < argc; i++) {
        const char *text = argv[i];
        bool is_option = options && text[0] == '-' && text[1];
        if (check_text(c, i, text, options && text[0] == '-', err) != 0)
            return -1;
        if (is_option && !strcmp(text, "--"))
            options = false;
        else if (!is_option)
            a->argument[a->n++] = text;
        else if (read_option(a, argc, argv, &i, err) != 0)
            return -1;
    }
    if (a->n < c->least || a->n > c->most)
        return fail(err, "dse %s: %s: usage is dse %s %s", c->name,
                    a->n < c->least ? "an argument is missing" : "too many arguments", c->name,
                    c->arguments);
    return 0;
}

const struct command *find_command(const char *name, struct err *err)
{
    const char *names[LEN(commands)];
    size_t n = 0;
    for (; commands[n]; n++) {
        if (!strcmp(commands[n]->name, name))
            return commands[n];
        names[n] = commands[n]->name;
    }
    const char *near = name_nearest(name, names, n);
    if (near)
        fail(err, "dse: unknown command %s: did you mean %s?", name, near);
    else
        fail(err, "dse: unknown command %s: see `dse --help`", name);
    return NULL;
}

static int run(int argc, char **argv, struct err *err)
{
    static struct args a;

    if (argc < 2) {
        help(stderr);
        return EXIT_BAD_INPUT;
    }
    if (!strcmp(argv[1], "--version")) {
        puts("dse " DSE_VERSION);
        return EXIT_DONE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
        (!strcmp(argv[1], "help") && argc < 3)) {
        help(stdout);
        return EXIT_DONE;
    }
    bool asks = !strcmp(argv[1], "help");
    a.command = find_command(argv[asks ? 2 : 1], err);
    if (!a.command)
        return -1;
    for (int i = 2; i < argc && !asks && strcmp(argv[i], "--") != 0; i++)
        asks = !strcmp(argv[i], "--help") || !strcmp(argv[i], "-h");
    if (asks) {
        command_help(a.command);
        return EXIT_DONE;
    }
    if (read_args(&a, argc - 2, argv + 2, err) != 0)
        return -1;
    return a.command->run(&a, err);
}

/* Allocates nothing, and ends all threads at once; the first to run out says so. */
static void out_of_memory(void)
{
    static atomic_flag said = ATOMIC_FLAG_INIT;
    while (atomic_flag_test_and_set(&said))
        pause();
    static const char text[] =
        "dse: out of memory: ask for fewer rows or points, or provide more memory\n";
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    file_abandon();
    _exit(EXIT_COULD_NOT);
}

/* Opens closed standard streams on /dev/null, so that no file gets their number and printed text
 * becomes an error instead of being written into that file. */
static void reserve_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
            _exit(EXIT_COULD_NOT);
}

/* Has the reader of standard output closed its end, as `head` does? */
static bool reader_has_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && out.revents & POLLERR;
}

/* Was everything printed written? If the reader closed the pipe, nothing is reported. */
static int check_output(void)
{
    int why = fflush(stdout) != 0 ? errno : 0;
    if (!why && !ferror(stdout))
        return 0;
    if (reader_has_gone())
        return -1;
    if (!why &&
        write(STDOUT_FILENO, "\n", 1) < 0) /* an earlier failure: ask for its reason again */
        why = errno;
    fprintf(stderr, "dse: standard output: cannot be written%s%s\n", why ? ": " : "",
            why ? strerror(why) : "");
    return -1;
}

int main(int argc, char **argv)
{
    struct err err = {.status = STATUS_IO, .text = "dse: failed for an unknown reason"};
    reserve_streams();
    mem_on_failure(out_of_memory);
    signal(SIGXFSZ, SIG_IGN); /* exceeding the file size limit is an error to report */
    signal(SIGPIPE, SIG_IGN); /* so is a closed pipe */
    int status = run(argc, argv, &err);

    if (status < 0) {
        fflush(stdout);
        fprintf(stderr, "%s\n", err.text);
        return err.status;
    }
    if (check_output() != 0)
        return EXIT_COULD_NOT;
    if (gaps)
        fputs(gaps, stderr);
    free(gaps);
    return status;
}
