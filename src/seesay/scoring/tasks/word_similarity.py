"""A word token searches the other tokens: right is one that is used for the same picture."""

import pandas as pd

from seesay.scoring.asked import Asked
from seesay.scoring.names import Task
from seesay.scoring.similarity import rank_tokens

ABOUT = Task(
    title="Word Similarity",
    question="Query: a spoken word token. Right: another token spoken for the same picture.",
    query="token",
    items="tokens",
    study={"Word Similarity, R@10": "r10"},
    parted=True,
    acoustic=True,
    place=1,
)


def rank(asked: Asked) -> pd.DataFrame:
    """The ranks in one gallery, as `search` gives them."""
    return rank_tokens(asked)
