"""After a change of output: runs docs/python.md and python/examples/first.ipynb again and writes what
comes out (needs pandas, python3-nbclient and python3-ipykernel):

    python3 python/refresh.py
"""

import contextlib
import doctest
import io
import os
import re
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, "..", "docs", "python.md")
NOTEBOOK = os.path.join(HERE, "examples", "first.ipynb")


def answered(example, names):
    """What the interpreter shows for an example."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            exec(compile(example.source, PAGE, "single"), names)
        except Exception as error:  # as doctest wants it
            last = traceback.format_exception_only(type(error), error)[-1].rstrip()
            print(f"Traceback (most recent call last):\n    ...\n{last}")
    lines = example.source.rstrip("\n").split("\n")
    return "\n".join([">>> " + lines[0], *("... " + line for line in lines[1:])] + said.getvalue().splitlines())


def page(text):
    names = {}

    def block(found):
        examples = doctest.DocTestParser().get_examples(found[1])
        return "```python\n" + "\n".join(answered(e, names) for e in examples) + "\n```"

    return re.sub(r"^```python\n(.*?)^```", block, text, flags=re.S | re.M)


def main():
    import nbclient
    import nbformat

    sys.path.insert(0, HERE)
    os.environ["PYTHONPATH"] = HERE
    with open(PAGE, encoding="utf-8") as file:
        text = file.read()
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        text = page(text)
        os.unlink("bandwidth.db")
        nbclient.NotebookClient(notebook, kernel_name="python3", timeout=600).execute()
        os.chdir(HERE)
    for cell in notebook.cells:
        cell.metadata = {}
    notebook.metadata = {"kernelspec": notebook.metadata["kernelspec"]}
    nbformat.write(notebook, NOTEBOOK)
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
