#include "base/text_file.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

/* Longer marks come first, since the mark of UTF-16LE is a prefix of that of UTF-32LE. Without a
 * mark, the zero bytes of a leading ASCII character show the encoding. */
static const struct encoding {
    const char *name;
    unsigned char mark[4];
    size_t length;
    bool zero[4]; /* which of the first four bytes are zero, without a mark */
} encodings[] = {
    {"UTF-32", {0xFF, 0xFE, 0, 0}, 4, {false, true, true, true}},
    {"UTF-32", {0, 0, 0xFE, 0xFF}, 4, {true, true, true, false}},
    {"UTF-16", {0xFF, 0xFE}, 2, {false, true, false, true}},
    {"UTF-16", {0xFE, 0xFF}, 2, {true, false, true, false}},
};

static bool zeros_match(const struct encoding *e, const char *text)
{
    for (size_t i = 0; i < LEN(e->zero); i++) {
        if (e->zero[i] != (text[i] == '\0'))
            return false;
    }
    return true;
}

int text_encoding_check(const char *path, const char *text, size_t length, struct err *err)
{
    for (const struct encoding *e = encodings; e < encodings + LEN(encodings); e++) {
        bool marked = length >= e->length && memcmp(text, e->mark, e->length) == 0;
        if (marked || (length >= LEN(e->zero) && zeros_match(e, text)))
            return fail(err, "%s:1:1: the text is in %s: save it as UTF-8", path, e->name);
    }
    return 0;
}

bool text_file_is_absent(const char *path)
{
    return access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

size_t text_mark_length(const char *text, size_t length)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t of_mark = sizeof mark - 1;
    return length >= of_mark && memcmp(text, mark, of_mark) == 0 ? of_mark : 0;
}

/* Reads the whole file, or `most` + 1 bytes of a longer one. */
static char *read_all(FILE *file, size_t most, size_t *length)
{
    size_t used = 0, room = 1 << 14;
    char *text = mem_alloc(room, 1);
    for (size_t got = 1; got > 0 && used <= most; used += got) {
        if (used + 1 == room)
            text = mem_grow(text, room *= 2, 1);
        got = fread(text + used, 1, room - 1 - used, file);
    }
    *length = used;
    return text;
}

/* A wrong name is the user's to mend (status 2); a disk that fails is not (status 1). */
static int fail_read(const char *path, int why, struct err *err)
{
    static const int by_name[] = {ENOENT, ENOTDIR, EISDIR, EACCES, EPERM, ELOOP, ENAMETOOLONG};
    for (size_t i = 0; i < LEN(by_name); i++)
        if (why == by_name[i])
            return fail(err, "%s: cannot be read: %s: give a readable file", path, strerror(why));
    return fail_io(err, "%s: cannot be read: %s", path, strerror(why));
}

char *text_file_read(const char *path, size_t most_mib, size_t *length, struct err *err)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fail_read(path, errno, err);
        return NULL;
    }
    errno = 0;
    char *text = read_all(file, most_mib << 20, length);
    int bad = ferror(file) ? errno : 0, rc = 0;
    fclose(file);
    if (bad != 0)
        rc = fail_read(path, bad, err);
    else if (*length > most_mib << 20)
        rc = fail(err, "%s: too large: at most %zu MiB", path, most_mib);
    else
        rc = text_encoding_check(path, text, *length, err);
    if (rc != 0) {
        free(text);
        return NULL;
    }
    size_t mark = text_mark_length(text, *length);
    *length -= mark;
    memmove(text, text + mark, *length);
    text[*length] = '\0';
    return text;
}

/* An ending is all letters: not the ".1-8b" of a version. */
static bool is_ending(const char *dot)
{
    const char *at = dot + 1;
    while (isalpha((unsigned char)*at))
        at++;
    return at > dot + 1 && *at == '\0';
}

char *file_stem(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *name = mem_text(slash != NULL ? slash + 1 : path), *dot = strrchr(name, '.');
    if (dot != NULL && dot != name && is_ending(dot))
        *dot = '\0';
    return name;
}

char *file_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = mem_text(path);
    folder[slash != NULL ? slash + 1 - path : 0] = '\0';
    return folder;
}
