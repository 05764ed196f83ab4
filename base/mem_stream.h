/* A stream into memory. Like base/mem.h it ends the program if memory runs out, so that callers
 * need no checks and no text is cut silently. */
#ifndef BASE_MEM_STREAM_H
#define BASE_MEM_STREAM_H

#include <stdio.h>

struct mem_stream {
    FILE *out;                  /* write here */
    struct mem_stream_text *to; /* what was written so far */
};

void mem_stream_open(struct mem_stream *s);

/* What was written, with a NUL behind it; `length`, if not NULL, gets its length. Closes the
 * stream. Caller frees. */
char *mem_stream_text(struct mem_stream *s, size_t *length);

/* The same, but NULL if memory has run out. */
char *mem_stream_try_text(struct mem_stream *s, size_t *length);

/* Closes a stream whose text is not needed; nothing if it is closed. */
void mem_stream_drop(struct mem_stream *s);

#endif
