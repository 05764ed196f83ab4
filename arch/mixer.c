#include "arch/mixer.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

#define MIXER(name) &mixer_##name,
const struct mixer *const mixers[] = {MIXERS(MIXER)};
const size_t mixers_n = LEN(mixers);

struct word mixer_word(size_t i)
{
    if (i < mixers_n)
        return (struct word){mixers[i]->name, (double)i};
    size_t other = mixers_n;
    for (size_t k = 0; k < mixers_n; k++)
        for (const char *const *also = mixers[k]->also; *also; also++)
            if (other++ == i)
                return (struct word){*also, (double)k};
    return (struct word){NULL, 0};
}

static double index_of(const char *word)
{
    struct word w;
    for (size_t i = 0; (w = mixer_word(i)).text; i++)
        if (!strcmp(w.text, word))
            return w.value;
    return NAN;
}

const struct mixer *mixer_named(const char *word)
{
    double i = index_of(word);
    return isnan(i) ? NULL : mixers[(size_t)i];
}

double mixer_index(const char *word)
{
    double i = index_of(word);
    assert(!isnan(i));
    return i;
}

const struct mixer *mixer_of(const struct model *m)
{
    return mixers[(size_t)m->attention];
}
