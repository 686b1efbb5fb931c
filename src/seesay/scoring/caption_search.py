"""Ranks whole pictures by whole spoken captions, and the reverse.

A caption's score for a picture is the mean, over its spoken words, of the cosine of the
picture's best fragment. Captions that a network hears whole (`training.unit: caption`) are scored
by their moments (`seesay.scoring.captions.moments`).
"""

import importlib
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.scoring.asked import Asked, check_kept, frame
from seesay.scoring.corpus import split
from seesay.settings.choice import taken
from seesay.shared.ranking import Floats, Integers, count_lines, similarities


def rank_captions(asked: Asked, by_caption: bool) -> pd.DataFrame:
    """Rank pictures by captions, or the reverse; returns rows as `seesay.scoring.asked.search`
    does.

    A query with nothing relevant in the gallery is left out and counted on standard error.
    """
    corpus, wanted = asked.corpus, asked.pictures
    spoken = np.flatnonzero((corpus.test if by_caption else wanted)[corpus.captions.image])
    tokens, fragments = corpus.tokens, corpus.fragments.of(wanted if by_caption else corpus.test)
    pictures, starts = np.unique(fragments.image, return_index=True)
    if by_caption:
        tokens = corpus.asked(tokens)
    else:
        fragments = corpus.asked(fragments)
    said = [corpus.captions.tokens[caption] for caption in spoken]
    used, row = np.unique(np.concatenate(said), return_inverse=True)
    description = f"{asked.task}, {asked.gallery}"
    best = best_fragments(
        tokens.vectors[used], fragments.vectors, starts, asked.threads, description
    )
    rows = np.split(row, np.cumsum([len(part) for part in said])[:-1])
    scores = caption_scores(best, rows)
    if taken("seesay.scoring.captions.moments", asked.settings):
        moments = importlib.import_module("seesay.scoring.captions.moments")
        scores = moments.rescored(asked, spoken, fragments, scores)
    # The position of each caption's picture; a picture without fragments has none.
    place = np.searchsorted(pictures, corpus.captions.image[spoken])
    place[~np.isin(corpus.captions.image[spoken], pictures)] = len(pictures)
    if by_caption:
        names, images = corpus.captions.names[spoken], corpus.captions.image[spoken]
        relevant = [at[at < len(pictures)] for at in place[:, None]]
    else:
        names, images = corpus.image_ids[pictures], pictures
        scores = np.ascontiguousarray(scores.T)
        relevant = split(place, np.arange(len(spoken)), len(pictures) + 1)[: len(pictures)]
    kept, ranks = count_lines(zip(scores, relevant, strict=True))
    check_kept(asked, kept, names)
    return frame(
        ranks,
        query=names[kept],
        image_id=corpus.image_ids[images[kept]],
        gallery_size=scores.shape[1],
    )


def best_fragments(
    tokens: NDArray[np.float32],
    fragments: NDArray[np.float32],
    starts: Integers,
    threads: int = 1,
    description: str = "captions",
) -> Floats:
    """Each token's cosine with its best fragment of each picture: (t, d) to (t, pictures).

    `fragments` is (f, d), sorted by picture; `starts` (pictures,) are the first of each. Cosines
    come in steps of the rounding.
    """
    best = np.empty((len(tokens), len(starts)))
    for start, block in similarities(tokens, fragments, threads, description=description):
        best[start : start + len(block)] = np.maximum.reduceat(block, starts, axis=1)
    return best


def caption_scores(best: Floats, captions: Sequence[Integers]) -> Floats:
    """Means over each caption's tokens of rows (t, pictures): (captions, pictures)."""
    sizes = np.array([len(rows) for rows in captions])
    starts = np.concatenate([[0], sizes.cumsum()[:-1]])
    sums: Floats = np.add.reduceat(best[np.concatenate(captions)], starts, axis=0)
    return sums / sizes[:, None]
