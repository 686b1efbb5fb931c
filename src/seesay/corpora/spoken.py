"""Shared by the speech readers: finding audio by its name, and taking words one by one."""

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field

from seesay.corpora import Recording, Reject, SpokenWord
from seesay.corpora.files import (
    AUDIO,
    UNREAD,
    picture_called,
    stem,
    tails,
    unread,
    visible_files,
)
from seesay.settings import Settings
from seesay.shared.errors import InputError, cause
from seesay.shared.printable import cleaned, composed

# Marks of noises, cut-off words, unclear words and silence.
NOISES = re.compile(r"[<>\[\](){}!*]|^-|-$|^(?i:sil|sp|spn|noise)$")
NOTHING = re.compile(r"(?!)")
HINT = "; see its path in the config"


class Options(Settings):
    """Options of most speech readers."""

    noises: re.Pattern[str] = Field(
        default=NOISES, description="regular expression; a word in which it is found is dropped"
    )


def files_below(root: Path, *suffixes: str) -> list[Path]:
    """The files below `root` with one of these suffixes in any case, sorted.

    Raises InputError if there is no such folder, or no such file in it.
    """
    if not root.is_dir():
        raise InputError(f"{root}: no such folder{HINT}")
    found = [p for p in visible_files(root) if p.suffix.lower() in suffixes and p.is_file()]
    if not found:
        other = "".join(f", {suffix}" for suffix in suffixes if suffix not in AUDIO)
        said = "".join(f"; {reject.id}: {reject.reason}" for reject in unread(root)[:1])
        raise InputError(f"{root}: has no file .wav, .flac, .mp3, ...{other}{said or HINT}")
    return found


def named_file(root: Path, name: str, option: str) -> Path:
    """The file that an option names below `root`. Raises InputError if it does not exist."""
    if not root.is_dir():
        raise InputError(f"{root}: no such folder{HINT}")
    if not (root / name).is_file():
        raise InputError(f"{root}: has no {name}; see {option} and the path in the config")
    return root / name


@dataclass
class Speech:
    """What a speech reader has collected so far.

    Attributes:
        root: The folder of the corpus.
        paths: Its audio files.
        noises: A regular expression; a word that it matches is no word.
        files: The audio files by the id of their first channel.
        words: The usable words.
        rejects: The rejects.
    """

    root: Path
    paths: list[Path]
    noises: re.Pattern[str] = NOTHING
    files: dict[str, Path] = field(default_factory=dict)
    words: list[SpokenWord] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rejects += unread(self.root)
        self.captions: dict[str, tuple[str, int | None]] = {}  # that recordings say
        self.untimed: dict[str, Recording] = {}
        self.dropped: Counter[str] = Counter()
        self.left_out: Counter[tuple[str, str]] = Counter()  # by where they stand, and why
        self.channels: dict[str, tuple[Path, int | None]] = {}
        self.ends: dict[str, tuple[float, str]] = {}
        for path in self.paths:
            recording_id = stem(path.relative_to(self.root))
            if recording_id in self.files:
                first = self.files[recording_id].relative_to(self.root)
                reason = "another audio file differs by its extension alone; remove one"
                self.rejects.append(Reject(str(first), reason))
            self.files[recording_id] = path
        self.by_name: dict[str, str] = {}
        for name in self.files:
            for end in tails(name):
                self.by_name[end] = "?" if end in self.by_name else name
        self.by_name |= {name: name for name in self.files}

    def find(self, name: str) -> str:
        """The id of the audio file that a table names.

        The name may lack the extension, and may be only the end of the path. Returns "" for no
        file, "?" if several paths end so.
        """
        found = self.by_name.get(called(name), "")
        if not found and Path(name).suffix.lower() in UNREAD:  # a table older than the audio files
            found = self.by_name.get(called(name[: -len(Path(name).suffix)]), "")
        return found

    def add(
        self,
        where: str,
        group: str,
        name: str,
        talker: str,
        word: str,
        onset: str | float,
        offset: str | float | None,
        channel: int | None = None,
        picture: str = "",
        caption: int | None = None,
    ) -> None:
        """Take a word of the file `name`, with times in s, or reject it as `where`.

        Without an offset it ends where the file does. `picture` is the file or id of the picture
        that it is said about, and `caption` the number of the picture's caption that the whole
        recording says. Noises are counted, one reject a `group`. Raises InputError if the channel's
        recording would have the id of another file.
        """
        found = self.find(name)
        recording_id = f"{found}#{channel}" if channel else found
        word, talker = cleaned(word).strip(), composed(talker)
        if self.noises.search(word):
            self.dropped[group] += 1
            return
        start = seconds(onset)
        end, fault = self._end(found) if offset is None else (seconds(offset), "")
        if channel and found in self.files and recording_id in self.files:
            raise InputError(
                f"{self.files[found]} (channel {channel + 1}) and {self.files[recording_id]} would"
                f" both be the recording {recording_id!r}; rename one"
            )
        heard = self.channels.get(recording_id, (None, channel))[1]
        about = picture_called(picture)
        says = _caption(about, caption)
        told = self.captions.get(recording_id, says)
        problems = {
            **self._misnamed(found),
            fault: fault != "",
            "no onset or offset in seconds": not math.isfinite(start + end),
            "a negative onset": start < 0,
            "the offset is not after the onset": end <= start,
            "no word": word == "",
            "several words; a row or an interval is to hold one": len(word.split()) > 1,
            "no talker": talker == "",
            "other words of this file are heard on its first channel or on all; say it for all or"
            " for none": heard != channel,
            "this file says another caption; give each its own": says != told,
        }
        problem = next((reason for reason, bad in problems.items() if bad), None)
        if problem is not None:
            times = f"{onset} {'' if offset is None else offset}"
            shown = " ".join(f"{name} {times} {word}".split())  # one line
            self.rejects.append(Reject(where, f"{problem}: {shown}"))
            return
        self.channels.setdefault(recording_id, (self.files[found], channel))
        self.captions.setdefault(recording_id, says)
        self.words.append(SpokenWord(recording_id, talker, word, start, end, about))

    def say(
        self, where: str, name: str, talker: str, text: str, picture: str, caption: int | None
    ) -> None:
        """Take a recording whose words have no times, or reject it as `where`.

        It says `text`, or what is written in its caption.
        """
        found, about = self.find(name), picture_called(picture)
        says = _caption(about, caption)
        problems = {
            **self._misnamed(found),
            "this file is named twice; write all that it says in one row": found in self.untimed,
            "no talker": talker == "",
            "no text, and no caption whose text it could say": not text and not says[0],
        }
        problem = next((reason for reason, bad in problems.items() if bad), None)
        if problem is not None:
            self.rejects.append(Reject(where, f"{problem}: {name}"))
            return
        self.untimed[found] = Recording(
            found, self.files[found], composed(talker), picture=says[0], caption=says[1], text=text
        )

    def _misnamed(self, found: str) -> dict[str, bool]:
        """What may be wrong with a file's name, as `find` has found it, and whether it is."""
        return {
            f"no file of that name among the {len(self.files)} audio files": found == "",
            "two audio files have that name; write its subfolder too": found == "?",
        }

    def _end(self, name: str) -> tuple[float, str]:
        """Where a file ends, in s; or why that is unknown."""
        # Here and not above: the config is checked at every start, and it is slow to load.
        from seesay.shared import sound

        if name in self.files and name not in self.ends:
            path = self.files[name]
            try:
                self.ends[name] = sound.facts(path).duration, ""
            except InputError as error:
                self.ends[name] = math.nan, cause(error, path)
        return self.ends.get(name, (math.nan, ""))

    def result(
        self, origin: str, marks: str = ""
    ) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
        """The sorted recordings and words, and all rejects.

        `origin` says where words come from, such as `row of words.tsv`; `marks` says what counts as
        noise. A recording's talker is that of its first word.
        """
        words = sorted(self.words, key=lambda w: (w.recording_id, w.onset, w.offset, w.word))
        talkers: dict[str, str] = {}
        for word in words:
            talkers.setdefault(word.recording_id, word.talker)
        recordings = [
            Recording(name, path, talkers[name], channel, *self.captions[name])
            for name, (path, channel) in sorted(self.channels.items())
        ]
        recordings += [one for name, one in self.untimed.items() if name not in self.channels]
        recordings.sort(key=lambda recording: recording.recording_id)
        marks = marks or f"words dropped in which {self.noises.pattern} is found"
        dropped = [
            Reject(group, f"{count} {marks}", by_rule=True)
            for group, count in sorted(self.dropped.items())
        ]
        dropped += [
            Reject(group, f"{count} {reason} left out", by_rule=True)
            for (group, reason), count in sorted(self.left_out.items())
        ]
        told = {recording.path for recording in recordings}
        told |= {self.files[r.id] for r in [*self.rejects, *dropped] if r.id in self.files}
        reason = f"no usable {origin} names this recording"
        unheard = [Reject(name, reason) for name, path in self.files.items() if path not in told]
        return recordings, words, [*self.rejects, *dropped, *unheard]


def called(name: str) -> str:
    """A recording's name in a text as an id: with `/`, composed, and without an audio file's
    extension; whatever else follows a dot is part of it.
    """
    name = composed(name).replace("\\", "/").removeprefix("./")
    return name[: -len(Path(name).suffix)] if Path(name).suffix.lower() in AUDIO else name


def header(path: Path) -> tuple[int, float] | None:
    """The channels and the length in s of an audio file; None if it cannot be opened."""
    # Here and not above: the config is checked at every start, and it is slow to load.
    from seesay.shared import sound

    try:
        facts = sound.facts(path, decode=False)
    except InputError:
        return None
    return facts.channels, facts.duration


def seconds(value: str | float) -> float:
    """A time given as text; NaN if it is no number."""
    try:
        return float(str(value).replace("_", "?"))  # Python reads 1_0 as 10
    except ValueError:
        return math.nan


def channel_of(text: str, first: int = 1) -> int | None:
    """A channel from 0, given as A, B, or as a number from `first`, of up to three digits.

    None for anything else.
    """
    text = text.strip().upper()
    if text in ("A", "B"):
        return "AB".index(text)
    known = text.isdecimal() and len(text) <= 3 and int(text) >= first
    return int(text) - first if known else None


def talker_of(pattern: re.Pattern[str], name: str) -> str:
    """The match of `pattern` in a recording's name, or its group if it has one; "" for no match."""
    match = pattern.search(name)
    return "" if match is None else (match.group(1) if match.re.groups else match.group()) or ""


def _caption(picture: str, number: int | None) -> tuple[str, int | None]:
    """The picture and the caption's number, if both are known: a recording says both or none."""
    return (picture, number) if picture and number is not None else ("", None)
