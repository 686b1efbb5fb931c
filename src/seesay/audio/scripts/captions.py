"""The captions themselves, each whole in a recording of its own, by several talkers.

The folder holds the recordings and a table of words that names each one's picture and caption; the
reader `tsv` reads it. It is labelled as synthetic wherever it shows.
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from seesay.audio.scripts import Rows, Talk
from seesay.schemas.vision import CAPTIONS
from seesay.settings.facts import Script
from seesay.settings.synthesis import SynthesisSettings
from seesay.shared.randomness import generator
from seesay.shared.voices import talker_names

ABOUT = Script(
    "captions, each in its own recording",
    "pictures/captions.parquet",
    "tsv",
    {"noises": "(?!)", "columns": {"picture": "picture", "caption": "caption"}},
)

TABLE = CAPTIONS
NOTICE = """\
Synthetic speech, made by seesay with {engines}.
No person speaks here. Each recording says one caption of a picture; words.tsv names both.
"""
# As it is said: punctuation and the case of letters are left out.
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def talks(captions: pd.DataFrame, settings: SynthesisSettings) -> dict[str, Talk]:
    """The captions of each talker, from CAPTIONS; `voices` different talkers say each one.

    Captions are dealt evenly, in random order. Those without a word are left out.
    """
    random = generator("synthesis", "captions", settings.seed)
    names = talker_names(settings.talkers, settings.engines)
    captions = captions.sort_values(["image_id", "caption"], ignore_index=True)
    first = np.empty(len(captions), dtype=np.int64)
    first[random.permutation(len(captions))] = np.arange(len(captions)) % len(names)
    found = {name: Talk() for name in names}
    # Different steps from a caption's first talker lead to different talkers.
    for step in random.permutation(len(names))[: settings.voices]:
        dealt = (first + step) % len(names)
        for talker, (image_id, caption, text) in zip(
            dealt, captions[["image_id", "caption", "text"]].itertuples(index=False), strict=True
        ):
            name, words = names[talker], WORD.findall(text.lower())
            if words:
                found[name].script.append(words)
                found[name].names.append(f"{image_id}_{caption}_{name}.wav")
                found[name].says.append((image_id, caption))
    return {name: talk for name, talk in found.items() if talk.script}


def write_tables(
    folder: Path, talks: list[Talk], rows: list[Rows], _: list[dict[str, str]]
) -> None:
    """The table of words, from the talkers' (filename, onset, offset, word)."""
    tokens = pd.DataFrame(
        [row for some in rows for row in some], columns=["file", "onset", "offset", "word"]
    )
    files = [
        (name, name.removesuffix(".wav").rpartition("_")[2], *says)
        for talk in talks
        for name, says in zip(talk.names, talk.says, strict=True)
    ]
    own = pd.DataFrame(files, columns=["file", "speaker", "picture", "caption"])
    tokens.merge(own, on="file").sort_values(["file", "onset"]).to_csv(
        folder / "words.tsv", sep="\t", index=False, float_format="%.4f", lineterminator="\n"
    )
