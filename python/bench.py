"""Rates of dse.evaluate_many on one thread, by hand: python3 python/bench.py [POINTS]

For each kind of points: how many per second of CPU time, and which share of it is spent in the library
(the rest is Python: columns in, arrays out).
"""

import array
import os
import random
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dse  # noqa: E402
from dse import _library, table  # noqa: E402

POINTS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
_call, _inside = _library.call, [0.0]


def _timed(*arguments):
    begun = time.process_time()
    try:
        return _call(*arguments)
    finally:
        _inside[0] += time.process_time() - begun


def rate(kind, columns, metrics, **parameters):
    """The best of three."""
    n, best, share = len(next(iter(columns.values()))), float("inf"), 0
    for _ in range(3):
        _inside[0], begun = 0.0, time.process_time()
        dse.evaluate_many(columns, metrics=metrics, jobs=1, **parameters)
        took = time.process_time() - begun
        if took < best:
            best, share = took, _inside[0] / took
    print(f"| {kind} | {n / best / 1e6:.2g} M | {100 * share:.0f} % |", flush=True)


def uniform(low, high):
    values = array.array("d", (draw.uniform(low, high) for _ in range(POINTS)))
    return table.numpy.array(values) if table.numpy else values


_library.call = _timed
draw = random.Random(1)
bandwidth, capacity = uniform(4e12, 16e12), uniform(1.4e11, 4e11)
engine = draw.choices(["none", "duplex", "logic-die-r128"], k=POINTS)
context = draw.choices([2048.0, 8192.0, 32768.0, 131072.0], k=POINTS)
few = POINTS // 40
throughput, cost = ["tokens_per_s"], ["verdict", "tokens_per_s", "system_cost_usd"]
fixed, largest = {"context": 8192, "batch": 256}, {"context": 8192, "tpot": "50 ms"}
one, two = "chip.memory_byte_per_s", "chip.memory_byte"

print("| columns | points per s of CPU time | in the library |\n|---|---|---|")
rate("bandwidth; batch given", {one: bandwidth}, throughput, workload=fixed)
rate("the same, from a list", {one: list(bandwidth)}, throughput, workload=fixed)
rate("bandwidth; batch: max within 50 ms", {one: bandwidth}, throughput, workload=largest)
rate("and four contexts in random order", {one: bandwidth, "workload.context": context}, throughput,
     workload={"tpot": "50 ms"})  # fmt: skip
rate("bandwidth, capacity, engine of three (texts); three metrics", {one: bandwidth, two: capacity, "engine": engine},
     cost, workload=largest)  # fmt: skip
rate("bandwidth and a price of its own for each", {one: bandwidth[:few], "prices.hbm3e_usd_per_gb": bandwidth[:few] / 1e12
     if table.numpy else [v / 1e12 for v in bandwidth[:few]]}, cost, workload=largest)  # fmt: skip
