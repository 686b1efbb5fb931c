"""The answer as Markdown, for logs and pull requests."""

from collections.abc import Mapping

from seesay.reporting.credits import label
from seesay.reporting.results import Results, shown
from seesay.reporting.runs import Context, Run
from seesay.reporting.sections.tasks import SHOWN
from seesay.reporting.speech_sources import kind_of_speech
from seesay.scoring.names import MAIN_METRIC, METRICS, SYSTEMS, paper

MANY = 12  # a property with more groups is left out
CHECKED = {"ok": "", "leak": ", a leak", "design": ", known"}


def summary(run: Run, found: Mapping[str, Context]) -> str:
    """The answer as Markdown; `found` has the values of each section, by its name."""
    source = run.source
    lines = [f"# {run.settings.title}", "", kind_of_speech(run.config), ""]
    if source["labels"]:
        lines += [f"**{label(source)}**", ""]
    lines += [
        f"- pictures: {source['pictures']}",
        f"- speech: {source['speech']}",
        f"- image network: {source['network']}",
        f"- seeds: {', '.join(map(str, run.config['seeds']))}",
    ]
    if "segmentation" in found:
        lines.append(f"- {found['segmentation']['said']}")
    answered = found["answer"]
    parts = [found[name]["experiments"] for name in ("answer", "tasks", "where")]
    for said, asked, parted in zip(*parts, strict=True):
        lines += _answer(said)
        lines += _numbers(run.results, asked) if asked["tasks"] else []
        lines += _more(found, said["name"])
        if asked["unasked"]:
            lines.append(f"- Left out, because no test query has a right item: {asked['unasked']}.")
        kinds = [kind for kind in parted["where"]["kinds"] if kind["groups"] <= MANY]
        if kinds:
            lines += ["", f"### Where it works: R@10 in %, gallery {run.results.galleries[0]}", ""]
            lines += map(_groups, kinds)
    if answered["missing"]:
        lines += ["", answered["missing"]]
    lines += ["", "## Checks across splits", ""]
    lines += [
        f"- {row['what']}: {row['found']:,} of {row['of']:,}{CHECKED[row['kind']]}"
        for row in found["data"]["checks"]
    ]
    lines += ["", "## Supervision besides speech and pictures", ""]
    lines += [
        f"- {row.source.name}"
        f"{'' if row.experiments == 'all' else f' ({row.experiments})'}: {row.source.sentence}"
        for row in answered["supervision"]
    ]
    lines += ["", "All numbers: metrics.tsv, differences.tsv; the report: report.html.", ""]
    return "\n".join(lines)


def _answer(said: Context) -> list[str]:
    """The answer of one experiment, with its supervision and limits."""
    paragraphs = [said["sentence"], said["human"], said["cut"], *said["declared"]]
    paragraphs.append(f"Supervision besides speech and pictures: {said['told']}")
    lines = [line for text in paragraphs if text for line in (text, "")]
    return ["", f"## {said['name']}: {said['headline']}", "", *lines]


def _numbers(results: Results, asked: Context) -> list[str]:
    """The numbers of one experiment: a table for each metric, and the verdict of each task."""
    name, lines = asked["name"], []
    measured = [
        system
        for system in SYSTEMS
        if any(results.value(name, system, task, MAIN_METRIC) for task in paper())
    ]
    for metric in SHOWN:
        names = [*(SYSTEMS[system] for system in measured), "chance", "gallery"]
        lines.append(f"| {METRICS[metric]} | {' | '.join(names)} |")
        lines.append(f"|---|{'---:|' * len(names)}")
        for task in asked["tasks"]:
            found = [results.value(name, system, task["id"], metric) for system in measured]
            cells = [shown(value.value, metric) if value else "–" for value in found]
            cells += [shown(task["chance"][metric], metric), task["gallery"]]
            lines.append(f"| {task['name']} | {' | '.join(cells)} |")
        lines.append("")
    for task in asked["tasks"]:
        verdict = task["verdict"]
        lines.append(f"- {task['name']}: {verdict.short} (R@10).{_against(verdict.numbers)}")
    return lines


def _more(found: Mapping[str, Context], experiment: str) -> list[str]:
    """The model's numbers in tasks that the paper does not have, one line each."""
    parts = found["more"]["experiments"] if "more" in found else []
    rows = [row for part in parts if part["name"] == experiment for row in part["more"]["rows"]]
    return [
        f"- {row['task']}, {row['metric']}: {row['cells']['model']['text']}"
        f" {row['cells']['model']['interval']}, chance {row['chance']}, among {row['size']}."
        for row in rows
    ]


def _groups(kind: Context) -> str:
    """The groups of a property in one line, for the model."""
    said = [
        f"{row['group']} {row['r10']:.1f} {row['interval']}".rstrip()
        + f" (chance {row['chance']:.1f})"
        for row in kind["rows"]
    ]
    return f"- {kind['title']} ({kind['task']}): {'; '.join(said)}"


def _against(numbers: str) -> str:
    return f" The model minus the random projection: {numbers}." if numbers else ""
