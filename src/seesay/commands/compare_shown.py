"""The output of `seesay compare`: plain text, a page, and a table."""

from collections.abc import Iterator
from pathlib import Path

from seesay.commands.compare import Line, Part
from seesay.commands.compare_runs import SCORES, Apart, Run, values_apart
from seesay.reporting import pages
from seesay.reporting.numbers import RANKS
from seesay.reporting.results import Difference, difference, interval, shown
from seesay.reporting.sections.segmentation import HEADLINES
from seesay.schemas.scoring import SEGMENTATION
from seesay.scoring import intervals
from seesay.scoring.names import HUMAN, METRICS, SYSTEMS, every
from seesay.shared import tables, writing

SHORT = ("r10", "median_rank")
ALIKE = "nothing: settings, corpora, seeds, code and versions are the same"
COLUMNS = [
    *("what", "name", "task", "gallery", "system", "metric"),
    *("first", "second", "difference", "ci_low", "ci_high", "over", "units", "p", "p_holm"),
    *("clear", "note"),
]


def found_words(first: Run, second: Run) -> list[Apart]:
    """How well each run found its words: `34.9 % [33.6, 36.2]`, by measure, where they differ."""
    return values_apart("found words", *map(_scores, (first, second)))


def _scores(run: Run) -> dict[str, str]:
    if not run.finds or not (run.folder / SCORES).is_file():
        return {}
    scores = tables.read(SEGMENTATION, run.folder / SCORES)
    said: dict[str, str] = {}
    for row in scores[scores["chosen"]].to_dict("records"):
        if row["metric"] in HEADLINES:
            low, high = (row[end] for end in ("ci_low", "ci_high"))
            ends = interval(low, high, "r10") if low == low else ""  # no interval is NaN
            said[HEADLINES[row["metric"]]] = f"{shown(row['value'], 'r10')} {ends}".rstrip()
    return said


def text(
    names: tuple[str, str],
    parts: list[Part],
    found: list[Apart],
    lacking: list[str],
    metrics: tuple[str, ...] = SHORT,
) -> str:
    """The comparison in plain text, with the named metrics in the order of METRICS.

    `found` are the differences between the runs, `lacking` the unknown ones.
    """
    lines = [f"A: {names[0]}", f"B: {names[1]}", "", "What differs"]
    lines += [f"  {said}" for said in lacking]
    if not found and not lacking:
        lines.append(f"  {ALIKE}")
    for kind in dict.fromkeys(row.kind for row in found):
        lines.append(f"  {kind}")
        for row in (row for row in found if row.kind == kind):
            lines.append(f"    {row.name}: {row.first} (A), {row.second} (B)")
    lines.append("")
    for part in parts:
        lines.append(title(part))
        lines += [f"  {sentence}" for sentence in about(part)]
        lines.append(
            f"  {'':18}{'':12}{'A':>10}{'B':>10}"
            + ("" if part.why else "   B minus A [95 % interval]")
        )
        for line in part.lines:
            if line.metric in told(part.task, metrics):
                name = f"{SYSTEMS.get(line.system, line.system):18}{METRICS[line.metric]:12}"
                values = (
                    f"{shown(line.first, line.metric):>10}{shown(line.second, line.metric):>10}"
                )
                lines.append(f"  {name}{values}   {gap(line)}{mark(line)}".rstrip())
        lines.append("")
    lines += [
        "* the interval excludes zero; ** it still does after Holm's adjustment over all"
        " comparisons by this metric.",
        "Ranks: lower is better; R@k: higher is better.",
    ]
    return "\n".join(lines) + "\n"


def page(
    names: tuple[str, str], parts: list[Part], found: list[Apart], lacking: list[str], file: Path
) -> None:
    """The comparison as one self-contained page with every metric; data are escaped."""
    shown_parts = [
        {
            "title": title(part),
            "about": " ".join(f"{said[0].upper()}{said[1:]}." for said in about(part)),
            "paired": not part.why,
            "rows": [
                {
                    "system": SYSTEMS.get(line.system, line.system),
                    "metric": METRICS[line.metric],
                    "first": shown(line.first, line.metric),
                    "second": shown(line.second, line.metric),
                    "gap": gap(line),
                    "mark": " **" if line.stands else "",
                    "kind": kind(line),
                }
                for line in part.lines
                if line.metric in told(part.task, tuple(METRICS))
            ],
        }
        for part in parts
    ]
    template = pages.environment().get_template("compare.html.j2")
    html = template.render(
        first=names[0],
        second=names[1],
        parts=shown_parts,
        found=found,
        lacking=lacking,
        alike=ALIKE,
    )
    writing.write_text(file, html + "\n")


def table(parts: list[Part], found: list[Apart], lacking: list[str], file: Path) -> None:
    """Everything as one table between tabs: what differs, then every metric, with the columns
    COLUMNS; cells that do not apply are empty.
    """
    lines = ["\t".join(COLUMNS)]
    for row in _rows(parts, found, lacking):
        lines.append("\t".join(str(row.get(name, "")) for name in COLUMNS))
    writing.write_text(file, "\n".join(lines) + "\n")


def _rows(parts: list[Part], found: list[Apart], lacking: list[str]) -> Iterator[dict[str, object]]:
    for said in lacking:
        yield {"what": "not known", "note": said}
    for row in found:
        yield {"what": row.kind, "name": row.name, "first": row.first, "second": row.second}
    for part in parts:
        where = {"what": "numbers", "name": part.experiment, "task": part.task}
        note = f"different {part.why}" if part.why else ""
        for line in part.lines:
            if line.metric not in told(part.task, tuple(METRICS)):
                continue
            values = {"first": line.first, "second": line.second, "difference": line.difference}
            ends = {"ci_low": line.low, "ci_high": line.high}
            numbers = {
                name: f"{value:.4f}" for name, value in (values | ends).items() if value is not None
            }
            if line.low is not None:
                numbers |= {"over": part.over, "units": part.units}
            if line.p is not None:
                numbers |= {"p": f"{line.p:.3g}", "p_holm": f"{line.holm:.3g}"}
            clear = {} if line.low is None else {"clear": "yes" if line.clear else "no"}
            labels = {"gallery": part.gallery, "system": line.system, "metric": line.metric}
            yield {**where, **labels, **numbers, **clear, "note": note}


def told(task: str, metrics: tuple[str, ...]) -> tuple[str, ...]:
    """The metrics that apply to a task: its one, where it has a label, as ABX has."""
    known = every().get(task)
    return known.metrics if known and known.label else metrics


def title(part: Part) -> str:
    """The experiment and the task: `paper: Word Token Search by Image`."""
    if part.task in HUMAN:
        return f"{part.experiment}: {HUMAN[part.task].title}, {part.gallery}"
    return f"{part.experiment}: {every()[part.task].title}"


def about(part: Part) -> list[str]:
    """The gallery and the counts, and why there is no difference if there is none."""
    items = (every() | HUMAN)[part.task].items
    sizes = " and ".join(f"{size:,}" for size in dict.fromkeys(part.sizes))
    searched = f"gallery {part.gallery}, {sizes} {items}"
    if part.queries[0] == part.queries[1] and part.counted[0] == part.counted[1]:
        counted = f"{part.queries[0]:,} queries of {part.counted[0]}"
    else:
        counted = "; ".join(
            f"{name} {queries:,} queries of {units}"
            for name, queries, units in zip("AB", part.queries, part.counted, strict=True)
        )
    if not part.why:
        refused = intervals.refusal(part.over, part.units)
        return [f"{searched}; {counted}, paired; {refused or f'intervals over {part.over}'}"]
    return [
        f"{searched}; {counted}",
        f"no difference is given, because the runs have different {part.why}; compare each run"
        " with its own chance",
    ]


def gap(line: Line) -> str:
    """The second minus the first, with its interval: `+4.2 points [+1.0, +7.3]`."""
    if line.difference is None:
        return ""
    said = difference(Difference(line.difference, line.low, line.high), line.metric)
    return said if line.low is not None else said.partition(" [")[0]


def kind(line: Line) -> str:
    """`above` if the second run is clearly better, `below` if worse, or `even`."""
    if not line.clear or line.difference is None:
        return "even"
    better = line.difference < 0 if line.metric in RANKS else line.difference > 0
    return "above" if better else "below"


def mark(line: Line) -> str:
    """An asterisk after an interval that excludes zero, two if Holm's p-value agrees."""
    return "" if not line.clear else " **" if line.stands else " *"
