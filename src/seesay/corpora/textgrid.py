"""Praat TextGrids, named like their audio files; one interval of a word tier a word.

A TextGrid lies beside its audio file, or in another folder, such as MFA's `aligned/ann/1.TextGrid`
for `audio/ann/1.wav`: it belongs to the file with the same end of the path.

Files are in the long or short text format, in UTF-8, in UTF-16, or in the encoding of the option
`encoding`. The word tier is the first of the option `tiers` that the file has, in any case. If
several talkers share a file, each has a tier with a label before or after that name: `A word`,
`word_2`, `F12 - words` (see `seesay.corpora.formats.tiers`).

The talkers of a recording are the matches of the option `talker` in its name (its path below the
corpus's folder, without extension), on the channels in that order. A label A, B, 1, 2, L or R picks
one of them by channel; any other label is the talker itself, on the channel of its place in the
name, or otherwise of its tier's place. If the audio file has fewer channels than that, as mono
files do, every talker is heard on the mean of its channels. A TextGrid `NAME_A` without an audio
file of its own belongs to channel A of the audio file `NAME`; with one of its own, it belongs to
that file, and A only picks the talker (`NAME_A_2` means swapped channels: A is on the second). A
tier without a label, in a file with one talker, belongs to that talker.

Times are those of the audio file. If a TextGrid does not begin at 0, such as a part that Praat
extracted with its times preserved, the audio file's length decides whether its start is subtracted.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import Field, field_validator

from seesay.corpora import Evidence, Recording, Reject, SpokenWord, spoken
from seesay.corpora.files import Listing, stem, tails
from seesay.corpora.formats.praat import Entries, Grid, NoTextGridError, parse, readable
from seesay.corpora.formats.tiers import passed_over, sides, word_tiers
from seesay.corpora.spoken import AUDIO, Speech, files_below, header
from seesay.settings.facts import Reader
from seesay.shared.printable import composed

ABOUT = Reader(
    "speech",
    "Praat TextGrids",
    layout="Praat TextGrids beside audio files, or in a folder of their own"
    " (`aligned/ann/1.TextGrid` for `audio/ann/1.wav`); long or short text format",
    options="`tiers` (word, words, ...), `talker` (the file's name), `encoding` (UTF-8 or"
    " UTF-16), `noises`",
)

GRIDS = ".textgrid"
LETTER = re.compile(r"^(.+)[_-]([AB])(?:[_-]([12]))?$")
SLACK = 0.01  # most s after 0 at which a TextGrid may begin
FITS = 0.1  # most s by which a TextGrid and its audio file may differ in length
NO_TEXT = "in neither UTF-8 nor UTF-16: name its encoding in options.encoding, such as latin-1"


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
    encoding: str | None = Field(
        default=None,
        description="encoding of the TextGrids in neither UTF-8 nor UTF-16, such as latin-1 or"
        " mac_roman; null rejects them",
    )

    @field_validator("encoding")
    @classmethod
    def _known(cls, encoding: str | None) -> str | None:
        try:
            "".encode(encoding or "utf-8")
        except LookupError:
            raise ValueError(f"{encoding!r} is no encoding; latin-1 and mac_roman are") from None
        return encoding


def sources(root: Path, options: Options) -> list[Path]:
    """The TextGrids and every audio file below `root`, sorted."""
    return files_below(root, *AUDIO, GRIDS)


def read(root: Path, options: Options) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """Recordings, words and rejects of a folder of TextGrids."""
    files = sources(root, options)
    audio = [path for path in files if path.suffix.lower() != GRIDS]
    speech = Speech(root, audio, options.noises)
    add_grids(speech, [path for path in files if path.suffix.lower() == GRIDS], options)
    return speech.result("interval of a TextGrid")


@dataclass(frozen=True)
class Place:
    """Where the words of a TextGrid are heard, by its name.

    Attributes:
        where: Its path below the corpus's folder.
        name: The same without extension.
        talkers: The talkers in the name.
        audio: The id of its audio file; "" for none, "?" for several.
        own: Whether the audio file has the whole name.
        side: The channel in the name; None without one.
    """

    where: str
    name: str
    talkers: list[str]
    audio: str
    own: bool
    side: int | None


@dataclass(frozen=True)
class Voice:
    """The words of one tier, with its times, talker and channel."""

    tier: str
    label: str
    talker: str
    index: int | None
    entries: Entries


def add_grids(speech: Speech, paths: list[Path], options: Options) -> None:
    """Take the words of the TextGrids into `speech`; reject those that cannot be read or placed.

    A TextGrid in another folder belongs to an audio file only if the file has no other one.
    """
    places = {
        path: placed(speech, composed(path.relative_to(speech.root).as_posix()), options)
        for path in paths
    }
    # TextGrids in the audio file's folder first: an audio file has one.
    owners: dict[str, str] = {}
    for place in sorted(places.values(), key=lambda one: (one.name != one.audio, one.where)):
        if place.own:
            owners.setdefault(place.audio, place.where)
    for path, place in places.items():
        owner = owners.get(place.audio, place.where)
        if place.own and place.audio != "?" and owner != place.where:
            reason = "its audio file has another TextGrid; leave one of the two"
            speech.rejects.append(Reject(place.where, f"{reason}: {owner}"))
        else:
            _add_grid(speech, path, place, options)


def _add_grid(speech: Speech, path: Path, place: Place, options: Options) -> None:
    try:
        grid = parse(path.read_bytes(), options.encoding)
        voices = voices_of(grid, place, options)
    except NoTextGridError as error:
        reason = f"cannot be read as a TextGrid ({error}); correct it, or save it again"
        speech.rejects.append(Reject(place.where, reason))
        return
    problem = _misplaced(grid, voices, place, options)
    channels, start = (0, None) if problem else _heard_from(speech, grid, voices, place)
    if start is None:
        reason = problem or (
            f"it goes from xmin {grid.start:g} to xmax {grid.end:g} s, and the length of its audio"
            " file does not say where its times begin; shift it to 0, or extend it, in Praat"
        )
        speech.rejects.append(Reject(place.where, reason))
        return
    if grid.tiers[-1].cut:
        reason = f"cut off in the tier {grid.tiers[-1].name!r}, of which no words are read"
        speech.rejects.append(Reject(f"{place.where}:end", reason))
    _tell_others(speech, grid, place, options)
    heard = [voice for voice in voices if _is_heard(speech, voice, place)]
    alone = place.own and (place.side is not None or (len(voices) == 1 and not voices[0].label))
    if alone or channels == 1 or any((voice.index or 0) >= channels for voice in heard):
        heard = [replace(voice, index=None) for voice in heard]
    for voice in heard:
        for number, (onset, offset, word) in enumerate(voice.entries, start=1):
            times = round(onset - start, 9), round(offset - start, 9)
            spot = f"{voice.tier}:{number}"
            speech.add(
                spot, place.where, place.audio, voice.talker, word, *times, channel=voice.index
            )


def placed(speech: Speech, where: str, options: Options) -> Place:
    """Where the words of the TextGrid `where` are heard, by its name."""
    name = stem(Path(where))
    matches = options.talker.finditer(name)
    talkers = list(dict.fromkeys(m.group(m.re.groups and 1) or "" for m in matches))
    letter = LETTER.match(name)
    own = _audio_of(speech, name)
    audio = own or (letter and _audio_of(speech, letter.group(1))) or ""
    side = None
    # With one talker and its own file, the letter means nothing.
    if letter and not (own and len(talkers) < 2):
        side = "AB".index(letter.group(2)) ^ (letter.group(3) == "2")
    return Place(where, name, talkers, audio, bool(own), side)


def _audio_of(speech: Speech, name: str) -> str:
    """The audio file of a TextGrid's name: its path, or the longest end of it that matches one."""
    return next((found for end in tails(name) if (found := speech.find(end))), "")


def voices_of(grid: Grid, place: Place, options: Options) -> list[Voice]:
    """The word tiers of a TextGrid. Raises NoTextGridError if one cannot be read."""
    tiers = word_tiers(grid.tiers, options.tiers, place.talkers)
    talkers = place.talkers
    channels = sides([label for label, _ in tiers])
    voices = []
    for number, (label, tier) in enumerate(tiers):
        index = channels.get(label.lower(), place.side if len(tiers) == 1 else number)
        if label and label.lower() not in channels:
            talker, index = label, talkers.index(label) if label in talkers else number
        elif len(talkers) == 1:
            talker = f"{talkers[0]}#{index}" if index and len(tiers) > 1 else talkers[0]
        else:
            at = -1 if index is None else index
            talker = talkers[at] if 0 <= at < len(talkers) else ""
        entries = tier.intervals()
        if not readable(label + "".join(word for _, _, word in entries)):
            raise NoTextGridError(NO_TEXT)
        voices.append(Voice(f"{place.where}:{label or number + 1}", label, talker, index, entries))
    return voices


def _heard_from(
    speech: Speech, grid: Grid, voices: list[Voice], place: Place
) -> tuple[int, float | None]:
    """The channels of the audio file, and where it begins in the TextGrid's times.

    Opens the file only if these matter; the stage reports a file that cannot be opened.
    """
    counts = abs(grid.start) > SLACK or len(voices) > 1 or place.side is not None or voices[0].label
    sound = header(speech.files[place.audio]) if counts else None
    if sound is None:
        return max(1 + (voice.index or 0) for voice in voices), 0.0
    return sound[0], begin(grid, sound[1])


def begin(grid: Grid, seconds: float) -> float | None:
    """Where an audio file of this length begins in a TextGrid's times; None if unclear.

    Extracted parts are as long as the TextGrid; whole recordings end where it ends.
    """
    if abs(grid.start) <= SLACK:
        return 0.0
    whole, part = abs(seconds - grid.end), abs(seconds - (grid.end - grid.start))
    if min(whole, part) <= FITS:
        return grid.start if part < whole else 0.0
    # Words before the file begins are rejected one by one.
    return 0.0 if grid.start < 0 else None


def _misplaced(grid: Grid, voices: list[Voice], place: Place, options: Options) -> str:
    """Why a TextGrid's words have no place; "" if they have one."""
    if not voices:
        has = ", ".join(repr(tier.name) for tier in grid.tiers) or "none"
        wanted = ", ".join(options.tiers)
        return f"has no tier called {wanted}; name it in options.tiers (its tiers: {has})"
    if place.audio in ("", "?"):
        count = "more than one" if place.audio else "no"
        return f"{count} audio file has its name; put one beside it"
    return ""


def _tell_others(speech: Speech, grid: Grid, place: Place, options: Options) -> None:
    """Reject the tiers of other talkers beside those that are read."""
    chosen = word_tiers(grid.tiers, options.tiers, place.talkers)
    for tier in passed_over(grid.tiers, chosen, options.tiers, place.talkers):
        reason = "another talker's tier, not called as those that are read; rename it to be read"
        speech.rejects.append(Reject(f"{place.where}:{tier.name}", reason, by_rule=True))


def _is_heard(speech: Speech, voice: Voice, place: Place) -> bool:
    """Whether a tier belongs to this audio file and a known talker; rejects it otherwise."""
    if voice.talker == "":
        reason = f"whose words these are is not clear from {place.name!r}; see options.talker"
        speech.rejects.append(Reject(voice.tier, reason))
    elif place.own and place.side is not None and voice.index != place.side:
        reason = "the words of the other talker, whom this file is not for"
        speech.rejects.append(Reject(voice.tier, reason, by_rule=True))
    else:
        return True
    return False


def recognise(folder: Listing) -> Evidence | None:
    """Evidence of the layout: TextGrids for most recordings."""
    found = folder.ending(GRIDS) if folder.audio else []
    said = f"{len(found):,} TextGrids for {len(folder.audio):,} recordings"
    return Evidence(said, rank=2) if found and 2 * len(found) >= len(folder.audio) else None
