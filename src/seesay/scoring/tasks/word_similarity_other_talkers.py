"""A word token searches tokens of other talkers, as in Word Similarity."""

import pandas as pd

from seesay.scoring.asked import Asked
from seesay.scoring.names import Task
from seesay.scoring.similarity import rank_tokens, same_talker

ABOUT = Task(
    title="Word Similarity, other talkers",
    question="As Word Similarity, without tokens of the same talker.",
    query="token",
    items="tokens",
    metrics=("r10",),
    place=21,
)


def rank(asked: Asked) -> pd.DataFrame:
    """The ranks in one gallery, as `search` gives them."""
    return rank_tokens(asked, same_talker(asked))
