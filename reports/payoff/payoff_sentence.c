#include "reports/payoff/payoff_sentence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static size_t column(const struct payoff *p, const char *name)
{
    size_t k = 0;
    while (k < p->by_n && strcmp(p->by[k], name) != 0)
        k++;
    return k;
}

static const char *key_text(const struct payoff *p, size_t group, size_t k, const char *otherwise)
{
    return k < p->by_n && p->group[group].key[k].kind == CELL_TEXT ? p->group[group].key[k].text
                                                                   : otherwise;
}

static char *add_list(char *list, const char *item)
{
    char *longer = mem_print("%s%s%s", list, *list ? ", " : "", item);
    free(list);
    return longer;
}

/* Sorts the models by their verdicts over all their groups. */
char *payoff_sentence(const struct payoff *p)
{
    const struct payoff_subject *of = subject_or_engine(p->of);
    enum kind {
        EVERYWHERE,
        SOMEWHERE,
        BY_EXPERTS,
        BY_EXPERTS_SOMEWHERE,
        UNSURE,
        NOWHERE,
        NOT_COMPARED,
        NO_P,
        KINDS
    };
    char *always = mem_print(" has no P (no design is without it: sweep %s over none too) for",
                             design_parts[of->part].fields->section);
    const char *const says[KINDS] = {
        [EVERYWHERE] = " pays for",
        [SOMEWHERE] = " pays for some workloads of",
        [BY_EXPERTS] = " pays, but for its experts, not for attention, for",
        [BY_EXPERTS_SOMEWHERE] =
            " pays, but for its experts, not for attention, for some workloads of",
        [UNSURE] = " is too close to call for",
        [NOWHERE] = " does not pay for",
        [NOT_COMPARED] = " does not pay where a design without it is feasible for",
        [NO_P] =
            p->always ? always : " has no P (no feasible design without it to compare with) for",
    };
    char *lists[KINDS];
    for (size_t i = 0; i < KINDS; i++)
        lists[i] = mem_text("");
    size_t model = column(p, "model");
    for (size_t i = 0; i < p->n; i++) {
        size_t pays = 0, by_experts = 0, close = 0, no_p = 0, all = 0;
        bool first = true;
        const char *name = key_text(p, i, model, "this study");
        for (size_t j = 0; j < p->n; j++) {
            if (strcmp(key_text(p, j, model, "this study"), name) != 0)
                continue;
            first = first && j >= i;
            pays += p->group[j].verdict == PAYS;
            by_experts += p->group[j].verdict == PAYS && pays_for_experts(&p->group[j]);
            close += p->group[j].verdict == TOO_CLOSE;
            no_p += p->group[j].verdict == NO_ANSWER;
            all++;
        }
        if (first) {
            bool experts = by_experts == pays;
            enum kind which = pays == all   ? experts ? BY_EXPERTS : EVERYWHERE
                              : pays        ? experts ? BY_EXPERTS_SOMEWHERE : SOMEWHERE
                              : close       ? UNSURE
                              : no_p == all ? NO_P
                              : no_p        ? NOT_COMPARED
                                            : NOWHERE;
            lists[which] = add_list(lists[which], name);
        }
    }
    char *out = mem_text(p->none ? p->none : "");
    for (size_t i = 0; i < KINDS; i++) {
        if (*lists[i]) {
            bool named = !*out || i == NO_P;
            char *piece = mem_print("%s%s%s%s %s.", out, *out ? " " : "", named ? of->Title : "It",
                                    says[i], lists[i]);
            free(out);
            out = piece;
        }
        free(lists[i]);
    }
    free(always);
    return out;
}

char *engine_caveat(const char *limited_by, const char *status)
{
    bool limited = limited_by && *limited_by && strcmp(limited_by, "none") != 0;
    bool assumed = status && !strcmp(status, "hypothetical");
    return mem_print("%s%s%s%s", assumed ? "hypothetical" : "", assumed && limited ? ", " : "",
                     limited ? "limited by " : "", limited ? limited_by : "");
}

void engine_caveat_add(char **line, const char *engine, const char *caveat)
{
    char *longer =
        mem_print("%s%s%s (%s)", *line, **line ? ", " : "Not as stated: ", engine, caveat);
    free(*line);
    *line = longer;
}

static const char *word_of(const char *metric, double value)
{
    return isnan(value) ? NULL : field_word(field_find(metrics_fields, metric), value);
}

char *payoff_caveat(const struct payoff_group *g)
{
    return engine_caveat(word_of("engine_limited_by", g->engine_limited_by),
                         word_of("engine_maturity", g->engine_maturity));
}

/* Verdicts and range of P of one engine for one model, over the workloads. */
struct tally {
    size_t groups, by_verdict[PAYOFF_VERDICTS];
    size_t by_experts; /* pays only because it runs experts too */
    double least, most;
};

static struct tally tally_of(const struct payoff *p, size_t model, const char *name, size_t engine,
                             const char *of)
{
    struct tally t = {.least = INFINITY, .most = -INFINITY};
    for (size_t i = 0; i < p->n; i++) {
        if (strcmp(key_text(p, i, model, "all"), name) != 0 ||
            strcmp(key_text(p, i, engine, p->group[i].engine), of) != 0)
            continue;
        t.groups++;
        t.by_verdict[p->group[i].verdict]++;
        t.by_experts += p->group[i].verdict == PAYS && pays_for_experts(&p->group[i]);
        t.least = fmin(t.least, p->group[i].p);
        t.most = fmax(t.most, p->group[i].p);
    }
    return t;
}

static bool seen_before(const struct payoff *p, size_t i, size_t model, size_t engine)
{
    for (size_t j = 0; j < i; j++)
        if (!strcmp(key_text(p, j, model, "all"), key_text(p, i, model, "all")) &&
            (engine == p->by_n + 1 || !strcmp(key_text(p, j, engine, p->group[j].engine),
                                              key_text(p, i, engine, p->group[i].engine))))
            return true;
    return false;
}

char *payoff_line(const struct payoff *p, size_t nth)
{
    enum { EVERYWHERE, SOMEWHERE, UNSURE, NOWHERE, NO_P, KINDS };
    static const char *const says[KINDS] = {
        [EVERYWHERE] = "pays with",
        [SOMEWHERE] = "pays for some workloads with",
        [UNSURE] = "too close to call with",
        [NOWHERE] = "does not pay with",
        [NO_P] = "nothing feasible to compare with",
    };
    size_t model = column(p, "model"), engine = column(p, subject_or_engine(p->of)->column), i = 0;
    double low = INFINITY, high = 0;
    const char *core = NULL;

    for (;; i++) {
        if (i == p->n)
            return NULL;
        if (!seen_before(p, i, model, p->by_n + 1) && nth-- == 0)
            break;
    }
    const char *name = key_text(p, i, model, "all");
    char *list[KINDS];
    for (size_t k = 0; k < KINDS; k++)
        list[k] = mem_text("");
    for (size_t j = i; j < p->n; j++) {
        if (strcmp(key_text(p, j, model, "all"), name) != 0)
            continue;
        if (p->group[j].intensity > 0) {
            core = p->group[j].core;
            low = fmin(low, p->group[j].intensity);
            high = fmax(high, p->group[j].intensity);
        }
        if (seen_before(p, j, model, engine))
            continue;
        const char *of = key_text(p, j, engine, p->group[j].engine);
        struct tally t = tally_of(p, model, name, engine, of);
        size_t kind = t.by_verdict[PAYS] == t.groups        ? EVERYWHERE
                      : t.by_verdict[PAYS]                  ? SOMEWHERE
                      : t.by_verdict[TOO_CLOSE]             ? UNSURE
                      : t.by_verdict[NO_ANSWER] == t.groups ? NO_P
                                                            : NOWHERE;
        const char *but = t.by_experts && t.by_experts == t.by_verdict[PAYS]
                              ? ", but for its experts"
                          : t.by_experts ? ", in some but for its experts"
                                         : "";
        char *caveat = subject_is_engine(subject_or_engine(p->of)) ? payoff_caveat(&p->group[j])
                                                                   : mem_text("");
        char *item =
            kind == NO_P
                ? mem_print("%s%s%s%s", of, *caveat ? " (" : "", caveat, *caveat ? ")" : "")
            : t.most > t.least
                ? mem_print("%s (%s%sP %.2f to %.2f%s)", of, caveat, *caveat ? "; " : "", t.least,
                            t.most, but)
                : mem_print("%s (%s%sP %.2f%s)", of, caveat, *caveat ? "; " : "", t.least, but);
        free(caveat);
        list[kind] = add_list(list[kind], item);
        free(item);
    }
    char a[48], b[48];
    char *out =
        !(high > 0) ? mem_print("%s:", name)
        : high > low * 1.02
            ? mem_print("%s, %s at %s to %s FLOP/B:", name, core,
                        number_readable(low, 3, a, sizeof a), number_readable(high, 3, b, sizeof b))
            : mem_print("%s, %s at %s FLOP/B:", name, core, number_readable(low, 3, a, sizeof a));
    for (size_t k = 0; k < KINDS; k++) {
        if (*list[k]) {
            char *longer = mem_print("%s%s %s %s", out, out[strlen(out) - 1] == ':' ? "" : ";",
                                     says[k], list[k]);
            free(out);
            out = longer;
        }
        free(list[k]);
    }
    return out;
}
