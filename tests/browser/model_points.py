"""model_points.py FOLDER: is the model in the page the model of the program?

Prices 1000 random designs, and 300 with pools, in the page and by `dse eval --points`, and the cells of the map after random
changes in the page and by `dse sweep` and `dse payoff` on the study that the page exports: every number
has to be the same double.
"""
import csv
import json
import os
import random
import subprocess
import sys

from browser import Browser

POINTS = 1000
POOL_POINTS = 300
SHOWN = 5  # of the differences
PLACES = [2048, 8192, 65536, 131072]


def run(*arguments, **how):
    done = subprocess.run([os.environ["DSE"], *arguments], capture_output=True, text=True, **how)
    if done.returncode not in (0, 3):
        sys.exit(f"dse {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def random_point(draw, names):
    """A design by its paths. Values that make no sense together give verdicts, which count too."""
    point = {part: draw.choice(names[part]) for part in ("model", "chip", "engine")}
    point["workload.context"] = draw.choice(PLACES)
    point["workload.phase"] = draw.choice(["decode", "decode", "prefill", "serving"])
    point["plan.devices"] = draw.choice([8, 16, 64])
    point["precision.weight"] = draw.choice(["bf16", "fp8"])
    point["workload.tpot_s"] = draw.choice([0.02, 0.05, 0.1])
    point["chip.memory_byte_per_s"] = round(draw.uniform(1e12, 2e13))
    point["chip.memory_byte"] = draw.choice([96e9, 192e9, 288e9])
    point["plan.overlap"] = draw.choice(["none", "two_batch", "ideal"])
    return point


def random_pool_point(draw, names):
    """A design with an FFN pool, perhaps beside a prefill pool."""
    point = {"model": draw.choice(names["model"])}
    point["chip"] = draw.choice(["h20", "h100", "h200"])
    point["pools.ffn.chip"] = draw.choice([name for name in names["pools.ffn.chip"] if name != "none"])
    point["pools.ffn.devices"] = draw.choice(["auto", 8, 64])
    point["pools.ffn.runs"] = draw.choice(["experts", "ffn", "ffn_and_head", "all_but_attention"])
    point["workload.phase"] = draw.choice(["decode", "disaggregated"])
    is_apart = point["workload.phase"] == "disaggregated"
    point["pools.prefill.chip"] = draw.choice(names["pools.prefill.chip"]) if is_apart else "none"
    point["pools.prefill.devices"] = draw.choice(["share", "auto"]) if is_apart else "share"
    point["workload.context"] = 8192
    point["workload.input"] = draw.choice(PLACES) if is_apart else 1024
    point["workload.output"] = 1024
    point["plan.devices"] = draw.choice([16, 64])
    point["precision.weight"] = "fp8"
    point["precision.math"] = "fp8"
    point["workload.tpot_s"] = draw.choice([0.02, 0.05, 0.1])
    return point


def same(text, value):
    """A cell of CSV and a value of JSON, which has neither NAN nor infinity."""
    if value is None:
        return text in ("", "inf")
    return float(text) == value if isinstance(value, (int, float)) else text == str(value)


def compare_points(page, folder, names, make=random_point, count=POINTS):
    draw = random.Random(7)
    points = [make(draw, names) for _ in range(count)]
    path = os.path.join(folder, "points.csv")
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, points[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(points)
    rows = list(csv.DictReader(run("eval", "--points", path, "--format", "csv").splitlines()))
    assert len(rows) == count, f"{len(rows)} rows"
    sets = [[f"{key}={value}" for key, value in point.items()] for point in points]
    answers = page.js("Promise.all($0.map((set) => dse.model.ask({evaluate: set})"
                      ".then((design) => design.metrics, (error) => String(error))))", sets)
    different = 0
    for point, row, metrics in zip(points, rows, answers):
        assert isinstance(metrics, dict), f"{point}: {metrics}"
        wrong = [name for name, value in metrics.items() if not same(row[name], value)]
        if wrong:
            different += 1
        if wrong and different <= SHOWN:
            print(f"{point}: {[(name, row[name], metrics[name]) for name in wrong][:3]}")
    feasible = sum(row["verdict"] == "ok" for row in rows)
    print(f"{count} points, {feasible} feasible: {different} differ from the program")
    return different == 0 and feasible > count // 10


def change(page, path, text):
    """Types a value into the field of a parameter."""
    page.js("dse.whatIf.change(dse.items.find((item) => item.path === $0), $1)", path, text)
    page.wait("!dse.whatIf.busy && dse.state.whatIf && !dse.state.whatIf.stale")


def compare_study(page, folder, name, changes, of="engine"):
    """The map after changes against the program on the exported study."""
    column = of if of == "engine" else of.replace(".", "_") + "_chip"
    assert page.js("dse.data.of.path") == of, page.js("dse.data.of.path")
    page.js("(dse.whatIf.reset(), true)")
    page.wait("!dse.whatIf.busy && dse.state.whatIf === null")
    for path, text in changes.items():
        change(page, path, text)
    error = page.js("dse.whatIf.error && dse.whatIf.error.text")
    assert not error, f"{changes}: {error}"
    study = os.path.join(folder, f"{name}.yaml")
    with open(study, "w") as file:
        file.write(page.js("dse.changedStudyYaml()"))
    store = os.path.join(folder, f"{name}.db")
    run("sweep", study, "--db", store, "--quiet")
    groups = json.loads(run("payoff", store, "--of", of, "--by", "+" + column, "--format", "json"))["groups"]
    keys = page.js("dse.data.payoff.by")
    priced = {tuple(str(group[key]) for key in keys): group["payoff"] for group in groups}
    shown = page.js("dse.state.whatIf.p")
    cells = page.js("dse.data.payoff.groups")
    different = 0
    for cell, p in zip(cells, shown):
        key = tuple(str(cell[name]) for name in keys)
        if priced.get(key) != p:
            different += 1
            print(f"{name}: {key}: {p} in the page, {priced.get(key)} by the program")
    print(f"{name}: {len(cells)} cells: {different} differ from the program")
    return different == 0


STUDIES = {
    "dear-memory": {"prices.hbm3e_usd_per_gb": "40", "prices.engine_premium": "2"},
    "one-bandwidth": {"chip.memory_byte_per_s": "10 TB/s", "workload.tpot_s": "25 ms"},
    "fp8": {"precision.weight": "fp8", "precision.math": "fp8", "plan.devices": "16"},
}


def swept_names(page, parts):
    return {part: page.js("dse.data.parameters.find(({path}) => path === $0).axis", part)
            for part in parts}


POOL_STUDIES = {
    "dear-pool": {"prices.hbm3e_usd_per_gb": "40", "prices.margin_ratio": "8"},
    "large-pool": {"pools.ffn.chip.memory_byte": "192 GB", "workload.tpot_s": "25 ms"},
    "slow-link": {"pools.ffn.link_byte_per_s": "20 GB/s", "pools.prefill.transfer": "layers"},
}


def main():
    folder = sys.argv[1]
    with Browser() as browser:
        page = browser.open(os.path.join(folder, "many.html"))
        page.wait("document.documentElement.dataset.ready === 'yes'")
        if not page.js("dse.model.available"):
            print("the build has no model for pages")
            sys.exit(77)
        names = swept_names(page, ("model", "chip", "engine"))
        right = [compare_points(page, folder, names)]
        page = browser.open(os.path.join(folder, "engines.html"))
        page.wait("document.documentElement.dataset.ready === 'yes'")
        right += [compare_study(page, folder, *of) for of in STUDIES.items()]
        for of in ("pools.ffn", "pools.prefill"):
            page = browser.open()
            page.open(os.path.join(folder, "pools.html"), "?of=" + of)
            page.wait("document.documentElement.dataset.ready === 'yes'")
            names = swept_names(page, ("model", "pools.ffn.chip", "pools.prefill.chip"))
            if of == "pools.ffn":
                right.append(compare_points(page, folder, names, random_pool_point, POOL_POINTS))
            right += [compare_study(page, folder, f"{name}-{of}", changes, of)
                      for name, changes in POOL_STUDIES.items()]
            right.append(not page.faults)
            print(*page.faults, sep="\n")
    sys.exit(0 if all(right) else 1)


main()
