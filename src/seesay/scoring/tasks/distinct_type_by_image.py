"""A fragment searches spoken words, each listed once, by its best token."""

from functools import partial

import numpy as np
import pandas as pd

from seesay.scoring.asked import Asked, search
from seesay.scoring.corpus import split
from seesay.scoring.names import Task
from seesay.shared.ranking import Floats, Integers

ABOUT = Task(
    title="Distinct types by image",
    question="Query: a picture fragment. Every spoken word is ranked once, by its nearest"
    " token. Right: a word spoken for the fragment’s picture. Frequent words are right more often,"
    " so compare the result with the frequency prior.",
    query="fragment",
    items="words",
    metrics=("r1", "r5"),
    study={"distinct types, R@1": "r1"},
    beside={"distinct types, R@1": "r1"},
    place=4,
)


def rank(asked: Asked) -> pd.DataFrame:
    """The ranks in one gallery, as `search` gives them."""
    corpus = asked.corpus
    queries, found = asked.queries(corpus.fragments), asked.searched(corpus.tokens)
    types, number = np.unique(corpus.word[found.origin], return_inverse=True)
    holders = split(types, np.arange(len(types)), len(corpus.vocabulary))
    pool = partial(_best_of_types, number=number, types=len(types))
    return search(asked, queries, found, (holders, corpus.words), size=len(types), pool=pool)


def _best_of_types(similarity: Floats, number: Integers, types: int) -> Floats:
    """Similarities to tokens (b, n) as those to types (b, `types`): each type's best token's.

    The order of the types is that in which a search lists them when it names a type once.
    """
    order = np.argsort(number, kind="stable")
    starts = np.searchsorted(number[order], np.arange(types))
    best: Floats = np.maximum.reduceat(similarity[:, order], starts, axis=1)
    return best
