/* dse submit: sweeps a study as an array of Slurm jobs (dse/slurm.h). */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "dse/command.h"
#include "dse/file.h"
#include "dse/slurm.h"
#include "dse/store.h"

enum { TASKS = 16 };

/* Each shard of a search repeats the whole search. */
static int check_study(const struct study *s, const char *path, struct err *err)
{
    for (size_t i = 0; i < study_scenarios(s); i++) {
        const struct study *of = study_scenario((struct study *)s, i);
        if (of->evaluator.command)
            return fail(err,
                        "%s: search.evaluator: tasks cannot share its answers: run dse sweep, with "
                        "search.evaluator.processes at once",
                        path);
        if (of->strategy != &strategy_grid)
            return fail(err,
                        "%s: search.strategy: %s cannot be split into independent tasks: submit a "
                        "grid, or run it on all cores (docs/scale.md)",
                        path, of->strategy->name);
    }
    return 0;
}

static int check_arguments(const char *text, struct err *err)
{
    if (text && strpbrk(text, "\n\r"))
        return fail(err, "dse submit: --sbatch: has several lines: give its options in one");
    if (text && strstr(text, "--array"))
        return fail(err, "dse submit: --sbatch: --array is set by --tasks: leave it out");
    return 0;
}

/* STORE.db -> STORE.parts. Caller frees. */
static char *parts_folder(const char *db)
{
    const char *dot = strrchr(db, '.');
    size_t stem =
        dot && dot != db && dot[-1] != '/' && !strchr(dot, '/') ? (size_t)(dot - db) : strlen(db);
    return mem_print("%.*s.parts", (int)stem, db);
}

static int write_text(FILE *out, void *ctx)
{
    return fputs(ctx, out) < 0 ? -1 : 0;
}

static int write_script(const char *folder, const char *name, char *text, struct err *err)
{
    char *path = mem_print("%s/%s", folder, name);
    int rc = file_write(path, write_text, text, err);
    free(path);
    return rc;
}

static int submit(const struct slurm_sweep *s, uint64_t points, char *array, char *merge,
                  struct err *err)
{
    char array_job[32], merge_job[32];
    struct stat there;
    if (stat(s->db, &there) == 0)
        return fail(err, "dse submit: %s: is there: move it away, or give another --db", s->db);
    if (slurm_check(err) != 0)
        return -1;
    if (mkdir(s->parts, 0777) != 0 && errno != EEXIST)
        return fail_io(err, "%s: cannot be made: %s", s->parts, strerror(errno));
    if (write_script(s->parts, "array.sh", array, err) != 0 ||
        write_script(s->parts, "merge.sh", merge, err) != 0 ||
        slurm_submit(s->parts, "array.sh", NULL, array_job, err) != 0 ||
        slurm_submit(s->parts, "merge.sh", array_job, merge_job, err) != 0)
        return -1;
    printf("%s: %" PRIu64 " points: job %s, %zu tasks; then merged into %s: job %s\n", s->name,
           points, array_job, s->tasks, s->db, merge_job);
    printf("  scripts, logs and stores of the tasks: %s\n", s->parts);
    printf("  watch: squeue --jobs=%s,%s    stop: scancel %s %s\n", array_job, merge_job, array_job,
           merge_job);
    printf("  if a task fails, the merge is cancelled: the same command again resumes\n");
    return EXIT_DONE;
}

static int plan(const struct args *a, const struct study *s, struct err *err)
{
    char self[4096], here[4096], seed_text[32];
    double tasks, cpus, seed;
    uint64_t points = study_points(s);
    const char *arguments = args_value(a, "--sbatch"), *catalogue = getenv("DSE_CATALOGUE");

    if (args_whole(a, "--tasks", 1, SLURM_TASKS_MOST, TASKS, &tasks, err) != 0 ||
        args_whole(a, "--jobs", 1, 1024, 1, &cpus, err) != 0 ||
        args_whole(a, "--seed", 0, 9007199254740992.0, s->seed, &seed, err) != 0 ||
        check_arguments(arguments, err) != 0)
        return -1;
    if (args_value(a, "--tasks") && tasks > (double)points)
        return fail(err, "dse submit: --tasks: %.0f tasks for %" PRIu64 " points: give fewer",
                    tasks, points);
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n < 0 || !getcwd(here, sizeof here))
        return fail_io(err, "dse submit: this program or folder cannot be found: %s",
                       strerror(errno));
    self[n] = '\0';
    snprintf(seed_text, sizeof seed_text, "%.0f", seed);
    char *db = store_path(a), *parts = parts_folder(db);
    const struct slurm_sweep sweep = {
        .name = s->name,
        .program = self,
        .catalogue = catalogue && *catalogue ? catalogue : NULL,
        .folder = here,
        .study = a->argument[0],
        .db = db,
        .parts = parts,
        .seed = args_value(a, "--seed") ? seed_text : NULL,
        .arguments = arguments && *arguments ? arguments : NULL,
        .tasks = tasks > (double)points ? (size_t)points : (size_t)tasks,
        .cpus = (size_t)cpus,
    };
    char *array = slurm_array_script(&sweep), *merge = slurm_merge_script(&sweep);
    int rc = EXIT_DONE;
    if (args_value(a, "--dry-run"))
        printf("# %s/array.sh\n%s\n# %s/merge.sh, after it\n%s", parts, array, parts, merge);
    else
        rc = submit(&sweep, points, array, merge, err);
    free(array);
    free(merge);
    free(parts);
    free(db);
    return rc;
}

static int run(const struct args *a, struct err *err)
{
    struct catalogue *catalogue;
    struct study *s;
    int rc = -1;

    if (open_catalogue(&catalogue, err) != 0)
        return -1;
    if (open_study(&s, a->argument[0], catalogue, err) == 0) {
        if (check_study(s, a->argument[0], err) == 0)
            rc = plan(a, s, err);
        study_free(s);
    }
    catalogue_close(catalogue);
    return rc;
}

static const struct option options[] = {
    {"--tasks", "N", "tasks of the array, each with its part of the points; default: 16"},
    {"--jobs", "N", "threads and CPUs of each task; default: 1"},
    {"--db", "FILE", "the merged store; default: the study's file name with .db, in this folder"},
    {"--seed", "S", "random seed; default: the study's"},
    {"--sbatch", "\"ARGS\"",
     "more options of sbatch, such as \"--partition=short --time=4:00:00\""},
    {"--dry-run", NULL, "print the scripts; write and submit nothing"},
    {NULL, NULL, NULL},
};

const struct command cmd_submit = {
    .name = "submit",
    .arguments = "STUDY.yaml",
    .least = 1,
    .most = 1,
    .summary = "sweep a study on a cluster with Slurm, as an array of jobs",
    .example = "  dse submit big.yaml --tasks 64 --sbatch \"--time=4:00:00\"\n"
               "  dse submit big.yaml --dry-run",
    .options = options,
    .run = run,
};
