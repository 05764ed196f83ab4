/* Reverses the tables of a source file: permute_tables FILE [STRUCT|ENUM...] writes the file
 * with the rows of every constant array of structs (or of pointers to them) in reverse order, and
 * so the members of the structs and the constants of the enums that are named: "struct metrics" by
 * its tag, "enum VERDICTS" by its last constant, which counts the others and stays last. A row that
 * ends a list, { NULL ...}, stays last too. Code that relies on the position
 * of a row then gives another answer: see cli_permute.sh. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MOST = 4096 };

struct piece {
    const char *at, *end;
};

static const char *blanks_after(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* Skips a comment, string or character literal that starts at `at`. */
static const char *past_quoted(const char *at)
{
    if (at[0] == '/' && at[1] == '*')
        return strstr(at, "*/") + 2;
    if (at[0] != '"' && at[0] != '\'')
        return at;
    const char *end = at + 1;
    while (*end != *at)
        end += *end == '\\' ? 2 : 1;
    return end + 1;
}

/* Splits the list after a brace at each `separator` outside brackets; returns its end. */
static const char *cut(const char *at, char separator, struct piece *row, size_t *n)
{
    int depth = 0;
    const char *from = at;
    for (*n = 0;;) {
        const char *past = past_quoted(at);
        if (past != at) {
            at = past;
            continue;
        }
        bool closes = *at == '}' || *at == ')' || *at == ']';
        if ((closes && depth == 0) || (*at == separator && depth == 0)) {
            const char *text = blanks_after(from);
            while (text[0] == '/' && text[1] == '*') /* a comment alone is no row */
                text = blanks_after(past_quoted(text));
            if (text < at && *n < ROWS_MOST)
                row[(*n)++] = (struct piece){from, at};
            from = at + 1;
        }
        if (closes && depth == 0)
            return at;
        depth += (*at == '{' || *at == '(' || *at == '[') - closes;
        at++;
    }
}

static bool ends_list(const struct piece *row)
{
    const char *at = blanks_after(row->at);
    at = *at == '{' ? blanks_after(at + 1) : at;
    return !strncmp(at, "NULL", 4);
}

/* One row is left as it is: it may be a macro for all rows. */
static void write_reversed(const struct piece *row, size_t n, bool keep_last, char separator)
{
    size_t turned = n - (keep_last && n > 0);
    for (size_t i = 0; i < n; i++) {
        const struct piece *p = &row[i < turned ? turned - 1 - i : i];
        printf("%.*s", (int)(p->end - p->at), p->at);
        if (n > 1)
            putchar(separator);
    }
    putchar('\n');
}

/* The start of the rows if a table is declared here. */
static const char *table_rows(const char *at, bool in_function)
{
    const char *is_static = !strncmp(at, "static ", 7) ? at + 7 : at, *end;
    if ((in_function && is_static == at) || strncmp(is_static, "const struct ", 13) != 0)
        return NULL;
    end = is_static;
    if (is_static[13] == '{' || strchr(is_static, '{') == strpbrk(is_static, "{;=(")) {
        int depth = 0; /* the struct is declared here too */
        for (end = strchr(end, '{'); depth != 1 || *end != '}'; end++)
            depth += (*end == '{') - (*end == '}');
    }
    end = strpbrk(end + 1, "=;(");
    if (!end || *end != '=' || end[-2] != ']' || *blanks_after(end + 1) != '{')
        return NULL;
    return blanks_after(end + 1) + 1;
}

/* The start of the members if this is one of the named structs or enums. */
static const char *named_list(const char *at, char **names, int n, char *separator, bool *counted)
{
    static struct piece row[ROWS_MOST];
    size_t rows;
    for (int i = 0; i < n; i++) {
        size_t length = strlen(names[i]);
        if (!strncmp(names[i], "struct ", 7) && !strncmp(at, names[i], length) &&
            !strncmp(at + length, " {", 2)) {
            *separator = ';';
            *counted = false;
            return at + length + 2;
        }
        const char *from = !strncmp(at, "enum ", 5) ? strchr(at, '{') : NULL;
        *counted = !strncmp(names[i], "enum ", 5);
        if ((!*counted && strncmp(names[i], "values ", 7) != 0) || !from || from - at > 40)
            continue;
        cut(from + 1, ',', row, &rows);
        const char *key = blanks_after(row[*counted ? rows - 1 : 0].at);
        const char *name = names[i] + (*counted ? 5 : 7);
        if (!strncmp(key, name, strlen(name)) && !isalnum((unsigned char)key[strlen(name)])) {
            *separator = ',';
            return from + 1;
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    static struct piece row[ROWS_MOST];
    static char text[1 << 20];
    size_t n;
    FILE *in = argc > 1 ? fopen(argv[1], "r") : NULL;

    if (!in)
        return 2;
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    fclose(in);
    for (const char *at = text, *line = text; *at;) {
        char separator = ',';
        bool begins = at == line + strspn(line, " "), counted = false;
        const char *from = begins ? table_rows(at, at != line) : NULL;
        bool table = from;
        if (begins && !from)
            from = named_list(at, argv + 2, argc - 2, &separator, &counted);
        if (from) {
            printf("%.*s\n", (int)(from - at), at);
            at = cut(from, separator, row, &n);
            write_reversed(row, n, counted || (table && n > 0 && ends_list(&row[n - 1])),
                           separator);
            line = at;
            continue;
        }
        const char *past = past_quoted(at);
        for (past += past == at; at < past; at++) {
            putchar(*at);
            if (*at == '\n')
                line = at + 1;
        }
    }
    return 0;
}
