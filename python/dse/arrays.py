"""Many points from columns to columns, without Python work per point."""

import array
import ctypes
import time
from itertools import count

from . import _library, table
from ._library import Column, InputError
from .parameters import text_of

numpy = table.numpy

_FIRST_POINTS = 4096
_LONGEST_S = 0.5  # about the time between two looks at Ctrl-C


_nothing = ctypes.c_double()  # where columns without points start


def _address(buffer):
    return ctypes.addressof(ctypes.c_char.from_buffer(buffer) if len(buffer) else _nothing)


class _Column:
    """One parameter of all points: `data` holds doubles, or codes of `texts`."""

    def __init__(self, name, data, texts=None):
        self.name, self.data, self.texts = name, data, texts
        self.item = 8 if texts is None else 4
        if numpy and isinstance(data, numpy.ndarray):
            self.address, self.n = data.ctypes.data, len(data)
        else:
            self.address, self.n = _address(data), len(data)
        self.c_texts = _library.texts(texts) if texts is not None else None

    def c_column(self, first):
        at = self.address + first * self.item
        if self.texts is None:
            return Column(self.name.encode(), at, None, None, 0)
        return Column(self.name.encode(), None, at, self.c_texts, len(self.texts))


def _coded(name, values):
    """A column of texts: each different one once, and a code for each point."""
    codes = dict(zip(dict.fromkeys(values), count()))
    data = array.array("i", map(codes.__getitem__, values))
    return _Column(name, data, [text_of(name, v) for v in codes])


def _of_numpy(name, values):
    if values.ndim != 1:
        raise InputError(f"{name}: an array of {values.ndim} dimensions: give one dimension")
    if values.dtype.kind in "fiub":
        return _Column(name, numpy.ascontiguousarray(values, dtype=float))
    return _of_list(name, values.tolist())


def _of_list(name, values):
    try:
        return _Column(name, array.array("d", values))
    except TypeError:
        pass
    if any(isinstance(v, str) for v in values):
        return _coded(name, values)
    nan = float("nan")
    try:
        return _Column(name, array.array("d", [nan if v is None else v for v in values]))
    except TypeError:
        raise InputError(f"{name}: holds neither numbers nor texts: give one of them per point") from None


def _column(name, values):
    """An array, a list, or a column of pandas."""
    if hasattr(values, "cat"):  # categories of pandas
        codes = numpy.ascontiguousarray(values.cat.codes.to_numpy(), dtype=numpy.int32)
        return _Column(name, codes, [text_of(name, v) for v in values.cat.categories])
    if hasattr(values, "to_numpy"):
        values = values.to_numpy()
    if numpy and isinstance(values, numpy.ndarray):
        return _of_numpy(name, values)
    if isinstance(values, array.array) and values.typecode == "d":
        return _Column(name, values)
    return _of_list(name, values if isinstance(values, (list, tuple)) else list(values))


def _is_scalar(value):
    return isinstance(value, str) or not hasattr(value, "__len__") and not hasattr(value, "__iter__")


def _constant(name, value, n):
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _Column(name, array.array("d", [value]) * n)
    return _Column(name, array.array("i", [0]) * n, [text_of(name, value)])


def columns_of(given):
    """Columns of parameters, single values repeated; with the number of points."""
    columns = {name: _column(name, v) for name, v in given.items() if not _is_scalar(v)}
    lengths = {c.n for c in columns.values()} or {1}
    if len(lengths) > 1:
        each = ", ".join(f"{c.name} {c.n}" for c in columns.values())
        raise InputError(f"columns of different lengths: {each}: give as many values of each")
    n = lengths.pop()
    for name, value in given.items():
        if name not in columns:
            columns[name] = _constant(name, value, n)
    return list(columns.values()), n


def words_of(metric):
    """The words of a metric that is a choice; None for numbers."""
    if metric.startswith("plan."):
        return None
    found = []
    for value in count():
        word = _library.library.dse_word(metric.encode(), float(value))
        if word is None:
            return found if len(found) > 1 else None
        found.append(word.decode())


def evaluate(study, columns, n, metrics, jobs):
    """Calls dse_evaluate_many part by part, so that Ctrl-C works, and joins the answers."""
    out = [bytearray(8 * n) for _ in metrics]
    to = [_address(buffer) for buffer in out]
    names, options = _library.texts(metrics), _library.options(jobs=jobs)
    first, points = 0, _FIRST_POINTS
    while first < n or n == 0:
        points = min(points, n - first)
        part = (ctypes.c_double * (points * len(metrics)))()
        c_columns = (Column * len(columns))(*[c.c_column(first) for c in columns])
        begun = time.monotonic()
        _library.call(
            "dse_evaluate_many",
            study.pointer, points, len(columns), c_columns, len(metrics), names, part, options,
        )  # fmt: skip
        elapsed_s = time.monotonic() - begun
        for i, address in enumerate(to):
            ctypes.memmove(address + 8 * first, ctypes.addressof(part) + 8 * points * i, 8 * points)
        first += points
        if n == 0:
            break
        growth = _LONGEST_S / max(elapsed_s, 1e-9)
        points = max(_FIRST_POINTS, int(points * min(growth, 16)))
    answer = {}
    for metric, buffer in zip(metrics, out):
        texts = words_of(metric)
        answer[metric] = table.words(buffer, texts) if texts else table.numbers(buffer)
    return answer
