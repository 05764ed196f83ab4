"""The example notebook, run headless, shows what it showed when it was written."""

import os
import tempfile
import unittest

try:
    import ipykernel  # noqa: F401
    import nbclient
    import nbformat
except ImportError:
    nbclient = None

NOTEBOOK = os.path.join(os.path.dirname(__file__), "..", "examples", "first.ipynb")


def shown(notebook):
    return [output["data"] for cell in notebook.cells for output in cell.get("outputs", ())]


@unittest.skipUnless(nbclient, "nbclient, nbformat or ipykernel is missing")
class Notebook(unittest.TestCase):
    def test_it_runs_and_shows_the_same(self):
        kept = nbformat.read(NOTEBOOK, as_version=4)
        again = nbformat.read(NOTEBOOK, as_version=4)
        with tempfile.TemporaryDirectory() as folder:
            client = nbclient.NotebookClient(
                again, kernel_name="python3", timeout=600, resources={"metadata": {"path": folder}}
            )
            client.execute()
        self.assertEqual(shown(again), shown(kept))
        kinds = [kind for data in shown(again) for kind in data]
        self.assertGreaterEqual(kinds.count("image/svg+xml"), 3)
        self.assertGreaterEqual(kinds.count("text/html"), 3)


if __name__ == "__main__":
    unittest.main()
