#!/usr/bin/env python3
# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Writes golden_suppression.hpp: what torchvision's batched_nms and GIoU loss give on small random cases.

Needs torch and torchvision (made with 1.13 and 0.14). The cases come from fixed seeds.
"""
import os

import torch
from torchvision.ops import batched_nms, generalized_box_iou_loss, nms

from golden_header import Header


def random_boxes(count, extent, smallest, largest):
    corner = torch.rand(count, 2) * extent
    size = smallest + torch.rand(count, 2) * (largest - smallest)
    return torch.cat([corner, corner + size], 1)


def suppression(h):
    # Crowds around ten places, so that most boxes fall.
    places = random_boxes(10, 200, 20, 60)
    boxes = places.repeat(25, 1) + torch.randn(250, 4) * 4
    labels = torch.randint(-1, 4, (250,))
    scores = torch.rand(250)
    h.floats("crowdBoxes", boxes)
    h.floats("crowdScores", scores)
    h.ints("crowdLabels", labels)
    for threshold in (30, 50, 70):
        h.ints("crowdKeep%d" % threshold, nms(boxes, scores, threshold / 100))
        h.ints("crowdKeepPerClass%d" % threshold, batched_nms(boxes, scores, labels, threshold / 100))


def giou(h):
    boxes, targets = random_boxes(40, 60, 2, 40), random_boxes(40, 60, 2, 40)
    targets[:10] = boxes[:10] + torch.randn(10, 4)
    targets[10] = boxes[10] + torch.tensor([0.0, 0.0, 3.0, 5.0])  # two edges in common
    h.floats("giouBoxes", boxes)
    h.floats("giouTargets", targets)
    x = boxes.double().requires_grad_()
    loss = generalized_box_iou_loss(x, targets.double(), reduction="none")
    loss.sum().backward()
    h.floats("giouLosses", loss)
    h.floats("giouGrad", x.grad)


def main():
    torch.manual_seed(20190615)
    header = Header("GOLDEN_SUPPRESSION", os.path.basename(__file__))
    suppression(header)
    giou(header)
    header.write("golden_suppression.hpp")


if __name__ == "__main__":
    main()
