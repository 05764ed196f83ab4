/* open_memstream of glibc (2.36) loses characters without an error where its buffer cannot grow
 * (_IO_str_overflow), so its streams write into a text of our own there. */
#define _GNU_SOURCE /* fopencookie */
#include "base/mem_stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct mem_stream_text {
    char *text;
    size_t size, room; /* room for `size` bytes and a NUL */
};

#ifdef __GLIBC__

/* Returns fewer than n, an error of the stream, if memory runs out. */
static ssize_t append(void *cookie, const char *bytes, size_t n)
{
    struct mem_stream_text *t = cookie;
    if (n >= t->room - t->size) {
        size_t room = 2 * t->room + n;
        char *text = realloc(t->text, room);
        if (text == NULL)
            return 0;
        t->text = text;
        t->room = room;
    }
    memcpy(t->text + t->size, bytes, n);
    t->size += n;
    t->text[t->size] = '\0';
    return (ssize_t)n;
}

static FILE *open_text(struct mem_stream_text *t)
{
    t->room = 1;
    t->text = mem_alloc(t->room, 1);
    return fopencookie(t, "w", (cookie_io_functions_t){.write = append});
}

#else

static FILE *open_text(struct mem_stream_text *t)
{
    return open_memstream(&t->text, &t->size);
}

#endif

void mem_stream_open(struct mem_stream *s)
{
    s->to = mem_alloc(1, sizeof *s->to);
    s->out = open_text(s->to);
    if (s->out == NULL)
        mem_fail();
}

char *mem_stream_try_text(struct mem_stream *s, size_t *length)
{
    int failed = ferror(s->out);
    failed = fclose(s->out) != 0 || failed;
    s->out = NULL;
    char *text = failed ? NULL : s->to->text;
    if (length != NULL)
        *length = s->to->size;
    if (text != NULL)
        s->to->text = NULL;
    mem_stream_drop(s);
    return text;
}

char *mem_stream_text(struct mem_stream *s, size_t *length)
{
    char *text = mem_stream_try_text(s, length);
    if (text == NULL)
        mem_fail();
    return text;
}

void mem_stream_drop(struct mem_stream *s)
{
    if (s->out != NULL)
        fclose(s->out);
    if (s->to != NULL)
        free(s->to->text);
    free(s->to);
    *s = (struct mem_stream){0};
}
