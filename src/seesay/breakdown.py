"""Where it works: the ranks by kind of word and of fragment, and word by word.

Word queries are parted by part of speech, frequency in the captions, length, talker, whether the
word is said as itself, the pairs that training had of it, and whether training heard its talker
and its word at all, where not all are known; fragments by their size and by how much is said of
their picture. Ties are scored as in the stage metrics. All word queries together have intervals
over words, too: another run's words would have been others.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from seesay import tables
from seesay.breakdown_classes import fragment_of, fragment_properties, word_properties
from seesay.evaluation import RANKS
from seesay.matching import REPLACEMENTS, SPOKEN_CAPTIONS
from seesay.metrics import Resample, by_picture, chance, counts_of, runs_of, summarise
from seesay.pictures import IMAGES
from seesay.ranking import Floats, Integers, Ranks
from seesay.regions import REGIONS
from seesay.resampling import crossed
from seesay.settings.metrics import MetricsSettings
from seesay.tables import Column, Table
from seesay.words import CAPTION_WORDS

BY_WORD = ("word_similarity", "image_token_by_word")
BY_FRAGMENT = ("word_token_by_image", "word_type_by_image")
# The property of all queries together, of which words are resampled beside pictures.
OVER_WORDS = "words and pictures"
HITS = 10  # the k of the R@k that is shown by group
FEW = 5  # with fewer test pictures than this there is no interval

_WHERE = (
    Column("experiment", pa.string(), "an experiment of the config"),
    Column("system", pa.string(), "model, or the control that stands in for it"),
    Column("task", pa.string(), "which kind of item is searched by which"),
    Column("gallery", pa.string(), "test: the test pictures' items; all: the whole corpus'"),
)
GROUPS = Table(
    "breakdown_groups",
    ("experiment", "system", "task", "gallery", "property", "group"),
    (
        *_WHERE,
        Column("property", pa.string(), "what the queries are parted by"),
        Column("group", pa.string(), "a part of the queries"),
        Column("nth", pa.int32(), "its place among the groups of the property, from 0"),
        Column("queries", pa.int32(), "its queries"),
        Column(
            "pictures", pa.int32(), "their test pictures; of human words, word and talker pairs"
        ),
        Column("r10", pa.float64(), "R@10, mean over seeds", "%"),
        Column("low", pa.float64(), "lower end of its 95 % interval", "%", optional=True),
        Column("high", pa.float64(), "upper end", "%", optional=True),
        Column("chance", pa.float64(), "R@10 of random ranking for these very queries", "%"),
        Column("difference", pa.float64(), "the model's R@10 minus this one", "points"),
        Column("difference_low", pa.float64(), "of its paired interval", "points", optional=True),
        Column("difference_high", pa.float64(), "upper end", "points", optional=True),
        Column("median_rank", pa.float64(), "median rank, mean over seeds"),
        Column("median_chance", pa.float64(), "median rank of random ranking"),
    ),
)
WORDS = Table(
    "breakdown_words",
    ("experiment", "system", "task", "gallery", "word"),
    (
        *_WHERE,
        Column("word", pa.string(), "a word of the captions"),
        Column("spoken_word", pa.string(), "what is said for it"),
        Column("pos", pa.string(), "its part of speech"),
        Column("pairs", pa.int64(), "pairs of a training picture and a token of it"),
        Column("queries", pa.int32(), "its test tokens"),
        Column("r10", pa.float64(), "R@10, mean over seeds", "%"),
        Column("median_rank", pa.float64(), "median of its expected ranks, mean over seeds"),
    ),
)


def break_down(
    ranks: Sequence[Path],
    images: Path,
    spoken_captions: Path,
    replacements: Path,
    caption_words: Path,
    regions: Sequence[Path],
    groups: Path,
    words: Path,
    settings: MetricsSettings,
    boxed: Collection[str],
) -> None:
    """Write the tables GROUPS and WORDS from the ranks of every system and seed.

    `boxed` are the experiments whose fragments have the boxes of `regions`; both may be empty:
    ready-made fragments have none, and others' fragments have no size here. Only the paper's four
    tasks are parted. Intervals come from resampling
    the test pictures of a group, the same samples for all systems and seeds (paired); of the
    property OVER_WORDS, which has one group, words and pictures are resampled, each by itself, and
    `pictures` counts their pairs.
    Raises InputError when two systems were ranked on different queries.
    """
    tokens = word_properties(
        tables.read(SPOKEN_CAPTIONS, spoken_captions),
        tables.read(REPLACEMENTS, replacements),
        tables.read(CAPTION_WORDS, caption_words, columns=[*CAPTION_WORDS.key, "lemma"]),
        tables.read(IMAGES, images).set_index("image_id")["split"],
    )
    fragments = fragment_properties(
        tables.read(REGIONS, list(regions)), tables.read(SPOKEN_CAPTIONS, spoken_captions)
    )
    parts, listed = [], []
    frame = tables.read(RANKS, list(ranks))
    for (experiment, task, gallery), part in frame.groupby(["experiment", "task", "gallery"]):
        where = {"experiment": str(experiment), "task": str(task), "gallery": str(gallery)}
        runs = runs_of(part, {**where})
        first = next(iter(runs.values()))
        if task in BY_WORD:
            known = tokens.reindex(first["query"])
            whole = pd.DataFrame({OVER_WORDS: pd.Categorical(["all"] * len(first))})
            drawn = partial(_by_word_and_picture, tokens["spoken_word"])
            parts.append(pd.DataFrame(by_group(runs, whole, settings, drawn)).assign(**where))
            listed.append(pd.DataFrame(_by_word(runs, known)).assign(**where))
        elif task in BY_FRAGMENT:
            # The same numbers of regions may be other boxes.
            unsized = {**fragments, "size": fragments["size"].iloc[:0]}
            known = fragment_of(first["query"], fragments if experiment in boxed else unsized)
        else:
            continue
        parted = known.select_dtypes("category")
        parts.append(pd.DataFrame(by_group(runs, parted, settings)).assign(**where))
    for table, path, found in ((GROUPS, groups, parts), (WORDS, words, listed)):
        # A task that asks nothing has no ranks, and a run may have none of these tasks.
        none = pd.DataFrame(columns=[column.name for column in table.columns])
        tables.write(table, path, pd.concat(found, ignore_index=True) if found else none)


def _by_word_and_picture(
    words: pd.Series, run: pd.DataFrame, settings: MetricsSettings
) -> tuple[list[str], Integers, Floats]:
    """The pairs of a word and a test picture of a run's queries, each query's one, their weights.

    `words` is the spoken word of each token.
    """
    said = run["query"].map(words).to_numpy(str)
    return crossed(said, run["image_id"].to_numpy(str), settings)


def hits(ranks: Ranks, k: int) -> Floats:
    """The probability that each query's first relevant item is among the `k` first.

    Of t irrelevant and r relevant items tied below b better ones, the first j = k - b places hold
    none that is relevant with probability C(t, j) / C(t + r, j).
    """
    missed = np.ones(len(ranks.better))
    for place in range(k):
        inside = np.clip(place - ranks.better, 0, ranks.tied)
        step = (ranks.tied - inside) / (ranks.tied + ranks.tied_relevant - inside)
        missed *= np.where(place >= ranks.better, step, 1.0)
    return 1.0 - missed


def by_group(
    runs: dict[tuple[str, int], pd.DataFrame],
    known: pd.DataFrame,
    settings: MetricsSettings,
    resample: Resample = by_picture,
) -> Iterator[dict[str, object]]:
    """The rows of GROUPS of one task and gallery; `known` has a row a query, in their order.

    Its columns are categories. `resample` says what of a group's queries is resampled.
    """
    first = next(iter(runs.values()))
    luck = chance(counts_of(first), first["gallery_size"])
    found = {run: counts_of(rows) for run, rows in runs.items()}
    hit = {run: hits(counts, HITS) for run, counts in found.items()}
    lucky = hits(luck, HITS)
    for name in known:
        categories = known[name].cat
        for nth, group in enumerate(categories.categories):
            here = np.flatnonzero(categories.codes.to_numpy() == nth)
            if len(here) == 0:
                continue
            names, image, weights = resample(first.iloc[here], settings)
            once, size = weights[:1], weights @ np.bincount(image)
            values: dict[str, list[Floats]] = {}
            medians: dict[str, list[float]] = {}
            for (system, seed), chances in hit.items():
                total = weights @ np.bincount(image, chances[here], len(names))
                values.setdefault(system, []).append(100.0 * total / size)
                median = summarise(_some(found[system, seed], here), image, once)[0, 0]
                medians.setdefault(system, []).append(float(median))
            means = {system: np.mean(value, axis=0) for system, value in values.items()}
            for system, mean in means.items():
                gap = means["model"] - mean if "model" in means else np.zeros_like(mean)
                low, high = _ends(mean, len(names))
                gap_low, gap_high = _ends(gap, len(names))
                yield {
                    "system": system,
                    "property": name,
                    "group": group,
                    "nth": nth,
                    "queries": len(here),
                    "pictures": len(names),
                    "r10": mean[0],
                    "low": low,
                    "high": high,
                    "chance": 100.0 * lucky[here].mean(),
                    "difference": gap[0],
                    "difference_low": gap_low,
                    "difference_high": gap_high,
                    "median_rank": np.mean(medians[system]),
                    "median_chance": summarise(_some(luck, here), image, once)[0, 0],
                }


def _by_word(
    runs: dict[tuple[str, int], pd.DataFrame], known: pd.DataFrame
) -> Iterator[dict[str, object]]:
    """The rows of WORDS of one task and gallery; `known` has a row a query, in their order."""
    label = known["word"].to_numpy()
    what = known.drop_duplicates("word").set_index("word")[["spoken_word", "tag", "pairs"]]
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


def _some(ranks: Ranks, here: Integers) -> Ranks:
    return Ranks(*(getattr(ranks, name)[here] for name in Ranks.__annotations__))


def _ends(samples: Floats, pictures: int) -> tuple[float | None, float | None]:
    """A 95 % percentile interval of all samples but the first; None with too few pictures."""
    if pictures < FEW:
        return None, None
    low, high = np.percentile(samples[1:], [2.5, 97.5])
    return float(low), float(high)
