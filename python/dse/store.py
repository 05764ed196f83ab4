"""Stores: the SQLite files with the points of sweeps."""

import difflib
import json
import os
import re
import sqlite3
import urllib.parse
import warnings
from contextlib import closing

from . import _library, html, program, table
from ._library import Error, InputError
from .html import Picture


class Payoff(dict):
    """The answer of `dse payoff`: `of`, `budget`, and the Tables `groups`, `stops`, `constants`,
    `pairs`."""

    def _repr_html_(self):
        return f"<p>pay-off of {html.escape(self['of'])}, budget {html.escape(self['budget'])}</p>" + html.table(
            self["groups"]
        )


def _quoted(name):
    return '"' + name.replace('"', '""') + '"'


def _regexp(pattern, value):
    return value is not None and re.search(pattern, str(value)) is not None


class Store:
    """A store. Reading it disturbs no sweep that writes it."""

    def __init__(self, path):
        self.path = os.path.abspath(os.fspath(path))
        if not os.path.exists(self.path):
            raise InputError(f"{path}: no such file: give a store that dse sweep has made")
        self.runs()  # is it a store?

    def _connect(self):
        connection = sqlite3.connect(f"file:{urllib.parse.quote(self.path)}?mode=ro", uri=True)
        connection.create_function("regexp", 2, _regexp, deterministic=True)
        return closing(connection)

    def _ask(self, connection, sql, values=()):
        """(names, rows)"""
        try:
            cursor = connection.execute(sql, tuple(values))
            return [d[0] for d in cursor.description], cursor.fetchall()
        except sqlite3.OperationalError as reason:
            kind = Error if "unable to open" in str(reason) or "no such table" in str(reason) else InputError
            raise kind(f"{self.path}: {reason}") from None
        except sqlite3.Error as reason:
            raise Error(f"{self.path}: {reason}") from None

    def _table(self, connection, sql, values=()):
        names, rows = self._ask(connection, sql, values)
        columns = [list(c) for c in zip(*rows)] if rows else [[] for _ in names]
        return table.Table({n: table.column(c) for n, c in zip(names, columns)}, self._units(connection))

    def _units(self, connection):
        return dict(self._ask(connection, "SELECT name, unit FROM about")[1])

    def runs(self):
        """The runs, the oldest first: name, seed, when it started and ended ("": unfinished), points
        in its study, points done, and how many of those are feasible."""
        sql = "SELECT name, seed, started, ended, space, done, feasible, program FROM run ORDER BY id"
        with self._connect() as connection:
            return self._table(connection, sql)

    def _run(self, connection, name):
        runs = dict(self._ask(connection, "SELECT name, id FROM run ORDER BY id")[1])
        if not runs:
            raise InputError(f"{self.path}: has no run: sweep a study into it")
        if name is None:
            return next(reversed(runs.values()))
        if name not in runs:
            raise InputError(f"run {name}: not in {self.path}, which has {', '.join(runs)}")
        return runs[name]

    def _warn_of_gap(self, name=None):
        """Warns that a run lacks points of its study, as `dse` says on standard error."""
        sql = "SELECT name, ended, done, space, last - first FROM run WHERE id = ?"
        with self._connect() as connection:
            run, ended, done, space, asked = self._ask(connection, sql, [self._run(connection, name)])[1][0]
        if not ended or asked != space:
            shard = ", those of one shard" if asked != space else ""
            text = f"{self.path}: run {run}: {done} of {space} points are priced{shard}, so answers may change"
            warnings.warn(text, stacklevel=3)

    def _warn_of_front(self, name=None):
        """Warns that a run keeps only its front, as `dse` says on standard error."""
        with self._connect() as connection:
            sql = "SELECT name, keep FROM run WHERE id = ?"
            run, keep = self._ask(connection, sql, [self._run(connection, name)])[1][0]
        if keep == "front":
            text = f"{self.path}: run {run}: keep: front has kept only the front of all points together, so designs and"
            text += " answers of single models, workloads and engines may be missing"
            warnings.warn(text, stacklevel=3)

    def columns(self):
        """The columns of points: name, unit, meaning."""
        sql = (
            "SELECT c.name, coalesce(a.unit, '') AS unit, coalesce(a.meaning, '') AS meaning"
            " FROM pragma_table_info('point') c LEFT JOIN about a ON a.name = c.name ORDER BY c.cid"
        )
        with self._connect() as connection:
            return self._table(connection, sql)

    def _column(self, name, known):
        for spelling in (name.replace(".", "_"), name.replace(".", "_") + "_s"):
            if spelling in known:
                return spelling
        near = difflib.get_close_matches(name.replace(".", "_"), known, 1)
        raise InputError(f"{name}: not a column: " + (f"did you mean {near[0]}?" if near else "see columns()"))

    def points(self, where=None, columns=None, *, values=(), run=None, limit=None):
        """The points of a run, in their order, as a Table.

        where    a condition in SQL on the columns; `model regexp '^deepseek'` is allowed. Its `?`
                 are replaced by `values`
        columns  names of columns, `.` or `_` between words; None: all
        run      None: the newest
        limit    at most so many points
        """
        with self._connect() as connection:
            known = [row[1] for row in self._ask(connection, "PRAGMA table_info(point)")[1]]
            columns = [columns] if isinstance(columns, str) else columns
            chosen = ", ".join(_quoted(self._column(c, known)) for c in columns) if columns else "*"
            sql = f"SELECT {chosen} FROM point WHERE run = ?"
            bound = [self._run(connection, run)]
            if where is not None:
                sql += f" AND ({where}\n)"
                bound += values
            sql += " ORDER BY id"
            if limit is not None:
                sql += " LIMIT ?"
                bound.append(limit)
            found = self._table(connection, sql, bound)
        self._warn_of_gap(run)
        return found

    def front(self, *, objectives=None, by=None, over=None, where=None, run=None):
        """The Pareto front, as `dse pareto`: a Table. Lists are joined with commas."""
        options = _options(objectives=objectives, by=by, over=over, where=where, run=run)
        rows = json.loads(_library.interruptible("dse_front", self.path.encode(), options))
        self._warn_of_gap(run)
        self._warn_of_front(run)
        with self._connect() as connection:
            return table.from_rows(rows, self._units(connection))

    def payoff(self, *, of=None, budget=None, by=None, over=None, where=None, runs=None, run=None, jobs=None):
        """When an engine (or `of` "pools.ffn", "pools.prefill") pays off, as `dse payoff`: a Payoff."""
        options = _options(of=of, budget=budget, by=by, over=over, where=where, runs=runs, run=run, jobs=jobs)
        answer = json.loads(
            _library.interruptible("dse_payoff", _library.catalogue(), self.path.encode(), options)
        )
        self._warn_of_gap(run)
        self._warn_of_front(run)
        return Payoff({k: table.from_rows(v) if isinstance(v, list) else v for k, v in answer.items()})

    def picture(self, **options):
        """Pay-off map, front and roofline, as `dse report -o FILE.svg` draws them: a Picture."""
        self._warn_of_gap(options.get("run"))
        return Picture(program.svg("report", self.path, *program.flags(options)))

    def map(self, x, y, **options):
        """P over two parameters or prices, as `dse payoff --map X,Y -o FILE.svg`: a Picture."""
        self._warn_of_gap(options.get("run"))
        return Picture(program.svg("payoff", self.path, "--map", f"{x},{y}", *program.flags(options)))

    def report(self, path, **options):
        """Writes the live page (.html), pictures (.svg), or the pay-off (.csv, .md)."""
        self._warn_of_gap(options.get("run"))
        program.run("report", self.path, "--output", path, *program.flags(options))

    def _repr_html_(self):
        return html.table(self.runs())

    def __repr__(self):
        return f"<Store {self.path}: {', '.join(self.runs()['name'])}>"


def _options(**given):
    joined = {k: ",".join(v) if isinstance(v, (list, tuple)) else v for k, v in given.items()}
    return _library.options(**joined)


def open_store(path):
    """Opens a store that `dse sweep` or `Study.sweep` has made. Returns a Store."""
    return Store(path)
