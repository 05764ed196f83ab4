"""Pushes hostile names through the commands of dse, in the current folder, and parses what it prints.

usage: hostile_text.py DSE
"""

import base64
import csv
import hashlib
import html.parser
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import xml.etree.ElementTree

DSE = sys.argv[1]

# What may be a name, if some tools would misread it.
ODD = ["'", '"', "<script>alert(1)</script>", "]]>", "<!--", "&amp;", "=cmd|'!A1", "+1+1", "-2*3", "@sum(1)",
       "a|b", "`x`", "\\", "\\|", "%s%n", "[a](javascript:b)", "\u200f\u05d0", "µ≤😀", " ", "$(x)", "; DROP TABLE run"]
# What may not.
BAD = [b"a\nb", b"a\tb", b"\x1b[31mred", b"a\x07", b"\x7f", "\u009b31m".encode(), "\u202egnp.exe".encode(),
       "\u2028".encode(), "\uffff".encode(), b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"x" * 201, b"x" * 100000]

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
VOID = {"meta", "br"}
failed = 0


def complain(*what):
    global failed
    failed = 1
    print("hostile_text:", *[repr(w)[:300] for w in what])


def run(*args, stdin=b""):
    done = subprocess.run([os.fsencode(DSE), *map(os.fsencode, args)], input=stdin, capture_output=True)
    for stream in (done.stdout, done.stderr):
        try:
            if CONTROL.search(stream.decode()):
                complain(args, "control characters", CONTROL.search(stream.decode()))
        except UnicodeDecodeError as e:
            complain(args, "not UTF-8", e)
    if done.returncode not in (0, 1, 2, 3):
        complain(args, "status", done.returncode, done.stderr)
    return done


def refused(what, *args):
    done = run(*args)
    if done.returncode != 2 or done.stdout or done.stderr.count(b"\n") != 1 or len(done.stderr) > 1001:
        complain(what, "not refused in one line", done.returncode, done.stdout, done.stderr)


class Page(html.parser.HTMLParser):
    """A page whose only active content is what its policy allows: scripts and styles by hash, data as JSON."""

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.inside = None  # of a script: its attributes
        policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
        self.policy = policy.group(1) if policy else ""
        self.comments = text.count("<!--\nThe next script is D3.\n")
        self.feed(text)
        self.close()
        if self.open:
            complain("page: left open", self.open)

    def handle_starttag(self, tag, attrs):
        if any(name.startswith("on") or name in ("style", "src") or (name == "href" and value[:1] != "#")
               for name, value in attrs):
            complain("page: active content", tag, attrs)
        self.inside = dict(attrs) if tag in ("script", "style") else None
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        self.inside = None
        if not self.open or self.open.pop() != tag:
            complain("page: closes", tag)

    def handle_data(self, data):
        if self.inside is None or not self.policy:
            return
        if self.inside.get("type") == "application/json":
            json.loads(data)
            if "<" in data:
                complain("page: data with a tag", data)
        elif self.inside.get("type") != "text/plain" and base64.b64encode(hashlib.sha256(data.encode()).digest()).decode() not in self.policy:
            complain("page: not in the policy", data)

    def handle_comment(self, data):
        self.comments -= 1
        if self.comments != 0 or not data.startswith("\nThe next script is D3.\n"):
            complain("page: comment", data)


def check_csv(text):
    for part in text.split("\n\n"):
        rows = list(csv.reader(io.StringIO(part), strict=True))
        for row in rows:
            if len(row) != len(rows[0]):
                complain("csv: cells", len(row), len(rows[0]), row)
            for cell in row:
                if len(cell) > 1 and cell[0] in "=+-@\t\r" and not NUMBER.match(cell):
                    complain("csv: a spreadsheet computes", cell)


def check_md(text):
    for block in text.split("\n\n"):
        bars = {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in block.splitlines() if line.startswith("|")}
        if len(bars) > 1:
            complain("md: columns", bars, block)
    plain = re.sub(r"\\.", "", text)
    if "`" in plain or re.search(r"<[a-zA-Z/!?]", plain) or "](" in plain:
        complain("md: markup", text)


CHECKS = {"csv": check_csv, "json": json.loads, "md": check_md, "html": Page, "svg": xml.etree.ElementTree.fromstring,
          "jsonl": lambda text: [json.loads(line) for line in text.splitlines()], "table": len, "text": len}


def check(kind, text, what):
    try:
        CHECKS[kind](text)
    except Exception as e:
        complain(what, kind, e, text)


def check_commands(db, shown):
    """Every command that reads a store; all of them show the texts `shown`."""
    asked = [(kind, ("query", db, "--columns", "all", "--format", kind)) for kind in ("json", "csv", "md", "table")]
    asked += [("json", ("query", db, "--sql", "SELECT name, program, spec FROM run", "--format", "json")),
              ("csv", ("query", db, "--sql", "SELECT name, program FROM run", "--format", "csv")),
              ("md", ("pareto", db, "--format", "md")), ("csv", ("payoff", db, "--format", "csv")),
              ("text", ("payoff", db)), ("text", ("watch", db, "--once")), ("text", ("eval", db, "--point", "0")), ("text", ("query", db, "--run", "x"))]
    if shown:  # the same functions write the tables of all stores
        asked += [(kind, (*words, "--format", kind)) for kind in ("json", "csv", "md")
                  for words in (("compare", db, db), ("recommend", db, "--tokens-per-s", "1"), ("payoff", db))]
    for kind, args in asked:
        done = run(*args)
        if done.returncode == 0 and not done.stderr:
            check(kind, done.stdout.decode(), args)
        elif done.stderr.count(b"\n") > 30:
            complain(args, "many lines", done.stderr)
    for kind in ("html", "svg", "csv", "md"):
        done = run("report", db, "-o", "out." + kind)
        if done.returncode not in (0, 3):
            continue
        text = open("out." + kind, encoding="utf-8").read()
        if CONTROL.search(text):
            complain(kind, "control characters", CONTROL.search(text))
        check(kind, text, ("report", kind))
    for figure in ("payoff-map", "front", "roofline", "tornado", "flips", "breakdown"):
        if run("report", db, "--figure", figure, "-o", "figure.svg").returncode == 0:
            for kind in ("svg", "csv"):
                check(kind, open("figure." + kind, encoding="utf-8").read(), ("figure", figure, kind))
    done = run("query", db, "--columns", "all", "--format", "json")
    for text in shown if done.returncode == 0 else ():
        if not any(text in (v or "") for row in json.loads(done.stdout) for v in row.values() if isinstance(v, (str, type(None)))):
            complain("not shown", text)


MODEL = "attention: gqa\nlayers: 4\nhidden: 256\nheads: 4\nkv_heads: 2\nhead_dim: 64\nffn: 1024\nvocab: 1000\n"


def odd_names():
    """All odd names at once, as models, and joined as the name of the study."""
    os.mkdir("odd")
    names = [name.replace("/", "∕") for name in ODD]
    for name in names:
        with open("odd/%s.yaml" % name, "w") as f:
            f.write(MODEL)
    with open("odd.yaml", "w") as f:
        json.dump({"study": "".join(names)[:150], "models": ["odd/%s.yaml" % name for name in names],
                   "sweep": {"engine": ["none", "attacc"]}}, f, ensure_ascii=False)
    done = run("sweep", "odd.yaml", "--db", "odd.db", "--quiet", "--jobs", "1")
    if done.returncode != 0:
        complain("odd names", done.stderr)
    check_commands("odd.db", [name for name in names if "/" not in name])


def odd_scenarios():
    """Names of scenarios are plain; odd names of the study and of its folder, in answers and in scripts for Slurm."""
    for name in ODD:
        with open("bad.yaml", "w") as f:
            json.dump({"study": "a", "model": "gpt3-175b", "scenarios": {name: {"chip": "b200"}}}, f, ensure_ascii=False)
        refused(name, "sweep", "bad.yaml", "--db", "bad.db", "--quiet")
    os.mkdir("$(touch bad); `touch bad` '\"")
    study = {"study": "$(touch bad)'`touch bad`\"; touch bad", "model": "gpt3-175b", "plan": {"devices": 16},
             "sweep": {"engine": ["none", "attacc"]},
             "scenarios": {name: {"workload": {"context": 1024 + i}} for i, name in enumerate(("one", "two"))}}
    with open("scenarios.yaml", "w") as f:
        json.dump(study, f, ensure_ascii=False)
    done = run("sweep", "scenarios.yaml", "--db", "scenarios.db", "--quiet", "--jobs", "1")
    if done.returncode != 0:
        complain("odd scenarios", done.stderr)
    if run("check", "scenarios.db").returncode != 0:
        complain("odd scenarios: check")
    for kind in ("svg", "csv", "md", "json"):
        args = ("payoff", "scenarios.db", "--flips", *(("-o", "flips.svg") if kind == "svg" else ("--format", kind)))
        done = run(*args)
        check(kind, open("flips.svg", encoding="utf-8").read() if kind == "svg" else done.stdout.decode(), args)
    scripts = run("submit", "scenarios.yaml", "--tasks", "2", "--db", "$(touch bad); `touch bad` '\"/a.db", "--dry-run")
    if scripts.returncode == 0:
        with open("true", "w") as f:
            f.write("#!/bin/sh\n")
        os.chmod("true", 0o755)
        subprocess.run(["sh"], input=scripts.stdout.replace(os.fsencode(DSE), b"./true"), capture_output=True,
                       env={**os.environ, "SLURM_ARRAY_TASK_ID": "1"})
    if os.path.exists("bad"):
        complain("a name was run as a command")


def configs():
    """What stands in a config.json is shown in messages and written into a model file, which is read again."""
    with open(os.path.join(os.environ["DSE_SOURCE"], "tests/configs/deepseek-v3.json"), encoding="utf-8") as f:
        config = json.load(f)
    for i, text in enumerate(ODD + ["a\nb", "\x1b[31m", "\u202e", "x" * 3000]):
        change = ({"_name_or_path": text}, {"model_type": text}, {text: 3}, {"torch_dtype": text}, {"architectures": [text]})[i % 5]
        with open("config.json", "w") as f:
            json.dump({**config, **change}, f)
        done = run("import", "config.json", "-o", "imported.yaml")
        if done.returncode == 0:
            if run("eval", "--set", "model=imported.yaml").returncode not in (0, 3):
                complain("an imported model is not read", change)
        elif done.returncode != 2:
            complain("import", change, done.returncode, done.stderr)


def json_lines():
    """Ask and tell: every line is answered by one line of JSON, whatever it is."""
    texts = ODD + ["a\nb", "\x1b[31m", "\u202e", "\ud800", "x" * 5000]
    lines = [json.dumps({"id": text, "workload.context": 2048}) for text in texts]
    lines += [json.dumps({"id": 1, text: 1}) for text in texts] + [json.dumps({"id": 1, "model": text}) for text in texts]
    lines += ["{", "[]", "{}", "nul", '"', '{"id": 1, "id": 2}', '{"id": [1]}']
    done = run("eval", "--points", "-", stdin="\n".join(lines).encode() + b"\n")
    answers = done.stdout.decode().splitlines()
    if len(answers) != len(lines):
        complain("json lines", len(answers), len(lines), done.stderr)
    for answer in answers:
        json.loads(answer)


def bad_names():
    for name in BAD:
        text = name.decode("utf-8", "surrogateescape")
        with open("bad.yaml", "wb") as f:
            f.write(b'study: "' + name.replace(b"\n", b"\\n") + b'"\nmodel: gpt3-175b\n')
        refused(name, "sweep", "bad.yaml", "--db", "bad.db", "--quiet")
        if len(name) <= 240:
            with open(text + ".yaml", "w") as f:
                f.write(MODEL)
            refused(name, "eval", "--set", "model=" + text + ".yaml")
            with open(text + ".yml", "w") as f:
                f.write("model: gpt3-175b\n")
            refused(name, "sweep", text + ".yml", "--db", "bad.db")
        if len(name) < 2000:
            run("eval", "--set", "chip=" + text)
            run("query", "odd.db", "--run", text)
            run("query", "odd.db", "--where", "model = '" + text + "'", "--match", "model=" + text)
        run(text)
    for escape in ("\\e", "\\a", "\\x7f", "\\N", "\\u202e"):
        with open("bad.yaml", "w") as f:
            f.write(MODEL + 'about: "a%sb"\n' % escape)
        refused(escape, "eval", "--set", "model=bad.yaml")


def lists_of_points():
    """Columns that pass through: what is read again is what was read before."""
    texts = [name.encode() for name in ODD] + [name for name in BAD if len(name) < 1000] + [b"-1.5", b"+2e3", b"-", b"'=x", b"''"]
    cells = [b'"' + text.replace(b'"', b'""') + b'"' for text in texts]
    points = b"label,=head,workload.context\n" + b"".join(b"%s,-1.5,%d\n" % (cell, 1024 + i) for i, cell in enumerate(cells))
    with open("one.csv", "wb") as f:
        f.write(points)
    first = run("eval", "--points", "one.csv", "--format", "csv")
    if first.returncode not in (0, 3):
        complain("points", first.stderr)
        return
    check_csv(first.stdout.decode())
    rows = list(csv.reader(io.StringIO(first.stdout.decode())))
    if rows[0][1] != "'=head" or any(row[1] != "-1.5" for row in rows[1:]):
        complain("a number stays a number", rows[0][:2], rows[1][:2])
    narrow = io.StringIO()
    csv.writer(narrow, lineterminator="\n").writerows(row[:3] for row in rows)
    with open("two.csv", "w", newline="") as f:
        f.write(narrow.getvalue())
    second = run("eval", "--points", "two.csv", "--format", "csv")
    if second.stdout != first.stdout:
        complain("a list that was written is read differently")
    check("json", run("eval", "--points", "one.csv", "--format", "json").stdout.decode(), "points")


def hostile_store():
    """A store that another program has changed: its texts were never checked."""
    old = sqlite3.connect("file:odd.db?mode=ro", uri=True)
    with open("plain.sql", "w") as f:
        try:
            f.write(re.sub("(?<=[,(])(-?)Inf(?=[,)])", r"\g<1>9e999", "\n".join(old.iterdump())))
        except sqlite3.Error:
            return  # points that only dse can read
    old.close()
    for i, text in enumerate([b"\x1b[31m<script>|`\n=1+1", b"\xff\xfe\x9b", "\u202e\u009b\u2028]]></script><!--<script>".encode(), b"y" * 100000]):
        name = "hostile%d.db" % i
        new = sqlite3.connect(name)
        new.executescript(open("plain.sql").read())
        for table, column in (("run", "name"), ("run", "program"), ("run", "started"), ("point", "model"), ("about", "meaning")):
            try:
                new.execute("UPDATE %s SET %s = CAST(? AS TEXT)" % (table, column), (text,))
            except sqlite3.Error:
                pass
        new.commit()
        new.execute("PRAGMA application_id = 1685284129")  # an older version, without checksums
        new.execute("PRAGMA user_version = 1")
        new.close()
        check_commands(name, [])


odd_names()
odd_scenarios()
configs()
json_lines()
bad_names()
lists_of_points()
hostile_store()
sys.exit(failed)
