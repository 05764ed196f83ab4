"""Random points: each is refused in a line, or priced with sound numbers. Arguments: how many, and a seed.

Names come from the catalogue, numbers from the default or the range of their parameter, so most
points are of kinds that nobody has thought of. Answers are those of `dse eval --points -`."""

import json
import math
import os
import random
import subprocess
import sys

DSE = os.environ["DSE"]
PREFIXES = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12}
POSITIVE = ["tokens_per_s", "batch", "memory_used_byte", "device_power_w", "system_cost_usd"]
SHARES = ["attention_share", "throttle_ratio", "decode_busy_ratio", "prefill_busy_ratio", "main_busy_ratio", "ffn_busy_ratio"]
RANGES = ["system_cost_usd", "power_w", "usd_per_mtok", "die_area_mm2", "tokens_per_s", "tpot_s"]


def listed(what):
    return json.loads(subprocess.check_output([DSE, "list", what, "--format", "json"]))


def number(text):
    """The number of "8 TB/s" in SI units, None for a word."""
    value, _, unit = text.partition(" ")
    try:
        return float(value) * (PREFIXES.get(unit[0], 1) if len(unit) > 1 else 1)
    except ValueError:
        return PREFIXES.get(unit) if not value else None


def value_of(parameter, choose):
    words = parameter["words"].split()
    low, high, usual = (number(parameter[key]) for key in ("from", "to", "default"))
    if words and (low is None or choose.random() < 0.7):
        return choose.choice(words)
    draw = choose.random()
    if low is None or high is None or draw < 0.2:
        return choose.choice([0, 1, 2, 3, 8, 64, 0.5])
    if draw < 0.3:
        return choose.choice([low, high])
    if usual and draw < 0.7:
        return usual * choose.choice([0.1, 0.5, 0.8, 1.25, 2, 10])
    if high > 1:
        return math.expm1(choose.uniform(math.log1p(max(low, 0)), math.log1p(min(high, 1e15))))
    return choose.uniform(low, high)


def point(number_of, parameters, names, choose):
    row = {"id": number_of}
    for part, kind, share in [("model", "models", 0.8), ("chip", "chips", 0.7), ("engine", "engines", 0.5),
                              ("pools.ffn.chip", "chips", 0.08), ("pools.prefill.chip", "chips", 0.08),
                              ("pools.draft.model", "models", 0.05), ("pools.ffn.engine", "engines", 0.05)]:
        if choose.random() < share:
            row[part] = choose.choice(names[kind])
    if choose.random() < 0.8:
        row["plan.devices"] = choose.choice([1, 2, 4, 8, 16, 32, 64, 72])
        for path in ["plan.tp", "plan.dp", "plan.ep"]:
            row[path] = "auto"
    if choose.random() < 0.5:
        row["workload.phase"] = choose.choice(["prefill", "serving", "disaggregated", "traffic"])
        row.update({"workload.input": choose.choice([128, 4096]), "workload.output": choose.choice([1, 512])})
        if row["workload.phase"] == "traffic":
            row["workload.requests_per_s"] = choose.choice([0.01, 1, 100])
    if choose.random() < 0.3:
        row["timing"] = "calibrated"
    for parameter in choose.sample(parameters, choose.choice([0, 1, 1, 2, 3, 4])):
        row.setdefault(parameter["parameter"], value_of(parameter, choose))
    return row


def unsound(answer):
    """What is wrong with the numbers of a feasible point."""
    for name in POSITIVE:
        if not (answer.get(name) or 0) > 0 or math.isinf(answer[name]):
            yield name
    for name in SHARES:
        if answer.get(name) is not None and not 0 <= answer[name] <= 1 + 1e-9:
            yield name
    for name in RANGES:
        low, middle, high = (answer.get(name + end) for end in ("_low", "", "_high"))
        if None not in (low, middle, high) and not low <= middle * (1 + 1e-9) <= high * (1 + 3e-9):
            yield name + ", its range"


def main():
    how_many, seed = int(sys.argv[1]), int(sys.argv[2])
    choose = random.Random(seed)
    parameters = [row for row in listed("parameters") if row["unit"] != "name"]
    names = {kind: [row["name"] for row in listed(kind)] for kind in ("models", "chips", "engines")}
    rows = [point(i, parameters, names, choose) for i in range(how_many)]
    run = subprocess.run([DSE, "eval", "--points", "-", "--format", "jsonl"], capture_output=True, text=True,
                         input="".join(json.dumps(row) + "\n" for row in rows), check=False)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    faults = 0
    if run.returncode not in (0, 2) or len(answers) != how_many:
        print("status", run.returncode, run.stderr[-2000:], "at", rows[min(len(answers), how_many - 1)])
        faults += 1
    feasible = [answer for answer in answers if answer.get("verdict") == "ok"]
    for answer in feasible:
        for what in unsound(answer):
            print(what, answer.get(what.split(",")[0]), rows[int(answer["id"])])
            faults += 1
    print(len(feasible), "of", how_many, "random points are feasible,", faults, "faults")
    return faults > 0 or len(feasible) < how_many / 10


sys.exit(main())
