#include "reports/payoff/payoff_summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/mem.h"
#include "reports/payoff/payoff_label.h"
#include "reports/payoff/payoff_sentence.h"

enum { STOPS_NAMED = 4 };

static const char *model_of(const struct payoff *p, const struct payoff_group *g)
{
    for (size_t k = 0; k < p->by_n; k++)
        if (!strcmp(p->by[k], "model") && g->key[k].kind == CELL_TEXT)
            return g->key[k].text;
    return "all";
}

static bool is_first_of_model(const struct payoff *p, size_t group)
{
    for (size_t i = 0; i < group; i++)
        if (!strcmp(model_of(p, &p->group[i]), model_of(p, &p->group[group])))
            return false;
    return true;
}

/* The groups of a model together. */
struct tally {
    size_t groups, by_verdict[PAYOFF_VERDICTS];
    double p[2], sure[2]; /* least and most; NAN if unknown */
};

static void widen(double range[2], double v)
{
    range[0] = fmin(range[0], v); /* fmin and fmax skip NAN */
    range[1] = fmax(range[1], v);
}

static struct tally tally_of(const struct payoff *p, const char *model)
{
    struct tally t = {.p = {NAN, NAN}, .sure = {NAN, NAN}};
    for (size_t i = 0; i < p->n; i++) {
        const struct payoff_group *g = &p->group[i];
        if (strcmp(model_of(p, g), model) != 0)
            continue;
        t.groups++;
        t.by_verdict[g->verdict]++;
        widen(t.p, g->p);
        widen(t.sure, g->probability);
    }
    return t;
}

/* "1.92 to 2.66", "1.92", or "". */
static void add_range(struct table *out, const double range[2], double scale, const char *format,
                      const char *unit)
{
    char low[32], high[32];
    snprintf(low, sizeof low, format, range[0] * scale);
    snprintf(high, sizeof high, format, range[1] * scale);
    char *text = isnan(range[0])          ? mem_text("")
                 : strcmp(low, high) == 0 ? mem_print("%s%s", low, unit)
                                          : mem_print("%s to %s%s", low, high, unit);
    table_quantity(out, text);
    free(text);
}

static size_t wins_of(const struct payoff *p, const char *model, const char *engine)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        n += p->group[i].engine && !strcmp(p->group[i].engine, engine) &&
             !strcmp(model_of(p, &p->group[i]), model);
    return n;
}

/* The engine that is best in most workloads of a model, and how many others are best in some:
 * "duplex +2". */
static char *engines_of(const struct payoff *p, const char *model)
{
    const char *best = "";
    size_t most = 0, others = 0;
    for (size_t i = 0; i < p->n; i++) {
        const char *engine = p->group[i].engine;
        size_t wins = engine && *engine ? wins_of(p, model, engine) : 0;
        bool first = wins > 0;
        for (size_t j = 0; j < i && first; j++)
            first = !p->group[j].engine || strcmp(p->group[j].engine, engine) != 0;
        others += first;
        if (wins > most) {
            most = wins;
            best = engine;
        }
    }
    return others > 1 ? mem_print("%s +%zu", best, others - 1) : mem_text(best);
}

static enum payoff_verdict verdict_of(const struct tally *t)
{
    for (enum payoff_verdict v = 0; v < PAYOFF_VERDICTS; v++)
        if (t->by_verdict[v] == t->groups)
            return v;
    return TOO_CLOSE;
}

/* "pays", or "pays 5/7": of pays, close and does not, the first that occurs. */
static char *verdict_text(const struct tally *t)
{
    static const char *const brief[PAYOFF_VERDICTS] = {[PAYS] = "pays",
                                                       [TOO_CLOSE] = "too close",
                                                       [DOES_NOT_PAY] = "does not pay",
                                                       [NO_ANSWER] = "no answer"};
    enum payoff_verdict v = 0;
    while (v + 1 < PAYOFF_VERDICTS && !t->by_verdict[v])
        v++;
    return t->by_verdict[v] == t->groups
               ? mem_text(brief[v])
               : mem_print("%s %zu/%zu", brief[v], t->by_verdict[v], t->groups);
}

void payoff_summary_table(const struct payoff *p, struct table *out, enum payoff_verdict **verdict)
{
    const bool engine = subject_is_engine(subject_or_engine(p->of));
    const char *const header[] = {"model", "P", "sure", "verdict",
                                  engine ? "best engine" : "best chip of the pool"};
    size_t n = 0;
    table_begin(out, header, LEN(header));
    *verdict = mem_alloc(p->n + 1, sizeof **verdict);
    for (size_t i = 0; i < p->n; i++) {
        if (!is_first_of_model(p, i))
            continue;
        const char *model = model_of(p, &p->group[i]);
        struct tally t = tally_of(p, model);
        char *text = verdict_text(&t), *engines = engines_of(p, model);
        table_text(out, model);
        add_range(out, t.p, 1, "%.2f", "");
        add_range(out, t.sure, 100, "%.0f", " %");
        table_text(out, text);
        table_text(out, engines);
        (*verdict)[n++] = verdict_of(&t);
        free(text);
        free(engines);
    }
}

/* Is group `i` the first with its engine and a caveat? */
static bool is_first_caveat(const struct payoff *p, size_t i)
{
    for (size_t j = 0; j <= i; j++) {
        if (!p->group[j].engine || strcmp(p->group[j].engine, p->group[i].engine) != 0)
            continue;
        char *caveat = payoff_caveat(&p->group[j]);
        bool has = *caveat != 0;
        free(caveat);
        if (has)
            return j == i;
    }
    return false;
}

char *payoff_caveats(const struct payoff *p)
{
    char *out = mem_text("");
    if (!subject_is_engine(subject_or_engine(p->of)))
        return out;
    for (size_t i = 0; i < p->n; i++) {
        const struct payoff_group *g = &p->group[i];
        if (!g->engine || !is_first_caveat(p, i))
            continue;
        char *caveat = payoff_caveat(g);
        engine_caveat_add(&out, g->engine, caveat);
        free(caveat);
    }
    return out;
}

/* "model, column value": the key of a stop point. */
static char *stop_key(const struct payoff *p, const struct payoff_stop *s)
{
    char *out = mem_text(""), number[48];
    for (size_t k = 0; k < p->by_n; k++) {
        const struct cell *c = &s->key[k];
        if (c->kind == CELL_NULL)
            continue;
        bool word = c->kind == CELL_TEXT;
        char *longer =
            mem_print("%s%s%s%s%s", out, *out ? ", " : "", word ? "" : p->by[k], word ? "" : " ",
                      word ? c->text : number_readable(c->number, 4, number, sizeof number));
        free(out);
        out = longer;
    }
    return out;
}

static bool is_along_chip(const struct payoff *p, size_t i)
{
    return !strncmp(p->axis[p->stop[i].axis], "chip", strlen("chip"));
}

bool payoff_summary_names(const struct payoff *p, size_t i)
{
    size_t before = 0;
    for (size_t k = 0; k < i; k++)
        before += !is_along_chip(p, k);
    return !is_along_chip(p, i) && before < STOPS_NAMED;
}

char *payoff_stop_sentence(const struct payoff *p, const struct payoff_stop *s)
{
    char at[48], low[48], high[48], *key = stop_key(p, s), *range = mem_text("");
    const char *unit = p->axis_unit[s->axis];
    if (!isnan(s->at_low) && !isnan(s->at_high)) {
        free(range);
        range = mem_print(" (%s to %s)",
                          quantity_text(fmin(s->at_low, s->at_high), unit, 3, low, sizeof low),
                          quantity_text(fmax(s->at_low, s->at_high), unit, 3, high, sizeof high));
    }
    char *out =
        mem_print("%s%spays %s %s %s%s", key, *key ? ": " : "", s->falls ? "below" : "above",
                  p->axis[s->axis], quantity_text(s->at, unit, 3, at, sizeof at), range);
    free(range);
    free(key);
    return out;
}

static const struct swing *deciding(const struct payoff_group *g)
{
    for (size_t i = 0; i < g->swings; i++)
        if (g->swing[i].inside)
            return &g->swing[i];
    return NULL;
}

static double width_of(const struct swing *s)
{
    return fabs(log(s->p_high / s->p_low));
}

char *payoff_flip_sentence(const struct payoff *p, size_t i)
{
    for (size_t k = 0; k < p->n; k++) {
        if (!is_first_of_model(p, k))
            continue;
        const struct payoff_group *best = NULL;
        for (size_t j = 0; j < p->n; j++) {
            const struct payoff_group *g = &p->group[j];
            const struct swing *s = deciding(g);
            if (s && g->verdict == TOO_CLOSE &&
                !strcmp(model_of(p, g), model_of(p, &p->group[k])) &&
                (!best || width_of(s) > width_of(deciding(best))))
                best = g;
        }
        if (!best || i-- > 0)
            continue;
        const struct swing *s = deciding(best);
        char low[48], high[48], at[48], *title = group_title(p, best);
        const char *unit = s->price && strcmp(s->price->unit, "1") != 0 ? s->price->unit : "";
        char *out = mem_print("%s: pays %s %s %s (of %s to %s)", title,
                              s->p_low > s->p_high ? "below" : "above", s->name,
                              quantity_text(s->flips_at, unit, 3, at, sizeof at),
                              quantity_text(s->low, unit, 3, low, sizeof low),
                              quantity_text(s->high, unit, 3, high, sizeof high));
        free(title);
        return out;
    }
    return NULL;
}

/* Is `axis` in a list "A, B"? */
static bool lists_axis(const char *list, const char *axis, size_t length)
{
    for (; *list; list += strspn(list, ", ")) {
        size_t here = strcspn(list, ",");
        if (here == length && !strncmp(list, axis, length))
            return true;
        list += here;
    }
    return false;
}

/* Adds the axes of a list that another lacks. */
static void join_axes(char **all, const char *list)
{
    for (size_t length; *list; list += strspn(list, ", ")) {
        length = strcspn(list, ",");
        if (!lists_axis(*all, list, length)) {
            char *longer = mem_print("%s%s%.*s", *all, **all ? ", " : "", (int)length, list);
            free(*all);
            *all = longer;
        }
        list += length;
    }
}

char *payoff_border_sentence(const struct payoff *p)
{
    char *axes = mem_text("");
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        if (p->group[i].at_border && *p->group[i].at_border) {
            join_axes(&axes, p->group[i].at_border);
            n++;
        }
    char *out = n ? mem_print("At the end of an axis where one more step gains over 0.5 %%: %zu of "
                              "%zu answers (%s)",
                              n, p->n, axes)
                  : NULL;
    free(axes);
    return out;
}
