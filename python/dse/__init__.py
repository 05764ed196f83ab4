"""dse: evaluates accelerators for language models, from Python.

    import dse
    dse.evaluate(model="deepseek-r1", chip="b200", engine="duplex").tokens_per_s

evaluate, evaluate_many   one design, and arrays of designs
Study                     a study as a dictionary or a file: evaluate, sweep, front
open_store                the results of a sweep
list                      what the catalogue and the tables have

Everything else is documented in docs/python.md.
"""

from . import _library
from ._library import Error, InputError
from .html import Picture
from .result import Result
from .store import Payoff, Store, open_store
from .study import Study, evaluate, evaluate_many
from .study import list_ as list
from .table import Table

__version__ = _library.version
__all__ = [
    "Error", "InputError", "Payoff", "Picture", "Result", "Store", "Study", "Table", "evaluate", "evaluate_many",
    "list", "open_store",
]  # fmt: skip
