"""What `seesay compare` shows: a plain table, and a page."""

from pathlib import Path

from seesay import pages, tables
from seesay.compare import Line, Part
from seesay.report_answer import METRICS, SYSTEMS, TASKS, Difference, difference, shown
from seesay.report_more import TASKS as MORE
from seesay.report_tables import ITEMS, RANKS

SHORT = ("r10", "median_rank")


def text(first: str, second: str, parts: list[Part], metrics: tuple[str, ...] = SHORT) -> str:
    """The comparison in plain text: the metrics named, in the order of the table METRICS."""
    lines = [f"A: {first}", f"B: {second}", ""]
    for part in parts:
        lines.append(title(part))
        lines.append(f"  {about(part)}")
        lines.append(f"  {'':18}{'':12}{'A':>10}{'B':>10}   B minus A [95 % interval]")
        for line in part.lines:
            if line.metric in told(part.task, metrics):
                name = f"{SYSTEMS.get(line.system, line.system):18}{METRICS[line.metric]:12}"
                values = (
                    f"{shown(line.first, line.metric):>10}{shown(line.second, line.metric):>10}"
                )
                lines.append(f"  {name}{values}   {gap(line)}{mark(line)}".rstrip())
        lines.append("")
    lines.append("* the interval leaves zero out. Ranks: lower is better; R@k: higher is better.")
    return "\n".join(lines) + "\n"


def page(first: str, second: str, parts: list[Part], file: Path) -> None:
    """The comparison as one self-contained page with every metric; data are escaped."""
    shown_parts = [
        {
            "title": title(part),
            "about": about(part),
            "rows": [
                {
                    "system": SYSTEMS.get(line.system, line.system),
                    "metric": METRICS[line.metric],
                    "first": shown(line.first, line.metric),
                    "second": shown(line.second, line.metric),
                    "gap": gap(line),
                    "kind": kind(line),
                }
                for line in part.lines
                if line.metric in told(part.task, tuple(METRICS))
            ],
        }
        for part in parts
    ]
    template = pages.environment().get_template("compare.html.j2")
    html = template.render(first=first, second=second, parts=shown_parts)
    tables.write_text(file, html + "\n")


def told(task: str, metrics: tuple[str, ...]) -> tuple[str, ...]:
    """Of the metrics, those that say something of a task: of ABX the share of right ones alone."""
    return ("r1",) if task == "abx" else metrics


def title(part: Part) -> str:
    """The experiment and the task: `paper: Word Token Search by Image`."""
    name = TASKS[part.task] if part.task in TASKS else MORE[part.task].name
    return f"{part.experiment}: {name}"


def about(part: Part) -> str:
    """What was searched, what was counted, and whether it is paired."""
    items = MORE[part.task].items if part.task in MORE else ITEMS.get(part.task, "tokens")
    sizes = " and ".join(f"{size:,}" for size in dict.fromkeys(part.sizes))
    if part.paired:
        counted = f"{part.queries[0]:,} queries of the {part.pictures[0]} test pictures in both"
        return f"gallery {part.gallery}, {sizes} {items}; {counted}, paired"
    counted = "; ".join(
        f"{name} {queries:,} queries of {pictures} pictures"
        for name, queries, pictures in zip("AB", part.queries, part.pictures, strict=True)
    )
    return f"gallery {part.gallery}, {sizes} {items}; {counted}; other queries, so unpaired"


def gap(line: Line) -> str:
    """The second minus the first, with its interval: `+4.2 points [+1.0, +7.3]`."""
    low, high = line.low, line.high
    if low is None or high is None:
        return difference(Difference(line.difference, 0.0, 0.0), line.metric).partition(" [")[0]
    return difference(Difference(line.difference, low, high), line.metric)


def kind(line: Line) -> str:
    """`above` where the second run is clearly better, `below` where worse, or `even`."""
    if not line.clear:
        return "even"
    better = line.difference < 0 if line.metric in RANKS else line.difference > 0
    return "above" if better else "below"


def mark(line: Line) -> str:
    """An asterisk after an interval that leaves zero out."""
    return " *" if line.clear else ""
