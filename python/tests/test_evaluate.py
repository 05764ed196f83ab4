"""One point: the program's answer, however it is asked; mistakes are named."""

import json
import os
import subprocess
import threading
import unittest

import dse

PROGRAM = os.environ.get("DSE", "dse")


class Evaluate(unittest.TestCase):
    def test_it_is_the_answer_of_the_program(self):
        sets = ["model=deepseek-r1", "chip=b200", "engine=duplex", "chip.memory_byte_per_s=8 TB/s",
                "workload.context=8192", "workload.tpot=50 ms"]  # fmt: skip
        command = [PROGRAM, "eval", "--format", "json"]
        for text in sets:
            command += ["--set", text]
        asked = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        r = dse.evaluate(model="deepseek-r1", chip="b200", engine="duplex",
                         workload={"context": 8192, "tpot": "50 ms"},
                         **{"chip.memory_byte_per_s": "8 TB/s"})  # fmt: skip
        self.assertEqual(r.document, asked)
        self.assertEqual(r.verdict, "ok")
        self.assertTrue(r.ok)
        self.assertEqual(r.tokens_per_s, asked["metrics"]["tokens_per_s"])
        self.assertEqual(dict(r), asked["metrics"])
        self.assertEqual(r.parameters["chip.memory_byte_per_s"], 8e12)
        self.assertEqual(r.operators.rows()[0]["name"], asked["operators"][0]["name"])

    def test_what_a_step_consists_of_adds_up_to_it(self):
        for timing in ("ideal", "calibrated", "measured"):
            given = {"measured_tpot_s": 0.06} if timing == "measured" else {}
            r = dse.evaluate(timing=timing, workload={"phase": "serving", **given})
            step_s = sum(row["time_s"] for row in r.operators.rows())
            self.assertAlmostEqual(step_s / r.tpot_s, 1, 9)

    def test_spellings_of_a_parameter_mean_the_same(self):
        want = dse.evaluate(**{"chip.memory_byte": 288e9}).document
        self.assertEqual(dse.evaluate(chip__memory_byte="288 GB").document, want)
        self.assertEqual(dse.evaluate(chip={"base": "b200", "memory_byte": 288e9}).document, want)
        self.assertEqual(dse.evaluate({"chip": {"memory_byte": 288e9}}).document, want)
        self.assertEqual(dse.Study({}).set(chip__memory_byte=288e9).evaluate().document, want)
        # The name of the catalogue counts first, wherever it stands.
        self.assertEqual(dse.evaluate(chip__memory_byte=288e9, chip="b200").document, want)

    def test_an_infeasible_design_is_a_result(self):
        r = dse.evaluate(model="deepseek-r1", plan={"devices": 1})
        self.assertEqual(r.verdict, "memory")
        self.assertIn("memory", r.reason)
        self.assertFalse(r.ok)
        self.assertIn("memory", repr(r))

    def test_mistakes_are_named_with_what_would_be_right(self):
        for mistake, hint in (
            ({"modle": "gpt3-175b"}, 'modle: unknown name: did you mean "model"?'),
            ({"workload": {"contxt": 1}}, 'did you mean "workload.context"?'),
            ({"model": "deepsek-r1"}, "deepseek-r1"),
            ({"chip__memory_byte": "8 parsec"}, "chip.memory_byte"),
            ({"chip__memory_byte": [1, 2]}, "chip.memory_byte: a list"),
            ({"chip": {"base": "b200"}, "chip__base": "h100"}, "chip"),
        ):
            with self.assertRaises(dse.InputError) as caught:
                dse.evaluate(**mistake)
            self.assertIn(hint, str(caught.exception))
        with self.assertRaisesRegex(AttributeError, "did you mean tokens_per_s"):
            dse.evaluate().tokens_pr_s
        self.assertTrue(issubclass(dse.InputError, dse.Error))

    def test_a_failed_set_leaves_the_study(self):
        study = dse.Study({"model": "gpt3-175b"})
        before = study.evaluate().document
        with self.assertRaises(dse.InputError):
            study.set(workload__context="many")
        self.assertEqual(study.evaluate().document, before)

    def test_threads_evaluate_at_once(self):
        contexts = [1024 * k for k in range(1, 9)]
        alone = [dse.evaluate(workload__context=c).document for c in contexts]
        found = [None] * len(contexts)

        def work(i):
            for _ in range(3):
                found[i] = dse.evaluate(workload__context=contexts[i]).document

        threads = [threading.Thread(target=work, args=(i,)) for i in range(len(contexts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, alone)

    def test_help_lists_the_parameters(self):
        for row in dse.list("parameters"):
            self.assertIn(row["parameter"], dse.evaluate.__doc__)
            self.assertIn(row["meaning"], dse.evaluate.__doc__)

    def test_notebooks_show_a_table(self):
        shown = dse.evaluate()._repr_html_()
        self.assertIn("<td>tokens_per_s</td>", shown)
        self.assertIn("deepseek-r1", shown)


if __name__ == "__main__":
    unittest.main()
