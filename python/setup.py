"""The version stands in CMakeLists.txt."""

import pathlib
import re

from setuptools import setup

cmake = pathlib.Path(__file__).resolve().parent.parent / "CMakeLists.txt"
setup(version=re.search(r"project\(dse VERSION ([0-9.]+)", cmake.read_text(encoding="utf-8"))[1])
