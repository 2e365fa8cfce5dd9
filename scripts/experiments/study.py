#!/usr/bin/env python3
# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""The study of doc/experiments/focal_rpn.md; scripts/experiments.sh calls it."""
import argparse
import fcntl
import os
import pathlib
import sys

import data
import protocol
import report
import runner

STUDIES = ("h1", "h1curve", "h2", "tuning", "h3", "stages", "official")
# What is looked at once, at the end, is asked for by name.
ALL = STUDIES[:-1]


def plan(study, names):
    total = 0
    print("study\tset\tarms\truns\tdone\tprocessor minutes left")
    for name in names:
        runs = study.runs(name)
        for data_set in dict.fromkeys(r.data for r in runs):
            own = [r for r in runs if r.data == data_set]
            left = [r for r in own if not study.path(r).exists()]
            minutes = sum(r.minutes for r in left)
            total += minutes
            print(f"{name}\t{data_set}\t{len({r.arm for r in own})}\t{len(own)}\t{len(own) - len(left)}\t{minutes:.0f}")
    print(f"about {total / 60 / study.jobs:.1f} hours with {study.jobs} trainings at a time on as many processors")


def run(study, names):
    study.out.mkdir(parents=True, exist_ok=True)
    with open(study.out / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SystemExit(f"another run works in {study.out}")
        for name in names:
            runs = study.runs(name)
            if any(r.options is None for r in runs):
                raise SystemExit(f"{name} wants what comes before it: run {'tuning' if name == 'h3' else 'h3'} first")
            runner.run_all(study, runs)


def arguments_of(line):
    parser = argparse.ArgumentParser(prog="scripts/experiments.sh", description=__doc__)
    parser.add_argument("command", choices=("plan", "run", "report", "smoke", "voc2007"))
    parser.add_argument("studies", nargs="*", metavar="STUDY", help=", ".join(STUDIES) + "; without any all but official")
    parser.add_argument("--data", help="a folder with bccd and cards; voc2007: VOCdevkit/VOC2007")
    parser.add_argument("--backbone", default="small", help="a feature extractor as ONNX")
    parser.add_argument("--out", help="results, default out/experiments")
    parser.add_argument("--build", help="build folder, default build")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="trainings at a time")
    parser.add_argument("--seeds", type=int, default=5, help="voc2007: seeds of each arm")
    parser.add_argument("--smoke", action="store_true", help="plan, run, report: the smoke test's small version")
    line, more = (line[:line.index("--")], line[line.index("--") + 1:]) if "--" in line else (line, [])
    arguments = parser.parse_intermixed_args(line)
    repository = pathlib.Path(__file__).resolve().parents[2]
    arguments.smoke |= arguments.command == "smoke"
    arguments.build = arguments.build or repository / "build"
    arguments.out = arguments.out or repository / "out" / ("smoke" if arguments.smoke else "experiments")
    arguments.more = tuple(more)
    for name in arguments.studies:
        if name not in STUDIES:
            parser.error(f"there is no study {name}: {', '.join(STUDIES)}")
    if arguments.jobs < 1 or arguments.seeds < 1:
        parser.error("--jobs and --seeds are 1 at least")
    return arguments


def main(line):
    arguments = arguments_of(line)
    study = runner.Study(arguments)
    names = arguments.studies or ALL
    if arguments.command == "plan":
        return plan(study, names)
    if arguments.command == "voc2007":
        if not study.source:
            raise SystemExit("--data=VOCdevkit/VOC2007 is missing")
        difficult = data.check_voc2007(study.source)
        print(f"{study.source}: VOC 2007, {difficult} difficult objects, which count neither way")
        names = ("voc2007",)
    if arguments.command == "run" and not arguments.smoke and arguments.backbone == "small":
        raise SystemExit("--backbone=FILE.onnx is missing: the protocol's is SqueezeNet 1.1, trained on ImageNet")
    if arguments.command in ("run", "smoke", "voc2007"):
        run(study, names)
    print(f"wrote {report.write(study)}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (RuntimeError, OSError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("interrupted; the same command goes on")
