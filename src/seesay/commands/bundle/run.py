"""A finished run as its archive takes it: its files, and the tables of its items."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from seesay.commands.evaluate.finished import Finished
from seesay.commands.run_record import RECORD, record_of
from seesay.planning import folds
from seesay.planning.experiments import measured, trained
from seesay.planning.recipes import Recipe
from seesay.reporting.results import Results
from seesay.scoring.items import Inputs, list_items
from seesay.shared.errors import InputError

# What every finished run has beside its models, and what each file is.
PAGES = {
    "report.html": "The report: the answer, examples, and every number with chance and interval",
    "summary.md": "The answer in plain text",
    "metrics.tsv": "Every number: value, 95 % interval, chance",
    "differences.tsv": "The model minus each control, with paired 95 % intervals",
    "experiments.tsv": "The experiments minus each other, with paired 95 % intervals",
    RECORD: "The whole config, the digest of each stage's code, and the versions of packages",
}
MODEL = ("model.safetensors", "settings.json", "history.parquet")
WEIGHTS, NETWORK, HISTORY = (
    "The weights of the model",
    "The sizes of the model's network",
    "The loss and the search results of each epoch",
)


@dataclass(frozen=True)
class Run:
    """The results folder of a finished run, and its whole config as parsed JSON."""

    results: Path
    config: dict[str, Any]

    @classmethod
    def read(cls, results: Path) -> "Run":
        """The run in a folder.

        Raises InputError, naming the file, if the run is not finished, or if a model is damaged or
        of another run than its embeddings.
        """
        Finished.read(results)
        run = cls(results, (record_of(results) or {})["config"])
        for path in [results / page for page in PAGES] + [p for p, _, _ in run.models]:
            if not path.is_file():
                raise InputError(f"{path}: no such file; run the workflow to its end first")
        for folder in {path.parent for path, _, _ in run.models}:
            recipe = run.recipe_of(folder)
            if recipe.is_file():
                Recipe.read(recipe).refuse_others(folder / "model.safetensors")
        return run

    @cached_property
    def record(self) -> dict[str, Any]:
        """The record of the run: its `config`, `codes` and `versions`."""
        return record_of(self.results) or {}

    @property
    def homes(self) -> list[Path]:
        """The folder of each fold."""
        return folds.homes(self.results, folds.count(self.config))

    @property
    def day(self) -> str:
        """The day on which the report was made (UTC), as 2026-01-31."""
        made = (self.results / "report.html").stat().st_mtime
        return datetime.fromtimestamp(made, UTC).date().isoformat()

    @cached_property
    def numbers(self) -> Results:
        """The tables of metrics and differences."""
        galleries = self.config["evaluation"]["galleries"]
        tables = self.results / "metrics.tsv", self.results / "differences.tsv"
        return Results.read(*tables, measured(self.config), galleries)

    @property
    def models(self) -> list[tuple[Path, str, str]]:
        """The files of the models: each path, its name below the results, and what it is."""
        whats = dict(zip(MODEL, (WEIGHTS, NETWORK, HISTORY), strict=True))
        found = []
        for home in self.homes:
            for experiment in trained(self.config):
                for seed in self.config["seeds"]:
                    folder = home / "training" / experiment / "model" / str(seed)
                    said = f"{experiment}, seed {seed}"
                    for file, what in whats.items():
                        path = folder / file
                        name = path.relative_to(self.results).as_posix()
                        found.append((path, name, f"{what} ({said})"))
        return found

    def recipe_of(self, model: Path) -> Path:
        """The recipe of a model's embeddings, which has the digest of the model."""
        return folds.embedding_folder(model) / "recipe.json"

    @property
    def newer(self) -> list[str]:
        """The names of tables and models that were made after the report."""
        made = (self.results / "report.html").stat().st_mtime
        tables = [self.results / page for page in PAGES if page.endswith(".tsv")]
        files = [*tables, *(path for path, _, _ in self.models)]
        late = (path for path in files if path.stat().st_mtime > made)
        return [path.relative_to(self.results).as_posix() for path in late]

    @property
    def histories(self) -> list[Path]:
        """The histories of the models' trainings, fold by fold."""
        return [path for path, _, _ in self.models if path.name == "history.parquet"]

    def items(self, experiment: str, made: Path) -> Path:
        """The table ITEMS of an experiment, which is written to `made` if the run has none.

        A table of the run that is older than its ranks is of an earlier run.
        """
        inputs = self._inputs(experiment)
        table = self.results / "items" / f"{experiment}.parquet"
        newest = max(path.stat().st_mtime for path in inputs.ranks)
        if table.is_file() and table.stat().st_mtime >= newest:
            return table
        list_items(inputs, made, self.config.get("synthesis") is not None)
        return made

    def _inputs(self, experiment: str) -> Inputs:
        """What the rule items gives to its script (workflow/rules/items.smk)."""
        ours = experiment in trained(self.config)
        human = "human/words.parquet" if ours and self.config["evaluation"].get("human") else None
        return Inputs(
            ranks=self._tables(f"evaluation/{experiment}/*/{{}}/ranks.parquet"),
            grounding=self._tables(f"grounding/{experiment}/*/{{}}.parquet"),
            human_ranks=self._tables(f"human/ranks/{experiment}/*/{{}}.parquet") if human else [],
            images=self._of_folds("pictures/images.parquet"),
            spoken_captions=self._of_folds("matching/spoken_captions.parquet"),
            replacements=self._of_folds("matching/replacements.parquet"),
            human_words=self._of_folds(human) if human else [],
            caption_words=self.results / "words" / "caption_words.parquet",
            regions=self._boxes(experiment) if ours and not self.config.get("fragments") else [],
        )

    def _boxes(self, experiment: str) -> list[Path]:
        """The tables of the boxes of an experiment's fragments."""
        model = self.results / "training" / experiment / "model" / str(self.config["seeds"][0])
        boxes = self.results / Recipe.read(self.recipe_of(model)).boxes
        return sorted(boxes.glob("*.parquet"))

    def _of_folds(self, name: str) -> list[Path]:
        return [home / name for home in self.homes]

    def _tables(self, pattern: str) -> list[Path]:
        """Tables fold by fold; the gap in the pattern is for the seeds."""
        return [
            path
            for home in self.homes
            for seed in self.config["seeds"]
            for path in sorted(home.glob(pattern.format(seed)))
        ]
