"""Classes of word tokens and of fragments, by which queries are broken down."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from seesay.shared.voices import synthesisers

# Lower edges of the classes: letters as in matching, uses, pairs, tokens, % of a picture.
LETTERS, USES, SAID = (1, 3, 5, 7, 9, 11), (1, 5, 10, 20, 50, 100, 200), (1, 10, 20, 30, 40)
PAIRS = (0, 1, 5, 10, 20, 50, 100, 200)
SIZES = (0, 5, 10, 25, 50)
# Properties of test queries that may be new to the model: column, and two groups.
NEW = {
    "talker in training": ("talker", ["heard in training", "not in training"]),
    "word in training": ("spoken_word", ["said in training", "not in training"]),
}


def word_properties(
    spoken: pd.DataFrame,
    replacements: pd.DataFrame,
    uses: pd.DataFrame,
    split: pd.Series,
    always: bool = False,
) -> pd.DataFrame:
    """Properties of each token of test pictures (the index): its word, `pairs`, and ordered
    categories.

    A found segment that is no word has the word "".

    `spoken` is SPOKEN_CAPTIONS, `uses` CAPTION_WORDS, `split` each picture's split. A pair is a
    token and a training picture whose captions use it. A property of NEW is present if some test
    token has a talker, or a word, that no training caption has, or `always`; `synthesiser` is
    present if the talkers are voices of several synthesisers.
    """
    test = spoken.loc[spoken["image_id"].map(split) == "test", "token_id"]
    token = token_facts(spoken, replacements, uses, split, test)
    train = spoken[spoken["image_id"].map(split) == "train"]
    # Segments that overlap no word are labelled with their own id.
    wordless = token["spoken_word"] == token.index
    # Categories do not depend on what the test happens to have.
    no_word = "no word" if (spoken["spoken_word"] == spoken["token_id"]).any() else ""
    beside = "" if spoken["word"].isin(uses["lemma"]).all() else "no caption word"
    talkers = set(spoken["talker"])
    itself = np.where(token["word"] == token["spoken_word"], "as itself", "as another word")
    found = pd.DataFrame(
        {
            "word": token["word"].where(~wordless, ""),
            **{name: token[name] for name in ("spoken_word", "tag", "pairs")},
            "part of speech": _apart(
                _named(token["tag"], ["NOUN", "VERB", "ADJ", "ADV", "other"]), wordless, no_word
            ),
            "uses in captions": _apart(
                classes(token["uses"].clip(lower=1), USES), token["uses"] == 0, beside
            ),
            "letters of the spoken word": _apart(
                classes(token["spoken_word"].str.len(), LETTERS), wordless, no_word
            ),
            "spoken": _named(pd.Series(itself, token.index), ["as itself", "as another word"]),
            "training pairs": classes(token["pairs"], PAIRS),
            "talker": _named(token["talker"], sorted(talkers)),
        }
    )
    own = token["image_id"].map(split) == "test"
    for name, (column, (known, new)) in NEW.items():
        met = token[column].isin(train[column])
        if always or not met[own].all():
            groups = pd.Series(np.where(met, known, new), token.index)
            found[name] = _named(groups, [known, new])
    engines = synthesisers(talkers)
    if engines:
        found["synthesiser"] = _synthesiser(token["talker"], train["talker"], engines)
    return found


def _synthesiser(talker: pd.Series, taught_by: pd.Series, engines: dict[str, str]) -> pd.Series:
    """Each talker's synthesiser, of `engines`; one that training does not hear is unseen."""
    heard = {engines[name] for name in set(taught_by)}
    names = {name: name if name in heard else f"unseen: {name}" for name in set(engines.values())}
    return _named(talker.map(engines).map(names), sorted(names.values()))


def by_fold(paths: Sequence[Path], folds: int) -> list[Sequence[Path]]:
    """Split a list of paths, fold by fold, into the equally many paths of each fold."""
    each = len(paths) // folds
    return [paths[fold * each : (fold + 1) * each] for fold in range(folds)]


def of_queries(run: pd.DataFrame, known: Callable[[int, pd.Series], pd.DataFrame]) -> pd.DataFrame:
    """Properties of a run's queries, joined from the properties by fold; `run` has a column `fold`.

    Folds may have different categories. A property of NEW stays if some row is new.
    """
    parts = [known(int(str(fold)), rows["query"]) for fold, rows in run.groupby("fold")]
    if len(parts) == 1:
        return parts[0]
    found = pd.concat(parts)
    for name in found:
        kinds = [part[name].cat.categories for part in parts if hasattr(part.get(name), "cat")]
        if kinds:
            same = all(kinds[0].equals(kind) for kind in kinds)
            names = kinds[0] if same else sorted(set().union(*kinds))
            found[name] = _named(found[name], list(names))
    seen = [name for name in NEW if name in found and not (found[name] == NEW[name][1][1]).any()]
    return found.drop(columns=seen)


def token_facts(
    spoken: pd.DataFrame,
    replacements: pd.DataFrame,
    uses: pd.DataFrame,
    split: pd.Series,
    wanted: pd.Series | None = None,
) -> pd.DataFrame:
    """Facts of each used token (the index): its first row of SPOKEN_CAPTIONS, its word's part of
    speech `tag`, and how often training has the word (`pairs`) and the captions use it (`uses`).

    `wanted` are the tokens, by default all; other arguments are as in `word_properties`.
    """
    token = spoken if wanted is None else spoken[spoken["token_id"].isin(wanted)]
    token = token.drop_duplicates("token_id").set_index("token_id")
    train = spoken[spoken["image_id"].map(split) == "train"]
    taught = train.drop_duplicates(["image_id", "token_id"])["word"].value_counts()
    return token.assign(
        tag=token["word"].map(replacements.set_index("word")["pos"]).fillna("other"),
        pairs=token["word"].map(taught).fillna(0).astype(np.int64),
        uses=token["word"].map(uses["lemma"].value_counts()).fillna(0).astype(np.int64),
    )


def fragment_properties(regions: pd.DataFrame, spoken: pd.DataFrame) -> dict[str, pd.Series]:
    """`size`: each box's share of the picture in %, by `image_id#region`, 100 for the whole
    picture; `said`: the number of tokens spoken for each picture.
    """
    pairs = spoken.drop_duplicates(["image_id", "token_id"])
    said = pairs["image_id"].value_counts()
    if regions.empty:
        return {"size": pd.Series(dtype=float), "said": said}
    area = (regions["x1"] - regions["x0"]) * (regions["y1"] - regions["y0"])
    names = regions["image_id"] + "#" + regions["region"].astype(str)
    whole = area[regions["region"] == 0].set_axis(regions.loc[regions["region"] == 0, "image_id"])
    share = 100.0 * area / regions["image_id"].map(whole)
    # A box may be as large as its picture, but only region 0 is the whole picture.
    share = share.clip(upper=99.9).where(regions["region"] != 0, 100.0)
    return {"size": share.set_axis(names), "said": said}


def fragment_of(queries: pd.Series, known: dict[str, pd.Series]) -> pd.DataFrame:
    """The ordered categories of fragments, given as `image_id#region`."""
    said = queries.str.rpartition("#")[0].map(known["said"]).fillna(1)
    found = {"tokens said of the picture": classes(said, SAID)}
    if len(known["size"]):
        size = queries.map(known["size"])
        boxes = classes(size.clip(upper=99.9), SIZES, "%").cat.add_categories("whole picture")
        found = {"size of the fragment": boxes.where(size < 100, "whole picture"), **found}
    return pd.DataFrame(found)


def classes(values: pd.Series, edges: Sequence[int], unit: str = "") -> pd.Series:
    """Ordered categories from lower edges: `1–4`, `5–9`, `10 and more`.

    With a unit, numbers need not be whole: `0–5 %`, `50 % and more`.
    """
    end = f" {unit}" if unit else ""
    names = []
    for low, above in pairwise(edges):
        high = above if unit else above - 1
        names.append(f"{low}{end}" if low == high else f"{low}\N{EN DASH}{high}{end}")
    names.append(f"{edges[-1]}{end} and more")
    place = np.searchsorted(edges, values.to_numpy(), side="right") - 1
    return _named(pd.Series([names[n] for n in place], values.index), names)


def _named(values: pd.Series, names: list[str]) -> pd.Series:
    return pd.Series(pd.Categorical(values, names, ordered=True), values.index)


def _apart(values: pd.Series, some: pd.Series, name: str) -> pd.Series:
    """Categories with one more, the last, for `some` of the rows; without its name, the same."""
    if not name:
        return values
    return values.cat.add_categories(name).where(~some, name)
