#include "dse/terminal.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

/* The width of the terminal; 0, no limit, for a file or a pipe. */
static size_t terminal_width(void)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    long given = columns ? strtol(columns, NULL, 10) : 0;
    if (given > 0)
        return (size_t)given;
    return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

struct fit terminal_fit(size_t keys)
{
    return (struct fit){terminal_width(), keys};
}

void print_table(const struct table *t, enum format format, size_t keys)
{
    if (format == FORMAT_TABLE)
        table_write_fitted(t, terminal_fit(keys), stdout);
    else
        table_write(t, format, stdout);
}

/* Bytes of the longest start of `text` that fits in `most` characters and ends before a blank. */
static size_t piece_length(const char *text, size_t length, size_t most)
{
    size_t characters = 0, fits = 0;
    for (size_t i = 0; i < length; i++) {
        if (((unsigned char)text[i] & 0xc0) == 0x80) /* a UTF-8 continuation byte */
            continue;
        if (text[i] == ' ' && i > 0 && text[i - 1] != ' ')
            fits = i;
        if (++characters > most && fits > strspn(text, " "))
            return fits;
    }
    return length;
}

static void print_folded(const char *line, size_t length, size_t width, size_t hang)
{
    size_t indent = 0;
    for (;;) {
        size_t piece = piece_length(line, length, width - indent);
        printf("%*s%.*s\n", (int)indent, "", (int)piece, line);
        line += piece;
        length -= piece;
        size_t blanks = strspn(line, " ");
        if (blanks >= length)
            return;
        line += blanks;
        length -= blanks;
        indent = hang < width / 2 ? hang : 2;
    }
}

void print_line(size_t hang, const char *format, ...)
{
    enum { NARROWEST = 24 };
    va_list args, again;
    size_t width = terminal_width();
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    size_t size = length < 0 ? 1 : (size_t)length + 1;
    char *text = mem_alloc(size, 1);
    vsnprintf(text, size, format, again);
    va_end(again);
    if (width > 0 && width < NARROWEST)
        width = NARROWEST;
    for (char *line = text, *end; *line; line = end + 1) {
        end = line + strcspn(line, "\n");
        bool last = *end == '\0';
        *end = '\0';
        text_tame(line, "");
        print_folded(line, (size_t)(end - line), width ? width : SIZE_MAX, hang);
        if (last)
            break;
    }
    free(text);
}
