/* dse payoff: when an attention engine pays. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dse/command.h"
#include "dse/refine.h"

static void print_groups(const struct payoff *p)
{
    struct table all, few;
    static const char *const show[] = {"payoff",
                                       "payoff_low",
                                       "payoff_high",
                                       "verdict",
                                       "gain",
                                       "c_star",
                                       "engine_cost_share",
                                       "engine_speedup",
                                       "attention_share",
                                       "engine",
                                       "regime",
                                       "reason"};
    static const char *const heading[] = {"P",         "low",    "high",   "verdict",
                                          "G",         "c*",     "c",      "S",
                                          "attention", "engine", "regime", "why it stops"};
    const char **header = mem_alloc(p->by_n + LEN(show), sizeof *header);

    payoff_table(p, &all);
    for (size_t i = 0; i < p->by_n; i++)
        header[i] = all.header[i];
    for (size_t i = 0; i < LEN(show); i++)
        header[p->by_n + i] = heading[i];
    table_begin(&few, header, p->by_n + LEN(show));
    for (size_t row = 0; row < all.rows; row++)
        for (size_t i = 0; i < p->by_n + LEN(show); i++) {
            size_t from = i < p->by_n ? i : (size_t)table_find(&all, show[i - p->by_n]);
            const struct cell *c = table_at(&all, row, from);
            char buffer[32];
            if (c->kind == CELL_TEXT)
                table_text(&few, c->text);
            else if (i < p->by_n)
                table_number(&few, c->kind == CELL_NUMBER ? c->number : NAN);
            else {
                snprintf(buffer, sizeof buffer, "%.3g", c->kind == CELL_NUMBER ? c->number : NAN);
                table_text(&few, c->kind == CELL_NUMBER ? buffer : NULL);
            }
        }
    table_write(&few, FORMAT_TABLE, stdout);
    table_free(&few);
    table_free(&all);
    free(header);
}

static void print_text(const struct payoff *p, const struct payoff *engines)
{
    struct table t;
    char *sentence = payoff_sentence(p), *line;

    bool any = *sentence;
    printf("%s\n", any ? sentence
                       : "No design of this run has an engine to hold against one without: sweep "
                         "engine over none and others.");
    free(sentence);
    if (!any)
        return;
    for (size_t i = 0; (line = payoff_line(engines, i)); i++) {
        printf("  %s\n", line);
        free(line);
    }
    printf("\nP: best throughput per unit of budget (%s) with an engine, over best without; both "
           "sides choose their\n"
           "chip and mapping. Each engine on its own:\n\n",
           budget_text[p->budget]);
    payoff_map_table(engines, &t);
    table_write(&t, FORMAT_TABLE, stdout);
    table_free(&t);
    printf("\nThe best engine of each workload. At equal hardware it gains G, so it may add a "
           "share c* = G - 1 to the\n"
           "system's price, and adds c. S: core attention on the chip over on the engine.\n\n");
    print_groups(p);
    printf("\nStop points, where P = 1:\n\n");
    if (!engines->stops) {
        printf("none: no axis crosses it\n");
        return;
    }
    payoff_stop_table(engines, &t);
    table_write(&t, FORMAT_TABLE, stdout);
    table_free(&t);
}

/* JSON: one object; CSV and Markdown: the groups, then the stop points after an empty line. */
static void print_data(const struct payoff *p, enum format format)
{
    struct table groups, stops;
    payoff_table(p, &groups);
    payoff_stop_table(p, &stops);
    if (format == FORMAT_JSON)
        printf("{\"budget\": \"%s\", \"groups\": ", budget_text[p->budget]);
    table_write(&groups, format, stdout);
    printf(format == FORMAT_JSON ? ", \"stops\": " : "\n");
    table_write(&stops, format, stdout);
    if (format == FORMAT_JSON)
        printf("}\n");
    table_free(&groups);
    table_free(&stops);
}

static int run(const struct args *a, struct err *err)
{
    const char *budget_name = args_value(a, "--budget");
    enum budget budget = BUDGET_COST;
    enum format format;
    struct catalogue *c = NULL;
    struct refine *refine = NULL;
    struct db *db;
    struct db_run row;
    struct payoff p, engines;
    struct err inner;
    int rc = -1;

    if (budget_name && budget_parse(budget_name, &budget, &inner) != 0)
        return fail(err, "dse payoff: --budget: %s", inner.text);
    if (args_format(a, FORMAT_TABLE, &format, err) != 0 ||
        db_open(&db, a->argument[0], DB_READ, err) != 0)
        return -1;
    if (db_run_find(db, args_value(a, "--run"), &row, err) != 0)
        goto close;
    /* A study whose own files are gone is still answered, from the grid alone. */
    if (open_catalogue(&c, &inner) == 0 && refine_open(&refine, &row, c, &inner) != 0)
        refine = NULL;
    const char *by = args_value(a, "--by"), *where = args_value(a, "--where");
    struct payoff_question q = {.by = by,
                                .where = where,
                                .budget = budget,
                                .contest = refine && !where ? refine_contest : NULL,
                                .ctx = refine,
                                .seed = row.seed,
                                .swings = true};
    if (payoff_make(&p, db, &row, &q, err) != 0)
        goto done;
    if (format != FORMAT_TABLE) {
        print_data(&p, format);
        rc = 0;
    } else {
        char *and_engine = mem_print("%s,engine", by ? by : "+");
        q.by = !by ? "+engine" : strstr(by, "engine") ? by : and_engine;
        q.swings = false;
        rc = payoff_make(&engines, db, &row, &q, err);
        if (rc == 0) {
            print_text(&p, &engines);
            payoff_free(&engines);
        }
        free(and_engine);
    }
    payoff_free(&p);
    if (rc == 0)
        rc = row.feasible ? EXIT_DONE : EXIT_NONE_FEASIBLE;
done:
    refine_close(refine);
    catalogue_close(c);
    db_run_free(&row);
close:
    db_close(db);
    return rc;
}

static const struct option options[] = {
    {"--run", "NAME", "the run; default: the newest"},
    {"--by", "COLUMN,...",
     "one answer per value of these columns; default: the swept columns of model, plan, workload, "
     "precision"},
    {"--budget", "cost|area|power|none", "what both sides may spend the same of; default: cost"},
    {"--where", "EXPR",
     "only points that meet an SQL condition; stop points are then interpolated"},
    {"--format", "table|csv|json|md", "table (default), csv, json, md"},
    {NULL, NULL, NULL},
};

const struct command cmd_payoff = {
    "payoff",
    "DB",
    1,
    1,
    "when an attention engine pays off, and where it stops",
    "  dse payoff payoff.db\n  dse payoff payoff.db --by model,engine --budget none",
    options,
    run};
