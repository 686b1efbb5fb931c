"""NIST CTM: lines of file, channel, onset and duration (s), and word; audio by the file's name.

Every `*.ctm` below the folder is read. Lines may go on with a confidence, a type and a talker;
lines that begin with ;; are comments. The channel 1 or A is the first of the audio file. Who
speaks says the list of the option `talkers`, or else the line's eighth column, or else what the
option `talker` finds in the file's name (on a second channel with `#1` after it).
"""

import re
from collections.abc import Callable
from pathlib import Path

from pydantic import Field

from seesay.corpora import Recording, Reject, SpokenWord, spoken
from seesay.corpora.listing import lines, stem
from seesay.corpora.spoken import (
    AUDIO,
    Speech,
    channel_of,
    files_below,
    named_file,
    talker_of,
)
from seesay.errors import InputError

CTM = ".ctm"
UNKNOWN = ("null", "<NA>", "unknown", "-")


class Options(spoken.Options):
    """Who speaks, and what is no word."""

    talkers: str | None = Field(
        default=None,
        description="list below the folder, a line a file: its name, perhaps its channel, and"
        " its talker; null where there is none",
    )
    talker: re.Pattern[str] = Field(
        default=re.compile(".+"),
        description="regular expression of the talker in the name that the CTM gives a file",
    )


def sources(root: Path, options: Options) -> list[Path]:
    """The CTM files, the list of talkers, and every audio file below `root`, sorted."""
    lists = [] if options.talkers is None else [named_file(root, options.talkers, "talkers")]
    found = files_below(root, *AUDIO, CTM)
    if not any(path.suffix.lower() == CTM for path in found):
        raise InputError(f"{root}: has no file {CTM}; see the path in speech.corpora")
    return sorted({*lists, *found})


def read(root: Path, options: Options) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """Recordings, words and rejects of a folder of CTM files."""
    return read_renamed(root, options, str)


def read_renamed(
    root: Path, options: Options, rename: Callable[[str], str]
) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """The same, where `rename` makes an audio file's name of what the CTM calls it."""
    files = sources(root, options)
    speech = Speech(root, [p for p in files if p.suffix.lower() in AUDIO], options.noises)
    known = {}
    if options.talkers is not None:
        known = talkers(root / options.talkers, options.talkers, speech.rejects)
    for path in files:
        if path.suffix.lower() != CTM:
            continue
        where = path.relative_to(root).as_posix()
        for number, line in lines(path, where, speech.rejects):
            if not line.strip() or line.startswith(";;"):
                continue
            cells = line.split()
            channel = channel_of(cells[1]) if len(cells) >= 5 else None
            if channel is None:
                reason = f"{line.strip()}: wants file, channel (1 or A), onset, duration and word"
                speech.rejects.append(Reject(f"{where}:{number}", reason))
                continue
            name = rename(cells[0])
            talker = known.get((stem(Path(name)), channel)) or known.get((stem(Path(name)), None))
            if talker is None and len(cells) > 7 and cells[7] not in UNKNOWN:
                talker = cells[7]
            if talker is None and options.talkers is None:
                talker = talker_of(options.talker, name) + (f"#{channel}" if channel else "")
            speech.add(
                f"{where}:{number}",
                f"{where}, {name}",
                name,
                talker or "",
                cells[4],
                cells[2],
                _end(cells[2], cells[3]),
                channel,
            )
    return speech.result("line of a CTM file")


def talkers(path: Path, where: str, rejects: list[Reject]) -> dict[tuple[str, int | None], str]:
    """The talker of each file (its name without extension) and channel (None: all) of a list."""
    found = {}
    for number, line in lines(path, where, rejects):
        cells = line.split()
        channel = channel_of(cells[1]) if len(cells) == 3 else None
        if len(cells) == 2 or channel is not None:
            found[stem(Path(cells[0])), channel] = cells[-1]
        elif cells:
            reason = f"{line.strip()}: wants a file's name, perhaps its channel, and its talker"
            rejects.append(Reject(f"{where}:{number}", reason))
    return found


def _end(onset: str, duration: str) -> str | float:
    """The end of a word; the text as it stands where it is no number."""
    try:
        return round(float(onset) + float(duration), 6)
    except ValueError:
        return f"{onset}+{duration}"
