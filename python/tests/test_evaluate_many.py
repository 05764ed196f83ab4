"""Arrays of points are the points one by one, from columns of any kind."""

import array
import math
import unittest

import dse

try:
    import numpy
except ImportError:
    numpy = None
try:
    import pandas
except ImportError:
    pandas = None

METRICS = ["verdict", "tokens_per_s", "limit", "system_cost_usd", "plan.tp", "batch_slo"]


def listed(table):
    return {name: [None if v != v else v for v in list(column)] for name, column in table.items()}


class EvaluateMany(unittest.TestCase):
    def test_each_is_the_point_by_itself(self):
        n = 40
        given = {
            "chip.memory_byte_per_s": [4e12 + 1e12 * (i % 5) for i in range(n)],
            "engine": [("none", "duplex", "attacc")[i % 3] for i in range(n)],
            "model": ["deepseek-r1" if i % 2 else "gpt3-175b" for i in range(n)],
            "plan.devices": [1 if i % 7 == 6 else 32 for i in range(n)],
        }
        many = dse.evaluate_many(given, metrics=METRICS, workload={"context": 4096, "tpot": "50 ms"})
        self.assertEqual(list(many), METRICS)
        self.assertEqual(many.n, n)
        self.assertIn("memory", list(many["verdict"]))
        for i in range(n):
            one = dse.evaluate({k: v for k, v in ()}, workload={"context": 4096, "tpot": "50 ms"},
                               **{k: v[i] for k, v in given.items()})  # fmt: skip
            self.assertEqual(many["verdict"][i], one.verdict)
            if one.ok:
                self.assertTrue(math.isclose(many["tokens_per_s"][i], one.tokens_per_s, rel_tol=1e-12))
                self.assertEqual(many["limit"][i], one.limit)
                self.assertEqual(many["plan.tp"][i], one.parameters["plan.tp"])

    def test_every_kind_of_column_means_the_same(self):
        values, engines = [4e12, 6e12, 8e12], ["none", "duplex", "none"]
        want = listed(dse.evaluate_many({"chip.memory_byte_per_s": values, "engine": engines}))
        kinds = [(tuple(values), tuple(engines)), (array.array("d", values), engines),
                 (["4 TB/s", "6 TB/s", "8 TB/s"], engines), ([4e12, "6 TB/s", 8e12], iter(engines))]  # fmt: skip
        if numpy:
            kinds += [(numpy.array(values), numpy.array(engines)),
                      (numpy.array(values)[::-1][::-1], numpy.array(engines, dtype=object)),
                      (numpy.array(values).astype(numpy.int64), engines)]  # fmt: skip
        if pandas:
            kinds += [(pandas.Series(values), pandas.Series(engines).astype("category")),
                      (pandas.Series(values), pandas.Series(engines))]  # fmt: skip
        for numbers, texts in kinds:
            got = dse.evaluate_many(chip__memory_byte_per_s=numbers, engine=texts)
            self.assertEqual(listed(got), want)
        if pandas:
            frame = pandas.DataFrame({"chip.memory_byte_per_s": values, "engine": engines})
            self.assertEqual(listed(dse.evaluate_many(frame)), want)

    def test_none_leaves_the_value_of_the_study(self):
        study = dse.Study({"chip": {"memory_byte_per_s": 5e12}})
        many = study.evaluate_many(chip__memory_byte_per_s=[None, 8e12], metrics="tokens_per_s")
        self.assertEqual(many["tokens_per_s"][0], study.evaluate().tokens_per_s)
        self.assertEqual(many["tokens_per_s"][1], study.evaluate(chip__memory_byte_per_s=8e12).tokens_per_s)

    def test_parts_of_a_long_call_join(self):
        """The first call of the library has 4096 points."""
        n = 3 * 4096 + 5
        bandwidths = [4e12 + 1e9 * (i % 1000) for i in range(n)]
        many = dse.evaluate_many(chip__memory_byte_per_s=bandwidths, metrics=["tokens_per_s"])["tokens_per_s"]
        self.assertEqual(list(many[:1000]), list(many[12000:12288]) + list(many[288:1000]))
        self.assertEqual(len(many), n)

    def test_no_points_and_one_point(self):
        none = dse.evaluate_many(workload__context=[])
        self.assertEqual((none.n, list(none)), (0, list(dse.study.METRICS)))
        one = dse.evaluate_many(workload__context=8192, metrics="tokens_per_s")
        self.assertEqual(list(one["tokens_per_s"]), [dse.evaluate(workload__context=8192).tokens_per_s])

    def test_mistakes_are_named(self):
        for given, hint in (
            ({"workload.contxt": [1.0]}, "workload.context"),
            ({"engine": ["duplx"]}, "duplex"),
            ({"workload.context": [1, 2], "engine": ["none"]}, "different lengths"),
            ({"engine": [1.0, 2.0]}, "engine"),
            ({"workload.context": [{}]}, "workload.context: holds neither"),
        ):
            with self.assertRaises(dse.InputError) as caught:
                dse.evaluate_many(given)
            self.assertIn(hint, str(caught.exception))
        with self.assertRaisesRegex(dse.InputError, "did you mean tokens_per_s"):
            dse.evaluate_many(workload__context=[1], metrics=["tokens_pr_s"])

    def test_units_and_frames(self):
        many = dse.evaluate_many(workload__context=[8192, 16384], metrics=["tpot_s", "verdict"])
        self.assertEqual(many.units["tpot_s"], "s")
        self.assertEqual(many.rows()[0]["verdict"], "ok")
        self.assertIn("tpot_s (s)", many._repr_html_())
        if pandas:
            frame = many.frame()
            self.assertEqual(list(frame["verdict"]), ["ok", "ok"])
            self.assertEqual(frame.attrs["units"]["tpot_s"], "s")


if __name__ == "__main__":
    unittest.main()
