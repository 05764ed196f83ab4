"""Writes dse/_tables.pyi, the types of parameters and metrics, from the tables of the library:

    python3 python/generate.py            # writes the file
    python3 python/generate.py --print    # prints it
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dse  # noqa: E402
from dse.arrays import words_of  # noqa: E402

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dse", "_tables.pyi")


def type_of(row):
    """A name; one of the words; or a number, or a text with a unit."""
    if row["unit"] == "name":
        return "str"
    words = row["words"].split()
    if words == ["no", "yes"]:
        return "bool | Literal['no', 'yes']"
    if words and not row["from"]:
        return f"Literal[{', '.join(map(repr, words))}]"
    return "float | str"


def class_name(section):
    return "".join(part.capitalize() for part in section.split(".")) + "Section"


def comment(row):
    unit = "" if row["unit"] in ("1", "name") else f"{row['unit']}: "
    return f"  # {unit}{row['meaning']}"


def sections(rows):
    """{section: {key: (type, row or None)}}; the section "" has all parameters in full."""
    tree = {"": {}}
    for row in rows:
        parts = row["parameter"].split(".")
        for k in range(1, len(parts)):
            section, above = ".".join(parts[:k]), ".".join(parts[: k - 1])
            tree.setdefault(section, {})
            tree.setdefault(above, {}).setdefault(parts[k - 1], (None, None))
        section = ".".join(parts[:-1])
        tree.setdefault(section, {})[parts[-1]] = (type_of(row), row)
    return tree


def names_of(key):
    """A parameter in seconds may be named without its unit."""
    short = key[:-2] if key.endswith("_s") and not key.endswith("_per_s") else None
    return [key, short] if short else [key]


def stub():
    rows, metrics = dse.list("parameters"), dse.list("metrics")
    tree = sections(rows)
    known = {row["parameter"] for row in rows}
    out = [
        '"""Types of parameters and metrics. Made by python/generate.py from the tables of libdse."""',
        "",
        "from typing import Literal, TypedDict",
    ]
    for section in sorted((s for s in tree if s), key=lambda s: (-s.count("."), s)):
        out += ["", f"class {class_name(section)}(TypedDict, total=False):"]
        if section in known:
            out.append("    base: str")
        for key, (kind, row) in tree[section].items():
            inner = f"{section}.{key}"
            kind = " | ".join(filter(None, [kind, class_name(inner) if inner in tree else None]))
            out += [f"    {name}: {kind}{comment(row) if row else ''}" for name in names_of(key)]
    out += ["", "class Parameters(TypedDict, total=False):"]
    for key, (kind, row) in tree[""].items():
        kind = " | ".join(filter(None, [kind, class_name(key) if key in tree else None]))
        out.append(f"    {key}: {kind}{comment(row) if row else ''}")
    for row in rows:
        if "." in row["parameter"]:
            for name in names_of(row["parameter"].replace(".", "__")):
                out.append(f"    {name}: {type_of(row)}")
    out += ["", "class Metrics:"]
    for row in metrics:
        if row["metric"] == "verdict":
            continue
        kind = "str | None" if words_of(row["metric"]) else "float | None"
        out.append(f"    {row['metric']}: {kind}{comment(row)}")
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    if "--print" in sys.argv[1:]:
        sys.stdout.write(stub())
    else:
        with open(FILE, "w", encoding="utf-8") as file:
            file.write(stub())
