"""docs/python.md shows what really comes out."""

import doctest
import os
import re
import tempfile
import unittest

try:
    import pandas
except ImportError:
    pandas = None

PAGE = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "python.md")


@unittest.skipUnless(pandas, "pandas is missing")
class Docs(unittest.TestCase):
    def test_every_output_is_real(self):
        with open(PAGE, encoding="utf-8") as file:
            blocks = re.findall(r"^```python\n(.*?)^```", file.read(), re.S | re.M)
        test = doctest.DocTestParser().get_doctest("\n\n".join(blocks), {}, "python.md", PAGE, 0)
        self.assertGreater(len(test.examples), 15)
        here = os.getcwd()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                said = []
                doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test, out=said.append)
            finally:
                os.chdir(here)
        self.assertEqual("".join(said), "")


if __name__ == "__main__":
    unittest.main()
