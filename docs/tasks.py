"""Write the table of docs/tasks.md from the tasks themselves: `python docs/tasks.py`."""

from pathlib import Path

from seesay.scoring import names
from seesay.settings.evaluation import TASKS

PAGE = Path(__file__).with_suffix(".md")
MARKS = "<!-- tasks -->\n", "<!-- end of tasks -->\n"


def table() -> str:
    """The tasks by their name in metrics.tsv, in the order of pages, as Markdown."""
    asked = {part: name for name in TASKS.names for part in names.of(name)}
    asked |= dict.fromkeys(names.GROUNDING, "composed scenes")
    asked |= dict.fromkeys(names.HUMAN, "human words")
    lines = ["| in `metrics.tsv` | computed for | title | question |", "|---|---|---|---|"]
    for name, task in (names.paper() | names.more() | names.HUMAN).items():
        lines.append(f"| `{name}` | {asked[name]} | {task.title} | {task.question} |")
    return "\n".join(lines) + "\n"


def written(page: str) -> str:
    """The page with its table written again, between the marks."""
    before, after = page.index(MARKS[0]) + len(MARKS[0]), page.index(MARKS[1])
    return page[:before] + table() + page[after:]


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
