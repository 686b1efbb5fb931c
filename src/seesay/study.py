"""What a run's experiments found, side by side: the tables of a study, as Markdown."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd

from seesay import tables
from seesay.config import Config
from seesay.report_answer import SYSTEMS, Difference, Results, interval, shown
from seesay.report_beside import COLUMNS as COMPARED
from seesay.report_beside import Column, Pairs, base_of, gap, points, read_pairs
from seesay.report_made import left_out
from seesay.training_tables import HISTORY

COLUMNS = (
    Column("Word Similarity, R@10", "word_similarity", "r10"),
    Column("Word Token by Image, median", "word_token_by_image", "median_rank"),
    Column("R@1", "word_token_by_image", "r1"),
    Column("R@10", "word_token_by_image", "r10"),
    Column("distinct types, R@1", "distinct_type_by_image", "r1"),
    Column("Image by Word, median", "image_token_by_word", "median_rank"),
    Column("R@1", "image_token_by_word", "r1"),
    Column("R@10", "image_token_by_word", "r10"),
    Column("picture by caption, R@10", "picture_by_caption", "r10"),
    Column("caption by picture, R@10", "caption_by_picture", "r10"),
    Column("ABX, % correct", "abx", "r1"),
)
SECTIONS = ("logmel", "regions", "fc7", "training")
# Experiments that differ in no more settings are set beside each other.
FEW = 2


def write(
    metrics: Path, experiments: Path, histories: Sequence[Path], config: Config, study: Path
) -> None:
    """Write the study's page: all systems of every experiment, and what its settings changed.

    `metrics` and `experiments` are metrics.tsv and experiments.tsv; `histories` the models'.
    Numbers are means over the seeds in the main gallery, differences paired over the test
    pictures. Raises InputError when a column is missing.
    """
    results = Results.read(metrics, None)
    pairs = read_pairs(experiments, results.galleries[0])
    history = tables.read(HISTORY, list(histories))
    lines = [f"## {config.report.title}", "", *about(results, config), ""]
    lines += table(*numbers(results))
    chosen = {name: settings(config, name) for name in results.experiments}
    if len(chosen) > 1:
        lines += ["### What the experiments change", ""]
        lines += table(*overrides(chosen, history))
        lines += ["### How they compare", ""]
        lines += [
            "One model minus another, in percentage points, paired over the test pictures.",
            "",
        ]
        lines += table(*compared(chosen, pairs))
    tables.write_text(study, "\n".join(lines).rstrip() + "\n")


def about(results: Results, config: Config) -> Iterator[str]:
    """What was ranked, how often, and how the tables are to be read."""
    seeds = ", ".join(results.seeds)
    yield (
        f"{len(results.experiments)} experiment{'s' * (len(results.experiments) > 1)}, seeds"
        f" {seeds}; means over the seeds, with 95 % intervals from resampling the test pictures."
    )
    sizes = {}
    for name, task in (("tokens", "word_token_by_image"), ("fragments", "image_token_by_word")):
        found = results.value(results.experiments[0], "model", task, "r10")
        if found:
            sizes[name] = f"{found.gallery_size:,} {name}"
    if sizes:
        yield f"Searched in {results.experiments[0]}: {' and '.join(sizes.values())}."
    if config.fc7:
        counts = sorted({fc7.regions + 1 for fc7 in _sections(config, "fc7")})
        yield f"Fragments a picture, at most: {', '.join(map(str, counts))}."
    yield "Early stopping saw the validation set alone."
    if "text" in config.controls:
        yield "The text bound reads one-hot words."
    if len(results.experiments) > 1:
        yield "A control with the numbers of one above it is not shown again."
    missing = left_out(config.model_dump(mode="json"))
    if missing:
        yield f"Not trained beside the models: {' and '.join(missing)}."
    if config.report.tried:
        yield (
            "Other configurations that were tried before, and judged by the validation set:"
            f" {config.report.tried}."
        )


def _sections(config: Config, stage: str) -> list[Any]:
    return [config.section_of(name, stage) for name in sorted(config.experiments)]


def numbers(results: Results) -> tuple[list[str], list[list[str]]]:
    """Heading and rows of the table of all systems, with chance.

    A control whose row would be that of an experiment above is not shown again.
    """
    there = [c for c in COLUMNS if _value(results, "model", c) is not None]
    rows: list[list[str]] = []
    for experiment in ordered(results.experiments):
        for system, label in SYSTEMS.items():
            cells = [results.value(experiment, system, c.task, c.metric) for c in there]
            if not any(cells):
                continue
            bold = "**" if system == "model" else ""
            texts = [
                ""
                if cell is None
                else f"{bold}{plain(cell.value, c.metric)}{bold}"
                f" {interval(cell.low, cell.high, c.metric)}"
                for cell, c in zip(cells, there, strict=True)
            ]
            rows.append([experiment, label, *texts])
        lucks = [results.value(experiment, "model", c.task, c.metric) for c in there]
        texts = [
            plain(cell.chance, c.metric) if cell else ""
            for cell, c in zip(lucks, there, strict=True)
        ]
        rows.append([experiment, "chance", *texts])
    first: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        first.setdefault(tuple(row[1:]), row)
    shown_once = [r for r in rows if r[1] == "model" or first[tuple(r[1:])] is r]
    return ["experiment", "system", *(c.name for c in there)], shown_once


def ordered(experiments: list[str]) -> list[str]:
    """The experiments by name, behind the base."""
    base = base_of(experiments)
    return [base, *(name for name in experiments if name != base)]


def _value(results: Results, system: str, column: Column) -> Any:
    found = (results.value(e, system, column.task, column.metric) for e in results.experiments)
    return next((value for value in found if value is not None), None)


def plain(value: float, metric: str) -> str:
    """A metric's value without a unit: `12`, `40.1`."""
    return shown(value, metric).removesuffix(" %")


def settings(config: Config, experiment: str) -> dict[str, Any]:
    """An experiment's settings as `section.key` to value, of the sections that it can change."""
    found: dict[str, Any] = {}
    for stage in SECTIONS:
        if getattr(config, stage) is not None:
            section = config.section_of(experiment, stage).model_dump(mode="json")
            found |= {f"{stage}.{key}": value for key, value in section.items()}
    return found


def apart(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """The settings in which two experiments differ."""
    return [key for key in one if one[key] != other[key]]


def overrides(
    chosen: dict[str, dict[str, Any]], history: pd.DataFrame
) -> tuple[list[str], list[list[str]]]:
    """How each experiment differs from another, and what the validation set said of it.

    The other is the one that it differs least from, of those before it; the first is the base.
    """
    chosen = {name: chosen[name] for name in ordered(list(chosen))}
    kept = history[history["kept"] & (history["split"] == "validation")]
    rows = []
    for nth, (name, values) in enumerate(chosen.items()):
        said = "–"
        if nth:
            changed = {other: apart(values, chosen[other]) for other in list(chosen)[:nth]}
            nearest = min(changed, key=lambda other: len(changed[other]))
            parts = [f"{key} {text(values[key])}" for key in changed[nearest]]
            said = f"as {nearest}{', but ' if parts else ''}{', '.join(parts)}"
        own = kept[(kept["experiment"] == name) & (kept["system"] == "model")]
        r10 = own["r10"].mean()
        epochs = ", ".join(map(str, own.sort_values("seed")["epoch"]))
        rows.append([name, said, epochs, "" if pd.isna(r10) else f"{r10:.1f}"])
    return ["experiment", "settings", "best epoch, by seed", "validation R@10"], rows


def compared(chosen: dict[str, dict[str, Any]], pairs: Pairs) -> tuple[list[str], list[list[str]]]:
    """Pairs of experiments that differ in few settings, or from the base.

    Where the base lies between two, nearer to each, both are held against it alone.

    A row is an experiment minus another; what it has in place of the other's settings is named.
    """
    base = base_of(list(chosen))
    far = {name: len(apart(values, chosen[base])) for name, values in chosen.items()}
    rows = []
    for one, other in combinations(chosen, 2):
        changed = apart(chosen[one], chosen[other])
        between = max(far[one], far[other]) < len(changed)
        if base not in (one, other) and (between or len(changed) > FEW):
            continue
        # The base, or the one that has more of the base's settings, is what is taken off.
        nearer = sum(chosen[one][key] == chosen[base][key] for key in changed)
        further = sum(chosen[other][key] == chosen[base][key] for key in changed)
        model, less = (other, one) if one == base or nearer > further else (one, other)
        cells = [marked(gap(pairs, model, less, column), column) for column in COMPARED]
        if not any(cells):
            continue
        said = ", ".join(
            f"{key} {text(chosen[model][key])} for {text(chosen[less][key])}" for key in changed
        )
        rows.append([f"{model} − {less}", said if len(changed) <= FEW else "many", *cells])
    return ["experiments", "what differs", *(column.name for column in COMPARED)], rows


def marked(pair: Difference | None, column: Column) -> str:
    """A difference with its interval, bold where the interval leaves zero out."""
    if pair is None:
        return ""
    said = points(pair, column)
    return said if pair.low <= 0 <= pair.high else f"**{said}**"


def text(value: Any) -> str:
    """A setting's value, as one writes it in the config."""
    if isinstance(value, list):
        return "[" + ", ".join(map(text, value)) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def table(heading: list[str], rows: list[list[str]]) -> list[str]:
    """Lines of a Markdown table, and an empty one after it."""
    lines = [heading, ["---"] * len(heading), *rows]
    return [f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines] + [""]
