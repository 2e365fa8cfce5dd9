# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""The study's statistics against numbers worked out by hand, and its runs with a trainer that only pretends.

usage: test_study.py"""
import argparse
import csv
import math
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts" / "experiments"))

import data  # noqa: E402
import inference  # noqa: E402
import protocol  # noqa: E402
import report  # noqa: E402
import runner  # noqa: E402
import study as program  # noqa: E402

# Writes what rpn_train writes. Arm by arm the recall differs; the unit moves all arms alike. A file "break" in the
# folder of the program makes it fail for the arm that it names.
TRAINER = """#!{python}
import json, os, sys
options = dict(o[2:].split("=", 1) for o in sys.argv[1:])
if "model" in options:  # rpn_eval
    assert "nmsThreshold: 0.9\\n" in open(options["model"].replace(".onnx", ".yml")).read()
    json.dump(dict.fromkeys(("AR10", "AR100", "AR300", "AR1000"), 0.75), open(options["json"], "w"))
    sys.exit()
if "heads" in options.get("kind", ""):
    open(options["out"].replace(".onnx", "-heads.yml"), "w").write("nmsThreshold: 6.9e-01\\n")
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "calls"), "a") as calls:
    print(options["out"], file=calls)
stop = os.path.join(here, "break")
if os.path.exists(stop) and open(stop).read().strip() in options["out"]:
    sys.exit(3)
for part in ("train", "val"):
    if not open(os.path.join(options["data"], "ImageSets", "Main", options[part] + ".txt")).read().split():
        sys.exit(4)
gain = 0.02 * (options.get("loss") == "focal_softmax") + 0.03 * (options.get("gamma") == "0")
value = 0.5 + gain + 0.003 * int(options["seed"]) + 0.0005 * (sum(map(ord, options["out"].split("work" + os.sep)[-1])) % 5)
json.dump(dict.fromkeys(("AR10", "AR100", "AR300", "AR1000", "AP50", "vocAP07"), value), open(options["json"], "w"))
names = "step,loss_cls,loss_reg,box_error,gradient_cls,gradient_reg,positives,held_box_error,shared_cosine,reg_after_cls,cls_after_reg"
batch = int(options.get("batch", 4))
with open(options["out"].replace(".onnx", ".csv"), "w") as table:
    print(names, file=table)
    for i in range(80):
        wave = 1 + ((i * 37) % 11 - 5) / 10 / batch
        print(i + 1, 1, wave, wave / 2, 1, wave, 10 * batch, wave if i % 20 == 0 else "", *("",) * 3, sep=",", file=table)
"""
SCENES = """#!{python}
import os, sys
options = dict(o[2:].split("=", 1) for o in sys.argv[1:])
names = ["s%03d" % i for i in range(int(options["count"]))]
for part in ("JPEGImages", "Annotations", "ImageSets/Main"):
    os.makedirs(os.path.join(options["output"], part))
for i, n in enumerate(names):
    with open(os.path.join(options["output"], "Annotations", n + ".xml"), "w") as file:
        file.write("<annotation><object><name>%s</name></object></annotation>" % ("ring" if i % 5 == 0 else "cell"))
for split, own in (("trainval", names[:30]), ("test", names[30:])):
    with open(os.path.join(options["output"], "ImageSets", "Main", split + ".txt"), "w") as file:
        file.write("\\n".join(own))
"""


def pretend(folder):
    """A build folder whose programs pretend."""
    (folder / "bin").mkdir(parents=True)
    for name, text in (("rpn_train", TRAINER), ("rpn_eval", TRAINER), ("rpn_scenes", SCENES)):
        path = folder / "bin" / name
        path.write_text(text.replace("{python}", sys.executable))
        path.chmod(0o755)
    return folder


class Formulas(unittest.TestCase):
    def test_sign_flip_counts_all_exchanges(self):
        self.assertAlmostEqual(2 / 8, inference.sign_flip([1, 2, 3]))
        self.assertAlmostEqual(2 / 1024, inference.sign_flip([0.01 + 0.001 * i for i in range(10)]))
        # Of 1 and -3: |mean| is at least 1 in all but none of +-1 +-3: 4, 2, 2, 4 over 2.
        self.assertAlmostEqual(1.0, inference.sign_flip([1, -3]))
        self.assertEqual(1.0, inference.sign_flip([0, 0, 0]))

    def test_corrected_t_by_hand(self):
        d = [1.0, 2.0, 3.0, 4.0]
        error = math.sqrt(5 / 3 * (1 / 4 + 1 / 4))
        self.assertAlmostEqual(error, inference.corrected_error(d))
        (low, high), p = inference.corrected_t(d)
        self.assertAlmostEqual(2.5 - 3.182446 * error, low, places=5)
        self.assertAlmostEqual(2.5 + 3.182446 * error, high, places=5)
        self.assertTrue(0.05 < p < 0.1)  # t = 2.739 with 3 degrees of freedom
        self.assertEqual(1.0, inference.corrected_t([1.0])[1])

    def test_bca_holds_the_mean_and_is_the_same_again(self):
        d = [0.01, 0.02, 0.015, 0.03, 0.005, 0.012]
        low, high = inference.bca(d)
        self.assertTrue(0.005 < low < sum(d) / 6 < high < 0.03)
        self.assertEqual((low, high), inference.bca(d))
        self.assertEqual((0.5, 0.5), inference.bca([0.5, 0.5]))

    def test_holm(self):
        self.assertEqual([0.03, 0.06, 0.06], inference.holm([0.01, 0.04, 0.03]))
        self.assertEqual([1.0, 1.0], inference.holm([0.6, 0.9]))

    def test_equivalence_wants_both_sides(self):
        near = [0.001, -0.001, 0.0005, 0.0, -0.0005, 0.001]
        self.assertLess(inference.equivalence(near, 0.005), 0.05)
        self.assertGreater(inference.equivalence(near, 0.0005), 0.05)
        self.assertGreater(inference.equivalence([v + 0.006 for v in near], 0.005), 0.5)
        self.assertGreater(inference.equivalence([v - 0.006 for v in near], 0.005), 0.5)

    def test_pooled_by_hand(self):
        # Sets that agree: weights by variance alone.
        a, b = [0.01, 0.03], [0.02, 0.02 + 4e-2, -2e-2 + 2e-2]
        va, vb = inference.corrected_error(a) ** 2, inference.corrected_error(b) ** 2
        mean, (low, high) = inference.pooled([a, b])
        ma, mb = 0.02, sum(b) / 3
        q = (ma - mb) ** 2 / (va + vb)
        self.assertLess(q, 1)
        expected = (ma / va + mb / vb) / (1 / va + 1 / vb)
        self.assertAlmostEqual(expected, mean)
        self.assertAlmostEqual(2 * 1.959964 / math.sqrt(1 / va + 1 / vb), high - low, places=5)
        # Sets that do not: the interval is wider.
        _, (low2, high2) = inference.pooled([[0.0, 0.001, 0.002], [0.1, 0.101, 0.102]])
        self.assertGreater(high2 - low2, 0.1)

    def test_effects_are_found_behind_blocks(self):
        rows = []
        for block in range(4):
            for sharing, times in (("0", 1), ("T", 1.5)):
                for batch, more in (("4", 1), ("1", 3)):
                    for jitter in (0.99, 1.01):
                        rows.append({"noise": 0.2 * (1 + block) * times * more * jitter, "sharing": sharing, "batch": batch,
                                     "block": str(block)})
        effects = inference.multiplicative_effects(rows, "noise", ("sharing", "batch", "block"),
                                                   {"sharing": "0", "batch": "4"})
        self.assertEqual({("sharing", "T"), ("batch", "1")}, set(effects))
        self.assertAlmostEqual(1.5, effects["sharing", "T"][0], places=6)
        self.assertAlmostEqual(3, effects["batch", "1"][0], places=6)
        self.assertTrue(1.45 < effects["sharing", "T"][1] < 1.5 < effects["sharing", "T"][2] < 1.55)

    def test_noise_is_relative_and_behind_the_first_quarter(self):
        still = [100] * 25 + [2.0] * 75
        self.assertEqual((0, 0), inference.noise_of(still))
        loud = [v * (0.4 + 0.12 * (i * 37 % 11)) for i, v in enumerate(still)]
        small = [v / 7 for v in loud]
        self.assertAlmostEqual(inference.noise_of(loud)[0], inference.noise_of(small)[0])
        self.assertGreater(inference.noise_of(loud)[0], 0.3)
        spiky = still[:60] + [20.0] + still[61:]
        self.assertAlmostEqual(1 / 75, inference.noise_of(spiky)[1])

    def test_area_of_a_straight_line(self):
        self.assertAlmostEqual(0.6, inference.area({10: 0.6, 100: 0.6, 300: 0.6, 1000: 0.6}))
        self.assertAlmostEqual(0.5, inference.area({10: 0.4, 100: 0.5, 1000: 0.6}))


class Protocol(unittest.TestCase):
    def test_arms_of_a_unit_differ_by_what_they_are_about(self):
        runs = {r.name: r for r in protocol.h1(protocol.Size())}
        self.assertEqual(2 * 4 * 10, len(runs))
        a, c = runs["h1/bccd/A/3"], runs["h1/bccd/C/3"]
        self.assertEqual({"--logits_lr=2"}, set(c.options) ^ set(a.options))

    def test_all_arms_are_tuned_over_the_same_settings(self):
        self.assertEqual(4, len(set(protocol.SETTINGS)))
        self.assertEqual((1, 1, 1), protocol.SETTINGS[0])
        per_arm = {}
        for run in protocol.tuning(protocol.Size()):
            per_arm.setdefault((run.data, run.arm.rsplit("-", 1)[0]), []).append(run.options[-3:])
            self.assertEqual("inner", run.split)
        self.assertEqual(1, len({tuple(v) for v in per_arm.values()}))
        self.assertNotIn(("bccd", "a1"), per_arm)

    def test_the_factorial_of_the_noise_is_whole(self):
        arms = [r.arm for r in protocol.h2(protocol.Size()) if r.data == "bccd" and r.unit == 0]
        self.assertEqual(len(set(arms)), len(arms))
        self.assertLess({n + s + b for n in "PM" for s in "0DR" for b in "14"}, set(arms))

    def test_order_does_not_depend_on_the_run(self):
        self.assertEqual(data.order(["b", "a", "c"], 5), data.order(["c", "b", "a"], 5))

    def test_splits_keep_the_rarest_class_in_both_parts(self):
        names = [f"n{i}" for i in range(50)]
        strata = {n: i % 10 == 0 for i, n in enumerate(names)}
        tests = []
        for k in range(3):
            train, test = data.deal(names, strata, k)
            self.assertEqual(set(names), set(train) | set(test))
            self.assertFalse(set(train) & set(test))
            self.assertEqual(10, len(test))
            self.assertEqual(1, sum(strata[n] for n in test))
            tests.append(tuple(sorted(test)))
        self.assertEqual(3, len(set(tests)))


class Runs(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.build = pretend(self.root / "build")

    def tearDown(self):
        self.folder.cleanup()

    def study(self):
        return program.runner.Study(argparse.Namespace(smoke=True, out=self.root / "out", build=self.build, data=None,
                                                       backbone="small", jobs=2, more=(), seeds=1))

    def calls(self):
        path = self.build / "bin" / "calls"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def test_what_was_interrupted_goes_on(self):
        (self.build / "bin" / "break").write_text("D/1")
        study = self.study()
        with self.assertRaisesRegex(RuntimeError, "h1/drawn/D/1: rpn_train ended with 3"):
            program.run(study, ["h1"])
        done = {p: p.read_bytes() for p in (self.root / "out" / "runs").rglob("*.tsv")}
        self.assertGreater(len(done), 2)
        self.assertLess(len(done), 12)
        (self.build / "bin" / "break").unlink()
        before = self.calls()
        program.run(study, ["h1"])
        self.assertEqual(12 - len(done), self.calls() - before)
        for path, content in done.items():
            self.assertEqual(content, path.read_bytes())
        program.run(study, ["h1"])
        self.assertEqual(12 - len(done), self.calls() - before)
        self.assertFalse(any(p.is_file() for p in (self.root / "out" / "work").rglob("*")))
        row = runner.read_table(self.root / "out" / "runs" / "h1" / "drawn" / "B" / "2.tsv")[0]
        self.assertEqual(("2", "2", "train-2-test-2"), (row["unit"], row["seed"], row["split"]))
        self.assertTrue(row["commit"] and row["machine"])

    def test_results_of_another_machine_are_not_mixed_in(self):
        study = self.study()
        program.run(study, ["h1curve"])
        path = next((self.root / "out" / "runs" / "h1curve").rglob("*.tsv"))
        path.write_text(path.read_text().replace(runner.machine(), "another"))
        next(p for p in (self.root / "out" / "runs" / "h1curve").rglob("*.tsv") if p != path).unlink()
        with self.assertRaisesRegex(SystemExit, "another commit, machine or backbone"):
            program.run(study, ["h1curve"])

    def test_final_runs_wait_for_the_tuning(self):
        study = self.study()
        with self.assertRaisesRegex(SystemExit, "run tuning first"):
            program.run(study, ["h3"])
        program.run(study, ["tuning"])
        self.assertEqual({("drawn", a) for a in ("a0", "a2", "a4")}, set(study.winners()))
        program.run(study, ["h3"])

    def test_the_report_says_what_the_files_say(self):
        study = self.study()
        program.run(study, list(program.ALL))
        path = report.write(study)
        text = path.read_text()
        self.assertIn("**Verdict:", text)
        self.assertNotIn("No verdict", text)
        self.assertIn("few positives", text)
        for name in ("h1curve.svg", "h2steps.svg", "h2noise.svg", "h3.svg"):
            self.assertIn("<svg", (path.parent / name).read_text())
        rows = [r for r in study.results("h3") if r["arm"] in ("a0", "a4")]
        mean = sum((1 if r["arm"] == "a4" else -1) * float(r["AR100"]) for r in rows) / 3
        self.assertEqual({"0.75"}, {r["AR100@0.9"] for r in study.results("h3")})
        line = next(row for row in text.splitlines() if row.startswith("| a4 - a0 | drawn | 3"))
        self.assertIn(f"{mean:+.4f}", line)
        self.assertEqual(path.read_text(), report.write(study).read_text())
        # A run that is missing leaves figures and takes the verdict.
        (self.root / "out" / "runs" / "h3" / "drawn" / "a4" / "1.tsv").unlink()
        self.assertIn("No verdict", report.write(study).read_text())


class Verdicts(unittest.TestCase):
    def results(self, gains, ap=0.0):
        """Two sets of ten pairs; gains by set."""
        rows = []
        for name, gain in gains.items():
            for k in range(10):
                for arm, more in (("a", 0.0), ("b", gain + 0.001 * (k % 3 - 1))):
                    value = 0.5 + 0.01 * k + more
                    rows.append({"study": "h3", "data": name, "arm": arm, "unit": k, "AR10": value, "AR100": value,
                                 "AR300": value, "AR1000": value, "AUC": value, "AP50": 0.6 + (ap if arm == "b" else 0)})
        return report.Comparison(report.Results(rows), "b", "a")

    def test_beating_wants_both_sets_and_no_loss_elsewhere(self):
        self.assertTrue(self.results({"x": 0.02, "y": 0.015}).beats())
        self.assertFalse(self.results({"x": 0.02, "y": 0.005}).beats())
        self.assertFalse(self.results({"x": 0.02, "y": -0.02}).beats())
        self.assertFalse(self.results({"x": 0.02, "y": 0.015}, ap=-0.02).beats())
        self.assertFalse(self.results({"x": -0.02, "y": -0.02}).beats())

    def test_equivalence_and_difference_are_two_questions(self):
        same = self.results({"x": 0.0, "y": 0.0})
        self.assertEqual(0, same.sign())
        self.assertTrue(same.equivalent(0.005))
        small = self.results({"x": 0.002, "y": 0.002})
        self.assertEqual(1, small.sign())
        self.assertTrue(small.equivalent(0.005))
        self.assertFalse(small.beats())


class Voc(unittest.TestCase):
    def look_alike(self, root, classes):
        for part in ("JPEGImages", "Annotations", "ImageSets/Main"):
            (root / part).mkdir(parents=True)
        for i, name in enumerate(classes):
            (root / "Annotations" / f"{i:06}.xml").write_text(
                f"<annotation><object><name>{name}</name><difficult>{i % 2}</difficult></object></annotation>")
        for split in ("trainval", "test"):
            (root / "ImageSets" / "Main" / f"{split}.txt").write_text("\n".join(f"{i:06}" for i in range(len(classes))))

    def test_layout_is_checked_before_anything_is_trained(self):
        with tempfile.TemporaryDirectory() as folder:
            whole, part, odd = (pathlib.Path(folder) / n for n in ("whole", "part", "odd"))
            self.look_alike(whole, data.VOC_CLASSES)
            self.assertEqual(20, data.check_voc2007(whole))
            self.look_alike(part, data.VOC_CLASSES[:18])
            with self.assertRaisesRegex(SystemExit, "no object of train, tvmonitor"):
                data.check_voc2007(part)
            self.look_alike(odd, [*data.VOC_CLASSES, "yeti"])
            with self.assertRaisesRegex(SystemExit, "has no yeti"):
                data.check_voc2007(odd)
            (whole / "ImageSets" / "Main" / "test.txt").unlink()
            with self.assertRaisesRegex(SystemExit, "VOCtest_06-Nov-2007"):
                data.check_voc2007(whole)
            with self.assertRaisesRegex(SystemExit, "no folder JPEGImages"):
                data.check_voc2007(pathlib.Path(folder))

    def test_the_papers_settings(self):
        runs = list(protocol.voc2007(2, ("--epochs=1",)))
        self.assertEqual(6, len(runs))
        focal = next(r for r in runs if r.arm == "fl_softmax")
        for option in ("--lambda=0.1", "--gamma=2", "--alpha=0.25", "--focal_norm=positives", "--loss=focal_softmax",
                       "--epochs=1"):
            self.assertIn(option, focal.options)
        self.assertFalse(any(o.startswith("--lambda") for r in runs if r.arm == "baseline" for o in r.options))


if __name__ == "__main__":
    unittest.main()
