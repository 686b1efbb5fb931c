"""ABX across talkers by drawn triplets: a token X searches A, its like, and B."""

import numpy as np
import pandas as pd

from seesay.scoring.abx_triplets import draw, judge
from seesay.scoring.asked import Asked, frame, pictures_of
from seesay.scoring.corpus import note, split
from seesay.scoring.names import Task
from seesay.shared.ranking import Ranks

ABOUT = Task(
    title="ABX across talkers, token-weighted",
    question="As ABX across talkers, over randomly drawn triplets of equal weight, so frequent"
    " words count more.",
    query="token",
    items="tokens",
    metrics=("r1",),
    label="accuracy, %",
    acoustic=True,
    place=40,
)
# Triplets are of test tokens alone: the model has heard the others.
GALLERIES = ("test",)


def rank(asked: Asked) -> pd.DataFrame:
    """The triplets, each a query X with a gallery of A and B."""
    corpus = asked.corpus
    tokens = corpus.tokens.of(corpus.test)
    word, talker = corpus.word[tokens.origin], corpus.talker[tokens.origin]
    triples = draw(tokens.names, word, talker, asked.settings.abx_draws)
    worse, even = judge(corpus.asked(tokens).vectors, tokens.vectors, triples)
    if not len(triples.x):
        note(
            "abx_token_weighted: no two talkers say the same word in the test set; the task is left"
            " out"
        )
    ones = np.ones(len(triples.x), dtype=np.int64)
    images = split(tokens.item, tokens.image, len(tokens.names))
    names = [tokens.names[part] for part in triples]
    return frame(
        Ranks(worse.astype(np.int64), even.astype(np.int64), ones, ones),
        query=["|".join(triple) for triple in zip(*names, strict=True)],
        **pictures_of(corpus, [images[x] for x in triples.x]),
        gallery_size=2 * ones,
    )
