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

`root` is the folder of the corpus. Both functions raise `seesay.errors.InputError` where
the folder as a whole cannot be read; a fault of one row or one file is a `Reject`. Readers
read text and list files; the stages open pictures and recordings.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from seesay.errors import InputError

# Our readers of captioned pictures and of speech, one module each.
PICTURES = ("flickr30k", "flickr8k", "karpathy", "pascal1k")
SPEECH = ("ctm", "flickr_audio", "isolated", "lucid", "textgrid", "timit", "tsv")


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
    """

    image_id: str
    path: Path | None
    captions: tuple[str, ...]
    split: str | None = None


@dataclass(frozen=True)
class Recording:
    """One recording of one talker.

    Attributes:
        recording_id: The path relative to the corpus's folder, without extension; of a second
            channel, `#1` after it, and so on.
        path: The file.
        talker: The identifier of the talker.
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


def pictures_below(folder: Path) -> list[Path]:
    """Every JPEG below a folder, sorted, hidden ones left out."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in (".jpg", ".jpeg") and not path.name.startswith(".")
    )


def read_table(path: Path, image_ids: set[str]) -> tuple[dict[str, tuple[str, ...]], list[Reject]]:
    """Captions by picture, in the order of their numbers, from a table of captions.

    The table is comma- or tab-separated with a header (image, sent_no, and caption or
    orig_sent), or has no header and rows `NAME.jpg#0<TAB>caption`. Raises InputError when it is
    neither.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 ({error.reason}); save it as UTF-8") from error
    comma = path.suffix == ".csv" or "\t" not in "".join(lines[:1])
    rows = list(csv.reader(lines) if comma else (line.split("\t") for line in lines))
    header, start = (rows[0] if rows else []), 1
    text = next((name for name in ("caption", "orig_sent") if name in header), None)
    if text is None and header and "#" in header[0]:
        header, start, text = ["image#sent_no", "caption"], 0, "caption"
    elif text is None or "image" not in header:
        raise InputError(f"{path}: the header must name image, sent_no and caption; it is {header}")
    found: dict[str, dict[int, str]] = {}
    rejects = []
    for number, row in enumerate(rows[start:], start + 1):
        where = f"{path.name}:{number}"
        if not any(cell.strip() for cell in row):
            continue
        if len(row) < len(header) and len(row) <= header.index(text):
            rejects.append(Reject(where, f"{len(row)} columns, {len(header)} are wanted"))
            continue
        cells = dict(zip(header, row, strict=False))
        if start == 0:
            cells["image"], _, cells["sent_no"] = cells["image#sent_no"].rpartition("#")
        name = cells["image"]
        image_id = (
            name[: -len(Path(name).suffix)]
            if Path(name).suffix.lower() in (".jpg", ".jpeg")
            else name
        )
        of_picture = found.setdefault(image_id, {})
        try:
            sentence = int(cells.get("sent_no") or len(of_picture))
        except ValueError:
            rejects.append(Reject(where, f"sent_no {cells['sent_no']!r} is no whole number"))
            continue
        if image_id not in image_ids:
            rejects.append(Reject(where, f"a caption of no picture: {name}; add the picture"))
        elif sentence in of_picture:
            rejects.append(Reject(where, f"caption {sentence} of {name} is there twice"))
        else:
            of_picture[sentence] = cells[text]
    captions = {i: tuple(texts[n] for n in sorted(texts)) for i, texts in found.items()}
    return captions, rejects
