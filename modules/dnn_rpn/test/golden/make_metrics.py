#!/usr/bin/env python3
# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Writes golden_metrics.hpp: what pycocotools, and the formulas of Pascal VOC, give on random images.

Coordinates are quarters of a pixel, so that every program computes the same overlaps. Some images
have no objects, some no detections; scores repeat; a few objects are ignored, and some sit on the
borders of COCO's ranges of areas.
"""
import contextlib
import io
import os

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from golden_header import Header


class Evaluation(COCOeval):
    """Takes an object's own `ignore`; the base class sets it to `iscrowd`, which means something else."""

    def _prepare(self):
        super()._prepare()
        for objects in self._gts.values():
            for g in objects:
                g["ignore"] = g["difficult"]


def random_case(rng, images, classes, most_objects, most_detections, extent):
    """A list of images, each (detections [x1 y1 x2 y2 score label], objects [x1 y1 x2 y2 label ignored])."""
    quarter = lambda values: np.round(np.asarray(values) * 4) / 4
    case = []
    for i in range(images):
        objects, detections = [], []
        for _ in range(rng.integers(0, most_objects + 1) if i else most_objects):
            corner = quarter(rng.uniform(0, extent, 2))
            size = quarter(rng.choice([8, 20, 32, 60, 96, 130]) * rng.choice([1, 1, rng.uniform(0.7, 1.4)], 2))
            box = [*corner, *(corner + size)]
            label = rng.integers(1, classes + 1)
            objects.append([*box, label, int(rng.random() < 0.15)])
            for _ in range(rng.integers(0, 4)):  # near misses and doubles
                shift = quarter(rng.normal(0, 0.08, 4) * np.tile(size, 2))
                right = label if rng.random() < 0.9 else rng.integers(1, classes + 1)
                detections.append([*(np.array(box) + shift), round(rng.uniform(0.2, 1), 2), right])
        for _ in range(rng.integers(0, 6)):
            corner, size = quarter(rng.uniform(0, extent, 2)), quarter(rng.uniform(4, 150, 2))
            detections.append([*corner, *(corner + size), round(rng.uniform(0, 0.8), 2),
                               rng.integers(1, classes + 1)])
        if i == 2:
            detections = []
        while len(detections) < most_detections and i == 0:
            corner, size = quarter(rng.uniform(0, extent, 2)), quarter(rng.uniform(10, 110, 2))
            detections.append([*corner, *(corner + size), round(rng.uniform(0, 0.9), 2),
                               rng.integers(1, classes + 1)])
        detections = [d for d in detections if d[2] > d[0] and d[3] > d[1]]
        order = rng.permutation(len(detections))
        case.append(([detections[k] for k in order], objects))
    return case


def coco_metrics(case, classes):
    images = [{"id": i + 1} for i in range(len(case))]
    annotations, results = [], []
    for i, (detections, objects) in enumerate(case):
        for x1, y1, x2, y2, label, ignored in objects:
            annotations.append({"id": len(annotations) + 1, "image_id": i + 1, "category_id": int(label),
                                "bbox": [x1, y1, x2 - x1, y2 - y1], "area": (x2 - x1) * (y2 - y1),
                                "iscrowd": 0, "difficult": int(ignored)})
        for x1, y1, x2, y2, score, label in detections:
            results.append({"image_id": i + 1, "category_id": int(label), "score": float(np.float32(score)),
                            "bbox": [x1, y1, x2 - x1, y2 - y1]})
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {"images": images, "annotations": annotations,
                         "categories": [{"id": c + 1} for c in range(classes)]}
        truth.createIndex()
        evaluation = Evaluation(truth, truth.loadRes(results), "bbox")
        evaluation.params.maxDets = [10, 100, 300, 1000]
        evaluation.evaluate()
        evaluation.accumulate()
    precision, recall = evaluation.eval["precision"], evaluation.eval["recall"]

    def mean(values):
        values = values[values > -1]
        return values.mean() if values.size else -1.0

    # precision: thresholds, recalls, classes, areas, limits; recall: the same without recalls
    numbers = [mean(precision[:, :, :, 0, 1]), mean(precision[0, :, :, 0, 1]), mean(precision[5, :, :, 0, 1])]
    numbers += [mean(precision[:, :, :, a, 1]) for a in (1, 2, 3)]
    numbers += [mean(recall[:, :, 0, m]) for m in range(4)]
    numbers += [mean(recall[:, :, a, 3]) for a in (1, 2, 3)]
    return numbers, [mean(precision[0, :, c, 0, 1]) for c in range(classes)]


def overlap(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    area = lambda r: (r[2] - r[0]) * (r[3] - r[1])
    return width * height / (area(a) + area(b) - width * height)


def voc_metrics(case, classes):
    """Area under the curve, and 11 points, by the text of the challenges' development kits."""
    areas, points = [], []
    for label in range(1, classes + 1):
        objects = [[o for o in image if o[4] == label] for _, image in case]
        total = sum(1 for image in objects for o in image if not o[5])
        if total == 0:
            continue
        ranked = [(i, d) for i, (image, _) in enumerate(case) for d in image if d[5] == label]
        ranked.sort(key=lambda entry: -np.float32(entry[1][4]))
        taken, hits = set(), []
        for i, d in ranked:
            values = [overlap(d, o) for o in objects[i]]
            best = int(np.argmax(values)) if values else -1
            if best < 0 or values[best] < 0.5:
                hits.append(0)
            elif not objects[i][best][5]:
                hits.append(0 if (i, best) in taken else 1)
                taken.add((i, best))
        hits = np.array(hits, dtype=float)
        found = np.cumsum(hits)
        recall, precision = found / total, found / np.arange(1, len(hits) + 1)
        area, last = 0.0, 0.0
        for k in range(len(hits)):
            area += (recall[k] - last) * precision[k:].max()
            last = recall[k]
        areas.append(area)
        points.append(np.mean([max(precision[recall >= t / 10.0], default=0.0) for t in range(11)]))
    return [np.mean(areas) if areas else -1.0, np.mean(points) if points else -1.0]


def main():
    rng = np.random.default_rng(20180923)
    header = Header("GOLDEN_METRICS", os.path.basename(__file__))
    cases = [random_case(rng, 6, 1, 6, 0, 200), random_case(rng, 8, 3, 7, 0, 250),
             random_case(rng, 3, 1, 9, 1100, 300), random_case(rng, 5, 4, 1, 0, 150)]
    class_counts = [1, 3, 1, 4]
    header.ints("metricClasses", class_counts)
    for i, (case, classes) in enumerate(zip(cases, class_counts)):
        header.ints("metricCounts%d" % i, [[len(d), len(o)] for d, o in case])
        header.floats("metricDetections%d" % i, [row for d, _ in case for row in d])
        header.floats("metricObjects%d" % i, [row for _, o in case for row in o])
        numbers, class_numbers = coco_metrics(case, classes)
        header.doubles("metricExpected%d" % i, [float(v) for v in numbers + voc_metrics(case, classes)])
        header.doubles("metricClassAP%d" % i, [float(v) for v in class_numbers])
    header.write("golden_metrics.hpp")


if __name__ == "__main__":
    main()
