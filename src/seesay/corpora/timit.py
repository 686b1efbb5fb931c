"""TIMIT: a `.wrd` beside each audio file, a word a line: first and last sample, word.

Samples are counted at 16 kHz, whatever the rate of the audio file. A talker is a folder
(`train/dr1/fcjf0/sa1.wav`). NIST SPHERE files that shorten has not compressed are read as they are.
"""

import re
from pathlib import Path

from pydantic import Field

from seesay.corpora import Evidence, Recording, Reject, SpokenWord, spoken
from seesay.corpora.files import Listing, stem
from seesay.corpora.listing import lines
from seesay.corpora.spoken import AUDIO, Speech, files_below, talker_of
from seesay.settings.facts import Reader
from seesay.shared.errors import InputError

ABOUT = Reader(
    "speech",
    "TIMIT",
    layout="`.wrd` beside `.wav`: first sample, last sample, word; a folder a talker",
    options="`rate` (16000), `talker`, `noises`",
)

WORDS = ".wrd"
SAMPLE = re.compile(r"[0-9]{1,15}")


class Options(spoken.Options):
    """How samples are counted and talkers are named."""

    rate: int = Field(default=16000, ge=1, description="rate of the sample numbers, in Hz")
    talker: re.Pattern[str] = Field(
        default=re.compile(r"([^/]+)/[^/]+$"),
        description="regular expression of the talker in a recording's name",
    )


def sources(root: Path, options: Options) -> list[Path]:
    """The word files and every audio file below `root`, sorted."""
    found = files_below(root, *AUDIO, WORDS)
    if not any(path.suffix.lower() == WORDS for path in found):
        raise InputError(f"{root}: has no file {WORDS}; see its path in the config")
    return found


def read(root: Path, options: Options) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """Recordings, words and rejects of a folder in TIMIT's layout."""
    files = sources(root, options)
    speech = Speech(root, [p for p in files if p.suffix.lower() in AUDIO], options.noises)
    for path in files:
        if path.suffix.lower() != WORDS:
            continue
        where = path.relative_to(root).as_posix()
        name = stem(Path(where))
        if name not in speech.files:
            speech.rejects.append(Reject(where, "no audio file beside it has its name; add it"))
            continue
        for number, line in lines(path, where, speech.rejects):
            cells = line.split(maxsplit=2)
            if not cells:
                continue
            if len(cells) < 3 or not all(map(SAMPLE.fullmatch, cells[:2])):
                reason = f"expected a first sample, a last sample and a word: {line.strip()}"
                speech.rejects.append(Reject(f"{where}:{number}", reason))
                continue
            onset, offset = (int(cell) / options.rate for cell in cells[:2])
            talker = talker_of(options.talker, name)
            place = f"{where}:{number}"
            speech.add(place, where, name, talker, cells[2].strip(), onset, offset)
    return speech.result(f"line of a {WORDS} file")


def recognise(folder: Listing) -> Evidence | None:
    """Evidence of the layout: word files for most recordings."""
    found = folder.ending(WORDS) if folder.audio else []
    said = f"{len(found):,} files {WORDS} for {len(folder.audio):,} recordings"
    return Evidence(said, rank=2) if found and 2 * len(found) >= len(folder.audio) else None
