# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""From the raw numbers of a file of kind "heads" to boxes: what an application does whose runtime has no operators
for it. Numpy alone; `model` has what MODEL.yml has."""
import numpy as np


def anchors_of(model, width, height):
    """For each level, K x 4: cell after cell, row by row."""
    for level in model["levels"]:
        stride = level["stride"]
        columns, rows = (-(-side // stride) for side in (width, height))
        y, x = np.mgrid[:rows, :columns].astype(np.float32)
        centres = (np.stack([x, y], -1).reshape(-1, 1, 2) + level["offset"]) * stride
        half = np.stack([level["widths"], level["heights"]], -1).astype(np.float32) / 2
        yield np.concatenate([centres - half, centres + half], -1).reshape(-1, 4)


def decode(deltas, anchors, size):
    low, high = anchors[:, :2], anchors[:, 2:]
    extent = high - low
    centre = (low + high) / 2 + deltas[:, :2] * extent
    half = np.exp(np.minimum(deltas[:, 2:], np.log(1000 / 16))) * extent / 2
    return np.clip(np.concatenate([centre - half, centre + half], 1), 0, np.tile(size, 2)).astype(np.float32)


def nms(boxes, scores, threshold, most):
    """Indices of what is kept, by falling score; most: 0 for all."""
    area = np.prod(boxes[:, 2:] - boxes[:, :2], 1)
    order, kept = np.argsort(-scores, kind="stable"), []
    while len(order) and (most == 0 or len(kept) < most):
        best, order = order[0], order[1:]
        kept.append(best)
        sides = np.minimum(boxes[best, 2:], boxes[order, 2:]) - np.maximum(boxes[best, :2], boxes[order, :2])
        shared = np.prod(np.maximum(sides, 0), 1)
        order = order[shared <= threshold * (area[best] + area[order] - shared)]
    return np.array(kept, int)


def probabilities(logits, columns):
    """Of the classes: softmax with the background first, or sigmoids."""
    if logits.shape[1] == columns:
        return 1 / (1 + np.exp(-logits))
    e = np.exp(logits - logits.max(1, keepdims=True))
    return (e / e.sum(1, keepdims=True))[:, 1:]


def candidates(model, scores, deltas, boxes, size):
    """The best pairs of an anchor (or proposal) and a class: rows of label, score, box."""
    classes = scores.shape[1]
    pairs = np.argsort(-scores.ravel(), kind="stable")
    pairs = pairs[scores.ravel()[pairs] > model["scoreThreshold"]]
    if model["preNms"]:
        pairs = pairs[:model["preNms"]]
    own = deltas.reshape(-1, 4)[pairs // classes if deltas.shape[1] == 4 else pairs]
    return np.column_stack([pairs % classes + 1, scores.ravel()[pairs], decode(own, boxes[pairs // classes], size)])


def best(model, rows, each):
    """Suppressed within what has the same number in `each`."""
    groups = [rows[each == k] for k in np.unique(each)]
    kept = [g[nms(g[:, 2:], g[:, 1], model["nmsThreshold"], model["most"])] for g in groups]
    rows = np.concatenate(kept or [rows])
    rows = rows[np.argsort(-rows[:, 1], kind="stable")]
    return rows[:model["most"]] if model["most"] else rows


def one_stage(model, logits, deltas, width, height):
    """Of an image: logits K x columns and deltas K x 4."""
    columns = 1 if model["detector"] == "rpn" else model["classes"]
    scores = probabilities(logits, columns)
    found, at = [], 0
    for anchors in anchors_of(model, width, height):
        level = slice(at, at + len(anchors))
        found.append(candidates(model, scores[level], deltas[level], anchors, (width, height)))
        at += len(anchors)
    rows = np.concatenate(found)
    # Proposals suppress each other within their level, detections within their class.
    of_level = np.repeat(np.arange(len(found)), [len(f) for f in found])
    return best(model, rows, of_level if model["detector"] == "rpn" else rows[:, 0])


def two_stages(model, proposals, logits, deltas, width, height):
    """proposals P x 4 in pixels, logits P x (C + 1), deltas P x 4 or 4 C."""
    weights = np.repeat(model["deltaWeights"], 2)
    deltas = (deltas.reshape(-1, 4) / weights).reshape(deltas.shape)
    rows = candidates(model, probabilities(logits, model["classes"]), deltas, proposals, (width, height))
    return best(model, rows, rows[:, 0])
