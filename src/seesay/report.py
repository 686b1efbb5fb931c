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

import pandas as pd
import yaml
from markupsafe import Markup

from seesay import (
    matching_quality,
    pages,
    report_beside,
    report_charts,
    report_dag,
    report_declared,
    report_human,
    report_leakage,
    report_legacy,
    report_lexicon,
    report_listen,
    report_made,
    report_map,
    report_matching,
    report_more,
    report_network,
    report_pictures,
    report_tables,
    report_where,
    tables,
    writing,
)
from seesay.breakdown import GROUPS, WORDS
from seesay.fc7_tables import FC7
from seesay.logmel import LOGMEL
from seesay.matching import REPLACEMENTS, SPOKEN_CAPTIONS, UNSAYABLE
from seesay.pictures import CAPTIONS, IMAGES
from seesay.printable import printing
from seesay.regions import REGIONS
from seesay.rejects import by_reason
from seesay.report_answer import METRICS, SYSTEMS, Results
from seesay.report_experiments import (
    answer_figure,
    describe,
    summary,
    training_figure,
    where_figure,
)
from seesay.settings.report import ReportSettings
from seesay.speech import RECORDINGS, SPOKEN_WORDS
from seesay.tables import REJECTS
from seesay.training_tables import HISTORY
from seesay.words import SPOKEN_TYPES

Context = dict[str, Any]

TEMPLATE = "report.html.j2"


@dataclass(frozen=True)
class Inputs:
    """The files that the report reads: tables of numbers, and tables of the stages."""

    metrics: Path
    differences: Path
    experiments: Path
    groups: Path
    words: Path
    images: Path
    captions: Path
    regions: Sequence[Path]
    fc7: Sequence[Path]
    spoken_types: Path
    replacements: Path
    spoken_captions: Path
    unsayable: Path
    steps: Path
    pos: Path
    talker_words: Path
    durations: Path
    recordings: Path
    spoken_words: Path
    rejects: Sequence[Path]
    logmel: Sequence[Path]
    histories: Sequence[Path]
    legacy: Sequence[Path]
    listen: Sequence[Path]
    map: Sequence[Path]
    lexicons: Sequence[Path]
    pseudo_words: Sequence[Path]
    human_words: Sequence[Path]
    human_groups: Sequence[Path]


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
    history = tables.read(HISTORY, list(inputs.histories))
    charts: dict[str, report_charts.Spec] = {}
    asked = config.get("evaluation", {}).get("tasks", ())
    experiments = [describe(results, history, name, charts, asked) for name in results.experiments]
    groups, words = tables.read(GROUPS, inputs.groups), tables.read(WORDS, inputs.words)
    for experiment in experiments:
        name = experiment["name"]
        where = report_where.describe(groups, words, results, name, charts)
        network = report_network.describe(config, name, tables.width(inputs.fc7[0], "feature"))
        more = report_more.describe(results, name)
        experiment |= {"where": where, "network": network, "more": more}
        experiment["declared"] = report_declared.declared(config, name)
        experiment["human"] = report_human.describe(results, inputs.human_groups, name, charts)
    legacy = Results.read(inputs.legacy[0], None, results.experiments) if inputs.legacy else None
    mixed = report_made.mixed(config)
    matching = report_matching.describe(
        _counted(inputs), charts, mixed, settings.rows, settings.pictures
    )
    charts = printing(charts)
    embedded = {name: report_charts.embedded(spec) for name, spec in charts.items()}
    context = {
        "title": settings.title,
        "results": results,
        "experiments": experiments,
        "beside": report_beside.describe(inputs.experiments, results),
        "compared": [column.name for column in report_beside.COLUMNS],
        "systems": SYSTEMS,
        "controls": config.get("controls", report_made.TRAINED),
        "metrics": METRICS,
        "everything": report_tables.everything(results),
        "differences": report_tables.differences(results),
        "legacy": report_legacy.describe(results, legacy, config) if legacy else [],
        "listen": report_listen.describe(inputs.listen[0]) if inputs.listen else None,
        "map": report_map.describe(inputs.map[0]) if inputs.map else None,
        "human_tasks": list(report_more.HUMAN.values()),
        "human": report_human.about(inputs.human_words, inputs.rejects, config, settings.examples),
        "lexicons": report_lexicon.describe(inputs.lexicons, inputs.pseudo_words, settings.rows),
        "source": report_made.sources(config),
        "about": report_tables.about(results, report_made.sources(config)),
        "config": yaml.safe_dump(config, sort_keys=False, allow_unicode=True),
        "seeds": config["seeds"],
        "scenes": bool(config.get("scenes")),
        "versions": report_made.versions(config),
        "licences": report_made.licences(config),
        "dag": report_dag.draw(stages),
        "codes": sorted((codes or {}).items()),
        "rules": report_made.benchmarks(benchmarks),
        "date": datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        "charts": embedded,
        "drawn": {name: Markup(report_charts.drawn(spec)) for name, spec in embedded.items()},
        "library": Markup(report_charts.library()),
        "matching": matching,
        **_data(inputs, settings, mixed, config["logmel"]),
    }
    writing.write_text(outputs.report, page(context))
    writing.write_text(outputs.summary, summary(context))
    writing.write_text(outputs.answer, answer_figure(experiments, charts))
    writing.write_text(outputs.training, training_figure(experiments, charts))
    writing.write_text(outputs.where, where_figure(experiments, charts))
    writing.write_text(outputs.stages_drawn, f"{context['dag']}\n")
    writing.write_text(outputs.record, report_made.record(config, codes or {}))


def page(context: Context) -> str:
    """The page as HTML; everything from data is escaped."""
    environment = pages.environment()
    environment.filters["duration"] = report_made.duration
    return environment.get_template(TEMPLATE).render(context) + "\n"


def _counted(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """The tables of what came of the matching."""
    return {
        "steps": tables.read(matching_quality.STEPS, inputs.steps),
        "pos": tables.read(matching_quality.POS, inputs.pos),
        "talker_words": tables.read(matching_quality.TALKER_WORDS, inputs.talker_words),
        "durations": tables.read(matching_quality.DURATIONS, inputs.durations),
        "unsayable": tables.read(UNSAYABLE, inputs.unsayable),
    }


def _data(
    inputs: Inputs, settings: ReportSettings, mixed: bool, logmel: Mapping[str, Any]
) -> Context:
    """The data's counts, replacements, rejects and example pictures."""
    images = tables.read(IMAGES, inputs.images)
    captions = tables.read(CAPTIONS, inputs.captions)
    spoken = tables.read(SPOKEN_CAPTIONS, inputs.spoken_captions)
    regions = tables.read(REGIONS, list(inputs.regions))
    # Without the features, which fill the memory at the paper's size.
    kept = tables.read(FC7, list(inputs.fc7), columns=["image_id", "region", "score"])
    padded = tables.read(LOGMEL, list(inputs.logmel), columns=["token_id", "padded_frames"])
    recordings = tables.read(RECORDINGS, inputs.recordings)
    words = tables.read(SPOKEN_WORDS, inputs.spoken_words)
    types = tables.read(SPOKEN_TYPES, inputs.spoken_types)
    replacements = tables.read(REPLACEMENTS, inputs.replacements)
    # Two experiments' settings of a stage mostly refuse the same.
    rejects = tables.read(REJECTS, list(inputs.rejects)).drop_duplicates(ignore_index=True)
    replaced = replacements[replacements["spoken_word"] != replacements["word"]]
    matching = rejects[rejects["stage"] == "matching"]
    window = logmel["frames"] * logmel["hop"]
    checks = report_leakage.checks(images, captions, spoken, words, window)
    return {
        "splits": report_tables.SPLITS,
        "checks": checks,
        "leaks": any(row["kind"] == "leak" for row in checks),
        "hashes": report_made.hashes(images, recordings),
        "counts": report_tables.counts(images, captions, spoken, kept, mixed),
        "facts": {
            "pictures": len(images),
            "captions": len(captions),
            "talkers": words["talker"].nunique(),
            "recordings": len(recordings),
            "hours": recordings["duration"].sum() / 3600,
            "spoken": len(words),
            "types": len(types),
            "logmel": len(padded),
            "padded": int((padded["padded_frames"] > 0).sum()),
            "candidates": int((regions["region"] != 0).sum()),
            "fragments": len(kept),
            "used": spoken["token_id"].nunique(),
        },
        "words": len(replacements),
        "replaced": replaced.head(settings.rows).to_dict("records"),
        "unshown": max(len(replaced) - settings.rows, 0),
        "boxes": len(regions) > 0,
        "rejects": by_reason(rejects, settings.examples)[: settings.rows],
        "refused": len(rejects),
        "examples": report_pictures.examples(
            images,
            captions,
            regions,
            kept,
            spoken,
            matching,
            number=settings.pictures,
            size=settings.thumbnail,
            mixed=mixed,
        ),
    }
