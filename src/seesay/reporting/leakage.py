"""Checks for data that two splits share, by mistake or by design."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from seesay.vision.copies import told

Rows = list[dict[str, Any]]


def checks(
    images: pd.DataFrame,
    captions: pd.DataFrame,
    spoken: pd.DataFrame,
    words: pd.DataFrame,
    copies: pd.DataFrame,
    windows: Mapping[str, float],
) -> Rows:
    """One row for each check: `what`, the number `found` `of` a total, `kind`, `why` and `which`.

    `copies` are rows of COPIES. `windows` is the length of the window around a word's middle that
    an experiment hears, in s, by the names of experiments; 0 if it hears the word only. `kind` is
    `ok` (nothing found), `leak` (a fault) or `design` (shared on purpose; `why` gives the reason).
    `which` names the items that were found, if names help.
    """
    split = images.set_index("image_id")["split"]
    said = spoken.assign(split=spoken["image_id"].map(split))
    files = images[images["digest"] != ""]
    digest = files.set_index("image_id")["digest"]
    same = copies["image_id"].map(digest) == copies["other"].map(digest)
    pairs = copies[~same]  # equal bytes have a row of their own
    pairs = pairs.assign(split=pairs["image_id"].map(split), other_split=pairs["other"].map(split))
    pairs = pairs[pairs["split"] != pairs["other_split"]]  # of one split, but not in another fold
    texts = captions.assign(
        split=captions["image_id"].map(split), text=captions["text"].str.lower()
    )
    taken = words[words["token_id"].isin(said["token_id"])]
    taken = taken.assign(split=taken["token_id"].map(_first(said, "token_id", "split")))
    test, train = (texts.loc[texts["split"] == s, "text"] for s in ("test", "train"))
    heard = taken[taken["split"] == "test"]
    return [
        _row("pictures in two splits with the same id", _twice(images, "image_id"), len(images)),
        _row(
            "picture files with the same bytes in two splits", _twice(files, "digest"), len(files)
        ),
        _row("pairs of pictures in two splits that look the same", len(pairs), len(files))
        | {"which": told(pairs)},
        _row("word tokens in two splits", _twice(said, "token_id"), said["token_id"].nunique()),
        *(_reaching(taken, len(heard), names, window) for names, window in windows.items()),
        _row(
            "test captions with the exact text of a training caption",
            int(test.isin(set(train)).sum()),
            len(test),
            "people use the same words for different pictures",
        ),
        _row(
            "recordings with word tokens in two splits",
            _twice(taken, "recording_id"),
            taken["recording_id"].nunique(),
            "the split is by tokens, not by recordings",
        ),
        _row(
            "talkers heard in two splits",
            _twice(taken, "talker"),
            taken["talker"].nunique(),
            "as in the paper, training hears the test’s talkers, but not its tokens",
        ),
    ]


def added(folds: Iterable[Rows]) -> Rows:
    """The same checks of several folds as one: what was found, and of how many, in all of them.

    `which` names the items of the first fold in which some were found.
    """
    return [
        max(rows, key=_found)
        | {"found": sum(row["found"] for row in rows), "of": sum(row["of"] for row in rows)}
        for rows in zip(*folds, strict=True)
    ]


def _found(row: dict[str, Any]) -> bool:
    return bool(row["found"])


def _reaching(taken: pd.DataFrame, of: int, names: str, window: float) -> dict[str, Any]:
    """The check of test tokens whose sound overlaps with a training token; `of` is their number."""
    what = "test tokens whose sound overlaps with a training token"
    what += f" ({names})" if names else ""
    if not window:
        why = "the network hears each word from onset to offset, and some words overlap"
        return _row(what, _by_recording(taken, _overlapping), of, why)
    why = f"the network hears {window:.2f} s around the middle of a word, including its neighbours"
    return _row(what, _by_recording(taken, partial(_near, window=window)), of, why)


def _row(what: str, found: int, of: int, why: str = "") -> dict[str, Any]:
    kind = "ok" if found == 0 else ("design" if why else "leak")
    return {"what": what, "found": found, "of": of, "kind": kind, "why": why, "which": ""}


def _twice(frame: pd.DataFrame, column: str) -> int:
    """The number of values of a column that are in more than one split."""
    return int((frame.groupby(column)["split"].nunique() > 1).sum())


def _first(frame: pd.DataFrame, key: str, value: str) -> pd.Series:
    return frame.drop_duplicates(key).set_index(key)[value]


def _by_recording(tokens: pd.DataFrame, count: Callable[[pd.DataFrame, pd.DataFrame], int]) -> int:
    """The sum over recordings of `count(test tokens, training tokens)` of a recording."""
    parts: Iterable[tuple[Any, pd.DataFrame]] = tokens.groupby("recording_id")
    found = 0
    for _, part in parts:
        train, test = (part[part["split"] == split] for split in ("train", "test"))
        found += count(test, train) if len(train) and len(test) else 0
    return found


def _near(test: pd.DataFrame, train: pd.DataFrame, window: float) -> int:
    """The number of test tokens with a middle nearer than `window` s to a training token's."""
    asked, known = (((part["onset"] + part["offset"]) / 2).to_numpy() for part in (test, train))
    known = np.sort(known)
    place = np.searchsorted(known, asked)
    after = known[np.minimum(place, len(known) - 1)]
    before = known[np.maximum(place - 1, 0)]
    return int((np.minimum(np.abs(after - asked), np.abs(before - asked)) < window).sum())


def _overlapping(test: pd.DataFrame, train: pd.DataFrame) -> int:
    """The number of test tokens that overlap with a training token, from onset to offset."""
    known = train.sort_values("onset")
    ends = np.maximum.accumulate(known["offset"].to_numpy())
    before = np.searchsorted(known["onset"].to_numpy(), test["offset"].to_numpy())
    reached = np.where(before > 0, ends[np.maximum(before - 1, 0)], -np.inf)
    return int((reached > test["onset"].to_numpy()).sum())
