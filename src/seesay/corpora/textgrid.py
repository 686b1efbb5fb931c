"""Praat TextGrids, each beside an audio file of its name; one interval of a word tier a word.

Long and short text format, in UTF-8 or UTF-16. The word tier is the first of the option `tiers`
that the file has, whatever its case. Where several talkers share a file, each has a tier that
carries a label before or after that name: `A word`, `word_2`, `F12 - words`.

Who speaks, and in which channel: the talkers of a recording are what the option `talker` finds in
its name (its path below the corpus's folder, without extension), and they sit on the channels in
that order. A label A, B, 1, 2, L or R picks one of them by channel; any other label is the talker
itself, on the channel of its place in the name, or else of its tier's place. A TextGrid
`NAME_A` with no audio file of its own is for channel A of the audio file `NAME`; with one of its
own, it is for that file, and A picks the talker alone (`NAME_A_2` says that the channels are
swapped: A is on the second). A tier without a label, of a file with one talker, is that talker's.
"""

import re
from pathlib import Path

from pydantic import Field

from seesay.corpora import Recording, Reject, SpokenWord, spoken
from seesay.corpora.listing import stem
from seesay.corpora.praat import NoTextGridError, word_tiers
from seesay.corpora.spoken import AUDIO, Speech, files_below

GRIDS = ".textgrid"
CHANNELS = {"a": 0, "b": 1, "1": 0, "2": 1, "l": 0, "r": 1, "left": 0, "right": 1}
LETTER = re.compile(r"^(.+)[_-]([AB])(?:[_-]([12]))?$")


class Options(spoken.Options):
    """How the TextGrids name tiers and talkers."""

    tiers: tuple[str, ...] = Field(
        default=("word", "words", "ort-mau", "ort", "orthography", "orthographic", "transcript"),
        min_length=1,
        description="names of word tiers, the first that a file has is read",
    )
    talker: re.Pattern[str] = Field(
        default=re.compile(r"[^/]+$"),
        description="regular expression of a talker in a recording's name",
    )


def sources(root: Path, options: Options) -> list[Path]:
    """The TextGrids and every audio file below `root`, sorted."""
    return files_below(root, *AUDIO, GRIDS)


def read(root: Path, options: Options) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """Recordings, words and rejects of a folder of TextGrids."""
    files = sources(root, options)
    audio = [path for path in files if path.suffix.lower() != GRIDS]
    speech = Speech(root, audio, options.noises)
    for path in files:
        if path.suffix.lower() == GRIDS:
            add_grid(speech, path, options)
    return speech.result("interval of a TextGrid")


def add_grid(speech: Speech, path: Path, options: Options) -> None:
    """Take the words of a TextGrid into `speech`; reject what cannot be read or placed."""
    where = path.relative_to(speech.root).as_posix()
    name = stem(Path(where))
    matches = options.talker.finditer(name)
    talkers = list(dict.fromkeys(m.group(m.re.groups and 1) or "" for m in matches))
    letter = LETTER.match(name)
    own = speech.find(name) or speech.find(Path(name).name)
    audio = own or (letter and speech.find(letter.group(1))) or ""
    # The channel that the name says; with one talker and a file of its own it says nothing.
    side = None
    if letter and not (own and len(talkers) < 2):
        side = "AB".index(letter.group(2)) ^ (letter.group(3) == "2")
    try:
        tiers = word_tiers(path.read_bytes(), options.tiers)
    except NoTextGridError as error:
        reason = f"cannot be read as a TextGrid in UTF-8 or UTF-16 ({error}); save it again"
        speech.rejects.append(Reject(where, reason))
        return
    if not tiers or audio in ("", "?"):
        reason = f"has no tier called {', '.join(options.tiers)}; name it in options.tiers"
        if tiers:
            count = "more than one" if audio else "no"
            reason = f"{count} audio file has its name; put one beside it"
        speech.rejects.append(Reject(where, reason))
        return
    for place, (label, entries) in enumerate(tiers):
        tier = f"{where}:{label or place + 1}"
        index = CHANNELS.get(label.lower(), side if len(tiers) == 1 else place)
        if label and label.lower() not in CHANNELS:
            talker, index = label, talkers.index(label) if label in talkers else place
        elif len(talkers) == 1:
            talker = f"{talkers[0]}#{index}" if index and len(tiers) > 1 else talkers[0]
        else:
            at = -1 if index is None else index
            talker = talkers[at] if 0 <= at < len(talkers) else ""
        if talker == "":
            reason = f"whose words these are is not clear from {name!r}; see options.talker"
            speech.rejects.append(Reject(tier, reason))
        elif own and side is not None and index != side:
            reason = "the words of the other talker, whom this file is not for"
            speech.rejects.append(Reject(tier, reason, by_rule=True))
        else:
            alone = own and (side is not None or (len(tiers) == 1 and not label))
            for number, (onset, offset, word) in enumerate(entries, start=1):
                place_in = f"{tier}:{number}"
                channel = None if alone else index
                speech.add(place_in, where, audio, talker, word, onset, offset, channel)
