"""The memory that a training requests, from measured peaks of each kind of speech encoder.

Light, since the workflow imports it. Measured on one core with batches of 40 pictures of 27 tokens
of 40 frames, and the number of pictures to train on: conv 96, 192 with pseudo-words 1,720 MB (800;
2,500 to 2,800 elsewhere), transformer 128, 128 3,150 MB (240), mlp 512 1,250 MB (240); 340,000
tokens of 1,600 numbers with an mlp, 2.3 GB of files, 2,800 MB.
"""

import os
from collections.abc import Iterable
from functools import cache
from typing import Any

from seesay.settings.captions import TrainingSection
from seesay.settings.choice import about, chosen
from seesay.settings.regions import RegionsSettings
from seesay.settings.training import TrainingSettings

IMPORTS = 1000  # MB of Python with torch, pandas and Arrow, and of what torch keeps for itself
LEAST = 2500  # MB that are asked for in any case
MARGIN = 1.5  # batches differ, and freed memory is not all used again
FILES = 2  # MB for an MB of features, some of which are copied when they are sorted
TOKENS = 30  # of a picture, about
CAPTIONS = 10  # of a picture, in batches with all
LONGEST = 1000  # frames of a batch's longest caption, to which the others are padded
FRAGMENTS = 20  # of a picture, about
SCORES = 8  # numbers that a step holds for each similarity of a moment with a fragment
FLOAT = 4e-6  # MB


def training_mb(settings: TrainingSettings, frames: int, files_mb: float) -> int:
    """MB requested by a job that holds an experiment's features, and trains or embeds.

    `frames` is the number of a token's frames, `files_mb` the size of the tables read,
    or of their features in memory if that is larger.
    """
    pictures = settings.batch_pictures
    held = chosen(settings, "speech_encoder").held
    if isinstance(settings, TrainingSection) and settings.unit == "caption":
        captions = (settings.batch_captions or CAPTIONS) * pictures
        scores = SCORES * (LONGEST / settings.stride) * FRAGMENTS * pictures
        step = FLOAT * captions * (held * outputs(settings, LONGEST) + scores)
    else:
        step = FLOAT * TOKENS * pictures * held * outputs(settings, frames)
    return max(LEAST, round(MARGIN * (IMPORTS + step) + FILES * files_mb))


def vectors_mb(paths: Iterable[str]) -> float:
    """MB that the features of Parquet tables take in memory; one-hot ones are far smaller files.

    Other files count as 0.
    """
    tables = (path for path in paths if path.endswith(".parquet"))
    return sum(_vectors_mb(path, os.stat(path).st_mtime_ns) for path in tables)


@cache
def _vectors_mb(path: str, changed: int) -> float:
    # Not at the top: without finished features the workflow starts faster.
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    try:
        file = ParquetFile(path)
    except pa.ArrowException:
        return 0.0  # the job that reads it names it
    schema = file.schema_arrow
    if "feature" not in schema.names:
        return 0.0
    kind = schema.field("feature").type
    if not pa.types.is_fixed_size_list(kind):
        return 1e-6 * _column_bytes(file, "feature")
    return FLOAT * int(file.metadata.num_rows) * int(kind.list_size)


def _column_bytes(file: Any, name: str) -> int:
    """The bytes of a column of lists before compression."""
    groups = (file.metadata.row_group(number) for number in range(file.metadata.num_row_groups))
    columns = (group.column(place) for group in groups for place in range(group.num_columns))
    return sum(
        int(column.total_uncompressed_size)
        for column in columns
        if column.path_in_schema.partition(".")[0] == name
    )


def outputs(settings: TrainingSettings, frames: int) -> int:
    """How many numbers the speech encoder's layers output for a token of `frames` frames."""
    keeps = chosen(settings, "speech_encoder").keeps
    if keeps is None:
        return sum(settings.speech_layers)
    layers = enumerate(settings.speech_layers)
    return sum(width * int(frames * keeps**place) for place, width in layers)


def proposals_mb(settings: RegionsSettings) -> int:
    """MB requested by a job that proposes boxes: its network's, if the method has one."""
    method = chosen(settings, "proposals")
    network = method.network
    return method.memory if network is None else about("seesay.vision.networks", network).memory
