"""The captioned pictures: which there are, their captions, and their splits."""

import hashlib
import importlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
import pyarrow as pa
from PIL import Image
from pydantic import Field

from seesay import tables
from seesay.corpora import Picture
from seesay.errors import InputError
from seesay.progress import progress
from seesay.randomness import shard_of, stable_hash
from seesay.settings import Settings
from seesay.tables import REJECTS, Column, Table

SPLITS = ("train", "validation", "test")


class HashSplit(Settings):
    """Approximate shares by a hash of the id: a picture never moves when others are added."""

    method: Literal["hash"] = Field(description="split by a hash of the id")
    train: float = Field(ge=0, le=1, description="share of the training pictures")
    validation: float = Field(ge=0, le=1, description="share; the rest is test")


class ExactSplit(Settings):
    """Exact counts: ids sorted by their hash and cut."""

    method: Literal["exact"] = Field(description="ids sorted by their hash and cut at counts")
    train: int = Field(ge=0, description="number of training pictures")
    validation: int = Field(ge=0, description="number of validation pictures")
    test: int = Field(ge=0, description="number of test pictures")


class FilesSplit(Settings):
    """Three list files, a picture's file name or id a line."""

    method: Literal["files"] = Field(description="three list files")
    train: str = Field(description="path of the list of training pictures")
    validation: str = Field(description="path of the list of validation pictures")
    test: str = Field(description="path of the list of test pictures")


class CorpusSplit(Settings):
    """The corpus's own lists, where its reader finds some."""

    method: Literal["corpus"] = Field(description="the split lists that the corpus has")


Split = Annotated[
    HashSplit | ExactSplit | FilesSplit | CorpusSplit, Field(discriminator="method")
]


class PicturesSettings(Settings):
    """Which pictures are read, and how they are split."""

    reader: Literal["pascal1k", "flickr8k"] = Field(description="layout of the corpus")
    path: str | None = Field(
        description="folder of the corpus; null reads what the section scenes generates"
    )
    split: Split = Field(description="how pictures are split into train, validation and test")
    on_bad_input: Literal["reject", "fail"] = Field(
        description="a bad file or caption: put it into the rejects, or end the run"
    )


IMAGES = Table(
    "images",
    ("image_id",),
    (
        Column("image_id", pa.string(), "path in the corpus, without extension"),
        Column("path", pa.string(), "the file"),
        Column("digest", pa.string(), "digest of the file's bytes"),
        Column("width", pa.int32(), "width", "px"),
        Column("height", pa.int32(), "height", "px"),
        Column("split", pa.string(), "train, validation or test"),
    ),
)
CAPTIONS = Table(
    "captions",
    ("image_id", "caption"),
    (
        Column("image_id", pa.string(), "the picture"),
        Column("caption", pa.int32(), "number of the caption within the picture, from 0"),
        Column("text", pa.string(), "the sentence"),
    ),
)
MANIFEST = Table(
    "manifest",
    ("image_id",),
    (
        Column("image_id", pa.string(), "the picture"),
        Column("path", pa.string(), "the file"),
        Column("digest", pa.string(), "digest of the file's bytes"),
    ),
)


def read_corpus(
    corpus: Path,
    images_out: Path,
    captions_out: Path,
    rejects_out: Path,
    manifests: list[Path],
    settings: PicturesSettings,
) -> None:
    """Read captioned pictures and write the tables `images`, `captions`, `rejects`.

    Also one manifest a shard, by the hash of the picture's id. Every picture is decoded whole.
    Raises InputError for a split without pictures, and at the first bad file or caption where
    `on_bad_input` is `fail`.
    """
    reader = importlib.import_module(f"seesay.corpora.{settings.reader}")
    found, refused = reader.read(corpus)
    rejects = [("pictures", reject.id, reject.reason) for reject in refused]
    with ThreadPoolExecutor(4) as pool:
        opened = list(progress(pool.map(inspect, found), "reading pictures", "pictures", len(found)))
    images, captions, own = [], [], {}
    for picture, (digest, width, height, problem) in zip(found, opened, strict=True):
        texts = [(n, text.strip()) for n, text in enumerate(picture.captions)]
        rejects += [
            ("pictures", f"{picture.image_id}#{n}", "an empty caption") for n, text in texts if not text
        ]
        texts = [(n, text) for n, text in texts if text]
        if not problem and not texts:
            problem = "a picture without a caption; add some or remove it"
        if problem:
            rejects.append(("pictures", picture.image_id, problem))
            continue
        images.append((picture.image_id, str(picture.path), digest, width, height))
        captions += [(picture.image_id, n, text) for n, text in texts]
        own[picture.image_id] = picture.split
    if rejects and settings.on_bad_input == "fail":
        _, first, reason = rejects[0]
        raise InputError(f"{first}: {reason} (and {len(rejects) - 1} more; on_bad_input: fail)")
    if not images:
        raise InputError(f"{corpus}: no usable picture ({len(rejects)} rejects); see pictures.path")
    frame = pd.DataFrame(images, columns=[c.name for c in IMAGES.columns[:-1]])
    splits = assign(frame["image_id"].tolist(), own, settings.split)
    frame["split"] = frame["image_id"].map(splits)
    without = frame["split"].isna()
    rejects += [
        ("pictures", image_id, "in none of the split lists") for image_id in frame["image_id"][without]
    ]
    frame = frame[~without]
    for split in SPLITS:
        if not (frame["split"] == split).any():
            raise InputError(
                f"pictures.split: no {split} picture among {len(frame)} ({settings.split.method}); "
                "change pictures.split or add pictures"
            )
    texts_frame = pd.DataFrame(captions, columns=[c.name for c in CAPTIONS.columns])
    tables.write(IMAGES, images_out, frame)
    tables.write(CAPTIONS, captions_out, texts_frame[texts_frame["image_id"].isin(frame["image_id"])])
    tables.write(REJECTS, rejects_out, tables.rejects(rejects))
    shard = frame["image_id"].map(lambda image_id: shard_of(image_id, len(manifests)))
    for number, path in enumerate(manifests):
        part = frame.loc[shard == number, [c.name for c in MANIFEST.columns]]
        tables.write(MANIFEST, path, part)


def inspect(picture: Picture) -> tuple[str, int, int, str]:
    """Digest, width and height of a picture that decodes whole, or what is wrong with it."""
    try:
        content = picture.path.read_bytes()
        with Image.open(picture.path) as image:
            image.load()
            width, height = image.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        return "", 0, 0, f"{picture.path}: cannot be read ({error}); replace or remove it"
    return hashlib.blake2b(content, digest_size=16).hexdigest(), width, height, ""


def assign(
    image_ids: list[str],
    own: dict[str, str | None],
    split: HashSplit | ExactSplit | FilesSplit | CorpusSplit,
) -> dict[str, str | None]:
    """The split of every picture; None for one that is in no list.

    Raises InputError when the counts exceed the pictures, a list is missing, or a picture is in
    two lists.
    """
    if isinstance(split, CorpusSplit):
        return own
    if isinstance(split, HashSplit):
        bounds = (split.train, split.train + split.validation)
        places = {i: stable_hash("split", i) / 2**64 for i in image_ids}
        return {i: SPLITS[sum(place >= bound for bound in bounds)] for i, place in places.items()}
    if isinstance(split, ExactSplit):
        wanted = split.train + split.validation + split.test
        if wanted > len(image_ids):
            raise InputError(
                f"pictures.split: {wanted} pictures are asked for, {len(image_ids)} are usable"
            )
        order = sorted(image_ids, key=lambda i: (stable_hash("split", i), i))
        names = [*["train"] * split.train, *["validation"] * split.validation, *["test"] * split.test]
        return dict.fromkeys(image_ids) | dict(zip(order, names, strict=False))
    found: dict[str, str | None] = dict.fromkeys(image_ids)
    for name in SPLITS:
        path = Path(getattr(split, name))
        if not path.is_file():
            raise InputError(f"{path}: no such file; it is pictures.split.{name}")
        for line in path.read_text().split("\n"):
            image_id = line.strip().removesuffix(".jpg")
            if image_id in found:
                if found[image_id] not in (None, name):
                    raise InputError(f"{path}: {image_id} is in the list of {found[image_id]} too")
                found[image_id] = name
    return found
