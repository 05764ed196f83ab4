/* dse report: a page with the results of a run. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dse/command.h"
#include "dse/figure_report.h"
#include "dse/store.h"
#include "dse/file.h"
#include "dse/infeasible_report.h"
#include "reports/page.h"
#include "reports/page/live_page.h"
#include "reports/payoff/payoff.h"
#include "reports/payoff/payoff_table.h"
#include "reports/payoff/swept_columns.h"
#include "reports/write.h"

enum kind { KIND_HTML, KIND_SVG, KIND_CSV, KIND_MD, KINDS };

static int kind_of(const char *path, enum kind *out, struct err *err)
{
    static const char *const ending[KINDS] = {
        [KIND_HTML] = ".html", [KIND_SVG] = ".svg", [KIND_CSV] = ".csv", [KIND_MD] = ".md"};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < KINDS; i++)
        if (!strcmp(dot, ending[i])) {
            *out = (enum kind)i;
            return 0;
        }
    return fail(err, "dse report: -o %s: unknown file ending: give .html, .svg, .csv or .md", path);
}

struct writing {
    const struct page *page;
    const struct page_data *live; /* NULL: the static page */
    enum kind kind;
};

static int write_kind(FILE *out, void *ctx)
{
    const struct writing *w = ctx;
    const struct page *page = w->page;
    struct table t;
    switch (w->kind) {
    case KIND_SVG:
        return page_svg(page, out);
    case KIND_MD:
        return page_md(page, out);
    case KIND_CSV:
        payoff_table(page->answer[0].best, &t);
        table_write(&t, FORMAT_CSV, out);
        table_free(&t);
        payoff_note_table(page->answer[0].best, &t);
        if (t.rows) {
            fputs("\n", out);
            table_write(&t, FORMAT_CSV, out);
        }
        table_free(&t);
        return ferror(out) ? -1 : 0;
    default:
        return w->live ? live_page_html(page, w->live, out) : page_html(page, out);
    }
}

/* Writes the file; a page that can be live is. */
static int write_report(const char *path, struct writing *w, const struct page_data_question *q,
                        struct err *err)
{
    struct page_data data;
    bool live = w->kind == KIND_HTML && live_page_is_built();
    if (live && page_data_make(&data, q, err) != 0)
        return -1;
    w->live = live ? &data : NULL;
    int rc = file_write(path, write_kind, w, err);
    if (live)
        page_data_free(&data);
    if (rc != 0)
        return -1;
    printf("%s\n", path);
    if (w->kind == KIND_HTML && live_page_lacks())
        fprintf(stderr, "dse report: %s\n", live_page_lacks());
    return 0;
}

/* The pay-off of each subject. */
struct answers {
    struct page_answer page[SUBJECTS_MOST];
    struct payoff best[SUBJECTS_MOST], each[SUBJECTS_MOST];
    size_t n;
};

static void answers_free(struct answers *a)
{
    for (size_t i = 0; i < a->n; i++) {
        payoff_free(&a->best[i]);
        payoff_free(&a->each[i]);
    }
}

static int add_answer(struct answers *out, const struct payoff_question *q, struct db *db,
                      const struct db_run *run, struct err *err)
{
    const char *column = q->of->column;
    struct payoff_question each = *q;
    char *by = mem_print("+%s", column);
    each.by = db_is_column(db, column, strlen(column)) ? by : "+";
    each.depth = DEPTH_STOPS;
    struct payoff *best = &out->best[out->n], *of_each = &out->each[out->n];
    int rc = payoff_make_all((struct asked[]){{of_each, &each}, {best, q}}, 2, db, run, err);
    free(by);
    if (rc == 0)
        out->page[out->n++] = (struct page_answer){best, of_each};
    return rc;
}

/* Answers `q` for the subject that --of names, or for all that the run varies. Caller frees. */
static int answer(struct answers *out, struct payoff_question q, const struct args *a,
                  struct db *db, const struct db_run *run, struct err *err)
{
    const char *of = args_value(a, "--of");
    const struct payoff_subject *subject[SUBJECTS_MOST];
    struct err inner;
    struct swept swept;
    size_t n = 1;
    int rc = 0;
    *out = (struct answers){.n = 0};
    if (of && !(subject[0] = payoff_subject_named(of, &inner)))
        return fail(err, "dse report: --of: %s", inner.text);
    if (!of) {
        if (swept_read(&swept, db, run, err) != 0)
            return -1;
        n = subjects_swept(subject, &swept);
        swept_free(&swept);
    }
    for (size_t i = 0; i < n && rc == 0; i++) {
        q.of = subject[i];
        rc = add_answer(out, &q, db, run, err);
    }
    if (rc != 0)
        answers_free(out);
    return rc;
}

static int run(const struct args *a, struct err *err)
{
    const char *path = args_value(a, "--output");
    char *own = NULL;
    enum kind kind = KIND_HTML;
    struct catalogue *c = NULL;
    struct payoff_study *study = NULL;
    struct db *db;
    struct db_run row;
    struct answers answers;
    struct page page;
    struct err inner;
    double jobs;
    int rc = -1;

    if (args_value(a, "--figure"))
        return figure_report(a, err);
    if (args_value(a, "--columns") || args_value(a, "--width"))
        return fail(err, "dse report: --columns and --width: sizes of a --figure: give one");
    if (path && kind_of(path, &kind, err) != 0)
        return -1;
    if (args_jobs(a, &jobs, err) != 0)
        return -1;
    if (db_open(&db, a->argument[0], DB_READ, err) != 0)
        return -1;
    if (args_run(a, db, &row, err) != 0)
        goto close;
    if (!path) {
        path = own = mem_print("%s.html", row.name);
        for (char *s = own; *s; s++)
            if (*s == '/')
                *s = '-';
    }
    if (open_run_catalogue(&c, db, &row, err) != 0)
        goto done;
    if (payoff_study_open(&study, &row, c, &inner) != 0) {
        study = NULL;
        if (inner.status == STATUS_IO) {
            *err = inner;
            goto done;
        }
    }
    const struct payoff_question q = {.over = args_value(a, "--over"),
                                      .study = study,
                                      .seed = row.seed,
                                      .jobs = (size_t)jobs,
                                      .depth = DEPTH_ALL};
    if (answer(&answers, q, a, db, &row, err) != 0)
        goto done;
    if (page_make(&page, db, &row, answers.page, answers.n, err) == 0) {
        const struct page_data_question data = {.db = db,
                                                .run = &row,
                                                .study = study ? payoff_study_of(study) : NULL,
                                                .catalogue = c,
                                                .answer = answers.page,
                                                .answers = answers.n};
        char *why = NULL;
        rc = row.feasible ? 0 : infeasible_text(&why, db, &row, err);
        if (rc == 0)
            rc = write_report(path, &(struct writing){.page = &page, .kind = kind}, &data, err);
        if (rc == 0 && why != NULL) {
            fputs(why, stderr);
            rc = EXIT_NONE_FEASIBLE;
        }
        free(why);
        page_free(&page);
    }
    answers_free(&answers);
done:
    payoff_study_close(study);
    catalogue_close(c);
    db_run_free(&row);
    free(own);
close:
    db_close(db);
    return rc;
}

static const struct option options[] = {
    {"--run", "NAME", "the run; default: the newest"},
    SCENARIO_OPTION,
    {"--of", "PART",
     "what pays off or not: engine, pools.ffn, pools.prefill or pools.draft; default: all that "
     "the study varies, of which .csv and .svg show the first"},
    {"--output", "FILE",
     "or -o: a page .html (default: RUN.html), pictures .svg, or the pay-off as .csv or .md"},
    {"--figure", "FIGURE",
     "instead: one figure for print, .svg, .pdf or .png, its data beside it as .csv; `dse list "
     "figures` shows them"},
    {"--columns", "1|2", "of the --figure: one column, 85 mm (default), or two, 178 mm"},
    {"--width", "LENGTH", "of the --figure, in mm, cm, in or pt"},
    {"--over", "COLUMN,...", "do not split by these columns: each side chooses their values"},
    JOBS_OPTION,
    {NULL, NULL, NULL},
};

const struct command cmd_report = {
    .name = "report",
    .arguments = "DB",
    .least = 1,
    .most = 1,
    .summary = "write a page with the answer, a pay-off map, a Pareto front and a roofline",
    .example = "  dse report payoff.db -o payoff.html\n"
               "  dse report payoff.db --figure payoff-map --columns 2 -o map.pdf",
    .options = options,
    .run = run,
};
