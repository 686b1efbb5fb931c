"""Readers: one module for each layout a corpus may have on disk.

A picture reader is a module with

* `Options`: the settings model of what this reader alone can be told.
* `sources(root: Path, options: Options) -> list[Path]`: every file that reading depends on,
  sorted. It lists names and opens nothing, so it is quick for tens of thousands of files.
* `read(root: Path, options: Options) -> tuple[list[Picture], list[Reject]]`: the pictures
  sorted by `image_id`, and what could not be read.

A speech reader is a module with

* `sources(root: Path, options: Options) -> list[Path]`: as above.
* `read(root: Path, options: Options) -> tuple[list[Recording], list[SpokenWord], list[Reject]]`:
  the recordings sorted by `recording_id`, the words sorted by recording, onset and offset, and
  what could not be read.
* `Options`, a pydantic model of what the reader wants to be told beyond the folder. Without it
  both functions take the folder alone.

`seesay.corpora.finding` finds it by the name in the config; `seesay.corpora.conformance` checks
that it keeps to this.

`root` is the folder of the corpus. Both functions raise `seesay.shared.errors.InputError` where
the folder as a whole cannot be read; a fault of one row or one file is a `Reject`. Readers
read text and list files; the stages open pictures and recordings.
"""

from dataclasses import dataclass
from pathlib import Path

# Our readers of captioned pictures and of speech, one module each.
PICTURES = ("flickr30k", "flickr8k", "karpathy", "pascal1k")
SPEECH = ("ctm", "flickr_audio", "isolated", "lucid", "textgrid", "timit", "tsv")
READERS = {"pictures": PICTURES, "speech": SPEECH}  # by the stage that imports them
UNKNOWN_TALKER = "unknown"  # who says a word where the corpus does not tell


@dataclass(frozen=True)
class Reject:
    """One thing of a corpus that was left out, and why.

    Attributes:
        id: The identifier of the thing, or `file:line` where it has none.
        reason: One line: the cause and, where there is one, the remedy.
        by_rule: Whether the layout itself wants it left out, so that nothing is wrong with it.
    """

    id: str
    reason: str
    by_rule: bool = False


@dataclass(frozen=True)
class Picture:
    """One picture and its captions.

    Attributes:
        image_id: The path relative to the corpus's folder of pictures, without extension.
        path: The file; None where captions alone are enough and there is no file.
        captions: The captions in the order of the corpus; empty when it has none.
        split: `train`, `validation` or `test` where the corpus has lists of its own.
        placed: Whether the config gives the whole corpus this split; no reader says so.
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
        recording_id: The path relative to the corpus's folder, without extension; of a second
            channel, `#1` after it, and so on.
        path: The file.
        talker: The identifier of the talker; where several speak, of the first.
        channel: The channel that is heard, from 0; None for the only one of a mono file, and
            the mean of all where a file has several.
    """

    recording_id: str
    path: Path
    talker: str
    channel: int | None = None


@dataclass(frozen=True)
class SpokenWord:
    """One token: a word that a talker says at a known time in a recording.

    Attributes:
        recording_id: The recording in which it is heard.
        talker: The identifier of the talker; `UNKNOWN_TALKER` where the corpus does not tell.
        word: The word as the corpus writes it.
        onset: Start, in s from the start of the recording.
        offset: End, in s from the start of the recording.
        picture: The picture that it was said about, by its own id as a picture reader makes it
            (no name of a corpus before it); "" where none is known.
    """

    recording_id: str
    talker: str
    word: str
    onset: float
    offset: float
    picture: str = ""
