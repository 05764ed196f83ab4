#include "dse/slurm.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/mem.h"

/* Joins two strings and frees them. */
static char *joined(char *a, char *b)
{
    char *both = mem_print("%s%s", a, b);
    free(a);
    free(b);
    return both;
}

/* As one word of the shell: 'it'\''s'. Caller frees. */
static char *quoted(const char *text)
{
    char *out = mem_alloc(4 * strlen(text) + 3, 1), *at = stpcpy(out, "'");
    for (; *text; text++) {
        if (*text == '\'')
            at = stpcpy(at, "'\\''");
        else
            *at++ = *text;
    }
    *at = '\'';
    return out;
}

/* "dse-NAME" with what a line of #SBATCH takes. Caller frees. */
static char *job_name(const char *name)
{
    char *job = mem_print("dse-%s", name);
    for (char *c = job; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
            *c = '_';
    return job;
}

/* The first lines of both scripts. */
static char *head(const struct slurm_sweep *s, const char *job_suffix, const char *options)
{
    char *job = job_name(s->name), *folder = quoted(s->folder);
    char *text = mem_print("#!/bin/sh\n"
                           "#SBATCH --job-name=%s%s\n"
                           "%s"
                           "%s%s%s"
                           "cd -- %s || exit 1\n",
                           job, job_suffix, options, s->arguments ? "#SBATCH " : "",
                           s->arguments ? s->arguments : "", s->arguments ? "\n" : "", folder);
    if (s->catalogue) {
        char *catalogue = quoted(s->catalogue);
        text = joined(text, mem_print("export DSE_CATALOGUE=%s\n", catalogue));
        free(catalogue);
    }
    free(folder);
    free(job);
    return text;
}

char *slurm_array_script(const struct slurm_sweep *s)
{
    char *options = mem_print("#SBATCH --array=1-%zu --cpus-per-task=%zu\n"
                              "#SBATCH --requeue --signal=B:USR1@60\n"
                              "#SBATCH --output=%%a.log --open-mode=append\n",
                              s->tasks, s->cpus);
    char *program = quoted(s->program), *study = quoted(s->study), *parts = quoted(s->parts);
    char *sweep = mem_print("part=%s/$SLURM_ARRAY_TASK_ID-of-%zu.db\n"
                            "%s sweep --shard \"$SLURM_ARRAY_TASK_ID/%zu\" --db \"$part\" --jobs "
                            "%zu%s%s --quiet -- %s &\n",
                            parts, s->tasks, program, s->tasks, s->cpus, s->seed ? " --seed " : "",
                            s->seed ? s->seed : "", study);
    static const char end[] =
        "sweep=$! stopped= again=\n"
        "trap 'kill -USR1 \"$sweep\" && stopped=yes' USR1 # before the time limit: commit and end\n"
        "wait \"$sweep\"; status=$?\n"
        "[ -z \"$stopped\" ] || { wait \"$sweep\"; status=$?; }\n"
        "\n"
        "case $status in\n"
        "0 | 3) exit 0 ;; # 3: nothing feasible in this part\n"
        "130) again=$stopped ;;\n"
        "13? | 14?) [ \"${SLURM_RESTART_COUNT:-0}\" -ge 3 ] || again=yes ;; # killed\n"
        "esac\n"
        "[ -z \"$again\" ] || scontrol requeue \"$SLURM_JOB_ID\" # the next start resumes the "
        "store\n"
        "exit \"$status\"\n";
    char *text = joined(joined(head(s, "", options), sweep), mem_text(end));
    free(options);
    free(program);
    free(study);
    free(parts);
    return text;
}

char *slurm_merge_script(const struct slurm_sweep *s)
{
    char *program = quoted(s->program), *db = quoted(s->db), *parts = quoted(s->parts);
    char *text = joined(head(s, "-merge",
                             "#SBATCH --requeue\n"
                             "#SBATCH --output=merge.log --open-mode=append\n"),
                        mem_print("for task in $(seq %zu); do\n"
                                  "    set -- \"$@\" %s/$task-of-%zu.db\n"
                                  "done\n"
                                  "%s merge -- %s \"$@\"\n",
                                  s->tasks, parts, s->tasks, program, db));
    free(program);
    free(db);
    free(parts);
    return text;
}

/* ---- sbatch ---- */

/* Runs a command line of the shell; its first line of output. Returns its status, or -1. */
static int ask_shell(const char *line, char *out, size_t size)
{
    FILE *pipe = popen(line, "r"); // NOLINT(cert-env33-c): all its words are quoted
    if (!pipe)
        return -1;
    if (!fgets(out, (int)size, pipe))
        *out = '\0';
    while (fgetc(pipe) != EOF)
        ;
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int slurm_check(struct err *err)
{
    char path[8];
    int status = ask_shell("command -v sbatch", path, sizeof path);
    if (status == 0)
        return 0;
    if (status < 0)
        return fail_io(err, "dse submit: sh: cannot be run: %s", strerror(errno));
    return fail_io(err, "dse submit: sbatch: not found: run this where Slurm is, or see the script "
                        "with --dry-run and docs/scale.md for other ways");
}

int slurm_submit(const char *folder, const char *script, const char *after, char out[32],
                 struct err *err)
{
    char *there = quoted(folder);
    char *line = mem_print("cd -- %s && exec sbatch --parsable%s%s %s", there,
                           after ? " --kill-on-invalid-dep=yes --dependency=afterok:" : "",
                           after ? after : "", script);
    int status = ask_shell(line, out, 32);
    free(line);
    free(there);
    out[strspn(out, "0123456789")] = '\0'; /* "12;cluster" */
    if (status == 0 && *out)
        return 0;
    return fail_io(err, "dse submit: %s/%s: sbatch did not take it (status %d): see its message",
                   folder, script, status);
}
