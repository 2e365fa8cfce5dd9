#!/usr/bin/env python3
# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Writes golden_operators.hpp: what torchvision gives on small random cases.

Needs torch and torchvision (made with 1.13 and 0.14). The cases come from fixed seeds.
"""
import math
import os
from types import SimpleNamespace

import torch
from torchvision.models.detection._utils import BoxCoder, Matcher
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.retinanet import RetinaNet
from torchvision.models.detection.roi_heads import RoIHeads
from torchvision.models.detection.rpn import RegionProposalNetwork, RPNHead
from torchvision.ops import box_iou, nms, sigmoid_focal_loss

from golden_header import Header


def random_boxes(count, extent=100, smallest=4, largest=60):
    corner = torch.rand(count, 2) * (extent - smallest)
    size = smallest + torch.rand(count, 2) * (largest - smallest)
    return torch.cat([corner, corner + size], 1)


def overlaps(h):
    a, b = random_boxes(7), random_boxes(5)
    h.floats("iouA", a)
    h.floats("iouB", b)
    h.floats("iou", box_iou(a, b))


def coder(h):
    boxes, anchors = random_boxes(9), random_boxes(9)
    deltas = torch.randn(9, 4) * 1.5
    deltas[0, 2:] = torch.tensor([9.0, -9.0])  # beyond the clamp and far below it
    h.floats("coderBoxes", boxes)
    h.floats("coderAnchors", anchors)
    h.floats("coderDeltas", deltas)
    for name, weights in (("1", (1.0, 1.0, 1.0, 1.0)), ("10", (10.0, 10.0, 5.0, 5.0))):
        box_coder = BoxCoder(weights)
        h.floats("coderEncoded" + name, box_coder.encode_single(boxes, anchors))
        h.floats("coderDecoded" + name, box_coder.decode_single(deltas, anchors))


def matching(h):
    shapes = torch.tensor([[23.0, 11.0], [16.0, 16.0], [11.0, 23.0], [45.0, 45.0]])
    anchors = []
    for row in range(5):
        for column in range(7):
            for w, hgt in shapes:
                x, y = column * 16.0, row * 16.0
                anchors.append([x - w / 2, y - hgt / 2, x + w / 2, y + hgt / 2])
    anchors = torch.tensor(anchors)
    objects = random_boxes(6, 80, 8, 50)
    objects[5] = anchors[77] + 0.25
    h.floats("matchAnchors", anchors)
    h.floats("matchObjects", objects)
    quality = box_iou(objects, anchors)
    h.ints("matchPlain", Matcher(0.7, 0.3, False)(quality))
    h.ints("matchLow", Matcher(0.7, 0.3, True)(quality))
    h.ints("matchHalf", Matcher(0.5, 0.4, True)(quality))


def focal(h):
    rows, classes = 13, 3
    labels = torch.randint(0, classes + 1, (rows,))
    logits = torch.randn(rows, classes) * 3
    logits[0] = torch.tensor([30.0, -30.0, 0.0])
    h.ints("focalLabels", labels)
    h.floats("sigmoidLogits", logits)
    hot = torch.nn.functional.one_hot(labels, classes + 1)[:, 1:].double()
    wide = torch.randn(rows, classes + 1) * 3
    wide[0] = torch.tensor([30.0, -30.0, 0.0, 5.0])
    h.floats("softmaxLogits", wide)
    for i, (alpha, gamma) in enumerate(((0.25, 2.0), (-1.0, 1.5), (0.6, 0.5), (-1.0, 0.0))):
        x = logits.double().requires_grad_()
        loss = sigmoid_focal_loss(x, hot, alpha, gamma, "sum")
        loss.backward()
        h.floats("sigmoidLoss%d" % i, loss)
        h.floats("sigmoidGrad%d" % i, x.grad)

        x = wide.double().requires_grad_()
        log_p = torch.log_softmax(x, 1).gather(1, labels[:, None])[:, 0]
        weight = torch.ones(rows, dtype=torch.double)
        if alpha >= 0:
            weight = torch.where(labels > 0, alpha * weight, (1 - alpha) * weight)
        loss = (-weight * (1 - log_p.exp()) ** gamma * log_p).sum()
        loss.backward()
        h.floats("softmaxLoss%d" % i, loss)
        h.floats("softmaxGrad%d" % i, x.grad)


def smooth_l1(h):
    deltas, targets = torch.randn(8, 4), torch.randn(8, 4)
    targets[3] = deltas[3] + 0.05
    h.floats("smoothDeltas", deltas)
    h.floats("smoothTargets", targets)
    for i, beta in enumerate((1.0 / 9, 1.0)):
        x = deltas.double().requires_grad_()
        loss = torch.nn.functional.smooth_l1_loss(x, targets.double(), beta=beta, reduction="sum")
        loss.backward()
        h.floats("smoothLoss%d" % i, loss)
        h.floats("smoothGrad%d" % i, x.grad)


def grids(h):
    generator = AnchorGenerator(((32, 64), (128,)), ((0.5, 1.0, 2.0), (0.5, 1.0)))
    images = torch.zeros(1, 3, 48, 64)
    maps = [torch.zeros(1, 1, 3, 4), torch.zeros(1, 1, 2, 2)]
    anchors = generator(ImageList(images, [(48, 64)]), maps)[0]
    for level, cell in enumerate(generator.cell_anchors):
        h.floats("gridWidths%d" % level, cell[:, 2] - cell[:, 0])
        h.floats("gridHeights%d" % level, cell[:, 3] - cell[:, 1])
    h.floats("gridAnchors", anchors)


def suppression(h):
    boxes, scores = random_boxes(60, 60, 10, 40), torch.rand(60)
    h.floats("nmsBoxes", boxes)
    h.floats("nmsScores", scores)
    h.ints("nmsKeep50", nms(boxes, scores, 0.5))
    h.ints("nmsKeep70", nms(boxes, scores, 0.7))


def proposals(h):
    counts = [100, 40]
    anchors = torch.cat([random_boxes(100, 90, 5, 30), random_boxes(40, 90, 20, 60)])
    deltas = torch.randn(140, 4) * 0.4
    logits = torch.randn(140) * 3
    limits = {"training": 60, "testing": 60}
    keep = {"training": 25, "testing": 25}
    rpn = RegionProposalNetwork(AnchorGenerator(), RPNHead(1, 1), 0.7, 0.3, 256, 0.5, limits, keep, 0.6,
                                score_thresh=0.2)
    rpn.eval()
    rpn.min_size = 8.0
    decoded = BoxCoder((1.0, 1.0, 1.0, 1.0)).decode_single(deltas, anchors)
    boxes, scores = rpn.filter_proposals(decoded[None], logits[None, :, None], [(90, 100)], counts)
    h.floats("proposalAnchors", anchors)
    h.floats("proposalDeltas", deltas)
    h.floats("proposalLogits", logits)
    h.floats("proposalBoxes", boxes[0])
    h.floats("proposalScores", scores[0])


def detections(h):
    classes, counts, size = 3, [60, 25], [(90, 100)]
    limits = dict(score_thresh=0.3, nms_thresh=0.4, topk_candidates=70, detections_per_img=30)
    anchors = torch.cat([random_boxes(60, 70, 10, 40), random_boxes(25, 70, 20, 60)])
    logits = torch.randn(85, classes) * 2
    deltas = torch.randn(85, 4) * 0.2
    one_stage = SimpleNamespace(box_coder=BoxCoder((1.0, 1.0, 1.0, 1.0)), **limits)
    heads = {"cls_logits": [x[None] for x in logits.split(counts)],
             "bbox_regression": [x[None] for x in deltas.split(counts)]}
    found = RetinaNet.postprocess_detections(one_stage, heads, [list(anchors.split(counts))], size)[0]
    h.floats("detectionAnchors", anchors)
    h.floats("detectionScores", logits.sigmoid())
    h.floats("detectionDeltas", deltas)
    h.floats("retinaBoxes", found["boxes"])
    h.floats("retinaScores", found["scores"])
    h.ints("retinaLabels", found["labels"] + 1)

    wide = torch.randn(85, 4 * (classes + 1))
    second_stage = SimpleNamespace(box_coder=BoxCoder((10.0, 10.0, 5.0, 5.0)), **limits)
    with_background = torch.cat([torch.zeros(85, 1), logits], 1)
    boxes, scores, labels = RoIHeads.postprocess_detections(second_stage, with_background, wide, [anchors], size)
    h.floats("roiScores", with_background.softmax(1)[:, 1:])
    h.floats("roiDeltas", wide[:, 4:])
    h.floats("roiBoxes", boxes[0])
    h.floats("roiScoresKept", scores[0])
    h.ints("roiLabels", labels[0])


def main():
    torch.manual_seed(20180923)
    header = Header("GOLDEN_OPERATORS", os.path.basename(__file__))
    for part in (overlaps, coder, matching, focal, smooth_l1, grids, suppression, proposals,
                 detections):
        part(header)
    header.write("golden_operators.hpp")
    assert math.isclose(math.log(1000.0 / 16), 4.135166556742356)


if __name__ == "__main__":
    main()
