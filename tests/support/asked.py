"""A small run of every task, and what the stages after it make of some tasks alone."""

import shutil
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from seesay.schemas.audio import SPOKEN_WORDS
from seesay.schemas.captions import CAPTION_WORDS, REPLACEMENTS
from seesay.schemas.learning import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.schemas.scoring import ABX, GROUNDING, GROUPS, RANKS
from seesay.schemas.scoring import WORDS as BROKEN_DOWN
from seesay.schemas.vision import REGIONS
from seesay.scoring import names
from seesay.scoring.breakdown import break_down
from seesay.scoring.evaluation import evaluate, galleries
from seesay.scoring.items import Inputs, export, list_items
from seesay.scoring.metrics import measure
from seesay.settings.evaluation import TASKS, EvaluationSettings
from seesay.settings.metrics import MetricsSettings
from seesay.shared import tables
from support import report_run
from support.evaluation import Corpus

EXPERIMENTS, SYSTEMS, SEEDS = ("paper", "best"), ("model", "random_projection"), (1,)
WORDS = ("bat", "car", "cat", "dog", "tree")  # bat and cat are neighbours
FEW = MetricsSettings(resamples=50, seed=0)
Files = dict[str, Path | list[Path]]


@dataclass(frozen=True)
class Whole:
    """A folder of results with every task in both galleries, and a corpus and files for it."""

    folder: Path
    corpus: Corpus
    files: Files

    def asking(self, asked: EvaluationSettings, folder: Path, composed: bool) -> None:
        """Write the results of a run that asks some tasks and galleries, up to `evaluation`.

        `composed` scenes have grounding, too.
        """
        for path in (self.folder / "evaluation").rglob("*.parquet"):
            table = ABX if path.stem == "abx" else RANKS
            rows = tables.read(table, path)
            tables.write(table, folder / path.relative_to(self.folder), rows[_are(asked, rows)])
        if composed:
            shutil.copytree(self.folder / "grounding", folder / "grounding")

    def measure(self, folder: Path) -> Files:
        """Run the stages metrics, breakdown and items on results; returns what the report reads."""
        ranks, scores = (
            sorted(folder.glob(f"evaluation/*/*/*/{name}.parquet")) for name in ("ranks", "abx")
        )
        grounding = sorted(folder.glob("grounding/*.parquet"))
        path: Files = {name: folder / f"{name}.tsv" for name in NUMBERS}
        measure(ranks, *path.values(), FEW, grounding, order=EXPERIMENTS, abx=scores)
        path |= {name: folder / f"{name}.parquet" for name in GROUPED}
        corpus = self.corpus.paths
        one, given = corpus["regions"], ("pictures", "spoken_captions", "replacements")
        read = [[corpus[name]] for name in given]
        written = [path[name] for name in GROUPED]
        break_down(ranks, *read, corpus["caption_words"], [one], *written, FEW, EXPERIMENTS)
        inputs = Inputs(ranks, grounding, [], *read, [], corpus["caption_words"], [one])
        list_items(inputs, folder / "items.parquet", synthetic=False)
        export([folder / "items.parquet"], folder / "items.tsv", folder / "items.md")
        return self.files | path

    def measured(self, asked: EvaluationSettings, folder: Path, composed: bool) -> Files:
        """The files that `measure` writes for `asking`, taken from those of every task."""
        files = dict(self.files)
        for name in NUMBERS:
            rows = pd.read_csv(self.folder / f"{name}.tsv", sep="\t", dtype=str)
            kept = _are(asked, rows) | (composed & rows["task"].isin(names.GROUNDING))
            files[name] = folder / f"{name}.tsv"
            rows[kept].to_csv(files[name], sep="\t", index=False)
        for name, table in GROUPED.items():
            rows = tables.read(table, self.folder / f"{name}.parquet")
            files[name] = folder / f"{name}.parquet"
            tables.write(table, files[name], rows[_are(asked, rows)])
        return files


NUMBERS = ("metrics", "differences", "experiments")
GROUPED = {"groups": GROUPS, "words": BROKEN_DOWN}


def _are(asked: EvaluationSettings, rows: pd.DataFrame) -> pd.Series:
    """Which rows are of the tasks and galleries asked; those of ABX name no gallery."""
    found = pd.Series(False, rows.index)
    for task in asked.tasks:
        own = rows["task"].isin([*names.of(task)])
        places = galleries(task, asked.galleries)
        found |= own & rows["gallery"].isin(places) if places and "gallery" in rows else own
    return found


def make(folder: Path) -> Whole:
    """Rank every task in both galleries, for each of EXPERIMENTS, SYSTEMS and SEEDS."""
    corpus = _corpus(folder)
    everything = EvaluationSettings(tasks=TASKS.names, galleries=("test", "all"), abx_draws=2)
    paths = [corpus.paths[name] for name in ("images", "words", "spoken_captions", "pictures")]
    for number, (experiment, system, seed) in enumerate(product(EXPERIMENTS, SYSTEMS, SEEDS)):
        _embed(corpus, number, learned=system == "model")
        own = folder / "evaluation" / experiment / system / str(seed)
        own.mkdir(parents=True)
        more = {"spoken_words": corpus.paths["spoken_words"], "pairs": own / "abx.parquet"}
        evaluate(*paths, own / "ranks.parquet", everything, experiment, system, seed, **more)
        _ground(folder / "grounding", corpus, number, experiment, system, seed)
    (folder / "made").mkdir()
    files = report_run.make(folder / "made", pictures=10)
    files["experiment_fc7"] *= len(EXPERIMENTS)
    whole = Whole(folder, corpus, files)
    whole.measure(folder)
    return whole


def _corpus(folder: Path) -> Corpus:
    """22 test pictures of 30, each of three fragments, with two captions of two words."""
    rng = np.random.default_rng(0)
    splits = {f"p{n:02}": "test" if n < 22 else "train" for n in range(30)}
    fragments = {f"{image}#{region}": (0, 1) for image in splits for region in range(3)}
    uses = []
    for n, image in enumerate(splits):
        for caption in range(2):
            for position, word in enumerate(rng.permutation(5)[:2]):
                talker = f"t{(n + caption) % 4}"
                token = f"{talker}@{len(uses):03}"
                uses.append((image, caption, token, WORDS[word], talker, position))
    corpus = Corpus(folder, splits, fragments, {use[2]: (0, 1) for use in uses}, uses)
    columns = ("image_id", "caption", "token_id", "word", "talker", "position")
    frame = pd.DataFrame(uses, columns=columns)
    regions = [(image, region, 0, 0, 10 - region, 10) for image in splits for region in range(3)]
    boxes = pd.DataFrame(regions, columns=["image_id", "region", "x0", "y0", "x1", "y1"])
    said = {"word": list(WORDS), "pos": "NOUN", "spoken_word": list(WORDS), "length": 3}
    written = {
        "regions": (REGIONS, boxes),
        "replacements": (REPLACEMENTS, said | {"frequency_rank": range(5), "step": "as itself"}),
        "caption_words": (
            CAPTION_WORDS,
            frame.assign(text=frame["word"], lemma=frame["word"], pos="NOUN"),
        ),
        "spoken_words": (
            SPOKEN_WORDS,
            frame.assign(
                recording_id=frame["talker"], onset=frame.index * 1.0, offset=frame.index + 0.4
            ),
        ),
    }
    for name, (table, rows) in written.items():
        corpus.paths[name] = folder / f"{name}.parquet"
        rows = pd.DataFrame(rows)[[column.name for column in table.columns]]
        tables.write(table, corpus.paths[name], rows)
    return corpus


def _embed(corpus: Corpus, number: int, learned: bool) -> None:
    """Embeddings of 4 numbers; a token that is `learned` is near the fragments of its picture."""
    rng = np.random.default_rng(number)
    near = {image: rng.normal(size=4) for image in corpus.splits}

    def of(image: str) -> list[float]:
        return list(rng.normal(size=4) + 2 * learned * near[image])

    keys = [key.split("#") for key in corpus.fragments]
    named = {"image_id": [key[0] for key in keys], "region": [int(key[1]) for key in keys]}
    shown = {key: of(key.split("#")[0]) for key in corpus.fragments}
    heard = {use[2]: of(use[0]) for use in corpus.uses}
    corpus.vectors(IMAGE_EMBEDDINGS, "images", shown, named)
    corpus.vectors(WORD_EMBEDDINGS, "words", heard, {"token_id": list(heard)})


def _ground(
    folder: Path, corpus: Corpus, number: int, experiment: str, system: str, seed: int
) -> None:
    """Grounding of every test picture's first token."""
    rng = np.random.default_rng(number)
    uses = {use[0]: use for use in reversed(corpus.uses) if corpus.splits[use[0]] == "test"}
    rows = pd.DataFrame([
        {"task": task, "query": f"{use[0]}|{use[2]}", "image_id": use[0], "word": use[3]}
        for task in names.GROUNDING
        for use in uses.values()
    ])  # fmt: skip
    rows = rows.assign(experiment=experiment, system=system, seed=seed, gallery="test")
    rows = rows.assign(gallery_size=3, pointing_chance=0.5, iou_chance=0.2)
    rows["pointing"], rows["iou"] = rng.random((2, len(rows)))
    folder.mkdir(exist_ok=True)
    tables.write(GROUNDING, folder / f"{number}.parquet", rows)
