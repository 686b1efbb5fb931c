"""Isolated words: an audio file a word, called by the word; a folder a talker, or one talker.

`TALKER/cat.wav`, or `cat.wav` for one talker alone. A number after the word tells takes apart:
`cat_2.wav`. The word lies where the file is loud (`edges: energy`): from the first to the last
10 ms whose power is at most `below` dB under that of the loudest; or it is the whole file
(`edges: file`).
"""

import re
from pathlib import Path
from typing import Literal

from pydantic import Field

from seesay.corpora import Recording, Reject, SpokenWord
from seesay.corpora.spoken import AUDIO, Speech, files_below, talker_of
from seesay.errors import InputError
from seesay.settings import Settings

FRAME = 0.010  # s
FRAMES = 4096  # of 10 ms, read at once


class Options(Settings):
    """Where in its file a word lies, and who says it."""

    edges: Literal["energy", "file"] = Field(
        default="energy", description="a word lies where its file is loud, or is the whole file"
    )
    below: float = Field(
        default=40, gt=0, le=120, description="dB under the loudest 10 ms that are still the word"
    )
    word: re.Pattern[str] = Field(
        default=re.compile(r"^(.+?)(?:[ _-]?\d+)?$"),
        description="regular expression of the word in the file's name without extension",
    )
    talker: str = Field(
        default="", description="talker of the files in no subfolder; empty: the folder's name"
    )


def sources(root: Path, options: Options) -> list[Path]:
    """Every audio file below `root`, sorted."""
    return files_below(root, *AUDIO)


def read(root: Path, options: Options) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """Recordings, words and rejects; a file that is no audio, or is silent, is rejected."""
    speech = Speech(root, sources(root, options))
    for name, path in speech.files.items():
        place, _, called = name.rpartition("/")
        talker = place.partition("/")[0] or options.talker or root.resolve().name
        word = talker_of(options.word, called)
        try:
            onset, offset = edges(path, None if options.edges == "file" else options.below)
        except InputError as error:
            speech.rejects.append(Reject(name, str(error)))
        else:
            speech.add(name, name, name, talker, word, onset, offset)
    return speech.result("word")


def edges(path: Path, below: float | None) -> tuple[float, float]:
    """The start and the end, in s, of what is loud in a file; of all of it where `below` is None.

    Loud is a frame of 10 ms whose power, the mean of all channels, is at most `below` dB under
    that of the loudest. Raises InputError where the file cannot be read, holds less sound than it
    promises, or is silent all through.
    """
    # Here and not above: the config is checked at every start, and they are slow to load.
    import numpy as np

    from seesay import sound

    facts = sound.facts(path)
    if below is None:
        return 0.0, facts.duration
    size = max(1, round(FRAME * facts.rate))
    powers = []
    for block in sound.blocks(path, size * FRAMES):
        sound.check(path, block)
        starts = np.arange(0, len(block), size)
        squares = np.square(block, dtype=np.float64).mean(axis=1)
        powers.append(np.add.reduceat(squares, starts) / size)
    power = np.concatenate(powers)
    if not power.any():
        raise InputError(f"{path}: nothing is heard in it; replace or remove it")
    loud = np.flatnonzero(power >= power.max() * 10 ** (-below / 10))
    end = min((loud[-1] + 1) * size, facts.frames)
    return float(loud[0] * size / facts.rate), float(end / facts.rate)
