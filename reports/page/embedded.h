/* Files that the build puts into the program (dse_embed in CMakeLists.txt). */
#ifndef REPORTS_PAGE_EMBEDDED_H
#define REPORTS_PAGE_EMBEDDED_H

#include <stddef.h>

struct embedded {
    const unsigned char *byte; /* followed by a zero, which does not count */
    size_t n;                  /* 0: the build did not find the file */
};

extern const struct embedded embedded_html;   /* page.html */
extern const struct embedded embedded_style;  /* the files of css/ */
extern const struct embedded embedded_script; /* the files of js/ */
extern const struct embedded embedded_d3;     /* D3, the library of charts */
extern const struct embedded embedded_d3_licence;
extern const struct embedded embedded_worker; /* worker.js: the thread of a model */
extern const struct embedded embedded_model;  /* the model as WebAssembly, compressed (wasm/) */
extern const struct embedded embedded_completion_bash; /* dse/completion/ */
extern const struct embedded embedded_completion_zsh;
extern const struct embedded embedded_completion_fish;

#endif
