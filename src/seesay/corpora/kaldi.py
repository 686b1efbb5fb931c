"""A Kaldi data folder: `wav.scp`, `utt2spk`, and where they exist `segments`, `text` and `ctm`.

Each utterance is a recording with its own id: a part of a file, if there is a list `segments`.
Words with times come from a CTM, whose lines begin with an utterance (times from its start) or with
a recording (times from its file's start; a word belongs to the utterance that its middle is in);
without one an utterance has only its text. A file in `wav.scp` is a path; a command that ends in a
pipe is not run, and an archive is not read: both are refused by name. The list `utt2cap`, which is
not Kaldi's, says which captions utterances say: lines of utterance, picture, number of the caption.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field

from seesay.corpora import Evidence, Recording, Reject, SpokenWord, spoken
from seesay.corpora.files import Listing, picture_called
from seesay.corpora.listing import is_number, lines
from seesay.corpora.spoken import named_file, seconds
from seesay.settings import UserPath
from seesay.settings.facts import Reader

ABOUT = Reader(
    "speech",
    "Kaldi data folder",
    layout="a Kaldi data folder: `wav.scp` and `utt2spk`, optionally `segments`, `text`, `ctm`, and"
    " `utt2cap` (utterance, picture, number of the caption)",
    options="`audio` (the data folder), `ctm` (ctm), `captions` (utt2cap), `noises`",
)

FILES, TALKERS, PARTS, TEXTS = "wav.scp", "utt2spk", "segments", "text"
NOT_READ = {
    "|": "its sound comes from a command, which is not run; write the path of a file into wav.scp",
    ".ark": "its sound is in an archive, which is not read; write the path of a file into wav.scp",
}


class Options(spoken.Options):
    """Names of the lists that Kaldi does not fix, and where files are."""

    audio: UserPath | None = Field(
        default=None,
        description="folder from which relative paths in wav.scp start; null: the data folder",
    )
    ctm: str = Field(default="ctm", description="the CTM, below the folder; none if not there")
    captions: str = Field(
        default="utt2cap",
        description="list of the captions that utterances say, below the folder: utterance, picture"
        " and number of the caption; none if not there",
    )


@dataclass(frozen=True)
class Part:
    """An utterance: its file, and its start and end in it (s; None: the file's end)."""

    recording: str
    path: Path
    start: float = 0.0
    end: float | None = None


@dataclass
class Folder:
    """The lists of a data folder; bad lines are added to `rejects`."""

    root: Path
    options: Options
    rejects: list[Reject] = field(default_factory=list)

    def rows(self, name: str, cells: int = 2) -> Iterator[tuple[int, list[str]]]:
        """The lines of a list, cut into so many cells, with their numbers; none without the list.

        The last cell may hold blanks.
        """
        path = self.root / name
        for number, line in lines(path, name, self.rejects) if path.is_file() else ():
            found = line.strip().split(maxsplit=cells - 1)
            if len(found) == cells:
                yield number, found
            elif found:
                reason = f"{len(found)} of {cells} columns; correct the line: {line.strip()}"
                self.rejects.append(Reject(f"{name}:{number}", reason))

    def files(self) -> dict[str, str]:
        """The file, or the command, of each recording, as `wav.scp` has it."""
        return {cells[0]: cells[1] for _, cells in self.rows(FILES)}

    def path(self, given: str) -> Path:
        """The path of a file in `wav.scp`."""
        start = self.root if self.options.audio is None else Path(self.options.audio)
        return start / given

    def parts(self) -> dict[str, Part]:
        """Each utterance whose file there is."""
        found: dict[str, Part] = {}
        paths: dict[str, Path] = {}
        for name, given in self.files().items():
            mark = "|" if given.endswith("|") else ".ark" if ".ark" in given else ""
            if mark:
                self.rejects.append(Reject(name, f"{NOT_READ[mark]}: {given!r}"))
            elif not self.path(given).is_file():
                self.rejects.append(Reject(name, f"no such file; correct wav.scp: {given!r}"))
            else:
                paths[name] = self.path(given)
        if not (self.root / PARTS).is_file():
            return {name: Part(name, path) for name, path in paths.items()}
        for number, (name, recording, *times) in self.rows(PARTS, 4):
            start, end = map(seconds, times)
            if recording not in paths:
                reason = f"its recording {recording!r} has no usable file in wav.scp"
                self.rejects.append(Reject(name, reason))
            elif not 0 <= start < math.inf or not (end > start or end == -1):
                reason = f"expected a start and an end in s, or -1: {' '.join(times)}"
                self.rejects.append(Reject(f"{PARTS}:{number}", reason))
            else:
                found[name] = Part(recording, paths[recording], start, None if end == -1 else end)
        return found

    def captions(self) -> dict[str, tuple[str, int]]:
        """The picture and the number of the caption that each utterance says."""
        found = {}
        for number, (name, picture, caption) in self.rows(self.options.captions, 3):
            if is_number(caption.removeprefix("#")):
                found[name] = picture_called(picture), int(caption.removeprefix("#"))
            else:
                reason = f"the caption's number is {caption!r}; expected a number from 0"
                self.rejects.append(Reject(f"{self.options.captions}:{number}", reason))
        return found

    def words(self, parts: dict[str, Part]) -> Iterator[tuple[str, str, float, float]]:
        """The utterance, word, onset and offset (s, from the file's start) of the CTM's lines."""
        within: dict[str, list[str]] = {}
        dropped = 0
        for name, part in parts.items():
            within.setdefault(part.recording, []).append(name)
        for number, cells in self.rows(self.options.ctm, 5):
            where = f"{self.options.ctm}:{number}"
            name, word = cells[0], cells[4].split()[0]
            onset, length = seconds(cells[2]), seconds(cells[3])
            if not (0 <= onset < math.inf and 0 < length < math.inf):
                reason = f"expected an onset and a duration in s: {' '.join(cells)}"
                self.rejects.append(Reject(where, reason))
                continue
            if name in parts:
                onset += parts[name].start
            else:
                middle = onset + length / 2
                own = (n for n in within.get(name, []) if _holds(parts[n], middle))
                name = next(own, "")
            if not name:
                reason = f"of no usable utterance of {FILES} or {PARTS}: {' '.join(cells)}"
                self.rejects.append(Reject(where, reason))
            elif self.options.noises.search(word):
                dropped += 1
            else:
                yield name, word, round(onset, 6), round(onset + length, 6)
        if dropped:
            reason = f"{dropped} words dropped in which {self.options.noises.pattern} is found"
            self.rejects.append(Reject(self.options.ctm, reason, by_rule=True))


def _holds(part: Part, time: float) -> bool:
    return part.start <= time and (part.end is None or time < part.end)


def sources(root: Path, options: Options) -> list[Path]:
    """The lists, and the files that `wav.scp` names and that exist."""
    named = [named_file(root, name, "path") for name in (FILES, TALKERS)]
    others = (PARTS, TEXTS, options.ctm, options.captions)
    named += [root / name for name in others if (root / name).is_file()]
    folder = Folder(root, options)
    audio = (folder.path(given) for given in folder.files().values() if given[-1] != "|")
    return sorted({*named, *(path for path in audio if path.is_file())})


def read(root: Path, options: Options) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """Recordings (utterances), words and rejects of a data folder."""
    sources(root, options)
    folder = Folder(root, options)
    parts = folder.parts()
    talkers = {cells[0]: cells[1] for _, cells in folder.rows(TALKERS)}
    texts = {cells[0]: cells[1] for _, cells in folder.rows(TEXTS)}
    said = folder.captions()
    words = []
    for name, word, onset, offset in folder.words(parts):
        if name in talkers:
            picture = said.get(name, ("", None))[0]
            words.append(SpokenWord(name, talkers[name], word, onset, offset, picture))
    timed = {word.recording_id for word in words}
    recordings = []
    for name, part in sorted(parts.items()):
        text = "" if name in timed else texts.get(name, "")
        if name not in talkers:
            folder.rejects.append(Reject(name, f"no talker; add it to {TALKERS}"))
        elif not (text or name in timed or name in said):
            folder.rejects.append(Reject(name, f"no words with times, and no line in {TEXTS}"))
        else:
            picture, caption = said.get(name, ("", None))
            own = (None, picture, caption, text, part.start, part.end)
            recordings.append(Recording(name, part.path, talkers[name], *own))
    words.sort(key=lambda w: (w.recording_id, w.onset, w.offset, w.word))
    return recordings, words, folder.rejects


def recognise(folder: Listing) -> Evidence | None:
    """Evidence of the layout: its two lists, and one that tells what is said."""
    own = Options()
    lists = [name for name in (own.ctm, TEXTS, own.captions) if name in folder.names]
    if not {FILES, TALKERS} <= set(folder.names) or not lists:
        return None
    said = f"has {FILES}, {TALKERS}, {', '.join(lists)}"
    return Evidence(said, timed=own.ctm in lists, spoken=own.captions in lists)
