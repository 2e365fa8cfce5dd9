#!/usr/bin/env python3
# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Compares Evaluator's numbers with pycocotools', and with Pascal VOC's by their description, on random cases.

usage: parity.py EVALUATOR [CASES [SEED]]

Cases are small, so that thousands fit into seconds, and full of what goes wrong: equal scores and equal
overlaps, crowds, ignored objects, areas that are not the boxes', boxes without area, duplicates, empty
images, classes without objects; a few have more boxes than COCO counts.
"""
import contextlib
import io
import multiprocessing
import subprocess
import sys

try:
    import numpy as np
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval
except ImportError as missing:
    sys.exit("FAILED: %s; scripts/install_dependencies.sh test installs it" % missing)

LIMITS = [1, 10, 100, 300, 1000]
TOLERANCE = 1e-6


class Evaluation(COCOeval):
    """Takes an object's own `ignore`, which the base class replaces by `iscrowd`."""

    def _prepare(self):
        super()._prepare()
        for objects in self._gts.values():
            for g in objects:
                g["ignore"] = g["ignored"] or g["iscrowd"]


def random_box(rng, extent):
    # Quarters of a pixel make equal overlaps likely; any float32 must do as well.
    size = rng.choice([0, 1, 4, 10, 20, 32, 60, 96, 130], 2, p=[.02, .03, .1, .2, .2, .15, .15, .1, .05])
    corner = rng.uniform(0, extent, 2)
    if rng.random() < 0.7:
        corner = np.round(corner * 4) / 4
    else:
        size = size * rng.uniform(0.8, 1.2, 2)
    return np.concatenate([corner, corner + size]).astype(np.float32)


def random_image(rng, classes, most_objects, most_detections, extent):
    """Detections [x1 y1 x2 y2 score label] and objects [x1 y1 x2 y2 label ignored crowd area]."""
    objects, detections = [], []
    for _ in range(rng.integers(0, most_objects + 1)):
        box, label = random_box(rng, extent), rng.integers(1, classes + 1)
        if objects and rng.random() < 0.15:
            box = np.array(objects[-1][:4])
        kind = rng.choice(3, p=[0.75, 0.1, 0.15])
        if kind == 2 and rng.random() < 0.7:  # a crowd is large
            box[2:] += np.float32(rng.choice([20, 60]))
        area = (float(box[2]) - box[0]) * (float(box[3]) - box[1])
        if rng.random() < 0.4:  # as of a segmentation, sometimes just at a limit
            area = rng.choice([area * rng.uniform(0.3, 1), 1024, 9216])
        objects.append([*box, label, int(kind == 1), int(kind == 2), np.float32(area)])
        for _ in range(rng.integers(0, 4)):
            shift = rng.choice([0, 1, 2, 5]) * rng.normal(0, 0.5, 4)
            near = (box + (np.round(shift) if rng.random() < 0.5 else shift)).astype(np.float32)
            near[2:] = np.maximum(near[:2], near[2:])
            detections.append([*near, rng.integers(0, 11) / 10, label if rng.random() < 0.9 else
                               rng.integers(1, classes + 1)])
    for _ in range(rng.integers(0, most_detections + 1)):
        if detections and rng.random() < 0.2:
            detections.append(list(detections[rng.integers(len(detections))]))
        else:
            detections.append([*random_box(rng, extent), rng.integers(0, 11) / 10, rng.integers(1, classes + 1)])
    detections = [detections[i] for i in rng.permutation(len(detections))]
    return ([] if rng.random() < 0.1 else detections), ([] if rng.random() < 0.1 else objects)


def random_case(seed):
    rng = np.random.default_rng(seed)
    classes = int(rng.integers(1, 6))
    if seed % 500 == 0:  # beyond the limits
        classes, images = 1, [random_image(rng, 1, 12, 1400, 300) for _ in range(2)]
    else:
        most = int(rng.choice([2, 6, 14]))
        images = [random_image(rng, classes, int(rng.integers(0, 7)), most, int(rng.choice([40, 200])))
                    for _ in range(rng.integers(1, 5))]
    return classes, images, int(rng.integers(0, 2))


def as_text(case):
    classes, images, voc_pixels = case
    words = ["%d %d %d" % (classes, len(images), voc_pixels)]
    for detections, objects in images:
        words.append("%d %d" % (len(detections), len(objects)))
        words += [" ".join("%.9g" % v for v in row) for row in detections + objects]
    return "\n".join(words) + "\n"


def mean(values):
    values = np.asarray(values)
    values = values[values > -1]
    return float(values.mean()) if values.size else -1.0


def coco(case):
    classes, images, _ = case
    annotations, results = [], []
    corner = lambda row: [float(v) for v in row[:4]]
    for i, (detections, objects) in enumerate(images):
        for row in objects:
            x1, y1, x2, y2 = corner(row)
            annotations.append({"id": len(annotations) + 1, "image_id": i + 1, "category_id": int(row[4]),
                                "bbox": [x1, y1, x2 - x1, y2 - y1], "area": float(row[7]),
                                "iscrowd": int(row[6]), "ignored": int(row[5])})
        for row in detections:
            x1, y1, x2, y2 = corner(row)
            results.append({"image_id": i + 1, "category_id": int(row[5]), "score": float(np.float32(row[4])),
                            "bbox": [x1, y1, x2 - x1, y2 - y1]})
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {"images": [{"id": i + 1} for i in range(len(images))], "annotations": annotations,
                         "categories": [{"id": c + 1} for c in range(classes)]}
        truth.createIndex()
        found = COCO()
        found.dataset = {"images": truth.dataset["images"], "categories": truth.dataset["categories"],
                         "annotations": [dict(r, id=k + 1, area=r["bbox"][2] * r["bbox"][3], iscrowd=0, ignored=0)
                                         for k, r in enumerate(results)]}  # as loadRes(), which refuses none
        found.createIndex()
        evaluation = Evaluation(truth, found, "bbox")
        evaluation.params.maxDets = LIMITS
        evaluation.evaluate()
        evaluation.accumulate()
    precision, recall = evaluation.eval["precision"], evaluation.eval["recall"]
    # precision: thresholds, recalls, classes, areas, limits; recall: the same without recalls
    numbers = [mean(precision[:, :, :, 0, 2]), mean(precision[0, :, :, 0, 2]), mean(precision[5, :, :, 0, 2])]
    numbers += [mean(precision[:, :, :, a, 2]) for a in (1, 2, 3)]
    numbers += [mean(recall[:, :, 0, m]) for m in (0, 1, 2)] + [mean(recall[:, :, a, 2]) for a in (1, 2, 3)]
    numbers += [mean(recall[:, :, 0, m]) for m in (3, 4)] + [mean(recall[:, :, a, 4]) for a in (1, 2, 3)]
    for t in (slice(None), 0, 5):
        numbers += [mean(precision[t, :, c, 0, 2]) for c in range(classes)]
    return numbers + [mean(recall[:, c, 0, 2]) for c in range(classes)]


def voc(case):
    """By the text of the challenges' development kits, as plainly as possible."""
    classes, images, voc_pixels = case
    one = 1.0 if voc_pixels else 0.0
    areas, points = [], []
    for label in range(1, classes + 1):
        objects = [[o for o in objects if o[4] == label] for _, objects in images]
        wanted = sum(1 for image in objects for o in image if not o[5] and not o[6])
        if wanted == 0:
            areas.append(-1.0)
            points.append(-1.0)
            continue
        ranked = sorted(((i, d) for i, (found, _) in enumerate(images) for d in found if d[5] == label),
                        key=lambda entry: -np.float32(entry[1][4]))
        seen, right, wrong, curve = set(), 0, 0, []  # curve: recall, precision
        for i, d in ranked:
            best, which = -1.0, None
            for k, o in enumerate(objects[i]):
                width = min(float(d[2]), float(o[2])) - max(float(d[0]), float(o[0])) + one
                height = min(float(d[3]), float(o[3])) - max(float(d[1]), float(o[1])) + one
                if width <= 0 or height <= 0:
                    continue
                size = lambda b: (float(b[2]) - float(b[0]) + one) * (float(b[3]) - float(b[1]) + one)
                overlap = width * height / (size(d) + size(o) - width * height)
                if overlap > best:
                    best, which = overlap, k
            if best < 0.5:
                wrong += 1
            elif objects[i][which][5] or objects[i][which][6]:
                continue
            elif (i, which) in seen:
                wrong += 1
            else:
                seen.add((i, which))
                right += 1
            curve.append((right / wanted, right / (right + wrong)))
        area, last = 0.0, 0.0
        for k, (recall, _) in enumerate(curve):
            area += (recall - last) * max(p for _, p in curve[k:])
            last = recall
        areas.append(area)
        points.append(sum(max([p for recall, p in curve if recall >= t / 10.0], default=0.0) for t in range(11)) / 11)
    return [mean(areas), mean(points)] + areas + points


def expected(seed):
    case = random_case(seed)
    return coco(case) + voc(case)


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2500
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    seeds = range(first, first + count)
    cases = "".join(as_text(random_case(seed)) for seed in seeds)
    lines = subprocess.run([program], input=cases, stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()
    if len(lines) != count:
        sys.exit("FAILED: %d answers to %d cases" % (len(lines), count))
    with multiprocessing.Pool() as pool:
        references = pool.map(expected, seeds, chunksize=20)
    failed, worst = 0, 0.0
    for seed, line, reference in zip(seeds, lines, references):
        ours, theirs = np.array(line.split(), float), np.array(reference)
        if ours.shape != theirs.shape:
            sys.exit("FAILED: case %d: %d numbers, wanted %d" % (seed, ours.size, theirs.size))
        difference = np.abs(ours - theirs)
        worst = max(worst, float(np.max(difference)))
        if not np.all(difference <= TOLERANCE):  # this way round, NaN fails
            failed += 1
            if failed <= 5:
                k = int(np.argmax(~(difference <= TOLERANCE)))
                print("FAILED: case %d, number %d: %.9g, wanted %.9g" % (seed, k, ours[k], theirs[k]))
    undefined = float(np.mean([np.mean(np.array(r) < 0) for r in references]))
    print("%d cases, %d failed; largest difference %.3g; %.0f %% of the numbers are -1 (nothing to find)" %
          (count, failed, worst, 100 * undefined))
    sys.exit(1 if failed or undefined > 0.6 else 0)


if __name__ == "__main__":
    main()
