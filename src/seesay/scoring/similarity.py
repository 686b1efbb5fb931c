"""Word Similarity and its variants: a token searches other tokens, some of them hidden."""

import numpy as np
import pandas as pd

from seesay.scoring.asked import Asked, by_picture, search
from seesay.scoring.corpus import split
from seesay.shared.ranking import Integers


def rank_tokens(asked: Asked, hidden: list[Integers] | None = None) -> pd.DataFrame:
    """Rank the gallery's other tokens for each test token, as `search` does.

    `hidden` has the positions in the gallery that each query leaves out.
    """
    queries, found = asked.queries(asked.corpus.tokens), asked.searched(asked.corpus.tokens)
    own = np.searchsorted(found.origin, queries.origin)
    return search(asked, queries, found, by_picture(asked, found), own=own, hidden=hidden)


def same_word(asked: Asked) -> list[Integers]:
    """The positions in the gallery of the tokens of each query's word."""
    return _same(asked, asked.corpus.word, len(asked.corpus.vocabulary))


def same_talker(asked: Asked) -> list[Integers]:
    """The positions in the gallery of the tokens of each query's talker."""
    return _same(asked, asked.corpus.talker, int(asked.corpus.talker.max()) + 1)


def _same(asked: Asked, label: Integers, size: int) -> list[Integers]:
    """The positions in the gallery of the items with each query's label, of `size` labels."""
    queries, found = asked.queries(asked.corpus.tokens), asked.searched(asked.corpus.tokens)
    places = split(label[found.origin], np.arange(len(found.names)), size)
    return [places[of] for of in label[queries.origin]]
