"""Part of `seesay check`: the lines about matching and evaluation."""

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

import pandas as pd

from seesay.captions.matching_stops import WHY
from seesay.commands.check_findings import Finding
from seesay.commands.prediction import SPLITS, TOGETHER, Outcome
from seesay.planning.config import Config
from seesay.scoring.names import METRICS, tasks

SECTION = "matching"
COLUMNS = {
    "pictures": "pictures",
    "captions": "captions",
    "itself": "as they are",
    "replaced": "with replacements",
    "unsayable": "not sayable",
    "wordless": "no content word",
    "tokens": "tokens",
    "types": "types",
}
NAMED = 5  # most words named in a line
SWAPPED = 0.5  # least share of talkers' names that are words, and twice the share of words that are


def table(now: Outcome) -> Iterator[Finding]:
    """Captions said in each split, and how often training hears a word."""
    lines = [["split", *COLUMNS.values()]]
    lines += [[s, *(f"{now.of(s, c):,}" for c in COLUMNS)] for s in SPLITS]
    yield from rows(lines)
    types = now.of("train", "types")
    if types:
        each = now.of("train", "tokens") / types
        text = f"training hears {types:,} types, {each:.1f} tokens each"
        said = f"; {unheard(now)}" if now.of("test", "types") else ""
        yield Finding("ok", SECTION, f"{text}{said}")


def unheard(now: Outcome) -> str:
    """The words of the test that training never hears."""
    if not now.never:
        return "every word of the test is one that training hears"
    words = f"{', '.join(now.never[:NAMED])}{', ...' * (len(now.never) > NAMED)}"
    text = f"{len(now.never):,} of {now.of('test', 'types'):,} types of the test"
    return f"{text}, {100 * now.deaf:.0f} % of its tokens, are never heard in training: {words}"


def reasons(now: Outcome) -> str:
    """Why captions are not said, and the words lacking most."""
    lost = now.matched.unsayable
    causes = lost.drop_duplicates(["image_id", "caption"])["cause"].value_counts()
    told = [f"{count:,} {WHY[str(cause)]}" for cause, count in causes.items()]
    wordless = int(now.counts["wordless"].sum())
    told += [f"{wordless:,} have no content word that words.min_count keeps"] if wordless else []
    most = lost["word"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    lacking = f"; most lacking: {', '.join(most.index[:NAMED])}" if len(most) else ""
    return f": {', '.join(told)}{lacking}" if told else ""


def crowd(experiment: str, split: str, image_id: str, training: Any) -> str:
    """Why training will stop."""
    what = "token" if training.negatives == "tokens" else "type"
    return (
        f"experiments.{experiment}: training will end: picture {image_id} uses every {what} that"
        f" the {split} split has, so it has no different pair; let more of its pictures be said"
    )


def chances(luck: pd.DataFrame, fragments: int) -> Iterator[Finding]:
    """Numbers by chance, a row a task, a column a gallery."""
    if luck.empty:
        return
    galleries = list(dict.fromkeys(luck["gallery"]))
    lines = [["by chance: queries, items, R@10, median", *galleries]]
    for task, part in luck.groupby("task", sort=False):
        cells = {row["gallery"]: _cell(str(task), row) for row in part.to_dict("records")}
        lines.append([str(task), *(cells.get(gallery, "") for gallery in galleries)])
    yield from rows(lines)
    text = f"the numbers by chance hold where every picture has {fragments} fragments"
    yield Finding("note", "evaluation", f"{text}, and every token can be heard")


def _cell(task: str, row: Mapping[Any, Any]) -> str:
    size = f"{row['queries']:,}, {row['gallery_size']:,}"
    known = tasks()[task]
    if known.label:
        said = ", ".join(f"{METRICS[name]} {row[name]:.1f} %" for name in known.metrics)
        return f"{size}, {said}"
    return f"{size}, {row['r10']:.1f} %, {row['median_rank']:g}"


def remedies(
    now: Outcome | None, found: Iterable[tuple[str, Outcome | str]], config: Config
) -> Iterator[Finding]:
    """Settings side by side, with the captions that each lets be said."""
    lines = [["setting", *(f"{split} said" for split in SPLITS), "test tokens", "never heard"]]
    lines += [_line("as it is", now)] if now else []
    enough = now is not None and not now.stops
    cures = []
    for text, outcome in found:
        # Synthetic speech is made for the kept words, so another count would have other speech.
        if config.synthesis and text.startswith("words."):
            continue
        if isinstance(outcome, str):
            lines.append([text, f"ends: {outcome.split(': ')[0]}"])
            continue
        lines.append(_line(text, outcome))
        cures += [text] * (not outcome.stops)
    if len(lines) > 2:
        yield from rows(lines)
    if not enough and cures:
        # The matching's own advice follows causes only, and may not be enough.
        alone = [text for text in cures if text != TOGETHER] or cures
        yield Finding("note", SECTION, f"enough for a run: {', or '.join(alone)}")
    elif not enough:
        which = "none of these is enough" if len(lines) > 2 else "no setting cures this"
        yield Finding("note", SECTION, f"{which}: more speech, or other pictures, might")


def _line(text: str, outcome: Outcome) -> list[str]:
    said = [f"{outcome.said[s]:,} of {outcome.of(s, 'captions'):,}" for s in SPLITS]
    never = f"{len(outcome.never):,} of {outcome.of('test', 'types'):,}"
    return [text, *said, f"{outcome.of('test', 'tokens'):,}", never]


def swapped(tokens: pd.DataFrame, known: Set[str]) -> Iterator[Finding]:
    """A warning if talkers look like words, or each says only one word."""
    names = tokens["talker"].str.rpartition("/")[2].str.lower()
    talkers, words = set(names), set(tokens["word"])
    if len(talkers) < 2:
        return
    alike = len(talkers & known) / len(talkers)
    if alike > SWAPPED and len(words & known) / len(words) < alike / 2:
        text = f"talkers look like words ({_some(talkers)}), and words do not ({_some(words)})"
        yield Finding("warn", "speech", f"{text}: see the options talker and word of the reader")
    elif (tokens.groupby("talker")["word"].nunique() == 1).all():
        text = f"each of {len(talkers):,} talkers says one word alone ({_some(talkers)})"
        yield Finding("warn", "speech", f"{text}: see the options talker and word of the reader")


def _some(names: Set[str]) -> str:
    return f"{', '.join(sorted(names)[:NAMED])}{', ...' * (len(names) > NAMED)}"


def rows(lines: list[list[str]]) -> Iterator[Finding]:
    """Rows of cells aligned in columns, the first to the left."""
    widths = [max(len(row[i]) for row in lines if i < len(row)) for i in range(len(lines[0]))]
    for row in lines:
        first, *cells = row
        if len(row) < len(widths):  # one cell for all the others
            yield Finding("row", SECTION, f"{first:<{widths[0]}}  {'  '.join(cells)}")
            continue
        rest = (f"{cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True))
        yield Finding("row", SECTION, f"{first:<{widths[0]}}  {'  '.join(rest)}".rstrip())
