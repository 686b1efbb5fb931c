"""Pictures for a run without speech: no caption is said, so captions and full splits are optional.

The stage pictures of a config for a part of the workflow (`seesay.planning.parts`). It writes the
tables of `seesay.vision.pictures`.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd

from seesay.corpora import PICTURES, Picture, Reject
from seesay.corpora.finding import find
from seesay.schemas.vision import CAPTIONS, COPIES, IMAGES
from seesay.settings.pictures import PicturesSettings
from seesay.shared import sources, tables
from seesay.shared.errors import InputError
from seesay.shared.progress import progress
from seesay.shared.rejects import write_rejects
from seesay.vision import copies
from seesay.vision.pictures import (
    Opened,
    captions_of,
    facts,
    first_of,
    gather,
    open_picture,
    refuse,
    split_of_usable,
    write_manifests,
)
from seesay.vision.splits import assign


def read_pictures(
    images: Sequence[Path],
    captions: Path,
    rejects: Path,
    manifests: Sequence[Path],
    settings: PicturesSettings,
    fragments: Path | None,
    threads: int,
    alike: Path,
) -> None:
    """Read the corpora, and list the pictures of every shard.

    As `seesay.vision.pictures.read_corpora`, but a picture needs no caption, and a split no
    picture; `images` has a path for each fold. Raises InputError if no picture can be used.
    """
    read = [path for corpus in settings.corpora for path in find(corpus, PICTURES).sources()]
    before = sources.seen([*read, *map(Path, settings.split_files())])
    found, refused = gather(settings.corpora)
    usable, opened, bad = _open(found, threads)
    bad += [reject for reject in refused if not reject.by_rule]
    splits, unlisted, left_out = split_of_usable(settings, usable, fragments, bad)
    bad += unlisted
    refuse(bad, settings)
    left_out += [reject for reject in refused if reject.by_rule]
    usable = [picture for picture in usable if picture.image_id in splits]
    if not usable:
        cause = f"; rejected: {first_of(bad)}" if bad else ""
        corpora = ", ".join(corpus.path for corpus in settings.corpora)
        raise InputError(f"{corpora}: no usable picture{cause}")
    sources.still(before)
    frame = pd.DataFrame(
        [(p.image_id, str(p.path or ""), *facts(opened[p.image_id])) for p in usable],
        columns=IMAGES.schema.names[:-1],
    )
    of_folds = [splits]
    for fold in range(1, len(images)):
        of_folds.append(assign(settings.split, usable, fragments, bad, fold)[0])
    for place, own in zip(images, of_folds, strict=True):
        tables.write(IMAGES, place, frame.assign(split=frame["image_id"].map(own)))
    tables.write(CAPTIONS, captions, captions_of(usable))
    write_manifests(frame, manifests)
    signatures = {picture.image_id: opened[picture.image_id].signature for picture in usable}
    tables.write(COPIES, alike, copies.across(signatures, *of_folds))
    write_rejects(rejects, [("pictures", one.id, one.reason) for one in bad + left_out])


def _open(
    pictures: Sequence[Picture], threads: int
) -> tuple[list[Picture], dict[str, Opened], list[Reject]]:
    """Open every picture: the usable ones, facts of their files by `image_id`, and rejects."""
    usable, opened, bad = [], {}, []
    with ThreadPoolExecutor(threads) as pool:
        results = pool.map(open_picture, [picture.path for picture in pictures])
        shown = progress(results, "pictures", "picture", len(pictures))
        for picture, result in zip(pictures, shown, strict=True):
            if isinstance(result, str):
                bad.append(Reject(picture.image_id, result))
            else:
                usable.append(picture)
                opened[picture.image_id] = result
    return usable, opened, bad
