"""Why a matching ends the run, which settings may help, and the files that it leaves."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from seesay.settings.matching import MatchingSettings
from seesay.shared import writing
from seesay.shared.errors import InputError

KEPT = "stopped"  # the folder, beside the tables of a finished matching
# Every step that matching.relax can have.
STEPS = ("length", "frequency", "pos")
WHY = {
    "no candidate": "have a word for which nothing is said",
    "no talker": "are said whole by no talker",
    "used up": "lost their tokens to other captions",
    "unseen": "have no word beside those kept for the test",
    "no recording": "have no recording of their own",
    "not said": "have recordings that say none of their words",
}


class Stopped(InputError):
    """A matching that cannot continue; `unsayable` holds the known rows of UNSAYABLE."""

    def __init__(self, message: str, unsayable: pd.DataFrame) -> None:
        super().__init__(message)
        self.unsayable = unsayable


@dataclass(frozen=True)
class Cure:
    """A change of the section matching that lets more captions be said.

    `text` is the change as a user writes it, `update` the keys with their new values, and `causes`
    the causes of UNSAYABLE that it may remove.
    """

    text: str
    update: dict[str, Any]
    causes: frozenset[str]


def cures(settings: MatchingSettings) -> list[Cure]:
    """Possible changes, the smallest departure from the paper first."""
    if settings.method == "spoken":
        return []
    relaxed = [*settings.relax, *(step for step in STEPS if step not in settings.relax)]
    steps = tuple(relaxed)
    changes: list[tuple[str, Any, tuple[str, ...], str]] = [
        ("min_tokens", 1, ("no candidate",), "1"),
        ("relax", steps, ("no candidate",), f"[{', '.join(steps)}]"),
        ("unseen_words", 0.0, ("unseen",), "0"),
        ("unseen_talkers", 0, ("no talker", "used up"), "0"),
        ("reuse", "within_split", ("used up",), "within_split"),
        ("speakers", "mixed", ("no talker", "used up"), "mixed"),
    ]
    return [
        Cure(f"matching.{key}: {text}", {key: value}, frozenset(causes))
        for key, value, causes, text in changes
        if getattr(settings, key) != value
        and not (settings.reuse == "always" and key in ("reuse", "speakers"))
    ]


def advice(settings: MatchingSettings, causes: Iterable[str]) -> str:
    """The unset settings that may help captions that cannot be said for these causes."""
    wanted = set(causes)
    apt = [cure.text for cure in cures(settings) if cure.causes & wanted]
    more = "give more speech or more pictures"
    if settings.method == "spoken":
        more = "give recordings that say captions of these pictures (docs/words.md)"
    return f"set {' or '.join(apt)}, or {more}" if apt else more


def why(
    said: pd.DataFrame, unsayable: pd.DataFrame, splits: pd.Series, settings: MatchingSettings
) -> str:
    """Why the run cannot continue, in one line; "" if every split has a caption to say.

    `said` has the rows of SPOKEN_CAPTIONS, `unsayable` those of UNSAYABLE; `splits` is indexed by
    picture.
    """
    names = sorted(set(splits))
    counts = [by_split(frame, splits) for frame in (said, unsayable)]
    mute = [name for name in names if not counts[0].get(name)]
    if not mute:
        return ""
    whose = "" if mute == names else f" of the {' and the '.join(mute)} split"
    together = settings.speakers == "mixed" or settings.method == "spoken"
    by_one = "" if together else " by one talker"
    numbers = ", ".join(
        f"{name} {counts[0].get(name, 0):,} of {sum(count.get(name, 0) for count in counts):,}"
        for name in names
    )
    lost = unsayable[unsayable["image_id"].map(splits).isin(mute)]
    causes = lost.drop_duplicates(["image_id", "caption"])["cause"].value_counts()
    parts = [f"{count:,} {WHY[str(cause)]}" for cause, count in causes.items()]
    parts = parts or ["they have no content word that words.min_count keeps"]
    return (
        f"no caption{whose} can be said{by_one} ({numbers}): {', '.join(parts)};"
        f" {advice(settings, lost['cause'])}"
    )


def by_split(rows: pd.DataFrame, splits: pd.Series) -> dict[str, int]:
    """How many captions of each split have a row; `rows` has image_id and caption."""
    captions = rows.drop_duplicates(["image_id", "caption"])
    return {
        str(name): int(count)
        for name, count in captions["image_id"].map(splits).value_counts().items()
    }


def keep(folder: Path, parts: dict[str, pd.DataFrame]) -> None:
    """Write the tables of a stopped matching to `folder`, as text; Snakemake leaves it alone.

    Snakemake deletes the outputs that a rule declares when its job fails.
    """
    with writing.folder(folder) as part:
        for name, frame in parts.items():
            frame.to_csv(part / f"{name}.tsv", sep="\t", index=False, lineterminator="\n")
