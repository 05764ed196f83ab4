"""Checks style sheets: lint_css.py SHEET.css... -- SCRIPT-OR-HTML...

Every declaration must be one that Chromium understands, every variable defined and used, and every
class and id must occur in one of the scripts or skeletons. Prints FILE:LINE: what is wrong.
"""

import re
import sys

from browser import Browser

PAGE_DESCRIPTORS = {"size", "margin", "marks", "bleed", "page-orientation"}  # of @page alone


def pieces(text):
    """Yields (offset, words, end) between braces and semicolons outside of strings and brackets."""
    start, depth, quote = 0, 0, ""
    for i, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif character in "{};" and depth == 0:
            words = text[start:i]
            yield start + len(words) - len(words.lstrip()), words.strip(), character
            start = i + 1


def blocks(text):
    """Yields (offset, the at-rules and selectors around, name, value): of the head of a block without a
    name, and of each declaration."""
    text = re.sub(r"/\*.*?\*/", lambda c: re.sub(r"[^\n]", " ", c[0]), text, flags=re.S)
    around = []
    for offset, words, end in pieces(text):
        if end == "{":
            around.append(words)
            yield offset, list(around), None, None
            continue
        if words and not words.startswith("@"):
            name, _, value = words.partition(":")
            yield offset, list(around), name.strip(), value.strip()
        if end == "}" and around:
            around.pop()


def occurs(mark, users):
    """Does a script or skeleton name a class or id, in full or as `start-${rest}`?"""
    if re.search(rf"(?<![\w-]){re.escape(mark)}(?![\w-])", users):
        return True
    starts = [mark[:i + 1] for i, character in enumerate(mark) if character == "-"]
    return any(re.search(rf"(?<![\w-]){re.escape(start)}\$\{{", users) for start in starts)


def unknown(tab, around, name, value):
    if name.startswith("--"):
        return False
    if around and around[-1].startswith("@page"):
        return name not in PAGE_DESCRIPTORS
    return not tab.js("CSS.supports($0, $1)", name, re.sub(r"\s*!important$", "", value))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def check(tab, path, users, everything):
    """`users`: scripts and skeletons; `everything`: these and all sheets."""
    text = read(path)
    faults = []
    for offset, around, name, value in blocks(text):
        if name is None:
            selector = "" if around[-1].startswith("@") else around[-1]
            selector = re.sub(r"\[[^\]]*\]", "", selector)
            for mark in re.findall(r"[.#]([A-Za-z_][\w-]*)", selector):
                if not occurs(mark, users):
                    faults.append((offset, f"nothing is called {mark}"))
            continue
        if unknown(tab, around, name, value):
            faults.append((offset, f"{name}: {value}: Chromium does not know this"))
        if name.startswith("--") and not re.search(rf"(?:var\(|['\"`]){name}(?![\w-])", everything):
            faults.append((offset, f"{name} is not used"))
        for used in re.findall(r"var\((--[\w-]+)", value):
            if not re.search(rf"{used}\s*:|['\"`]{used}['\"`]", everything):
                faults.append((offset, f"{used} is not defined"))
    return [f"{path}:{text.count(chr(10), 0, offset) + 1}: {words}" for offset, words in faults]


def main(arguments):
    split = arguments.index("--")
    users = "".join(read(path) for path in arguments[split + 1:])
    everything = users + "".join(read(path) for path in arguments[:split])
    with Browser() as browser:
        tab = browser.open()
        faults = [fault for sheet in arguments[:split] for fault in check(tab, sheet, users, everything)]
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
