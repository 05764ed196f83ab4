#!/usr/bin/env python3
"""An evaluator of a study (two_levels.yaml): reads a question a line, answers a line.

It stands for a model that takes minutes: calibrated timing, asked of `dse eval`. Put your own in place of
answer(). DSE: the program, if it is not in PATH.
"""
import json
import os
import subprocess
import sys


class SlowModel:
    def __init__(self):
        command = [os.environ.get("DSE", "dse"), "eval", "--points", "-", "--format", "jsonl"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def answer(self, parameters):
        self.process.stdin.write(json.dumps({**parameters, "timing": "calibrated"}) + "\n")
        self.process.stdin.flush()
        row = json.loads(self.process.stdout.readline())
        if "error" in row:
            return {"error": row["error"]}
        return {"verdict": row["verdict"], "metrics": {name: row[name] for name in ("tokens_per_s", "tpot_s")}}


model = SlowModel()
for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps({"id": question["id"], **model.answer(question["parameters"])}), flush=True)
