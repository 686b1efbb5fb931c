"""Write the table of docs/tasks.md from the tasks themselves: `python docs/tasks.py`."""

from pathlib import Path

from seesay.scoring import names
from seesay.settings.evaluation import TASKS

PAGE = Path(__file__).with_suffix(".md")


def tasks() -> list[list[str]]:
    """The tasks by their name in metrics.tsv, in the order of pages, below the columns' names."""
    asked = {part: name for name in TASKS.names for part in names.of(name)}
    asked |= dict.fromkeys(names.GROUNDING, "composed scenes")
    asked |= dict.fromkeys(names.LOCALISATION, "composed scenes, with `unit: caption`")
    asked |= dict.fromkeys(names.HUMAN, "human words")
    rows = [["in `metrics.tsv`", "computed for", "title", "question"]]
    for name, task in (names.paper() | names.more() | names.HUMAN).items():
        rows.append([f"`{name}`", asked[name], task.title, task.question])
    return rows


def written(page: str, name: str, rows: list[list[str]]) -> str:
    """The page with the table `name` written again, as Markdown between its marks."""
    marks = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, after = page.index(marks[0]) + len(marks[0]), page.index(marks[1])
    lines = [f"| {' | '.join(row)} |\n" for row in rows]
    lines.insert(1, "|" + "---|" * len(rows[0]) + "\n")
    return page[:before] + "".join(lines) + page[after:]


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(written(text, "tasks", tasks()), encoding="utf-8")
