"""The table of the stage items, its codebook, and the tables that go into it."""

import pyarrow as pa

from seesay.schemas.scoring import RECALLS
from seesay.shared.columns import Column, Table

_WHERE = (
    Column("experiment", pa.string(), "an experiment of the config"),
    Column("system", pa.string(), "model, or the control that stands in for it"),
    Column("seed", pa.int64(), "seed of the training"),
    Column("fold", pa.int32(), "fold of the query's test picture; 0 without folds"),
    Column("task", pa.string(), "see docs/tasks.md"),
    Column("gallery", pa.string(), "test or all; for human words, their source"),
    Column("query", pa.string(), "id of the query: a token, fragment, caption or picture"),
)
_WHAT = (
    Column("picture", pa.string(), "the query's test picture, or its first", optional=True),
    Column("other_pictures", pa.string(), "its further test pictures, a JSON list", optional=True),
    Column("word", pa.string(), "the caption's word; for a human word, its form", optional=True),
    Column("spoken_word", pa.string(), "the word that the token says", optional=True),
    Column("pos", pa.string(), "part of speech of the caption's word", optional=True),
    Column("frequency", pa.int64(), "uses of the caption's word in all captions", optional=True),
    Column(
        "training_pairs",
        pa.int64(),
        "pairs of a training picture and one of its tokens, for the caption's word; for a human"
        " word, of the spoken word",
        optional=True,
    ),
    Column("talker", pa.string(), "who says the query, if it is one talker", optional=True),
    Column("engine", pa.string(), "synthesiser of the talker's voice", optional=True),
    Column(
        "talker_in_training", pa.string(), "seen: the talker says training captions", optional=True
    ),
    Column("word_in_training", pa.string(), "seen: training captions say the word", optional=True),
    Column("fragment_size", pa.float64(), "the fragment's share of the picture", "%", True),
)
_RANKED = (
    Column("gallery_size", pa.int32(), "items ranked", "items"),
    Column("relevant", pa.int32(), "relevant items among them, >= 1", "items", True),
    Column("better", pa.int32(), "items nearer than the best relevant one", "items", True),
    Column("tied", pa.int32(), "irrelevant items exactly as near", "items", True),
    Column("tied_relevant", pa.int32(), "relevant items exactly as near, >= 1", "items", True),
    Column("rank", pa.float64(), "rank of the first relevant item, from 1", "", True),
    *(
        Column(
            f"hit{k}", pa.float64(), f"whether a relevant item is among the first {k}", "0-1", True
        )
        for k in RECALLS
    ),
    Column("rank_chance", pa.float64(), "the expected rank under random order", "", True),
    *(
        Column(
            f"hit{k}_chance", pa.float64(), f"the expected hit{k} under random order", "0-1", True
        )
        for k in RECALLS
    ),
)
_GROUNDED = (
    Column(
        "pointing",
        pa.float64(),
        "grounding: the middle of the best box is in the thing's box",
        "0-1",
        True,
    ),
    Column(
        "iou", pa.float64(), "grounding: intersection over union with the thing's box", "0-1", True
    ),
    Column("pointing_chance", pa.float64(), "the same of a random fragment", "0-1", True),
    Column("iou_chance", pa.float64(), "the same of a random fragment", "0-1", True),
)
ITEMS = Table(
    "items",
    ("experiment", "system", "seed", "fold", "task", "gallery", "query"),
    (*_WHERE, *_WHAT, *_RANKED, *_GROUNDED),
)
KINDS = {
    pa.string(): "text",
    pa.int32(): "whole number",
    pa.int64(): "whole number",
    pa.float64(): "number",
}


def codebook() -> str:
    """The columns of ITEMS as a Markdown table."""
    rows = [f"| `{c.name}` | {KINDS[c.type]} | {c.unit} | {c.meaning} |" for c in ITEMS.columns]
    return "\n".join(["| column | kind | unit | meaning |", "|---|---|---|---|", *rows]) + "\n"
