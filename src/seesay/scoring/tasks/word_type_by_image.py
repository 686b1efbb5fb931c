"""A fragment searches word tokens: right is one whose word is said for the fragment's picture."""

import pandas as pd

from seesay.scoring.asked import Asked, by_word, search
from seesay.scoring.names import Task

ABOUT = Task(
    title="Word Type Search by Image",
    question="Query: a picture fragment. Right: any token of a word spoken for its picture.",
    query="fragment",
    items="tokens",
    parted=True,
    place=3,
)


def rank(asked: Asked) -> pd.DataFrame:
    """The ranks in one gallery, as `search` gives them."""
    queries, found = asked.queries(asked.corpus.fragments), asked.searched(asked.corpus.tokens)
    return search(asked, queries, found, by_word(asked, found))
