"""A finished run, as the command `seesay evaluate` reads it: settings, ids and tables."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from pydantic import ValidationError

from seesay.commands.run_record import RECORD, record_of
from seesay.commands.run_tokens import spoken_words
from seesay.planning import folds
from seesay.planning.experiments import given, trained
from seesay.planning.given import SEED
from seesay.planning.recipes import Recipe
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.learning import IMAGE_EMBEDDINGS, WORD_EMBEDDINGS
from seesay.schemas.vision import IMAGES
from seesay.settings import Settings
from seesay.settings.evaluation import EvaluationSettings
from seesay.settings.metrics import MetricsSettings
from seesay.shared import tables
from seesay.shared.columns import Table
from seesay.shared.command import one_line
from seesay.shared.errors import InputError

Model = TypeVar("Model", bound=Settings)


@dataclass(frozen=True)
class Finished:
    """A fold of a finished run: its results folder, the fold's folder, and the whole config."""

    results: Path
    home: Path
    config: dict[str, Any]

    @classmethod
    def read(cls, results: Path, fold: int = 0) -> "Finished":
        """The run in a results folder. Raises InputError if it is not finished, or not there."""
        if not results.is_dir():
            what = "a file, not a folder" if results.exists() else "no such folder"
            raise InputError(f"{results}: {what}; give the results folder of a run")
        record = record_of(results)
        if record is None:
            raise InputError(
                f"{results / RECORD}: no such file; give the results folder of a run that has made"
                " its report"
            )
        run = cls(results, folds.home_of(results, fold), record["config"])
        needed = (*run.tables, run.spoken_words, *run.embeddings)
        for path in needed:
            if not path.is_file():
                raise InputError(f"{path}: no such file; run the workflow to its end first")
        if not run.ranks:
            raise InputError(f"{run.home / 'evaluation'}: no ranks; run the workflow to its end")
        return run

    @property
    def experiments(self) -> list[str]:
        """The config's experiments, in order."""
        return list(self.config["experiments"])

    @property
    def tables(self) -> tuple[Path, ...]:
        """The tables of pictures, captions and words that every run has."""
        return self.pictures, self.spoken_captions, self.replacements, self.caption_words

    @property
    def replacements(self) -> Path:
        """The table REPLACEMENTS."""
        return self.home / "matching" / "replacements.parquet"

    @property
    def caption_words(self) -> Path:
        """The table CAPTION_WORDS."""
        return self.results / "words" / "caption_words.parquet"

    @property
    def pictures(self) -> Path:
        """The table IMAGES."""
        return self.home / "pictures" / "images.parquet"

    @property
    def spoken_captions(self) -> Path:
        """The table SPOKEN_CAPTIONS."""
        return self.home / "matching" / "spoken_captions.parquet"

    @property
    def spoken_words(self) -> Path:
        """The table SPOKEN_WORDS that has the captions' tokens."""
        return spoken_words(self.results, self.spoken_captions)

    @property
    def things(self) -> Path:
        """The table of the drawn things of composed scenes; other runs have none."""
        return self.results / "scenes" / "things.parquet"

    @property
    def embeddings(self) -> tuple[Path, Path, Path]:
        """Embeddings of fragments and words by the first trained model, and its recipe.

        They tell what the run could embed.
        """
        folder = self.home / "embedding" / trained(self.config)[0] / "model" / str(self.seeds[0])
        return folder / "images.parquet", folder / "words.parquet", folder / "recipe.json"

    @property
    def seeds(self) -> list[int]:
        """The config's seeds."""
        return list(self.config["seeds"])

    @property
    def boxes(self) -> list[Path]:
        """The tables of the boxes of the first experiment's fragments, at least one."""
        folder = self.results / Recipe.read(self.embeddings[2]).boxes
        found = sorted(folder.glob("*.parquet"))
        if not found:
            raise InputError(f"{folder}: no tables of boxes; run the workflow to its end first")
        return found

    @property
    def ranks(self) -> list[Path]:
        """The tables RANKS of all experiments, systems and seeds."""
        return self._tables("evaluation/{}/*/{}/ranks.parquet")

    @property
    def abx(self) -> list[Path]:
        """The tables ABX of all experiments, systems and seeds."""
        return self._tables("evaluation/{}/*/{}/abx.parquet")

    @property
    def grounding(self) -> list[Path]:
        """The tables GROUNDING of all experiments, systems and seeds; few runs have them."""
        return self._tables("grounding/{}/*/{}.parquet")

    def _tables(self, pattern: str) -> list[Path]:
        """Tables of the fold, by experiment and seed, which fill the pattern's two gaps."""
        return [
            path
            for name in self.experiments
            for seed in self._seeds_of(name)
            for path in sorted(self.home.glob(self._own(pattern, name).format(name, seed)))
        ]

    def _seeds_of(self, name: str) -> list[int]:
        """The seeds that have tables of an experiment; given embeddings may be of the first alone.

        Tables of others may be left of earlier configs.
        """
        made = given(self.config, name)
        return self.seeds if not made or SEED in made["pictures"] else self.seeds[:1]

    def _own(self, pattern: str, name: str) -> str:
        """The pattern for an experiment: given embeddings have no controls."""
        return pattern.replace("*", "model") if given(self.config, name) else pattern

    def settings(self, section: str, model: type[Model]) -> Model:
        """A section of the config as a settings model; keys that the model lacks are let be."""
        given = {k: v for k, v in self.config[section].items() if k in model.model_fields}
        try:
            return model.model_validate_json(json.dumps(given))
        except ValidationError as error:
            raise InputError(f"{one_line(error, str(self.results / RECORD))}; make the run again") \
                from error  # fmt: skip

    @property
    def evaluation(self) -> EvaluationSettings:
        """The settings of the stage evaluation."""
        return self.settings("evaluation", EvaluationSettings)

    @property
    def metrics(self) -> MetricsSettings:
        """The settings of the stage metrics."""
        return self.settings("metrics", MetricsSettings)

    def split(self) -> "pd.Series[str]":
        """The split of each picture, by its id."""
        table = tables.read(IMAGES, self.pictures, columns=["image_id", "split"])
        return table.set_index("image_id")["split"]

    def fragments(self) -> pd.DataFrame:
        """The fragments that the run embedded: image_id and region."""
        return self._keys(IMAGE_EMBEDDINGS, self.embeddings[0])

    def said(self) -> pd.DataFrame:
        """The uses of tokens that the run embedded: the columns of SPOKEN_CAPTIONS."""
        known = self._keys(WORD_EMBEDDINGS, self.embeddings[1])["token_id"]
        said = tables.read(SPOKEN_CAPTIONS, self.spoken_captions)
        return said[said["token_id"].isin(known)]

    def _keys(self, table: Table, path: Path) -> pd.DataFrame:
        return tables.read(table, path, columns=list(table.key))
