#include "dse/answers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf_json.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/mem_stream.h"
#include "reports/write.h"

struct answers {
    char *path;
    int file;
    size_t n, room; /* room: a power of two */
    size_t answered;
    struct kept {
        char *key, *answer, *failed; /* key NULL: free */
    } * kept;                        /* a hash table */
};

void answers_key(const char *identity, const char *question, char key[KEY_SIZE])
{
    struct sha256 s;
    sha256_begin(&s);
    sha256_add(&s, identity, strlen(identity) + 1);
    sha256_add(&s, question, strlen(question));
    sha256_base64(&s, key);
}

static struct kept *slot_of(const struct answers *a, const char *key)
{
    size_t i = (size_t)hash_text(key) & (a->room - 1);
    while (a->kept[i].key && strcmp(a->kept[i].key, key) != 0)
        i = (i + 1) & (a->room - 1);
    return &a->kept[i];
}

static void kept_free(struct kept *k)
{
    free(k->key);
    free(k->answer);
    free(k->failed);
    *k = (struct kept){0};
}

/* The last answer to a key counts, and else the last failure. */
static void keep(struct answers *a, const char *key, const char *answer, const char *failed)
{
    if (2 * a->n >= a->room) {
        struct kept *old = a->kept;
        size_t room = a->room;
        a->room = room ? 2 * room : 1024;
        a->kept = mem_alloc(a->room, sizeof *a->kept);
        for (size_t i = 0; i < room; i++)
            if (old[i].key)
                *slot_of(a, old[i].key) = old[i];
        free(old);
    }
    struct kept *k = slot_of(a, key);
    if (k->answer && !answer)
        return;
    a->n += k->key == NULL;
    a->answered += answer != NULL && k->answer == NULL;
    kept_free(k);
    k->key = mem_text(key);
    k->answer = answer ? mem_text(answer) : NULL;
    k->failed = failed ? mem_text(failed) : NULL;
}

/* Lines have the members in the order that answers_add writes. */
static int read_line(struct answers *a, const char *line, size_t number, struct err *err)
{
    static const char before[] = ", \"answer\": ";
    struct conf *conf;
    struct err inner;
    if (conf_parse_json(&conf, a->path, line, &inner) != 0)
        return fail(err, "%s:%zu: is no answer of an evaluator: remove the line", a->path, number);
    const struct node *root = conf_root(conf), *key = node_find(root, "key");
    const struct node *failed = node_find(root, "failed");
    const char *at = strstr(line, before);
    char *answer = at ? mem_text(at + strlen(before)) : NULL;
    char *end = answer ? strrchr(answer, '}') : NULL;
    int rc = 0;
    if (end)
        *end = '\0';
    if (!key || (!answer && !failed))
        rc = fail(err, "%s:%zu: is no answer of an evaluator: remove the line", a->path, number);
    else
        keep(a, node_text(key), failed ? NULL : answer, failed ? node_text(failed) : NULL);
    free(answer);
    conf_close(conf);
    return rc;
}

/* Can the line be the start of one that answers_add writes? */
static bool is_start(const char *line)
{
    static const char start[] = "{\"key\": ";
    size_t n = strlen(line) < strlen(start) ? strlen(line) : strlen(start);
    return strncmp(line, start, n) == 0;
}

int answers_open(struct answers **out, const char *path, struct err *err)
{
    struct answers *a = mem_alloc(1, sizeof *a);
    char *line = NULL;
    size_t room = 0, number = 0;
    int rc = 0;
    *out = a;
    a->path = mem_text(path);
    a->file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    struct stat there;
    if (a->file >= 0 && fstat(a->file, &there) == 0 && !S_ISREG(there.st_mode)) {
        rc = fail(err, "%s: is no file: give another search.evaluator.cache", path);
        goto done;
    }
    FILE *in = a->file < 0 ? NULL : fopen(path, "r");
    if (!in) {
        rc = fail_io(err, "%s: cannot be opened: %s", path, strerror(errno));
        goto done;
    }
    for (ssize_t n; rc == 0 && (n = getline(&line, &room, in)) > 0;) {
        number++;
        if (line[n - 1] == '\n' || !is_start(line))
            rc = n > 1 ? read_line(a, line, number, err) : 0;
        else if (ftruncate(a->file, ftello(in) - n) != 0) /* cut off while it was written */
            rc = fail_io(err, "%s: cannot be written: %s", path, strerror(errno));
    }
    if (rc == 0 && !feof(in))
        rc = fail_io(err, "%s: cannot be read: %s", path, strerror(errno));
    fclose(in);
done:
    free(line);
    if (rc != 0) {
        answers_close(a);
        *out = NULL;
    }
    return rc;
}

void answers_close(struct answers *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->room; i++)
        kept_free(&a->kept[i]);
    if (a->file >= 0)
        close(a->file);
    free(a->kept);
    free(a->path);
    free(a);
}

const char *answers_find(const struct answers *a, const char *key, const char **failed)
{
    const struct kept *k = a->room ? slot_of(a, key) : NULL;
    *failed = k && k->key ? k->failed : NULL;
    return k && k->key ? k->answer : NULL;
}

int answers_add(struct answers *a, const char *key, const char *answer, const char *failed,
                struct err *err)
{
    struct mem_stream line;
    size_t size;
    mem_stream_open(&line);
    fputs("{\"key\": ", line.out);
    json_text(key, line.out);
    fputs(answer ? ", \"answer\": " : ", \"failed\": ", line.out);
    if (answer)
        fputs(answer, line.out);
    else
        json_text(failed, line.out);
    fputs("}\n", line.out);
    char *text = mem_stream_text(&line, &size);
    bool written = write(a->file, text, size) == (ssize_t)size;
    free(text);
    if (!written)
        return fail_io(err, "%s: cannot be written: %s", a->path, strerror(errno));
    keep(a, key, answer, failed);
    return 0;
}

size_t answers_count(const struct answers *a)
{
    return a->answered;
}
