/* Runs a fuzz target without libFuzzer: over every input of the corpora given (files, or folders of
 * files), and over a bounded number of mutations of them, the same in every run. */
#include <dirent.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "tests/fuzz/fuzz.h"

enum { MUTATIONS = 2000, LARGEST = 1 << 13 };

static uint64_t state = 88172645463325252u;

/* xorshift64, of George Marsaglia: "Xorshift RNGs", 2003. */
static size_t below(size_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (size_t)(state % n);
}

/* Text that readers look for, and text that has broken some. */
static const char *const words[] = {
    ",",
    ";",
    "\t",
    "\"",
    "\r",
    "\n",
    ": ",
    "[",
    "]",
    "{",
    "}",
    "&a",
    "*a",
    "<<",
    "!!int",
    "~",
    "#",
    "'",
    "- ",
    "0x1",
    "1_0",
    "010",
    "1e999",
    "-0",
    "nan",
    "inf",
    "max",
    "auto",
    "/.*/",
    "\xFF",
    "\xEF\xBB\xBF",
    "sep=;",
    "base",
    "models: ",
    "sweep: ",
    ".",
    "/",
    "%",
    "9999999999999999999",
    "TB/s",
    " ms",
};

struct input {
    size_t size;
    uint8_t byte[2 * LARGEST];
};

static void put(struct input *in, size_t at, size_t drop, const void *what, size_t length)
{
    drop = drop < in->size - at ? drop : in->size - at;
    if (in->size - drop + length > LARGEST)
        return;
    memmove(in->byte + at + length, in->byte + at + drop, in->size - at - drop);
    memcpy(in->byte + at, what, length);
    in->size += length - drop;
}

static void mutate(struct input *in)
{
    size_t at = below(in->size + 1), length = 1 + below(8);
    uint8_t copy[64];
    const char *word = words[below(LEN(words))];
    switch (below(5)) {
    case 0:
        put(in, at, length, "", 0);
        break;
    case 1:
        put(in, at, 0, word, strlen(word));
        break;
    case 2:
        put(in, at, length, word, strlen(word));
        break;
    case 3: /* what stands there once more, somewhere else */
        length = 1 + below(sizeof copy - 1);
        length = length < in->size - at ? length : in->size - at;
        memcpy(copy, in->byte + at, length);
        put(in, below(in->size + 1), 0, copy, length);
        break;
    default:
        if (at < in->size)
            in->byte[at] = (uint8_t)(in->byte[at] ^ 1u << below(8));
    }
}

static void mutate_all(const uint8_t *data, size_t size, size_t mutations)
{
    static struct input in;
    for (size_t i = 0; i < mutations && size <= LARGEST; i++) {
        in.size = size;
        memcpy(in.byte, data, size);
        for (size_t n = 1 + below(4); n > 0; n--)
            mutate(&in);
        LLVMFuzzerTestOneInput(in.byte, in.size);
    }
}

/* Bytes, not text: an input may be anything. */
static void run_input(const char *path, size_t mutations)
{
    static uint8_t data[1 << 20];
    FILE *f = fopen(path, "rb");
    must(f != NULL, path);
    size_t size = fread(data, 1, sizeof data, f);
    fclose(f);
    uint8_t *exact = mem_alloc(size + (size == 0), 1); /* a read behind the end is found */
    memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    mutate_all(exact, size, mutations);
    free(exact);
}

static int is_input(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

static void run_folder(const char *dir)
{
    struct dirent **entry;
    int n = scandir(dir, &entry, is_input, alphasort);
    must(n > 0, dir);
    for (int i = 0; i < n; i++) {
        char *path = mem_print("%s/%s", dir, entry[i]->d_name);
        run_input(path, MUTATIONS / (size_t)n);
        free(path);
        free(entry[i]);
    }
    free(entry);
}

int main(int argc, char **argv)
{
    struct stat there;
    must(argc > 1, "a corpus is given");
    for (int i = 1; i < argc; i++) {
        must(stat(argv[i], &there) == 0, argv[i]);
        if (S_ISDIR(there.st_mode))
            run_folder(argv[i]);
        else
            run_input(argv[i], 0);
    }
    return 0;
}
