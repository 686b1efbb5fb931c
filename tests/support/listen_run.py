"""A small run for the tests of what the report lets one hear and see: all that `listen` reads."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile
from PIL import Image

from seesay.exhibits import map as exhibited
from seesay.exhibits.listen import Inputs, prepare
from seesay.schemas.audio import HUMAN_WORDS, LOGMEL, RECORDINGS, SPOKEN_WORDS, TOKEN_MANIFEST
from seesay.schemas.captions import CAPTION_WORDS, REPLACEMENTS, SPOKEN_CAPTIONS
from seesay.schemas.learning import IMAGE_EMBEDDINGS, MOMENTS, WORD_EMBEDDINGS
from seesay.schemas.scoring import HUMAN_RANKS
from seesay.schemas.vision import CAPTIONS, IMAGES, REGIONS
from seesay.settings.evaluation import EvaluationSettings
from seesay.settings.listen import ListenSettings
from seesay.settings.map import MapSettings
from seesay.shared import tables
from seesay.shared.columns import Table, sized

FRAMES, FILTERS, HOP, RATE = 71, 4, 0.01, 8000
SETTINGS = ListenSettings(
    words=6,
    tokens=2,
    pictures=6,
    fragments=2,
    neighbours=4,
    cases=1,
    thumbnail=64,
    margin=0.05,
    seconds=1.0,
    sample_rate=16000,
    picture_megabytes=1,
    sound_megabytes=1,
)
# Words, and what each is said for: itself, or another word of the captions.
SCRIPT = "<script>alert(1)</script>"
WORDS = {
    "dog": "dog",
    SCRIPT: SCRIPT,
    "שלום": "שלום",
    '"quo\'ted" & 🐕': '"quo\'ted" & 🐕',
    "bureau": "</script><b>grass",
    "tree": "tree",
    "car": "car",
}
TALKERS = ["<b>T&1</b>", 'T"2', "تكلم 🎙"]
ABOUT = {"experiment": "paper", "system": "model", "seed": 1}


def shown(
    folder: Path, inputs: Inputs, evaluation: EvaluationSettings | None = None
) -> dict[str, Path]:
    """Write what the report reads of a run for its sections `listen` and `map`, by input."""
    found = {"listen": folder / "listen.json", "map": folder / "map.parquet"}
    told = (SETTINGS, ABOUT, FRAMES, HOP)
    files = found["listen"], folder / "rejects.parquet"
    prepare(inputs, *files, *told, evaluation=evaluation)
    files = (inputs.images, inputs.words, inputs.spoken_captions, inputs.pictures)
    exhibited.draw(*files, found["map"], MapSettings(fragments=20, perplexity=5, seed=1))
    return found


def make(
    folder: Path,
    pictures: int = 10,
    words: dict[str, str] = WORDS,
    seed: int = 3,
    side: int = 120,
) -> Inputs:
    """Write the tables, recordings and pictures; the last two pictures are for training.

    Every picture has three fragments and two captions: the words of the first are said, each by a
    token of its own; the other's are not. Pictures are `side` px wide; the coarse noise in them is
    hard to compress. Every talker has a recording of his own, stereo for the
    first; the embeddings are random, and no two are equally near to a third.
    """
    rng = np.random.default_rng(seed)
    path = {name: folder / f"{name}.parquet" for name in Inputs.__annotations__}
    ids = [f"pic {n:02d}" for n in range(pictures)]
    names = list(words)
    said = {i: rng.choice(names, 4, replace=False).tolist() for i in ids}
    written = {i: [words[name] for name in rng.choice(names, 2, replace=False)] for i in ids}
    _pictures(folder, path, ids, side, rng)
    rows, captions, caption_words = [], [], []
    for i in ids:
        for number, lemmas in enumerate([[words[n] for n in said[i]], written[i]]):
            captions.append((i, number, "a " + " ".join(lemmas)))
            for position, lemma in enumerate(lemmas):
                caption_words.append((i, number, position + 1, lemma, lemma, "NOUN"))
    clock = dict.fromkeys(range(len(TALKERS)), 0.0)
    spoken = []
    for n, i in enumerate(ids):
        voice = n % len(TALKERS)
        for position, name in enumerate(said[i]):
            onset, recording = clock[voice], f"rec{voice}"
            length = 0.2 + 0.05 * position
            clock[voice] += length + 0.1
            token = f"{recording}@{onset:.3f}"
            spoken.append((token, recording, TALKERS[voice], name, onset, onset + length))
            rows.append((i, 0, TALKERS[voice], position + 1, words[name], name, token))
    _recordings(folder, path, clock, rng)
    _write(CAPTIONS, path["captions"], captions)
    _write(CAPTION_WORDS, path["caption_words"], caption_words)
    _write(SPOKEN_CAPTIONS, path["spoken_captions"], rows)
    _write(SPOKEN_WORDS, path["spoken_words"], spoken)
    replaced = [
        (w, "NOUN", s, len(w), 1, "as itself" if w == s else "matched") for s, w in words.items()
    ]
    _write(
        REPLACEMENTS, path["replacements"], [*replaced, ("sky", "NOUN", "", 3, 9, "no candidate")]
    )
    tokens = sorted(row[0] for row in spoken)
    with tables.Writer(sized(LOGMEL, feature=FRAMES * FILTERS), path["logmel"]) as writer:
        feature = rng.normal(size=(len(tokens), FRAMES * FILTERS)).astype(np.float32)
        padded = np.zeros(len(tokens), dtype=np.int16)
        writer.write({"token_id": tokens, "padded_frames": padded, "feature": feature})
    with tables.Writer(sized(WORD_EMBEDDINGS, embedding=5), path["words"]) as writer:
        vectors = rng.normal(size=(len(tokens), 5)).astype(np.float32)
        writer.write({"token_id": tokens, "embedding": vectors})
    with tables.Writer(sized(IMAGE_EMBEDDINGS, embedding=5), path["images"]) as writer:
        keys = [(i, region) for i in ids for region in range(3)]
        vectors = rng.normal(size=(len(keys), 5)).astype(np.float32)
        image_id, region = zip(*keys, strict=True)
        writer.write({"image_id": image_id, "region": region, "embedding": vectors})
    lists = {name: [path[name]] for name in ("regions", "logmel")}
    return Inputs(**path | lists | {"human": [], "whole": []})


def with_human(folder: Path, inputs: Inputs, words: int = 12) -> Inputs:
    """The same run with human words of two sources: each is asked and has ranks of its own.

    Half of them have a token of a test picture beside them; the first was said about a picture.
    """
    rng = np.random.default_rng(8)
    said = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    images = tables.read(IMAGES, inputs.pictures).set_index("image_id")["split"]
    test = said[said["image_id"].map(images) == "test"]
    rows, ranks, files = [], [], []
    for n in range(words):
        name, source = f"h|{n:02d}", ("isle", "shore")[n % 2]
        token = test.iloc[n]
        word, talker = str(token["spoken_word"]), f"{source}/{TALKERS[n % 3]}" if n % 4 else ""
        file = folder / f"human{n}.wav"
        soundfile.write(file, rng.normal(0, 0.1, RATE), RATE)
        about = str(test["image_id"].iloc[-1]) if n == 0 else ""
        rows.append((name, source, f"r{n}", talker, word, word, "NOUN", 0.2, 0.7, about, "test"))
        files.append((name, f"r{n}", str(file), "0", 0, 0.2, 0.7))
        for task in ("human_recognition", "picture_by_human_word"):
            for gallery, more in ((source, ""), (f"{source}~synthetic", f"|{token['token_id']}")):
                if more and n % 2 == 0 and n:
                    continue
                key = ("paper", "model", 1, task, gallery, name + more, about)
                ranks.append((*key, None, n, 0, 1, 1, n + 1.0, 30, word, talker))
    names = ("words", "human_words", "manifest", "ranks")
    path = {name: folder / f"people_{name}.parquet" for name in names}
    _write(HUMAN_WORDS, path["human_words"], rows)
    _write(TOKEN_MANIFEST, path["manifest"], files)
    _write(HUMAN_RANKS, path["ranks"], ranks)
    with tables.Writer(sized(WORD_EMBEDDINGS, embedding=5), path["words"]) as writer:
        vectors = rng.normal(size=(words, 5)).astype(np.float32)
        writer.write({"token_id": [row[0] for row in rows], "embedding": vectors})
    return dataclasses.replace(inputs, human=list(path.values()))


def with_whole(folder: Path, inputs: Inputs) -> Inputs:
    """The same run with a recording for each spoken caption, heard whole: moments of 0.08 s.

    The words of the tokens are not the true ones, which are only in the second table of `whole`.
    The last recording's embeddings are zeros: it is equally similar to all fragments.
    """
    rng = np.random.default_rng(5)
    said = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    tokens = tables.read(SPOKEN_WORDS, inputs.spoken_words).set_index("token_id")
    rows, spoken, true, keys = [], [], [], []
    for number, (_, part) in enumerate(said.groupby("image_id")):
        own = tokens.loc[part["token_id"]].reset_index()
        first, name, file = (
            own["onset"].min() - 0.1,
            f"whole{number}",
            folder / f"whole{number}.wav",
        )
        seconds = round(float(own["offset"].max() - first) + 0.2, 2)
        times = np.arange(round(seconds * RATE)) / RATE
        soundfile.write(file, 0.3 * np.sin(2 * np.pi * 300 * times), RATE)
        rows.append((name, str(file), "0", 0, own["talker"].iloc[0], RATE, seconds))
        for n, token in enumerate(own.to_dict("records")):
            span = (token["onset"] - first, token["offset"] - first)
            spoken.append((token["token_id"], name, token["talker"], token["word"], *span))
            true.append((f"{name}@{n}", name, token["talker"], ["the", SCRIPT][n % 2], *span))
        keys += [(name, n, n * 0.08 - 0.005, n * 0.08 + 0.075) for n in range(int(seconds / 0.08))]
    _write(RECORDINGS, inputs.recordings, rows)
    _write(SPOKEN_WORDS, inputs.spoken_words, spoken)
    whole = [folder / "moments.parquet", folder / "true_words.parquet"]
    _write(SPOKEN_WORDS, whole[1], true)
    with tables.Writer(sized(MOMENTS, embedding=5), whole[0]) as writer:
        recording, *columns = zip(*keys, strict=True)
        vectors = rng.normal(size=(len(keys), 5)).astype(np.float32)
        vectors[np.array(recording) == "whole7"] = 0
        given = dict(zip(("moment", "onset", "offset"), columns, strict=True))
        writer.write({"recording_id": recording, **given, "embedding": vectors})
    return dataclasses.replace(inputs, whole=whole)


def _pictures(
    folder: Path, path: dict, ids: list[str], side: int, rng: np.random.Generator
) -> None:
    rows, boxes = [], []
    for n, i in enumerate(ids):
        file = folder / f"{n}.jpg"
        noise = rng.integers(0, 255, (side * 3 // 40, side // 10, 3)).astype(np.uint8)
        Image.fromarray(noise).resize((side, side * 3 // 4)).save(file)
        split = "train" if n >= len(ids) - 2 else "test"
        rows.append((i, str(file), "0", side, side * 3 // 4, split))
        boxes += [(i, 0, 0, 0, side, side * 3 // 4), (i, 1, 10, 10, 50, 60), (i, 2, 60, 5, 110, 80)]
    _write(IMAGES, path["pictures"], rows)
    _write(REGIONS, path["regions"], boxes)


def _recordings(folder: Path, path: dict, clock: dict, rng: np.random.Generator) -> None:
    rows = []
    for voice, seconds in clock.items():
        times = np.arange(round((seconds + 0.5) * RATE)) / RATE
        mono = 0.4 * np.sin(2 * np.pi * (200 + 100 * voice) * times)
        samples = np.stack([rng.normal(0, 0.2, len(mono)), mono], axis=1) if voice == 0 else mono
        file = folder / f"rec{voice}.{'flac' if voice == 1 else 'wav'}"
        soundfile.write(file, samples, RATE)
        channel = 1 if voice == 0 else 0
        rows.append(
            (f"rec{voice}", str(file), "0", channel, TALKERS[voice], RATE, len(mono) / RATE)
        )
    _write(RECORDINGS, path["recordings"], rows)


def _write(table: Table, path: Path, rows: list[tuple]) -> None:
    names = [column.name for column in table.columns]
    # The first columns; optional ones come last and are left out.
    tables.write(table, path, pd.DataFrame(rows, columns=names[: len(rows[0])]))
