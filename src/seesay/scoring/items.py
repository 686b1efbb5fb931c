"""Lists one row per query, for the reader's own statistics: the query, its talker and its rank.

The numbers are those behind `metrics.tsv`. A row adds the query's picture, words and talker:
crossed random effects of mixed models (docs/mixed-models.md). Tables of ranks are read and written
batch by batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.csv

from seesay.schemas.audio import HUMAN_WORDS
from seesay.schemas.captions import CAPTION_WORDS, REPLACEMENTS, SPOKEN_CAPTIONS
from seesay.schemas.items import ITEMS, codebook
from seesay.schemas.scoring import GROUNDING, HUMAN_RANKS, RANKS, RECALLS, parted
from seesay.schemas.vision import IMAGES, REGIONS
from seesay.scoring.breakdown_classes import by_fold, fragment_properties, token_facts
from seesay.scoring.names import GROUNDING as GROUNDED
from seesay.scoring.names import HUMAN, tasks
from seesay.scoring.rank_metrics import chance, counts_of, hits
from seesay.shared import tables, writing
from seesay.shared.columns import Table
from seesay.shared.ranking import Floats
from seesay.shared.voices import engine_of

BATCH = 1 << 16  # rows in memory at once
FACTS = ["word", "spoken_word", "pos", "frequency", "training_pairs", "talker"]


@dataclass(frozen=True)
class Known:
    """Facts about the queries of a fold.

    `tokens` has the columns FACTS by token, `people` by human word. `captions` has the talker of
    each caption spoken by one talker, `sizes` each fragment's share of its picture in %. `talkers`
    and `words` are those of training.
    """

    tokens: pd.DataFrame
    people: pd.DataFrame
    captions: pd.Series
    sizes: pd.Series
    talkers: frozenset[str]
    words: frozenset[str]


@dataclass(frozen=True)
class Inputs:
    """Tables of an experiment, one path per fold; several per fold for ranks and the like.

    `regions` may be empty (ready-made fragments have no boxes), and so may `grounding`,
    `human_ranks` and `human_words`.
    """

    ranks: Sequence[Path]
    grounding: Sequence[Path]
    human_ranks: Sequence[Path]
    images: Sequence[Path]
    spoken_captions: Sequence[Path]
    replacements: Sequence[Path]
    human_words: Sequence[Path]
    caption_words: Path
    regions: Sequence[Path]


def list_items(inputs: Inputs, items: Path, synthetic: bool) -> None:
    """Write the table ITEMS of an experiment. Where `synthetic`, the speech's talkers are voices
    of synthesisers, which their names tell.
    """
    folds = len(inputs.images)
    with tables.Writer(ITEMS, items) as writer:
        for fold in range(folds):
            known = facts(inputs, fold)
            for table, paths in (
                (RANKS, inputs.ranks),
                (GROUNDING, inputs.grounding),
                (HUMAN_RANKS, inputs.human_ranks),
            ):
                for batch in tables.batches(table, by_fold(paths, folds)[fold], BATCH):
                    rows = _rows(table, batch.to_pandas(), known)
                    engine = rows["talker"].map(engine_of, na_action="ignore")
                    # A person's name may look like an engine's.
                    spoken = rows["talker"].isin(known.tokens["talker"]) & synthetic
                    writer.write(rows.assign(fold=fold, engine=engine.where(spoken)))


def export(items: Sequence[Path], tsv: Path, book: Path) -> None:
    """Write tables of ITEMS one after another as tab-separated text, and their codebook.

    Missing values are empty, text is in quotes, and numbers have all their digits.
    """
    options = pyarrow.csv.WriteOptions(delimiter="\t")
    with writing.replacing(tsv) as part, part.open("r+b") as file:
        schema = ITEMS.schema
        with pyarrow.csv.CSVWriter(file, schema, write_options=options) as writer:
            for batch in tables.batches(ITEMS, list(items), BATCH):
                writer.write_batch(batch.select(schema.names).cast(schema))
    writing.write_text(book, codebook())


def facts(inputs: Inputs, fold: int) -> Known:
    """What is known of a fold's queries."""
    spoken = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions[fold])
    split = tables.read(IMAGES, inputs.images[fold]).set_index("image_id")["split"]
    uses = tables.read(CAPTION_WORDS, inputs.caption_words, columns=[*CAPTION_WORDS.key, "lemma"])
    replacements = tables.read(REPLACEMENTS, inputs.replacements[fold])
    names = {"tag": "pos", "uses": "frequency", "pairs": "training_pairs"}
    tokens = token_facts(spoken, replacements, uses, split).rename(columns=names)
    train = spoken[spoken["image_id"].map(split) == "train"]
    people = pd.DataFrame(columns=[*FACTS, "token_id"]).set_index("token_id")
    if inputs.human_words:
        words = tables.read(HUMAN_WORDS, inputs.human_words[fold]).set_index("token_id")
        taught = train.drop_duplicates(["image_id", "token_id"])["spoken_word"].value_counts()
        people = words.assign(
            frequency=words["spoken_word"].map(uses["lemma"].value_counts()).fillna(0),
            training_pairs=words["spoken_word"].map(taught).fillna(0),
        )[FACTS]
    sizes = fragment_properties(tables.read(REGIONS, list(inputs.regions)), spoken)["size"]
    return Known(
        tokens[FACTS],
        people,
        _said_by(spoken),
        sizes,
        frozenset(train["talker"]),
        frozenset(train["spoken_word"]),
    )


def _said_by(spoken: pd.DataFrame) -> pd.Series:
    """The talker of each spoken caption, by each name that the evaluation may use for it."""
    pairs = spoken[["image_id", "caption", "talker"]].drop_duplicates()
    name = pairs["image_id"] + "#" + pairs["caption"].astype(str)
    alone = ~name.duplicated(keep=False)
    found = pd.concat([name[alone], name + "@" + pairs["talker"]])
    return pairs["talker"].reindex(found.index).set_axis(found)


def _rows(table: Table, batch: pd.DataFrame, known: Known) -> pd.DataFrame:
    """The columns of ITEMS of a batch of ranks, except the engine."""
    batch = batch.rename(columns={"image_id": "picture", "other_images": "other_pictures"})
    parts = [_asked(str(task), rows, known) for task, rows in batch.groupby("task")]
    what = pd.concat(parts).reindex(batch.index)
    found = batch.drop(columns=["word", "talker"], errors="ignore").join(what)
    found["picture"] = found["picture"].where(found["picture"] != "")
    for name, column, met in (
        ("talker_in_training", "talker", known.talkers),
        ("word_in_training", "spoken_word", known.words),
    ):
        seen = pd.Series(np.where(found[column].isin(met), "seen", "unseen"), found.index)
        found[name] = seen.where(found[column].notna())
    if table is not GROUNDING:
        found = found.assign(**_numbers(batch))
    return found.reindex(columns=[column.name for column in ITEMS.columns])


def _asked(task: str, rows: pd.DataFrame, known: Known) -> pd.DataFrame:
    """FACTS and `fragment_size` of the queries of one task."""
    what = pd.DataFrame(columns=[*FACTS, "fragment_size"], index=rows.index, dtype=object)
    kind = (tasks() | HUMAN)[task].query
    query = rows["query"]
    if kind == "fragment":
        what["fragment_size"] = query.map(known.sizes)
    elif kind == "caption":
        what["talker"] = query.map(known.captions)
    elif kind == "human":
        person = query.map(_first_of(query, known.people.index))
        what[FACTS] = known.people.reindex(person).set_axis(rows.index)
        # Also if a token of the captions stands in for the human word.
        what["talker"] = rows["talker"].where(rows["talker"] != "")
    elif kind == "token":
        if task in GROUNDED:
            token = pd.Series(
                [q[len(p) + 1 :] for q, p in zip(query, rows["picture"], strict=True)], rows.index
            )
        else:
            token = query.map(_first_of(query, known.tokens.index))
        what[FACTS] = known.tokens.reindex(token).set_axis(rows.index)
    return what


def _first_of(query: pd.Series, known: pd.Index) -> dict[str, str]:
    """The first item of each query's name: the part before the first bar, or all of it."""
    items = set(known)
    return {q: q if q in items else parted(q, items)[0] for q in query.unique()}


def _numbers(batch: pd.DataFrame) -> dict[str, Floats]:
    """The rank and hits of each row, and those of chance."""
    ranks = counts_of(batch)
    luck = chance(ranks, batch["gallery_size"])
    found = {"rank_chance": luck.expected()}
    for k in RECALLS:
        found |= {f"hit{k}": hits(ranks, k), f"hit{k}_chance": hits(luck, k)}
    return found
