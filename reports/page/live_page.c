#include "reports/page/live_page.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/mem.h"
#include "base/mem_stream.h"
#include "base/sha256.h"
#include "reports/figures/svg.h"
#include "reports/page/embedded.h"

bool live_page_is_built(void)
{
    return embedded_d3.n > 0;
}

const char *live_page_lacks(void)
{
    return embedded_d3.n == 0 ? "the page has no scripts: this dse was built without D3: install "
                                "node-d3 and build again"
           : embedded_model.n == 0
               ? "the page has no what-if: this dse was built without WebAssembly: install clang, "
                 "lld, wasi-libc and libclang-rt-dev-wasm32 and build again"
               : NULL;
}

/* The content of a <script> or <style> element, in pieces. */
enum { PIECES_MOST = 3 };
struct content {
    struct embedded piece[PIECES_MOST];
};

static struct embedded text(const char *s)
{
    return (struct embedded){(const unsigned char *)s, strlen(s)};
}

static void put_hash(const struct content *c, FILE *out)
{
    char hash[SHA256_BASE64];
    struct sha256 s;
    sha256_begin(&s);
    for (size_t i = 0; i < PIECES_MOST; i++)
        sha256_add(&s, c->piece[i].byte, c->piece[i].n);
    sha256_base64(&s, hash);
    fprintf(out, " 'sha256-%s'", hash);
}

static void put_element(const char *name, const struct content *c, FILE *out)
{
    fprintf(out, "<%s>", name);
    for (size_t i = 0; i < PIECES_MOST; i++)
        if (c->piece[i].n > 0)
            fwrite(c->piece[i].byte, 1, c->piece[i].n, out);
    fprintf(out, "</%s>\n", name);
}

/* The first directive forbids what the others do not allow: the network too. */
static void put_policy(const struct content *style, const struct content *fallback_style,
                       const struct content *library, const struct content *script, FILE *out)
{
    fputs("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src",
          out);
    put_hash(library, out);
    put_hash(script, out);
    fputs(" 'wasm-unsafe-eval'; style-src", out);
    put_hash(style, out);
    put_hash(fallback_style, out);
    fputs("; worker-src blob:; img-src data: blob:; base-uri 'none'; form-action 'none'\">\n", out);
}

static void put_embedded(struct embedded e, FILE *out)
{
    fwrite(e.byte, 1, e.n, out);
}

/* The data as JSON, in which '<' occurs only inside texts: escaped, nothing there looks like a tag.
 */
static void put_data(const struct page_data *d, FILE *out)
{
    struct mem_stream memory;
    mem_stream_open(&memory);
    page_data_json(d, memory.out);
    char *json = mem_stream_text(&memory, NULL);
    for (const char *at = json; *at != '\0';) {
        size_t n = strcspn(at, "<");
        fwrite(at, 1, n, out);
        at += n;
        if (*at == '<') {
            fputs("\\u003c", out);
            at++;
        }
    }
    free(json);
}

static void put_base64(struct embedded e, FILE *out)
{
    char *text = mem_alloc(BASE64_SIZE(e.n), 1);
    base64_write(text, e.byte, e.n);
    fwrite(text, 1, BASE64_SIZE(e.n), out);
    free(text);
}

/* The model and the source of its threads, as texts that are no scripts of this page. */
static void put_model(FILE *out)
{
    if (embedded_model.n == 0)
        return;
    fputs("<script type=\"text/plain\" id=\"worker\">", out);
    put_embedded(embedded_worker, out);
    fputs("</script>\n<script type=\"text/plain\" id=\"model\">", out);
    put_base64(embedded_model, out);
    fputs("</script>\n", out);
}

int live_page_html(const struct page *fallback, const struct page_data *data, FILE *out)
{
    const struct content style = {{embedded_style}};
    const struct content fallback_style = {
        {text(page_style), text(picture_style), text("body>:not(noscript){display:none}")}};
    const struct content library = {{embedded_d3}};
    const struct content script = {
        {text("(function () {\n'use strict';\n"), embedded_script, text("})();\n")}};

    fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", out);
    put_policy(&style, &fallback_style, &library, &script, out);
    fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>", out);
    svg_escape(fallback->run->name, out);
    fputs("</title>\n", out);
    put_element("style", &style, out);
    fputs("<noscript>", out);
    put_element("style", &fallback_style, out);
    fputs("</noscript>\n</head>\n<body>\n", out);
    put_embedded(embedded_html, out);
    fputs("<noscript>\n", out);
    page_content(fallback, out);
    fputs("</noscript>\n<script type=\"application/json\" id=\"data\">", out);
    put_data(data, out);
    fputs("</script>\n", out);
    put_model(out);
    fputs("<!--\nThe next script is D3.\n", out);
    put_embedded(embedded_d3_licence, out);
    fputs("-->\n", out);
    put_element("script", &library, out);
    put_element("script", &script, out);
    fputs("</body>\n</html>\n", out);
    return ferror(out) ? -1 : 0;
}
