#!/bin/sh
# Runs the examples of a page in the current folder, which should be empty, and prints the page with their
# output of today: sh docs/examples.sh PAGE.md >new.md. In the page,
#   ```console               is a block of commands, lines that begin with "$ " (one that ends with \ or | goes on), and their output
#   ```yaml my-chip.yaml     is the contents of that file
# The program is the dse on PATH. Figures of speed are another each time: tests/examples.sh overlooks them.
set -eu
awk '
/^```/ && !open {
    open = 1
    console = $1 == "```console"
    file = NF > 1 ? $2 : ""
    if (file != "")
        printf "" >file
    print
    next
}
/^```$/ {
    if (file != "")
        close(file)
    open = console = 0
    file = ""
    print
    next
}
console && (more || /^\$ /) {
    print
    command = command (more ? $0 : substr($0, 3)) "\n"
    more = /[\\|]$/
    if (!more) {
        fflush()
        system("{ " command "} 2>&1")
        command = ""
    }
    next
}
console { next }
{
    if (file != "")
        print >file
    print
}' "$1"
