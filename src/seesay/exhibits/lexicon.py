"""A model's lexicon: its pseudo-words, their purity, and their sound.

Every training token belongs to the pseudo-word that it sounds most like. True types only judge the
lexicon: nothing was learnt from them.
"""

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from seesay.exhibits.choice import kinds, voices
from seesay.exhibits.media import Budget, mp3
from seesay.learning.embedding import load_network
from seesay.learning.features import Features, load_words
from seesay.learning.lexicon_measures import measures, table
from seesay.learning.pseudo_words import cluster, draw_of
from seesay.model.lexicon_layer import Lexicon
from seesay.schemas.audio import RECORDINGS, SPOKEN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.exhibits import LEXICON
from seesay.schemas.learning import HISTORY
from seesay.schemas.vision import IMAGES
from seesay.shared import sources, tables, writing
from seesay.shared.errors import InputError, cause
from seesay.shared.rejects import write_rejects
from seesay.shared.sound import span
from seesay.shared.vectors import unit

Record = dict[str, Any]
Ints = NDArray[np.int64]

CASES = 3  # best, typical and worst pseudo-words
HEARD = 3  # tokens of each, all by different talkers
BYTES = 300_000  # bytes of all clips, as data URIs


@dataclass(frozen=True)
class Inputs:
    """The trained systems, the model's history, and the tables of tokens and recordings."""

    models: Sequence[Path]
    history: Path
    images: Path
    spoken_captions: Path
    recordings: Path
    spoken_words: Path
    logmel: Sequence[Path]


@dataclass(frozen=True)
class Clip:
    """How clips are cut: margin around a word (s), longest clip (s), and rate (Hz)."""

    margin: float
    seconds: float
    sample_rate: int


def describe(
    inputs: Inputs, words: Path, out: Path, rejects: Path, clip: Clip, experiment: str
) -> None:
    """Write the table `lexicon` of the model, `out`, JSON for the report, and `rejects`.

    `inputs.models` are training/{experiment}/{system}/{seed}/model.safetensors of the model, first,
    and of the systems to compare with. A recording that cannot be read is a row of `rejects` and
    missing from the page, which says so.
    """
    spoken = said(inputs)
    features = load_words(inputs.logmel, spoken["token_id"].tolist())
    spoken = spoken.set_index("token_id").loc[features.token_ids].reset_index()
    names, types = np.unique(spoken["spoken_word"].to_numpy(str), return_inverse=True)
    systems: list[Record] = []
    for model in inputs.models:
        about = json.loads((model.parent / "settings.json").read_text())
        size, seed = about["settings"]["pseudo_words"], about["seed"]
        labels, cosine, count = belonging(model.parent, features.features, size, seed)
        found = measures(labels, types, seed)
        systems.append({"system": about["system"], "words": count, **found})
        if model == inputs.models[0]:
            own = spoken.assign(pseudo_word=labels, cosine=cosine)
            lexicon = entries(labels, types, names, own["talker"].to_numpy(str), count)
            head = {"experiment": experiment, "seed": seed, "criterion": criterion(about)}
    cases, lost = examples(own, lexicon, inputs, clip)
    page = {
        **head,
        "tokens": len(own),
        "all_types": len(names),
        "systems": systems,
        "parts": parts(tables.read(HISTORY, inputs.history), head["criterion"]),
        "cases": cases,
    }
    text = json.dumps(page, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    tables.write(LEXICON, words, lexicon.assign(experiment=experiment))
    writing.write_text(out, text + "\n")
    write_rejects(rejects, lost)


def said(inputs: Inputs) -> pd.DataFrame:
    """The training tokens, a row each: token_id, talker, spoken_word."""
    images = tables.read(IMAGES, inputs.images)
    images = images[images["split"] == "train"]
    spoken = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    spoken = spoken[spoken["image_id"].isin(images["image_id"])]
    return spoken.drop_duplicates("token_id")[["token_id", "talker", "spoken_word"]]


@torch.no_grad()
def belonging(
    folder: Path, features: Features, size: int, seed: int
) -> tuple[Ints, NDArray[np.float64], int]:
    """Each token's pseudo-word (n,), the cosine of the two (n,), and the number of pseudo-words.

    `features` are log-Mel vectors (n, speech size), `folder` has the model, with a lexicon of
    `size` pseudo-words. A model without a lexicon (no round was kept, or it was not trained) gets
    the start of round 1: the clusters of its embeddings.
    """
    network = load_network(folder, torch.device("cpu"))
    lexicon = network.speech[-1]
    assert isinstance(lexicon, Lexicon)
    used = int(lexicon.used)
    # An empty lexicon passes embeddings of sounds through.
    lexicon.used.zero_()
    sounds = features.through(network.embed_words).numpy()
    if used:
        centroids = lexicon.centroids[:used].numpy()
    else:
        centroids, _ = cluster(sounds, size, draw_of(seed, 1))
    cosine = unit(sounds) @ unit(centroids).T
    return cosine.argmax(axis=1), cosine.max(axis=1), len(centroids)


def entries(
    labels: Ints, types: Ints, names: NDArray[np.str_], talkers: NDArray[np.str_], count: int
) -> pd.DataFrame:
    """The rows of the table `lexicon`, without the experiment, for `count` pseudo-words.

    Tokens (n,) have a pseudo-word, a type (`names` names it) and a talker. Of equally common types,
    the first by alphabet counts.
    """
    counts = table(labels, types, count)
    tokens = counts.sum(axis=1)
    best = counts.argmax(axis=1)
    heard = pd.Series(talkers).groupby(labels).nunique().reindex(range(count), fill_value=0)
    some = tokens > 0
    return pd.DataFrame(
        {
            "pseudo_word": np.arange(count),
            "tokens": tokens,
            "talkers": heard.to_numpy(),
            "types": (counts > 0).sum(axis=1),
            "word": np.where(some, names[best], ""),
            "purity": np.where(some, counts.max(axis=1) / np.maximum(tokens, 1), np.nan),
        }
    )


def criterion(about: Mapping[str, Any]) -> str:
    """The criterion of early stopping: a column of the table `history`."""
    return str(about["settings"]["criterion"])


def parts(history: pd.DataFrame, watched: str) -> list[Record]:
    """Epochs, best validation criterion and whether it was kept, for each part of a training."""
    rows = history[history["split"] == "validation"]
    found = []
    for part in sorted(set(rows["part"].tolist())):
        own = rows[rows["part"] == part]
        values = own[watched]
        found.append(
            {
                "part": part,
                "epochs": int((own["epoch"] > 0).sum()),
                "value": float(values.min() if watched == "loss" else values.max()),
                "kept": bool(own["kept"].any()),
            }
        )
    return found


def examples(
    own: pd.DataFrame, lexicon: pd.DataFrame, inputs: Inputs, clip: Clip
) -> tuple[list[Record], list[tuple[str, str, str]]]:
    """The best, typical and worst pseudo-words, each with tokens to hear, and rejects.

    They are ranked by purity, and by size among the equally pure. Tokens are in the order of how
    much they sound like the pseudo-word, each by another talker.
    """
    order = ["purity", "tokens", "pseudo_word"]
    ranked = lexicon[lexicon["tokens"] > 0].sort_values(order, ascending=[False, False, True])
    numbers = ranked["pseudo_word"].tolist()
    own = own.assign(rank=own["cosine"].rank(ascending=False, method="first"))
    cases: list[Record] = [
        {
            "kind": kind,
            "place": place + 1,
            "pseudo_word": numbers[place],
            "examples": tokens_of(own[own["pseudo_word"] == numbers[place]]),
        }
        for place, kind in kinds(len(ranked), CASES).items()
    ]
    # Every pseudo-word's first token comes before any second one, in case room is short.
    rows = zip_longest(*(case["examples"] for case in cases))
    shown = [token for row in rows for token in row if token is not None]
    where = _where(inputs, [token["token_id"] for token in shown])
    budget, lost = Budget(BYTES), []
    for token in shown:
        token |= {"sound": "", "why": ""}
        row = where[token["token_id"]]
        try:
            samples, rate = span(
                Path(row["path"]), row["onset"] - clip.margin, row["offset"] + clip.margin,
                int(row["channel"]), clip.seconds,
            )  # fmt: skip
            token["sound"] = budget.take(mp3(samples, rate, clip.sample_rate))
            token["why"] = "" if token["sound"] else "no room"
        except InputError as error:
            token["why"] = "cannot be read"
            lost.append(("lexicon", str(token["token_id"]), cause(error, Path(row["path"]))))
    sources.unchanged(pd.DataFrame(list(where.values()), columns=["path", "digest"]), "speech")
    return cases, lost


def tokens_of(rows: pd.DataFrame) -> list[Record]:
    """The tokens of a pseudo-word to hear, with their rank, talker and true type."""
    chosen = rows.loc[voices(rows, min(HEARD, rows["talker"].nunique()))]
    return [
        {"token_id": token, "word": word, "talker": talker, "cosine": round(cosine, 3)}
        for token, word, talker, cosine in zip(
            *(chosen[name].tolist() for name in ("token_id", "spoken_word", "talker", "cosine")),
            strict=True,
        )
    ]


def _where(inputs: Inputs, token_ids: list[str]) -> dict[str, dict[Hashable, Any]]:
    """The place of tokens: onset and offset in s, and the recording's path, digest and channel."""
    words = tables.read(SPOKEN_WORDS, inputs.spoken_words)
    files = tables.read(RECORDINGS, inputs.recordings)[
        ["recording_id", "path", "digest", "channel"]
    ]
    words = words[words["token_id"].isin(token_ids)].merge(files, on="recording_id")
    found = {str(row["token_id"]): row for row in words.to_dict("records")}
    lost = [token for token in token_ids if token not in found]
    if lost:
        raise InputError(
            f"{inputs.spoken_words}: {lost[0]} or its recording is not there, and the spoken"
            " captions use it; make the stage speech and all after it again"
        )
    return found
