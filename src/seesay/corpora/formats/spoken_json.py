"""JSON of SpokenCOCO and Places Audio: pictures, and what is said about them.

Both hold a list `data`. SpokenCOCO (Hsu et al. 2021) has an entry a picture: `image` and
`captions`, each with `text`, `speaker`, `uttid` and `wav`; its unrolled form has an entry a
recording, with one such object as `caption`. Places Audio (Harwath et al. 2016, 2018) has an entry
a recording: `image`, `wav`, `speaker`, `uttid` and `asr_text`, and beside the list the folders
`image_base_path` and `audio_base_path`, which are of its makers' machine and not read. An aligned
form of either has `text_alignment`: words as `ONSET__WORD__OFFSET`, in s, apart by blanks.

Captions of a picture are numbered from 0 in the order of the files by name, and of the list.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from seesay.corpora import UNKNOWN_TALKER, Evidence, Recording, Reject, SpokenWord, spoken
from seesay.corpora.files import AUDIO, Listing, picture_called
from seesay.corpora.listing import content_of, lines
from seesay.corpora.spoken import HINT, Speech, called, files_below
from seesay.settings import Settings
from seesay.shared import unrepeated
from seesay.shared.errors import InputError
from seesay.shared.printable import composed

SPLITS = {"train": "train", "val": "validation", "dev": "validation", "test": "test"}
SPLIT = re.compile("|".join(SPLITS))
TEXTS = ("text", "asr_text")


class Files(Settings):
    """Which JSON files are read."""

    captions: tuple[str, ...] = Field(
        default=(), description="the JSON files, below the folder; empty: every .json in the folder"
    )


class Options(spoken.Options, Files):
    """Which files are read, and what is no word."""

    times: str = Field(
        default="words.txt",
        description="file below the folder with word times, lines of a wav's name, onset, offset"
        " (s) and word; none if it does not exist. The JSON's own times come first",
    )


@dataclass(frozen=True)
class Said:
    """What is said about a picture.

    Attributes:
        where: Where it stands, for the rejects.
        picture: The picture, as the JSON names it.
        number: The caption's number within the picture.
        wav: The recording's file.
        talker: Who says it.
        text: What is said.
        times: The words with their times, as `text_alignment` has them.
        split: The split of its file, by the file's name; None without any.
    """

    where: str
    picture: str
    number: int
    wav: str
    talker: str
    text: str
    times: str
    split: str | None


def files(root: Path, options: Files) -> list[Path]:
    """The JSON files, sorted. Raises InputError if there is none, or one of them is missing."""
    if not root.is_dir():
        raise InputError(f"{root}: no such folder{HINT}")
    found = [root / name for name in options.captions] or [*root.glob("*.json")]
    missing = [path.name for path in found if not path.is_file()]
    if missing or not found:
        what = f"has no {missing[0]}" if missing else "has no .json"
        raise InputError(f"{root}: {what}; see options.captions and the path in the config")
    return sorted(found)


def read(root: Path, options: Files, rejects: list[Reject]) -> Iterator[Said]:
    """All that is said, file by file. Raises InputError for a file in another format."""
    counts: Counter[str] = Counter()
    for path in files(root, options):
        where = path.relative_to(root).as_posix()
        split = SPLIT.search(path.stem.lower())
        for place, entry in enumerate(_entries(path)):
            for number, said in enumerate(_said(entry)):
                here = f"{where}, data[{place}]" + f".captions[{number}]" * ("captions" in entry)
                fault = _fault(entry, said)
                if fault:
                    rejects.append(Reject(here, fault))
                    continue
                picture = composed(entry["image"]).lstrip("/")
                times = said.get("text_alignment") or entry.get("text_alignment") or ""
                yield Said(
                    here,
                    picture,
                    counts[picture],
                    said["wav"],
                    str(said.get("speaker") or UNKNOWN_TALKER),
                    next(said[name] for name in TEXTS if isinstance(said.get(name), str)),
                    times if isinstance(times, str) else "",
                    SPLITS[split.group()] if split else None,
                )
                counts[picture] += 1


def _entries(path: Path) -> list[Any]:
    try:
        content = unrepeated.loads(content_of(path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({str(error).splitlines()[0]}); correct it") from error
    data = content.get("data") if isinstance(content, dict) else None
    if not isinstance(data, list):
        raise InputError(f"{path}: has no list `data`; is it the JSON of SpokenCOCO or Places?")
    return [entry if isinstance(entry, dict) else {} for entry in data]


def _said(entry: dict[str, Any]) -> list[Any]:
    """The recordings of an entry: several, one, or the entry itself."""
    several = entry.get("captions", [entry.get("caption", entry)])
    return several if isinstance(several, list) and several else [{}]


def _fault(entry: dict[str, Any], said: Any) -> str:
    """What is wrong with a recording; "" if nothing."""
    if not isinstance(entry.get("image"), str) or not entry["image"].strip("/"):
        return "no image; correct or remove the entry"
    if not isinstance(said, dict) or not isinstance(said.get("wav"), str):
        return "no recording with a wav; correct or remove the entry"
    if not any(isinstance(said.get(name), str) for name in TEXTS):
        return "no text and no asr_text; correct or remove the entry"
    return ""


def read_speech(
    root: Path, options: Options
) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """Recordings, words and rejects of the spoken captions."""
    audio = files_below(root, *AUDIO)
    speech = Speech(root, audio, options.noises)
    rejects: list[Reject] = []
    listed = _times(root, options, rejects)
    for said in read(root, options, rejects):
        picture = picture_called(said.picture)
        words = list(_words(said)) or listed.get(called(said.wav).rpartition("/")[2], [])
        talker = said.talker
        for onset, offset, word in words:
            own = (said.where, said.where, said.wav, talker, word, onset, offset)
            speech.add(*own, picture=picture, caption=said.number)
        if not words:
            speech.say(said.where, said.wav, talker, said.text, picture, said.number)
    speech.rejects += rejects
    return speech.result("entry of the JSON")


def speech_sources(root: Path, options: Options) -> list[Path]:
    """The JSON files, the word times and every audio file below `root`, sorted."""
    times = [path for path in [root / options.times] if options.times and path.is_file()]
    return sorted({*files(root, options), *times, *files_below(root, *AUDIO)})


def _words(said: Said) -> Iterator[tuple[str, str, str]]:
    """Onset, offset and word of each word with times in the JSON."""
    for part in said.times.split():
        cells = part.split("__")
        if len(cells) == 3:
            yield cells[0], cells[2], cells[1]


def _times(
    root: Path, options: Options, rejects: list[Reject]
) -> dict[str, list[tuple[str, str, str]]]:
    """Onset, offset and word of each word of a recording (its name), from the file of times."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    path = root / options.times
    for line, text in lines(path, options.times, rejects) if path.is_file() else ():
        cells = text.split()
        if len(cells) == 4:
            found.setdefault(called(cells[0]).rpartition("/")[2], []).append(tuple(cells[1:]))  # type: ignore[arg-type]
        elif cells:
            reason = f"expected a wav's name, onset, offset and a word: {text.strip()}"
            rejects.append(Reject(f"{options.times}:{line}", reason))
    return found


def recognise(folder: Listing, key: str) -> Evidence | None:
    """Evidence of JSON files that begin as either corpus's do, with a key; the timed ones, if any.

    The corpus has its own split if every split has a file.
    """
    heads = {name: folder.head(name) for name in folder.top(".json")}
    keys = ('"image"', '"wav"', key)
    found = [name for name, head in heads.items() if all(each in head for each in keys)]
    aligned = [name for name in found if '"text_alignment"' in heads[name]]
    used = aligned or found
    if not used:
        return None
    parts = {SPLITS[part[0]] for name in used if (part := SPLIT.search(name.lower()))}
    return Evidence(
        f"{', '.join(used)} with the keys {', '.join(keys)}{' and text_alignment' * bool(aligned)}",
        {"captions": used} if len(used) < len(heads) else {},
        split=parts == set(SPLITS.values()),
        timed=bool(aligned) or "words.txt" in folder.names,
        spoken=True,
    )
