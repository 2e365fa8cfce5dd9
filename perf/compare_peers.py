#!/usr/bin/env python3
# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Times the operators of dnn_rpn beside those of PyTorch and torchvision, and two beside OpenCV's own.

Both sides get the same inputs and take turns, a block of calls each, in one run. Compared are the medians of each
side's best turn, since on a shared machine the others measure the neighbours, and the results. compare_peers.sh
builds what this needs and calls it.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
import torchvision
from torchvision.models.detection import _utils, rpn
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList

ONE_MAP, PYRAMID = 17100, 242991  # 38 x 50 cells with 9 shapes; P2..P6 of 800 x 1216 with 3


class Ours:
    """perf_operators at the other end of a pipe."""

    def __init__(self, program, folder):
        self.folder = folder
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(str(w) for w in words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if not answer or answer.startswith("error"):
            sys.exit(f"perf_operators, {' '.join(str(w) for w in words)}: {answer or 'it ended'}")
        return answer

    def give(self, inputs):
        for name, value in inputs.items():
            if isinstance(value, (int, float)):
                self.ask("number", name, value)
                continue
            array = value.detach().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
            kind = "f" if array.dtype.kind == "f" else "i"
            path = os.path.join(self.folder, "array")
            array.astype(np.float32 if kind == "f" else np.int32).tofile(path)
            self.ask("array", name, path, kind, *array.shape)

    def times(self, command, seconds, calls):
        return [float(t) for t in self.ask(command, seconds, calls).split()]

    def output(self, name):
        path = os.path.join(self.folder, "output")
        kind, *shape = self.ask("output", name, path).split()
        return np.fromfile(path, {"f": np.float32, "d": np.float64, "i": np.int32}[kind]).reshape([int(s) for s in shape])


def farthest(ours, theirs):
    """The largest difference, in units of the larger of 1 and their value; infinite if the shapes differ."""
    theirs = theirs.detach().numpy() if isinstance(theirs, torch.Tensor) else np.asarray(theirs)
    ours = np.asarray(ours).reshape(-1)
    theirs = theirs.reshape(-1)
    if len(ours) != len(theirs):
        return float("inf")
    if not len(ours):
        return 0.0
    ours, theirs = ours.astype(np.float64), theirs.astype(np.float64)
    return float((np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))).max())


class Comparison:
    """One operator at one size.

    operator: what perf_operators calls it; inputs: what it gets; peer: the peer's call, whose value goes to
    agreement(value, ours), which gives the largest difference.
    """

    def __init__(self, title, size, operator, inputs, peer, agreement, tolerance, against="torch"):
        self.title, self.size, self.operator, self.inputs = title, size, operator, inputs
        self.peer, self.agreement, self.tolerance, self.against = peer, agreement, tolerance, against


def normal(generator, *shape):
    return torch.randn(*shape, generator=generator)


def uniform(generator, *shape):
    return torch.rand(*shape, generator=generator)


def boxes(generator, count, width, height, smallest, largest):
    corner = uniform(generator, count, 2) * torch.tensor([width, height])
    return torch.cat([corner, corner + smallest + uniform(generator, count, 2) * (largest - smallest)], 1)


def labels(generator, count, classes):
    """One in a hundred positive."""
    positive = uniform(generator, count) < 0.01
    return torch.where(positive, torch.randint(1, classes + 1, (count,), generator=generator), torch.zeros(1).long())


def softmax_focal_loss(logits, target, alpha, gamma):
    log_p = torch.log_softmax(logits, 1).gather(1, target[:, None]).squeeze(1)
    weight = torch.where(target > 0, alpha, 1 - alpha)
    return -(weight * (1 - log_p.exp()) ** gamma * log_p).sum()


def losses(generator):
    def with_gradient(x, loss):
        x = x.clone().requires_grad_()

        def call():
            x.grad = None
            value = loss(x)
            value.backward()
            return value, x.grad

        return call

    def agreement(result, ours):
        value, grad = result
        return max(farthest(ours.output("value"), value.detach()), farthest(ours.output("grad"), grad))

    for rows, classes in ((ONE_MAP, 1), (PYRAMID, 1), (PYRAMID, 20)):
        target = labels(generator, rows, classes)
        size = f"{rows}" if classes == 1 else f"{rows} x {classes}"
        x = normal(generator, rows, classes)
        hot = torch.nn.functional.one_hot(target, classes + 1)[:, 1:].float()
        # Sums of a quarter of a million floats: PyTorch's own rounding shows in the fifth digit.
        yield Comparison("sigmoid focal loss, value + gradient", size, "sigmoidFocalLoss", dict(logits=x, labels=target),
                         with_gradient(x, lambda x, hot=hot: torchvision.ops.sigmoid_focal_loss(x, hot, 0.25, 2, "sum")),
                         agreement, 1e-4)
        x = normal(generator, rows, classes + 1)
        yield Comparison("softmax focal loss, value + gradient", size, "softmaxFocalLoss", dict(logits=x, labels=target),
                         with_gradient(x, lambda x, t=target: softmax_focal_loss(x, t, 0.25, 2)), agreement, 1e-4)

    target = labels(generator, PYRAMID, 1)
    positive = target > 0
    x, y = normal(generator, PYRAMID, 4), normal(generator, PYRAMID, 4)
    yield Comparison("smooth L1 loss, value + gradient", str(PYRAMID), "smoothL1Loss", dict(boxes=x, targets=y, labels=target),
                     with_gradient(x, lambda x, y=y: torch.nn.functional.smooth_l1_loss(x[positive], y[positive], reduction="sum",
                                                                                        beta=1 / 9)), agreement, 1e-4)
    x, y = (boxes(generator, PYRAMID, 1216, 800, 8, 400) for _ in range(2))
    yield Comparison("GIoU loss, value + gradient", str(PYRAMID), "giouLoss", dict(boxes=x, targets=y, labels=target),
                     with_gradient(x, lambda x, y=y: torchvision.ops.generalized_box_iou_loss(x[positive], y[positive], "sum")),
                     agreement, 1e-4)


def pyramid(height):
    generator = AnchorGenerator(((32,), (64,), (128,), (256,), (512,)), ((0.5, 1.0, 2.0),) * 5)
    width = 1216
    maps = [torch.zeros(1, 1, -(-height // s), -(-width // s)) for s in (4, 8, 16, 32, 64)]
    return generator, ImageList(torch.zeros(1, 3, height, width), [(height, width)]), maps


def targets(generator):
    # A multiple of 64: torchvision takes the height over the number of rows as the stride.
    make, image, maps = pyramid(832)
    sides = torch.stack([c[:, 2:] - c[:, :2] for c in make.cell_anchors])
    levels = [[4 << i, m.shape[3], m.shape[2]] for i, m in enumerate(maps)]
    yield Comparison("anchors of five levels", str(len(make(image, maps)[0])), "generateAnchors",
                     dict(levels=np.array(levels), widths=sides[:, :, 0], heights=sides[:, :, 1]),
                     lambda make=make, image=image, maps=maps: make(image, maps)[0], lambda result, ours: farthest(ours.output("anchors"), result), 1e-6)
    make, image, maps = pyramid(800)
    anchors = make(image, maps)[0]
    matcher = _utils.Matcher(0.7, 0.3, allow_low_quality_matches=True)
    for rows, count in ((ONE_MAP, 8), (PYRAMID, 8), (PYRAMID, 100)):
        some = anchors[-rows:].contiguous()
        objects = boxes(generator, count, 970, 640, 10, 210)
        yield Comparison("match anchors to objects", f"{rows} x {count}", "matchAnchors", dict(anchors=some, objects=objects),
                         lambda some=some, objects=objects: matcher(torchvision.ops.box_iou(objects, some)),
                         lambda result, ours: farthest(ours.output("matches"), result), 0)


def proposals(generator):
    def filtered(make, image, maps, pre, post, title, size):
        network = rpn.RegionProposalNetwork(make, torch.nn.Identity(), 0.7, 0.3, 256, 0.5, dict(training=pre, testing=pre),
                                            dict(training=post, testing=post), 0.7).eval()
        anchors = make(image, maps)[0]
        counts = [m.shape[2] * m.shape[3] * len(c) for m, c in zip(maps, make.cell_anchors)]
        logits, deltas = normal(generator, len(anchors), 1), normal(generator, len(anchors), 4) * 0.2
        height, width = image.image_sizes[0]

        def call():
            with torch.no_grad():
                decoded = network.box_coder.decode(deltas, [anchors]).view(1, -1, 4)
                found, scores = network.filter_proposals(decoded, logits, [(height, width)], counts)
            return found[0], scores[0]

        def agreement(result, ours):
            # torchvision's scores are probabilities, ours come back as they were: logits. Different logits may
            # be one probability, whose boxes come in any order: each row is held against the nearest.
            own = torch.cat([torch.from_numpy(ours.output("boxes")), torch.sigmoid(torch.from_numpy(ours.output("scores")))], 1)
            peers = torch.cat([result[0], result[1][:, None]], 1)
            if own.shape != peers.shape:
                return float("inf")
            return float((own[:, None] - peers[None]).abs().max(2)[0].min(0)[0].max())

        inputs = dict(scores=logits, deltas=deltas, anchors=anchors, counts=np.array(counts), pre=pre, post=post,
                      width=width, height=height)
        return Comparison(title, size, "generateProposals", inputs, call, agreement, 1e-3)

    yield filtered(*pyramid(800), 1000, 1000, "proposals of five levels, 1000 a level -> 1000", str(PYRAMID))
    make = AnchorGenerator(((128, 256, 512),), ((0.5, 1.0, 2.0),))
    image, maps = ImageList(torch.zeros(1, 3, 608, 800), [(608, 800)]), [torch.zeros(1, 1, 38, 50)]
    yield filtered(make, image, maps, 6000, 300, "proposals of one map, 6000 -> 300", str(ONE_MAP))


def stock_proposals(generator, ours):
    """OpenCV's Proposal layer. It counts pixels inclusively, so that boxes differ by up to a pixel and a few
    are suppressed otherwise: the agreement is the share of its boxes that we have, by an IoU of 0.9."""
    rows, columns = 38, 50
    logits, deltas = normal(generator, rows * columns * 9), normal(generator, rows * columns * 9, 4) * 0.2
    probabilities = torch.sigmoid(logits).view(rows, columns, 9).permute(2, 0, 1)
    widths = [scale * np.floor(16 / np.sqrt(ratio) + 0.5) for ratio in (0.5, 1, 2) for scale in (8, 16, 32)]
    heights = [scale * np.floor(np.floor(16 / np.sqrt(ratio) + 0.5) * ratio + 0.5) for ratio in (0.5, 1, 2) for scale in (8, 16, 32)]
    y, x = torch.meshgrid(torch.arange(rows) * 16. + 8, torch.arange(columns) * 16. + 8, indexing="ij")
    half = torch.tensor(np.stack([widths, heights], 1) / 2, dtype=torch.float32)
    centre = torch.stack([x, y], 2)[:, :, None]
    inputs = dict(scores=torch.sigmoid(logits), deltas=deltas, anchors=torch.cat([centre - half, centre + half], 3).reshape(-1, 4),
                  counts=np.array([len(logits)]), pre=6000, post=300, width=800, height=608,
                  stockScores=torch.cat([1 - probabilities, probabilities])[None].contiguous(),
                  stockDeltas=deltas.view(rows, columns, 36).permute(2, 0, 1)[None].contiguous())

    def agreement(stock, ours):
        overlaps = torchvision.ops.box_iou(torch.from_numpy(stock[:, 1:]), torch.from_numpy(ours.output("boxes")))
        return float((overlaps.max(1)[0] < 0.9).float().mean())

    return Comparison("proposals of one map, 6000 -> 300", str(ONE_MAP), "generateProposals", inputs,
                      ("stockProposal", "boxes"), agreement, 0.05, "cv::dnn Proposal")


def suppression(generator):
    for count in (1000, 6000, 12000):
        candidates, scores = boxes(generator, count, 1000, 1000, 5, 105), uniform(generator, count)
        inputs = dict(boxes=candidates, scores=scores, grouped=0)
        same = lambda result, ours: farthest(ours.output("keep"), result)
        yield Comparison("NMS", str(count), "nms", inputs,
                         lambda b=candidates, s=scores: torchvision.ops.nms(b, s, 0.7), same, 0)
        yield Comparison("NMS", str(count), "nms", inputs, ("stockNms", "keep"),
                         lambda result, ours: farthest(ours.output("keep"), result), 0, "cv::dnn NMSBoxes")
        groups = torch.randint(0, 80, (count,), generator=generator)
        # The peer moves each class's boxes to a place of their own, and loses digits on the way: a few boxes near
        # the threshold fall on the other side.
        almost = lambda result, ours: len(np.setxor1d(ours.output("keep"), result.numpy())) / len(result)
        yield Comparison("NMS of 80 classes", str(count), "nms", dict(inputs, labels=groups, grouped=1),
                         lambda b=candidates, s=scores, g=groups: torchvision.ops.batched_nms(b, s, g, 0.7), almost, 2e-3)


def regions(generator):
    features = normal(generator, 1, 256, 50, 76)
    rois = boxes(generator, 512, 900, 500, 16, 216)
    numbered = torch.cat([torch.zeros(512, 1), rois], 1)
    grad = normal(generator, 512, 256, 7, 7)
    inputs = dict(features=features, rois=rois, outputGrad=grad, bins=7, scale=1 / 16, sampling=2)
    size = "512 x 256 x 7 x 7"

    def both(pool):
        x = features.clone().requires_grad_()

        def call():
            x.grad = None
            output = pool(x)
            output.backward(grad)
            return output, x.grad

        return call

    align = lambda x: torchvision.ops.roi_align(x, numbered, 7, 1 / 16, 2, True)
    pool = lambda x: torchvision.ops.roi_pool(x, numbered, 7, 1 / 16)
    one = lambda result, ours: farthest(ours.output("output"), result)
    two = lambda result, ours: max(farthest(ours.output("output"), result[0]), farthest(ours.output("grad"), result[1]))
    yield Comparison("RoIAlign, forward", size, "roiAlign", inputs, lambda: align(features), one, 1e-4)
    yield Comparison("RoIAlign, forward + backward", size, "roiAlignBoth", inputs, both(align), two, 1e-4)
    yield Comparison("RoI max pooling, forward", size, "roiPool", inputs, lambda: pool(features), one, 0)
    yield Comparison("RoI max pooling, forward + backward", size, "roiPoolBoth", inputs, both(pool), two, 1e-4)


def time_peer(call, seconds, calls):
    times, start = [], time.perf_counter()
    now = start
    while now - start < seconds or len(times) < calls:
        call()
        end = time.perf_counter()
        times.append(1000 * (end - now))
        now = end
    return times


def measure(comparison, ours, threads, rounds, seconds):
    """A row of the table."""
    torch.set_num_threads(threads)
    ours.ask("threads", threads)
    ours.give(comparison.inputs)
    stock = isinstance(comparison.peer, tuple)
    if stock:  # both are in the other process
        ours.ask("case", comparison.peer[0])
        result = ours.output(comparison.peer[1])
    else:
        result = comparison.peer()
    ours.ask("case", comparison.operator)
    difference = comparison.agreement(result, ours)
    memory = float(ours.ask("memory"))

    own, peers, copies = [], [], []
    for _ in range(rounds):
        if stock:
            ours.ask("case", comparison.peer[0])
            peers.append(ours.times("time", seconds, 2))
            ours.ask("case", comparison.operator)
        else:
            peers.append(time_peer(comparison.peer, seconds, 2))
        own.append(ours.times("time", seconds, 3))
        copies.append(ours.times("copy", seconds / 4, 3))
    own, peer, copy = (min(statistics.median(turn) for turn in turns) for turns in (own, peers, copies))
    return dict(operator=comparison.title + ("" if comparison.against == "torch" else f" ({comparison.against})"),
                size=comparison.size, threads=threads, ours_ms=own, peer_ms=peer, ratio=peer / own,
                max_difference=difference, tolerance=comparison.tolerance, copy_ms=copy, workspace_mb=memory / 2**20)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="perf_operators")
    parser.add_argument("--threads", default="2,1", help="numbers of threads, default 2,1")
    parser.add_argument("--only", default="", help="operators whose name holds this text")
    parser.add_argument("--rounds", type=int, default=5, help="turns that each side has, default 5")
    parser.add_argument("--seconds", type=float, default=0.2, help="length of a turn, default 0.2")
    parser.add_argument("--tsv", help="write the rows to this file too")
    options = parser.parse_args()

    rows = []
    with tempfile.TemporaryDirectory() as folder, torch.random.fork_rng():
        ours = Ours(options.program, folder)
        generator = torch.Generator().manual_seed(1)
        cases = [c for make in (losses, targets, proposals, suppression, regions) for c in make(generator)]
        cases.append(stock_proposals(generator, ours))
        cases = [c for c in cases if options.only.lower() in c.title.lower()]
        if not cases:
            sys.exit(f"--only={options.only} names no operator")
        print(f"PyTorch {torch.__version__}, torchvision {torchvision.__version__}")
        print(f"{'operator':58} {'size':>18} {'threads':>7} {'ours ms':>9} {'peer ms':>9} {'ratio':>7} {'difference':>10} "
              f"{'copy/ours':>9} {'MB':>6}")
        for threads in (int(t) for t in options.threads.split(",")):
            for case in cases:
                row = measure(case, ours, threads, options.rounds, options.seconds)
                rows.append(row)
                limit = f"{row['copy_ms'] / row['ours_ms']:.0%}" if row["copy_ms"] > 0 else "-"
                print(f"{row['operator']:58} {row['size']:>18} {threads:>7} {row['ours_ms']:>9.3f} {row['peer_ms']:>9.3f} "
                      f"{row['ratio']:>6.1f}x {row['max_difference']:>10.2g} {limit:>9} {row['workspace_mb']:>6.1f}", flush=True)

    if options.tsv:
        names = ("operator", "size", "threads", "ours_ms", "peer_ms", "ratio", "max_difference")
        with open(options.tsv + ".part", "w") as file:
            print(*names, sep="\t", file=file)
            for row in rows:
                print(*(f"{row[n]:.6g}" if isinstance(row[n], float) else row[n] for n in names), sep="\t", file=file)
        os.replace(options.tsv + ".part", options.tsv)
        print(f"wrote {options.tsv}")
    wrong = [r for r in rows if not r["max_difference"] <= r["tolerance"]]
    for row in wrong:
        print(f"results differ: {row['operator']}, {row['size']}, {row['threads']} threads: {row['max_difference']:.3g}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
