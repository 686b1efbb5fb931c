"""ABX of the test pictures' tokens: items with categories, and the score of each word pair.

Categories are the word's form as the speech corpus writes it (dogs), and its lemma, the type that
captions are matched by (dog). A pair's other word is a phonological neighbour where one phone
added, dropped or changed makes one word of the other, by the dictionary that pocketsphinx carries.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.captions import pronunciations
from seesay.schemas.audio import SPOKEN_WORDS
from seesay.scoring.abx_scores import score
from seesay.scoring.corpus import Corpus, note
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.ranking import Integers

PAUSE = 0.5  # s; beyond it a word has silence beside it
SILENCE = "SIL"
# Of each task: whether X is by A's talker, and the category.
TASKS: dict[str, tuple[bool, Literal["form", "lemma"]]] = {
    "abx_across": (False, "form"),
    "abx_within": (True, "form"),
    "abx_across_lemma": (False, "lemma"),
    "abx_within_lemma": (True, "lemma"),
}
# Pairs of neighbours are scored a second time, by themselves.
NEIGHBOURS = {task: f"{task}_neighbours" for task in ("abx_across", "abx_within")}


@dataclass(frozen=True)
class Items:
    """Tokens of the test pictures, (n,), and their vectors (n, d); `asked` are the vectors as X.

    `frame` has token_id, recording_id, onset, offset, form, lemma, before, after and talker:
    the words before and after it without a pause between, or SILENCE.
    """

    frame: pd.DataFrame
    vectors: NDArray[np.float32]
    asked: NDArray[np.float32]

    def numbers(self, *columns: str) -> Integers:
        """One integer for each combination of the columns, from 0 in alphabetical order, (n,)."""
        number = self.frame.groupby(list(columns), sort=True).ngroup()
        return np.asarray(number, dtype=np.int64)


def items(corpus: Corpus, spoken_words: Path) -> Items:
    """The test tokens of a corpus, joined with their rows of SPOKEN_WORDS.

    Raises InputError for a token that SPOKEN_WORDS lacks.
    """
    tokens = corpus.tokens.of(corpus.test)
    spoken = in_context(tables.read(SPOKEN_WORDS, spoken_words)).set_index("token_id")
    frame = spoken.reindex(tokens.names)
    if frame["form"].isna().any():
        lost = frame.index[frame["form"].isna()][0]
        raise InputError(f"{spoken_words}: no token {lost!r}; make speech and matching again")
    frame["lemma"] = corpus.vocabulary[corpus.word[tokens.origin]]
    frame = frame.rename_axis("token_id").reset_index()
    return Items(frame, tokens.vectors, corpus.asked(tokens).vectors)


def in_context(spoken: pd.DataFrame) -> pd.DataFrame:
    """The rows of SPOKEN_WORDS by recording and onset; `word` is `form`, with before and after."""
    spoken = spoken.rename(columns={"word": "form"})
    spoken = spoken.sort_values(["recording_id", "talker", "onset", "token_id"])
    same = spoken.groupby(["recording_id", "talker"])
    gap = spoken["onset"] - same["offset"].shift()
    spoken["before"] = same["form"].shift().where(gap <= PAUSE, SILENCE)
    next_gap = same["onset"].shift(-1) - spoken["offset"]
    spoken["after"] = same["form"].shift(-1).where(next_gap <= PAUSE, SILENCE)
    return spoken


def pairs(found: Items, context: Literal["any", "within"]) -> pd.DataFrame:
    """The scores of every task in TASKS that has triplets: columns task to neighbour of ABX,
    sorted.

    With `context` "within", A, B and X stand between the same two words.
    """
    talker = found.numbers("talker")
    place = found.numbers("before", "after") if context == "within" else None
    near: dict[str, frozenset[tuple[int, int]]] = {}
    parts = []
    for task, (within, category) in sorted(TASKS.items()):
        names, word = np.unique(found.frame[category].to_numpy(dtype=str), return_inverse=True)
        if category not in near:
            near[category] = neighbours(tuple(names.tolist()))
        part = score(found.asked, found.vectors, word, talker, place, within)
        if len(part.word) == 0:
            who = "one talker says a word twice" if within else "two talkers say the same word"
            note(f"{task}: {who} beside another word nowhere in the test set; it is left out")
        rows = pd.DataFrame(part._asdict()).assign(task=task)
        told = zip(part.word.tolist(), part.other.tolist(), strict=True)
        rows["neighbour"] = np.array([pair in near[category] for pair in told], dtype=bool)
        parts.append(rows.assign(word=names[part.word], other=names[part.other]))
    return pd.concat(parts, ignore_index=True)


@cache  # the systems of an experiment are asked about the same words
def neighbours(words: tuple[str, ...]) -> frozenset[tuple[int, int]]:
    """Ordered pairs of positions of words that differ by one phone added, dropped or changed.

    Any pronunciation of a word counts. Words that share a pronunciation are no neighbours: they
    sound alike. A word that the dictionary lacks has no neighbours.
    """
    known = pronunciations.bundled(frozenset(words))
    sounds = [{tuple(said.split()) for said in known.get(word, ())} for word in words]
    holders: dict[tuple[str, ...], list[int]] = {}
    for number, several in enumerate(sounds):
        for said in several:
            for key in _near(said):
                holders.setdefault(key, []).append(number)
    alike = {pair for group in holders.values() for pair in product(set(group), repeat=2)}
    return frozenset((a, b) for a, b in alike if a != b and not sounds[a] & sounds[b])


def _near(said: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Keys that two pronunciations share if they differ by one phone added, dropped or changed.

    They are the pronunciation with a wildcard (`*`) for each phone, and in each place between two.
    """
    changed = {(*said[:i], "*", *said[i + 1 :]) for i in range(len(said))}
    return changed | {(*said[:i], "*", *said[i:]) for i in range(len(said) + 1)}
