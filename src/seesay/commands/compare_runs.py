"""How two runs differ: settings, corpora, seeds, code, versions."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from seesay.commands.run_record import RECORD, record_of
from seesay.planning import folds
from seesay.planning.config import VARIED
from seesay.planning.entries import flat
from seesay.schemas.audio import RECORDINGS, SEGMENTS, SPOKEN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import CAPTIONS, IMAGES
from seesay.shared import tables
from seesay.shared.columns import Table
from seesay.shared.printable import printable

RANKS = "evaluation/*/*/*/ranks.parquet"
TOKENS = "matching/spoken_captions.parquet"
SCORES = "segmentation/scores.parquet"
NONE = "–"
# Paths below the results folder of each run.
NOT_COMPARED = ("results", "experiments")
# By kind of item: its table and file, and the columns that make two of them equal.
CORPORA: dict[str, tuple[Table, str, tuple[str, ...]]] = {
    "pictures": (IMAGES, "pictures/images.parquet", ("image_id", "digest")),
    "split of the pictures": (IMAGES, "pictures/images.parquet", ("image_id", "split")),
    "captions": (CAPTIONS, "pictures/captions.parquet", ("image_id", "caption", "text")),
    "recordings": (RECORDINGS, "speech/recordings.parquet", ("recording_id", "digest")),
    "spoken words": (
        SPOKEN_WORDS,
        "speech/spoken_words.parquet",
        ("token_id", "word", "onset", "offset"),
    ),
    "talkers": (SPOKEN_WORDS, "speech/spoken_words.parquet", ("talker",)),
    "word tokens used": (SPOKEN_CAPTIONS, TOKENS, ("token_id",)),
    "spoken captions": (SPOKEN_CAPTIONS, TOKENS, ("image_id", "caption", "position", "token_id")),
}

# The same of runs that found their tokens.
SEGMENTED: dict[str, tuple[Table, str, tuple[str, ...]]] = {
    "segments": (
        SEGMENTS,
        "segmentation/segments.parquet",
        ("token_id", "onset", "offset", "cluster"),
    ),
}

# Kinds that each fold has for itself.
BY_FOLD = ("split of the pictures", "spoken captions")


@dataclass(frozen=True)
class Apart:
    """One difference between two runs: its kind, its name, and both runs' values."""

    kind: str
    name: str
    first: str
    second: str


@dataclass(frozen=True)
class Run:
    """A results folder, and its record: `config`, `codes` and `versions`; None without one."""

    folder: Path
    record: dict[str, Any] | None

    @classmethod
    def read(cls, folder: Path) -> "Run":
        """The run in a results folder. Raises InputError if its record is no such JSON."""
        return cls(folder, record_of(folder))

    @property
    def homes(self) -> list[Path]:
        """The folders of the run's folds; without a record, of those that are there."""
        number = folds.count(self.record["config"]) if self.record else None
        return folds.homes(self.folder, number)

    @property
    def experiments(self) -> list[str]:
        """The config's experiments, in order; none without a record."""
        return list(self.record["config"]["experiments"]) if self.record else []

    @property
    def kinds(self) -> dict[str, tuple[Table, str, tuple[str, ...]]]:
        """The kinds of items that the run has. Without a record, segments are none of them."""
        return CORPORA | (SEGMENTED if self.finds else {})

    @property
    def finds(self) -> bool:
        """Whether the run found its tokens; not without a record."""
        config = self.record["config"] if self.record else {}
        return (config.get("segmentation") or {}).get("method", "given") != "given"

    def tokens(self, gallery: str) -> frozenset[str] | None:
        """The word tokens in the gallery; None if the run's tables do not exist.

        They are those used for the test pictures, or for all. Names of tokens after fold 0 begin
        with the fold's folder.
        """
        found: frozenset[str] = frozenset()
        for fold, home in enumerate(self.homes):
            files = home / TOKENS, home / CORPORA["pictures"][1]
            if not all(file.is_file() for file in files):
                return None
            spoken = _read(SPOKEN_CAPTIONS, files[0], ("image_id", "token_id"))
            if gallery == "test":
                images = _read(IMAGES, files[1], ("image_id", "split"))
                test = images.loc[images["split"] == "test", "image_id"]
                spoken = spoken[spoken["image_id"].isin(test)]
            found |= frozenset(folds.prefix(fold) + spoken["token_id"])
        return found


def differences(first: Run, second: Run, pairs: Iterable[tuple[str, str]]) -> list[Apart]:
    """All differences of two runs except their numbers; `pairs` are the experiments compared."""
    found = [*_settings(first, second, pairs), *_corpora(first, second), *_parts(first, second)]
    if first.record and second.record:
        for kind, key in (("code", "codes"), ("versions", "versions")):
            found += values_apart(kind, first.record[key], second.record[key])
    return found


def lacking(first: Run, second: Run) -> list[str]:
    """What cannot be compared, and why, in sentences."""
    said = []
    for name, run in (("A", first), ("B", second)):
        if run.record is None:
            said.append(
                f"{name} has no {RECORD}, so its settings, code and versions are not known; make"
                " its report again to get it."
            )
        files = [file for _, file, _ in run.kinds.values()] + ([SCORES] if run.finds else [])
        gone = sorted({file for file in files if not (run.folder / file).is_file()})
        if gone:
            said.append(f"{name} has no {', '.join(gone)}: their contents are not compared.")
    return said


def _flat(values: Any) -> dict[str, str]:
    """Settings by their keys, `section.key`, as texts."""
    return {
        printable(key): printable(
            value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        )
        for key, value in flat(values)
    }


def _settings(first: Run, second: Run, pairs: Iterable[tuple[str, str]]) -> list[Apart]:
    """The differing keys of the sections and of the compared experiments."""
    if not first.record or not second.record:
        return []
    configs = [run.record["config"] for run in (first, second) if run.record]
    shared = [
        {key: value for key, value in config.items() if key not in NOT_COMPARED}
        for config in configs
    ]
    found = values_apart("settings", *(_flat(part) for part in shared))
    said = {(row.name, row.first, row.second) for row in found}
    for pair in pairs:
        merged = [_merged(config, name) for config, name in zip(configs, pair, strict=True)]
        name = pair[0] if pair[0] == pair[1] else " / ".join(pair)
        found += [
            Apart("settings", f"{name}: {row.name}", row.first, row.second)
            for row in values_apart("settings", *(_flat(part) for part in merged))
            if (row.name, row.first, row.second) not in said
        ]
    return found


def _merged(config: dict[str, Any], experiment: str) -> dict[str, Any]:
    """The sections that experiments vary, with one experiment's overrides."""
    given = config["experiments"].get(experiment) or {}
    return {
        stage: {**config[stage], **(given.get(stage) or {})}
        for stage in VARIED
        if config.get(stage) is not None
    }


def _corpora(first: Run, second: Run) -> list[Apart]:
    """Differing corpora: their numbers of items, and a digest."""
    found = []
    for kind, (_, file, _) in (CORPORA | SEGMENTED).items():
        if not all(kind in run.kinds for run in (first, second)):
            continue
        if all((run.folder / file).is_file() for run in (first, second)):
            texts = [_counted(_items(run, kind)) for run in (first, second)]
            if texts[0] != texts[1]:
                found.append(Apart("corpora", kind, *texts))
    return found


def _items(run: Run, kind: str) -> pd.DataFrame:
    """The rows of a kind, of all folds; with a column `fold` if the folds differ by design."""
    table, file, columns = run.kinds[kind]
    homes = [home for home in run.homes if (home / file).is_file()]
    frames = [_read(table, home / file, columns) for home in homes]
    if kind in BY_FOLD and len(homes) > 1:
        frames = [frame.assign(fold=fold) for fold, frame in enumerate(frames)]
    return pd.concat(frames, ignore_index=True)


def _read(table: Table, path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Some columns of a table."""
    return tables.read(table, path, columns=list({*table.key, *columns}))[list(columns)]


def _counted(frame: pd.DataFrame) -> str:
    """The number of distinct rows, by split if they have one, and a digest of them.

    Rows of several folds are counted in each.
    """
    rows = frame.drop_duplicates().sort_values(list(frame.columns))
    text = rows.to_csv(index=False, header=False, lineterminator="\n")
    digest = hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
    said = f"{len(rows):,}"
    if "split" in frame:
        each = rows["split"].value_counts().sort_index()
        said = ", ".join(f"{name} {count:,}" for name, count in each.items())
    several = f" in {rows['fold'].nunique()} folds" if "fold" in frame else ""
    return f"{said}{several} ({digest})"


def _parts(first: Run, second: Run) -> Iterator[Apart]:
    """Experiments, systems and seeds that only one run has ranked."""
    names = [
        [path.relative_to(run.folder).parts[1:4] for path in run.folder.glob(RANKS)]
        for run in (first, second)
    ]
    order: list[tuple[str, Callable[[str], Any]]] = [
        ("experiments", str),
        ("systems", str),
        ("seeds", lambda text: (len(text), text)),
    ]
    for place, (kind, key) in enumerate(order):
        one, other = ({parts[place] for parts in run} for run in names)
        if one != other:
            texts = [", ".join(sorted(found, key=key)) for found in (one, other)]
            yield Apart("runs", kind, *texts)


def values_apart(kind: str, first: dict[str, str], second: dict[str, str]) -> list[Apart]:
    """Keys whose texts differ, or that only one has."""
    return [
        Apart(kind, key, first.get(key, NONE), second.get(key, NONE))
        for key in dict.fromkeys([*first, *second])
        if first.get(key) != second.get(key)
    ]
