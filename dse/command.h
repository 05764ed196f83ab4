/* Commands are rows: a name, options, help and a function. One file per command. */
#ifndef DSE_COMMAND_H
#define DSE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "arch/catalogue/catalogue.h"
#include "base/err.h"
#include "base/faults.h"
#include "db/db.h"
#include "lib/catalogue_folder.h"
#include "reports/write.h"
#include "search/study.h"

enum {
    EXIT_DONE = 0,
    EXIT_COULD_NOT = 1,
    EXIT_BAD_INPUT = 2,
    EXIT_NONE_FEASIBLE = 3,
    EXIT_INTERRUPTED = 130
};

/* What each exit status means; ends with a NULL meaning. */
struct exit_status {
    int status;
    const char *meaning;
};
extern const struct exit_status exit_statuses[];

struct option {
    const char *name;  /* "--db" */
    const char *value; /* its value, "FILE"; NULL if it takes none */
    const char *doc;   /* with REPEATABLE if it may have several values, each given with its name */
};

#define REPEATABLE "repeatable"

struct args;

struct command {
    const char *name;
    const char *arguments; /* "STUDY.yaml", "DB" */
    size_t least, most;    /* number of arguments */
    const char *summary;   /* one line */
    const char *example;
    const struct option *options;                      /* ends with { NULL } */
    int (*run)(const struct args *a, struct err *err); /* exit status, or -1 with err filled */
};

/* All commands, as `dse --help` lists them; ends with NULL. */
extern const struct command *const commands[];

/* By name; NULL with err filled, and with a name that is near. */
const struct command *find_command(const char *name, struct err *err);

extern const char program_summary[], program_example[]; /* of dse itself */

enum { ARGS_MOST = 1024 };

struct args {
    const struct command *command;
    size_t n;
    const char *argument[ARGS_MOST];
    size_t given;
    struct {
        const struct option *option;
        const char *value;
    } option[ARGS_MOST];
};

/* The value of an option; "" if it takes no value but was given; NULL if it was not given. */
const char *args_value(const struct args *a, const char *option);

/* The i-th value of a repeatable option, or NULL. */
const char *args_each(const struct args *a, const char *option, size_t i);

/* Refuses options that have no effect together with another one. `rows` ends with { NULL }. */
struct clash {
    const char *option, *with;
};
int args_clash(const struct args *a, const struct clash *rows, struct err *err);

/* A whole number from an option; `init` if the option was not given. */
int args_whole(const struct args *a, const char *option, double lo, double hi, double init,
               double *out, struct err *err);

/* The --jobs of a command that works on several threads: all cores by default. */
int args_jobs(const struct args *a, double *out, struct err *err);

/* The row of --jobs in its options. */
#define JOBS_OPTION                                                                                \
    {                                                                                              \
        "--jobs", "N", "threads that evaluate points; default: all cores"                          \
    }

/* The --where of a command that reads a store, NULL if it was not given. Caller frees. */
int args_where(const struct args *a, struct db *db, char **out, struct err *err);

/* Finds the --run of a command that reads a store, and restricts the store to its --scenario; says
 * what the run lacks (args_run_gap). Free with db_run_free. */
int args_run(const struct args *a, struct db *db, struct db_run *out, struct err *err);

/* If the run is unfinished or a shard, a line on standard error says so after the answer. */
void args_run_gap(const char *path, const struct db_run *run);

/* The same if it keeps only its front. */
void args_run_front(const char *path, const struct db_run *run);

/* The row of --scenario in the options of a command that reads a store. */
#define SCENARIO_OPTION                                                                            \
    {                                                                                              \
        "--scenario", "NAME,...",                                                                  \
            "only these scenarios of the study; " REPEATABLE "; default: all"                      \
    }

/* The --format of a table. */
int args_format(const struct args *a, enum format init, enum format *out, struct err *err);

/* Reports all errors of a file: prints all but the last (at most 20, then the number of others),
 * and `err` gets the last. `found` has at least one. Always -1. */
int fail_all(const char *path, const struct faults *found, struct err *err);

/* Opens a study; NULL: all defaults. Several errors are reported by fail_all. Caller frees. */
int open_study(struct study **out, const char *path, struct catalogue *c, struct err *err);

extern const struct command cmd_check, cmd_completion, cmd_man, cmd_submit;
extern const struct command cmd_eval, cmd_sweep, cmd_query, cmd_pareto, cmd_payoff, cmd_report,
    cmd_list, cmd_merge, cmd_recommend, cmd_import, cmd_validate, cmd_calibrate, cmd_sensitivity,
    cmd_compare, cmd_watch;

#endif
