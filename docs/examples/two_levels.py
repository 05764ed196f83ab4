#!/usr/bin/env python3
"""What a tenth of the calls finds: multifidelity beside strategies that do not use the cheap level, and
beside the front that dse finds alone.

    python3 docs/examples/two_levels.py

Sweeps two_levels.yaml with each strategy and five seeds, 80 calls of slow_model.py each, and compares the
fronts with that of all 800 designs. DSE: the program, if it is not in PATH.
"""
import csv
import io
import os
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
DSE = os.environ.get("DSE", "dse")
CALLS, SEEDS = 80, range(1, 6)
AXES = "plan_devices, chip_memory_byte_per_s, chip_memory_byte, chip_link_byte_per_s"
STRATEGIES = ["multifidelity", "nsga2", "local", "random"]


def sweep(strategy, seed, folder, asks=True):
    """The feasible designs found: {design: (tokens_per_s, system_cost_usd)}. Runs share their answers."""
    with open(os.path.join(HERE, "two_levels.yaml")) as file:
        study = file.read().partition("search:")[0]
    study += f"search:\n  strategy: {strategy}\n  budget: {800 if strategy == 'grid' else CALLS}\n  seed: {seed}\n"
    if asks:
        study += f"  evaluator: {{command: python3 {HERE}/slow_model.py, answers: [tokens_per_s, tpot_s], cache: answers.jsonl}}\n"
    path = os.path.join(folder, f"{strategy}-{seed}-{asks}.yaml")
    with open(path, "w") as file:
        file.write(study)
    store = path.replace(".yaml", ".db")
    subprocess.run([DSE, "sweep", path, "--db", store, "--quiet"], check=True, stdout=subprocess.DEVNULL)
    sql = f"SELECT tokens_per_s, system_cost_usd, {AXES} FROM point WHERE verdict = 'ok'"
    rows = subprocess.run([DSE, "query", store, "--sql", sql, "--format", "csv"], check=True, capture_output=True, text=True)
    return {tuple(row[2:]): (float(row[0]), float(row[1])) for row in list(csv.reader(io.StringIO(rows.stdout)))[1:]}


def front_of(designs):
    """More tokens per second for less money, dearest first."""
    front, cheapest = {}, float("inf")
    for design, (tokens, cost) in sorted(designs.items(), key=lambda d: (-d[1][0], d[1][1])):
        if cost < cheapest:
            front[design] = tokens, cost
            cheapest = cost
    return front


def hypervolume(front, worst):
    """The area that the front dominates, up to the worst tokens and cost of all designs."""
    area, last = 0.0, worst[1]
    for tokens, cost in front.values():
        area += (tokens - worst[0]) * (last - cost)
        last = cost
    return area


with tempfile.TemporaryDirectory() as folder:
    truth = sweep("grid", 1, folder)
    worst = min(t for t, _ in truth.values()), max(c for _, c in truth.values())
    front = front_of(truth)

    def show(what, calls, runs):
        found = [front_of(run) for run in runs]
        volumes = [hypervolume(f, worst) / hypervolume(front, worst) for f in found]
        counts = [len(f.keys() & front.keys()) for f in found]
        volume = " to ".join(f"{v:.4f}" for v in sorted({min(volumes), max(volumes)}))
        print(f"{what:16} {calls:5}  {volume:16}  {' '.join(map(str, counts))}")

    print(f"{len(truth)} of 800 designs are feasible; {len(front)} are on the front\n")
    print(f"strategy         calls  hypervolume       designs of the front, seeds {SEEDS[0]} to {SEEDS[-1]}")
    for strategy in STRATEGIES:
        show(strategy, CALLS, [sweep(strategy, seed, folder) for seed in SEEDS])
    cheap = front_of(sweep("grid", 1, folder, asks=False))
    show("front of dse", len(cheap), [{design: truth[design] for design in cheap if design in truth}])
