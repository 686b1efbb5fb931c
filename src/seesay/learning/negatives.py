"""Negatives: the tokens or pictures that an example is told apart from."""

from collections.abc import Sequence

import numpy as np

from seesay.shared.errors import InputError


def excluded(words: Sequence[np.ndarray], types: np.ndarray, rule: str) -> list[np.ndarray]:
    """Tokens that are no negatives of a picture, for each picture as sorted rows (k,) int64.

    `words` holds the rows of each picture's tokens, `types` (m,) the type of every token as an
    integer. `rule` is the setting `training.negatives`: `tokens` excludes the picture's own
    tokens, `types` all tokens of its types.
    """
    if rule == "tokens":
        return list(words)
    return [np.flatnonzero(np.isin(types, types[rows])) for rows in words]


def sample(excluded: np.ndarray, total: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` rows (count,) int64, uniform over 0..`total`-1 without `excluded` (sorted).

    Raises InputError when `excluded` leaves none.
    """
    if len(excluded) >= total:
        raise InputError("training: a picture uses every token, so it has no different pair")
    drawn = rng.integers(total - len(excluded), size=count)
    return drawn + np.searchsorted(excluded - np.arange(len(excluded)), drawn, side="right")


def mask(kinds: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """Negative mask (m, pictures) bool: pictures without a token of the same kind.

    `kinds` (m,) says which tokens are the same: their rows, types or pseudo-words. `owner` (m,) is
    the picture of each token, 0 to pictures - 1.
    """
    names, codes = np.unique(kinds, return_inverse=True)
    uses = np.zeros((len(names), owner.max() + 1), bool)
    uses[codes, owner] = True
    return ~uses[codes]


def false_share(types: np.ndarray, same: np.ndarray, negatives: np.ndarray) -> float:
    """Share of the rows `negatives` (k,) whose type one of the rows `same` also has."""
    return float(np.isin(types[negatives], types[same]).mean())
