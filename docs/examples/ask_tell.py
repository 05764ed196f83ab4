#!/usr/bin/env python3
"""A search of one's own: asks `dse eval --points -` for designs, and is told what they are worth.

    python3 docs/examples/ask_tell.py >front.csv

Starts with random designs, then asks for every neighbour of a design on its front, one step along one
axis, until none is left. DSE: the program, if it is not in PATH.
"""
import csv
import itertools
import json
import os
import random
import subprocess
import sys

STUDY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ask_tell.yaml")
SPACE = {  # that of ask_tell.yaml
    "chip.memory_byte_per_s": [2e12, 3e12, 4e12, 5e12, 6e12, 8e12, 10e12, 12e12],
    "chip.memory_byte": [40e9, 80e9, 112e9, 144e9, 192e9, 288e9],
    "chip.link_byte_per_s": [100e9, 200e9, 300e9, 450e9, 900e9],
    "engine": ["none", "duplex", "hbc", "logic-die-r128"],
}
FIRST = 40  # random designs to start with


class Evaluator:
    """One process that answers a line for each line."""

    def __init__(self):
        command = [os.environ.get("DSE", "dse"), "eval", STUDY, "--points", "-", "--format", "jsonl"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def tell(self, design):
        """The metrics of a design: a tuple of indices into the axes."""
        values = {path: axis[i] for (path, axis), i in zip(SPACE.items(), design)}
        self.process.stdin.write(json.dumps(values) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            sys.exit(answer["error"])
        return answer

    def close(self):
        self.process.stdin.close()
        return self.process.wait()


def dominates(a, b):
    """More tokens per second for less money; of equal designs neither."""
    no_worse = a["tokens_per_s"] >= b["tokens_per_s"] and a["system_cost_usd"] <= b["system_cost_usd"]
    return no_worse and (a["tokens_per_s"] > b["tokens_per_s"] or a["system_cost_usd"] < b["system_cost_usd"])


def front_of(told):
    feasible = {design: m for design, m in told.items() if m["verdict"] == "ok"}
    return {d: m for d, m in feasible.items() if not any(dominates(o, m) for o in feasible.values())}


def neighbours(design):
    """One step along an axis; any other value of one without an order."""
    for at, axis in enumerate(SPACE.values()):
        ordered = not isinstance(axis[0], str)
        steps = (design[at] - 1, design[at] + 1) if ordered else range(len(axis))
        for i in steps:
            if 0 <= i < len(axis) and i != design[at]:
                yield design[:at] + (i,) + design[at + 1 :]


def search(evaluator):
    every = list(itertools.product(*(range(len(axis)) for axis in SPACE.values())))
    ask = random.Random(1).sample(every, FIRST)
    told = {}
    while ask:
        for design in ask:
            told[design] = evaluator.tell(design)
        ask = sorted({n for design in front_of(told) for n in neighbours(design)} - told.keys())
    return told, len(every)


evaluator = Evaluator()
told, size = search(evaluator)
evaluator.close()
front = sorted(front_of(told).items(), key=lambda item: item[1]["system_cost_usd"])
out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow([*SPACE, "tokens_per_s", "system_cost_usd"])
for design, m in front:
    values = [axis[i] for axis, i in zip(SPACE.values(), design)]
    out.writerow([*values, m["tokens_per_s"], m["system_cost_usd"]])
print(f"asked for {len(told)} of {size} designs; {len(front)} on the front", file=sys.stderr)
