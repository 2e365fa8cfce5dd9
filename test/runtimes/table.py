#!/usr/bin/env python3
# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Makes detectors, runs check.py on them in each runtime and prints a table of what is the same.

usage: table.py DETECTOR_PROGRAM [--write=PAGE] RUNTIME=FOLDER..

FOLDER is where the runtime is installed, or empty: this Python's. With --write, the table is put into the page, between
its two marks. Each runtime is a process of its own: two versions of OpenCV have no place in one.
"""
import os
import subprocess
import sys
import tempfile

COLUMNS = ["rpn", "rpn_pyramid", "retina", "retina_pyramid", "faster_rcnn", "faster_rcnn_pyramid"]
KINDS = ["opencv", "onnx", "heads"]
MARKS = "<!-- written by scripts/runtimes.sh -->", "<!-- end -->"


def lacks_operators(runtime, kind, column):
    """NonMaxSuppression and RoiAlign; and pnnx does not convert the pyramid's Resize, which is that of set 10."""
    two_stages, pyramid = column.startswith("faster_rcnn"), column.endswith("pyramid")
    if runtime.startswith("ncnn"):
        return two_stages or pyramid
    return runtime.startswith("opencv 4") and kind == "heads" and two_stages


class Cell:
    """What is known of a detector in a runtime."""
    def __init__(self):
        self.same = self.all = 0
        self.missing = self.failed = False

    def __str__(self):
        return "FAILED" if self.failed else "-" if self.missing else "%d/%d" % (self.same, self.all)


def check(runtime, folder, detectors):
    """The runtime with its version and, by kind, a cell for each column."""
    environment = dict(os.environ, PYTHONPATH=folder) if folder else os.environ
    command = [sys.executable, os.path.dirname(os.path.abspath(__file__)) + "/check.py", runtime, detectors]
    run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = run.stdout.splitlines()
    if run.returncode or not lines:
        sys.exit("FAILED: %s in '%s':\n%s" % (runtime, folder, run.stderr))
    name = "%s %s" % (runtime, lines[0])
    kinds = {}
    for line in lines[1:]:
        kind, detector, same, total, wrong = line.split("\t")
        column = detector.split(".")[0]
        cell = kinds.setdefault(kind, {}).setdefault(column, Cell())
        cell.same += int(same)
        cell.all += int(total)
        if wrong and lacks_operators(name, kind, column):
            cell.missing = True
        elif wrong:
            cell.failed = True
            print("%s, %s, %s: %s" % (name, kind, detector, wrong), flush=True)
    return name, kinds


def rows_of(results):
    yield ["runtime", "kind"] + [column.replace("_pyramid", ", pyramid") for column in COLUMNS]
    yield ["---"] * (2 + len(COLUMNS))
    for name, kinds in results:
        for kind in KINDS:
            if kind in kinds:
                yield [name, "`%s`" % kind] + [str(kinds[kind].get(column, "none")) for column in COLUMNS]


def put_into(page, table):
    text = open(page).read()
    before, rest = text.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    with open(page, "w") as file:
        file.write("%s%s\n%s%s%s" % (before, MARKS[0], table, MARKS[1], after))


def main():
    program, *runtimes = sys.argv[1:]
    page = None
    if runtimes and runtimes[0].startswith("--write="):
        page = runtimes.pop(0)[len("--write="):]
    if not runtimes:
        sys.exit(__doc__)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, folder], stdout=subprocess.DEVNULL, check=True)
        for runtime in runtimes:
            results.append(check(*runtime.split("=", 1), folder))
    table = "".join("| %s |\n" % " | ".join(row) for row in rows_of(results))
    print(table, end="")
    cells = [cell for _, kinds in results for kind in kinds.values() for cell in kind.values()]
    failed = sum(cell.failed for cell in cells)
    if page and not failed:
        put_into(page, table)
    if failed or not cells:
        sys.exit("FAILED: %d of %d" % (failed, len(cells)))


main()
