#include "arch/catalogue/layer_list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/ffn.h"
#include "arch/mixer.h"
#include "base/mem.h"

/* Values of a group that belong to no kind. */
struct of_group {
    double count, beside, draft;
};

/* clang-format off */
static const struct field rows[] = {
    { FIELD(of_group, count, "1"), .lo = 1, .hi = 1e4, .init = NAN, .whole = true, .doc = "Layers of the group." },
    { FIELD(of_group, beside, "1"), .lo = 0, .hi = 1, .init = 0, .whole = true, .words = yes_no_words,
      .doc = "Sublayers beside those of the group before, in the same layers." },
    { FIELD(of_group, draft, "1"), .lo = 0, .hi = 1, .init = 0, .whole = true, .words = yes_no_words,
      .doc = "The layer of an MTP module, where that is no copy of the last layer." },
};
/* clang-format on */
COVERS(rows, of_group);

static const struct fields group_fields = {"layers", rows, LEN(rows), sizeof(struct of_group)};
static const char *const kind_keys[] = {"mixer", "feed_forward"};

bool layer_list_is(const struct node *root)
{
    const struct node *n = node_kind(root) == NODE_MAP ? node_find(root, "layers") : NULL;
    return n && node_kind(n) == NODE_LIST;
}

/* Writes the names of a registry, "gqa, mla". */
#define LIST_NAMES(buffer, registry, count)                                                        \
    for (size_t i_ = 0; i_ < (count); i_++)                                                        \
    snprintf((buffer) + strlen(buffer), sizeof(buffer) - strlen(buffer), "%s, ",                   \
             (registry)[i_]->name)

static int read_mixer(const struct node *n, const struct model *m, const struct mixer **out,
                      struct err *err)
{
    const struct node *key = node_find(n, "mixer");
    char known[400] = "";
    if (!key && isnan(m->attention))
        return node_fail(n, "layers.mixer", err, "missing: give the mixer, or none");
    *out = key ? mixer_named(node_text(key)) : mixer_of(m);
    if (*out || !strcmp(node_text(key), "none"))
        return 0;
    LIST_NAMES(known, mixers, mixers_n);
    return node_fail(key, "layers.mixer", err, "unknown kind \"%.60s\": one of %snone",
                     node_text(key), known);
}

static int read_ffn(const struct node *n, const struct model *m, const struct ffn **out,
                    struct err *err)
{
    const struct node *key = node_find(n, "feed_forward");
    char known[400] = "";
    bool routed = m->experts > 0 || node_find(n, "experts");
    *out = key ? ffn_named(node_text(key)) : routed ? &ffn_moe : &ffn_dense;
    if (*out || !strcmp(node_text(key), "none"))
        return 0;
    LIST_NAMES(known, ffns, ffns_n);
    return node_fail(key, "layers.feed_forward", err, "unknown kind \"%.60s\": one of %snone",
                     node_text(key), known);
}

/* Tables that a key of a group may belong to, with the values they fill; a name that two have sets
 * both. */
struct table {
    const struct fields *fields;
    void *object;
};

static int unknown_key(const struct node *key, const struct table *t, size_t n, struct err *err)
{
    const char *near = name_nearest(node_text(key), kind_keys, LEN(kind_keys));
    for (size_t i = 0; i < n && !near; i++)
        near = t[i].fields ? field_nearest(*t[i].fields, node_text(key)) : NULL;
    if (near)
        return node_fail(key, "layers", err, "no \"%.60s\" here: did you mean \"%s\"?",
                         node_text(key), near);
    return node_fail(key, "layers", err,
                     "no \"%.60s\" in layers of this kind: `dse list layers` shows their keys",
                     node_text(key));
}

static int read_key(const struct node *n, size_t at, const struct table *t, size_t tables,
                    struct err *err)
{
    const struct node *key = node_key_node(n, at);
    bool known = !strcmp(node_text(key), kind_keys[0]) || !strcmp(node_text(key), kind_keys[1]);
    for (size_t i = 0; i < tables; i++) {
        const struct field *f = t[i].fields ? field_find(*t[i].fields, node_text(key)) : NULL;
        if (!f)
            continue;
        known = true;
        char *path = mem_print("layers.%s", f->name);
        int rc = node_bind_field(node_at(n, at), f, path, t[i].object, err);
        free(path);
        if (rc != 0)
            return -1;
    }
    return known ? 0 : unknown_key(key, t, tables, err);
}

static int read_group(const struct node *n, const struct model *m, struct stated_layers *out,
                      struct err *err)
{
    struct of_group of;
    if (node_kind(n) != NODE_MAP)
        return node_fail(n, "layers", err, "not a map: write {count: 4, ...}");
    fields_init(group_fields, &of);
    *out = stated_layers_of(NAN);
    if (read_mixer(n, m, &out->mixer, err) != 0 || read_ffn(n, m, &out->ffn, err) != 0)
        return -1;
    if (!out->mixer && !out->ffn)
        return node_fail(n, "layers", err, "neither a mixer nor a feed-forward: leave it out");
    const struct table t[] = {{&group_fields, &of},
                              {out->mixer ? out->mixer->fields : NULL, out->mixer_value},
                              {out->ffn ? out->ffn->fields : NULL, out->ffn_value}};
    for (size_t i = 0; i < node_count(n); i++)
        if (read_key(n, i, t, LEN(t), err) != 0)
            return -1;
    out->beside = of.beside > 0;
    out->draft = of.draft > 0;
    if (out->draft && (out->beside || !isnan(of.count)))
        return node_fail(n, "layers.draft", err,
                         "an MTP module has one layer of its own: leave %s out",
                         out->beside ? "beside" : "count");
    if (isnan(of.count) && !out->draft)
        return node_fail(n, "layers.count", err, "missing: give the number of layers");
    out->count = out->draft ? 1 : of.count;
    return 0;
}

static int check_group(const struct node *n, const struct fields *fields, const double *value,
                       const char *kind, struct err *err)
{
    for (size_t i = 0; i < fields->n; i++)
        if (isnan(field_get(&fields->row[i], value)))
            return node_fail(n, fields->row[i].name, err, "missing: layers of kind %s need it",
                             kind);
    return 0;
}

/* The sublayers of one group of the list, all values resolved. */
static void group_alone(struct layers *out, const struct model *m, size_t i)
{
    struct layer_list list = {.n = 1, .group = {m->list->group[i]}};
    list.group[0].draft = false;
    struct model alone = *m;
    alone.list = &list;
    layers_of(out, &alone);
}

/* Every value must be stated, by the group or by the model, and the values must agree. `moe`: an
 * earlier group with routed experts, or NULL. */
static int check_alone(const struct node *at, const struct layers *l, const struct ffn_group *moe,
                       struct err *err)
{
    const struct mixer_group *mixer = l->mixers ? &l->mixer[0] : NULL;
    const struct ffn_group *ffn = l->ffns ? &l->ffn[0] : NULL;
    struct err inner;
    if ((mixer &&
         check_group(at, mixer->kind->fields, mixer->of.value, mixer->kind->name, err) != 0) ||
        (ffn && check_group(at, ffn->kind->fields, ffn->of.value, ffn->kind->name, err) != 0))
        return -1;
    if ((mixer && mixer_check(mixer->kind, &mixer->of, &inner) != 0) ||
        (ffn && ffn_check(ffn, moe, &inner) != 0))
        return node_fail(at, NULL, err, "%s", inner.text);
    return 0;
}

/* Errors are at the group, or at `at` if that is no list of groups. */
static int check_groups(const struct node *at, const struct model *m, struct err *err)
{
    struct ffn_group moe = {NULL, {0}};
    for (size_t i = 0; i < m->list->n; i++) {
        const struct node *group = node_kind(at) == NODE_LIST ? node_at(at, i) : at;
        struct layers l;
        group_alone(&l, m, i);
        if (check_alone(group, &l, moe.kind ? &moe : NULL, err) != 0)
            return -1;
        if (!moe.kind && layers_moe(&l))
            moe = *layers_moe(&l);
    }
    return 0;
}

/* The model's own `attention` and `heads`, where no group needs them, describe its first mixer. */
static void describe_first(struct model *m)
{
    struct layers l;
    layers_of(&l, m);
    const struct mixer *kind = l.mixers ? l.mixer[0].kind : mixers[0];
    if (isnan(m->attention))
        m->attention = mixer_index(kind->name);
    if (isnan(m->heads))
        m->heads = l.mixers ? mixer_heads(kind, &l.mixer[0].of) : 1;
}

int layer_list_finish(const struct node *at, struct layer_list *list, struct model *m,
                      struct err *err)
{
    if (check_groups(at, m, err) != 0)
        return -1;
    describe_first(m);
    list->attention = m->attention;
    return 0;
}

/* Flat values that say which layers are of which kind. */
static const char *const patterns[] = {"full_every", "first_dense_layers", "moe_every"};

/* The list says it instead: such a key beside it is an error, and that of a base does not count. */
static int clear_patterns(const struct node *root, struct model *m, struct err *err)
{
    for (size_t i = 0; i < LEN(patterns); i++) {
        const struct field *f = field_find(model_fields, patterns[i]);
        const struct node *n = node_find(root, patterns[i]);
        if (n)
            return node_fail(n, patterns[i], err, "the groups of layers say it: leave it out");
        field_put(f, m, f->init);
    }
    return 0;
}

int layer_list_read(const struct node *root, struct layer_list *out, struct model *m,
                    struct err *err)
{
    const struct node *list = node_find(root, "layers");
    if (node_count(list) < 1 || node_count(list) > GROUPS_MOST)
        return node_fail(list, "layers", err, "%zu groups: give 1 to %d", node_count(list),
                         GROUPS_MOST);
    if (clear_patterns(root, m, err) != 0)
        return -1;
    m->layers = 0;
    out->n = node_count(list);
    bool draft = false;
    for (size_t i = 0; i < out->n; i++) {
        if (read_group(node_at(list, i), m, &out->group[i], err) != 0)
            return -1;
        if (out->group[i].draft && draft)
            return node_fail(node_at(list, i), "layers.draft", err,
                             "a second one: MTP modules are alike, give one");
        draft |= out->group[i].draft;
        m->layers += out->group[i].beside || out->group[i].draft ? 0 : out->group[i].count;
    }
    m->list = out;
    return layer_list_finish(list, out, m, err);
}
