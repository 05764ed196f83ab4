"""The committed types are those of the tables, and the package says its version."""

import os
import sys
import unittest

import dse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import generate  # noqa: E402


class Types(unittest.TestCase):
    def test_they_are_those_of_the_tables(self):
        with open(generate.FILE, encoding="utf-8") as file:
            self.assertEqual(file.read(), generate.stub(), "run python3 python/generate.py")

    def test_they_are_python(self):
        space = {}
        exec(compile(generate.stub(), "_tables.pyi", "exec"), space)
        self.assertIn("workload__context", space["Parameters"].__annotations__)
        self.assertIn("tpot", space["WorkloadSection"].__annotations__)
        self.assertIn("tokens_per_s", space["Metrics"].__annotations__)

    def test_a_documented_function_for_each_c_function(self):
        header = os.path.join(os.environ["DSE_SOURCE"], "lib", "dse.h")
        with open(header, encoding="utf-8") as file:
            text = file.read()
        for name in dse._library._SIGNATURES:
            self.assertIn(name + "(", text)
        self.assertRegex(dse.__version__, r"^\d+\.\d+\.\d+$")


if __name__ == "__main__":
    unittest.main()
