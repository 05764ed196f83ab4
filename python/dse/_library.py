"""Finds libdse and calls it: one ctypes signature per function of dse.h, errors as exceptions."""

import ctypes
import ctypes.util
import os
import threading
from ctypes import POINTER, c_char_p, c_double, c_int, c_int32, c_size_t, c_uint64, c_ubyte, c_void_p

DONE, FAILED, INPUT, STOPPED = range(4)
_NEEDS = (0, 1)  # major and minor version of the library, whose symbols stay in later minor versions


class Error(Exception):
    """A call failed: disk, a damaged store, memory, or no library."""


class InputError(Error, ValueError):
    """What was given is wrong. The text has a line per mistake: what is wrong, what would be right."""

    @property
    def lines(self):
        return str(self).splitlines()


Error.__module__ = InputError.__module__ = "dse"  # where people find them


class _DseError(ctypes.Structure):
    _fields_ = [("status", c_int), ("text", ctypes.c_char * 4096)]


class Column(ctypes.Structure):
    """dse_column: one parameter of many points."""

    _fields_ = [
        ("name", c_char_p),
        ("number", c_void_p),
        ("code", c_void_p),
        ("text", POINTER(c_char_p)),
        ("texts", c_size_t),
    ]


ROWS = ctypes.CFUNCTYPE(c_int, c_void_p, c_uint64, c_size_t, c_size_t, POINTER(c_double))

_TEXTS, _JSON, _ERROR = POINTER(c_char_p), POINTER(c_void_p), POINTER(_DseError)
_SIGNATURES = {
    "dse_version": (c_char_p, []),
    "dse_free": (None, [c_void_p]),
    "dse_catalogue_open": (c_int, [POINTER(c_void_p), c_char_p, _ERROR]),
    "dse_list": (c_int, [c_void_p, c_char_p, _JSON, _ERROR]),
    "dse_study_open": (c_int, [POINTER(c_void_p), c_void_p, c_char_p, _ERROR]),
    "dse_study_parse": (c_int, [POINTER(c_void_p), c_void_p, c_char_p, c_char_p, c_char_p, _ERROR]),
    "dse_study_close": (None, [c_void_p]),
    "dse_study_set": (c_int, [c_void_p, _TEXTS, _ERROR]),
    "dse_study_name": (c_char_p, [c_void_p]),
    "dse_study_points": (c_uint64, [c_void_p]),
    "dse_evaluate": (c_int, [c_void_p, c_char_p, _JSON, _ERROR]),
    "dse_evaluate_many": (
        c_int,
        [c_void_p, c_size_t, c_size_t, POINTER(Column), c_size_t, _TEXTS, c_void_p, _TEXTS, _ERROR],
    ),
    "dse_word": (c_char_p, [c_char_p, c_double]),
    "dse_sweep_columns": (c_int, [c_void_p, _JSON, _ERROR]),
    "dse_sweep": (c_int, [c_void_p, ROWS, c_void_p, _TEXTS, _ERROR]),
    "dse_pareto": (
        c_int,
        [c_size_t, c_size_t, c_void_p, POINTER(c_int), POINTER(c_ubyte), _ERROR],
    ),
    "dse_front": (c_int, [c_char_p, _TEXTS, _JSON, _ERROR]),
    "dse_payoff": (c_int, [c_void_p, c_char_p, _TEXTS, _JSON, _ERROR]),
}


def _places():
    """Where the library may be, the likeliest first."""
    here = os.path.dirname(os.path.abspath(__file__))
    yield os.path.join(here, "libdse.so")
    yield os.path.join(here, "..", "..", "build", "libdse.so")  # the project's folder
    # PREFIX/lib/python3/dist-packages/dse: the library is in PREFIX/lib or PREFIX/lib/TRIPLET
    lib = os.path.abspath(os.path.join(here, "..", "..", ".."))
    names = ["libdse.so.0", "libdse.so", "libdse.0.dylib"]
    folders = [lib]
    if os.path.basename(lib) == "lib" and os.path.isdir(lib):
        folders += sorted(entry.path for entry in os.scandir(lib) if entry.name.endswith("-linux-gnu"))
    for folder in folders:
        for name in names:
            yield os.path.join(folder, name)


def _load():
    given = os.environ.get("DSE_LIBRARY")
    if given:
        try:
            return ctypes.CDLL(given), given
        except OSError as reason:
            raise Error(f"DSE_LIBRARY: {reason}: give the path of libdse.so") from None
    for path in _places():
        if os.path.exists(path):
            try:
                return ctypes.CDLL(path), os.path.realpath(path)
            except OSError as reason:
                raise Error(f"{os.path.normpath(path)}: {reason}") from None
    for name in ("libdse.so.0", ctypes.util.find_library("dse")):
        try:
            if name:
                return ctypes.CDLL(name), name
        except OSError:
            pass
    raise Error(
        "libdse is not found: build it (cmake --preset release && cmake --build --preset release), "
        "install it (cmake --install build), or set DSE_LIBRARY to the path of libdse.so"
    )


def _declare(library, path):
    for name, (result, arguments) in _SIGNATURES.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise Error(f"{path}: has no function {name}: it is older than this package") from None
        function.restype, function.argtypes = result, arguments
    version = library.dse_version().decode()
    major, minor = (int(part) for part in version.split(".")[:2])
    if major != _NEEDS[0] or minor < _NEEDS[1]:
        needs = ".".join(map(str, _NEEDS))
        raise Error(f"{path}: is version {version}: this package needs {needs} or newer of {_NEEDS[0]}")
    return version


library, path = _load()
version = _declare(library, path)


def texts(values):
    """Texts as an array that ends with NULL."""
    values = list(values)
    return (c_char_p * (len(values) + 1))(*[v.encode() for v in values], None)


def options(**given):
    """Options "name=value" of those that are not None."""
    return texts(f"{name}={value}" for name, value in given.items() if value is not None)


def call(function, *arguments):
    """Calls a function whose last argument is a dse_error; returns its status, DONE or STOPPED."""
    error = _DseError()
    status = getattr(library, function)(*arguments, ctypes.byref(error))
    if status in (FAILED, INPUT):
        text = error.text.decode(errors="replace")
        raise (InputError if status == INPUT else Error)(text)
    return status


def json_of(function, *arguments):
    """Calls a function that answers with a JSON text through its last argument but one."""
    out = c_void_p()
    call(function, *arguments, ctypes.byref(out))
    try:
        return ctypes.string_at(out).decode()
    finally:
        library.dse_free(out)


def interruptible(function, *arguments):
    """json_of in a thread of its own, so that Ctrl-C returns at once. The call then goes on unseen."""
    if threading.current_thread() is not threading.main_thread():
        return json_of(function, *arguments)
    answer = []

    def work():
        try:
            answer.append((json_of(function, *arguments), None))
        except BaseException as error:  # raised below
            answer.append((None, error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(0.2)
    text, error = answer[0]
    if error:
        raise error
    return text


class Study:
    """A dse_study, closed with its last use. It is not changed after it is made."""

    def __init__(self, function, *arguments):
        self.pointer = c_void_p()
        call(function, ctypes.byref(self.pointer), catalogue(), *arguments)

    def __del__(self):
        if self.pointer and library:
            library.dse_study_close(self.pointer)
            self.pointer = None


_catalogue, _catalogue_lock = c_void_p(), threading.Lock()


def catalogue():
    """The catalogue in DSE_CATALOGUE, else that of the library. Opened once and kept."""
    with _catalogue_lock:
        if not _catalogue:
            call("dse_catalogue_open", ctypes.byref(_catalogue), None)
    return _catalogue
