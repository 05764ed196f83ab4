"""Sweeps: into a callback, a Table, or a store."""

import ctypes
import json
import os
import tempfile

from . import _library, program, table


class _Rows:
    """The columns of a sweep, and blocks of rows as tables."""

    def __init__(self, study):
        self.columns = json.loads(_library.json_of("dse_sweep_columns", study.pointer))
        self.units = {c["name"]: c["unit"] for c in self.columns}

    def table(self, buffer, numbers):
        """`buffer`: doubles, row after row. `numbers`: (first, n) of each block."""
        n = len(self.columns)
        columns = {"point": table.integers(numbers)}
        for i, c in enumerate(self.columns):
            values = _every(buffer, i, n)
            texts = c.get("texts")
            columns[c["name"]] = table.words(values, texts) if texts else table.numbers(values)
        return table.Table(columns, self.units)


def _every(buffer, i, n):
    """Each nth double from the ith on, as bytes."""
    if table.numpy:
        return bytearray(table.numpy.frombuffer(buffer, dtype=float)[i::n].tobytes())
    return bytearray(memoryview(buffer).cast("d")[i::n].tobytes())


def _into(study, rows, take, jobs, shard):
    """Calls `take(first, n, buffer)` for each block of rows; what it raises stops the sweep."""
    raised = []

    def receive(_context, first, n, columns, value):
        try:
            return 1 if take(first, n, ctypes.string_at(value, 8 * n * columns)) else 0
        except BaseException as error:  # raised again below, Ctrl-C too
            raised.append(error)
            return 1

    _library.call("dse_sweep", study.pointer, _library.ROWS(receive), None, _library.options(jobs=jobs, shard=shard))
    if raised:
        raise raised[0]


def into_callback(study, callback, jobs, shard):
    rows = _Rows(study)
    _into(study, rows, lambda first, n, buffer: callback(rows.table(buffer, [(first, n)])), jobs, shard)


def into_table(study, jobs, shard):
    rows, joined, numbers = _Rows(study), bytearray(), []

    def take(first, n, buffer):
        joined.extend(buffer)
        numbers.append((first, n))

    _into(study, rows, take, jobs, shard)
    return rows.table(joined, numbers)


def into_store(source, sets, folder, path, **options):
    """By the program: `source` is a file, or the text of a study."""
    if sets:
        raise _library.InputError(
            f"{sets[0]}: was set after the study was read: write it into the study that goes to a store"
        )
    arguments = ["--db", path, "--quiet", *program.flags(options)]
    if not isinstance(source, bytes):
        program.run("sweep", source, *arguments)
        return
    # Relative paths start at the folder of the file.
    handle, file = tempfile.mkstemp(prefix=".dse-study-", suffix=".json", dir=folder or ".")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(source)
        program.run("sweep", file, *arguments)
    finally:
        os.unlink(file)
