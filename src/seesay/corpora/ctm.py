"""NIST CTM: lines of file, channel, onset and duration (s), and word; audio by the file's name.

Every `*.ctm` below the folder is read. Lines may continue with a confidence, a type and a talker;
lines that begin with ;; are comments. Channel 1 or A is the first of the audio file; if any line of
the corpus has a channel 0, as lhotse writes, 0 is the first. If several audio files have a name,
the one beside the CTM comes first. The talker comes from the list of the option `talkers`,
otherwise from the line's eighth column, otherwise from the match of the option `talker` in the
file's name (with `#1` added on a second channel). Of alternatives (`<ALT_BEGIN>`, `<ALT>`,
`<ALT_END>`) the first is kept.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from seesay.corpora import Evidence, Recording, Reject, SpokenWord, spoken
from seesay.corpora.files import Listing
from seesay.corpora.listing import lines
from seesay.corpora.spoken import (
    AUDIO,
    Speech,
    called,
    channel_of,
    files_below,
    named_file,
    seconds,
    talker_of,
)
from seesay.settings.facts import Reader
from seesay.shared.errors import InputError

ABOUT = Reader(
    "speech",
    "NIST CTM",
    layout="NIST CTM (`*.ctm`): file, channel, onset, duration, word",
    options="`talkers` (a list: file, talker), `talker`, `noises`",
)

CTM = ".ctm"
ALTERNATIVES = (BEGIN, NEXT, END) = ("<ALT_BEGIN>", "<ALT>", "<ALT_END>")
UNKNOWN = ("null", "<NA>", "unknown", "-")


class Options(spoken.Options):
    """How talkers and noises are named."""

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
        raise InputError(f"{root}: has no file {CTM}; see its path in the config")
    return sorted({*lists, *found})


def read(root: Path, options: Options) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """Recordings, words and rejects of a folder of CTM files."""
    return read_renamed(root, options, str)


def read_renamed(
    root: Path,
    options: Options,
    rename: Callable[[str], str],
    caption: Callable[[str], tuple[str, int] | None] = lambda name: None,
) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """`read`, with `rename` turning the CTM's name of a file into the audio file's.

    `caption` turns it into the picture and the number of the caption that it says, None for none.
    """
    files = sources(root, options)
    speech = Speech(root, [p for p in files if p.suffix.lower() in AUDIO], options.noises)
    rows = [
        row
        for path in files
        if path.suffix.lower() == CTM
        for row in _rows(path, path.relative_to(root).as_posix(), speech.rejects)
    ]
    first = 0 if any(row.cells[1] == "0" for row in rows) else 1
    known = {}
    if options.talkers is not None:
        known = talkers(root / options.talkers, options.talkers, speech.rejects)
    for row in rows:
        name, channel = rename(row.cells[0]), channel_of(row.cells[1], first)
        beside = f"{row.where.rpartition('/')[0]}/{name}"
        if speech.find(name) == "?" and speech.find(beside):
            name = beside
        if channel is None:
            reason = f"the channel {row.cells[1]!r} is neither A, B nor a number: {row.shown}"
            speech.rejects.append(Reject(row.id, reason))
            continue
        group = f"{row.where}, {name}"
        if row.alternative or (row.is_mark and not options.noises.search(row.cells[4])):
            speech.left_out[group, "lines of alternatives other than the first"] += 1
            continue
        talker = known.get((called(name), channel)) or known.get((called(name), None))
        if talker is None and len(row.cells) > 7 and row.cells[7] not in UNKNOWN:
            talker = row.cells[7]
        if talker is None and options.talkers is None:
            talker = talker_of(options.talker, called(name)) + (f"#{channel}" if channel else "")
        onset, word = row.cells[2], row.cells[4]
        end = _end(onset, row.cells[3])
        said = caption(row.cells[0]) or ("", None)
        speech.add(row.id, group, name, talker or "", word, onset, end, channel, *said)
    return speech.result("line of a CTM file")


@dataclass(frozen=True)
class Row:
    """A line of a CTM: its file below the folder, its number, its cells.

    `alternative` marks a line within an alternative after the first.
    """

    where: str
    number: int
    cells: list[str]
    alternative: bool

    @property
    def id(self) -> str:
        """Its id in the rejects."""
        return f"{self.where}:{self.number}"

    @property
    def is_mark(self) -> bool:
        """Whether it begins, separates or ends alternatives."""
        return self.cells[4].upper() in ALTERNATIVES

    @property
    def shown(self) -> str:
        """The line with single blanks."""
        return " ".join(self.cells)


def _rows(path: Path, where: str, rejects: list[Reject]) -> Iterator[Row]:
    """The lines of a CTM with enough cells; rejects the others, except comments."""
    # The current alternative, from 1 (0: none), and its file and channel.
    alternative, of = 0, ["", ""]
    for number, line in lines(path, where, rejects):
        cells = line.split()
        if not cells or cells[0].startswith(";;"):
            continue
        if len(cells) < 5:
            reason = f"expected file, channel (1 or A), onset, duration and word: {line.strip()}"
            rejects.append(Reject(f"{where}:{number}", reason))
            continue
        mark = cells[4].upper()
        if cells[:2] != of:  # unclosed alternatives
            alternative, of = 0, cells[:2]
        if mark in ALTERNATIVES:
            alternative = {BEGIN: 1, NEXT: alternative + 1, END: 0}[mark]
        yield Row(where, number, cells, alternative > 1 and mark not in ALTERNATIVES)


def talkers(path: Path, where: str, rejects: list[Reject]) -> dict[tuple[str, int | None], str]:
    """The talker of each file (its name without extension) and channel (None: all) in a list.

    Channels count from 0 if any of the list does. If two talkers claim one, the first stays.
    """
    rows = [(number, line.split()) for number, line in lines(path, where, rejects)]
    first = 0 if any(len(cells) == 3 and cells[1] == "0" for _, cells in rows) else 1
    found: dict[tuple[str, int | None], str] = {}
    for number, cells in rows:
        if not cells or cells[0].startswith(";;"):
            continue
        channel = channel_of(cells[1], first) if len(cells) == 3 else None
        if len(cells) != 2 and channel is None:
            reason = (
                "expected a file's name, perhaps its channel, and its talker in one word: "
                + " ".join(cells)
            )
            rejects.append(Reject(f"{where}:{number}", reason))
        elif found.setdefault((called(cells[0]), channel), cells[-1]) != cells[-1]:
            reason = f"a second talker of one file or channel; leave one: {' '.join(cells)}"
            rejects.append(Reject(f"{where}:{number}", reason))
    return found


def _end(onset: str, duration: str) -> str | float:
    """The end of a word; the text itself if it is no number."""
    end = seconds(onset) + seconds(duration)
    return f"{onset}+{duration}" if math.isnan(end) else round(end, 6)


def recognise(folder: Listing) -> Evidence | None:
    """Evidence of the layout: a CTM, and recordings."""
    found = folder.ending(CTM) if folder.audio else []
    return Evidence(f"has {found[0]}, a CTM by its name", rank=2) if found else None
