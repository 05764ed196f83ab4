"""The program `dse`, for what libdse does not do yet: sweeps into a store, and pictures."""

import os
import shutil
import subprocess
import tempfile

from . import _library
from ._library import Error, InputError


def find():
    """DSE_PROGRAM, the program beside the library or in the bin of its installation, or in PATH."""
    given = os.environ.get("DSE_PROGRAM")
    if given:
        return given
    folder = os.path.dirname(_library.path)
    for up in ("", "../bin", "../../bin"):
        path = os.path.join(folder, up, "dse")
        if folder and os.access(path, os.X_OK) and os.path.isfile(path):
            return os.path.normpath(path)
    found = shutil.which("dse")
    if not found:
        raise Error("the program dse is not found beside the library or in PATH: install it, or set DSE_PROGRAM")
    return found


def run(*arguments):
    """Runs a command of the program; its messages are raised."""
    done = subprocess.run([find(), *map(os.fspath, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        kind = InputError if done.returncode == 2 else Error
        raise kind(done.stderr.strip() or f"dse {arguments[0]}: ended with status {done.returncode}")
    return done.stdout


def svg(*arguments):
    """The picture that a command writes to its --output."""
    with tempfile.TemporaryDirectory(prefix="dse-") as folder:
        path = os.path.join(folder, "picture.svg")
        run(*arguments, "--output", path)
        with open(path, encoding="utf-8") as text:
            return text.read()


def flags(given):
    """Options as a command takes them: {"run": "a"} as --run a."""
    out = []
    for name, value in given.items():
        if value is not None:
            out += ["--" + name.replace("_", "-"), _listed(value)]
    return out


def _listed(value):
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
