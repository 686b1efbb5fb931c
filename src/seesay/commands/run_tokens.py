"""The tokens of a finished run: the given words, or the segments found in their place."""

from pathlib import Path

from seesay.schemas.audio import SPOKEN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.shared import tables

GIVEN, FOUND = "speech/spoken_words.parquet", "segmentation/spoken_words.parquet"


def spoken_words(results: Path, spoken_captions: Path) -> Path:
    """The table SPOKEN_WORDS that has the tokens of a run's captions.

    The tokens decide, since a results folder may hold the segments of an earlier run, with another
    `segmentation.method`. The given words, unless only the segments have all tokens.
    """
    given, found = results / GIVEN, results / FOUND
    if not all(path.is_file() for path in (given, found, spoken_captions)):
        return given
    columns = [*SPOKEN_CAPTIONS.key, "token_id"]
    used = tables.read(SPOKEN_CAPTIONS, spoken_captions, columns=columns)["token_id"]
    for path in (given, found):
        known = tables.read(SPOKEN_WORDS, path, columns=["token_id"])["token_id"]
        if used.isin(known).all():
            return path
    return given
