"""Examples that are arrays and data frames: checked, split, and in the order of the stage."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from torch import Tensor

from seesay.learning.arrays import ids_of
from seesay.learning.examples import Examples, join
from seesay.learning.features import Features, Fragments, Words
from seesay.shared import arguments
from seesay.shared.errors import InputError

PAIRS = ["image_id", "token_id", "spoken_word", "talker"]
SPLITS = ("train", "validation")


def examples(
    fragments: pd.DataFrame, shown: Tensor, token_ids: Any, heard: Tensor, pairs: Any, splits: Any
) -> list[Examples]:
    """The training set and the validation set.

    `fragments` are the rows of `keys_of` for the features `shown` (n, d); `heard` (m, size) are
    the vectors of `token_ids`. The other arguments and all errors are those of `arrays.train`.
    Features are copied: training overwrites them.
    """
    tokens = _distinct(ids_of("token_ids", token_ids, len(heard)))
    given = fragments.assign(split=_splits(fragments["image_id"], splits))
    used = _pairs(pairs, given, tokens)
    return [
        _examples(given[given["split"] == split], shown, tokens, heard, used) for split in SPLITS
    ]


def _distinct(ids: "pd.Series[str]") -> "pd.Index[Any]":
    if ids.duplicated().any():
        row = int(np.flatnonzero(ids.duplicated())[0])
        raise InputError(f"token_ids: row {row} is {ids[row]}, as an earlier one; expected distinct"
                         " ids")  # fmt: skip
    return pd.Index(ids)


def _splits(image_ids: "pd.Series[str]", given: Any) -> "pd.Series[str]":
    """The split of each fragment's picture."""
    if not isinstance(given, Mapping | pd.Series):
        raise InputError(
            f"splits: {type(given).__name__}, expected a mapping from image_id to split"
        )
    splits = {str(image_id): split for image_id, split in given.items()}
    found = image_ids.map(splits)
    if found.isna().any():
        row = int(np.flatnonzero(found.isna())[0])
        raise InputError(f"image_ids: row {row} is {image_ids[row]}, which splits lacks; add its"
                         " split")  # fmt: skip
    return found


def _pairs(given: Any, fragments: pd.DataFrame, tokens: "pd.Index[Any]") -> pd.DataFrame:
    """The pairs of pictures that are in train or validation."""
    pairs = arguments.frame("pairs", given, PAIRS)[PAIRS].astype(str)
    if pairs.empty:
        raise InputError("pairs: no rows, expected one a picture and word that belong together")
    for column, known, argument in (
        ("image_id", fragments["image_id"], "image_ids"),
        ("token_id", tokens, "token_ids"),
    ):
        strange = np.flatnonzero(~pairs[column].isin(known))
        if len(strange):
            raise InputError(f"pairs: row {strange[0]} has the {column}"
                             f" {pairs[column][strange[0]]}, which {argument} lacks; add its vector"
                             " there, or leave the row out")  # fmt: skip
    types = pairs.groupby("token_id")["spoken_word"].transform("first")
    other = np.flatnonzero(pairs["spoken_word"] != types)
    if len(other):
        row = int(other[0])
        raise InputError(f"pairs: row {row} has the token {pairs['token_id'][row]} as"
                         f" {pairs['spoken_word'][row]}, an earlier one as {types[row]}; expected"
                         " one spoken_word a token")  # fmt: skip
    shown = fragments.drop_duplicates("image_id").set_index("image_id")["split"]
    pairs["split"] = pairs["image_id"].map(shown)
    for split in SPLITS:
        if not (pairs["split"] == split).any():
            raise InputError(f"splits: no picture of pairs is in {split}; expected some in train"
                             " and some in validation")  # fmt: skip
    return pairs


def _examples(
    fragments: pd.DataFrame,
    values: Tensor,
    tokens: "pd.Index[Any]",
    heard: Tensor,
    pairs: pd.DataFrame,
) -> Examples:
    """The examples of a split, in the order of the stage; `fragments` are its own."""
    ordered = fragments.sort_values(["image_id", "region"])
    keys = ordered.reset_index(drop=True)
    spoken = pairs[pairs["image_id"].isin(keys["image_id"])]
    names = pd.Index(np.unique(spoken["token_id"].to_numpy(dtype=object)))
    words = Words(names.to_numpy(), Features(heard[tokens.get_indexer(names)]))
    shown = Fragments(keys, Features(values[np.array(ordered.index)]))
    return join(keys.drop_duplicates("image_id"), spoken, shown, words)
