"""Stores in both forms: points as tables, front and pay-off as the program answers, pictures."""

import json
import os
import subprocess
import tempfile
import unittest
import warnings

import dse

from .test_study import STUDY

PROGRAM = os.environ.get("DSE", "dse")


def asked(*arguments):
    return json.loads(subprocess.run([PROGRAM, *arguments], check=True, capture_output=True).stdout)


def plain(table):
    return [{k: None if v != v else v for k, v in row.items()} for row in table.rows()]


class Store(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="dse stores ")  # with a blank
        cls.stores = {
            form: dse.Study({**STUDY, "store": form}).sweep(store=os.path.join(cls.folder.name, form + "?#%.db"))
            for form in ("rows", "columns")
        }

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_points_are_those_of_the_sweep(self):
        swept = dse.Study(STUDY).sweep()
        for store in self.stores.values():
            runs = store.runs()
            self.assertEqual((list(runs["name"]), list(runs["done"])), (["bandwidth"], [16]))
            points = store.points()
            for name in ("point", "engine", "verdict", "tokens_per_s", "workload_context"):
                self.assertEqual(list(points[name]), list(swept[name]), name)
            self.assertEqual(points.units["tokens_per_s"], "1/s")

    def test_conditions_columns_and_values(self):
        for store in self.stores.values():
            got = store.points(
                "engine = ? and chip_memory_byte_per_s > 8e12 -- fast",
                ["engine", "chip.memory_byte_per_s", "tpot"],
                values=["duplex"],
            )
            self.assertEqual(list(got), ["engine", "chip_memory_byte_per_s", "tpot_s"])
            self.assertEqual(got.n, 4)
            self.assertEqual(set(got["engine"]), {"duplex"})
            self.assertEqual(store.points("engine regexp '^du'").n, 8)
            self.assertEqual(store.points("engine = ?", values=["x' or 1=1 --"]).n, 0)
            self.assertEqual(store.points(limit=3).n, 3)

    def test_front_and_payoff_are_those_of_the_program(self):
        for store in self.stores.values():
            self.assertEqual(plain(store.front(by="engine")), asked("pareto", store.path, "--by", "engine", "--format", "json"))
            answer = store.payoff(budget="power")
            program = asked("payoff", store.path, "--budget", "power", "--format", "json")
            self.assertEqual(plain(answer["groups"]), program["groups"])
            self.assertEqual(answer["of"], "engine")
            self.assertIn("<table>", answer._repr_html_())

    def test_pictures(self):
        store = self.stores["rows"]
        self.assertIn("<svg", store.picture()._repr_svg_())
        self.assertIn("<svg", store.map("workload.context", "chip.memory_byte_per_s").svg)
        plot = store.front().plot("system_cost_usd", "tokens_per_s", "engine")
        self.assertEqual(plot._repr_svg_().count("<title>"), store.front().n)
        self.assertIn("bandwidth", store._repr_html_())

    def test_a_sweep_goes_on_in_its_store(self):
        store = self.stores["rows"]
        again = dse.Study({**STUDY, "store": "rows"}).sweep(store=store.path)
        self.assertEqual(again.points().n, 16)

    def test_points_that_are_missing_are_warned_of(self):
        study, path = (os.path.join(self.folder.name, "shard" + end) for end in (".yaml", ".db"))
        with open(study, "w", encoding="utf-8") as text:
            json.dump(STUDY, text)
        subprocess.run([PROGRAM, "sweep", study, "--shard", "1/2", "--db", path], check=True, capture_output=True)
        part = dse.open_store(path)
        for ask in (part.points, part.front, part.picture):
            with self.assertWarnsRegex(UserWarning, "8 of 16 points are priced, those of one shard, so answers"):
                ask()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.stores["rows"].points()
            self.stores["columns"].front()

    def test_a_run_that_keeps_its_front_is_warned_of(self):
        study = {**STUDY, "objectives": ["+tokens_per_s", "-system_cost_usd"], "keep": "front", "store": "rows"}
        store = dse.Study(study).sweep(store=os.path.join(self.folder.name, "front.db"))
        for ask in (store.front, store.payoff):
            with self.assertWarnsRegex(UserWarning, "keep: front has kept only the front of all points together"):
                ask()

    def test_frames(self):
        try:
            import pandas  # noqa: F401
        except ImportError:
            self.skipTest("pandas is missing")
        frame = self.stores["columns"].points().frame()
        self.assertEqual(len(frame), 16)
        self.assertEqual(frame.attrs["units"]["tpot_s"], "s")
        self.assertEqual(frame.groupby("engine")["tokens_per_s"].max().shape, (2,))

    def test_mistakes_are_named(self):
        store = self.stores["columns"]
        for ask, hint in (
            (lambda: store.points(columns=["tokns_per_s"]), "did you mean tokens_per_s"),
            (lambda: store.points("tokns_per_s > 1"), "tokns_per_s"),
            (lambda: store.points(run="other"), "which has bandwidth"),
            (lambda: store.front(objectives="+tokns_per_s"), "tokens_per_s"),
            (lambda: store.payoff(of="pools"), "pools"),
            (lambda: dse.open_store("no-such.db"), "no-such.db"),
            (lambda: dse.open_store(__file__), "test_store.py"),
            (lambda: dse.Study(STUDY, engine="none").sweep(store="x.db"), "engine=none"),
        ):
            with self.assertRaises(dse.Error) as caught:
                ask()
            self.assertIn(hint, str(caught.exception))


if __name__ == "__main__":
    unittest.main()
