"""A word token searches tokens of other words by other talkers, as in Word Similarity."""

import numpy as np
import pandas as pd

from seesay.scoring.asked import Asked
from seesay.scoring.names import Task
from seesay.scoring.similarity import rank_tokens, same_talker, same_word

ABOUT = Task(
    title="Word Similarity, other words and talkers",
    question="As Word Similarity, without tokens of the same word or of the same talker, so that"
    " acoustic similarity alone does not solve it.",
    query="token",
    items="tokens",
    metrics=("r10",),
    place=22,
)


def rank(asked: Asked) -> pd.DataFrame:
    """The ranks in one gallery, as `search` gives them."""
    pairs = zip(same_word(asked), same_talker(asked), strict=True)
    return rank_tokens(asked, [np.union1d(words, talkers) for words, talkers in pairs])
