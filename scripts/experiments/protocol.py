# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""The protocol of doc/experiments/focal_rpn.md as data: which arms are trained on what, how often, and with what."""
import dataclasses
import itertools

# Positive anchors an image at 320x240, of the training images; only arm a1 is set by them, and the report compares them
# with what the trainings saw.
POSITIVES = {"bccd": 17.1, "cards": 4.4}

ALWAYS = ("--detector=rpn --recipe=none --report=none --checkpoint=none --threads=1 --precision=fp32 --nms=0.7 "
          "--layer_streams=true").split()
FULL = "--size=320x240 --batch=4 --epochs=8 --schedule=step".split()
SHORT = "--size=320x240 --batch=4 --epochs=4 --schedule=step --freeze=3".split()
SMOKE = "--size=160x120 --batch=4 --epochs=2 --schedule=step --lr=0.01".split()

# Pairs of (split, seed) of each study.
UNITS = {"h1": 10, "h2": 6, "h3": 8, "stages": 8}

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

    def units(self, study):
        return range(3 if self.smoke else UNITS[study])

    def options(self, short=False):
        return tuple(SMOKE if self.smoke else SHORT if short else FULL)

    def minutes(self, short=False):
        return 0.05 if self.smoke else 1.1 if short else 2.1  # of one thread of two on a core


# H1: the form of the classifier.
LOSSES = ("focal_sigmoid", "focal_softmax")  # by is_softmax
H1 = "--lambda=0.1 --lr=0.01 --clip=0".split()
FORMS = {"A": (0, ""), "B": (1, ""), "C": (0, "--logits_lr=2"), "D": (0, "--logits_deviation=0.0141421356")}


def h1(size):
    for data in size.photos():
        for form, (is_softmax, more) in FORMS.items():
            for k in size.units("h1"):
                yield Run("h1", data, form, k, (*size.options(), f"--loss={LOSSES[is_softmax]}", *H1, *more.split()),
                          size.minutes())


def h1_curve(size):
    """The rate of the last layer against what is reached, units 100 and 101: none of the arms' own."""
    for is_softmax in (0, 1):
        for factor in (0.5, 2) if size.smoke else (0.25, 0.5, 1, 2, 4, 8):
            for k in range(1 if size.smoke else 2):
                own = factor / 2 if is_softmax else factor
                yield Run("h1curve", size.photos()[0], f"{'softmax' if is_softmax else 'sigmoid'}-{factor:g}", 100 + k,
                          (*size.options(), f"--loss={LOSSES[is_softmax]}", *H1, f"--logits_lr={own:g}"), size.minutes())


# H2: what makes the regression loss unstable.
NORMALISERS = {"P": "--focal_norm=positives", "M": "--focal_norm=constant", "S": "--focal_norm=samples"}
SHARING = {"0": "--lambda=0.1", "T": "--lambda=0.1 --tower=1", "D": "--lambda=0.1 --stop_gradient=cls",
           "R": "--lambda=1e-6"}
H2 = "--loss=focal_softmax --lr=0.01 --clip=0 --held_every=20 --conflict_every=20".split()


def h2_arms(size):
    """The factorial of divisor, sharing and batch; of S and T only what the protocol asks of them."""
    if size.smoke:
        return ("P", "0", 4), ("P", "D", 4), ("M", "0", 4), ("M", "D", 4)
    return (*itertools.product("PM", "0DR", (1, 4)), ("S", "0", 1), ("S", "0", 4), ("P", "T", 1), ("P", "T", 4))


def h2(size):
    for data in size.photos() if size.smoke else (*PHOTOS, *SCENES):
        for n, s, batch in (("P", "0", 4), ("P", "R", 4)) if data in SCENES else h2_arms(size):
            for k in size.units("h2"):
                yield Run("h2", data, f"{n}{s}{batch}", k,
                          (*size.options(True), f"--batch={batch}", *H2, *NORMALISERS[n].split(), *SHARING[s].split()),
                          size.minutes(True) * (1.6 if batch == 1 else 1.3), steps=True)


# H3: losses beside each other, each at its best of four settings.
A3 = "--focal_norm=average --prior=auto --guided=20 --alpha=-1 --loss=focal_sigmoid"
A2 = "--loss=focal_softmax --alpha=0.25 --gamma=2 --focal_norm=positives"
ARMS = {"a0": "--loss=ce_sigmoid",
        "a1": "",  # cross-entropy with the weights that a2 gives a positive: not tuned
        "a2": A2,
        "a3": f"{A3} --gamma=2",
        "a4": f"{A3} --gamma=0",
        "a8": f"{A2} --gamma=0 --alpha=auto --prior=auto"}
PRIMARY = (("a3", "a0"), ("a3", "a1"), ("a4", "a3"), ("a8", "a2"))


# Rate, weight of the classification and of the boxes, the same for all arms; the first is what an arm has untuned.
SETTINGS = ((1, 1, 1), (2, 1, 1), (4, 1, 1), (2, 1, 3))


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
            for i, setting in enumerate(SETTINGS[:2] if size.smoke else SETTINGS):
                yield Run("tuning", data, f"{arm}-{i}", 0, (*size.options(), *ARMS[arm].split(), *tuned(setting)),
                          size.minutes(), split="inner")


def options_of(arm, data, winners):
    """Of an arm in its final form; None while its tuning is not done."""
    if arm == "a1":
        n = POSITIVES[data]
        return f"--loss=ce_sigmoid --lr=0.01 --lambda={256 * 0.25 / n:.4g} --box_weight={256 / (2 * n):.4g}".split()
    if winners.get((data, arm)) is None:
        return None
    return [*ARMS[arm].split(), *tuned(SETTINGS[winners[data, arm]])]


def h3(size, winners):
    for data in size.photos():
        for arm in arms_of(size):
            options = options_of(arm, data, winners)
            for k in size.units("h3"):
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
                for k in size.units("stages"):
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
