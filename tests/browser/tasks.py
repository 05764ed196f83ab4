"""What a person does with the live page, done in Chromium: tasks.py FOLDER [WORD...]

FOLDER has a page STUDY.html, the rows of its points STUDY.csv and its pay-off STUDY.json for each study
(tests/cli_page.sh makes them). Each task opens a page afresh, acts with mouse and keys, and asserts on
what is then seen. A page that asks for anything but itself, logs an error, throws or breaks its content
security policy fails the task. With WORDs only the tasks that have one of them in their name are done.
"""

import csv
import functools
import io
import json
import math
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import traceback

from browser import Browser, BrowserError

TASKS = []
HERE = os.path.dirname(os.path.abspath(__file__))
WIDTHS = (400, 1280, 2560)


class Missing(Exception):
    """The page has no such view (yet)."""


class Skipped(Exception):
    """This build cannot do it."""


def task(study, **how):
    """Declares a task: the study whose page it opens, and how (width, prefers_color_scheme ...)."""

    def declare(function):
        TASKS.append((function.__name__.replace("_", " "), study, how, function))
        return function

    return declare


def check(holds, *words):
    if not holds:
        raise AssertionError(" ".join(str(word) for word in words))


class Study:
    """What the program says of a study, to compare with what the page shows."""

    def __init__(self, folder, name):
        self.page = os.path.join(folder, name + ".html")
        self.store = os.path.join(folder, name + ".db")
        self._base = os.path.join(folder, name)

    @functools.cached_property
    def points(self):
        with open(self._base + ".csv", encoding="utf-8") as file:
            return {row["point"]: row for row in csv.DictReader(file)}

    @functools.cached_property
    def groups(self):
        with open(self._base + ".json", encoding="utf-8") as file:
            return json.load(file)["groups"]

    def group(self, model, context, engine):
        return next(g for g in self.groups if (g["model"], g["workload_context"], g["engine_group"])
                    == (model, context, engine))


# ---- helpers that say what a person does ----


def go(page, view):
    """Scrolls to a view and waits until it is drawn."""
    if not page.count(f"#{view}"):
        raise Missing(f"the page has no view '{view}'")
    page.js("document.getElementById($0).scrollIntoView({behavior: 'instant'})", view)
    page.wait("document.querySelector($0).childElementCount > 0", f"#{view} .view-body")
    page.frame()


def views(page):
    return page.js("[...document.querySelectorAll('#views > section')].map(s => s.id)")


def go_everywhere(page):
    for view in views(page):
        go(page, view)
    page.js("scrollTo({top: 0, behavior: 'instant'})")
    page.frame()


def tip(page):
    """The text of the tooltip, or nothing if none is seen."""
    return page.js("(t => t.hidden ? '' : t.innerText)(document.getElementById('tooltip'))")


def value_of(text):
    """The number of a text such as '12.5 TB/s' or '49.6 ms'."""
    found = re.match(r"\s*(-?[\d.]+(?:e[+-]?\d+)?)\s*([EPTGMkmunp])?(?=[A-Za-z]|$|/|\s)", text)
    scale = {"E": 1e18, "P": 1e15, "T": 1e12, "G": 1e9, "M": 1e6, "k": 1e3, "m": 1e-3, "u": 1e-6,
             "n": 1e-9, "p": 1e-12}
    unit = text[found.end(1):].strip()
    return float(found[1]) * (scale[found[2]] if found[2] and len(unit) > 1 else 1)


def is_near(text, value, digits=3):
    """Is a text of this many digits the number?"""
    return abs(value_of(text) - float(value)) <= 0.6 * 10 ** (1 - digits) * abs(float(value))


def cell(model, column, engine):
    """The selector of a cell of the map: column counts from 1."""
    return (f"#map table[aria-label='P with {engine}'] td[aria-label^='{model},']"
            f":nth-child({column + 1})")


def layout_faults(page):
    with open(os.path.join(HERE, "layout.js"), encoding="utf-8") as file:
        return page.js(file.read())


# ---- the first screen ----


@task("engines")
def the_first_screen_has_the_answer(page, study):
    check(page.text("#question").endswith("?"), "no question:", page.text("#question"))
    answer = page.text("#answer")
    for model in ("gpt3-175b", "llama-4-maverick", "deepseek-r1"):
        check(model in answer + page.text("#lines"), "no answer for", model)
    x, y, width, height = page.js("""(r => [r.x, r.y, r.width, r.height])
        (document.querySelector('#map td.cell').getBoundingClientRect())""")
    check(y + height < 900, "the map is below the first screen:", y)


# ---- the map ----


@task("engines")
def hover_a_cell_tells_its_numbers(page, study):
    go(page, "map")
    check(tip(page) == "", "a tooltip before the mouse")
    page.hover(cell("deepseek-r1", 4, "duplex"))
    group = study.group("deepseek-r1", 131072, "duplex")
    words = tip(page)
    for word in ("deepseek-r1", "131072", "duplex", f"{group['payoff']:.2f}", group["verdict"]):
        check(word in words, "the tooltip lacks", word, "in", words)
    page.hover("h1")
    check(tip(page) == "", "the tooltip stays")


@task("engines")
def click_a_cell_shows_its_two_designs(page, study):
    go(page, "map")
    page.click(cell("llama-4-maverick", 2, "attacc"))
    group = study.group("llama-4-maverick", 8192, "attacc")
    check(page.count("#map td[aria-selected=true]") >= 1, "no cell is marked")
    for view in ("cell", "roofline", "gain", "step", "cost"):
        go(page, view)
        subject = page.text(f"#{view} .subject")
        check("llama-4-maverick" in subject and "8192" in subject and "attacc" in subject, view,
              "is about", subject)
        check(f"{group['payoff']:.2f}" in subject, view, "has another P than", group["payoff"], subject)
    heads = page.texts("#cell table.compare thead th")
    sides = [re.search(r"point (\d+)", head) for head in heads]
    ids = [side[1] for side in sides if side]
    check(len(ids) >= 2, "no points in", heads)
    for column, point in enumerate(ids[:2]):
        row = study.points[point]
        check(row["model"] == "llama-4-maverick" and row["workload_context"] == "8192", "point", point)
        check(row["engine"] == ("attacc", "none")[column], "the engine of point", point)
        shown = page.js("""[...document.querySelectorAll('#cell tbody tr')].filter(r =>
            r.cells[0].innerText.startsWith('tokens per s')).map(r => r.cells[$0].innerText)""", column + 1)
        check(any(is_near(text, row["tokens_per_s"]) for text in shown), "tokens/s", shown, "not",
              row["tokens_per_s"])


@task("engines")
def the_keyboard_alone_reaches_a_cell(page, study):
    for _ in range(40):
        page.key("Tab")
        if page.js("document.activeElement.matches('#map td')"):
            break
    else:
        raise AssertionError("40 times Tab do not reach the map")
    start = page.js("document.activeElement.getAttribute('aria-label')")
    page.key("ArrowDown")
    page.key("ArrowRight")
    reached = page.js("document.activeElement.getAttribute('aria-label')")
    check(reached != start and "llama-4-maverick" in reached, "the arrows go from", start, "to", reached)
    check("llama-4-maverick" in tip(page), "no tooltip at the keyboard's cell")
    outline = page.js("getComputedStyle(document.activeElement).outlineStyle")
    check(outline != "none", "the focus is not seen")
    page.key("Enter")
    go(page, "cell")
    check("llama-4-maverick" in page.text("#cell .subject"), page.text("#cell .subject"))
    page.key("Escape")
    check(tip(page) == "", "Escape leaves the tooltip")


# ---- fronts, filters, parallel coordinates ----


def facts(page, box="#tooltip"):
    """Names and values of the tooltip or another list of facts."""
    return dict(page.js("""[...document.querySelectorAll($0 + ' dt')].map(dt =>
        [dt.innerText, dt.nextElementSibling.innerText])""", box))


def point_of(text):
    found = re.search(r"[Pp]oint (\d+)", text)
    check(found, "no point in", text)
    return found[1]


def remaining(page):
    """How many points pass the filters, and of how many."""
    found = re.match(r"(\d+) of (\d+) points remain", page.text("#filters .remain"))
    return int(found[1]), int(found[2])


def picture(page, canvas):
    return page.js("document.querySelector($0).toDataURL()", canvas)


def along(page, axis, value, is_log):
    """Where a value is on an axis of the front, in window pixels across or up, from its ticks."""
    ticks = page.js("""[...document.querySelectorAll(`#front .${$0}.axis .tick`)].map(t => {
        const r = t.querySelector('line').getBoundingClientRect();
        return [t.textContent, $0 === 'x' ? r.x + r.width / 2 : r.y + r.height / 2]; })""", axis)
    level = math.log if is_log else float
    (text0, at0), (text1, at1) = ticks[0], ticks[-1]
    low, high = level(value_of(text0)), level(value_of(text1))
    return at0 + (at1 - at0) * (level(float(value)) - low) / (high - low)


@task("engines")
def hover_a_design_of_the_front_tells_what_it_is(page, study):
    go(page, "filters")
    go(page, "front")
    page.hover("#front .front-point:nth-of-type(3)")
    row = study.points[point_of(tip(page))]
    told = facts(page)
    check(row["model"] in told.values(), told, "is not of", row["model"])
    check(row["engine"] in told.values(), told, "has not the engine", row["engine"])
    rates = [text for name, text in told.items() if name.startswith("tokens per s") and "user" not in name]
    check(rates and is_near(rates[0], row["tokens_per_s"]), rates, "is not", row["tokens_per_s"])
    limit = row["engine_limited_by"]
    caveat = ["hypothetical"] * (row["engine_maturity"] == "hypothetical")
    caveat += [f"limited by {limit}"] * (limit not in ("", "none"))
    check(told.get("not as stated", "") == ", ".join(caveat), told.get("not as stated"), "is not", caveat)
    page.click_at(*page.mouse)
    check(f"Point {row['point']}" in page.text("#front div.chosen"), "a click does not choose it:",
          page.text("#front div.chosen"))


@task("engines")
def find_the_knee_of_a_front(page, study):
    go(page, "front")
    check(page.count("#front .ring.knee") == 3, "not a knee for each model")
    knee = next(text for text in page.texts("#front .knees li") if "llama-4-maverick" in text)
    page.click(f"#front .knees li:nth-child({1 + page.texts('#front .knees li').index(knee)}) button")
    row = study.points[point_of(page.text("#front div.chosen"))]
    check(row["model"] == "llama-4-maverick", "the knee is of", row["model"])
    rate, price = float(row["tokens_per_s"]), float(row["system_cost_usd"])
    for other in study.points.values():
        if all(other[name] == row[name] for name in ("model", "workload_context", "verdict")):
            better = (float(other["tokens_per_s"]) >= rate, float(other["system_cost_usd"]) <= price)
            equal = (float(other["tokens_per_s"]) == rate, float(other["system_cost_usd"]) == price)
            check(not all(better) or all(equal), "point", other["point"], "dominates the knee", row["point"])
    check(page.count("#front .ring.chosen") == 1, "the chosen point is not marked")


@task("engines")
def pick_the_axes_of_the_front(page, study):
    go(page, "front")
    before = page.texts("#front .x.axis .tick text")
    page.choose("#front-x", "power_w")
    check("power" in page.text("#front .x.axis-title"), page.text("#front .x.axis-title"))
    ticks = page.texts("#front .x.axis .tick text")
    check(ticks != before and all(text.endswith("W") for text in ticks), ticks)
    page.hover("#front .front-point")
    row = study.points[point_of(tip(page))]
    x, _ = page.middle("#front .front-point")
    is_log = page.js("document.querySelector('#front-x-log').checked")
    there = along(page, "x", row["power_w"], is_log)
    check(abs(there - x) < 4, "a design of", row["power_w"], "W is at", x, "not at", there)


@task("engines")
def zoom_into_the_front_and_out(page, study):
    go(page, "front")
    before = page.texts("#front .axis .tick text")
    x, y = page.middle("#front svg.front")
    page.wheel(x, y, -400, modifier="ctrl")
    page.wait("JSON.stringify([...document.querySelectorAll('#front .axis .tick text')]"
              ".map(t => t.textContent)) !== JSON.stringify($0)", before, what="the wheel zooms")
    page.click("#front-reset")
    check(page.texts("#front .axis .tick text") == before, "the whole front has other ticks")


@task("engines")
def brush_the_front_filters_every_view(page, study):
    go(page, "filters")
    go(page, "parallel")
    lines = picture(page, "#parallel canvas.kept")
    shown, everything = remaining(page)
    check(shown == everything == len(study.points), "filtered at first:", shown, everything)
    go(page, "front")
    cost = sorted(float(row["system_cost_usd"]) for row in study.points.values()
                  if row["workload_context"] == "131072" and row["tokens_per_s"])
    x, y, width, height = page.box("#front svg.front")
    is_log = page.js("document.querySelector('#front-x-log').checked")
    border = along(page, "x", cost[len(cost) // 2] + 1, is_log)
    page.drag(border, y + 30, x + width - 2, y + height - 60)
    page.frame()
    shown, everything = remaining(page)
    check(0 < shown < everything, "the brush leaves", shown)
    inside = int(re.search(r"(\d+) of \d+ points pass", page.text("#front .status"))[1])
    expected = sum(one > cost[len(cost) // 2] for one in cost)
    check(abs(inside - expected) <= 0.05 * expected, "the brush leaves", inside, "in the front, not", expected)
    check(page.count("#filters .chip") == 1, "no chip for the brush")
    check(picture(page, "#parallel canvas.kept") != lines, "the parallel coordinates do not follow")
    page.click("#filters .chip")
    page.frame()
    check(remaining(page)[0] == everything, "the chip does not take the brush away")


@task("engines")
def brush_an_axis_of_the_parallel_coordinates(page, study):
    go(page, "filters")
    go(page, "front")
    cloud = picture(page, "#front canvas.cloud")
    go(page, "parallel")
    heads = page.texts("#parallel .axis-head")
    i = heads.index("memory")
    x, y, width, height = page.js("""(l => { const r = l.getBoundingClientRect();
        return [r.x + r.width / 2, r.y, r.width, r.height]; })
        (document.querySelectorAll('#parallel line.along')[$0])""", i)
    page.drag(x, y + 0.25 * height, x, y - 20)
    page.frame()
    shown, _ = remaining(page)
    expected = sum(row["chip_memory_byte"] == "288000000000" for row in study.points.values())
    check(shown == expected, shown, "points remain with 288 GB, not", expected)
    check("288 GB" in page.text("#filters .chip"), page.text("#filters .chip"))
    check(picture(page, "#front canvas.cloud") != cloud, "the front does not follow")


@task("engines")
def filter_by_model_and_feasibility(page, study):
    go(page, "filters")
    page.choose("#filter-model", "deepseek-r1")
    page.choose("#filter-feasible", "feasible")
    expected = sum(row["model"] == "deepseek-r1" and row["verdict"] == "ok"
                   for row in study.points.values())
    check(remaining(page)[0] == expected, remaining(page), "not", expected)
    check(page.count("#filters .chip") == 2, page.texts("#filters .chip"))
    page.click("#filters-clear")
    check(remaining(page)[0] == len(study.points), "clear does not clear")
    check(page.js("document.querySelector('#filter-model').selectedIndex") == 0, "the choice stays")


@task("plain")
def an_infeasible_design_is_shown_with_its_reason(page, study):
    go(page, "front")
    row = next(row for row in study.points.values() if row["verdict"] == "tpot")
    axes = [page.js("document.querySelector(`#front-${$0}`).value", side) for side in "xy"]
    logs = [page.js("document.querySelector(`#front-${$0}-log`).checked", side) for side in "xy"]
    page.box("#front svg.front")
    page.move(*(along(page, side, row[name], log) for side, name, log in zip("xy", axes, logs)))
    words = tip(page)
    check("infeasible" in words and "tpot" in words, "the tooltip says", words or "nothing")


@task("plain")
def a_study_without_engines_opens_with_its_front(page, study):
    check("front" in views(page) and "map" not in views(page), views(page))
    check(page.text("#answer"), "no answer")


# ---- the table of designs ----


def column_of(page, name):
    """The texts of a column of the table as shown."""
    heads = [head.rstrip(" ▲▼") for head in page.texts("#designs thead th.column")]
    check(name in heads, "no column", name, "in", heads)
    return page.texts(f"#designs tbody td.value:nth-of-type({heads.index(name) + 1})")


def press_head(page, name):
    heads = [head.rstrip(" ▲▼") for head in page.texts("#designs thead th.column")]
    page.click(f"#designs thead th:nth-child({heads.index(name) + 2}) button")


def listed(page):
    """The points of the rows of the table."""
    return page.texts("#designs tbody .point-id")


def read_table(text):
    return {row["point"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


@task("engines")
def sort_the_designs_by_a_click(page, study):
    go(page, "designs")
    feasible = [row for row in study.points.values() if row["verdict"] == "ok"]
    for sign, best in ((1, min), (-1, max)):
        press_head(page, "system cost")
        values = [sign * value_of(text) for text in column_of(page, "system cost")]
        check(len(values) >= 10 and values == sorted(values), "not sorted:", values)
        first = best(feasible, key=lambda row: float(row["system_cost_usd"]))
        check(is_near(column_of(page, "system cost")[0], first["system_cost_usd"]), "first is",
              column_of(page, "system cost")[0], "not", first["system_cost_usd"])
    marked = page.texts("#designs thead th[aria-sort=descending]")
    check(len(marked) == 1 and marked[0].startswith("system cost"), "marked as sorted:", marked)


@task("engines")
def search_the_designs_by_words(page, study):
    go(page, "filters")
    go(page, "designs")
    page.click("#designs-search")
    page.type("duplex Maverick 32768")
    page.frame()
    expected = sum((row["engine"], row["workload_context"], row["model"])
                   == ("duplex", "32768", "llama-4-maverick") for row in study.points.values())
    check(remaining(page)[0] == expected, remaining(page), "not", expected)
    check(set(column_of(page, "engine")) == {"duplex"}, column_of(page, "engine"))


@task("engines")
def compare_two_designs_side_by_side(page, study):
    go(page, "compare")
    go(page, "designs")
    ids = listed(page)
    page.click("#designs tbody tr:nth-child(1) th label")
    page.click("#designs tbody tr:nth-child(4) th label")
    page.frame()
    go(page, "compare")
    heads = page.texts("#compare thead th.design")
    check([point_of(head) for head in heads] == [ids[0], ids[3]], heads, "are not", ids[0], ids[3])
    line = page.js("""[...document.querySelectorAll('#compare tbody tr')].map(r => [...r.cells].map(c =>
        c.innerText)).find(r => r[0] === 'tokens per s')""")
    for text, point in zip(line[1:], (ids[0], ids[3])):
        check(is_near(text.split("\n")[0].split("×")[0], study.points[point]["tokens_per_s"]), line)
    go(page, "front")
    marks = page.count("#front .ring.compared")
    on_front = sum(study.points[point]["workload_context"] == "131072" for point in (ids[0], ids[3]))
    check(marks == on_front, marks, "of", on_front, "compared designs are marked in the front")


@task("engines")
def export_the_selection_as_csv(page, study):
    go(page, "filters")
    page.choose("#filter-model", "deepseek-r1")
    page.choose("#filter-feasible", "feasible")
    go(page, "designs")
    name, text = page.download(lambda: page.click("#designs-save"))
    check(name == "engines-designs.csv", "the file is called", name)
    table = read_table(text)
    expected = {point: row for point, row in study.points.items()
                if (row["model"], row["verdict"]) == ("deepseek-r1", "ok")}
    check(table.keys() == expected.keys(), len(table), "designs are exported, not", len(expected))
    for point, row in expected.items():
        for column, value in row.items():
            told = table[point][column]
            check(told == value or abs(float(told) - float(value)) <= 1e-6 * abs(float(value)), "point", point,
                  column, "is", told, "not", value)
    ids = listed(page)
    page.click("#designs tbody tr:nth-child(2) th label")
    page.click("#designs tbody tr:nth-child(3) th label")
    page.frame()
    page.click("#designs-copy")
    page.wait("document.querySelector('#designs [role=status].note').innerText !== ''", what="it is copied")
    check(list(read_table(page.clipboard())) == ids[1:3], "copied:", page.clipboard()[:200])


def copied_line_gives_the_design(page, study, row):
    go(page, "designs")
    point = listed(page)[row - 1]
    page.click(f"#designs tbody tr:nth-child({row}) td")
    page.frame()
    page.click("#designs-line")
    page.wait("document.querySelector('#designs [role=status].note').innerText !== ''", what="it is copied")
    words = shlex.split(page.clipboard())
    check(words[:2] == ["dse", "eval"] and "--set" in words, words)
    told = subprocess.run([os.environ["DSE"], *words[1:], "--format", "json"], check=False,
                          capture_output=True, text=True)
    check(told.returncode == 0, "the line fails:", told.stderr)
    metrics = json.loads(told.stdout)["metrics"]
    for name in ("tokens_per_s", "system_cost_usd", "tpot_s", "power_w"):
        check(math.isclose(metrics[name], float(study.points[point][name]), rel_tol=1e-9), name, "is",
              metrics[name], "not", study.points[point][name])


@task("engines")
def the_copied_line_gives_the_same_design_again(page, study):
    copied_line_gives_the_design(page, study, 3)


@task("split")
def the_copied_line_has_the_prefill_pool_too(page, study):
    copied_line_gives_the_design(page, study, 1)


@task("engines")
def the_keyboard_alone_walks_the_designs(page, study):
    go(page, "compare")
    go(page, "designs")
    ids = listed(page)
    page.js("document.querySelector('#designs tbody tr').focus()")
    page.key("ArrowDown")
    page.key(" ")
    page.key("ArrowDown")
    page.key("Enter")
    page.frame()
    heads = [point_of(head) for head in page.texts("#compare thead th.design")]
    check(heads == [ids[2], ids[1]], "compared are", heads, "not", ids[2], ids[1])


# ---- scenarios, sensitivity, search, origins ----


@task("guided")
def a_scenario_opens_its_cell(page, study):
    go(page, "flips")
    page.hover("#flips td.cell[aria-label*='cheap-engine']")
    words = tip(page)
    check("cheap-engine" in words and "in base" in words, words)
    page.click_at(*page.mouse)
    go(page, "cell")
    check("cheap-engine" in page.text("#cell .subject"), page.text("#cell .subject"))


@task("engines")
def a_constant_tells_where_it_flips_the_verdict(page, study):
    go(page, "sensitivity")
    page.hover("#sensitivity .row:nth-of-type(2)")
    told = facts(page)
    check(any(name.startswith("P at") for name in told) and "flip" in told, told)


@task("plain")
def a_guided_search_shows_its_progress(page, study):
    go(page, "search")
    check("nsga2" in page.text("#search p") and str(len(study.points)) in page.text("#search p"),
          page.text("#search p"))
    page.hover("#search svg")
    check("hypervolume" in tip(page), tip(page))


@task("engines")
def the_origins_are_told(page, study):
    go(page, "provenance")
    told = facts(page, "#provenance")
    check(told["run"] == "engines" and str(len(study.points)) in told["points"], told)
    check("models: [gpt3-175b" in page.js("document.querySelector('.study-text').textContent"),
          "the study is not as it was written")


# ---- pools ----


def choose_subject(page, path):
    """Follows the link to what a pool, or engines, pay."""
    page.loaded = False
    try:
        page.click(f"#subjects a[href$='{path}']")
    except BrowserError:  # the page that was clicked is gone
        pass
    while not page.loaded:
        check(page.browser.handle(60), "the page of", path, "does not come")
    page.wait("document.documentElement.dataset.ready === 'yes'", what="the page is ready")


@task("pools")
def a_pool_has_an_answer_of_its_own(page, study):
    check(page.text("#question") == "When does an attention engine pay off?", page.text("#question"))
    check(page.texts("#subjects a") == ["engine", "FFN pool", "prefill pool"], page.texts("#subjects a"))
    choose_subject(page, "pools.ffn")
    check(page.text("#question") == "When does an FFN pool pay off?", page.text("#question"))
    check(page.text("#subjects [aria-current]") == "FFN pool", "the chosen subject is not marked")
    go(page, "map")
    shown = page.js("""[...document.querySelectorAll("#map table:not([aria-label$='best FFN pool']) td.cell")]
        .map(c => [c.getAttribute('aria-label'), c.querySelector('.p').innerText])""")
    wanted = [(f"input {g['workload_input']}, {g['pools_ffn_chip']}:", f"{g['payoff']:.2f}") for g in study.groups]
    check(len(shown) == len(wanted) == 4, shown, wanted)
    for title, p in wanted:
        check(any(title in label and text == p for label, text in shown), title, p, "not in", shown)


@task("pools")
def the_designs_of_a_pool_tell_its_chip_and_devices(page, study):
    choose_subject(page, "pools.ffn")
    go(page, "cell")
    point = re.search(r"point (\d+)", page.text("#cell table.compare thead th"))[1]
    row = study.points[point]
    check(row["pools_ffn_chip"] != "none", "the winner has no pool:", row)
    lines = page.js("""Object.fromEntries([...document.querySelectorAll('#cell tbody tr')]
        .filter(r => r.cells.length > 1).map(r => [r.cells[0].innerText, r.cells[1].innerText]))""")
    check(lines["pools ffn chip"] == row["pools_ffn_chip"], lines)
    check(is_near(lines["ffn devices"], row["ffn_devices"]), lines["ffn devices"], row["ffn_devices"])
    check(is_near(lines["prefill devices"], row["prefill_devices"]), lines["prefill devices"])
    go(page, "cost")
    check("FFN pool" in page.text("#cost table") and "prefill pool" in page.text("#cost table"),
          "the price lacks pools:", page.text("#cost table"))
    go(page, "front")
    check("FFN pool of" in page.text("#front"), "the knees do not tell their pools:", page.text("#front"))
    check(any("auto" in text for text in page.texts("#designs td")) or
          "auto" in page.js("(document.querySelector('#designs').scrollIntoView(), document.querySelector('#designs').innerText)"),
          "a count that is auto is shown as a number")
    go_everywhere(page)


# ---- what if ----


def go_what_if(page):
    go(page, "map")
    if "what-if" not in views(page):
        raise Skipped("the page was built without the model")
    go(page, "what-if")


def settled(page):
    """Waits until the whole map is priced for what was changed."""
    page.wait("/stored: \\d+/.test(document.querySelector('#what-if .what-if-now').innerText)",
              what="the map is priced again")
    page.frame()


def set_value(page, path, text):
    field = f"#what-if [data-path='{path}'] input.value"
    page.click(field)
    page.key("a", modifier="ctrl")
    page.type(text)
    page.key("Enter")


def map_values(page):
    """P of every cell of the map as shown, by model, context and engine."""
    cells = page.js("""[...document.querySelectorAll("#map table:not([aria-label$='best engine']) td.cell")]
        .map(c => [c.getAttribute('aria-label'), c.querySelector('.p').innerText])""")
    found = {}
    for label, text in cells:
        model, context, engine = re.match(r"(.*), context (\d+), (.*?): ", label).groups()
        found[model, int(context), engine] = text
    return found


def price_again(study, name, text):
    """The pay-off groups of a study that the page exported, as the program computes them."""
    base = os.path.join(os.path.dirname(study.page), name)
    with open(base + ".yaml", "w", encoding="utf-8") as file:
        file.write(text)
    dse = functools.partial(subprocess.run, check=True, capture_output=True, text=True)
    dse([os.environ["DSE"], "sweep", base + ".yaml", "--db", base + ".db", "--quiet"])
    told = dse([os.environ["DSE"], "payoff", base + ".db", "--by", "model,workload_context,engine",
                "--format", "json"])
    return json.loads(told.stdout)["groups"]


@task("engines")
def change_a_price_and_the_map_moves(page, study):
    go_what_if(page)
    before = map_values(page)
    check(before["deepseek-r1", 131072, "duplex"] == f"{study.group('deepseek-r1', 131072, 'duplex')['payoff']:.2f}",
          "the map does not start with what is stored")
    page.click("#what-if .what-if-search")
    page.type("engine premium")
    set_value(page, "prices.engine_premium", "9")
    settled(page)
    after = map_values(page)
    worse = sum(float(after[key]) < float(before[key]) for key in before)
    check(worse == len(before), "an engine at nine times its price is worse in", worse, "of", len(before), "cells")
    check("was" in page.text("#map td.cell .stored"), "the map does not tell the stored P")
    check("prices.engine_premium" in page.text("#what-if .changes"), page.text("#what-if .changes"))
    _, yaml = page.download(lambda: page.click("#what-if .buttons button:nth-child(3)"))
    for group in price_again(study, "exported", yaml):
        key = group["model"], group["workload_context"], group["engine_group"]
        check(after[key] == f"{group['payoff']:.2f}", key, "is", after[key], "in the page,", group["payoff"],
              "by the exported study")
    page.click("#what-if .buttons button:nth-child(1)")
    page.wait("!document.querySelector('#map td.cell .stored')", what="undo takes the change back")
    check(map_values(page) == before, "undo does not restore the map")


@task("engines")
def drag_the_slider_of_a_limit(page, study):
    go_what_if(page)
    before = page.text("[data-what-if=p]")
    slider = "#what-if [data-path='workload.tpot_s'] input[type=range]"
    x, y, width, height = page.box(slider)
    page.drag(x + width / 2, y + height / 2, x + 2, y + height / 2)
    settled(page)
    check(page.text("[data-what-if=p]") != before, "P stays at", before)
    go(page, "cell")
    check("was" in page.text("#cell"), "the designs do not tell what was stored")
    go(page, "what-if")
    page.click("#what-if .buttons button:nth-child(2)")
    page.wait("!document.querySelector('#map td.cell .stored')", what="reset takes the changes back")
    check(page.text("[data-what-if=p]") == before, "reset does not restore P")


@task("engines")
def a_value_that_makes_no_sense_is_refused_in_place(page, study):
    go_what_if(page)
    set_value(page, "workload.tpot_s", "a banana")
    mistake = "#what-if [data-path='workload.tpot_s'] .mistake"
    page.wait("document.querySelector($0).innerText !== ''", mistake, what="the field says what is wrong")
    check("a banana" in page.text(mistake), page.text(mistake))
    set_value(page, "workload.tpot_s", "30 ms")
    page.wait("document.querySelector($0).innerText === ''", mistake, what="the mistake is forgotten")


# ---- looks ----


@task("engines", prefers_color_scheme="dark")
def dark_as_the_system_says_and_light_by_the_button(page, study):
    light = "(c => c.match(/[\\d.]+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0) > 384)"
    paper = light + "(getComputedStyle(document.body).backgroundColor)"
    ink = light + "(getComputedStyle(document.querySelector('#answer')).color)"
    check(not page.js(paper) and page.js(ink), "not dark")
    go_everywhere(page)
    lost = page.js(f"""[...document.querySelectorAll('svg text')].filter(t => t.textContent &&
        !t.matches('.inside') && !{light}(getComputedStyle(t).fill)).map(t => t.textContent)""")
    check(not lost, "dark text on dark:", lost[:5])
    page.click("#theme")
    check(page.js(paper) and not page.js(ink), "the button does not make it light")


def fits_every_width(page, study):
    for width in WIDTHS:
        page.size(width)
        page.open(study.page)
        go_everywhere(page)
        faults = layout_faults(page)
        check(not faults, f"{width} pixels: {len(faults)} faults:", *faults[:6])


@task("engines")
def fits_every_width_with_engines(page, study):
    fits_every_width(page, study)


@task("plain")
def fits_every_width_without_engines(page, study):
    fits_every_width(page, study)


@task("guided")
def fits_every_width_with_scenarios(page, study):
    fits_every_width(page, study)


# ---- paper ----


def printed(page, path):
    """Prints a page; its words without blanks, and the boxes of those that are outside of the paper."""
    page.pdf(path)
    run_tool = functools.partial(subprocess.run, check=True, capture_output=True, text=True)
    words = re.sub(r"\s", "", run_tool(["pdftotext", "-raw", path, "-"]).stdout)
    boxes = run_tool(["pdftotext", "-bbox", path, "-"]).stdout
    pages = re.split(r'<page width="([\d.]+)"', boxes)[1:]
    outside = [word for paper, content in zip(pages[::2], pages[1::2])
               for x_min, x_max, word in re.findall(r'xMin="([\d.-]+)".*?xMax="([\d.-]+)".*?>(.*?)<', content)
               if float(x_min) < 10 or float(x_max) > float(paper) - 10]
    return words, outside


@task("engines")
def paper_loses_nothing(page, study):
    if not shutil.which("pdftotext"):
        return
    go_everywhere(page)
    words, outside = printed(page, study.page.replace(".html", ".pdf"))
    check(not outside, len(outside), "words leave the paper:", *outside[:8])
    cells = page.js("""[...document.querySelectorAll('table th, table td')]
        .map(c => c.textContent.replace(/\\s/g, ''))""")
    lost = [cell for cell in cells if cell not in words]
    check(len(cells) > 200 and not lost, len(lost), "of", len(cells), "cells are lost:", *lost[:8])
    titles = [re.sub(r"\s", "", title) for title in page.texts("h2")]
    check(not [title for title in titles if title not in words], "a view is not printed")
    check(page.js("!document.querySelector('details[open] table.operators')"), "details stay open")


# ---- running them ----

BAD_PAGE = """<!doctype html><meta charset="utf-8"><title>bad</title>
<meta http-equiv="Content-Security-Policy" content="script-src 'unsafe-inline'; worker-src blob:">
<p style="width: 3000px">wide</p><svg width="50" height="20"><text x="30" y="10">a long label</text></svg>
<img src="other.png" alt=""><script>
  new Worker(URL.createObjectURL(new Blob(['throw new Error("in the worker")'])));
  console.error('in the console');
  setTimeout(() => { throw new Error('in the page'); });
  try { eval('1'); } catch (refused) { /* by the policy */ }
</script>"""


def the_driver_sees_what_is_wrong(browser, folder):
    """A page that does all that a page must not: returns what went unseen, or None."""
    path = os.path.join(folder, "bad.html")
    with open(path, "w", encoding="utf-8") as file:
        file.write(BAD_PAGE)
    page = browser.open(path)
    wanted = ("in the worker", "in the console", "in the page", "requested file://", "security policy")
    deadline = time.monotonic() + 60
    missing = list(wanted)
    while missing and time.monotonic() < deadline:
        browser.handle(0.1)
        missing = [word for word in wanted if not any(word in fault for fault in page.faults)]
    layout = layout_faults(page)
    missing += [word for word in ("scrolls sideways", "cut:") if word not in " ".join(layout)]
    page.close()
    return "not seen: " + ", ".join(missing) if missing else None


def run(browser, folder, name, study, how, function):
    """Returns None or what is wrong."""
    about = Study(folder, study)
    page = browser.open(about.page, **how)
    try:
        page.wait("document.documentElement.dataset.ready === 'yes'", what="the page is ready")
        function(page, about)
        return "; ".join(page.faults) or None
    except (AssertionError, BrowserError) as fault:
        page.screenshot(os.path.join(folder, name.replace(" ", "-") + ".png"))
        return "; ".join([str(fault), *page.faults])
    except Skipped as reason:
        print(f"skip {name}: {reason}")
        return None
    except Missing as fault:
        return str(fault)
    except Exception:  # a fault of the test itself
        return traceback.format_exc()
    finally:
        page.close()


def main(folder, words):
    failed = 0
    with Browser() as browser:
        checks = [("the driver sees what is wrong",
                   functools.partial(the_driver_sees_what_is_wrong, browser, folder))]
        checks += [(name, functools.partial(run, browser, folder, name, study, how, function))
                   for name, study, how, function in TASKS]
        for name, act in checks:
            if words and not any(word in name for word in words):
                continue
            start = time.monotonic()
            fault = act()
            failed += fault is not None
            print(f"{'FAIL' if fault else 'ok  '} {name} ({time.monotonic() - start:.1f} s)"
                  + (f": {fault}" if fault else ""), flush=True)
        print(f"CPU time of the browser: {browser.cpu_s():.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
