"""What the report reads, and what it says of the data: counts, splits, rejects, examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from seesay.reporting import numbers
from seesay.reporting.sections import leakage, made, pictures
from seesay.schemas.audio import LOGMEL, RECORDINGS, SPOKEN_WORDS
from seesay.schemas.captions import (
    DURATIONS,
    POS,
    REPLACEMENTS,
    SPOKEN_CAPTIONS,
    SPOKEN_TYPES,
    STEPS,
    TALKER_WORDS,
    UNSAYABLE,
)
from seesay.schemas.vision import CAPTIONS, COPIES, FC7, IMAGES, REGIONS
from seesay.settings.report import ReportSettings
from seesay.shared import tables
from seesay.shared.rejects import by_reason
from seesay.shared.tables import REJECTS

Context = dict[str, Any]


@dataclass(frozen=True)
class Inputs:
    """The files that the report reads: tables of numbers, and tables of the stages."""

    metrics: Path
    differences: Path
    experiments: Path
    groups: Path
    words: Path
    images: Path
    copies: Path
    captions: Path
    regions: Sequence[Path]
    fc7: Sequence[Path]
    spoken_types: Path
    replacements: Path
    spoken_captions: Path
    unsayable: Path
    steps: Path
    pos: Path
    talker_words: Path
    durations: Path
    recordings: Path
    spoken_words: Path
    rejects: Sequence[Path]
    logmel: Sequence[Path]
    histories: Sequence[Path]
    legacy: Sequence[Path]
    listen: Sequence[Path]
    map: Sequence[Path]
    lexicons: Sequence[Path]
    pseudo_words: Sequence[Path]
    human_words: Sequence[Path]
    human_groups: Sequence[Path]


def counted(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """The tables of what came of the matching."""
    return {
        "steps": tables.read(STEPS, inputs.steps),
        "pos": tables.read(POS, inputs.pos),
        "talker_words": tables.read(TALKER_WORDS, inputs.talker_words),
        "durations": tables.read(DURATIONS, inputs.durations),
        "unsayable": tables.read(UNSAYABLE, inputs.unsayable),
    }


def data(
    inputs: Inputs, settings: ReportSettings, mixed: bool, logmel: Mapping[str, Any]
) -> Context:
    """The data's counts, replacements, rejects and example pictures."""
    images = tables.read(IMAGES, inputs.images)
    captions = tables.read(CAPTIONS, inputs.captions)
    spoken = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    regions = tables.read(REGIONS, list(inputs.regions))
    # Without the features, which fill the memory at the paper's size.
    kept = tables.read(FC7, list(inputs.fc7), columns=["image_id", "region", "score"])
    padded = tables.read(LOGMEL, list(inputs.logmel), columns=["token_id", "padded_frames"])
    recordings = tables.read(RECORDINGS, inputs.recordings)
    words = tables.read(SPOKEN_WORDS, inputs.spoken_words)
    types = tables.read(SPOKEN_TYPES, inputs.spoken_types)
    replacements = tables.read(REPLACEMENTS, inputs.replacements)
    # Two experiments' settings of a stage mostly refuse the same.
    rejects = tables.read(REJECTS, list(inputs.rejects)).drop_duplicates(ignore_index=True)
    replaced = replacements[replacements["spoken_word"] != replacements["word"]]
    window = logmel["frames"] * logmel["hop"]
    checks = leakage.checks(
        images, captions, spoken, words, tables.read(COPIES, inputs.copies), window
    )
    return {
        "splits": numbers.SPLITS,
        "checks": checks,
        "leaks": any(row["kind"] == "leak" for row in checks),
        "hashes": made.hashes(images, recordings),
        "counts": numbers.counts(images, captions, spoken, kept, mixed),
        "facts": {
            "pictures": len(images),
            "captions": len(captions),
            "talkers": words["talker"].nunique(),
            "recordings": len(recordings),
            "hours": recordings["duration"].sum() / 3600,
            "spoken": len(words),
            "types": len(types),
            "logmel": len(padded),
            "padded": int((padded["padded_frames"] > 0).sum()),
            "candidates": int((regions["region"] != 0).sum()),
            "fragments": len(kept),
            "used": spoken["token_id"].nunique(),
        },
        "words": len(replacements),
        "replaced": replaced.head(settings.rows).to_dict("records"),
        "unshown": max(len(replaced) - settings.rows, 0),
        "boxes": len(regions) > 0,
        "rejects": by_reason(rejects, settings.examples)[: settings.rows],
        "refused": len(rejects),
        "examples": pictures.examples(
            images,
            captions,
            regions,
            kept,
            spoken,
            rejects[rejects["stage"] == "matching"],
            number=settings.pictures,
            size=settings.thumbnail,
            mixed=mixed,
        ),
    }
