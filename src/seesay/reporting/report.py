"""The report: one self-contained page, a summary in plain text, and four figures.

The page answers first: did it learn words? Then come Tables 1 and 2 and Figure 1 of the paper,
the data, example pictures, and how everything was made. It loads nothing from anywhere. The
same inputs give the same bytes, except in its block `run`: the date, time and memory.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from markupsafe import Markup

from seesay.reporting import charts as report_charts
from seesay.reporting import credits as report_sources
from seesay.reporting import numbers, pages, stopping, supervision
from seesay.reporting.results import METRICS, SYSTEMS, Results
from seesay.reporting.sections import beside, dag, human, lexicon, listen, made, more, network
from seesay.reporting.sections import legacy as report_legacy
from seesay.reporting.sections import map as report_map
from seesay.reporting.sections import matching as report_matching
from seesay.reporting.sections import where as report_where
from seesay.reporting.sections.data import Context, Inputs, counted, data
from seesay.reporting.sections.experiments import (
    answer_figure,
    describe,
    summary,
    training_figure,
    where_figure,
)
from seesay.schemas.learning import HISTORY
from seesay.schemas.scoring import GROUPS, WORDS
from seesay.settings.report import ReportSettings
from seesay.shared import tables, writing
from seesay.shared.printable import printing

TEMPLATE = "report.html.j2"


@dataclass(frozen=True)
class Outputs:
    """The page, the summary in Markdown, four figures of the page as SVG, and the run's record."""

    report: Path
    summary: Path
    answer: Path
    training: Path
    where: Path
    stages_drawn: Path
    record: Path


def build(
    inputs: Inputs,
    outputs: Outputs,
    settings: ReportSettings,
    config: Mapping[str, Any],
    stages: Mapping[str, Sequence[str]],
    benchmarks: Path,
    codes: Mapping[str, str] | None = None,
) -> None:
    """Write the report, the summary and the figures.

    `config` is the whole config, `stages` names what each stage reads, `benchmarks` is the
    folder of Snakemake's benchmark files, `codes` a hash of each stage's code stamp. Raises
    InputError for inputs without the model's numbers and for a picture that cannot be decoded.
    """
    config = dict(config)
    results = Results.read(inputs.metrics, inputs.differences, config["experiments"])
    charts: dict[str, report_charts.Spec] = {}
    experiments = _experiments(inputs, results, config, charts)
    mixed = report_sources.mixed(config)
    matching = report_matching.describe(
        counted(inputs), charts, mixed, settings.rows, settings.pictures
    )
    charts = printing(charts)
    context = {
        "title": settings.title,
        "results": results,
        "experiments": experiments,
        "supervision": supervision.rows(config, results.experiments),
        "systems": SYSTEMS,
        "metrics": METRICS,
        "matching": matching,
        **_numbers(inputs, settings, config, results),
        **_made(config, stages, benchmarks, codes or {}),
        **_drawn(charts),
        **data(inputs, settings, mixed, config["logmel"]),
    }
    writing.write_text(outputs.report, page(context))
    writing.write_text(outputs.summary, summary(context))
    writing.write_text(outputs.answer, answer_figure(experiments, charts))
    writing.write_text(outputs.training, training_figure(experiments, charts))
    writing.write_text(outputs.where, where_figure(experiments, charts))
    writing.write_text(outputs.stages_drawn, f"{context['dag']}\n")
    writing.write_text(outputs.record, made.record(config, codes or {}))


def _experiments(
    inputs: Inputs, results: Results, config: Context, charts: dict[str, report_charts.Spec]
) -> list[Context]:
    """What the page says of each experiment; their charts are added to `charts`."""
    history = tables.read(HISTORY, list(inputs.histories))
    groups, words = tables.read(GROUPS, inputs.groups), tables.read(WORDS, inputs.words)
    asked = config.get("evaluation", {}).get("tasks", ())
    width = tables.width(inputs.fc7[0], "feature")
    told = supervision.lines(config, results.experiments)
    found = []
    for name in results.experiments:
        experiment = describe(results, history, name, charts, asked)
        experiment["where"] = report_where.describe(groups, words, results, name, charts)
        experiment["network"] = network.describe(config, name, width)
        experiment["more"] = more.describe(results, name)
        experiment["declared"] = supervision.declared(config, name)
        experiment["told"] = told[name]
        recipe = supervision.section(config, name, "training")
        experiment["cut"] = stopping.cut_off(history, recipe, name)
        experiment["human"] = human.describe(results, inputs.human_groups, name, charts)
        found.append(experiment)
    return found


def _numbers(
    inputs: Inputs, settings: ReportSettings, config: Context, results: Results
) -> Context:
    """Numbers of all experiments together, and what there is to hear and see."""
    legacy = Results.read(inputs.legacy[0], None, results.experiments) if inputs.legacy else None
    return {
        "beside": beside.describe(inputs.experiments, results),
        "compared": [column.name for column in beside.COLUMNS],
        "everything": numbers.everything(results),
        "differences": numbers.differences(results),
        "legacy": report_legacy.describe(results, legacy, config) if legacy else [],
        "listen": listen.describe(inputs.listen[0]) if inputs.listen else None,
        "map": report_map.describe(inputs.map[0]) if inputs.map else None,
        "human_tasks": list(more.HUMAN.values()),
        "human": human.about(inputs.human_words, inputs.rejects, config, settings.examples),
        "lexicons": lexicon.describe(inputs.lexicons, inputs.pseudo_words, settings.rows),
        "about": numbers.about(results, report_sources.sources(config)),
    }


def _made(
    config: Context,
    stages: Mapping[str, Sequence[str]],
    benchmarks: Path,
    codes: Mapping[str, str],
) -> Context:
    """Of what the run was made, and how."""
    return {
        "controls": config.get("controls", report_sources.TRAINED),
        "source": report_sources.sources(config),
        "config": yaml.safe_dump(config, sort_keys=False, allow_unicode=True),
        "seeds": config["seeds"],
        "scenes": bool(config.get("scenes")),
        "versions": made.versions(config),
        "licences": report_sources.licences(config),
        "dag": dag.draw(stages),
        "codes": sorted(codes.items()),
        "rules": made.benchmarks(benchmarks),
        "date": datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
    }


def _drawn(charts: dict[str, report_charts.Spec]) -> Context:
    """The charts for the page's script, as pictures until it has drawn them, and the script."""
    embedded = {name: report_charts.embedded(spec) for name, spec in charts.items()}
    return {
        "charts": embedded,
        "drawn": {name: Markup(report_charts.drawn(spec)) for name, spec in embedded.items()},
        "library": Markup(report_charts.library()),
    }


def page(context: Context) -> str:
    """The page as HTML; everything from data is escaped."""
    environment = pages.environment()
    environment.filters["duration"] = made.duration
    return environment.get_template(TEMPLATE).render(context) + "\n"
