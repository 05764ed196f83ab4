#include "dse/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/mem_stream.h"
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

bool terminal_is_there(void)
{
    return isatty(STDOUT_FILENO);
}

bool terminal_is_ascii(void)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    bool utf8 = locale && strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    if (locale)
        freelocale(locale);
    return !utf8;
}

bool terminal_can_redraw(void)
{
    const char *term = getenv("TERM");
    return terminal_is_there() && term && *term && strcmp(term, "dumb") != 0;
}

size_t terminal_height(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

void screen_begin(size_t lines)
{
    if (lines)
        printf("\033[%zuA\033[J", lines);
}

static bool has_colour(void)
{
    const char *no = getenv("NO_COLOR");
    return terminal_can_redraw() && !(no && *no);
}

void terminal_tint(enum tint tint)
{
    static const char *const code[] = {[TINT_NONE] = "0",
                                       [TINT_STRONG] = "1",
                                       [TINT_GOOD] = "36",   /* cyan */
                                       [TINT_UNSURE] = "33", /* yellow */
                                       [TINT_BAD] = "35"};   /* magenta */
    if (has_colour())
        printf("\033[%sm", code[tint]);
}

struct fit terminal_fit(size_t keys)
{
    return (struct fit){.width = terminal_width(), .keys = keys, .ascii = terminal_is_ascii()};
}

void print_tinted_table(const struct table *t, size_t keys, const enum tint *tint)
{
    enum { HEAD = 2 }; /* lines above the rows of each block */
    size_t row = 0;
    struct mem_stream memory;
    if (!has_colour()) {
        print_table(t, FORMAT_TABLE, keys);
        return;
    }
    mem_stream_open(&memory);
    table_write_fitted(t, terminal_fit(keys), memory.out);
    char *text = mem_stream_text(&memory, NULL);
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        bool is_row = row >= HEAD && row - HEAD < t->rows;
        if (is_row)
            terminal_tint(tint[row - HEAD]);
        printf("%.*s", (int)(end - line), line);
        if (is_row)
            terminal_tint(TINT_NONE);
        printf("\n");
        row = end == line ? 0 : row + 1; /* an empty line ends a block */
    }
    free(text);
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

/* Returns the number of lines. */
static size_t print_folded(const char *line, size_t length, size_t width, size_t hang)
{
    size_t indent = 0;
    for (size_t lines = 1;; lines++) {
        size_t piece = piece_length(line, length, width - indent);
        printf("%*s%.*s\n", (int)indent, "", (int)piece, line);
        line += piece;
        length -= piece;
        size_t blanks = strspn(line, " ");
        if (blanks >= length)
            return lines;
        line += blanks;
        length -= blanks;
        indent = hang < width / 2 ? hang : 2;
    }
}

static size_t print_formatted(size_t hang, const char *format, va_list args)
{
    enum { NARROWEST = 24 };
    va_list again;
    size_t width = terminal_width(), lines = 0;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
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
        lines += print_folded(line, (size_t)(end - line), width ? width : SIZE_MAX, hang);
        if (last)
            break;
    }
    free(text);
    return lines;
}

void print_line(size_t hang, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_formatted(hang, format, args);
    va_end(args);
}

size_t print_lines(size_t hang, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t lines = print_formatted(hang, format, args);
    va_end(args);
    return lines;
}
