"""Columns of equal length: what every call that answers with many rows returns."""

import array

from . import html

try:
    import numpy
except ImportError:
    numpy = None


class Table(dict):
    """A dictionary of columns. Numbers are numpy arrays, without numpy `array.array("d")`; NaN where
    there is no value. Texts are numpy arrays of `str`, without numpy lists.

    `units` has the unit of each column that has one. `frame()` makes a pandas DataFrame.
    """

    def __init__(self, columns=(), units=None):
        super().__init__(columns)
        self.units = {name: unit for name, unit in (units or {}).items() if name in self}

    @property
    def n(self):
        """Number of rows."""
        return len(next(iter(self.values()), ()))

    def rows(self):
        """The rows, each a dictionary."""
        columns = [c.tolist() if hasattr(c, "tolist") else c for c in self.values()]
        return [dict(zip(self, row)) for row in zip(*columns)]

    def frame(self):
        """A pandas DataFrame, with the units in `attrs["units"]`."""
        import pandas

        frame = pandas.DataFrame(dict(self), copy=False)
        frame.attrs["units"] = dict(self.units)
        return frame

    def plot(self, x, y, colour=None):
        """A picture of column y over column x, a colour for each text in `colour`."""
        return html.scatter(self, x, y, colour)

    def _repr_html_(self):
        return html.table(self)

    def __repr__(self):
        return f"<Table of {self.n} rows: {', '.join(self)}>"


def numbers(buffer):
    """A column of the bytes of doubles."""
    if numpy:
        return numpy.frombuffer(buffer, dtype=float)
    return array.array("d", bytes(buffer))


def words(buffer, texts):
    """A column of texts from the bytes of doubles, which are indices into `texts`; None for NaN."""
    if numpy:
        codes = numpy.frombuffer(buffer, dtype=float)
        codes = numpy.where(numpy.isfinite(codes), codes, len(texts)).astype(int)
        return numpy.array([*texts, None], dtype=object)[codes]
    by_code = dict(enumerate(texts))
    return list(map(by_code.get, array.array("d", bytes(buffer))))


def integers(ranges):
    """A column of consecutive integers from each (first, n)."""
    out = array.array("q")
    for first, n in ranges:
        out.extend(range(first, first + n))
    return numpy.array(out) if numpy else out


def from_rows(rows, units=None):
    """A table of dictionaries with the same keys, whose numbers are all doubles."""
    columns = {}
    for name in rows[0] if rows else ():
        columns[name] = column([float(v) if isinstance(v, int) else v for v in (row[name] for row in rows)])
    return Table(columns, units)


def column(values):
    """A column of Python values: integers, numbers with NaN for None, or texts."""
    if any(isinstance(v, str) for v in values):
        return numpy.array(values, dtype=object) if numpy else list(values)
    if values and all(isinstance(v, int) for v in values):
        return _typed("q", values)
    return _typed("d", [float("nan") if v is None else v for v in values])


def _typed(code, values):
    ready = array.array(code, values)
    return numpy.array(ready) if numpy else ready
