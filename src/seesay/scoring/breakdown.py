"""Breaks down the ranks by properties of words and fragments, and by single words.

Word queries are grouped by part of speech, frequency in the captions, length, talker, whether a
replacement stands for the word, its number of training pairs, and (unless all are known) whether
training heard its talker and its word; fragments by size and by the number of tokens spoken for
their picture. Ties are scored as in the stage metrics. All word queries together also have
intervals over words, since another run would have had other words.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from seesay.schemas.captions import CAPTION_WORDS, REPLACEMENTS, SPOKEN_CAPTIONS
from seesay.schemas.scoring import GROUPS, OVER_WORDS, RANKS, WORDS
from seesay.schemas.vision import IMAGES, REGIONS
from seesay.scoring import intervals, names
from seesay.scoring.breakdown_classes import (
    by_fold,
    fragment_of,
    fragment_properties,
    of_queries,
    word_properties,
)
from seesay.scoring.metrics import Resample, runs_of
from seesay.scoring.rank_metrics import chance, counts_of, hits, summarise
from seesay.scoring.resampling import (
    Factors,
    Samples,
    by_picture,
    crossed,
    estimate,
    pictures,
    same,
    shares,
)
from seesay.settings.metrics import MetricsSettings
from seesay.shared import tables
from seesay.shared.ranking import Floats, Integers, Ranks

HITS = 10  # the k of the R@k that is shown by group


def break_down(
    ranks: Sequence[Path],
    images: Sequence[Path],
    spoken_captions: Sequence[Path],
    replacements: Sequence[Path],
    caption_words: Path,
    regions: Sequence[Path],
    groups: Path,
    words: Path,
    settings: MetricsSettings,
    boxed: Collection[str],
) -> None:
    """Write the tables GROUPS and WORDS from the ranks of every system and seed.

    `images`, `spoken_captions` and `replacements` have one path per fold, `ranks` equally many for
    each fold. `boxed` are the experiments whose fragments have the boxes of `regions`; both may be
    empty: ready-made fragments have no boxes. Fragments of other experiments have no size here.
    Only tasks that are `parted` are broken down. Intervals generalise to the pictures of a group,
    to its words (if words are the queries), and to seeds; all systems share the same resamples
    (paired). The property OVER_WORDS has one group, of all queries. Raises InputError if two
    systems were ranked on different queries.
    """
    uses = tables.read(CAPTION_WORDS, caption_words, columns=[*CAPTION_WORDS.key, "lemma"])
    boxes = tables.read(REGIONS, list(regions))
    tokens, fragments, frames = [], [], []
    for fold, own in enumerate(by_fold(ranks, len(images))):
        facts = (images[fold], spoken_captions[fold], replacements[fold])
        properties = _properties(*facts, uses, boxes, always=len(images) > 1)
        tokens.append(properties[0])
        fragments.append(properties[1])
        frames.append(tables.read(RANKS, own).assign(fold=fold))
    del uses, boxes
    said = pd.concat([part["spoken_word"] for part in tokens])
    said = said[~said.index.duplicated()]  # in whichever fold, a token is of one spoken word
    parts, listed = [], []
    frame = pd.concat(frames, ignore_index=True)
    for (experiment, task, gallery), part in frame.groupby(["experiment", "task", "gallery"]):
        resample: Resample = by_picture
        where = {"experiment": str(experiment), "task": str(task), "gallery": str(gallery)}
        runs = runs_of(part, {**where})
        first = next(iter(runs.values()))
        about = names.tasks()[str(task)]
        if about.parted and about.query == "token":
            known = of_queries(first, lambda fold, query: tokens[fold].reindex(query))
            whole = pd.DataFrame({OVER_WORDS: pd.Categorical(["all"] * len(first))})
            resample = partial(_by_picture_and_word, said)
            parts.append(pd.DataFrame(by_group(runs, whole, settings, resample)).assign(**where))
            listed.append(pd.DataFrame(_by_word(runs, known)).assign(**where))
        elif about.parted and about.query == "fragment":
            # Equal region numbers may have different boxes.
            sized = slice(None) if experiment in boxed else slice(0)
            known = of_queries(first, partial(_fragments, fragments, sized))
        else:
            continue
        parted = known.select_dtypes("category")
        parts.append(pd.DataFrame(by_group(runs, parted, settings, resample)).assign(**where))
    for table, path, found in ((GROUPS, groups, parts), (WORDS, words, listed)):
        # A task that asks nothing has no ranks, and a run may have none of these tasks.
        none = pd.DataFrame(columns=[column.name for column in table.columns])
        tables.write(table, path, pd.concat(found, ignore_index=True) if found else none)


def _properties(
    images: Path,
    spoken_captions: Path,
    replacements: Path,
    uses: pd.DataFrame,
    boxes: pd.DataFrame,
    always: bool,
) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """The properties of a fold's test tokens and test fragments."""
    spoken = tables.read(SPOKEN_CAPTIONS, spoken_captions)
    replaced = tables.read(REPLACEMENTS, replacements)
    split = tables.read(IMAGES, images).set_index("image_id")["split"]
    words = word_properties(spoken, replaced, uses, split, always)
    test = split.index[split == "test"]
    parts = [rows[rows["image_id"].isin(test)] for rows in (boxes, spoken)]
    return words, fragment_properties(*parts)


def _fragments(
    properties: list[dict[str, pd.Series]], sized: slice, fold: int, query: pd.Series
) -> pd.DataFrame:
    own = properties[fold]
    return fragment_of(query, {**own, "size": own["size"].iloc[sized]})


def _by_picture_and_word(words: pd.Series, run: pd.DataFrame, settings: MetricsSettings) -> Factors:
    """Factors of a run's queries: test pictures and words; `words` are the tokens' spoken words."""
    said = run["query"].map(words).to_numpy(str)
    return crossed({"pictures": pictures(run), "words": said}, settings)


def by_group(
    runs: dict[tuple[str, int], pd.DataFrame],
    known: pd.DataFrame,
    settings: MetricsSettings,
    resample: Resample = by_picture,
) -> Iterator[dict[str, object]]:
    """Rows of GROUPS for one task and gallery; `known` has one row per query, in their order.

    The columns of `known` are categories. `resample` gives the factors of a group's queries.
    """
    first = next(iter(runs.values()))
    luck = chance(counts_of(first), first["gallery_size"])
    found = {run: counts_of(rows) for run, rows in runs.items()}
    hit = np.stack([hits(counts, HITS) for counts in found.values()])
    lucky = hits(luck, HITS)
    for name in known:
        categories = known[name].cat
        for nth, group in enumerate(categories.categories):
            here = np.flatnonzero(categories.codes.to_numpy() == nth)
            if len(here) == 0:
                continue
            factors = resample(first.iloc[here], settings)
            by_chance = _median(luck, here)
            samples: dict[str, dict[int, Floats]] = {}
            medians: dict[str, list[float]] = {}
            drawn = shares(factors, hit[:, here])
            for (system, seed), values in zip(found, drawn, strict=True):
                samples.setdefault(system, {})[seed] = values
                medians.setdefault(system, []).append(_median(found[system, seed], here))
            for system, own in samples.items():
                yield {
                    "system": system,
                    "property": name,
                    "group": group,
                    "nth": nth,
                    "queries": len(here),
                    **_measured(factors, own, samples.get("model", own)),
                    "chance": 100.0 * lucky[here].mean(),
                    "median_rank": np.mean(medians[system]),
                    "median_chance": by_chance,
                }


def _measured(factors: Factors, own: Samples, model: Samples) -> dict[str, object]:
    """R@10 of a group and the model's difference from it, with intervals and their factors."""
    one, apart = estimate(factors, own), estimate(factors, model, own)
    low, high = one.around([True], 1.0)
    below, above, _ = apart.apart([True], same(model, own))
    ends = {"low": low, "high": high, "difference_low": below, "difference_high": above}
    return {
        "over": intervals.over(one.counts),
        "units": intervals.units(one.counts),
        "r10": one.value[0],
        "difference": apart.value[0],
        **{name: None if np.isnan(end[0]) else float(end[0]) for name, end in ends.items()},
    }


def _by_word(
    runs: dict[tuple[str, int], pd.DataFrame], known: pd.DataFrame
) -> Iterator[dict[str, object]]:
    """Rows of WORDS for one task and gallery; `known` has one row per query, in their order.

    Segments that are no word have none.
    """
    label = known["word"].replace("", np.nan).to_numpy()
    what = known.drop_duplicates("word").set_index("word")[["spoken_word", "tag"]]
    # Folds differ in their training pairs.
    what["pairs"] = known.groupby("word")["pairs"].mean().round().astype(np.int64)
    found: dict[str, list[pd.DataFrame]] = {}
    for (system, _), run in runs.items():
        counts = counts_of(run)
        frame = pd.DataFrame({"rank": counts.expected(), "hit": 100.0 * hits(counts, HITS)})
        grouped = frame.groupby(label)
        one = pd.DataFrame({"median": grouped["rank"].median(), "hit": grouped["hit"].mean()})
        found.setdefault(system, []).append(one.assign(queries=grouped.size()))
    for system, parts in found.items():
        rows = pd.concat(parts).groupby(level=0).mean().join(what).reset_index(names="word")
        for row in rows.to_dict("records"):
            yield {
                "system": system,
                "word": row["word"],
                "spoken_word": row["spoken_word"],
                "pos": row["tag"],
                "pairs": row["pairs"],
                "queries": int(row["queries"]),
                "r10": row["hit"],
                "median_rank": row["median"],
            }


def _median(ranks: Ranks, here: Integers) -> float:
    """The median rank of some queries."""
    some = Ranks(*(getattr(ranks, name)[here] for name in Ranks.__annotations__))
    return float(summarise(some, np.zeros_like(here), np.ones((1, 1)))[0, 0])
