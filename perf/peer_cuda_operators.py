#!/usr/bin/env python3
# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Times what PyTorch and torchvision have of the operators of dnn_rpn, on the sizes of cuda_operators.cpp.

The table is the same, so that the two can be laid side by side. Losses are timed as value and gradient together.
Run both on the same GPU with nothing else on it:

    build/bin/cuda_operators > ours.tsv
    perf/peer_cuda_operators.py > theirs.tsv

With --compile, losses are compiled by torch.compile() first, which fuses their many small kernels.
"""
import argparse
import statistics
import sys

import torch
import torch.nn.functional as F
import torchvision
from torchvision.models.detection import _utils, rpn
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList

GPU = torch.device("cuda")


def time_of(call):
    """The milliseconds of one call: the median of several runs, each of calls enough for the clock."""

    def run(calls):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        for _ in range(calls):
            call()
        end.record()
        end.synchronize()
        return begin.elapsed_time(end) / calls

    run(3)
    calls = max(1, min(200, int(20 / max(run(3), 1e-3))))
    return statistics.median(run(calls) for _ in range(9))


class Bench:
    def __init__(self, text):
        self.text = text
        a, b = torch.empty(1 << 29, dtype=torch.uint8, device=GPU), torch.empty(1 << 29, dtype=torch.uint8, device=GPU)
        ms = time_of(lambda: b.copy_(a))
        self.copy = 2 * (1 << 29) / ms * 1e-6
        print(f"# {torch.cuda.get_device_name()}, PyTorch {torch.__version__}, torchvision {torchvision.__version__}")
        print("operator\tsize\tms\tGB/s\tshare of copy")
        print(f"copy\t512 MiB\t{ms:.4f}\t{self.copy:.1f}\t1.00")

    def time(self, name, size, bytes_moved, call):
        if self.text not in name:
            return
        ms = time_of(call)
        speed = bytes_moved / ms * 1e-6
        print(f"{name}\t{size}\t{ms:.4f}\t{speed:.1f}\t{speed / self.copy:.2f}", flush=True)


def boxes_in(count, width, height, smallest, largest):
    corner = torch.rand(count, 2, device=GPU) * torch.tensor([width - smallest, height - smallest], device=GPU)
    return torch.cat([corner, corner + smallest + (largest - smallest) * torch.rand(count, 2, device=GPU)], 1)


def some_labels(count, classes):
    """One in a hundred is positive, one in twenty ignored."""
    kind = torch.randint(0, 100, (count,), device=GPU)
    labels = torch.where(kind == 0, torch.randint(1, classes + 1, (count,), device=GPU), torch.zeros_like(kind))
    return torch.where((kind > 0) & (kind < 6), torch.full_like(kind, -1), labels)


def with_gradient(loss, x):
    x.requires_grad_(True)
    return lambda: torch.autograd.grad(loss(x), x)


def time_losses(bench, compiled):
    wrap = torch.compile if compiled else lambda f: f
    for k, c in ((242991, 1), (16 << 20, 1), (242991, 80)):
        labels = some_labels(k, c)
        valid = (labels >= 0).float()[:, None]
        hot = torch.zeros(k, c, device=GPU)
        positive = labels > 0
        hot[positive, labels[positive] - 1] = 1
        logits = torch.randn(k, c, device=GPU) * 2 - 2
        number = k * c

        def sigmoid_focal(x, gamma):
            loss = torchvision.ops.sigmoid_focal_loss(x, hot, alpha=0.25, gamma=gamma, reduction="none")
            return (loss * valid).sum() / 1000

        for gamma in (2.0, 0.0, 1.5):
            bench.time(f"sigmoid focal, gamma {gamma:g}", f"{k} x {c}", 8 * number + 4 * k,
                       with_gradient(wrap(lambda x, g=gamma: sigmoid_focal(x, g)), logits))
        bench.time("sigmoid cross-entropy", f"{k} x {c}", 8 * number + 4 * k, with_gradient(
            wrap(lambda x: F.binary_cross_entropy_with_logits(x, hot, weight=valid.expand_as(x), reduction="sum")), logits))
        del hot, logits

        logits = torch.randn(k, c + 1, device=GPU) * 2 - 2

        def softmax_focal(x, gamma):
            log_p = -F.cross_entropy(x, labels, ignore_index=-1, reduction="none")
            weight = torch.where(labels > 0, 0.25, 0.75) * valid[:, 0]
            return (-weight * (1 - log_p.exp()) ** gamma * log_p).sum() / 1000

        for gamma in (2.0, 1.5):
            bench.time(f"softmax focal, gamma {gamma:g}", f"{k} x {c + 1}", 8 * (number + k) + 4 * k,
                       with_gradient(wrap(lambda x, g=gamma: softmax_focal(x, g)), logits))
        bench.time("softmax cross-entropy", f"{k} x {c + 1}", 8 * (number + k) + 4 * k, with_gradient(
            wrap(lambda x: F.cross_entropy(x, labels, ignore_index=-1, reduction="sum")), logits))
        del logits
    k = 4 << 20
    deltas, targets = torch.randn(k, 4, device=GPU) * 0.3, torch.randn(k, 4, device=GPU) * 0.3
    index = torch.where(some_labels(k, 1) > 0)[0]
    bench.time("smooth L1", f"{k} x 4, 1% positive", k * (4 + 16 + 0.01 * 32), with_gradient(
        wrap(lambda x: F.smooth_l1_loss(x[index], targets[index], beta=1 / 9, reduction="sum")), deltas))


def pyramid():
    """P2..P6 of 800 x 1216 with 3 shapes: 242991 anchors."""
    generator = AnchorGenerator(tuple((8 * s,) for s in (4, 8, 16, 32, 64)), ((0.5, 1.0, 2.0),) * 5)
    images = ImageList(torch.empty(1, 3, 800, 1216, device=GPU), [(800, 1216)])
    maps = [torch.empty(1, 1, -(-800 // s), -(-1216 // s), device=GPU) for s in (4, 8, 16, 32, 64)]
    return generator(images, maps)[0], [m.shape[2] * m.shape[3] * 3 for m in maps]


def time_targets(bench):
    anchors, _ = pyramid()
    k = len(anchors)
    matcher = _utils.Matcher(0.7, 0.3, allow_low_quality_matches=True)
    coder = _utils.BoxCoder((1.0, 1.0, 1.0, 1.0))
    sampler = _utils.BalancedPositiveNegativeSampler(256, 0.5)
    for images in (1, 16):
        for each in (20, 200):
            objects = [boxes_in(each, 1216, 800, 10, 400) for _ in range(images)]
            size = f"{images} images, {k} anchors, {each} objects each"
            rows = images * k

            def match():
                return [matcher(torchvision.ops.box_iou(o, anchors)) for o in objects]

            def sample():
                return sampler([torch.where(m >= 0, 1, torch.where(m == -1, 0, -1)) for m in match()])

            bench.time("match anchors", size, 4 * rows + 16 * k, match)
            matches = match()
            bench.time("encode targets", size, 20 * rows, lambda: coder.encode(
                [o[m.clamp(min=0)] for o, m in zip(objects, matches)], [anchors] * images))
            bench.time("match and sample anchors", size, 12 * rows + 16 * k, sample)


def time_proposals(bench):
    for n in (1000, 2000, 10000, 50000):
        boxes, scores = boxes_in(n, 1216, 800, 10, 200), torch.randn(n, device=GPU)
        bench.time("nms", f"{n} boxes, IoU 0.7", 24 * n, lambda: torchvision.ops.nms(boxes, scores, 0.7))
    anchors, counts = pyramid()
    k = len(anchors)
    for images in (1, 16):
        head = rpn.RegionProposalNetwork(None, None, 0.7, 0.3, 256, 0.5, {"training": 1000, "testing": 1000},
                                         {"training": 1000, "testing": 1000}, 0.7).eval()
        scores = torch.randn(images * k, 1, device=GPU) * 2 - 4
        deltas = torch.randn(images * k, 4, device=GPU) * 0.2

        def propose():
            with torch.no_grad():
                boxes = head.box_coder.decode(deltas, [anchors] * images).view(images, -1, 4)
                return head.filter_proposals(boxes, scores, [(800, 1216)] * images, counts)

        bench.time("proposals", f"{images} images, {k} anchors, 1000 a level, 1000 kept",
                   4 * images * k + images * 1000 * 52, propose)


def time_regions(bench):
    for n, c, h, w, stride in ((1, 256, 200, 304, 4), (1, 256, 50, 76, 16), (8, 256, 50, 76, 16)):
        for bins in (7, 14):
            count = 512 * n
            features = torch.randn(n, c, h, w, device=GPU)
            rois = torch.cat([torch.arange(count, device=GPU)[:, None] // 512, boxes_in(count, 1216, 800, 10, 300)], 1)
            moved = 4 * (features.numel() + count * c * bins * bins)
            size = f"{n} x {c} x {h} x {w}, {count} RoIs, {bins} x {bins}"

            def align(x):
                return torchvision.ops.roi_align(x, rois, bins, 1 / stride, 2, True)

            bench.time("RoIAlign", size, moved, lambda: align(features))
            features.requires_grad_(True)
            output = align(features)
            grad = torch.randn_like(output)
            bench.time("RoIAlign backward", size, moved,
                       lambda: torch.autograd.grad(output, features, grad, retain_graph=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("filter", nargs="?", default="", help="only operators whose names contain this")
    parser.add_argument("--compile", action="store_true", help="compile the losses")
    arguments = parser.parse_args()
    if not torch.cuda.is_available():
        sys.exit("peer_cuda_operators.py: there is no GPU")
    bench = Bench(arguments.filter)
    time_losses(bench, arguments.compile)
    time_targets(bench)
    time_proposals(bench)
    time_regions(bench)


if __name__ == "__main__":
    main()
