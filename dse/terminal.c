#include "dse/terminal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

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

void print_table(const struct table *t, enum format format, size_t keys)
{
    if (format == FORMAT_TABLE)
        table_write_fitted(t, (struct fit){terminal_width(), keys}, stdout);
    else
        table_write(t, format, stdout);
}
