"""Draws the tokens of each caption from those that its split may use."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from seesay.captions.casting import Casting, Ints, allot
from seesay.shared.randomness import generator

Names = npt.NDArray[np.object_]

PLACE = ["split_number", "talker", "spoken"]


def draw(said: pd.DataFrame, tokens: pd.DataFrame, casting: Casting, seed: int) -> Names:
    """A token for each row of `said`; in both frames talkers and spoken words are numbers.

    A talker's tokens of a word are shuffled, and each split has its share of them. Its captions
    take them in turn, so two uses in one caption get two tokens.
    """
    dealt, starts, shares = _deal(said, tokens, casting, seed)
    where = tuple(said[name].to_numpy() for name in PLACE)
    turn = said.groupby(PLACE).cumcount().to_numpy()
    found = dealt["token_id"].to_numpy()[starts[where] + turn % shares[where]]
    return np.asarray(found, dtype=np.object_)


def mix(
    said: pd.DataFrame, tokens: pd.DataFrame, casting: Casting, seed: int
) -> tuple[Names, Ints]:
    """A token for each row of `said`, and its talker, for captions that may mix talkers.

    For `casting` all talkers were one: `talker` is 0 in both frames, and `voice` in `tokens` is the
    real talker. Each use goes to the talker who has said the fewest words so far and still has a
    token of the word: an unused one, or, if tokens may repeat, the talker's least used one, never
    twice in a caption. Words with the fewest spare tokens choose first, so that the plentiful ones
    can even out.
    """
    dealt, starts, shares = _deal(said, tokens, casting, seed)
    voice = dealt["voice"].to_numpy()
    where = tuple(said[name].to_numpy() for name in PLACE)
    begin, size = starts[where], shares[where]
    spare = size - _count(said, PLACE, shares.shape)[where]
    caption = said["number"].to_numpy()
    load = np.zeros(int(voice.max(initial=0)) + 1, dtype=np.int64)
    times = np.zeros(len(voice), dtype=np.int64)
    taken = np.zeros(len(said), dtype=np.int64)
    never, own = np.iinfo(np.int64).max, dict[tuple[int, int], list[int]]()
    for use in np.argsort(spare, kind="stable"):
        first, share = begin[use], slice(begin[use], begin[use] + size[use])
        mine = own.setdefault((caption[use], first), [])
        # By load, then by times used; argmin takes the first, and the tokens are shuffled.
        key = load[voice[share]] * (len(said) + 1) + times[share]
        if casting.spent:
            key[times[share] > 0] = never
        key[[token - first for token in mine]] = never
        token = first + int(key.argmin())
        taken[use] = token
        times[token] += 1
        load[voice[token]] += 1
        mine.append(token)
    return np.asarray(dealt["token_id"].to_numpy()[taken], dtype=np.object_), voice[taken]


def _deal(
    said: pd.DataFrame, tokens: pd.DataFrame, casting: Casting, seed: int
) -> tuple[pd.DataFrame, Ints, Ints]:
    """The tokens in a seeded order by talker and word, and which of them each split may use.

    The last two are (splits, talkers, words): where a split's share begins, and its size. If a
    token serves only one caption, every split shares everything.
    """
    counts = _count(tokens, ["talker", "spoken"], casting.left.shape)
    uses = _count(said, PLACE, casting.have.shape)
    taken = casting.have - casting.left
    shares = counts[None] if casting.spent else allot(taken, casting.left, uses)
    order = generator("matching", seed).permutation(len(tokens))
    shuffled = tokens.sort_values("token_id").iloc[order]
    # A share starts after other words' tokens and other splits' shares.
    starts = (counts.cumsum() - counts.ravel()).reshape(counts.shape)
    starts = starts + shares.cumsum(axis=0) - shares
    return shuffled.sort_values(["talker", "spoken"], kind="stable"), starts, shares


def _count(frame: pd.DataFrame, columns: list[str], shape: tuple[int, ...]) -> Ints:
    counts = np.zeros(shape, dtype=np.int64)
    np.add.at(counts, tuple(frame[name].to_numpy() for name in columns), 1)
    return counts
