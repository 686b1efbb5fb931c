"""A fragment searches word tokens: right is one that is said for the fragment's picture."""

import pandas as pd

from seesay.scoring.asked import Asked, by_picture, search
from seesay.scoring.names import Task

ABOUT = Task(
    title="Word Token Search by Image",
    question="Query: a picture fragment. Right: a token spoken for its picture.",
    query="fragment",
    items="tokens",
    study={"Word Token by Image, median": "median_rank", "R@1": "r1", "R@10": "r10"},
    beside={"Word Token by Image, R@10": "r10"},
    parted=True,
    place=2,
)


def rank(asked: Asked) -> pd.DataFrame:
    """The ranks in one gallery, as `search` gives them."""
    queries, found = asked.queries(asked.corpus.fragments), asked.searched(asked.corpus.tokens)
    return search(asked, queries, found, by_picture(asked, found))
