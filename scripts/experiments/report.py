# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Tables, figures and verdicts from the TSV files, and from nothing else."""
import math

import figures
import inference
import protocol
from runner import number, read_table

MARGIN, BETTER = 0.01, 0.01
COLUMNS = ("AR10", "AR100", "AR1000", "AUC", "AP50")
LOOSE = ("AR10@0.9", "AR100@0.9", "AR1000@0.9")


def interval(ends, digits=4):
    return "-" if math.isnan(ends[0]) else f"[{ends[0]:+.{digits}f}, {ends[1]:+.{digits}f}]"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(c) for c in row) + " |" for row in rows]) + "\n"


class Results:
    """What one study found: values by data set, arm and unit."""

    def __init__(self, rows):
        self.rows = rows
        self.sets = sorted({r["data"] for r in rows})
        self.values = {(r["data"], r["arm"], int(r["unit"])): r for r in rows}

    def arms(self):
        return list(dict.fromkeys(arm for _, arm, _ in sorted(self.values)))

    def units(self, data, arm):
        return sorted(k for d, a, k in self.values if (d, a) == (data, arm))

    def differences(self, data, arm, reference, column="AR100"):
        """Of all units that have both."""
        units = sorted(set(self.units(data, arm)) & set(self.units(data, reference)))
        return [number(self.values[data, arm, k][column]) - number(self.values[data, reference, k][column])
                for k in units]

    def means(self, columns):
        """A row an arm and set: means over units, and how many there are."""
        for data in self.sets:
            for arm in self.arms():
                if units := self.units(data, arm):
                    yield data, arm, len(units), [sum(number(self.values[data, arm, k][c]) for k in units) / len(units)
                                                  for c in columns]


def means_table(results, columns=COLUMNS):
    return table(("set", "arm", "runs", *columns),
                 [(data, arm, n, *(f"{v:.4f}" for v in values)) for data, arm, n, values in results.means(columns)])


class Comparison:
    """Arm minus reference on each set, in the endpoint."""

    def __init__(self, results, arm, reference, column="AR100"):
        self.arm, self.reference, self.column = arm, reference, column
        self.by_set = {data: d for data in results.sets
                       if len(d := results.differences(data, arm, reference, column)) > 1}
        self.results = results

    def rows(self):
        for data, d in self.by_set.items():
            corrected, p = inference.corrected_t(d)
            yield (f"{self.arm} - {self.reference}", data, len(d), f"{sum(d) / len(d):+.4f}",
                   interval(inference.bca(d)), f"{inference.sign_flip(d):.3f}", interval(corrected), f"{p:.3f}")
        if len(self.by_set) > 1:
            mean, ends = inference.pooled(list(self.by_set.values()))
            yield (f"{self.arm} - {self.reference}", "both", "", f"{mean:+.4f}", interval(ends), "", "", "")

    def p(self):
        """The larger of both tests, on the set where it is largest: what survives that survives everywhere."""
        return max((max(inference.sign_flip(d), inference.corrected_t(d)[1]) for d in self.by_set.values()), default=1.0)

    def sign(self):
        """+1 or -1 if both intervals lie on that side of 0 on every set, else 0."""
        sides = set()
        for d in self.by_set.values():
            for low, high in (inference.bca(d), inference.corrected_t(d)[0]):
                sides.add(1 if low > 0 else -1 if high < 0 else 0)
        return sides.pop() if len(sides) == 1 else 0

    def equivalent(self, margin):
        return bool(self.by_set) and all(inference.equivalence(d, margin) < 0.05 for d in self.by_set.values())

    def beats(self):
        """The protocol's word: AR@100 by 0.01 or more, intervals above 0 on every set, AR@10 and AP50 not lower by 0.01."""
        if self.sign() <= 0 or any(sum(d) / len(d) < BETTER for d in self.by_set.values()):
            return False
        for column in ("AR10", "AP50"):
            for data in self.by_set:
                d = self.results.differences(data, self.arm, self.reference, column)
                if sum(d) / len(d) <= -MARGIN:
                    return False
        return True


HEAD = ("difference in AR@100", "set", "pairs", "mean", "BCa 95 %", "sign-flip p", "corrected t 95 %", "p")


def comparisons_table(comparisons):
    return table(HEAD, [row for c in comparisons for row in c.rows()])


def complete(results, arms, units):
    """Whether every arm has all its units on every set: without it there are figures and no verdict."""
    return bool(results.sets) and all(len(results.units(d, a)) >= units for d in results.sets for a in arms)


def verdict(text, done):
    return f"**Verdict: {text}**\n" if done else "**No verdict: runs are missing.**\n"


def h1(rows, size):
    results = Results(rows)
    pairs = {name: Comparison(results, *name) for name in ("BA", "CB", "DA")}
    equal = {name: pairs[name].equivalent(MARGIN) for name in ("CB", "DA")}
    there = {1: "softmax is ahead of sigmoid", -1: "softmax is behind sigmoid",
             0: "no difference of softmax and sigmoid is resolved"}[pairs["BA"].sign()]
    only = ("only the rate of the last layer tells them apart (C = B and D = A)" if all(equal.values()) else
            "that only the rate tells them apart is not shown: "
            + ", ".join(f"{n[0]} = {n[1]} {'holds' if equal[n] else 'does not hold'}" for n in equal)
            + f" within {MARGIN}")
    return "## H1: the form of the classifier\n\n" + "\n".join(
        [means_table(results), comparisons_table(pairs.values()),
         verdict(f"{there}; {only}", complete(results, protocol.FORMS, len(size.units("h1"))))])


def h1_curve(rows):
    results = Results(rows)
    plot = figures.Plot("AR@100 and the rate of the last layer", "rate of log(p / (1 - p)): factor, twice it for softmax",
                        "AR@100", log_x=True)
    for form in ("sigmoid", "softmax"):
        points = []
        for arm in results.arms():
            if arm.startswith(form):
                values = [number(r["AR100"]) for r in rows if r["arm"] == arm]
                points.append((float(arm.split("-")[1]), sum(values) / len(values), min(values), max(values)))
        plot.add(form, sorted(points))
    return "## H1: the curve\n\n" + means_table(results) + "\n![The curve](h1curve.svg)\n", {"h1curve.svg": plot.svg()}


NOISE = ("noise", "tail", "absolute", "held_rough", "spikes", "held_end", "cosine", "reg_after_cls")


def h2(rows, steps, size):
    for r in rows:
        r["normaliser"], r["sharing"], r["batch"] = r["arm"][0], r["arm"][1], r["arm"][2:]
        r["block"] = f"{r['data']}, {r['unit']}"
        r.update({c: number(r[c]) for c in (*NOISE, "positives")})
    main = [r for r in rows if not r["data"].startswith("scenes")]
    groups = {}
    for r in rows:
        groups.setdefault((r["data"], r["arm"]), []).append(r)

    def mean(values):
        values = [v for v in values if math.isfinite(v)]
        return f"{sum(values) / len(values):.4g}" if values else "-"
    out = [table(("set", "arm", "runs", "positives a step", *NOISE),
                 [(data, arm, len(g), mean([r["positives"] for r in g]), *(mean([r[c] for r in g]) for c in NOISE))
                  for (data, arm), g in sorted(groups.items())])]
    references = {"normaliser": "P", "sharing": "0", "batch": "4"}
    found = {outcome: inference.multiplicative_effects(main, outcome, (*references, "block"), references)
             for outcome in ("noise", "tail", "held_rough")}
    for outcome, effects in found.items():
        out.append(f"### {outcome}: factors beside P, shared, batch 4\n\n" + table(
            ("factor", "level", "times", "95 %"),
            [(f, level, f"{e[0]:.3f}", f"[{e[1]:.3f}, {e[2]:.3f}]") for (f, level), e in effects.items()]))

    def changes(outcome, factor):
        """A level whose effect is more than a fifth and whose interval leaves out 1."""
        return any(f == factor and max(e[0], 1 / e[0]) > 1.2 and not e[1] <= 1 <= e[2]
                   for (f, _), e in found[outcome].items())
    # The paper's: without sharing there is less noise.
    shared = any(f == "sharing" and e[0] < 1 / 1.2 and e[2] < 1 for (f, _), e in found["noise"].items())
    few = changes("noise", "batch")
    norm = changes("tail", "normaliser") and not changes("tail", "sharing")
    done = complete(Results(main), ("PD4", "P04", "M04") if size.smoke else ("P01", "P04", "M04", "S04", "PT4", "PR4"),
                    len(size.units("h2")))
    out.append(verdict("shared features (the paper's explanation) " + ("stand" if shared else "do not stand")
                       + "; few positives " + ("stand" if few else "do not stand")
                       + "; the normaliser, in the gradients' tails, " + ("stands" if norm else "does not stand"), done))
    plot = figures.Plot("Box error of a positive anchor, unit 0", "step", "smooth L1")
    for name, table_of_steps in steps.items():
        plot.add(name, [(number(s["step"]), number(s["box_error"])) for s in table_of_steps])
    scatter = figures.Plot("Noise and positives", "positive anchors a step", "relative noise of the box error", log_x=True)
    for sharing in sorted({r["sharing"] for r in rows}):
        scatter.add({"0": "shared", "T": "towers", "D": "cls stopped", "R": "boxes alone"}[sharing],
                    [(round(r["positives"], 1), r["noise"]) for r in rows if r["sharing"] == sharing and r["positives"] > 0],
                    line=False)
    scatter.names = {v: str(v) for v in (4, 16, 64, 256)
                     if rows and min(r["positives"] for r in rows) <= v <= max(r["positives"] for r in rows)}
    out.append("![Steps](h2steps.svg)\n\n![Noise](h2noise.svg)\n")
    return "## H2: the noise of the regression loss\n\n" + "\n".join(out), {"h2steps.svg": plot.svg(),
                                                                           "h2noise.svg": scatter.svg()}


def h3(rows, size):
    results = Results(rows)
    names = [p for p in protocol.PRIMARY if all(any(r["arm"] == arm for r in rows) for arm in p)]
    if size.smoke:
        names = [p for p in (("a2", "a0"), ("a4", "a0")) if all(any(r["arm"] == arm for r in rows) for arm in p)]
    primary = [Comparison(results, *p) for p in names]
    ps = inference.holm([c.p() for c in primary])
    done = complete(results, protocol.arms_of(size), len(size.units("h3")))
    out = [means_table(results), "At suppression 0.9:\n", means_table(results, LOOSE), comparisons_table(primary),
           table(("comparison", "p, Holm", "beats", f"equivalent within {MARGIN}"),
                 [(f"{c.arm} - {c.reference}", f"{p:.3f}", "yes" if p < 0.05 and c.beats() else "no",
                   "yes" if c.equivalent(MARGIN) else "no") for c, p in zip(primary, ps)])]
    by_name = {(c.arm, c.reference): (c, p) for c, p in zip(primary, ps)}

    def beats(arm, reference):
        c, p = by_name.get((arm, reference), (None, 1))
        return c is not None and p < 0.05 and c.beats()

    def same(arm, reference):
        c, _ = by_name.get((arm, reference), (None, 1))
        return c is not None and c.equivalent(MARGIN)
    words = ["a3 beats tuned cross-entropy" if beats("a3", "a0") else "a3 is not shown to beat tuned cross-entropy"]
    if beats("a3", "a0") and same("a3", "a1"):
        words.append("its lead is the size of its steps (a3 = a1)")
    if same("a4", "a3"):
        words.append("gamma is not needed (a4 = a3)")
    words.append("balanced cross-entropy over all anchors beats today's default: it becomes the default"
                 if beats("a8", "a2") else "the default stays")
    others = [Comparison(results, arm, "a0") for arm in results.arms() if arm not in ("a0", "a3")]
    out += [verdict("; ".join(words), done), "### Beside cross-entropy, not corrected for their number\n",
            comparisons_table(others)]
    plot = figures.Plot("AR@100 beside a0, pairs", "arm", "difference in AR@100")
    arms = [a for a in results.arms() if a != "a0"]
    plot.names = {float(i): a for i, a in enumerate(arms)}
    for s, data in enumerate(results.sets):
        points = []
        for i, arm in enumerate(arms):
            d = results.differences(data, arm, "a0")
            if len(d) > 1:
                points.append((i + 0.12 * s, sum(d) / len(d), *inference.bca(d)))
        plot.add(data, points, line=False)
    out.append("![Arms](h3.svg)\n")
    return "## H3: losses beside each other\n\n" + "\n".join(out), {"h3.svg": plot.svg()}


def beside(rows, study, column):
    """Studies that only compare: each arm beside the first."""
    results = Results(rows)
    arms = results.arms()
    reference = {"voc2007": "baseline", "official": "default", "stages": "a0"}[study]
    comparisons = [Comparison(results, a, reference, column) for a in arms if a != reference]
    means = table(("set", "arm", "runs", column), [
        (d, a, len(results.units(d, a)), f"{sum(number(results.values[d, a, k][column]) for k in results.units(d, a)) / len(results.units(d, a)):.4f}")
        for d in results.sets for a in arms if results.units(d, a)])
    head = (f"difference in {column}", *HEAD[1:])
    return f"## {study}\n\n" + means + "\n" + table(head, [row for c in comparisons for row in c.rows()])


def write(study):
    """report.md and the figures, into the study's folder; the path."""
    text, plots = ["# Results\n"], {}
    if study.size.smoke:
        text.append("Of a smoke test: seconds of training on drawn scenes. The numbers mean nothing.\n")
    rows = study.results()
    if not rows:
        raise SystemExit(f"{study.out}: no results there; run first")
    by_study = {}
    for row in rows:
        by_study.setdefault(row["study"], []).append(row)
    for name, own in by_study.items():
        origins = sorted({f"commit {r['commit']}, {r['machine']}, backbone {r['backbone']}" for r in own})
        text.append(f"{name}: {len(own)} runs; " + "; ".join(origins) + "\n")
    if "h1" in by_study:
        text.append(h1(by_study["h1"], study.size))
    if "h1curve" in by_study:
        section, plot = h1_curve(by_study["h1curve"])
        text.append(section)
        plots.update(plot)
    if "h2" in by_study:
        steps = {}
        first = sorted({r["data"] for r in by_study["h2"]})[0]
        for arm in ("P04", "M04", "P01", "M01", "PR1", "PD4"):
            path = study.out / "runs" / "h2" / first / arm / "0.steps.tsv"
            if path.exists():
                steps[arm] = read_table(path)
        section, plot = h2(by_study["h2"], steps, study.size)
        text.append(section)
        plots.update(plot)
    if "tuning" in by_study:
        text.append("## Tuning (held-out part of split 0's training images; one run each)\n\n"
                    + table(("set", "arm", "setting (rate, classification, boxes)", "AR@100"),
                            [(r["data"], r["arm"].rsplit("-", 1)[0], protocol.SETTINGS[int(r["arm"].rsplit("-", 1)[1])],
                              f"{number(r['AR100']):.4f}") for r in by_study["tuning"]]))
    if "h3" in by_study:
        section, plot = h3(by_study["h3"], study.size)
        text.append(section)
        plots.update(plot)
    for name, column in (("stages", "AP50"), ("official", "AR100"), ("voc2007", "vocAP07")):
        if name in by_study:
            text.append(beside(by_study[name], name, column))
    for name, svg in plots.items():
        (study.out / name).write_text(svg)
    path = study.out / "report.md"
    path.write_text("\n".join(text))
    return path
