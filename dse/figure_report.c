#include "dse/figure_report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "dse/file.h"
#include "dse/rsvg.h"
#include "dse/store.h"
#include "dse/terminal.h"
#include "reports/payoff/payoff.h"
#include "reports/payoff/payoff_study.h"
#include "reports/print/figure.h"

enum { LEAST_PT = 120, MOST_PT = 2000 };

/* What was asked for. */
struct request {
    const struct figure *figure;
    char *path, *data_path;
    enum picture { PICTURE_SVG, PICTURE_PDF, PICTURE_PNG, PICTURES } picture;
    double width_pt;
};

static int read_width(const struct args *a, double *out, struct err *err)
{
    static const struct {
        const char *unit;
        double pt;
    } units[] = {{"mm", 72 / 25.4}, {"cm", 720 / 25.4}, {"in", 72}, {"pt", 1}};
    const char *columns = args_value(a, "--columns"), *width = args_value(a, "--width");
    *out = COLUMN_PT;
    if (columns && !strcmp(columns, "2"))
        *out = TWO_COLUMNS_PT;
    else if (columns && strcmp(columns, "1") != 0)
        return fail(err, "dse report: --columns: \"%s\" is not a number of columns: give 1 or 2",
                    columns);
    if (!width)
        return 0;
    char *end;
    double value = strtod(width, &end);
    end += strspn(end, " ");
    for (size_t i = 0; i < LEN(units) && end != width; i++)
        if (!strcmp(end, units[i].unit)) {
            *out = value * units[i].pt;
            if (*out >= LEAST_PT && *out <= MOST_PT)
                return 0;
            return fail(err, "dse report: --width: \"%s\" is too %s: give 43 mm to 700 mm", width,
                        *out < LEAST_PT ? "narrow" : "wide");
        }
    return fail(err,
                "dse report: --width: \"%s\" is not a length: write a number and mm, cm, in or pt, "
                "like 88 mm",
                width);
}

static int read_request(struct request *r, const struct args *a, struct err *err)
{
    static const char *const ending[PICTURES] = {".svg", ".pdf", ".png"};
    static const struct clash clashes[] = {
        {"--figure", "--over"}, {"--columns", "--width"}, {NULL, NULL}};
    const char *path = args_value(a, "--output");
    struct err inner;
    *r = (struct request){.picture = PICTURES};
    if (args_clash(a, clashes, err) != 0)
        return -1;
    if (!(r->figure = figure_find(args_value(a, "--figure"), &inner)))
        return fail(err, "dse report: --figure: %s", inner.text);
    r->path = path ? mem_text(path) : mem_print("%s.svg", r->figure->name);
    char *dot = strrchr(r->path, '.');
    for (size_t i = 0; dot && i < PICTURES; i++)
        if (!strcmp(dot, ending[i]))
            r->picture = (enum picture)i;
    if (r->picture == PICTURES)
        return fail(err, "dse report: -o %s: a figure is .svg, .pdf or .png", r->path);
    r->data_path = mem_print("%.*s.csv", (int)(dot - r->path), r->path);
    return read_width(a, &r->width_pt, err);
}

static void free_request(struct request *r)
{
    free(r->path);
    free(r->data_path);
}

struct drawn {
    struct drawing drawing;
    struct table data;
    char *about;
};

static int write_svg(FILE *out, void *ctx)
{
    struct drawn *f = ctx;
    drawing_write(&f->drawing, f->about, out);
    return ferror(out) ? -1 : 0;
}

struct files {
    const struct request *request;
    struct drawn *drawn;
    int picture; /* of its write */
    struct err *err;
};

/* Writes the data, and then the picture before the data get their name: both are there, or none. */
static int write_data(FILE *out, void *ctx)
{
    struct files *f = ctx;
    const struct request *r = f->request;
    table_write(&f->drawn->data, FORMAT_CSV, out);
    if (fflush(out) != 0 || ferror(out))
        return -1;
    f->picture = r->picture == PICTURE_SVG
                     ? file_write(r->path, write_svg, f->drawn, f->err)
                     : rsvg_write(r->path, r->picture == PICTURE_PDF ? "pdf" : "png", write_svg,
                                  f->drawn, f->err);
    return f->picture;
}

static int write_files(const struct request *r, struct drawn *drawn, struct err *err)
{
    struct err inner;
    struct stat st;
    bool is_there = lstat(r->path, &st) == 0;
    struct files f = {r, drawn, 0, &inner};
    if (file_write(r->data_path, write_data, &f, err) == 0) {
        printf("%s\n%s\n", r->path, r->data_path);
        return 0;
    }
    if (f.picture != 0)
        *err = inner;
    else if (!is_there)
        remove(r->path);
    return -1;
}

/* Asks the question of the figure. */
static int make_payoff(struct payoff *p, enum figure_need need, struct db *db,
                       const struct db_run *run, const struct payoff_question *base,
                       struct err *err)
{
    struct payoff_question q = *base;
    q.depth = need == NEEDS_PAYOFF     ? DEPTH_ALL
              : need == NEEDS_VERDICTS ? DEPTH_RANGES
                                       : DEPTH_STOPS;
    q.by = need == NEEDS_ENGINES ? "+engine" : NULL;
    return payoff_make(p, db, run, &q, err);
}

static int draw(const struct request *r, const struct args *a, struct db *db,
                const struct db_run *run, struct err *err)
{
    struct catalogue *c = NULL;
    struct payoff_study *study = NULL;
    struct payoff p;
    struct drawn f = {.about = mem_print("%s: %s", run->name, r->figure->doc)};
    struct figure_from from = {.db = db, .run = run};
    struct err inner;
    double jobs;
    int rc = -1;
    if (args_jobs(a, &jobs, err) != 0 || open_run_catalogue(&c, db, run, err) != 0)
        goto done;
    if (payoff_study_open(&study, run, c, &inner) != 0) {
        study = NULL;
        if (inner.status == STATUS_IO) {
            *err = inner;
            goto done;
        }
    }
    from.study = study ? payoff_study_of(study) : NULL;
    const struct payoff_question q = {.study = study, .seed = run->seed, .jobs = (size_t)jobs};
    if (r->figure->need != NEEDS_POINTS) {
        if (make_payoff(&p, r->figure->need, db, run, &q, err) != 0)
            goto done;
        from.payoff = &p;
    }
    drawing_open(&f.drawing, r->width_pt);
    rc = r->figure->draw(&f.drawing, &f.data, r->figure, &from, &inner);
    if (rc == 0)
        rc = write_files(r, &f, err);
    else if (inner.status == STATUS_INPUT)
        fail(err, "dse report: --figure %s: %s", r->figure->name, inner.text);
    else
        *err = inner;
    drawing_free(&f.drawing);
    table_free(&f.data);
    if (from.payoff)
        payoff_free(&p);
done:
    free(f.about);
    payoff_study_close(study);
    catalogue_close(c);
    return rc;
}

int figure_report(const struct args *a, struct err *err)
{
    struct request r;
    struct db *db;
    struct db_run run;
    int rc = read_request(&r, a, err);
    if (rc == 0 && (rc = db_open(&db, a->argument[0], DB_READ, err)) == 0) {
        rc = args_run(a, db, &run, err);
        if (rc == 0) {
            rc = draw(&r, a, db, &run, err);
            db_run_free(&run);
        }
        db_close(db);
    }
    free_request(&r);
    return rc;
}
