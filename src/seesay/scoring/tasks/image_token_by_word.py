"""A word token searches fragments: right is one of a picture that the token describes."""

import pandas as pd

from seesay.scoring.asked import Asked, by_picture, search
from seesay.scoring.names import Task

ABOUT = Task(
    title="Image Token Search by Word",
    question="Query: a spoken word token. Right: a fragment of a picture that this token was spoken"
    " for.",
    query="token",
    items="fragments",
    study={"Image by Word, median": "median_rank", "R@1": "r1", "R@10": "r10"},
    beside={"Image by Word, R@10": "r10"},
    parted=True,
    place=5,
)


def rank(asked: Asked) -> pd.DataFrame:
    """The ranks in one gallery, as `search` gives them."""
    queries, found = asked.queries(asked.corpus.tokens), asked.searched(asked.corpus.fragments)
    return search(asked, queries, found, by_picture(asked, found))
