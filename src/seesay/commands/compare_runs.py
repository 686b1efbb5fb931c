"""What two runs are made of, and in what they differ: settings, corpora, seeds, code, versions."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from seesay.planning.config import VARIED
from seesay.schemas.audio import RECORDINGS, SPOKEN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.schemas.vision import CAPTIONS, IMAGES
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.printable import printable
from seesay.shared.tables import Table

RECORD = "report/run.json"
RANKS = "evaluation/*/*/*/ranks.parquet"
TOKENS = "matching/spoken_captions.parquet"
NONE = "–"
Tokens = tuple[frozenset[str] | None, frozenset[str] | None]
UNKNOWN: Tokens = (None, None)  # human words are told by the queries alone
# What lies below the results folder of each run, and where.
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


@dataclass(frozen=True)
class Apart:
    """One thing in which two runs differ: what kind it is, its name, and both runs' values."""

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
        """Raises InputError for a record that is no such JSON."""
        path = folder / RECORD
        if not path.is_file():
            return cls(folder, None)
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            _ = dict(record["config"]), dict(record["codes"]), dict(record["versions"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path}: not what the rule report writes; make it again") from error
        return cls(folder, record)

    @property
    def experiments(self) -> list[str]:
        """The config's experiments, in its order; none without a record."""
        return list(self.record["config"]["experiments"]) if self.record else []

    def tokens(self, gallery: str) -> frozenset[str] | None:
        """The word tokens that can be searched; None where the run's tables are not there.

        They are those used for the test pictures, or for all.
        """
        found: frozenset[str] = frozenset()
        for home in folds(self.folder):
            files = home / TOKENS, home / CORPORA["pictures"][1]
            if not all(file.is_file() for file in files):
                return None
            spoken = _read(SPOKEN_CAPTIONS, files[0], ("image_id", "token_id"))
            if gallery == "test":
                images = _read(IMAGES, files[1], ("image_id", "split"))
                test = images.loc[images["split"] == "test", "image_id"]
                spoken = spoken[spoken["image_id"].isin(test)]
            found |= frozenset(spoken["token_id"])
        return found


def folds(folder: Path) -> list[Path]:
    """Where a run's folds are: its results folder, and those of the folds after the first."""
    return [folder, *sorted(folder.glob("folds/[0-9]*"), key=lambda home: int(home.name))]


def ranks_of(table: Table, folder: Path, pattern: str) -> pd.DataFrame:
    """The ranks of all folds; a query of one after the first has its folder in its name.

    A token may ask in several folds, each time of another picture.
    """
    frames = []
    for home in folds(folder):
        frame = tables.read(table, sorted(home.glob(pattern)))
        if home != folder:
            frame["query"] = f"folds/{home.name}/" + frame["query"]
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def differences(first: Run, second: Run, pairs: Iterable[tuple[str, str]]) -> list[Apart]:
    """Everything in which two runs differ but their numbers; `pairs` are experiments compared."""
    found = [*_settings(first, second, pairs), *_corpora(first, second), *_parts(first, second)]
    if first.record and second.record:
        for kind, key in (("code", "codes"), ("versions", "versions")):
            found += _values(kind, first.record[key], second.record[key])
    return found


def lacking(first: Run, second: Run) -> list[str]:
    """What cannot be compared, and why, in sentences."""
    said = []
    for name, run in (("A", first), ("B", second)):
        if run.record is None:
            said.append(
                f"{name} has no {RECORD}, so its settings, code and versions are not known; its"
                " report, made again, writes it."
            )
        gone = sorted({f for _, f, _ in CORPORA.values() if not (run.folder / f).is_file()})
        if gone:
            said.append(f"{name} has no {', '.join(gone)}: what they hold is not compared.")
    return said


def flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Settings as (`section.key`, text), sections within sections included."""
    if isinstance(value, dict) and value:
        for key, part in value.items():
            yield from flat(part, f"{name}.{key}" if name else str(key))
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield printable(name), printable(text)


def _settings(first: Run, second: Run, pairs: Iterable[tuple[str, str]]) -> list[Apart]:
    """The keys that differ, of the sections, and of the experiments that are compared."""
    if not first.record or not second.record:
        return []
    configs = [run.record["config"] for run in (first, second) if run.record]
    shared = [
        {key: value for key, value in config.items() if key not in NOT_COMPARED}
        for config in configs
    ]
    found = _values("settings", *(dict(flat(part)) for part in shared))
    said = {(row.name, row.first, row.second) for row in found}
    for pair in pairs:
        merged = [_merged(config, name) for config, name in zip(configs, pair, strict=True)]
        name = pair[0] if pair[0] == pair[1] else " / ".join(pair)
        found += [
            Apart("settings", f"{name}: {row.name}", row.first, row.second)
            for row in _values("settings", *(dict(flat(part)) for part in merged))
            if (row.name, row.first, row.second) not in said
        ]
    return found


def _merged(config: dict[str, Any], experiment: str) -> dict[str, Any]:
    """The sections that experiments vary, as one of them has them."""
    given = config["experiments"].get(experiment) or {}
    return {
        stage: {**config[stage], **(given.get(stage) or {})}
        for stage in VARIED
        if config.get(stage) is not None
    }


def _corpora(first: Run, second: Run) -> list[Apart]:
    """Corpora that differ: how many there are, and a digest of them."""
    found = []
    for kind, (table, file, columns) in CORPORA.items():
        paths = [run.folder / file for run in (first, second)]
        if all(path.is_file() for path in paths):
            texts = [_counted(_read(table, path, columns)) for path in paths]
            if texts[0] != texts[1]:
                found.append(Apart("corpora", kind, *texts))
    return found


def _read(table: Table, path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Some columns of a table."""
    return tables.read(table, path, columns=list({*table.key, *columns}))[list(columns)]


def _counted(frame: pd.DataFrame) -> str:
    """How many different rows there are, of a split how many each, and a digest of them."""
    rows = frame.drop_duplicates().sort_values(list(frame.columns))
    text = rows.to_csv(index=False, header=False, lineterminator="\n")
    digest = hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
    if "split" in frame:
        each = rows["split"].value_counts().sort_index()
        return f"{', '.join(f'{name} {count:,}' for name, count in each.items())} ({digest})"
    return f"{len(rows):,} ({digest})"


def _parts(first: Run, second: Run) -> Iterator[Apart]:
    """Experiments, systems and seeds that were not ranked in both."""
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


def _values(kind: str, first: dict[str, str], second: dict[str, str]) -> list[Apart]:
    """Keys whose texts differ, or that one alone has."""
    return [
        Apart(kind, key, first.get(key, NONE), second.get(key, NONE))
        for key in dict.fromkeys([*first, *second])
        if first.get(key) != second.get(key)
    ]


def sets_apart(both: list[pd.DataFrame], tokens: Tokens) -> str:
    """In what two runs' test sets of one task differ, in words; "" if in nothing that counts.

    Queries may be other fragments of the same pictures, which are what is resampled; they must be
    the same where the tokens are not known.
    """
    once = [
        next(rows for _, rows in part.groupby(["system", "seed"])).set_index("query")
        for part in both
    ]
    # Human words are who they are, whatever pictures they were said about.
    images = [set() if "word" in rows else set(rows["image_id"]) for rows in once]
    queries = [set(rows.index) for rows in once]
    sizes = [round(rows["gallery_size"].mean()) for rows in once]
    found = []
    if images[0] != images[1]:
        found.append(_said("test pictures", *images))
    one, other = tokens
    if one is not None and other is not None:
        if one != other:
            found.append(_said("word tokens", one, other))
    elif queries[0] != queries[1]:
        found.append(_said("queries", *queries))
    if sizes[0] != sizes[1]:
        found.append(f"gallery sizes (A {sizes[0]:,}, B {sizes[1]:,})")
    if not found and queries[0] == queries[1]:
        names = ["image_id", "gallery_size", "relevant"]
        if not once[0][names].equals(once[1].loc[once[0].index, names]):
            found.append("right answers to the same queries")
    return " and ".join(found)


def _said(what: str, one: set[str] | frozenset[str], other: set[str] | frozenset[str]) -> str:
    """How many each has and both have: `test pictures (A 20, B 15, 15 in both)`."""
    return f"{what} (A {len(one):,}, B {len(other):,}, {len(one & other):,} in both)"
