"""A word token searches tokens of other words, as in Word Similarity."""

import pandas as pd

from seesay.scoring.asked import Asked
from seesay.scoring.names import Task
from seesay.scoring.similarity import rank_tokens, same_word

ABOUT = Task(
    title="Word Similarity, other words",
    question="As Word Similarity, without tokens of the same word.",
    query="token",
    items="tokens",
    metrics=("r10",),
    place=20,
)


def rank(asked: Asked) -> pd.DataFrame:
    """The ranks in one gallery, as `search` gives them."""
    return rank_tokens(asked, same_word(asked))
