"""A spoken caption searches pictures."""

import pandas as pd

from seesay.scoring.asked import Asked
from seesay.scoring.caption_search import rank_captions
from seesay.scoring.names import Task

ABOUT = Task(
    title="Picture by caption",
    question="Query: a spoken caption. Its score for a picture is the mean, over its words, of the"
    " cosine with the picture’s nearest fragment. Right: its own picture.",
    query="caption",
    items="pictures",
    metrics=("r1", "r5", "r10", "median_rank"),
    study={"picture by caption, R@10": "r10"},
    beside={"picture by caption, R@10": "r10"},
    place=10,
)


def rank(asked: Asked) -> pd.DataFrame:
    """The ranks in one gallery, as `rank_captions` gives them."""
    return rank_captions(asked, by_caption=True)
