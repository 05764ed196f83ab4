#include "dse/payoff_summary_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dse/payoff_text.h"
#include "dse/terminal.h"
#include "reports/payoff/payoff_sentence.h"
#include "reports/payoff/payoff_summary.h"

enum { FLIPS_SHOWN = 3 };

static const enum tint tints[PAYOFF_VERDICTS] = {[PAYS] = TINT_GOOD,
                                                 [TOO_CLOSE] = TINT_UNSURE,
                                                 [DOES_NOT_PAY] = TINT_BAD,
                                                 [NO_ANSWER] = TINT_NONE};

static void print_models(const struct payoff *p)
{
    struct table t;
    enum payoff_verdict *verdict;
    payoff_summary_table(p, &t, &verdict);
    enum tint *tint = mem_alloc(t.rows + 1, sizeof *tint);
    for (size_t i = 0; i < t.rows; i++)
        tint[i] = tints[verdict[i]];
    print_tinted_table(&t, 1, tint);
    table_free(&t);
    char *caveats = payoff_caveats(p);
    if (*caveats)
        print_line(2, "%s\n", caveats);
    free(caveats);
    free(verdict);
    free(tint);
}

static void print_stops(const struct payoff *p)
{
    size_t shown = 0;
    const char *none = subject_is_engine(subject_or_engine(p->of))
                           ? " none along any axis of the study with the best engine of each value"
                           : " none along any axis of the study";
    print_line(0, "Stop points, where P = 1:%s\n", p->stops ? "" : none);
    for (size_t i = 0; i < p->stops; i++) {
        if (!payoff_summary_names(p, i))
            continue;
        char *sentence = payoff_stop_sentence(p, &p->stop[i]);
        print_line(4, "  %s\n", sentence);
        free(sentence);
        shown++;
    }
    if (p->stops > shown)
        print_line(4, "  %s%zu %s\n", shown ? "and " : "", p->stops - shown,
                   shown ? "more, also along parameters of the chip"
                         : "along parameters of the chip");
}

static void print_flips(const struct payoff *p)
{
    char *sentence;
    for (size_t i = 0; i < FLIPS_SHOWN && (sentence = payoff_flip_sentence(p, i)); i++) {
        if (i == 0)
            print_line(0, "What decides the close ones:\n");
        print_line(4, "  %s\n", sentence);
        free(sentence);
    }
}

static void print_border(const struct payoff *p)
{
    char *sentence = payoff_border_sentence(p);
    if (sentence)
        print_line(2, "%s\n", sentence);
    free(sentence);
}

void payoff_summary_text(const struct payoff *p, const struct db_run *run, const char *path)
{
    const struct payoff_subject *of = subject_or_engine(p->of);
    char *sentence = payoff_sentence(p);
    terminal_tint(TINT_STRONG);
    print_line(0, "%s\n", sentence);
    terminal_tint(TINT_NONE);
    free(sentence);
    if (p->none)
        return;
    char *answers =
        p->n == 1 ? mem_text("") : mem_print(" Ranges and shares: over its %zu answers.", p->n);
    char *sure = payoff_is_drawn(p)
                     ? mem_print("sure: the share of %d draws of prices and %s with P > 1",
                                 PAYOFF_DRAWS, subject_is_engine(of) ? "engines" : "constants")
                     : mem_text("nothing was drawn, so verdicts rest on the ends of the prices");
    print_line(0,
               "\n%s: P is the best throughput per %s with %s over the best without, at the "
               "most likely values; %s.%s\n\n",
               run->name, p->budget == BUDGET_NONE ? "system" : budget_text[p->budget], of->one,
               sure, answers);
    free(sure);
    free(answers);
    if (p->left)
        print_line(0, "Each side chooses its best %s.\n", p->left);
    payoff_print_too_many(p);
    if (p->runs)
        print_line(0, "Every engine runs %s.\n", p->runs);
    if (p->left || p->runs)
        printf("\n");
    print_models(p);
    printf("\n");
    print_stops(p);
    print_flips(p);
    print_border(p);
    printf("\n");
    const char *about = subject_is_engine(of) ? "" : of->path, *option = *about ? " --of " : "";
    print_line(8, "Next:   dse payoff %s%s%s --details\n", path, option, about);
    if (payoff_has_column(p, "scenario"))
        print_line(8, "        dse payoff %s%s%s --flips\n", path, option, about);
    print_line(8, "        dse report %s -o page.html\n", path);
}
