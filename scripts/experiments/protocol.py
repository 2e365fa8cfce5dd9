# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""The protocol of doc/experiments/focal_rpn.md as data: which arms are trained on what, how often, and with what."""
import dataclasses
import hashlib

# Positive anchors an image at 320x240, of the training images; only arm a1 is set by them, and the report compares them
# with what the trainings saw.
POSITIVES = {"bccd": 17.1, "cards": 4.4}

ALWAYS = ("--detector=rpn --recipe=none --report=none --checkpoint=none --threads=1 --precision=fp32 --nms=0.7 "
          "--layer_streams=true").split()
FULL = "--size=320x240 --batch=4 --epochs=12 --schedule=step".split()
SHORT = "--size=320x240 --batch=4 --epochs=6 --schedule=step --freeze=3".split()
SMOKE = "--size=160x120 --batch=4 --epochs=2 --schedule=step --lr=0.01".split()

PHOTOS = ("bccd", "cards")
SCENES = ("scenes1", "scenes4", "scenes16")


@dataclasses.dataclass(frozen=True)
class Run:
    """One training. Unit k is split k with seed k: all arms of a unit see the same images in the same order."""
    study: str
    data: str
    arm: str
    unit: int
    options: tuple
    minutes: float
    split: str = ""  # of a folder: "" means split k of all images
    steps: bool = False  # keeps a table of the steps
    loose: bool = False  # is scored at suppression 0.9, too

    @property
    def name(self):
        return f"{self.study}/{self.data}/{self.arm}/{self.unit}"


@dataclasses.dataclass(frozen=True)
class Size:
    """How much is trained: the protocol's, or a smoke test's."""
    smoke: bool = False

    def photos(self):
        return ("drawn",) if self.smoke else PHOTOS

    def units(self, count):
        return range(min(count, 3) if self.smoke else count)

    def options(self, short=False):
        return tuple(SMOKE if self.smoke else SHORT if short else FULL)

    def minutes(self, short=False):
        return 0.05 if self.smoke else 1.0 if short else 2.3  # of one processor


# H1: the form of the classifier. Rate, decay and deviation of arm X make a sigmoid of what B is, but for the draw.
LOSSES = {"focal": ("focal_sigmoid", "focal_softmax", "--lambda=0.1 --lr=0.01"),
          "ce": ("ce_sigmoid", "ce_softmax", "--lr=0.01")}
FORMS = {"A": (0, ""), "B": (1, ""), "C": (0, "--logits_lr=2"), "D": (0, "--logits_deviation=0.0141421356"),
         "E": (1, "--logits_lr=0.5"),
         "X": (0, "--logits_lr=2 --logits_decay=0.5 --logits_deviation=0.0141421356")}


def h1(size):
    for data in size.photos():
        for loss, (sigmoid, softmax, options) in LOSSES.items():
            if size.smoke and loss == "ce":
                continue
            for form, (is_softmax, more) in FORMS.items():
                for k in size.units(12):
                    name = softmax if is_softmax else sigmoid
                    yield Run("h1", data, f"{loss}-{form}", k,
                              (*size.options(), f"--loss={name}", *options.split(), "--clip=0", *more.split()),
                              size.minutes())


def h1_curve(size):
    """The rate of the last layer against what is reached, units 100 to 102: none of the arms' own."""
    for is_softmax in (0, 1):
        for factor in (0.5, 2) if size.smoke else (0.25, 0.5, 1, 2, 4, 8):
            for k in range(1 if size.smoke else 3):
                own = factor / 2 if is_softmax else factor
                yield Run("h1curve", size.photos()[0], f"{'softmax' if is_softmax else 'sigmoid'}-{factor:g}", 100 + k,
                          (*size.options(), f"--loss={LOSSES['focal'][is_softmax]}", "--lambda=0.1", "--lr=0.01",
                           "--clip=0", f"--logits_lr={own:g}"), size.minutes())


# H2: what makes the regression loss unstable.
NORMALISERS = {"P": "--focal_norm=positives", "M": "--focal_norm=constant", "E": "--focal_norm=average",
               "S": "--focal_norm=samples"}
SHARING = {"0": "--lambda=0.1", "T": "--lambda=0.1 --tower=1", "D": "--lambda=0.1 --stop_gradient=cls",
           "R": "--lambda=1e-6"}
H2 = "--loss=focal_softmax --lr=0.01 --clip=0 --held_every=20 --conflict_every=20".split()


def h2(size):
    normalisers, sharing, batches = ("PM", "0D", (4,)) if size.smoke else ("PMES", "0TDR", (1, 4, 16))
    for data in size.photos() if size.smoke else (*PHOTOS, *SCENES):
        for n in normalisers:
            for s in sharing:
                for batch in batches:
                    # The whole of E and of batch 16, and the drawn scenes, only where they tell something.
                    if not size.smoke and ((n == "E" and s != "0") or (batch == 16 and (s not in "0T" or n == "E"))
                                           or (data in SCENES and (batch != 4 or s not in "0R"))):
                        continue
                    for k in size.units(6):
                        yield Run("h2", data, f"{n}{s}{batch}", k,
                                  (*size.options(True), f"--batch={batch}", *H2, *NORMALISERS[n].split(),
                                   *SHARING[s].split()), size.minutes(True) * (2 if batch == 1 else 1.4), steps=True)


# H3: losses beside each other, each at its best of eight settings.
A3 = "--focal_norm=average --prior=auto --guided=20 --alpha=-1 --loss=focal_sigmoid"
A2 = "--loss=focal_softmax --alpha=0.25 --gamma=2 --focal_norm=positives"
ARMS = {"a0": "--loss=ce_sigmoid",
        "a1": "",  # cross-entropy with the weights that a2 gives a positive: not tuned
        "a2": A2,
        "a3": f"{A3} --gamma=2",
        "a4": f"{A3} --gamma=0",
        "a5": f"{A3} --gamma=2 --focal_threshold=0.5",
        "a6": f"{A3} --gamma=2 --quality=true",
        "a8": f"{A2} --gamma=0 --alpha=auto --prior=auto",
        "a8alpha": f"{A2} --alpha=0.9",
        "a8gamma": f"{A2} --gamma=0"}
PRIMARY = (("a3", "a0"), ("a3", "a1"), ("a4", "a3"), ("a8", "a2"))


def settings():
    """Eight settings of rate, weight of the classification and of the boxes, the same for all arms: first all 1."""
    grid = [(r, c, b) for r in (0.5, 1, 2, 4) for c in (0.3, 1, 3) for b in (0.3, 1, 3) if (r, c, b) != (1, 1, 1)]
    grid.sort(key=lambda s: hashlib.sha256(repr(s).encode()).digest())
    return [(1, 1, 1)] + grid[:7]


def tuned(setting):
    rate, cls, box = setting
    return f"--lr={0.01 * rate:g}", f"--lambda={cls:g}", f"--box_weight={box:g}"


def arms_of(size):
    return ("a0", "a2", "a4") if size.smoke else tuple(ARMS)


def tuning(size):
    for data in size.photos():
        for arm in arms_of(size):
            if arm == "a1":
                continue
            for i, setting in enumerate(settings()[:2] if size.smoke else settings()):
                yield Run("tuning", data, f"{arm}-{i}", 0, (*size.options(), *ARMS[arm].split(), *tuned(setting)),
                          size.minutes(), split="inner")


def options_of(arm, data, winners):
    """Of an arm in its final form; None while its tuning is not done."""
    if arm == "a1":
        n = POSITIVES[data]
        return f"--loss=ce_sigmoid --lr=0.01 --lambda={256 * 0.25 / n:.4g} --box_weight={256 / (2 * n):.4g}".split()
    if winners.get((data, arm)) is None:
        return None
    return [*ARMS[arm].split(), *tuned(settings()[winners[data, arm]])]


def h3(size, winners):
    for data in size.photos():
        for arm in arms_of(size):
            options = options_of(arm, data, winners)
            for k in size.units(10):
                yield Run("h3", data, arm, k, None if options is None else (*size.options(), *options), size.minutes(),
                          loose=True)


def two_stages(size, winners, finalists):
    """Proposals in use: the two best arms and cross-entropy as the first stage of two; B2: and without its gradient
    in the backbone."""
    if size.smoke:
        return
    for data in PHOTOS:
        for arm in finalists or ("a0", "best", "second"):
            options = options_of(arm, data, winners) if finalists else None
            for stop in ("", "-stopped"):
                for k in size.units(10):
                    more = ("--detector=faster_rcnn", "--epochs=8", "--clip=2", "--roi_lr=3",
                            *(("--stop_gradient=backbone",) if stop else ()))
                    yield Run("stages", data, arm + stop, k,
                              None if options is None else (*size.options(), *options, *more), 4.0)


def official(size, winners, finalists):
    """The official test splits, once: today's default and the best arm, five seeds."""
    if size.smoke:
        return
    for data in PHOTOS:
        for arm in ("default", *(finalists[1:2] or ("best",))):
            options = [] if arm == "default" else options_of(arm, data, winners)
            for k in range(5):
                yield Run("official", data, arm, k, None if options is None else (*size.options(), *options), 2.3,
                          split="official")


VOC = {"baseline": "--loss=ce_softmax", "fl_sigmoid": "--loss=focal_sigmoid", "fl_softmax": "--loss=focal_softmax"}
PAPER = "--alpha=0.25 --gamma=2 --lambda=0.1 --focal_norm=positives".split()
# What the paper leaves unsaid is as in the code that it most likely started from (tf-faster-rcnn): images of about
# 1000x600, one a step, nine anchors a cell, 70,000 steps, a tenth of the rate after 50,000.
BASE = ("--detector=faster_rcnn --size=1000x600 --batch=1 --epochs=14 --lr=0.001 --schedule=step --rpn_lr=1 --roi_lr=1 "
        "--clip=0 --anchors=128,256,512 --ratios=0.5,1,2 --positive=0.7 --negative=0.3").split()


def voc2007(seeds, options):
    """The paper's three settings of a two-stage detector (PRCV 2018, table 1), on VOC 2007 trainval and test."""
    for arm, loss in VOC.items():
        for k in range(seeds):
            yield Run("voc2007", "voc2007", arm, k,
                      (*BASE, loss, *(PAPER if arm != "baseline" else ()), *options), 0, split="voc")
