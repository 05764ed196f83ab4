"""Studies, and the evaluation of one point and of many."""

from __future__ import annotations

import json
import os
import tempfile
from typing import TYPE_CHECKING

from . import _library, arrays, sweep, table
from . import store as store_
from .parameters import assignments, flatten
from .result import Result
from ._library import InputError

if TYPE_CHECKING:
    from typing import Any, Callable, Iterable, Mapping, Union

    from typing_extensions import Unpack

    from ._tables import Parameters

    Source = Union["Study", dict, str, os.PathLike, None]

METRICS = ("verdict", "batch", "tpot_s", "tokens_per_s", "system_cost_usd", "power_w")


def _unit(names=None):
    units = {row["metric"]: row["unit"] for row in list_("metrics")}
    return {name: units[name] for name in names if name in units} if names else units


def list_(what: str) -> list[dict[str, str]]:
    """What `dse list WHAT` prints, a list of dictionaries: models, chips, engines, layers,
    parameters, metrics, strategies, prices, calibrations, figures."""
    return json.loads(_library.json_of("dse_list", _library.catalogue(), what.encode()))


class Study:
    """A study: a base design, with axes and a search if it has some.

    source  a dictionary with the keys of a study file (docs/study.md), the path of a file, another
            Study, or None: all defaults
    folder  where relative paths in a dictionary start
    parameters  values that replace those of the study, as for `evaluate`
    """

    def __init__(self, source: Source = None, *, folder="", **parameters: Unpack[Parameters]):
        self._sets, self._folder = [], os.fspath(folder)
        if isinstance(source, Study):
            self._folder = source._folder
            self._open, self._sets, self.source = source._open, source._sets, source.source
            self._study = source._study
        elif isinstance(source, dict):
            try:
                text = json.dumps(source, allow_nan=False, ensure_ascii=False)
            except (TypeError, ValueError) as reason:
                raise InputError(f"study: {reason}: give what JSON can hold") from None
            self._open = ("dse_study_parse", text.encode(), b"study", self._folder.encode())
            self.source = source
            self._study = _library.Study(*self._open)
        else:
            path = None if source is None else os.fspath(source).encode()
            self._open, self.source = ("dse_study_open", path), source
            self._study = _library.Study(*self._open)
        if parameters:
            self.set(**parameters)

    @classmethod
    def parse(cls, text: str, folder="") -> Study:
        """A study from YAML or JSON text."""
        study = cls.__new__(cls)
        study._open = ("dse_study_parse", text.encode(), b"study", os.fspath(folder).encode())
        study._sets, study._folder, study.source = [], os.fspath(folder), text
        study._study = _library.Study(*study._open)
        return study

    def set(self, **parameters: Unpack[Parameters]) -> Study:
        """Sets values in every scenario, as `evaluate` takes them. A value of an axis removes the
        axis. After an error the study is as before. Returns the study."""
        sets = self._sets + assignments(parameters)
        fresh = _library.Study(*self._open)
        _library.call("dse_study_set", fresh.pointer, _library.texts(sets))
        self._study, self._sets = fresh, sets
        return self

    @property
    def name(self) -> str:
        return _library.library.dse_study_name(self._study.pointer).decode()

    @property
    def points(self) -> int:
        """Number of points of all scenarios."""
        return _library.library.dse_study_points(self._study.pointer)

    def evaluate(self, scenario: str | None = None, **parameters: Unpack[Parameters]) -> Result:
        """Evaluates the first point, with other values if given. Returns a Result."""
        study = Study(self, **parameters) if parameters else self
        name = None if scenario is None else scenario.encode()
        return Result(json.loads(_library.json_of("dse_evaluate", study._study.pointer, name)))

    def evaluate_many(
        self,
        columns: Mapping[str, Any] | None = None,
        /,
        *,
        metrics: Iterable[str] = METRICS,
        jobs: int | None = None,
        **parameters: Any,
    ) -> table.Table:
        """Evaluates many points, each the base design with a value of each column. See
        `dse.evaluate_many`."""
        given = flatten(dict(columns.items()) if columns is not None else {})
        for name, value in flatten(parameters).items():
            if name in given:
                raise InputError(f"{name}: given twice: keep one column")
            given[name] = value
        metrics = [metrics] if isinstance(metrics, str) else list(metrics)
        ready, n = arrays.columns_of(given)
        answer = arrays.evaluate(self._study, ready, n, metrics, jobs)
        return table.Table(answer, _unit(metrics))

    def sweep(
        self,
        callback: Callable[[table.Table], Any] | None = None,
        *,
        store: str | os.PathLike | None = None,
        jobs: int | None = None,
        shard: str | None = None,
    ) -> table.Table | store_.Store | None:
        """Evaluates all points, of all scenarios.

        callback  gets the points as Tables, block by block in ascending order; what it returns is
                  ignored unless it is true, which stops the sweep. What it raises is raised
        store     a file that gets the points instead, or goes on where it was interrupted; returns
                  the Store
        jobs      threads; None: all processors
        shard     "I/N": part I of N of a grid

        With neither callback nor store, returns the points as a Table.
        """
        if callback is not None and store is not None:
            raise InputError("callback, store: one sweep has one target: give one of them")
        if store is not None:
            text = self._open[1]
            source = text if self._open[0] == "dse_study_parse" else self.source
            sweep.into_store(source, self._sets, self._folder, os.fspath(store), jobs=jobs, shard=shard)
            return store_.open_store(store)
        if callback is not None:
            return sweep.into_callback(self._study, callback, jobs, shard)
        return sweep.into_table(self._study, jobs, shard)

    def _swept(self, ask):
        with tempfile.TemporaryDirectory(prefix="dse-") as folder:
            return ask(self.sweep(store=os.path.join(folder, "study.db")))

    def front(self, **options: Any) -> table.Table:
        """Sweeps the study and returns its front, as `Store.front`."""
        return self._swept(lambda swept: swept.front(**options))

    def payoff(self, **options: Any) -> store_.Payoff:
        """Sweeps the study and says what pays off, as `Store.payoff`."""
        return self._swept(lambda swept: swept.payoff(**options))

    def __repr__(self):
        return f"<Study {self.name}: {self.points} points>"


def evaluate(
    study: Source = None, /, *, scenario: str | None = None, **parameters: Unpack[Parameters]
) -> Result:
    """Evaluates one design and returns a Result.

        dse.evaluate(model="deepseek-r1", chip="b200", workload={"context": 8192, "tpot": "50 ms"})

    study       a Study, a dictionary or a file to start from; None: deepseek-r1 on 32 b200
    scenario    one of the study's; None: its base
    parameters  a keyword is the name of a parameter with `__` for each dot, or a section as a
                dictionary: `workload__context=8192` is `workload={"context": 8192}`. A value is a
                number in the unit of the table, or a text with its own: "8 TB/s", "max", "auto".

    An infeasible design is a Result, with `verdict` and `reason`. A mistake is an InputError.
    """
    base = study if isinstance(study, Study) else Study(study)
    return base.evaluate(scenario, **parameters)


def evaluate_many(
    columns: Mapping[str, Any] | None = None,
    /,
    *,
    metrics: Iterable[str] = METRICS,
    study: Source = None,
    jobs: int | None = None,
    **parameters: Any,
) -> table.Table:
    """Evaluates many designs at once and returns their metrics as a Table, a dictionary of arrays.

        dse.evaluate_many({"chip.memory_byte_per_s": numpy.linspace(4e12, 12e12, 1000)},
                          engine=["none", "duplex"] * 500, workload={"context": 8192})

    columns     a dictionary or a DataFrame: a column of numbers in the unit of the table, or of
                texts, for each parameter; a single value is that of all points. NaN and None leave
                the value of the study
    parameters  the same as keywords, as for `evaluate`
    metrics     names of metrics, or of the chosen mapping: "plan.tp"
    study       a Study, a dictionary or a file with the base design; its axes are ignored
    jobs        threads; None: all processors. Results do not depend on them
    """
    base = study if isinstance(study, Study) else Study(study)
    return base.evaluate_many(columns, metrics=metrics, jobs=jobs, **parameters)


def _parameter_lines():
    for row in list_("parameters"):
        unit = row["unit"] if row["unit"] not in ("1", "name") else row["words"] or row["unit"]
        yield f"    {row['parameter']} ({unit}): {row['meaning']}"


def _document():
    lines = "\n".join(_parameter_lines())
    for function in (evaluate, evaluate_many):
        function.__doc__ += f"\n    Parameters, with unit or words:\n\n{lines}\n"


_document()
