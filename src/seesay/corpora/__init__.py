"""Readers: one module for each layout of a corpus on disk.

A module of ours has `ABOUT`, its facts (`seesay.settings.facts.Reader`), which make its name a
reader of the config. A picture reader is a module with

* `Options`: the settings model of this reader's own options.
* `sources(root: Path, options: Options) -> list[Path]`: every file that reading depends on,
  sorted. It lists names and opens nothing, so it is quick for tens of thousands of files.
* `read(root: Path, options: Options) -> tuple[list[Picture], list[Reject]]`: the pictures
  sorted by `image_id`, and the rejects.

A speech reader is a module with

* `sources(root: Path, options: Options) -> list[Path]`: as above.
* `read(root: Path, options: Options) -> tuple[list[Recording], list[SpokenWord], list[Reject]]`:
  the recordings sorted by `recording_id`, the words sorted by recording, onset and offset, and
  the rejects. A recording without words has a text, or says a caption.
* `Options`, a pydantic model of its options beyond the folder. Without it both functions take
  only the folder.

A module of ours also has

* `recognise(folder: Listing) -> Evidence | None`: whether a folder seems to have this layout, for
  `seesay init`. It knows the names of all files (`seesay.corpora.files.Listing`) and opens the
  beginnings of a few. Code stamps leave it out, so nothing else in the module uses it. Raises
  InputError if the folder has this layout twice.

`seesay.corpora.finding` finds a reader by its name in the config; `seesay.corpora.conformance`
checks that it keeps this contract.

`root` is the folder of the corpus. Both functions raise `seesay.shared.errors.InputError` if the
folder as a whole cannot be read; a fault of one row or one file is a `Reject`. Readers read text
and list files; the stages open pictures and recordings.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seesay.settings.choice import about, names


def _readers(stage: str) -> tuple[str, ...]:
    """Our readers for a stage: the modules here whose `ABOUT` says so."""
    return tuple(name for name in names(__name__) if about(__name__, name).reads == stage)


# Our readers of captioned pictures and of speech, sorted.
PICTURES = _readers("pictures")
SPEECH = _readers("speech")
READERS = {"pictures": PICTURES, "speech": SPEECH}  # by the stage that uses them
UNKNOWN_TALKER = "unknown"  # the talker of a word, if the corpus names none


@dataclass(frozen=True)
class Reject:
    """One thing of a corpus that was left out, and why.

    Attributes:
        id: The identifier of the thing, or `file:line` without one.
        reason: One line: the cause, and the remedy if there is one.
        by_rule: Whether the layout itself leaves it out, so that nothing is wrong with it.
    """

    id: str
    reason: str
    by_rule: bool = False


@dataclass(frozen=True)
class Picture:
    """One picture and its captions.

    Attributes:
        image_id: The path relative to the corpus's folder of pictures, without extension.
        path: The file; None if captions alone are enough and there is no file.
        captions: The captions in the order of the corpus; empty if it has none.
        split: `train`, `validation` or `test`, from the corpus's own lists.
        placed: Whether the config gives the whole corpus this split; readers never set it.
    """

    image_id: str
    path: Path | None
    captions: tuple[str, ...]
    split: str | None = None
    placed: bool = False


@dataclass(frozen=True)
class Recording:
    """One recording, or one channel of it.

    Attributes:
        recording_id: The path relative to the corpus's folder, without extension; a second
            channel adds `#1`, and so on.
        path: The file.
        talker: The identifier of the talker; of several, the first to speak.
        channel: The channel to hear, from 0; None for the only one of a mono file, and for the
            mean of several.
        picture: The picture whose caption it says, by its id from a picture reader (without a
            corpus's name); "" if it says no caption.
        caption: The number of this caption within the picture, from 0; None if it says none.
        text: What it says, if there are no words with times: the stage alignment finds them. "" if
            it has words, or if it says what is written in its caption.
        start: Where it begins in the file, in s; times of words count from the file's start.
        end: Where it ends; None for the file's end.
    """

    recording_id: str
    path: Path
    talker: str
    channel: int | None = None
    picture: str = ""
    caption: int | None = None
    text: str = ""
    start: float = 0.0
    end: float | None = None


@dataclass(frozen=True)
class SpokenWord:
    """One token: a word that a talker says at a known time in a recording.

    Attributes:
        recording_id: The recording.
        talker: The identifier of the talker; `UNKNOWN_TALKER` if the corpus names none.
        word: The word as the corpus writes it.
        onset: Start, in s from the start of the recording.
        offset: End, in s from the start of the recording.
        picture: The picture that it was said about, by its id from a picture reader (without a
            corpus's name); "" if unknown.
    """

    recording_id: str
    talker: str
    word: str
    onset: float
    offset: float
    picture: str = ""


@dataclass(frozen=True)
class Evidence:
    """Why a folder seems to have a reader's layout.

    Attributes:
        said: What decides, in a few words.
        options: The reader's options for this folder, if they are not the defaults.
        rank: How much it says: 3 for files that only this layout has, 2 for a format that several
            layouts may have, 1 for names alone. Of several readers the highest rank wins.
        split: Whether the corpus has its own training, validation and test pictures.
        timed: Whether its words have times; otherwise they are found by alignment.
        spoken: Whether its recordings say captions of pictures.
    """

    said: str
    options: dict[str, Any] = field(default_factory=dict)
    rank: int = 3
    split: bool = False
    timed: bool = True
    spoken: bool = False
