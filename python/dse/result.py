"""One point that was evaluated."""

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from . import html, table

if TYPE_CHECKING:
    from ._tables import Metrics
else:
    Metrics = object


class Result(Mapping, Metrics):
    """The answer for one design. Metrics are attributes and items: `r.tokens_per_s`,
    `r["tokens_per_s"]`; None where there is no such value.

    verdict     "ok", or why the design is infeasible
    reason      the limit that it exceeds, in words
    metrics     all metrics, a dictionary
    parameters  all parameters, with the chosen mapping: {"chip.memory_byte": 1.8e11, ...}
    operators   what a step consists of, with time, work and traffic of each: a Table
    """

    def __init__(self, answer):
        self.verdict = answer["verdict"]
        self.reason = answer["reason"]
        self.metrics = answer["metrics"]
        self.parameters = answer["parameters"]
        self.operators = table.from_rows(answer["operators"])
        self.document = answer

    @property
    def ok(self):
        """Is the design feasible?"""
        return self.verdict == "ok"

    def __getitem__(self, name):
        return self.metrics[name]

    def __iter__(self):
        return iter(self.metrics)

    def __len__(self):
        return len(self.metrics)

    def __getattr__(self, name):
        metrics = self.__dict__.get("metrics", {})
        if name in metrics:
            return metrics[name]
        near = difflib.get_close_matches(name, metrics, 1)
        hint = f"did you mean {near[0]}?" if near else "see dse.list('metrics')"
        raise AttributeError(f"{name}: no such metric: {hint}")

    def __dir__(self):
        return [*super().__dir__(), *self.metrics]

    def _repr_html_(self):
        return html.result(self)

    def __repr__(self):
        parts = " ".join(str(self.parameters.get(p)) for p in ("model", "chip", "engine"))
        if not self.ok:
            return f"<Result {parts}: {self.verdict}: {self.reason}>"
        return f"<Result {parts}: ok, {self.tokens_per_s:.6g} tokens/s>"
