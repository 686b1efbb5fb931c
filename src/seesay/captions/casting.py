"""Decides which talker says which caption, from counts alone; all are numbers."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt

from seesay.shared.progress import progress

Ints = npt.NDArray[np.int64]
# Captions cast between two updates of the demand for each talker's words.
LOOK = 50
# Words in demand for less than this share of the tokens left are plentiful; loads then decide.
PLENTY = 0.5
ROWS = 1024  # captions handled at once


class Casting:
    """Captions, and talkers with their tokens, as counts.

    `uses` is (tokens wanted, 2): caption and word, one row for each use; every caption has one.
    `supply` is (talkers, words): existing tokens. Without `splits` a token serves one caption. With
    `splits` (captions,), the number of each caption's split, a token belongs to the first split
    that takes it, and may serve all its captions.

    Attributes: `left` (talkers, words): tokens that nobody has taken; `have` (splits, talkers,
    words): these and the ones taken by the split; `lacks` (captions, talkers): how many of the
    caption's words the talker lacks tokens for; `able` (captions,): talkers who lack none; `load`
    (talkers,): captions that each says; `changed`: captions whose `lacks` changed.
    """

    def __init__(self, uses: Ints, supply: Ints, splits: Ints | None = None) -> None:
        captions, (talkers, words) = int(uses[:, 0].max()) + 1, supply.shape
        needs, counts = np.unique(uses, axis=0, return_counts=True)
        bounds = np.searchsorted(needs[:, 0], np.arange(1, captions))
        self.words, self.counts = np.split(needs[:, 1], bounds), np.split(counts, bounds)
        order = np.argsort(needs[:, 1], kind="stable")
        bounds = np.searchsorted(needs[order, 1], np.arange(1, words))
        # The captions that use a word, and how often each does.
        self.users = np.split(needs[order, 0], bounds)
        self.wanted = np.split(counts[order], bounds)
        self.most = np.array([wanted.max(initial=0) for wanted in self.wanted])
        self.spent = splits is None
        self.split = np.zeros(captions, np.int64) if splits is None else splits
        self.demand = np.zeros((int(self.split.max()) + 1, words), dtype=np.int64)
        np.add.at(self.demand, (self.split[uses[:, 0]], uses[:, 1]), 1)
        self.favour = orders(self.demand.sum(axis=1), talkers)
        self.left = supply.astype(np.int64)
        self.have = np.repeat(self.left[None], len(self.demand), axis=0)
        self.load = np.zeros(talkers, dtype=np.int64)
        self.changed: list[Ints] = []
        self.look()

    def look(self) -> None:
        """Update `lacks` and `able`."""
        # No caption has more words than an int16 counts.
        self.lacks = np.zeros((len(self.words), len(self.left)), dtype=np.int16)
        for start in range(0, len(self.words), ROWS):
            words, counts = self.words[start : start + ROWS], self.counts[start : start + ROWS]
            sizes = [len(need) for need in words]
            split = np.repeat(self.split[start : start + ROWS], sizes)
            stock = self.have[split, :, np.concatenate(words)]
            few = (stock < np.concatenate(counts)[:, None]).astype(np.int16)
            begin = np.cumsum([0, *sizes[:-1]])
            self.lacks[start : start + ROWS] = np.add.reduceat(few, begin, axis=0)
        self.able = (self.lacks == 0).sum(axis=1)

    def part(self) -> None:
        """Give all tokens to the splits before any caption is cast.

        With all talkers in one stock, the first captions would take the scarce tokens, and the
        split with the most captions has most of the first. So every split that uses a word gets one
        token of it, those with the most uses first, and then shares in proportion to its uses.
        """
        uses = np.repeat(self.demand[:, None], len(self.left), axis=1)
        none = np.zeros_like(self.have)
        self.have = allot(none, self.left, uses, one_each=True)
        self.left = np.zeros_like(self.left)
        self.look()

    def cast(
        self, speakers: Literal["best", "all", "balanced"], vocabulary: Ints
    ) -> list[tuple[int, int]]:
        """Pairs (caption, talker), sorted: at most one a caption; with `all`, as many as possible.

        `vocabulary` (talkers,) is the number of words that each says. With `all`, captions get a
        second talker only after each has had the chance of a first, and so on.
        """

        def rounds() -> Iterator[tuple[int, int]]:
            found = True
            while found:
                found = False
                for pair in self.fill(vocabulary if speakers == "best" else None):
                    found = speakers == "all"
                    yield pair

        return sorted(progress(rounds(), "casting captions", "captions"))

    def fill(self, vocabulary: Ints | None) -> Iterator[tuple[int, int]]:
        """Give each caption to one able talker who does not say it yet, if there is one.

        The caption with the fewest able talkers is always next. Yields (caption, talker).
        """
        never = len(self.left) + 1
        pending = np.ones(len(self.able), dtype=bool)
        queue = Queue(np.where(self.able > 0, self.able, never))
        sought = Sought(self, pending) if vocabulary is None and self.spent else None
        for turn in range(len(self.able)):
            caption = queue.first()
            if queue.keys[caption] == never:
                return
            if sought is not None and turn and turn % LOOK == 0:
                sought.update(self, pending)
            talker = self.choose(caption, vocabulary, sought)
            pending[caption] = False
            self.give(caption, talker)
            changed = np.concatenate(self.changed)
            self.changed.clear()
            able = self.able[changed]
            queue.change(changed, np.where(pending[changed] & (able > 0), able, never))
            if sought is not None:
                sought.changed.append(changed)
            yield caption, talker

    def choose(self, caption: int, vocabulary: Ints | None, sought: "Sought | None") -> int:
        """The able talker with the largest `vocabulary`, if given; otherwise by tokens.

        If a token serves one caption, `sought` is given, and the talker is taken whose scarcest
        needed word is least in demand, relative to the tokens left. If tokens may repeat, a talker
        with tokens to spare for the other splits, or one who favours this split. Ties go to the
        talker with the fewest captions.
        """
        talkers = np.flatnonzero(self.lacks[caption] == 0)
        few = np.ix_(talkers, self.words[caption])
        if vocabulary is not None:
            order = [-vocabulary[talkers]]
        elif sought is not None:
            scarcity = (sought.demand[few] / self.left[few]).max(axis=1).round(9)
            order = [self.load[talkers], np.maximum(scarcity, PLENTY)]
        else:
            split, left = self.split[caption], self.left[few]
            taken = self.have[:, talkers[:, None], self.words[caption]] - left
            fresh = np.maximum(self.counts[caption] - taken[split], 0)
            waiting = (taken == 0) & (self.demand[:, None, self.words[caption]] > 0)
            waiting[split] = False
            robs = ((fresh > 0) & (left - fresh < waiting.sum(axis=0))).any(axis=1)
            order = [self.load[talkers], np.where(robs, self.favour[talkers, split], 0)]
        return int(talkers[np.lexsort(order)[0]])

    def give(self, caption: int, talker: int) -> None:
        """Let `talker` say `caption`, and take the tokens."""
        split = self.split[caption]
        self.load[talker] += 1
        for word, count in zip(self.words[caption], self.counts[caption], strict=True):
            taken = 0 if self.spent else self.have[split, talker, word] - self.left[talker, word]
            fresh = max(count - taken, 0)
            self.left[talker, word] -= fresh
            for loser in range(len(self.have)):
                if fresh and (self.spent or loser != split):
                    self._lose(loser, talker, word, fresh)
        # A talker who already says it cannot say it again.
        self._lack(np.array([caption]), talker)

    def _lose(self, split: int, talker: int, word: int, count: int) -> None:
        before = self.have[split, talker, word]
        after = self.have[split, talker, word] = before - count
        if after < self.most[word]:
            captions, wanted = self.users[word], self.wanted[word]
            hit = (wanted > after) & (wanted <= before) & (self.split[captions] == split)
            self._lack(captions[hit], talker)

    def _lack(self, captions: Ints, talker: int) -> None:
        self.able[captions] -= self.lacks[captions, talker] == 0
        self.lacks[captions, talker] += 1
        self.changed.append(captions)


class Sought:
    """The demand for tokens: `demand` (talkers, words).

    It counts the pending captions (a mask) that could take a token, each divided by its able
    talkers. `changed` has the captions that are no longer as `demand` counts them.
    """

    def __init__(self, casting: Casting, pending: npt.NDArray[np.bool_]) -> None:
        self.changed: list[Ints] = []
        self.share = _share(casting, pending, np.arange(len(pending)))
        found = [
            wanted @ self.share[users]
            for users, wanted in zip(casting.users, casting.wanted, strict=True)
        ]
        self.demand = np.stack(found, axis=1)

    def update(self, casting: Casting, pending: npt.NDArray[np.bool_]) -> None:
        """Count the captions `changed` as they are now."""
        captions = np.unique(np.concatenate(self.changed))
        self.changed.clear()
        for start in range(0, len(captions), ROWS):
            some = captions[start : start + ROWS]
            now = _share(casting, pending, some)
            words = [casting.words[caption] for caption in some]
            counts = np.concatenate([casting.counts[caption] for caption in some])
            grown = np.repeat(now - self.share[some], [len(need) for need in words], axis=0)
            np.add.at(self.demand.T, np.concatenate(words), counts[:, None] * grown)
            self.share[some] = now


def _share(
    casting: Casting, pending: npt.NDArray[np.bool_], captions: Ints
) -> npt.NDArray[np.float64]:
    """The probability that each talker says each of the captions, (captions, talkers)."""
    able = (casting.lacks[captions] == 0) & pending[captions][:, None]
    found: npt.NDArray[np.float64] = able / np.maximum(casting.able[captions], 1)[:, None]
    return found


class Queue:
    """The place of the smallest of many `keys`, the first of equals, while keys change."""

    def __init__(self, keys: Ints) -> None:
        self.keys, blocks = keys, -(-len(keys) // ROWS)
        # No key of a block is smaller than its `least`; `sure` is false if none may be as small.
        self.least = np.zeros(blocks, np.int64)
        self.sure = np.zeros(blocks, dtype=bool)

    def first(self) -> int:
        """The place of the smallest key."""
        while True:
            block = int(self.least.argmin())
            own = self.keys[block * ROWS : (block + 1) * ROWS]
            if self.sure[block]:
                return block * ROWS + int(own.argmin())
            self.least[block], self.sure[block] = own.min(), True

    def change(self, places: Ints, keys: Ints) -> None:
        """Give places (n,) new keys (n,); a place that is named twice has one key."""
        grown = keys > self.keys[places]
        self.keys[places] = keys
        block = places // ROWS
        np.minimum.at(self.least, block, keys)
        self.sure[block[grown]] = False


def orders(demand: Ints, talkers: int) -> Ints:
    """The place (0 is first) of each split in each talker's order: (talkers, splits).

    A caption needs all its words from one talker, so a talker's scarce words must go to one split
    together. Each talker favours one split, then another. A split is first with a number of talkers
    in proportion to its `demand` (splits,), but with at least one if there are enough; the same
    holds for the second place.
    """
    chosen = np.zeros((len(demand), len(demand)))  # (place, split): number of talkers
    places = np.full((talkers, len(demand)), len(demand), dtype=np.int64)
    for talker in range(talkers):
        for place in range(len(demand)):
            claim = demand / np.maximum(chosen[place], 0.5 / demand.sum())
            claim[places[talker] < len(demand)] = -1
            split = int(claim.argmax())
            chosen[place, split] += 1
            places[talker, split] = place
    return places


def allot(taken: Ints, left: Ints, uses: Ints, one_each: bool = False) -> Ints:
    """Share out the free tokens among splits: (splits, talkers, words), including taken ones.

    `taken` and `uses` are (splits, talkers, words): tokens of a split, and how often its captions
    use the word; `left` (talkers, words) are free. Each goes to the split with the most uses a
    token; with `one_each`, first to splits that have none.
    """
    given = taken.copy()
    for token in range(int(left.max(initial=0))):
        talker, word = np.nonzero(left > token)
        claim = uses[:, talker, word] / np.maximum(given[:, talker, word], 0.5)
        if one_each:
            claim += (claim > 0) * (given[:, talker, word] == 0) * uses.max()
        np.add.at(given, (claim.argmax(axis=0), talker, word), 1)
    return given
