"""The data of a live page, checked against what dse prints of its store.

usage: live_page.py DSE STORE PAGE.html
"""

import csv
import io
import json
import re
import subprocess
import sys

DSE, STORE, PAGE = sys.argv[1:]
KEYS = {"program", "run", "of", "others", "question", "answer", "lines", "objectives", "constraints", "columns", "points", "front",
        "verdicts", "payoff", "best", "designs", "stops", "swings", "flips", "search", "strategy", "parameters",
        "settings", "prices", "sources", "error", "model"}
failed = 0


def complain(*what):
    global failed
    failed = 1
    print("live_page:", PAGE, *[str(w)[:300] for w in what])


def dse(*args):
    return subprocess.run([DSE, *args], capture_output=True, text=True).stdout


def refuse(constant):
    complain("not a number of JSON", constant)


text = open(PAGE, encoding="utf-8").read()
data = json.loads(re.search('<script type="application/json" id="data">(.*?)</script>', text, re.S).group(1),
                  parse_constant=refuse)
if set(data) != KEYS:
    complain("keys", set(data) ^ KEYS)

points, number = data["points"], len(data["points"]["id"])
names = [column["name"] for column in data["columns"]]
if names != list(points["column"]):
    complain("columns without values, or the other way round", set(names) ^ set(points["column"]))
for name, column in points["column"].items():
    values = column.get("number", column.get("word"))
    rows = column.get("at", values)
    if "all" not in column and len(rows) != number:
        complain(name, "has", len(rows), "of", number, "rows")
    if "at" in column and not all(0 <= at < len(values) for at in column["at"]):
        complain(name, "has an index beyond its values")


def value(name, row):
    column = points["column"][name]
    if "all" in column:
        return column["all"]
    values = column.get("number", column.get("word"))
    return values[column["at"][row]] if "at" in column else values[row]


# The front is that of `dse pareto`, complete.
objectives = ",".join("%s%s" % ("+" if o["sense"] > 0 else "-", o["name"]) for o in data["objectives"])
rows = csv.DictReader(io.StringIO(dse("pareto", STORE, "--objectives=" + objectives, "--format", "csv")))
front = {int(row["point"]) for row in rows}
if not front or front != {points["id"][row] for row in data["front"]}:
    complain("the front is not that of dse pareto", len(front), len(data["front"]))
if points["front"] != len(front):
    complain("points of the front", points["front"], len(front))
if points["total"] != data["run"]["points"] or sorted(points["id"]) != points["id"]:
    complain("points", points["total"])

# The groups are those of `dse payoff`, each with designs that are there.
groups = json.loads(dse("payoff", STORE, "--format", "json"))["groups"]
if [{k: v for k, v in g.items() if not k.endswith("_point")} for g in data["best"]["groups"]] != groups:
    complain("the groups are not those of dse payoff")
for group in data["best"]["groups"] + data["payoff"]["groups"]:
    for name in ("with_point", "without_point", "twin_point"):
        point = group[name]
        if point is not None and (point not in points["id"] or str(point) not in data["designs"]):
            complain(name, point, "is not shown")

for other in data["others"]:
    told = json.loads(dse("payoff", STORE, "--of", other["of"]["path"], "--format", "json"))["groups"]
    if [{k: v for k, v in g.items() if not k.endswith("_point")} for g in other["best"]["groups"]] != told:
        complain("the groups of", other["of"], "are not those of dse payoff")

# A design is what `dse eval` prints of its point.
for point in list(data["designs"])[:3]:
    if json.loads(dse("eval", STORE, "--point", point, "--format", "json")) != data["designs"][point]:
        complain("the design of point", point, "is not that of dse eval")
for point, design in data["designs"].items():
    if int(point) in points["id"]:
        shown = value("verdict", points["id"].index(int(point)))
        if shown != design["verdict"]:
            complain("point", point, "is", shown, "and", design["verdict"])

# Every parameter and price has a value in its range.
for p in data["parameters"]:
    if p["words"] is None and isinstance(p["value"], (int, float)):
        if p["low"] is not None and p["value"] < p["low"] or p["high"] is not None and p["value"] > p["high"]:
            complain("parameter out of range", p)
paths = [p["path"] for p in data["parameters"]]
if len(paths) != len(set(paths)) or not {"model", "chip.memory_byte", "engine.bandwidth_ratio", "timing"} <= set(paths):
    complain("parameters", paths)
swept = {p["path"].replace(".", "_") for p in data["parameters"] + data["prices"] if p["axis"]}
axes = {c["name"] for c in data["columns"] if c["of"] in ("axis", "part", "price") and "all" not in points["column"][c["name"]]}
if not axes <= swept:
    complain("axes without swept values", axes - swept)
if any(not p["source"] for p in data["prices"]):
    complain("a price without a source")
if not data["error"] or not all(data["sources"]):
    complain("no sources, or nothing of the error")
for step, after in zip(data["search"] or [], (data["search"] or [])[1:]):
    if step[0] >= after[0] or step[1] > after[1] or not 0 <= after[1] <= 1:
        complain("the hypervolume falls", step, after)
if (data["search"] is None) != (data["strategy"] in ("grid", "exact")):
    complain("search", data["strategy"])
if (data["flips"] is None) != ("scenarios" not in data["run"]["study"]):
    complain("flips", data["flips"])
sys.exit(failed)
