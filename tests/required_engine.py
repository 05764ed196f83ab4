"""required_engine.py DSE: brute force of `dse recommend --engine`.

Prices every answer again as a list of points, where the engine is a row of parameters and P is found
here: at the answer, a thousandth below it, and at lower values down to an eighth. Exits with 1 if an
answer does not pay, is not at P = 1 (or at a jump), or if less would pay.
"""
import csv
import io
import itertools
import subprocess
import sys

dse = sys.argv[1]
failed = False

NEAR = 1e-6  # of P at an answer, which is moved to the side that pays
IDLE = 2e-7  # a free engine that runs nothing has P = 1, so at no cost P must be above 1
LOWER = [0.999 * (1 / 8) ** (i / 5) for i in range(6)]
UNBOUNDED = 65536  # a ridge point above the intensity of any operator

# Name, study, classes of operators that the engine may run. The first study has designs that are the
# best only where the engine costs nothing; in the last nothing jumps.
STUDIES = [
    ("free", "b200", "llama-3.1-405b, qwen3-235b-a22b", "batch: max, tpot: 50 ms, context: 4096",
     "devices: 16, tp: auto, dp: auto, ep: auto", "precision: {weight: fp8, kv: fp8, math: fp8}", "attention"),
    ("both", "b200-paper", "deepseek-r1", "batch: max, tpot: 100 ms, context: 65536",
     "devices: 32, tp: auto, dp: auto, ep: auto", "", "both"),
    ("smooth", "h100", "llama-3.1-70b", "batch: 64, context: 32768", "devices: 8, tp: 8", "", "attention"),
]
AXES = {"chip.memory_byte": ["96 GB", "192 GB"], "chip.memory_byte_per_s": ["4 TB/s", "8 TB/s"]}
HARDWARE = list(itertools.product(*AXES.values()))
COLUMNS = ["model", *AXES, "engine.bandwidth_ratio", "engine.ridge_flop_per_byte", "engine.capacity_ratio",
           "engine.logic_mm2_per_stack"]


def complain(*words):
    global failed
    failed = True
    print("required_engine:", *words)


def run(*args):
    done = subprocess.run([dse, *args], text=True, capture_output=True)
    if done.returncode not in (0, 3):
        sys.exit(f"required_engine: dse {args}: {done.stderr}")
    return done.stdout


def table(*args):
    return list(csv.DictReader(io.StringIO(run(*args))))


class Group:
    """The designs of one model, and the best without an engine."""

    def __init__(self, study, model, runs):
        self.study, self.model, self.runs = study, model, runs
        rows = self.price([(0, 1, 1)], priced=False)
        self.cost = [float(r["system_cost_usd"]) for r in rows]
        self.control = max(self.values(rows, self.cost))

    def price(self, engines, priced, limits="none"):
        with open("points.csv", "w", encoding="ascii") as file:
            out = csv.writer(file)
            out.writerow(COLUMNS)
            for engine in engines:
                for hardware in HARDWARE:
                    out.writerow([self.model, *hardware, *engine, "auto" if priced else 0])
        return table("eval", self.study, "--set", "engine.kind=logic_die", "--set", f"engine.limits={limits}",
                     "--set", f"engine.runs={self.runs}", "--points", "points.csv", "--format", "csv")

    @staticmethod
    def values(rows, cost):
        return [float(r["tokens_per_s"]) / c if r["verdict"] == "ok" else 0 for r, c in zip(rows, cost)]

    def payoffs(self, engines, priced=False, limits="none"):
        """P of each engine, and what the engine of the best design costs per device."""
        rows, out = self.price(engines, priced, limits), []
        for at in range(0, len(rows), len(HARDWARE)):
            part = rows[at : at + len(HARDWARE)]
            cost = [float(r["system_cost_usd"]) for r in part] if priced else self.cost
            value = self.values(part, cost)
            best = value.index(max(value))
            devices = float(part[best]["engine_devices"])
            out.append((value[best] / self.control, (cost[best] - self.cost[best]) / devices))
        return out


def check_root(what, found, at, just_below, level, below_level):
    """found: P at the answer and at LOWER times it; just_below(): P next to the answer."""
    there, *below = found
    if there < level:
        complain(what, at, "does not pay: P", there, "over", level)
    elif there > level * (1 + NEAR) and just_below() >= below_level:
        complain(what, at, "is not the least: P", there, "and just below", just_below())
    for x, p in zip(LOWER, below):
        if p >= below_level:
            complain(what, at, "is not the least: P", p, "at", x, "of it")


def check_row(group, row):
    m = float(row["bandwidth_ratio"])
    most = group.payoffs([(m, UNBOUNDED, 1)])[0][0]
    if abs(most - 1 - float(row["most_cost_share"])) > NEAR:
        complain(group.model, m, "may cost", most - 1, "not", row["most_cost_share"])

    if row["ridge_priced"]:
        fed = group.payoffs([(m, float(row["ridge_priced"]), 1)], priced=True, limits="physical")[0][0]
        if abs(fed - float(row["payoff_fed"])) > NEAR:
            complain(group.model, m, "has P", fed, "as it is fed, not", row["payoff_fed"])

    def at_ridge(r):
        return m, r, 1

    def at_capacity(kappa):
        return m, UNBOUNDED, max(kappa, 0.01)

    asked = [(f"ridge_at_{c}_percent", at_ridge, 1 + c / 100) for c in (0, 5, 10, 20)]
    asked += [("least_capacity_ratio", at_capacity, 1)]
    for some, priced in ((asked, False), ([("ridge_priced", at_ridge, 1)], True)):
        for column, _, level in some:
            if not row[column] and not priced and most > level + IDLE:
                complain(group.model, m, column, "is empty, but P reaches", most)
        some = [a for a in some if row[a[0]]]
        engines = [engine(float(row[column]) * x) for column, engine, _ in some for x in (1, *LOWER)]
        found = [p for p, _ in group.payoffs(engines, priced)] if engines else []
        for i, (column, engine, level) in enumerate(some):
            at, each = float(row[column]), 1 + len(LOWER)
            check_root(f"{group.model} m {m} {column}", found[i * each : (i + 1) * each], at,
                       lambda at=at, engine=engine: group.payoffs([engine(at * (1 - 1e-10))], priced)[0][0],
                       level, level + IDLE if level == 1 and not priced else level)


def check_cheapest(group, rows):
    """No engine of a grid over m, r and kappa pays and costs less than the one called the cheapest."""
    cheapest = [r for r in rows if r["cheapest"] == "1"]
    grid = list(itertools.product((1.1, 1.5, 2.2, 3.5, 5, 10, 30), [0.02 * 1.6**i for i in range(20)], (0.5, 0.9, 1)))
    paying = [(usd, e) for (p, usd), e in zip(group.payoffs(grid, priced=True), grid) if p >= 1 and usd > 0]
    if not cheapest:
        if paying:
            complain(group.model, "has no engine that pays, but", min(paying), "does")
        return
    usd = float(cheapest[0]["usd_per_device_priced"])
    if paying and min(paying)[0] < usd * 0.999:
        complain(group.model, "the cheapest costs", usd, "but", min(paying), "pays for less")


def check_study(name, chip, models, workload, plan, more, runs):
    base = f"models: [{models}]\nchip: {chip}\nworkload: {{{workload}}}\nplan: {{{plan}}}\n{more}\n"
    sweep = "".join(f"  {axis}: [{', '.join(values)}]\n" for axis, values in AXES.items())
    with open(f"{name}-base.yaml", "w", encoding="ascii") as file:
        file.write(f"study: {name}-base\n{base}")
    with open(f"{name}.yaml", "w", encoding="ascii") as file:
        file.write(f"study: {name}\n{base}sweep:\n  engine: [none, duplex]\n{sweep}")
    run("sweep", f"{name}.yaml", "--quiet")
    rows = table("recommend", f"{name}.db", "--engine", runs, "--format", "csv")
    for model in models.split(", "):
        own = [r for r in rows if r.get("model", model) == model]
        if len(own) < 7:
            complain(name, model, "has", len(own), "rows")
        group = Group(f"{name}-base.yaml", model, runs)
        for row in own:
            check_row(group, row)
        check_cheapest(group, own)


for study in STUDIES:
    check_study(*study)
sys.exit(failed)
