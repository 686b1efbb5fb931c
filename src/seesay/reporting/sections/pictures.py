"""The section of example pictures: thumbnails, kept regions in frames, captions as spoken."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from seesay.reporting.counts import kept
from seesay.reporting.runs import Run
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import CAPTIONS, IMAGES, REGIONS
from seesay.shared import data_uris, sources
from seesay.shared.pixels import decode
from seesay.shared.tables import REJECTS

PLACE = 130
LINK = "Pictures"
NEEDS = {
    "images": "pictures/images.parquet",
    "captions": "pictures/captions.parquet",
    "regions": None,
    "fc7": None,
    "spoken_captions": "matching/spoken_captions.parquet",
    "rejects": None,
}
QUALITY = 78  # of the JPEG thumbnails


@dataclass(frozen=True)
class Frame:
    """A kept region, in px of the picture, with its rank by score (0 is the best)."""

    x: int
    y: int
    width: int
    height: int
    rank: int
    label: str


@dataclass(frozen=True)
class Example:
    """One picture: `uri` holds the thumbnail; `captions` are dicts for the template.

    `uri` is empty if the picture has no file. `fragments` counts the kept regions, including the
    whole picture; `frames` are those that have a box.
    """

    image_id: str
    split: str
    width: int
    height: int
    uri: str
    fragments: int
    frames: list[Frame]
    captions: list[dict[str, Any]]


def describe(run: Run) -> dict[str, Any]:
    """Values for the template; `boxes` says that the fragments have boxes."""
    regions, rejects = run.table(REGIONS, "regions"), run.table(REJECTS, "rejects")
    return {
        "boxes": len(regions) > 0,
        "examples": examples(
            run.table(IMAGES, "images"),
            run.table(CAPTIONS, "captions"),
            regions,
            kept(run),
            run.table(SPOKEN_CAPTIONS, "spoken_captions"),
            rejects[rejects["stage"] == "matching"],
            number=run.settings.pictures,
            size=run.settings.thumbnail,
            mixed=run.mixed,
        ),
    }


def chosen(images: pd.DataFrame, number: int) -> pd.DataFrame:
    """`number` pictures spread evenly over the sorted ids of the test split, or of all if empty."""
    test = images[images["split"] == "test"]
    pool = (test if len(test) else images).sort_values("image_id").reset_index(drop=True)
    number = min(number, len(pool))
    return pool.iloc[[i * len(pool) // number for i in range(number)]]


def examples(
    images: pd.DataFrame,
    captions: pd.DataFrame,
    regions: pd.DataFrame,
    fragments: pd.DataFrame,
    spoken: pd.DataFrame,
    rejects: pd.DataFrame,
    number: int,
    size: int,
    mixed: bool = False,
) -> list[Example]:
    """The example pictures; thumbnails have at most `size` px on their longer side.

    With `mixed`, the words of one caption may come from several talkers. Raises InputError if a
    picture cannot be decoded or has changed since it was listed.
    """
    picked = chosen(images, number)
    ids = set(picked["image_id"])
    captions = captions[captions["image_id"].isin(ids)]
    spoken = spoken[spoken["image_id"].isin(ids)]
    boxes = fragments[fragments["image_id"].isin(ids)].merge(regions, on=["image_id", "region"])
    reasons = dict(zip(rejects["id"], rejects["reason"], strict=True))
    found = [
        Example(
            image_id=str(row["image_id"]),
            split=str(row["split"]),
            width=int(row["width"]),
            height=int(row["height"]),
            uri=thumbnail(Path(row["path"]), size) if row["path"] else "",
            fragments=int((fragments["image_id"] == row["image_id"]).sum()),
            frames=_frames(boxes[boxes["image_id"] == row["image_id"]]),
            captions=_captions(
                captions[captions["image_id"] == row["image_id"]],
                spoken[spoken["image_id"] == row["image_id"]],
                reasons,
                mixed,
            ),
        )
        for row in picked.to_dict("records")
    ]
    sources.unchanged(picked, "pictures")
    return found


def thumbnail(path: Path, size: int) -> str:
    """A picture as a JPEG in a data URI, at most `size` px on its longer side.

    Raises InputError if it cannot be decoded.
    """
    return data_uris.jpeg(decode(path), size, QUALITY)


def _frames(kept: pd.DataFrame) -> list[Frame]:
    """The kept regions except the whole picture, worst first, so that the best are on top."""
    boxes = kept[kept["region"] != 0].sort_values(["score", "region"], ascending=[False, True])
    frames = [
        Frame(
            x=int(box["x0"]),
            y=int(box["y0"]),
            width=int(box["x1"]) - int(box["x0"]),
            height=int(box["y1"]) - int(box["y0"]),
            rank=rank,
            label=f"region {box['region']}, score {box['score']:.3f}",
        )
        for rank, box in enumerate(boxes.to_dict("records"))
    ]
    return frames[::-1]


def _captions(
    captions: pd.DataFrame, spoken: pd.DataFrame, reasons: dict[str, str], mixed: bool
) -> list[dict[str, Any]]:
    """Each caption with its words by the first talker (by all if mixed), or with the reason why
    nobody can say it.
    """
    shown = []
    for row in captions.to_dict("records"):
        words = spoken[spoken["caption"] == row["caption"]].sort_values("position")
        talkers = list(dict.fromkeys(words["talker"])) if mixed else sorted(set(words["talker"]))
        if mixed and talkers:
            talkers = [", ".join(talkers)]
        first = words if mixed else words[words["talker"].isin(talkers[:1])]
        shown.append(
            {
                "text": row["text"],
                "talker": talkers[0] if talkers else "",
                "more": max(len(talkers) - 1, 0),
                "words": list(zip(first["word"], first["spoken_word"], strict=True)),
                "reason": reasons.get(f"{row['image_id']}#{row['caption']}", ""),
            }
        )
    return shown
