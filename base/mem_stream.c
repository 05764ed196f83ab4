#include "base/mem_stream.h"

#include <stdlib.h>

#include "base/mem.h"

void mem_stream_open(struct mem_stream *s)
{
    s->text = NULL;
    s->size = 0;
    s->out = open_memstream(&s->text, &s->size);
    if (s->out == NULL)
        mem_fail();
}

char *mem_stream_text(struct mem_stream *s, size_t *length)
{
    int failed = ferror(s->out);
    failed = fclose(s->out) != 0 || failed;
    char *text = s->text;
    s->out = NULL;
    s->text = NULL;
    if (failed || text == NULL)
        mem_fail();
    if (length != NULL)
        *length = s->size;
    return text;
}

void mem_stream_drop(struct mem_stream *s)
{
    if (s->out != NULL)
        fclose(s->out);
    free(s->text);
    *s = (struct mem_stream){0};
}
