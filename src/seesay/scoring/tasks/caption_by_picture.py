"""A picture searches spoken captions."""

import pandas as pd

from seesay.scoring.asked import Asked
from seesay.scoring.caption_search import rank_captions
from seesay.scoring.names import Task

ABOUT = Task(
    title="Caption by picture",
    question="Picture by caption in the other direction, with the same scores. Query: a picture."
    " Right: any of its captions.",
    query="picture",
    items="captions",
    metrics=("r1", "r5", "r10", "median_rank"),
    study={"caption by picture, R@10": "r10"},
    place=11,
)


def rank(asked: Asked) -> pd.DataFrame:
    """The ranks in one gallery, as `rank_captions` gives them."""
    return rank_captions(asked, by_caption=False)
