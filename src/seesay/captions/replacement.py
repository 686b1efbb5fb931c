"""The spoken word for each caption word (paper, section 2): itself, or a replacement."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from seesay.captions.english import APART
from seesay.captions.kinds import length_class, letters, majority
from seesay.captions.tagging import OTHER


def ranks(words: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Each word's frequency rank within its pos, from 1, and its share: rank / last rank.

    `words` is indexed by word, with pos and count. Equally frequent words rank by alphabet. The
    share makes ranks in vocabularies of different sizes comparable: 1 is the rarest word.
    """
    order = words.assign(word=words.index).sort_values(["count", "word"], ascending=[False, True])
    rank = order.groupby("pos").cumcount() + 1
    share = rank / order.groupby("pos")["count"].transform("size")
    return rank.reindex(words.index), share.reindex(words.index)


def spoken_names(tags: pd.DataFrame, captions: pd.Series) -> pd.Series:
    """The spoken word that each token counts as, "" for none; in the order of `tags`.

    `tags` has the rows of SPOKEN_TAGS with each one's `word`; `captions` gives the part of speech
    of each caption word. A token whose form is a caption word is that word; any other counts as its
    lemma (dogs as dog). Only tokens with the word's part of speech count. For words that no caption
    has, this is the most frequent one among their content words, so function words, and auxiliaries
    that sound like a noun (can), stand for nothing.

    The tag of a token that is its whole utterance is a guess. Such a token says any caption word
    that it spells, in full, except a word that sounds different as another part of speech.
    """
    word, lemma, pos = tags["word"], tags["lemma"], tags["pos"]
    name = word.where(word.isin(captions.index), lemma)
    known = name.isin(captions.index)
    free = ~known & (pos != OTHER)
    wanted = name.map(captions).where(known, name.map(majority(name[free], pos[free])))
    heard = (pos == wanted) & ~tags["alone"]
    alone = tags["alone"] & (known | free) & ~name.isin(APART)
    return name.where(heard | alone, "")


def replace(
    captions: pd.DataFrame,
    spoken: pd.DataFrame,
    used: set[str],
    relax: Sequence[str],
    tolerance: float,
) -> pd.DataFrame:
    """The table REPLACEMENTS: one row for each caption word, sorted by word.

    `captions` is indexed by caption word and `spoken` by spoken word, each with pos and count;
    `used` holds the spoken words of which captions have some form, content word or not. A spoken
    caption word stands for itself. Candidates for the others are the spoken words that no caption
    uses in any form. Unsaid words choose in order of falling count (ties: by alphabet). Each takes
    the free candidate of its pos and length class whose share of rank (see `ranks`) is closest to
    its own and at most `tolerance` away (ties: by alphabet). No candidate is taken twice.

    After every word has chosen, the steps of `relax` follow for the words left, in the same order:
    `length` lifts the length class (but the nearest class comes first), `frequency` the tolerance,
    `pos` the part of speech. A constraint stays lifted in later steps.
    """
    rank, share = ranks(captions)
    free = spoken[~spoken.index.isin(used | set(captions.index))].sort_index()
    names, pos = free.index.to_numpy(), free["pos"].to_numpy()
    length = np.array([length_class(word) for word in names], dtype=np.int64)
    rank_share = ranks(spoken)[1].reindex(free.index).to_numpy()
    tags = {str(word): tag for word, tag in captions["pos"].items()}
    untaken = np.ones(len(free), dtype=bool)

    said = {word: (word, "as itself") for word in captions.index if word in spoken.index}
    order = captions.assign(word=captions.index).sort_values(
        ["count", "word"], ascending=[False, True]
    )
    for step, lifted in _steps(relax):
        for word in order["word"]:
            if word in said:
                continue
            distance = np.abs(length - length_class(word))
            gap = np.abs(rank_share - share[word])
            able = untaken.copy()
            if "pos" not in lifted:
                able &= pos == tags[word]
            if "length" not in lifted:
                able &= distance == 0
            if "frequency" not in lifted:
                able &= gap <= tolerance
            places = np.flatnonzero(able)
            if len(places):
                # Candidates stand in alphabetical order, and lexsort is stable.
                nearest = places[np.lexsort([gap[places].round(9), distance[places]])[0]]
                untaken[nearest] = False
                said[word] = (names[nearest], step)
    rows = [
        (word, tag, *said.get(word, ("", "no candidate")), letters(word), rank[word])
        for word, tag in sorted(tags.items())
    ]
    return pd.DataFrame(
        rows, columns=["word", "pos", "spoken_word", "step", "length", "frequency_rank"]
    )


def _steps(relax: Sequence[str]) -> Iterator[tuple[str, set[str]]]:
    """The name of each step, and the constraint that it lifts."""
    yield "matched", set()
    for last, name in enumerate(relax, start=1):
        yield f"relaxed {name}", set(relax[:last])
