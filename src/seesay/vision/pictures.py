"""Captioned pictures: opens every file, checks every caption, splits the pictures."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from seesay.corpora import PICTURES, Picture, Reject
from seesay.corpora.apart import keep_apart
from seesay.corpora.finding import find
from seesay.schemas.vision import CAPTIONS, COPIES, IMAGES, MANIFEST
from seesay.settings.pictures import PictureCorpus, PicturesSettings
from seesay.shared import pixels, sources, tables
from seesay.shared.errors import InputError
from seesay.shared.printable import cleaned, printable, unprintable
from seesay.shared.progress import progress
from seesay.shared.randomness import shard_of
from seesay.shared.rejects import write_rejects
from seesay.vision import copies
from seesay.vision.splits import SPLITS, assign


@dataclass(frozen=True)
class Opened:
    """A picture file, read and decoded completely.

    Attributes:
        digest: BLAKE2b of its bytes, 128 bits, hexadecimal.
        width: Width in px, upright by its EXIF orientation.
        height: Height in px.
        signature: How it looks (`seesay.vision.copies`).
    """

    digest: str
    width: int
    height: int
    signature: bytes = b""


NO_FILE = Opened("", 0, 0)


def read_corpora(
    images: Path,
    captions: Path,
    rejects: Path,
    manifests: Sequence[Path],
    settings: PicturesSettings,
    fragments: Path | None = None,
    threads: int = 1,
    folds: Sequence[Path] = (),
    alike: Path | None = None,
) -> None:
    """Read the corpora of captioned pictures, and list the pictures of every shard.

    `folds` are paths for the folds 1, 2, ... of `fold: all`: `images` again with their splits.
    `fragments` is the folder of ready-made fragments, if they give the split. Shard n of the
    manifests is the n-th path. Pictures of two splits that look the same are listed in `alike`, the
    table COPIES, and printed; they stay. A picture that cannot be decoded or has no caption, and an
    empty caption, go to the rejects or, with `on_bad_input: fail`, end the run; a picture that the
    split or the corpus itself leaves out always goes to the rejects. Raises InputError also if a
    corpus cannot be read or changes meanwhile, or if a split has no picture.
    """
    if not settings.corpora:
        raise InputError("pictures.corpora is empty; give a corpus")
    read = [path for corpus in settings.corpora for path in find(corpus, PICTURES).sources()]
    lists = fragments.glob("*.mat") if fragments else map(Path, settings.split_files())
    before = sources.seen([*read, *lists])
    found, refused = gather(settings.corpora)
    bad = [reject for reject in refused if not reject.by_rule]
    left_out = [reject for reject in refused if reject.by_rule]
    usable, opened, more = check(found, threads)
    known = {reject.id for reject in bad}  # a caption that cannot be printed is also empty
    bad += [reject for reject in more if reject.id not in known]
    refuse(bad, settings)
    splits, unlisted, unused = split_of_usable(settings, usable, fragments, bad)
    bad += unlisted
    left_out += unused
    refuse(bad, settings)
    usable = [picture for picture in usable if picture.image_id in splits]
    corpora = ", ".join(corpus.path for corpus in settings.corpora)
    check_splits(corpora, splits, bad)
    sources.still(before)
    frame = pd.DataFrame(
        [(p.image_id, str(p.path or ""), *facts(opened[p.image_id])) for p in usable],
        columns=IMAGES.schema.names[:-1],
    )
    of_folds = [splits]
    for fold in range(1, 1 + len(folds)):
        of_folds.append(assign(settings.split, usable, fragments, bad, fold)[0])
        check_splits(f"fold {fold} of {corpora}", of_folds[-1], bad)
    for place, own in zip([images, *folds], of_folds, strict=True):
        tables.write(IMAGES, place, frame.assign(split=frame["image_id"].map(own)))
    tables.write(CAPTIONS, captions, captions_of(usable))
    write_manifests(frame, manifests)
    signatures = {picture.image_id: opened[picture.image_id].signature for picture in usable}
    found_alike = copies.across(signatures, *of_folds)
    if alike:
        tables.write(COPIES, alike, found_alike)
    tell_alike(found_alike)
    reasons = [("pictures", reject.id, reject.reason) for reject in bad + left_out]
    write_rejects(rejects, reasons)


def split_of_usable(
    settings: PicturesSettings,
    usable: Sequence[Picture],
    fragments: Path | None,
    bad: Sequence[Reject],
) -> tuple[dict[str, str], list[Reject], list[Reject]]:
    """As `splits.assign`; an error also names the first of the rejects, its likely cause."""
    try:
        return assign(settings.split, usable, fragments, bad)
    except InputError as error:
        raise InputError(f"{error}; rejected: {first_of(bad)}" if bad else str(error)) from error


def facts(picture: Opened) -> tuple[str, int, int]:
    """Digest, width and height of a picture, columns of IMAGES."""
    return picture.digest, picture.width, picture.height


def write_manifests(images: pd.DataFrame, manifests: Sequence[Path]) -> None:
    """Write the MANIFEST of every shard; `images` has `image_id`, `path` and `digest`."""
    names = MANIFEST.schema.names
    shard = images["image_id"].map(lambda name: shard_of(name, len(manifests)))
    for number, manifest in enumerate(manifests):
        tables.write(MANIFEST, manifest, images.loc[shard == number, names])


def tell_alike(found: pd.DataFrame) -> None:
    """Print the pictures of two splits that look the same."""
    if len(found):
        some = f"{len(found):,} pair{'s' * (len(found) > 1)} of pictures in two splits"
        print(
            f"pictures: {some} that look the same: {copies.told(found)};"
            " the results are too good by them"
        )


def captions_of(pictures: Sequence[Picture]) -> pd.DataFrame:
    """The rows of CAPTIONS of these pictures."""
    texts = [
        (picture.image_id, number, text)
        for picture in pictures
        for number, text in enumerate(picture.captions)
        if text.strip()
    ]
    return pd.DataFrame(texts, columns=CAPTIONS.schema.names)


def gather(corpora: Sequence[PictureCorpus]) -> tuple[list[Picture], list[Reject]]:
    """The pictures of all corpora, sorted by id, and rejects.

    The ids of a corpus with a name begin with it: `name/id`. A corpus with a split places its
    pictures in it. Captions are composed (NFC); unprintable ones are rejected. Raises InputError if
    two corpora share an id.
    """
    pictures: list[Picture] = []
    rejects: list[Reject] = []
    parts: list[tuple[PictureCorpus, str, list[str]]] = []
    for corpus in corpora:
        own, bad = find(corpus, PICTURES).read()
        placed: dict[str, Any] = {"split": corpus.split, "placed": True} if corpus.split else {}
        for found in own:
            kept, faults = shown(found)
            pictures += [
                replace(one, image_id=corpus.under(one.image_id), **placed) for one in kept
            ]
            bad += faults
        rejects += [
            replace(r, id=printable(corpus.under(r.id)), reason=printable(r.reason)) for r in bad
        ]
        parts.append((corpus, "picture", [corpus.under(found.image_id) for found in own]))
    keep_apart("pictures.corpora", parts)
    return sorted(pictures, key=_picture_id), rejects


def shown(picture: Picture) -> tuple[list[Picture], list[Reject]]:
    """The picture with its printable captions; None if its name cannot be printed.

    Captions are composed (`seesay.shared.printable.cleaned`); unprintable ones become empty, so
    that the others keep their numbers. The rejects list them.
    """
    fault = unprintable(f"{picture.image_id}{picture.path or ''}")
    if fault:
        reason = f"its name holds {fault}, which cannot be printed; rename the file"
        return [], [Reject(picture.image_id, reason)]
    texts = [cleaned(text) for text in picture.captions]
    faults = [unprintable(text) for text in texts]
    rejects = [
        Reject(
            f"{picture.image_id}#{number}",
            f"a caption that holds {fault}, which cannot be printed; correct it",
        )
        for number, fault in enumerate(faults)
        if fault
    ]
    captions = tuple("" if fault else text for text, fault in zip(texts, faults, strict=True))
    return [replace(picture, captions=captions)], rejects


def _picture_id(picture: Picture) -> str:
    return picture.image_id


def check(
    pictures: Sequence[Picture], threads: int
) -> tuple[list[Picture], dict[str, Opened], list[Reject]]:
    """Open every picture and check every caption.

    Returns the usable pictures, the facts of the opened files by `image_id`, and rejects.
    """
    bad = [
        Reject(f"{picture.image_id}#{number}", "an empty caption; write it or remove the line")
        for picture in pictures
        for number, text in enumerate(picture.captions)
        if not text.strip()
    ]
    usable, opened = [], {}
    with ThreadPoolExecutor(threads) as pool:
        results = pool.map(open_picture, [picture.path for picture in pictures])
        shown = progress(results, "pictures", "picture", len(pictures))
        for picture, result in zip(pictures, shown, strict=True):
            if isinstance(result, str):
                bad.append(Reject(picture.image_id, result))
            elif not any(text.strip() for text in picture.captions):
                bad.append(Reject(picture.image_id, "a picture without captions; add some"))
            else:
                usable.append(picture)
                opened[picture.image_id] = result
    return usable, opened, bad


def open_picture(path: Path | None) -> Opened | str:
    """Read and decode a file completely, if there is one; or why it cannot be, in one line."""
    if path is None:
        return NO_FILE
    content, fault = pixels.read(path)
    picture = fault or pixels.upright(content)
    if isinstance(picture, str):
        return picture
    return Opened(sources.digest_of(content), *picture.size, copies.signature(picture))


def refuse(bad: Sequence[Reject], settings: PicturesSettings) -> None:
    """Raise InputError for the first reject if bad input must end the run."""
    if bad and settings.on_bad_input == "fail":
        raise InputError(f"{first_of(bad)}; with on_bad_input: reject the run goes on without it")


def first_of(bad: Sequence[Reject]) -> str:
    """The first reject in one line, and how many more there are."""
    first = min(bad, key=_by_id)
    more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
    return f"{first.id}: {first.reason}{more}"


def _by_id(reject: Reject) -> str:
    return reject.id


def check_splits(corpora: str, splits: dict[str, str], bad: Sequence[Reject]) -> None:
    """Raise InputError unless each of the three splits has a picture."""
    counts = Counter(splits.values())
    empty = [name for name in SPLITS if not counts[name]]
    if not splits and bad:
        raise InputError(f"{corpora}: no usable picture; rejected: {first_of(bad)}")
    if empty:
        have = ", ".join(f"{name} {counts[name]}" for name in SPLITS)
        raise InputError(
            f"{corpora}: the split has no {' and no '.join(empty)} pictures ({have}); "
            "change pictures.split or add pictures"
        )
