"""The head of a study: galleries and seeds, the answers, and the models' supervision."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seesay.planning.config import Config
from seesay.reporting import supervision
from seesay.reporting.credits import left_out, unheard
from seesay.reporting.numbers import searched
from seesay.reporting.results import Results
from seesay.reporting.sections.segmentation import headline
from seesay.reporting.speech_sources import kind_of_speech
from seesay.reporting.study_numbers import table
from seesay.reporting.verdict import alone, short_answer
from seesay.schemas.scoring import SEGMENTATION
from seesay.shared import tables


def about(results: Results, config: Config) -> Iterator[str]:
    """The kind of speech, the seeds, intervals, galleries and limits of the study, a line each."""
    yield kind_of_speech(config.model_dump(mode="json"))
    seeds = ", ".join(results.seeds)
    abx = f" (of ABX: {results.over_abx})" if results.over_abx else ""
    yield (
        f"{len(results.experiments)} experiment{'s' * (len(results.experiments) > 1)}, seeds"
        f" {seeds}; means over the seeds, with 95 % intervals"
        f" {results.over}{abx}."
    )
    sizes = searched(results, results.experiments[0])
    if sizes:
        yield f"Galleries of {results.experiments[0]}: {sizes}."
    if config.fc7:
        counts = sorted({fc7.regions + 1 for fc7 in _sections(config, "fc7")})
        yield f"Largest number of fragments per picture: {', '.join(map(str, counts))}."
    folds = len(config.pictures.folds)
    if folds > 1:
        yield f"{folds} folds pooled: every picture is tested once."
    if alone(results):
        yield "Only one seed: answers and differences hold for these models, not for their methods."
    yield "Early stopping used only the validation set."
    if "text" in config.controls:
        yield "The text bound reads one-hot words."
    missing = left_out(config.model_dump(mode="json"))
    if missing:
        yield f"Not trained: {' and '.join(missing)}."
    if unheard(config.model_dump(mode="json")):
        yield unheard(config.model_dump(mode="json"))
    if config.report.tried:
        yield (
            "Number of other configurations that were tried before and compared on the validation"
            f" set: {config.report.tried}."
        )


def found_words(scores: Path) -> str:
    """How well a run found its words, from the table SEGMENTATION, in a sentence."""
    said = headline(tables.read(SEGMENTATION, scores))
    return f"{said[0].upper()}{said[1:]}."


def answers(results: Results) -> list[str]:
    """The answer of each experiment, as in its report, and the reason if it is not yes."""
    found: dict[str, list[str]] = {}
    for name in results.experiments:
        headline, why = short_answer(results, name)
        found.setdefault(f"{headline} {why}".rstrip(), []).append(name)
    lines = [f"- {', '.join(names)}: {said}" for said, names in found.items()]
    return ["Did it learn words?", "", *lines, ""]


def supervised(results: Results, config: Config) -> list[str]:
    """The experiments' supervision besides speech and pictures, as a table of sources."""
    rows = supervision.rows(config.model_dump(mode="json"), results.experiments)
    cells = [[r.source.name, r.experiments, r.source.short, r.source.sentence] for r in rows]
    return table(
        ["supervision besides speech and pictures", "which experiments", "what is read", "in full"],
        cells,
    )


def _sections(config: Config, stage: str) -> list[Any]:
    return [config.section_of(name, stage) for name in sorted(config.trained)]
