"""Checks that a reader keeps the contract of `seesay.corpora`, on a folder of yours.

    python -m seesay.corpora.conformance my_reader.py FOLDER --options '{"key": "value"}'

prints what the reader found and every broken point, and ends with exit status 1 if there is any.
The result shows whether it reads pictures or speech: (pictures, rejects), or (recordings, words,
rejects). The folder is only read: the harder checks use links in a temporary folder. The reader
reads it seven times, and the command reports each step.
"""

import argparse
import json
import math
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from seesay.corpora import PICTURES, SPEECH, Picture, Recording, Reject, SpokenWord
from seesay.corpora.finding import find
from seesay.settings.corpora import Corpus
from seesay.shared import rejects, tables
from seesay.shared.errors import InputError
from seesay.shared.printable import unprintable

KINDS: dict[int, tuple[type, ...]] = {
    2: (Picture, Reject),
    3: (Recording, SpokenWord, Reject),
}
SPLITS = ("train", "validation", "test", None)
Found = tuple[list[Any], ...]
Say = Callable[[str], None]


def check(corpus: Corpus, say: Say = lambda step: None) -> list[str]:
    """The points that a corpus's reader breaks, one line each; empty if none.

    Calls `say` with each step before it begins.
    """
    with tempfile.TemporaryDirectory() as name:
        return [problem for part in _checks(corpus, Path(name), say) for problem in part]


def _checks(corpus: Corpus, scratch: Path, say: Say) -> Iterator[Iterator[str]]:
    try:
        say("listing the sources")
        sources = listed(corpus)
        say(f"reading {len(sources):,} sources")
        found = _read(corpus)
    except Exception as error:  # a reader may raise anything; report it in one line
        yield iter([f"cannot read {corpus.path}: {_shown(error)}"])
        return
    yield of_sources(corpus, sources)
    shape = list(of_shape(found))
    yield iter(shape)
    if not shape:
        say("looking at what was read")
        if len(found) == len(KINDS[2]):
            yield of_pictures(found, sources)
        else:
            yield of_recordings(found, sources)
            yield of_words(found)
        yield of_rejects(found)
        yield of_copies(corpus, sources, found, scratch, say)
    yield of_faults(corpus, sources, scratch, say)


def listed(corpus: Corpus) -> list[Path]:
    """The sources of a corpus."""
    return find(corpus, (*PICTURES, *SPEECH)).sources()


def _read(corpus: Corpus) -> Any:
    return find(corpus, (*PICTURES, *SPEECH)).read()


def of_sources(corpus: Corpus, sources: list[Path]) -> Iterator[str]:
    """Sources are existing files, each once, always in the same order."""
    if not sources or not all(isinstance(path, Path) for path in sources):
        yield "sources: expected a list of pathlib.Path that is not empty"
        return
    for path, count in Counter(sources).items():
        if count > 1:
            yield f"sources: {path} is there {count} times"
        if not path.is_file():
            yield f"sources: {path} is no file"
    if listed(corpus) != sources:
        yield "sources: a second call gives another list"


def of_shape(found: Any) -> Iterator[str]:
    """A picture reader returns a tuple of two lists, a speech reader of three."""
    kinds = KINDS.get(len(found)) if isinstance(found, tuple) else None
    if kinds is None:
        yield (
            "read: expected a tuple of three lists: recordings, words, rejects; or, of a reader of"
            " pictures, of two: pictures, rejects"
        )
        return
    for some, kind in zip(found, kinds, strict=True):
        if not isinstance(some, list) or not all(isinstance(one, kind) for one in some):
            of_speech = "; of speech, a tuple of three lists" if len(kinds) == 2 else ""
            yield f"read: expected a list of {kind.__name__}{of_speech}"


def of_pictures(found: Found, sources: list[Path]) -> Iterator[str]:
    """Pictures have distinct ids, are sorted and among the sources, and have captions."""
    pictures: list[Picture] = found[0]
    if not any(picture.captions for picture in pictures):
        yield "read: no picture with a caption is found here; check with a folder that has some"
    ids = [picture.image_id for picture in pictures]
    if ids != sorted(ids):
        yield "read: the pictures are not sorted by image_id"
    yield from (f"read: the picture {name!r} is there twice" for name in _twice(ids))
    known = set(sources)
    for picture in pictures:
        captions = picture.captions
        texts = isinstance(captions, tuple) and all(isinstance(text, str) for text in captions)
        problems = {
            "its id is empty or cannot be printed": not picture.image_id
            or bool(unprintable(picture.image_id)),
            f"{picture.path} is not among the sources: no rerun would see it": (
                picture.path is not None and picture.path not in known
            ),
            "its captions must be a tuple of str": not texts,
            f"the split {picture.split!r} is none of train, validation, test": (
                picture.split not in SPLITS
            ),
            "placed is for the config to say": picture.placed,
        }
        where = f"read: the picture {picture.image_id!r}"
        yield from (f"{where}: {text}" for text, bad in problems.items() if bad)


def of_recordings(found: Found, sources: list[Path]) -> Iterator[str]:
    """Recordings have distinct ids, are sorted, and are among the sources."""
    recordings: list[Recording] = found[0]
    known = set(sources)
    ids = [recording.recording_id for recording in recordings]
    if ids != sorted(ids):
        yield "read: the recordings are not sorted by recording_id"
    yield from (f"read: the recording {name!r} is there twice" for name in _twice(ids))
    for recording in recordings:
        where = f"read: the recording {recording.recording_id!r}"
        if recording.path not in known:
            yield f"{where}: {recording.path} is not among the sources: no rerun would see it"
        if recording.channel is not None and recording.channel < 0:
            yield f"{where}: the channel {recording.channel} is below 0"
        picture, caption = recording.picture, recording.caption
        number = isinstance(caption, int) and caption >= 0
        named = isinstance(picture, str) and picture != "" and not unprintable(picture)
        if (picture, caption) != ("", None) and not (named and number):
            yield f"{where}: expected a picture's id and the number of its caption, or neither"


def of_rejects(found: Found) -> Iterator[str]:
    """A reject has an id and a reason of one line."""
    for reject in found[-1]:
        if not reject.id or not reject.reason or "\n" in reject.id + reject.reason:
            yield f"read: the reject {reject.id!r} needs an id and a reason of one line"


def of_words(found: Found) -> Iterator[str]:
    """Words are single words of known recordings, sorted, with valid times."""
    recordings: list[Recording] = found[0]
    words: list[SpokenWord] = found[1]
    ids = {recording.recording_id for recording in recordings}
    # The stage alignment finds the words of these.
    said = {r.recording_id for r in recordings if r.text or r.caption is not None}
    if not words and not said:
        yield "read: no word is found in this folder; check with one that has some"
    keys = [(word.recording_id, word.onset, word.offset) for word in words]
    if keys != sorted(keys):
        yield "read: the words are not sorted by recording_id, onset and offset"
    for word in words:
        problems = {
            "its recording is not among the recordings": word.recording_id not in ids,
            "the word must be one word": len(word.word.split()) != 1,
            "it has no talker": not word.talker,
            "its picture must be a str that can be printed": (
                not isinstance(word.picture, str) or bool(unprintable(word.picture))
            ),
            "its times are not 0 <= onset < offset, in s": not (
                0 <= word.onset < word.offset < math.inf
            ),
        }
        shown = f"{word.word!r} at {word.onset} in {word.recording_id!r}"
        yield from (f"read: {shown}: {text}" for text, bad in problems.items() if bad)
    if ids - said - {word.recording_id for word in words}:
        yield "read: a recording without a word or a text; leave it out and reject it"


def of_copies(
    corpus: Corpus, sources: list[Path], found: Found, scratch: Path, say: Say
) -> Iterator[str]:
    """Results depend neither on the folder's place, nor on other files in it, nor on the call."""
    say("reading a second time")
    if _bare(_read(corpus)) != _bare(found):
        yield "read: a second call gives something else"
    say("reading a folder of links to the sources")
    copy = _linked(corpus, sources, scratch / "copy", lambda path: True)
    try:
        if _bare(_read(copy)) != _bare(found):
            yield (
                "read: gives something else from a folder of the sources alone: it reads what"
                " sources does not list, or an id or a talker depends on where the folder lies"
            )
    except Exception as error:
        yield f"read: fails on a folder of the sources alone: {_shown(error)}"


def of_faults(corpus: Corpus, sources: list[Path], scratch: Path, say: Say) -> Iterator[str]:
    """A missing folder is an InputError, and a missing file is nothing worse."""
    absent = corpus.model_copy(update={"path": str(scratch / "absent")})
    faults: list[tuple[str, Callable[[Corpus], Any], Corpus]] = [
        ("sources of a folder that is not there", listed, absent),
        ("read of a folder that is not there", _read, absent),
    ]
    for number in {0, len(sources) // 2, len(sources) - 1}:
        gone = sources[number]
        less = _linked(corpus, sources, scratch / str(number), lambda p, g=gone: p != g)  # type: ignore[misc]
        faults.append((f"read without {gone.name}", _read, less))
    for what, function, broken in faults:
        say(what)
        try:
            function(broken)
            if broken is absent:
                yield f"{what}: expected an InputError"
        except InputError as error:
            if "\n" in str(error):
                yield f"{what}: the InputError must be one line"
        except Exception as error:
            yield f"{what}: {_shown(error)}, but a user's mistake is an InputError or a Reject"


def _linked(
    corpus: Corpus, sources: list[Path], folder: Path, keep: Callable[[Path], bool]
) -> Corpus:
    """The corpus in a folder of links to the sources to keep."""
    root = Path(corpus.path)
    # Some readers name the talker after the folder.
    folder = folder / (root.resolve().name or "root")
    folder.mkdir(parents=True)
    below = {path for path in sources if path.is_relative_to(root) and path.is_file()}
    for path in filter(keep, below):
        link = folder / os.path.relpath(path, root)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path.resolve())
    return corpus.model_copy(update={"path": str(folder)})


def _bare(found: Found) -> list[Any]:
    """The result, without the paths."""
    if len(found) == len(KINDS[2]):
        return [(p.image_id, p.path is None, p.captions, p.split) for p in found[0]]
    return [[replace(recording, path=Path()) for recording in found[0]], found[1]]


def _twice(names: list[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


def _shown(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"


def _counted(found: Found) -> str:
    """The numbers of things found, in words."""
    if len(found) == len(KINDS[2]):
        captions = sum(len(picture.captions) for picture in found[0])
        return f"{len(found[0])} pictures, {captions} captions"
    talkers = len({word.talker for word in found[1]})
    return f"{len(found[0])} recordings, {talkers} talkers, {len(found[1])} words"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Check a reader on a folder.")
    parser.add_argument("reader", help="as in the config: a module, or a path ending in .py")
    parser.add_argument("folder", help="a corpus that it reads; a small one is quick")
    parser.add_argument("--options", default="{}", type=json.loads, help="as JSON")
    given = parser.parse_args()
    corpus = Corpus(reader=given.reader, path=given.folder, options=given.options)
    problems = check(corpus, lambda step: print(f"{step} ...", file=sys.stderr, flush=True))
    for problem in problems:
        print(problem)
    if problems:
        sys.exit(1)
    found = _read(corpus)
    print(f"{_counted(found)}, {len(found[-1])} rejects; the reader keeps to the contract")
    told = tables.rejects(("read", reject.id, reject.reason) for reject in found[-1])
    print(*rejects.lines(told), sep="\n", end="\n" if found[-1] else "")


if __name__ == "__main__":
    main()
