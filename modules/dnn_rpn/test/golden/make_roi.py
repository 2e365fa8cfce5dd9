#!/usr/bin/env python3
# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Writes golden_roi.hpp: what torchvision's roi_align and roi_pool give on small random cases.

Needs torch and torchvision (made with 1.13 and 0.14). The cases come from a fixed seed.
"""
import os

import torch
from torchvision.ops import roi_align, roi_pool

from golden_header import Header


def main():
    torch.manual_seed(20171022)
    header = Header("GOLDEN_ROI", os.path.basename(__file__))
    features = torch.randn(2, 2, 7, 9)
    rois = torch.tensor([
        [0, 3.3, 2.1, 25.7, 19.9],      # several cells a bin
        [1, 8.2, 9.1, 10.3, 11.7],      # within a cell
        [1, -30.5, -9.7, 14.1, 12.2],   # across the left and upper edges
        [0, 20.3, 15.4, 60.6, 50.8],    # across the right and lower edges
        [0, 100.3, 80.1, 120.7, 99.2],  # outside
        [1, 12.6, 11.3, 12.6, 11.3],    # of no size
        [0, 20.2, 16.9, 9.3, 5.6],      # corners exchanged
    ])
    grad = torch.randn(len(rois), 2, 3, 2)
    header.floats("roiFeatures", features)
    header.floats("roiBoxes", rois[:, 1:])
    header.ints("roiImages", rois[:, 0])
    header.floats("roiOutputGrad", grad)
    scale = 0.25
    features.requires_grad_()

    def write(name, output):
        features.grad = None
        output.backward(grad)
        header.floats(name + "Output", output.detach())
        header.floats(name + "Grad", features.grad)

    for aligned in (False, True):
        for ratio in (0, 2, 3):
            name = "roi%s%d" % ("Aligned" if aligned else "Legacy", ratio)
            write(name, roi_align(features, rois, (3, 2), scale, ratio, aligned))
    write("roiPool", roi_pool(features, rois, (3, 2), scale))
    header.ints("roiPoolArgmax", torch.ops.torchvision.roi_pool(features, rois, scale, 3, 2)[1])
    header.write("golden_roi.hpp")


if __name__ == "__main__":
    main()
