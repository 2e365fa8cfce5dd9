# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""What the tables say: every formula with its name. Differences are paired: arm minus reference on the same unit."""
import math

import numpy
from scipy import stats

TEST_SHARE = 0.25  # test images for each training image: splits of 20 and 80 %


def bca(differences):
    """Bias-corrected and accelerated bootstrap interval of the mean, 95 % (Efron 1987), 9,999 samples."""
    d = numpy.asarray(differences, float)
    if len(d) < 2 or numpy.ptp(d) == 0:
        return (float("nan"), float("nan")) if len(d) < 2 else (float(d[0]), float(d[0]))
    found = stats.bootstrap((d,), numpy.mean, method="BCa", n_resamples=9999, rng=numpy.random.default_rng(0))
    return tuple(float(end) for end in found.confidence_interval)


def sign_flip(differences):
    """Exact two-sided sign-flip p of the mean: all 2^n ways to exchange the arms of a pair (Fisher 1935)."""
    d = numpy.asarray(differences, float)
    if len(d) < 2 or not d.any():
        return 1.0
    found = stats.permutation_test((d,), numpy.mean, permutation_type="samples", n_resamples=numpy.inf)
    return float(found.pvalue)


def corrected_error(differences):
    """Standard error of the mean where training sets overlap (Nadeau and Bengio 2003): variance (1/n + test/train)."""
    d = numpy.asarray(differences, float)
    return math.sqrt(d.var(ddof=1) * (1 / len(d) + TEST_SHARE)) if len(d) > 1 else float("nan")


def corrected_t(differences):
    """Interval of 95 % and two-sided p of the mean by t with the corrected error."""
    d = numpy.asarray(differences, float)
    if len(d) < 2:
        return (float("nan"), float("nan")), 1.0
    error, half = corrected_error(d), stats.t.ppf(0.975, len(d) - 1)
    if error == 0:
        return (float(d.mean()),) * 2, 0.0 if d.mean() else 1.0
    p = 2 * stats.t.sf(abs(d.mean()) / error, len(d) - 1)
    return (float(d.mean() - half * error), float(d.mean() + half * error)), float(p)


def equivalence(differences, margin):
    """p of two one-sided t tests (Schuirmann 1987) with the corrected error: the larger one."""
    d = numpy.asarray(differences, float)
    error = corrected_error(d)
    if len(d) < 2 or math.isnan(error):
        return 1.0
    if error == 0:
        return 0.0 if abs(d.mean()) < margin else 1.0
    return float(max(stats.t.sf((d.mean() + margin) / error, len(d) - 1),
                     stats.t.cdf((d.mean() - margin) / error, len(d) - 1)))


def holm(ps):
    """p values corrected for their number (Holm 1979), in the order given."""
    corrected, worst = [1.0] * len(ps), 0.0
    for rank, i in enumerate(sorted(range(len(ps)), key=lambda i: ps[i])):
        worst = max(worst, min(1.0, (len(ps) - rank) * ps[i]))
        corrected[i] = worst
    return corrected


def pooled(sets):
    """Mean over data sets and its 95 % interval by random effects (DerSimonian and Laird 1986), corrected errors."""
    means = numpy.array([numpy.mean(d) for d in sets])
    variances = numpy.array([corrected_error(d) ** 2 for d in sets])
    if len(sets) < 2 or not (variances > 0).all():
        return float(means.mean()), (float("nan"), float("nan"))
    w = 1 / variances
    fixed = (w * means).sum() / w.sum()
    spread = max(0.0, ((w * (means - fixed) ** 2).sum() - (len(sets) - 1)) / (w.sum() - (w ** 2).sum() / w.sum()))
    w = 1 / (variances + spread)
    mean, half = (w * means).sum() / w.sum(), stats.norm.ppf(0.975) / math.sqrt(w.sum())
    return float(mean), (float(mean - half), float(mean + half))


def multiplicative_effects(rows, outcome, factors, references):
    """Least squares of log(outcome) on the factors' levels, main effects.

    rows are dictionaries; each factor's first coefficient is its reference's. Gives for each other level the factor by
    which it changes the outcome and its 95 % interval by t."""
    rows = [r for r in rows if r[outcome] > 0 and math.isfinite(r[outcome])]
    names = [(f, level) for f in factors for level in sorted({r[f] for r in rows}) if level != references.get(f)]
    names = [n for n in names if n[0] in references or n[1] != min(r[n[0]] for r in rows)]
    if len(rows) < len(names) + 2:
        return {}
    x = numpy.array([[1.0] + [float(r[f] == level) for f, level in names] for r in rows])
    y = numpy.log([r[outcome] for r in rows])
    freedom = len(y) - numpy.linalg.matrix_rank(x)
    if freedom < 1:
        return {}
    inverse = numpy.linalg.pinv(x.T @ x)
    coefficients = inverse @ x.T @ y
    variance = ((y - x @ coefficients) ** 2).sum() / freedom
    half = stats.t.ppf(0.975, freedom) * numpy.sqrt(variance * numpy.diag(inverse))
    return {n: tuple(float(math.exp(c)) for c in (b, b - h, b + h))
            for n, b, h in zip(names, coefficients[1:], half[1:]) if n[0] in references}


def noise_of(values):
    """Of a series of losses behind its first quarter: deviation of each over the running median of 41, and the share
    above three times that median."""
    v = numpy.asarray(values, float)
    v = v[len(v) // 4:]
    if len(v) < 5:
        return float("nan"), float("nan")
    around = [numpy.nanmedian(v[max(0, i - 20):i + 21]) for i in range(len(v))]
    ratio = (v / numpy.where(numpy.array(around) > 0, around, numpy.nan))
    ratio = ratio[numpy.isfinite(ratio)]
    return (float(ratio.std(ddof=1)), float((ratio > 3).mean())) if len(ratio) > 4 else (float("nan"), float("nan"))


def tail_of(values):
    """99th over 50th percentile of what is not 0, behind the first quarter."""
    v = numpy.asarray(values, float)
    v = v[len(v) // 4:]
    v = v[v > 0]
    return float(numpy.percentile(v, 99) / numpy.percentile(v, 50)) if len(v) > 4 else float("nan")


def area(recalls):
    """Area under average recall over the logarithm of the number of boxes, 10 to 1000 (trapezoids), 0..1."""
    k = sorted(recalls)
    logs = [math.log(n) for n in k]
    total = sum((recalls[a] + recalls[b]) / 2 * (y - x) for a, b, x, y in zip(k, k[1:], logs, logs[1:]))
    return total / (logs[-1] - logs[0])
