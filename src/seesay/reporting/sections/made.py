"""The section on how the run was made: stages, versions, licences, settings, hashes."""

import hashlib
from typing import Any

import pandas as pd
import yaml

from seesay.reporting import credits
from seesay.reporting.drawing import dag
from seesay.reporting.record import versions
from seesay.reporting.runs import Run
from seesay.schemas.audio import RECORDINGS
from seesay.schemas.vision import IMAGES

PLACE = 140
LINK = "How it was made"
NEEDS = {"images": "pictures/images.parquet", "recordings": "speech/recordings.parquet"}


def describe(run: Run) -> dict[str, Any]:
    """Values for the template."""
    return {
        "dag": dag.draw(run.stages),
        "versions": versions(run.config),
        "licences": credits.licences(run.config),
        "codes": sorted(run.codes.items()),
        "hashes": hashes(run.table(IMAGES, "images"), run.table(RECORDINGS, "recordings")),
        "config": yaml.safe_dump(run.config, sort_keys=False, allow_unicode=True),
    }


def hashes(images: pd.DataFrame, recordings: pd.DataFrame) -> list[dict[str, Any]]:
    """The number of pictures and of recordings, each with one hash of ids and bytes."""
    found = []
    for what, table, key in (
        ("picture files", images, "image_id"),
        ("sound files", recordings, "recording_id"),
    ):
        rows = sorted(zip(table[key], table["digest"], strict=True))
        text = "\n".join(f"{name} {digest}" for name, digest in rows)
        digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        found.append({"what": what, "files": table["path"].nunique(), "hash": digest})
    return found
