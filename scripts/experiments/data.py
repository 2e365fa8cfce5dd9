# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Folders in Pascal VOC layout whose lists are the protocol's splits; images and annotations stay where they are."""
import hashlib
import os
import pathlib
import subprocess
import xml.etree.ElementTree

VOC_CLASSES = ("aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person "
               "pottedplant sheep sofa train tvmonitor").split()


def order(names, key):
    """The names in an order that key and names alone decide, on any machine."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{key}/{name}".encode()).digest())


def deal(names, strata, key, share=0.2):
    """(train, test): of each stratum that share, rounded, goes to the test part."""
    test = set()
    for stratum in sorted(set(strata.values())):
        members = order([n for n in names if strata[n] == stratum], key)
        test.update(members[:round(share * len(members))])
    return [n for n in names if n not in test], [n for n in names if n in test]


def classes_in(annotation):
    return [o.findtext("name") for o in xml.etree.ElementTree.parse(annotation).iter("object")]


def names_in(folder, split):
    return (folder / "ImageSets" / "Main" / f"{split}.txt").read_text().split()


def strata_of(folder, names):
    """Whether an image has an object of the rarest class, as the platelets of BCCD."""
    found = {n: set(classes_in(folder / "Annotations" / f"{n}.xml")) for n in names}
    counts = {}
    for classes in found.values():
        for c in classes:
            counts[c] = counts.get(c, 0) + 1
    rarest = min(counts, key=lambda c: (counts[c], c)) if counts else None
    return {n: rarest in classes for n, classes in found.items()}


def write_list(folder, split, names):
    path = folder / "ImageSets" / "Main" / f"{split}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_text("".join(f"{n}\n" for n in names))
    temporary.replace(path)


def prepare(source, folder, splits):
    """Links source's images and writes the lists train-K and test-K, inner-train and inner-test of split 0's training
    part, and the official ones."""
    source, folder = pathlib.Path(source).resolve(), pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("JPEGImages", "Annotations"):
        if not (source / part).is_dir():
            raise SystemExit(f"{source}: no folder {part}; a data set in Pascal VOC layout is wanted")
        if not (folder / part).exists():
            (folder / part).symlink_to(source / part)
    lists = {p.stem for p in (source / "ImageSets" / "Main").glob("*.txt")}
    official = "trainval" if "trainval" in lists else "train"
    pool = sorted({*names_in(source, official), *names_in(source, "test")})
    write_list(folder, "official-train", names_in(source, official))
    write_list(folder, "official-test", names_in(source, "test"))
    strata = strata_of(source, pool)
    for k in splits:
        train, test = deal(pool, strata, k)
        write_list(folder, f"train-{k}", train)
        write_list(folder, f"test-{k}", test)
        if k == 0:
            inner, held = deal(train, strata, "inner")
            write_list(folder, "inner-train", inner)
            write_list(folder, "inner-test", held)
    return folder


def draw(program, folder, objects, count, size):
    """Drawn scenes with so many objects an image, unless they are there."""
    folder = pathlib.Path(folder)
    if not (folder / "ImageSets" / "Main" / "test.txt").exists():
        subprocess.run([program, f"--output={folder}", f"--count={count}", f"--size={size}", f"--objects={objects}",
                        f"--seed={objects}"], check=True, stdout=subprocess.DEVNULL)
    return folder


def check_voc2007(folder):
    """Of VOCdevkit/VOC2007: its splits, images and classes, or an exit that names what is missing."""
    folder = pathlib.Path(folder)
    for part in ("JPEGImages", "Annotations", "ImageSets/Main"):
        if not (folder / part).is_dir():
            raise SystemExit(f"--data={folder}: no folder {part}; it should be VOCdevkit/VOC2007")
    found, difficult = set(), 0
    for split in ("trainval", "test"):
        if not (folder / "ImageSets" / "Main" / f"{split}.txt").exists():
            raise SystemExit(f"--data={folder}: no ImageSets/Main/{split}.txt; VOCtrainval_06-Nov-2007.tar and "
                             "VOCtest_06-Nov-2007.tar go into one folder")
        for name in names_in(folder, split):
            annotation = folder / "Annotations" / f"{name}.xml"
            if not annotation.exists():
                raise SystemExit(f"--data={folder}: {annotation} is in {split}.txt and is not there")
            for o in xml.etree.ElementTree.parse(annotation).iter("object"):
                found.add(o.findtext("name"))
                difficult += o.findtext("difficult") == "1"
    if missing := sorted(set(VOC_CLASSES) - found):
        raise SystemExit(f"--data={folder}: no object of {', '.join(missing)}: these are not the images of VOC 2007")
    if unknown := sorted(found - set(VOC_CLASSES)):
        raise SystemExit(f"--data={folder}: VOC 2007 has no {', '.join(unknown)}")
    return difficult
