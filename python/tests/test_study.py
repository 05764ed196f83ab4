"""Studies from dictionaries and files: sweeps give the points that the library numbers; what a
callback raises is raised."""

import json
import os
import signal
import tempfile
import threading
import unittest

import dse

STUDY = {
    "study": "bandwidth",
    "model": "deepseek-r1",
    "chip": "b200",
    "workload": {"tpot": "50 ms", "batch": "max"},
    "plan": {"devices": 32},
    "sweep": {
        "chip.memory_byte_per_s": {"from": "4 TB/s", "to": "16 TB/s", "steps": 4},
        "engine": ["none", "duplex"],
        "workload.context": [8192, 65536],
    },
}


class Study(unittest.TestCase):
    def test_dictionary_text_and_file_are_one_study(self):
        text = json.dumps(STUDY)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "study.yaml")
            with open(path, "w", encoding="utf-8") as out:
                out.write(text)
            studies = [dse.Study(STUDY), dse.Study.parse(text), dse.Study(path), dse.Study(dse.Study(STUDY))]
        for study in studies:
            self.assertEqual((study.name, study.points), ("bandwidth", 16))
            self.assertEqual(study.evaluate().document, studies[0].evaluate().document)

    def test_a_sweep_has_every_point_as_evaluated(self):
        study = dse.Study(STUDY)
        swept = study.sweep()
        self.assertEqual(list(swept["point"]), list(range(16)))
        self.assertEqual(swept.units["chip_memory_byte_per_s"], "B/s")
        many = dse.evaluate_many(
            {name: swept[name.replace(".", "_")] for name in STUDY["sweep"]},
            study={k: v for k, v in STUDY.items() if k != "sweep"},
            metrics=["tokens_per_s", "verdict"],
        )
        self.assertEqual(list(many["tokens_per_s"]), list(swept["tokens_per_s"]))
        self.assertEqual(list(many["verdict"]), list(swept["verdict"]))

    def test_callbacks_get_blocks_in_order_and_may_stop(self):
        study, seen = dse.Study(STUDY), []
        study.sweep(lambda block: seen.extend(block["point"]))
        self.assertEqual(seen, list(range(16)))
        blocks = []
        study.sweep(lambda block: blocks.append(block.n) or True)
        self.assertEqual(len(blocks), 1)
        halves = [list(study.sweep(shard=f"{i}/2")["point"]) for i in (1, 2)]
        self.assertEqual(halves[0] + halves[1], list(range(16)))

    def test_what_a_callback_raises_is_raised(self):
        calls = []

        def broken(block):
            calls.append(block.n)
            raise LookupError("mine")

        with self.assertRaisesRegex(LookupError, "mine"):
            dse.Study(STUDY).sweep(broken)
        self.assertEqual(len(calls), 1)

    def test_ctrl_c_ends_a_sweep(self):
        def interrupt(_block):
            os.kill(os.getpid(), signal.SIGINT)

        with self.assertRaises(KeyboardInterrupt):
            dse.Study(STUDY).sweep(interrupt)

    def test_ctrl_c_ends_a_long_call(self):
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with self.assertRaises(KeyboardInterrupt):
            while True:
                dse.evaluate_many(workload__context=[1000 + i for i in range(20000)], jobs=1)
        timer.join()

    def test_set_replaces_an_axis(self):
        study = dse.Study(STUDY, engine="duplex")
        self.assertEqual(study.points, 8)
        self.assertEqual(study.evaluate().parameters["engine"], "duplex")

    def test_mistakes_have_their_place(self):
        for source, hint in (
            ({"sweep": {"engin": ["none"]}}, "engine"),
            ({"modle": "gpt3-175b"}, "model"),
            ({"chip": {"memory_byte": float("nan")}}, "JSON"),
            ("no-such-study.yaml", "no-such-study.yaml"),
        ):
            with self.assertRaises(dse.Error) as caught:
                dse.Study(source)
            self.assertIn(hint, str(caught.exception))
        with self.assertRaisesRegex(dse.InputError, "one target"):
            dse.Study(STUDY).sweep(print, store="x.db")

    def test_a_front_by_the_store(self):
        front = dse.Study(STUDY).front(objectives=["+tokens_per_s", "-system_cost_usd"])
        self.assertGreater(front.n, 0)


if __name__ == "__main__":
    unittest.main()
