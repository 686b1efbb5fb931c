"""The report: one self-contained page, a summary in plain text, and four figures.

The page first answers: did it learn words? `seesay.reporting.sections` has its other sections. The
page loads nothing from other places. The same inputs give the same bytes, except in the section
`run` (date, time and memory).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from markupsafe import Markup

from seesay.planning.experiments import measured
from seesay.reporting import charts, numbers, pages, sections
from seesay.reporting.drawing import figures
from seesay.reporting.record import record
from seesay.reporting.results import Results
from seesay.reporting.runs import Context, Files, Run, single
from seesay.reporting.summary import summary
from seesay.scoring.names import METRICS, SYSTEMS
from seesay.settings.report import ReportSettings
from seesay.shared import writing
from seesay.shared.printable import printing

TEMPLATE = "report.html.j2"


@dataclass(frozen=True)
class Outputs:
    """Files: the page, the summary in Markdown, four figures as SVG, and the run's record."""

    report: Path
    summary: Path
    answer: Path
    training: Path
    where: Path
    stages_drawn: Path
    record: Path


def build(
    files: Files,
    outputs: Outputs,
    settings: ReportSettings,
    config: Context,
    stages: Mapping[str, Sequence[str]],
    benchmarks: Path,
    codes: Mapping[str, str] | None = None,
) -> None:
    """Write the report, the summary, the figures and the record of a run.

    The arguments are the fields of `Run`. Raises InputError for files without the model's numbers
    and for a picture that cannot be decoded.
    """
    metrics, differences = (single(files, name) for name in sections.NUMBERS)
    galleries = config.get("evaluation", {}).get("galleries", ())
    results = Results.read(metrics, differences, measured(config), galleries)
    run = Run(files, results, settings, config, stages, benchmarks, codes or {})
    found = describe(run)
    drawn = printing(run.charts)
    writing.write_text(outputs.report, page(run, found, drawn))
    writing.write_text(outputs.summary, summary(run, found))
    asked, trained, parted = (found[name]["experiments"] for name in ("tasks", "training", "where"))
    writing.write_text(outputs.answer, figures.answer_figure(asked, drawn))
    writing.write_text(outputs.training, figures.training_figure(trained, drawn))
    writing.write_text(outputs.where, figures.where_figure(parted, drawn))
    writing.write_text(outputs.stages_drawn, f"{found['made']['dag']}\n")
    writing.write_text(outputs.record, record(run.config, run.codes))


def describe(run: Run) -> dict[str, Context]:
    """The values of each section's template, by its name, in the order of the page.

    Sections without content, and sections whose files the run lacks, are left out.
    """
    found = {}
    for name in sections.order():
        module = import_module(f"{sections.__name__}.{name}")
        if set(module.NEEDS) <= set(run.files):
            values = module.describe(run.of(module.NEEDS))
            if values is not None:
                found[name] = values
    return found


def page(run: Run, found: Mapping[str, Context], drawn: Mapping[str, charts.Spec]) -> str:
    """The page as HTML; all values are escaped.

    A section's template gets the values of its own section and the values that all sections share.
    """
    embedded = {name: charts.embedded(spec) for name, spec in drawn.items()}
    config = run.config
    shared: Context = {
        "title": run.settings.title,
        "results": run.results,
        "several": len(run.experiments) > 1,
        "systems": SYSTEMS,
        "metrics": METRICS,
        "source": run.source,
        "about": numbers.about(run.results, run.source),
        "seeds": config["seeds"],
        "folds": run.folds,
        "controls": run.controls,
        "whose": {stage: run.whose(stage) for stage in ("fc7", "logmel")},
        "scenes": bool(config.get("scenes")),
        "drawn": {name: Markup(charts.drawn(spec)) for name, spec in embedded.items()},
    }
    environment = pages.environment()
    rendered: dict[str, Any] = {
        name: Markup(environment.get_template(f"sections/{name}.html.j2").render(shared | values))
        for name, values in found.items()
    }
    return (
        environment.get_template(TEMPLATE).render(
            **shared,
            head=rendered.pop("head"),
            sections=list(rendered.values()),
            links=links(found),
            charts=embedded,
            library=Markup(charts.library()),
        )
        + "\n"
    )


def links(found: Mapping[str, Context]) -> list[tuple[str, str]]:
    """The table of contents: the name and the `LINK` of each section that has one."""
    named = {name: import_module(f"{sections.__name__}.{name}") for name in found}
    return [(name, module.LINK) for name, module in named.items() if hasattr(module, "LINK")]
