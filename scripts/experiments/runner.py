# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Runs trainings side by side; each leaves one TSV when it is done, so that an interrupted study goes on where it was."""
import concurrent.futures
import csv
import hashlib
import json
import math
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import threading
import time

import data as sets
import inference
import protocol

SCORES = ("AR10", "AR100", "AR300", "AR1000", "AP50", "vocAP07")
STEPS = ("step", "loss_cls", "loss_reg", "box_error", "gradient_cls", "gradient_reg", "positives", "held_box_error",
         "shared_cosine", "reg_after_cls", "cls_after_reg")


def processor():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown"


def machine():
    return f"{processor()}, {os.cpu_count()} processors, {platform.system()} {platform.machine()}"


def commit_of(repository):
    """The commit, with a mark if what is compiled differs from it."""
    def git(*arguments):
        return subprocess.run(["git", "-C", repository, *arguments], capture_output=True, text=True).stdout.strip()
    dirty = git("status", "--porcelain", "--untracked-files=no", "--", "modules", "samples")
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + ("+changes" if dirty else "")


def backbone_name(path):
    """The file's name with the beginning of its hash; another file of that name is another backbone."""
    path = pathlib.Path(path)
    if str(path) == "small" or not path.exists():
        return str(path)
    return f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"


def write_table(path, rows):
    """Written aside and renamed: what has the name is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    with open(temporary, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    temporary.replace(path)


def read_table(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return float("nan")


class Study:
    """A folder with the results, and what trains."""

    def __init__(self, arguments):
        self.repository = pathlib.Path(__file__).resolve().parents[2]
        self.size = protocol.Size(arguments.smoke)
        self.out = pathlib.Path(arguments.out)
        self.build = pathlib.Path(arguments.build)
        self.source = arguments.data and pathlib.Path(arguments.data)
        self.backbone = arguments.backbone
        self.backbone_name = "small" if self.size.smoke else backbone_name(arguments.backbone)
        self.jobs = arguments.jobs
        self.more = arguments.more
        self.seeds = arguments.seeds

    def path(self, run):
        return self.out / "runs" / f"{run.name}.tsv"

    def results(self, study=None):
        """All rows that are there, by study, or of one."""
        rows = []
        for path in sorted((self.out / "runs").glob(f"{study or '*'}/*/*/*.tsv")):
            if not path.name.endswith(".steps.tsv"):
                rows += read_table(path)
        return rows

    def winners(self):
        """The best setting of each arm by AR@100 on the held-out part of the tuning; the first of equals."""
        best, tried = {}, {}
        for row in self.results("tuning"):
            arm, setting = row["arm"].rsplit("-", 1)
            key = row["data"], arm
            tried[key] = tried.get(key, 0) + 1
            value = (number(row["AR100"]), -int(setting))
            if key not in best or value > best[key]:
                best[key] = value
        needed = len({r.arm for r in protocol.tuning(self.size) if r.arm.startswith("a0-")})
        return {key: -value[1] for key, value in best.items() if tried[key] == needed}

    def finalists(self):
        """Cross-entropy and the two arms with the highest mean AR@100 over both sets, when all ten pairs are there."""
        values = {}
        for row in self.results("h3"):
            values.setdefault(row["arm"], []).append(number(row["AR100"]))
        wanted = len(self.size.photos()) * len(self.size.units("h3"))
        means = {arm: sum(v) / len(v) for arm, v in values.items() if len(v) == wanted and arm != "a0"}
        if len(means) < len(protocol.arms_of(self.size)) - 1:
            return None
        return ("a0", *sorted(means, key=means.get, reverse=True)[:2])

    def runs(self, study):
        size, winners = self.size, self.winners()
        return list({"h1": lambda: protocol.h1(size), "h1curve": lambda: protocol.h1_curve(size),
                     "h2": lambda: protocol.h2(size), "tuning": lambda: protocol.tuning(size),
                     "h3": lambda: protocol.h3(size, winners),
                     "stages": lambda: protocol.two_stages(size, winners, self.finalists()),
                     "official": lambda: protocol.official(size, winners, self.finalists()),
                     "voc2007": lambda: protocol.voc2007(self.seeds, self.more)}[study]())

    def program(self, name):
        path = self.build / "bin" / name
        if not path.exists():
            raise SystemExit(f"{path} is not there: build it, or name the folder with --build")
        return path

    def folder(self, run):
        """The run's data set, made when it is first wanted."""
        if run.data == "voc2007":
            return self.source
        to = self.out / "data" / run.data
        if run.data.startswith("scenes") or run.data == "drawn":
            objects = 4 if run.data == "drawn" else int(run.data[6:])
            source = sets.draw(self.program("rpn_scenes"), self.out / "drawn" / run.data, objects,
                               *((40, "160x120") if self.size.smoke else (250, "320x240")))
        else:
            if not self.source:
                raise SystemExit("--data=DIR is missing: the folder that holds bccd and cards")
            source = self.source / run.data
        return sets.prepare(source, to, [*range(12), *range(100, 103)])


def splits_of(run):
    if run.split == "voc":
        return "trainval", "test"
    return tuple(f"{run.split}-{part}" if run.split else f"{part}-{run.unit}" for part in ("train", "test"))


def command(study, run, folder, work):
    train, test = splits_of(run)
    always = [o for o in protocol.ALWAYS if run.data != "voc2007" or not o.startswith(("--detector", "--nms"))]
    backbone = "small" if study.size.smoke else study.backbone
    # Of several options of one name the last one counts.
    options = {}
    for option in [*always, *run.options]:
        options[option.split("=", 1)[0]] = option
    return [str(study.program("rpn_train")), f"--data={folder}", f"--train={train}", f"--val={test}",
            f"--backbone={backbone}", f"--seed={run.unit}", f"--out={work / 'model.onnx'}",
            f"--json={work / 'scores.json'}", *(["--kind=opencv,heads"] if run.loose else []), *options.values()]


def loose_scores(study, folder, test, work):
    """The model's average recall at suppression 0.9: the file of raw numbers, decoded by what its YAML says."""
    description = work / "model-heads.yml"
    text, found = re.subn(r"(nmsThreshold: )\S+", r"\g<1>0.9", description.read_text())
    if found != 1:
        raise RuntimeError(f"{description}: {found} thresholds of suppression, not one")
    description.write_text(text)
    path = work / "loose.json"
    subprocess.run([study.program("rpn_eval"), f"--model={work / 'model-heads.onnx'}", f"--data={folder}",
                    f"--split={test}", f"--json={path}", "--images=0"], check=True, stdout=subprocess.DEVNULL)
    scores = json.loads(path.read_text())
    return {f"{name}@0.9": scores[name] for name in ("AR10", "AR100", "AR300", "AR1000")}


def summary_of_steps(steps):
    """What H2 asks of the steps of one training."""
    column = {name: [number(s.get(name)) for s in steps] for name in STEPS}
    finite = {name: [v for v in values if math.isfinite(v)] for name, values in column.items()}
    noise, spikes = inference.noise_of(column["box_error"])
    held = finite["held_box_error"][len(finite["held_box_error"]) // 4:]
    loss = finite["loss_reg"][len(finite["loss_reg"]) // 4:]

    def mean(values):
        return sum(values) / len(values) if values else float("nan")
    rough = [abs(b - a) for a, b in zip(held, held[1:])]
    centre = mean(loss)
    return {"positives": mean(finite["positives"]), "box_error": mean(finite["box_error"][len(steps) // 4:]),
            "noise": noise, "spikes": spikes, "tail": inference.tail_of(column["gradient_reg"]),
            "absolute": math.sqrt(mean([(v - centre) ** 2 for v in loss])) if loss else float("nan"),
            "held_end": mean(held[-3:]), "held_rough": mean(rough) / mean(held) if rough else float("nan"),
            "cosine": mean(finite["shared_cosine"]), "reg_after_cls": mean(finite["reg_after_cls"]),
            "cls_after_reg": mean(finite["cls_after_reg"])}


def train(study, run, about):
    """One training; its TSV is there when this returns."""
    folder = study.folder_of[run.data]
    work = study.out / "work" / run.name
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    started = time.time()
    environment = dict(os.environ, OMP_WAIT_POLICY="passive", OMP_NUM_THREADS="1")
    line = command(study, run, folder, work)
    with open(work / "log", "w") as log:
        status = subprocess.run(line, stdout=log, stderr=subprocess.STDOUT, env=environment).returncode
    if status:
        tail = (work / "log").read_text(errors="replace").splitlines()[-3:]
        raise RuntimeError(f"{run.name}: rpn_train ended with {status}: " + " | ".join(tail))
    scores = json.loads((work / "scores.json").read_text())
    with open(work / "model.csv", newline="") as file:
        steps = list(csv.DictReader(file))
    row = {"study": run.study, "data": run.data, "arm": run.arm, "unit": run.unit, "seed": run.unit,
           "split": "-".join(splits_of(run)), **about, "seconds": f"{time.time() - started:.1f}",
           "backbone": study.backbone_name, "options": " ".join(o for o in line[1:] if not o.startswith(("--data=", "--out=", "--json=", "--backbone="))),
           **{name: scores.get(name, "") for name in SCORES},
           "AUC": inference.area({k: scores[f"AR{k}"] for k in (10, 100, 300, 1000)}), **summary_of_steps(steps)}
    if run.loose:
        row.update(loose_scores(study, folder, splits_of(run)[1], work))
    if run.steps:
        write_table(study.path(run).with_suffix(".steps.tsv"), [{k: s.get(k, "") for k in STEPS} for s in steps])
    write_table(study.path(run), [row])
    shutil.rmtree(work)


def run_all(study, runs):
    """Those that are not there yet; an exception or Ctrl-C lets the running ones end and starts no more."""
    runs = [r for r in runs if not study.path(r).exists()]
    if not runs:
        return
    about = {"commit": commit_of(study.repository), "machine": machine()}
    now = (*about.values(), study.backbone_name)
    others = {(r["commit"], r["machine"], r["backbone"]) for r in study.results(runs[0].study)} - {now}
    if others:
        raise SystemExit(f"{study.out} has results of {runs[0].study} by another commit, machine or backbone "
                         f"({', '.join(others.pop())}), and pairs compare only within one ({', '.join(now)}): "
                         "give another --out")
    study.folder_of = {name: study.folder(next(r for r in runs if r.data == name)) for name in {r.data for r in runs}}
    done, begin = 0, time.time()
    # Unit after unit, so that whatever there is after an interruption is pairs.
    runs.sort(key=lambda r: (r.data, r.unit))
    with concurrent.futures.ThreadPoolExecutor(study.jobs) as pool:
        futures = [pool.submit(train, study, run, about) for run in runs]
        try:
            for future in concurrent.futures.as_completed(futures):
                future.result()
                done += 1
                left = (time.time() - begin) / done * (len(runs) - done) / 60
                print(f"{runs[0].study}: {done} of {len(runs)}, {left:.0f} minutes left", file=sys.stderr, flush=True)
        except BaseException:
            for future in futures:
                future.cancel()
            raise
