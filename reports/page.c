#include "reports/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/mem.h"
#include "reports/payoff/payoff_label.h"
#include "reports/payoff/payoff_sentence.h"
#include "reports/payoff/payoff_table.h"
#include "reports/payoff/swept_columns.h"
#include "reports/run_gap.h"
#include "reports/write.h"
#include "reports/front.h"
#include "reports/figures/figures.h"
#include "reports/figures/svg.h"

enum { CLOUD_MOST = 3000, TABLE_MOST = 60, STOPS_MOST = 8 };

const char *const page_style =
    ":root{--ink:#1b1b1b;--soft:#555;--line:#ddd;--paper:#fff;--box:#f6f6f3}"
    "@media(prefers-color-scheme:dark){:root{--ink:#eee;--soft:#aaa;--line:#3a3a3a;--paper:#161616;"
    "--box:#202020}}"
    "*{box-sizing:border-box}body{margin:0 auto;max-width:1120px;padding:24px 16px "
    "60px;background:var(--paper);color:var(--ink);"
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}"
    "h1{font-size:1.1rem;color:var(--soft);margin:0 0 "
    "8px;font-weight:600;overflow-wrap:anywhere}h2{font-size:1.25rem;margin:40px 0 6px}"
    ".answer{font-size:1.45rem;line-height:1.35;margin:0 0 "
    "14px}p,li{overflow-wrap:anywhere}.note{color:var(--soft);font-size:.92rem}"
    "figure,.scroll{margin:10px 0;overflow-x:auto}figure "
    "svg{display:block;max-width:none}@media(min-width:900px){figure "
    "svg{max-width:100%;height:auto}}"
    "table{border-collapse:collapse;font-size:.86rem;white-space:nowrap}th,td{padding:4px "
    "10px;border-bottom:1px solid var(--line);text-align:left}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}th{background:var(--box)}td.w{white-"
    "space:normal;min-width:22em}"
    "pre{background:var(--box);padding:12px;overflow-x:auto;font-size:.85rem}@media(max-width:"
    "500px){.answer{font-size:1.2rem}}"
    "@media print{body{max-width:none}figure,.scroll{overflow:visible}}";

static int gather(struct table *out, struct db *db, const struct db_run *run, const char *format,
                  struct err *err)
{
    char id[32];
    snprintf(id, sizeof id, "%lld", (long long)run->id);
    const char *texts[] = {id};
    return db_select(db, format, texts, 1, out, err);
}

/* The columns that split the fronts: as SQL, each after a comma (out[0]), and as a text that names
 * the workload of a point (out[1]). Caller frees. */
static int split_texts(char *out[2], struct db *db, const struct db_run *run, const char *over,
                       struct err *err)
{
    struct swept swept;
    size_t n;
    if (swept_read(&swept, db, run, err) != 0)
        return -1;
    char **names = split_columns(&swept, &(struct split){.over = over}, &n, err);
    swept_free(&swept);
    if (!names)
        return -1;
    out[0] = mem_text("");
    out[1] = mem_text("''");
    for (size_t i = 0; i < n; i++) {
        char *columns = mem_print("%s, \"%s\"", out[0], names[i]);
        char *text = strcmp(names[i], "model") != 0
                         ? mem_print("%s || ', %s ' || CASE typeof(\"%s\") WHEN 'text' THEN \"%s\" "
                                     "ELSE printf('%%.10g', \"%s\") END",
                                     out[1], names[i], names[i], names[i], names[i])
                         : mem_text(out[1]);
        free(out[0]);
        free(out[1]);
        out[0] = columns;
        out[1] = text;
    }
    split_free(names, n);
    return 0;
}

int page_make(struct page *out, struct db *db, const struct db_run *run,
              const struct page_answer *answer, size_t answers, struct err *err)
{
    const char *over = answer[0].best->over;
    *out = (struct page){.run = run, .answer = answer, .answers = answers};
    struct table front;
    char *cloud = mem_print("SELECT model, engine, system_cost_usd, tokens_per_s FROM point WHERE "
                            "run = ?1 AND verdict = 'ok' AND point %% %llu = 0 LIMIT %d",
                            (unsigned long long)run->feasible / CLOUD_MOST + 1, CLOUD_MOST);
    int rc = front_make(&front, db, run, &(struct front_question){.over = over}, err);
    if (rc == 0) {
        char *split[2] = {NULL, NULL};
        /* The front has only swept columns; read model, chip and engine for all its points. */
        char *points = mem_text("");
        for (size_t i = 0; i < front.rows; i++) {
            char *longer =
                mem_print("%s%s%.0f", points, *points ? "," : "", table_at(&front, i, 0)->number);
            free(points);
            points = longer;
        }
        table_free(&front);
        rc = split_texts(split, db, run, over, err);
        if (rc == 0) {
            char *sql =
                mem_print("SELECT model, chip, engine, tokens_per_s, system_cost_usd, %s AS "
                          "workload FROM point "
                          "WHERE run = ?1 AND point IN (SELECT value FROM json_each('[%s]')) "
                          "ORDER BY model%s, tokens_per_s DESC, point",
                          split[1], points, split[0]);
            rc = gather(&out->front, db, run, sql, err);
            free(sql);
        }
        free(split[0]);
        free(split[1]);
        free(points);
    }
    if (rc == 0)
        rc = gather(&out->cloud, db, run, cloud, err);
    if (rc == 0)
        rc = gather(&out->roofline, db, run,
                    "SELECT model, CASE WHEN max(attention_s) > 0 THEN 'core attention' ELSE "
                    "'state updates' END AS core, "
                    "min(attention_intensity_flop_per_byte) AS attention_from, "
                    "max(attention_intensity_flop_per_byte) AS attention_to, "
                    "min(expert_intensity_flop_per_byte) AS experts_from, "
                    "max(expert_intensity_flop_per_byte) AS experts_to, "
                    "min(ridge_flop_per_byte) AS ridge_from, max(ridge_flop_per_byte) AS ridge_to "
                    "FROM point WHERE run = ?1 AND verdict = 'ok' AND engine_speedup IS NULL GROUP "
                    "BY model ORDER BY attention_from",
                    err);
    if (rc == 0)
        rc = gather(&out->verdicts, db, run,
                    "SELECT verdict, count(*) AS points FROM point WHERE run = ?1 GROUP BY verdict "
                    "ORDER BY points DESC",
                    err);
    free(cloud);
    if (rc != 0) {
        page_free(out);
        return rc;
    }
    const struct table *const pictured[] = {&out->front, &out->cloud, &out->roofline};
    for (size_t i = 0; i < LEN(pictured); i++)
        model_colours_add(&out->colours, pictured[i]);
    return 0;
}

void page_free(struct page *p)
{
    table_free(&p->front);
    table_free(&p->cloud);
    table_free(&p->roofline);
    table_free(&p->verdicts);
}

/* "deepseek-r1, duplex: pays above 23.4 k workload_context". Caller frees. */
static char *stop_text(const struct payoff *p, const struct payoff_stop *s)
{
    char *who = mem_text(""), buffer[48];
    for (size_t k = 0; k < p->by_n; k++) {
        const struct cell *c = &s->key[k];
        if (c->kind == CELL_NULL)
            continue;
        char *longer = c->kind == CELL_TEXT
                           ? mem_print("%s%s%s", who, *who ? ", " : "", c->text)
                           : mem_print("%s%s%s %s", who, *who ? ", " : "", p->by[k],
                                       quantity_text(c->number, "", 4, buffer, sizeof buffer));
        free(who);
        who = longer;
    }
    char *out = mem_print("%s: pays %s %s = %s%s%s", *who ? who : "over all",
                          s->falls ? "below" : "above", p->axis[s->axis],
                          quantity_text(s->at, p->axis_unit[s->axis], 4, buffer, sizeof buffer),
                          *s->reason ? "; beyond: " : "", s->reason);
    free(who);
    return out;
}

/* A column name with blanks for '_'. */
static void put_heading(const char *name, FILE *out)
{
    char *heading = mem_text(name);
    for (char *c = heading; *c != '\0'; c++)
        *c = *c == '_' ? ' ' : *c;
    svg_escape(heading, out);
    free(heading);
}

static void html_table(const struct table *t, FILE *out)
{
    char text[48];
    fputs("<div class=\"scroll\"><table><thead><tr>", out);
    for (size_t i = 0; i < t->columns; i++) {
        fputs("<th scope=\"col\">", out);
        put_heading(t->header[i], out);
        fputs("</th>", out);
    }
    fputs("</tr></thead><tbody>\n", out);
    for (size_t row = 0; row < t->rows && row < TABLE_MOST; row++) {
        fputs("<tr>", out);
        for (size_t i = 0; i < t->columns; i++) {
            const struct cell *c = table_at(t, row, i);
            if (c->kind == CELL_TEXT) {
                fputs(!strcmp(t->header[i], "reason") ? "<td class=\"w\">" : "<td>", out);
                svg_escape(c->text, out);
            } else {
                fputs("<td class=\"n\">", out);
                if (c->kind == CELL_NUMBER) {
                    if (c->whole)
                        snprintf(text, sizeof text, "%.0f", c->number);
                    else
                        number_readable(c->number, 3, text, sizeof text);
                    svg_escape(text, out);
                }
            }
            fputs("</td>", out);
        }
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
    if (t->rows > TABLE_MOST)
        fprintf(out, "<p class=\"note\">%d of %zu rows; <code>dse payoff</code> prints all.</p>\n",
                TABLE_MOST, t->rows);
}

static void html_answer(const struct page *p, const struct page_answer *a, FILE *out)
{
    char *sentence = payoff_sentence(a->best);
    if (a == p->answer) {
        fputs("<h1>", out);
        svg_escape(p->run->name, out);
        fputs("</h1>\n", out);
    }
    fputs("<p class=\"answer\">", out);
    svg_escape(sentence, out);
    fputs("</p>\n", out);
    free(sentence);
    fputs("<ul>\n", out);
    for (size_t i = 0; (sentence = payoff_line(a->each, i)); i++) {
        fputs("<li>", out);
        svg_escape(sentence, out);
        fputs("</li>\n", out);
        free(sentence);
    }
    fputs("</ul>\n", out);
    size_t shown = 0;
    for (size_t i = 0; i < a->each->stops && shown < STOPS_MOST; i++) {
        const struct payoff_stop *s = &a->each->stop[i];
        if (!strncmp(a->each->axis[s->axis], "chip", 4)) /* only in the table below */
            continue;
        char *stop = stop_text(a->each, s);
        fputs(shown++ ? "<li>"
                      : "<p>Stop points (P = 1) between the workloads of the study:</p><ul><li>",
              out);
        svg_escape(stop, out);
        fputs("</li>\n", out);
        free(stop);
    }
    if (shown)
        fputs("</ul>\n", out);
}

static void write_gap(const struct db_run *run, FILE *out)
{
    char *gap = run_lacks_text(run);
    if (gap)
        fprintf(out, " %s.", gap);
    free(gap);
}

static void html_basis(const struct page *p, FILE *out)
{
    const struct db_run *r = p->run;
    fputs("<h2>Assumptions</h2>\n<p>Timing is ideal: every operator runs at the peak rates of the "
          "data sheet, with no start-up time and no overlap except what the engine declares. "
          "Measured systems are slower. Costs are public estimates, each with a low and a high "
          "value: prices are drawn a thousand times, the same for both sides; one draw in ten "
          "lies below payoff low and one in ten above payoff high. Each side uses its best design "
          "of this study; designs outside the study are not considered.</p>\n<p "
          "class=\"note\">Run ",
          out);
    svg_escape(r->name, out);
    fputs(" by ", out);
    svg_escape(r->program, out);
    fputs(", started ", out);
    svg_escape(r->started, out);
    fprintf(out, ": %llu points, %llu feasible.", (unsigned long long)r->done,
            (unsigned long long)r->feasible);
    write_gap(r, out);
    fputs("</p>\n", out);
    html_table(&p->verdicts, out);
    fputs("<details><summary>The study</summary><pre>", out);
    svg_escape(r->spec, out);
    fputs("</pre></details>\n", out);
}

static const struct payoff *mapped(const struct page_answer *a)
{
    return a->each->n ? a->each : a->best;
}

static void html_sensitivity(const struct page_answer *a, FILE *out)
{
    struct table t;
    payoff_swing_table(a->best, 3, &t);
    if (t.rows) {
        fputs("<h2>Sensitivity</h2>\n<p class=\"note\">Each constant moves over its range with all "
              "others at the middle; the table lists the three that move P most in each group. The "
              "figure shows the group with P closest to 1.</p>\n<figure>",
              out);
        tornado_svg(a->best, out);
        fputs("</figure>\n", out);
        html_table(&t, out);
    }
    table_free(&t);
}

/* Map and tables of one subject. */
static void html_payoff(const struct page_answer *a, FILE *out)
{
    const struct payoff_subject *of = subject_or_engine(a->best->of);
    struct table t;
    fprintf(
        out,
        "<h2>Pay-off map: %s</h2>\n<p class=\"note\">P: best throughput per unit of system "
        "price with %s over the best without; each side chooses its own chip and mapping. Hover "
        "over a cell for the reason.</p>\n<figure>",
        of->noun, of->one);
    map_svg(mapped(a), out);
    fprintf(out, "</figure>\n<h2>Best %s per workload</h2>\n", of->noun);
    payoff_table(a->best, &t);
    html_table(&t, out);
    table_free(&t);
    fputs("<h2>Stop points</h2>\n", out);
    payoff_stop_table(a->each, &t);
    html_table(&t, out);
    table_free(&t);
    html_sensitivity(a, out);
}

void page_content(const struct page *p, FILE *out)
{
    for (size_t i = 0; i < p->answers; i++)
        html_answer(p, &p->answer[i], out);
    for (size_t i = 0; i < p->answers; i++)
        html_payoff(&p->answer[i], out);
    fputs("<h2>Throughput and price</h2>\n<figure>", out);
    front_svg(&p->front, &p->cloud, &p->colours, out);
    fputs("</figure>\n<h2>Roofline</h2>\n<p class=\"note\">Core attention and routed experts of "
          "each model, over the run's designs without an engine. Left of the ridge point an "
          "operator is memory-bound and an engine can help; right of it the operator is "
          "compute-bound and memory bandwidth no longer helps.</p>\n<figure>",
          out);
    roofline_svg(&p->roofline, &p->colours, out);
    fputs("</figure>\n", out);
    html_basis(p, out);
}

int page_html(const struct page *p, FILE *out)
{
    fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
          "name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>",
          out);
    svg_escape(p->run->name, out);
    fprintf(out, "</title><style>%s%s</style></head><body>\n", page_style, picture_style);
    page_content(p, out);
    fputs("</body></html>\n", out);
    return ferror(out) ? -1 : 0;
}

int page_svg(const struct page *p, FILE *out)
{
    const struct payoff *map = mapped(&p->answer[0]);
    double top = 10 + map_height(map), each = 490;

    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1000\" height=\"%g\" "
            "viewBox=\"0 0 1000 %g\"><rect width=\"100%%\" height=\"100%%\" "
            "fill=\"#fff\"/><style>%s</style>\n<g transform=\"translate(10 10)\">",
            top + 2 * each, top + 2 * each, picture_style);
    map_svg(map, out);
    fprintf(out, "</g>\n<g transform=\"translate(10 %g)\">", top + 10);
    front_svg(&p->front, &p->cloud, &p->colours, out);
    fprintf(out, "</g>\n<g transform=\"translate(10 %g)\">", top + 10 + each);
    roofline_svg(&p->roofline, &p->colours, out);
    fputs("</g></svg>\n", out);
    return ferror(out) ? -1 : 0;
}

static void md_answer(const struct page_answer *a, FILE *out)
{
    struct table t;
    char *sentence = payoff_sentence(a->best);

    md_text(sentence, out);
    fputs("\n\n", out);
    free(sentence);
    for (size_t i = 0; i < a->each->stops; i++) {
        char *stop = stop_text(a->each, &a->each->stop[i]);
        fputs("- ", out);
        md_text(stop, out);
        fputs("\n", out);
        free(stop);
    }
    fputs("\n", out);
    payoff_table(a->best, &t);
    table_write(&t, FORMAT_MD, out);
    table_free(&t);
    fputs("\n", out);
    payoff_stop_table(a->each, &t);
    table_write(&t, FORMAT_MD, out);
    table_free(&t);
}

int page_md(const struct page *p, FILE *out)
{
    fputs("# ", out);
    md_text(p->run->name, out);
    fputs("\n\n", out);
    char *gap = run_lacks_text(p->run);
    if (gap)
        fprintf(out, "%s.\n\n", gap);
    free(gap);
    for (size_t i = 0; i < p->answers; i++) {
        if (p->answers > 1)
            fprintf(out, "%s## %s\n\n", i ? "\n" : "",
                    subject_or_engine(p->answer[i].best->of)->Title);
        md_answer(&p->answer[i], out);
    }
    return ferror(out) ? -1 : 0;
}
