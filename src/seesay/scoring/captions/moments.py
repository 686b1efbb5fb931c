"""Captions that a network hears whole: their moments, and their scores for pictures."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from seesay.learning.captions.scores import caption_scores
from seesay.schemas.audio import SPOKEN_WORDS
from seesay.schemas.learning import MOMENTS
from seesay.scoring.asked import Asked
from seesay.scoring.corpus import Corpus, Items
from seesay.settings.captions.evaluation import CaptionEvaluation
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.ranking import STEPS, Floats, Integers
from seesay.shared.vectors import unit

CAPTIONS = 64  # captions scored at once


@dataclass(frozen=True)
class Moments:
    """The moments of recordings: `keys` are rows of MOMENTS, sorted, and `vectors` (n, d).

    `first` has the row of each recording's first moment, the index, and `counts` their number.
    """

    keys: pd.DataFrame
    vectors: NDArray[np.float32]
    first: pd.Series
    counts: pd.Series

    def rows(self, recordings: Sequence[str]) -> tuple[Integers, Integers]:
        """The rows of some recordings' moments, and how many each has.

        Raises InputError for a recording without any.
        """
        unknown = [name for name in recordings if name not in self.first.index]
        if unknown:
            raise InputError(
                f"moments: {unknown[0]} has none, and a caption needs it; make caption_frames and"
                " all after it again"
            )
        counts = self.counts.loc[list(recordings)].to_numpy()
        starts = np.repeat(self.first.loc[list(recordings)].to_numpy(), counts)
        return starts + np.concatenate([np.arange(count) for count in counts]), counts


@dataclass(frozen=True)
class CaptionCorpus(Corpus):
    """A corpus whose captions were heard whole; `recordings` (captions,) say them."""

    moments: Moments | None = None
    recordings: NDArray[np.object_] | None = None


def read(path: Path, recordings: Collection[str] | None = None) -> Moments:
    """Read a table of moments, all or those of some recordings.

    Raises InputError for embeddings that are not finite.
    """
    frames, parts = [], []
    for batch in tables.batches(MOMENTS, path):
        frame, vectors = batch.drop_columns(["embedding"]).to_pandas(), batch.column("embedding")
        kept = slice(None) if recordings is None else frame["recording_id"].isin(recordings)
        frames.append(frame[kept])
        parts.append(tables.matrix(vectors)[kept])
    keys = pd.concat(frames, ignore_index=True).sort_values(list(MOMENTS.key))
    vectors = np.concatenate(parts)[keys.index]
    if not np.isfinite(vectors).all():
        raise InputError(
            f"{path}: embeddings that are not finite; the training diverged: see its history, and"
            " lower training.learning_rate or training.eps"
        )
    keys = keys.reset_index(drop=True)
    sizes = keys.groupby("recording_id", sort=True)["moment"].size()
    return Moments(keys, vectors, sizes.cumsum() - sizes, sizes)


def recordings_of(spoken_words: Path, tokens: NDArray[np.object_]) -> NDArray[np.object_]:
    """The recording in which each token is heard."""
    words = tables.read(SPOKEN_WORDS, spoken_words).set_index("token_id")
    return words["recording_id"].reindex(tokens).to_numpy(dtype=object)


def joined(corpus: Corpus, words: Path, spoken_words: Path | None) -> Corpus:
    """The corpus with the moments that lie beside the embeddings `words`, if there are any.

    A system that embeds no moments (the frequency prior) ranks captions by their words.
    """
    path = words.with_name("moments.parquet")
    if not path.exists() or spoken_words is None:
        return corpus
    return heard(corpus, path, spoken_words)


def heard(corpus: Corpus, path: Path, spoken_words: Path, test: bool = False) -> CaptionCorpus:
    """The corpus with the moments of a table; with `test`, only those of test captions."""
    first = [tokens[0] for tokens in corpus.captions.tokens]
    recordings = recordings_of(spoken_words, corpus.tokens.names[first])
    wanted = set(recordings[corpus.test[corpus.captions.image]]) if test else None
    own = {field.name: getattr(corpus, field.name) for field in fields(Corpus)}
    return CaptionCorpus(**own, moments=read(path, wanted), recordings=recordings)


def rescored(asked: Asked, spoken: Integers, fragments: Items, scores: Floats) -> Floats:
    """The scores of captions for pictures by moments, (captions, pictures), in rounding steps.

    `spoken` are the captions, `fragments` the pictures', and `scores` those by words, which stay
    for a corpus without moments.
    """
    corpus = asked.corpus
    if not isinstance(corpus, CaptionCorpus) or corpus.moments is None:
        return scores
    settings = asked.settings
    assert isinstance(settings, CaptionEvaluation)
    assert corpus.recordings is not None
    pictures, owner = np.unique(fragments.image, return_inverse=True)
    columns = torch.from_numpy(unit(fragments.vectors)).T
    group = torch.from_numpy(owner.astype(np.int64))
    found = np.empty(scores.shape)
    for start in range(0, len(spoken), CAPTIONS):
        some = corpus.recordings[spoken[start : start + CAPTIONS]]
        rows, counts = corpus.moments.rows([*some])
        heard = torch.from_numpy(unit(corpus.moments.vectors[rows]))
        found[start : start + len(some)] = caption_scores(
            heard @ columns,
            torch.from_numpy(np.repeat(np.arange(len(some)), counts)),
            group,
            len(some),
            len(pictures),
            settings.caption_pooling,
            settings.temperature,
        )
    return found * STEPS
