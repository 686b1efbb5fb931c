"""Readers: one module for each layout a corpus may have on disk.

A picture reader is a module with

* `sources(root: Path) -> list[Path]`: every file that reading depends on, sorted.
  It lists names and opens nothing, so it is quick for tens of thousands of files.
* `read(root: Path) -> tuple[list[Picture], list[Reject]]`: the pictures sorted by
  `image_id`, and what could not be read.

A speech reader is a module with

* `sources(root: Path) -> list[Path]`: as above.
* `read(root: Path) -> tuple[list[Recording], list[SpokenWord], list[Reject]]`: the
  recordings sorted by `recording_id`, the words sorted by recording and onset, and what
  could not be read.

`root` is the folder of the corpus. Both functions raise `seesay.errors.InputError` where
the folder as a whole cannot be read; a fault of one row or one file is a `Reject`. Readers
read text and list files; the stages open pictures and recordings.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Reject:
    """One thing of a corpus that was left out, and why.

    Attributes:
        id: The identifier of the thing, or `file:line` where it has none.
        reason: One line: the cause and, where there is one, the remedy.
    """

    id: str
    reason: str


@dataclass(frozen=True)
class Picture:
    """One picture and its captions.

    Attributes:
        image_id: The path relative to the corpus's folder of pictures, without extension.
        path: The file.
        captions: The captions in the order of the corpus; empty when it has none.
        split: `train`, `validation` or `test` where the corpus has lists of its own.
    """

    image_id: str
    path: Path
    captions: tuple[str, ...]
    split: str | None = None


@dataclass(frozen=True)
class Recording:
    """One recording of one talker.

    Attributes:
        recording_id: The path relative to the corpus's folder, without extension.
        path: The file.
        talker: The identifier of the talker.
    """

    recording_id: str
    path: Path
    talker: str


@dataclass(frozen=True)
class SpokenWord:
    """One token: a word that a talker says at a known time in a recording.

    Attributes:
        recording_id: The recording in which it is heard.
        talker: The identifier of the talker.
        word: The word as the corpus writes it.
        onset: Start, in s from the start of the recording.
        offset: End, in s from the start of the recording.
    """

    recording_id: str
    talker: str
    word: str
    onset: float
    offset: float
