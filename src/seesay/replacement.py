"""What each caption word is spoken as (paper section 2): itself, or a word matched to it."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

LONGEST = 5  # the length classes are 1-2, 3-4, 5-6, 7-8, 9-10, 11 and more letters


def length_class(word: str) -> int:
    """0 for 1-2 letters, 1 for 3-4, ... 5 for 11 and more."""
    return min((len(word) - 1) // 2, LONGEST)


def ranks(counts: pd.Series, pos: pd.Series) -> pd.Series:
    """Each word's rank of frequency within its part of speech, from 1; ties by alphabet."""
    frame = pd.DataFrame({"count": counts, "pos": pos, "word": counts.index})
    frame = frame.sort_values(["pos", "count", "word"], ascending=[True, False, True])
    return (frame.groupby("pos").cumcount() + 1).rename("rank")


def replace(captions: pd.DataFrame, spoken: pd.DataFrame, relax: Sequence[str]) -> pd.DataFrame:
    """The replacement table, one row for each caption word.

    `captions` is indexed by word, with pos and count; `spoken` by spoken lemma, with pos and
    count. A word that is spoken stands for itself. Every other word, the most frequent first,
    takes from the spoken words that no caption uses and that stand for no other word the one of
    the same part of speech and length class whose relative frequency rank (rank / number of
    words of that part of speech) is nearest to its own. Where there is none, `relax` names
    what may differ, step by step: `length` takes the nearest length class first, `frequency`
    drops the order by rank in favour of the most frequent, `pos` takes any part of speech.
    """
    captions, spoken = captions.rename_axis(None), spoken.rename_axis(None)
    rank_c = ranks(captions["count"], captions["pos"])
    rank_s = ranks(spoken["count"], spoken["pos"])
    share_c = rank_c / captions["pos"].map(captions["pos"].value_counts())
    share_s = (rank_s / spoken["pos"].map(spoken["pos"].value_counts())).reindex(spoken.index)
    free = spoken[~spoken.index.isin(captions.index)].assign(share=share_s)
    free = free.assign(length=[length_class(word) for word in free.index]).sort_index()
    taken = np.zeros(len(free), bool)
    pos_f, len_f, share_f = (
        free["pos"].to_numpy(),
        free["length"].to_numpy(),
        free["share"].to_numpy(),
    )
    count_f = free["count"].to_numpy()
    rows = []
    order = captions.assign(word=captions.index).sort_values(
        ["count", "word"], ascending=[False, True]
    )
    for word, pos in zip(order.index, order["pos"], strict=True):
        if word in spoken.index:
            rows.append((word, pos, word, len(word), rank_c[word], "as itself"))
            continue
        distance = np.abs(len_f - length_class(word))
        gap = np.abs(share_f - share_c[word])
        choice, step = -1, "no candidate"
        for name, able, keys in _steps(relax, pos_f == pos, distance, gap, count_f):
            candidates = np.flatnonzero(able & ~taken)
            if len(candidates):
                # lexsort sorts by its last key first; the free words stand in alphabetical order.
                best = np.lexsort([candidates, *(key[candidates] for key in reversed(keys))])[0]
                choice, step = int(candidates[best]), name
                break
        if choice >= 0:
            taken[choice] = True
        said = free.index[choice] if choice >= 0 else ""
        rows.append((word, pos, said, len(word), rank_c[word], step))
    columns = ["word", "pos", "spoken_word", "length", "frequency_rank", "step"]
    return pd.DataFrame(rows, columns=columns)


def _steps(
    relax: Sequence[str],
    same_pos: np.ndarray,
    distance: np.ndarray,
    gap: np.ndarray,
    count: np.ndarray,
) -> Iterator[tuple[str, np.ndarray, list[np.ndarray]]]:
    """(name, mask of candidates, keys to sort them by) for each step allowed."""
    yield "matched", same_pos & (distance == 0), [gap]
    for name in relax:
        if name == "length":
            yield "relaxed length", same_pos, [distance, gap]
        elif name == "frequency":
            yield "relaxed frequency", same_pos, [-count]
        else:
            yield "relaxed pos", np.ones_like(same_pos), [distance, gap]
