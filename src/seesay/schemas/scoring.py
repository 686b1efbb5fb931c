"""Tables of ranks and scores."""

from collections.abc import Container

import pyarrow as pa

from seesay.shared.columns import Column, Table

RANKS = Table(
    "ranks",
    ("experiment", "system", "seed", "task", "gallery", "query"),
    (
        Column("experiment", pa.string(), "an experiment of the config"),
        Column("system", pa.string(), "model, or the control that stands in for it"),
        Column("seed", pa.int64(), "seed of the training"),
        Column("task", pa.string(), "which kind of item is searched by which"),
        Column("gallery", pa.string(), "test: the test pictures' items; all: the whole corpus'"),
        Column("query", pa.string(), "a token_id, or image_id#region of a fragment"),
        Column("image_id", pa.string(), "the query's test picture (a token's first, by image_id)"),
        Column(
            "other_images",
            pa.string(),
            "further test pictures that use the token, a JSON list",
            optional=True,
        ),
        Column("better", pa.int32(), "items more similar than the best relevant one", "items"),
        Column("tied", pa.int32(), "irrelevant items exactly as similar", "items"),
        Column("tied_relevant", pa.int32(), "relevant items exactly as similar, >= 1", "items"),
        Column("relevant", pa.int32(), "relevant items in the gallery, >= 1", "items"),
        Column("rank", pa.float64(), "expected rank of the first relevant item, from 1"),
        Column("gallery_size", pa.int32(), "items ranked; the query itself is not", "items"),
    ),
)

# Readers of RANKS read it as well: what is more is what the intervals resample.
HUMAN_RANKS = Table(
    "human_ranks",
    RANKS.key,
    (
        *RANKS.columns,
        Column("word", pa.string(), "the query's spoken word; empty where a picture asks"),
        Column("talker", pa.string(), "who says the query; empty where a picture asks or unknown"),
    ),
)

OVER_WORDS = "words and pictures"  # the property of GROUPS with all word queries together
SYNTHETIC = "~synthetic"  # behind a source's name: the same words, by the captions' own talkers


def parted(query: str, known: Container[str]) -> tuple[str, str]:
    """The human word, one of `known`, and the token for it, that a query of SYNTHETIC names."""
    ends = [place for place, mark in enumerate(query) if mark == "|"]
    end = next(end for end in ends if query[:end] in known)
    return query[:end], query[end + 1 :]


GROUNDING = Table(
    "grounding",
    ("experiment", "system", "seed", "task", "gallery", "query"),
    (
        Column("experiment", pa.string(), "an experiment of the config"),
        Column("system", pa.string(), "model, or the control that stands in for it"),
        Column("seed", pa.int64(), "seed of the training"),
        Column("task", pa.string(), "grounding; grounding_parts: without the whole picture"),
        Column("gallery", pa.string(), "test: pictures of the test set"),
        Column("query", pa.string(), "image_id|token_id"),
        Column("image_id", pa.string(), "the picture"),
        Column("word", pa.string(), "the thing that the caption names"),
        Column("gallery_size", pa.int32(), "fragments ranked", "fragments"),
        Column("pointing", pa.float64(), "middle of the best fragment in the thing", "0 to 1"),
        Column("iou", pa.float64(), "intersection over union with the thing", "0 to 1"),
        Column("pointing_chance", pa.float64(), "the same of a random fragment", "0 to 1"),
        Column("iou_chance", pa.float64(), "the same of a random fragment", "0 to 1"),
    ),
)

ABX = Table(
    "abx",
    ("experiment", "system", "seed", "task", "word", "other"),
    (
        Column("experiment", pa.string(), "an experiment of the config"),
        Column("system", pa.string(), "model, or the control that stands in for it"),
        Column("seed", pa.int64(), "seed of the training"),
        Column("task", pa.string(), "X across or within A's talker; words by form, or lemma"),
        Column("word", pa.string(), "the word of A and X"),
        Column("other", pa.string(), "the word of B"),
        Column("score", pa.float64(), "mean of the cells: share of right triplets", "0 to 1"),
        Column("cells", pa.int64(), "talkers of A and B, by talkers of X, by contexts", "cells"),
        Column("triplets", pa.int64(), "A, B and X in all cells", "triplets"),
        Column("neighbour", pa.bool_(), "whether a phone tells the two words apart"),
    ),
)

SEGMENTATION = Table(
    "segmentation_scores",
    ("method", "metric"),
    (
        Column("method", pa.string(), "a method that finds segments, or a control"),
        Column("chosen", pa.bool_(), "whether the run's tokens are its segments"),
        Column("metric", pa.string(), "what is measured; tde_: by phones, as the ZRC's kit"),
        Column("value", pa.float64(), "its value; null where it is none", "%", optional=True),
        Column("ci_low", pa.float64(), "lower end of its 95 % interval", "%", optional=True),
        Column("ci_high", pa.float64(), "upper end", "%", optional=True),
        Column("over", pa.string(), "what the intervals generalise to; empty without any"),
        Column("units", pa.string(), "how many of each"),
        Column("difference", pa.float64(), "the chosen minus this", "points", optional=True),
        Column("difference_low", pa.float64(), "of its paired interval", "points", optional=True),
        Column("difference_high", pa.float64(), "upper end", "points", optional=True),
        Column("segments", pa.int64(), "segments that are scored"),
        Column("words", pa.int64(), "words that they are scored by"),
        Column("recordings", pa.int64(), "recordings of test pictures"),
        Column("with_phones", pa.int64(), "those of them with phones"),
    ),
)

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
        Column("over", pa.string(), "what the intervals generalise to, e.g. pictures x seeds"),
        Column("units", pa.string(), "how many of each, e.g. 100 x 3"),
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

# Metrics of ranks: those that are ranks, and the k of each R@k, which items have too.
RANKED, RECALLS = ("median_rank", "mean_rank"), (1, 5, 10, 25)
