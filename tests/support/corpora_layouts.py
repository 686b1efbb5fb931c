"""Small corpora of pictures and of speech in the layouts of the shipped configs, made by code.

Pictures are coloured shapes with captions that say them; speech is a tone of its own for every
word, by talkers who differ in pitch, so that there is something to learn.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
import soundfile
import tgt
from PIL import Image, ImageDraw

RATE = 16000
LENGTH = 0.3  # s of a word
COLOURS = ["red", "blue", "green", "yellow"]
THINGS = ["dog", "ball", "car", "boat", "house"]
PLACES = ["grass", "water", "street"]
WORDS = [*COLOURS, *THINGS, *PLACES]
CAPTIONS = [
    "A {colour} {thing} on the {place} .",
    "There is a {thing} near the {place} .",
    "the {colour} {thing}",
    "A {thing} and the {place} .",
    "One {colour} {thing} .",
]


# ---- pictures


def scene(number: int) -> tuple[Image.Image, list[str]]:
    """A picture of a shape on a ground, and its five captions."""
    said = {
        "colour": COLOURS[number % len(COLOURS)],
        "thing": THINGS[number % len(THINGS)],
        "place": PLACES[number % len(PLACES)],
    }
    picture = Image.new("RGB", (120, 90), ["#7a5", "#58c", "#aaa"][number % len(PLACES)])
    draw = ImageDraw.Draw(picture)
    left, top = 10 + number % 30, 15 + number % 20
    shapes: list[Callable[..., None]] = [draw.ellipse, draw.rectangle]
    shape = shapes[number % len(THINGS) % 2]
    shape((left, top, left + 40 + 5 * (number % len(THINGS)), top + 45), fill=said["colour"])
    return picture, [caption.format(**said) for caption in CAPTIONS]


def flickr8k(folder: Path, numbers: Sequence[int]) -> None:
    """Flickr8k: all pictures in a folder, captions in a table."""
    (folder / "images").mkdir(parents=True)
    rows = ["image\tsent_no\tcaption"]
    for number in numbers:
        picture, captions = scene(number)
        name = f"{1000 + number}_{crc32(b'%d' % number):08x}.jpg"
        picture.save(folder / "images" / name)
        rows += [f"{name}\t{n}\t{caption}" for n, caption in enumerate(captions)]
    (folder / "captions.tsv").write_text("\n".join(rows) + "\n")


def pascal1k(folder: Path, numbers: Sequence[int]) -> None:
    """Pascal1K: a folder a category, the sentences of NAME.jpg in NAME.txt beside it."""
    for number in numbers:
        picture, captions = scene(number)
        place = folder / THINGS[number % len(THINGS)] / f"2008_{number:06}.jpg"
        place.parent.mkdir(parents=True, exist_ok=True)
        picture.save(place)
        place.with_suffix(".txt").write_text("\n".join(captions) + "\n")


PICTURES: dict[str, Callable[[Path, Sequence[int]], None]] = {
    "flickr8k": flickr8k,
    "pascal1k": pascal1k,
}


# ---- speech

Spoken = list[tuple[float, float, str]]


def say(words: Sequence[str], talker: str) -> tuple[np.ndarray, Spoken]:
    """Samples, and (onset, offset, word) in s of each word, with silence between them."""
    pitch = 1 + crc32(talker.encode()) % 100 / 400
    time = np.arange(round(LENGTH * RATE)) / RATE
    gap = np.zeros(round(0.1 * RATE))
    parts, spoken, at = [gap], [], 0.1
    for nth, word in enumerate(words):
        low, high = crc32(word.encode()) % 500, crc32(word[::-1].encode()) % 3000
        hertz = np.array([300 + low, 900 + high])
        sound = np.sin(2 * np.pi * pitch * hertz[:, None] * time).sum(0) * np.hanning(len(time)) / 4
        noise = np.random.default_rng(nth).normal(0, 0.003, len(time))
        parts += [sound + noise, gap]
        spoken.append((round(at, 3), round(at + LENGTH, 3), word))
        at += LENGTH + 0.1
    return np.concatenate(parts), spoken


def order(times: int, seed: int) -> list[str]:
    """Every word so many times, in some order."""
    return list(np.random.default_rng(seed).permutation(WORDS * times))


def write(path: Path, samples: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, RATE)


def lucid(folder: Path) -> None:
    """LUCID: dialogues in stereo and talkers alone, with a TextGrid beside each wav."""
    for session in (["F01", "M02"], ["F03", "M04"], ["F05"]):
        name = f"TASK_{''.join(session)}"
        heard = [say(order(14, n), talker) for n, talker in enumerate(session)]
        write(folder / name[-1] / f"{name}.wav", np.stack([samples for samples, _ in heard], 1))
        grid = tgt.TextGrid()
        for side, (samples, spoken) in zip("AB", heard, strict=False):
            grid.add_tier(
                tgt.IntervalTier(
                    0,
                    len(samples) / RATE,
                    f"{side} word" if len(session) > 1 else "word",
                    [tgt.Interval(*word) for word in spoken],
                )
            )
        tgt.write_to_file(grid, folder / name[-1] / f"{name}.TextGrid", format="long")


def tsv(folder: Path, columns: dict[str, str | None] | None = None) -> None:
    """A table of the words' times, and talkers who read the same text; or of a file a word.

    `columns` are the reader's option; without an onset's, a file is a word.
    """
    names = {name: name for name in ("file", "speaker", "onset", "offset", "word")}
    names |= columns or {}
    rows: list[dict[str, object]] = []
    for talker in ("english1", "english2", "english3", "english4", "english5"):
        who = f"{folder.name}-{talker}"
        if names["onset"] is None:
            for nth, word in enumerate(order(2, 7)):
                file = f"{talker}/{nth}.flac"
                write(folder / file, say([word], who)[0][round(0.1 * RATE) :])
                rows.append({"file": file, "speaker": who, "word": word, "picture": ""})
            continue
        samples, spoken = say(order(2, 7), who)
        write(folder / f"{talker}.flac", samples)
        for onset, offset, word in spoken:
            found = {"file": f"{talker}.flac", "speaker": who, "onset": onset, "offset": offset}
            rows.append(found | {"word": word})
    shown = {key: name for key, name in names.items() if name is not None}
    lines = ["\t".join(shown.values())]
    lines += ["\t".join(str(row[key]) for key in shown) for row in rows]
    (folder / "words.tsv").write_text("\n".join(lines) + "\n")


def timit(folder: Path) -> None:
    """TIMIT: a folder a talker, whose name begins with the region; times in samples."""
    for nth, talker in enumerate(("dr1-fvmh0", "dr3-madc0")):
        for sentence in range(2):
            samples, spoken = say(order(1, 10 * nth + sentence), talker)
            path = folder / talker / f"sx{sentence + 36}.wav"
            write(path, samples)
            lines = [f"{round(on * RATE)} {round(off * RATE)} {word}" for on, off, word in spoken]
            path.with_suffix(".wrd").write_text("\n".join(lines) + "\n")
            path.with_suffix(".txt").write_text(f"0 {len(samples)} words\n")


def isolated(folder: Path) -> None:
    """A file a word, called by it, by one talker."""
    for word in WORDS:
        write(folder / f"{word}.flac", say([word], "one")[0])


SPEECH: dict[str, Callable[..., None]] = {
    "isolated": isolated,
    "lucid": lucid,
    "timit": timit,
    "tsv": tsv,
}
