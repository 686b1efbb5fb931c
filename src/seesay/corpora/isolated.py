"""Isolated words: an audio file a word, named by the word; a folder a talker, or one talker.

`TALKER/cat.wav`, or `cat.wav` for a single talker, who has the folder's name. A number after the
word distinguishes takes: `cat_2.wav`. The options `word` and `talker` read other layouts; they are
searched in a file's path below the folder, without extension. Speech Commands
(`WORD/TALKER_nohash_0.wav`) is `word: ^([^/]+)/` and `talker: ([^/_]+)_nohash`. The option
`picture` finds the picture that a word was said about in the same way.

The word is where the file is loud (`edges: energy`): from the first to the last 10 ms whose power
is at most `below` dB under the loudest; or it is the whole file (`edges: file`).
"""

import math
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from seesay.corpora import Evidence, Recording, Reject, SpokenWord
from seesay.corpora.files import Listing
from seesay.corpora.spoken import AUDIO, Speech, channel_of, files_below, header, talker_of
from seesay.settings import Settings
from seesay.settings.facts import Reader
from seesay.shared.errors import InputError, cause
from seesay.shared.printable import composed

ABOUT = Reader(
    "speech",
    "isolated words",
    layout="a folder of words: `cat.wav`, or `TALKER/cat_2.wav`",
    options="`edges` (energy, or file), `below` (40 dB), `word`, `talker`, `channel` (the mean of"
    " all), `picture`, `noises`",
    isolated=True,
)

FRAME = 0.010  # s
PLAIN = re.compile(r"[\w -]*")
CODE = re.compile(r"_nohash|[^\W\d_]\d|\d[^\W\d_]")  # letters followed by digits, or the reverse
FRAMES = 4096  # of 10 ms, read at once


class Options(Settings):
    """Where the word is in its file, and who says it."""

    edges: Literal["energy", "file"] = Field(
        default="energy", description="a word lies where its file is loud, or is the whole file"
    )
    below: float = Field(
        default=40, gt=0, le=120, description="dB under the loudest 10 ms that are still the word"
    )
    word: re.Pattern[str] = Field(
        # A number at the end is a take, unless it is the whole name.
        default=re.compile(r"([^/]+?)(?:[ _-]+\d+|(?<=[^\W\d_])\d+)?$"),
        description="regular expression of the word in a recording's name",
    )
    talker: re.Pattern[str] | None = Field(
        default=None,
        description="regular expression of the talker in a recording's name; a plain name that is"
        " in none of them is the talker of the files in no subfolder; null: the first folder's"
        " name",
    )
    picture: re.Pattern[str] | None = Field(
        default=None,
        description="regular expression of the picture that a word is said about in a recording's"
        " name; null where there is none",
    )
    noises: re.Pattern[str] = Field(
        default=re.compile(r"^_.*_$"),
        description="regular expression; a word in which it is found is dropped",
    )
    channel: Annotated[int, Field(ge=1)] | Literal["A", "B"] | None = Field(
        default=None, description="channel that is heard, from 1; null: the mean of all"
    )


def sources(root: Path, options: Options) -> list[Path]:
    """Every audio file below `root`, sorted."""
    return files_below(root, *AUDIO)


def read(root: Path, options: Options) -> tuple[list[Recording], list[SpokenWord], list[Reject]]:
    """Recordings, words and rejects; rejects files that are no audio, or silent.

    Raises InputError if words and talkers have clearly changed places.
    """
    speech = Speech(root, sources(root, options), options.noises)
    channel = None if options.channel is None else channel_of(str(options.channel))
    below = None if options.edges == "file" else options.below
    words = {name: talker_of(options.word, name) for name in speech.files}
    if not {"word", "talker"} & options.model_fields_set:
        _check_order(root, words)
    talkers = talkers_of(list(speech.files), options.talker, composed(root.resolve().name))
    for name, path in speech.files.items():
        word, talker = words[name], talkers[name]
        onset, offset = 0.0, math.inf
        if "/" in word:
            speech.rejects.append(Reject(name, f"{word!r} holds a folder; see options.word"))
            continue
        noise = options.noises.search(word)
        if not noise and not (word and talker):
            option = "talker" if word else "word"
            reason = f"no {option} is found in its name; see options.{option}"
            speech.rejects.append(Reject(name, reason))
            continue
        if not noise:
            try:
                onset, offset = edges(path, below, channel)
            except InputError as error:
                speech.rejects.append(Reject(name, cause(error, path)))
                continue
        about = talker_of(options.picture, name) if options.picture else ""
        speech.add(name, name, name, talker, word, onset, offset, channel, about)
    return speech.result("word")


def talkers_of(names: list[str], pattern: re.Pattern[str] | None, alone: str) -> dict[str, str]:
    """The talker of each recording; "" if the pattern matches none.

    Without a pattern it is the first folder, or `alone` if there is none. A pattern that is a plain
    name, and in no recording's name, replaces `alone`.
    """
    if pattern is not None and (found := {name: talker_of(pattern, name) for name in names}):
        if any(found.values()) or not PLAIN.fullmatch(pattern.pattern):
            return found
        alone = pattern.pattern
    return {name: name.partition("/")[0] if "/" in name else alone for name in names}


def _check_order(root: Path, words: dict[str, str]) -> None:
    """Raise InputError if most words look like talkers' numbers."""
    folders = {name.partition("/")[0] for name in words if "/" in name}
    odd = [name for name, word in words.items() if CODE.search(word)]
    if len(folders) > 1 and 2 * len(odd) > len(words):
        raise InputError(
            f"{root}: {odd[0]!r} would be the word {words[odd[0]]!r} by the talker"
            f" {odd[0].partition('/')[0]!r}, and most others likewise; for WORD/TALKER_1.wav give"
            " the options word: '^([^/]+)/' and talker: '([^/_]+)_[^/]*$', else the option word"
        )


def edges(path: Path, below: float | None, channel: int | None = None) -> tuple[float, float]:
    """The start and the end, in s, of the loud part of a file; without `below`, of the whole file.

    A frame of 10 ms is loud if its power, of the channel or the mean of all, is at most `below` dB
    under the loudest. Raises InputError if the file cannot be read, holds less sound than it
    promises, lacks the channel, or is silent.
    """
    # Imported here, because the config is checked at every start and these load slowly.
    import numpy as np

    from seesay.shared import sound

    facts = sound.facts(path)
    if (channel or 0) >= facts.channels:
        asked = (channel or 0) + 1
        raise InputError(f"{path}: channel {asked} is asked for, but it has {facts.channels}")
    if below is None:
        return 0.0, facts.duration
    size = max(1, round(FRAME * facts.rate))
    heard = slice(None) if channel is None else slice(channel, channel + 1)
    powers = []
    for block in sound.blocks(path, size * FRAMES):
        sound.check(path, block[:, heard])
        starts = np.arange(0, len(block), size)
        squares = np.square(block[:, heard], dtype=np.float64).mean(axis=1)
        powers.append(np.add.reduceat(squares, starts) / size)
    power = np.concatenate(powers)
    if not power.any():
        raise InputError(f"{path}: nothing is heard in it; replace or remove it")
    loud = np.flatnonzero(power >= power.max() * 10 ** (-below / 10))
    end = min((loud[-1] + 1) * size, facts.frames)
    return float(loud[0] * size / facts.rate), float(end / facts.rate)


def recognise(folder: Listing) -> Evidence | None:
    """Evidence of the layout: short recordings whose names are words, and no text beside them."""
    names = [name.rpartition(".")[0] for name in folder.audio]
    texts = {name.rpartition(".")[0] for name in folder.ending(".txt")}
    if not names or texts & set(names):
        return None
    coded = [name for name in names if "_nohash_" in name and name.count("/") == 1]
    if 2 * len(coded) > len(names):
        options = {"word": "^([^/]+)/", "talker": "([^/_]+)_nohash", "edges": "file"}
        said = f"names such as {coded[0]}, as Speech Commands has them"
        return Evidence(said, options, rank=1)
    words = {name: talker_of(Options().word, name) for name in names}
    plain = [word for word in words.values() if re.fullmatch(r"[^\W\d_]+(['-][^\W\d_]+)*", word)]
    types, folders = set(words.values()), {name.rpartition("/")[0] for name in names}
    # With fewer words than folders, words and talkers have changed places.
    if 5 * len(plain) < 4 * len(names) or len(types) < max(2, len(folders)):
        return None
    few = folder.audio[:: max(1, len(folder.audio) // 5)][:5]
    lengths = [facts[1] for name in few if (facts := header(folder.root / name))]
    if max(lengths, default=math.inf) > 4:  # s
        return None
    said = f"{len(names):,} recordings named by words ({', '.join(sorted(types)[:3])}, ...)"
    talkers = "by a talker each folder" if folders != {""} else "by one talker"
    return Evidence(f"{said}, {talkers}", rank=1)
