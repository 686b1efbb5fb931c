"""Put a run's numbers into docs/measured/ and the README: `python docs/measured.py results`.

docs/measured/default.tsv holds what was measured, with the commit, the day, the machine and the
versions in its head; the README's tables are written from the files of that folder, between their
markers. Below each is the supervision of its models besides speech and pictures, from the heads.
Without an argument only the tables are written. `python docs/measured.py results/human_words` does
the same for the words that people say, in people.tsv. `python docs/measured.py studies` takes the
figures of the other configs from docs/results.md, when `snakemake docs/results.md` has put them
there.
"""

import csv
import datetime
import json
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from seesay.reporting import supervision
from seesay.schemas.scoring import SYNTHETIC
from seesay.scoring.names import HUMAN, every

DOCS = Path(__file__).resolve().parent
CONFIGS = DOCS.parent / "config"
README, RESULTS, STUDY = DOCS.parent / "README.md", DOCS / "measured", DOCS / "results.md"
COLUMNS = ["experiment", "system", "task", "metric", "value", "ci_low", "ci_high", "chance"]
OVER = ["over", "units"]  # what the intervals generalise to
# The tasks in the README's tables: of human words, and of the embedded default.
PEOPLE = ("human_recognition", "picture_by_human_word")
DEFAULT = ("word_token_by_image", "image_token_by_word", "picture_by_caption")
# Those of its second: the file, experiment and system of docs/results.md; and its columns there.
REAL = {
    "`flickr8k`, `paper`": ("flickr8k", "paper", "model"),
    "`flickr8k`, `best`": ("flickr8k", "best", "model"),
    "the same recipe on one-hot words": ("flickr8k", "best", "text (bound)"),
    "`flickr8k_large`, `best`": ("flickr8k_large", "best", "model"),
    "the same recipe on one-hot words ": ("flickr8k_large", "best", "text (bound)"),
    "`best`, shuffled pairs": ("flickr8k", "best", "shuffled pairs"),
    "chance": ("flickr8k", "paper", "chance"),
}


def measured(run: Path) -> str:
    """The table of a results folder: means over seeds in the gallery of the test pictures."""
    record = json.loads((run / "report" / "run.json").read_text(encoding="utf-8"))
    import torch

    head = {
        "commit": _commit(),
        "day": datetime.date.today().isoformat(),
        "machine": f"{platform.machine()}, {torch.backends.cpu.get_cpu_capability()}",
        "seeds": " ".join(map(str, record["config"]["seeds"])),
        "versions": " ".join(f"{name}={version}" for name, version in record["versions"].items()),
    }
    with (run / "metrics.tsv").open(encoding="utf-8", newline="") as file:
        rows = [
            [row[name] for name in [*COLUMNS, *OVER]]
            for row in csv.DictReader(file, delimiter="\t")
            if row["seed"] == "mean" and row["gallery"] == "test"
        ]
    lines = [f"# {name}: {value}" for name, value in head.items()] + told(record["config"])
    return "\n".join([*lines, "\t".join([*COLUMNS, *OVER]), *map("\t".join, rows)]) + "\n"


def told(config: dict[str, Any]) -> list[str]:
    """Lines of a head: the supervision of each experiment besides speech and pictures."""
    return [f"# told {name}: {supervision.line(config, name)}" for name in config["experiments"]]


def human(run: Path) -> str:
    """The table of a results folder's human words: means over seeds, by source and own voices."""
    with (run / "metrics.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["task"] in PEOPLE]
    seeds: dict[str, set[str]] = {}
    for row in rows:
        if row["seed"] != "mean":
            seeds.setdefault(row["experiment"], set()).add(row["seed"])
    said = "; ".join(f"{name} {' '.join(sorted(own))}" for name, own in seeds.items())
    head = [f"# commit: {_commit()}", f"# day: {datetime.date.today().isoformat()}"]
    columns = ["experiment", "system", "gallery", *COLUMNS[2:4], "queries", *COLUMNS[4:], *OVER]
    kept = [
        "\t".join(row[name] for name in columns)
        for row in rows
        if row["seed"] == "mean" and row["metric"] in ("r1", "r10")
    ]
    record = json.loads((run / "report" / "run.json").read_text(encoding="utf-8"))
    lines = [*head, f"# seeds: {said}", *told(record["config"])]
    return "\n".join([*lines, "\t".join(columns), *kept]) + "\n"


def _ends(row: dict[str, str]) -> str:
    """A row's interval; `[–]` where it has none."""
    ends = [row[name] for name in ("ci_low", "ci_high")]
    return f"[{', '.join(f'{float(end):.1f}' for end in ends)}]" if all(ends) else "[–]"


def _commit() -> str:
    git = ["git", "-C", str(DOCS), "describe", "--always", "--dirty", "--abbrev=12"]
    return subprocess.run(git, check=True, capture_output=True, text=True).stdout.strip()


def people_table() -> str:
    """R@10 of human words, by source and experiment, beside the model's own voices and chance."""
    rows = {
        (r["experiment"], r["gallery"], r["task"]): r
        for r in read("people")
        if r["system"] == "model" and r["metric"] == "r10"
    }
    names = list(dict.fromkeys(experiment for experiment, _, _ in rows))
    sources = sorted({gallery for _, gallery, _ in rows if not gallery.endswith(SYNTHETIC)})
    lines = [
        f"| task | source | words | {' | '.join(f'`{n}`' for n in names)} | own voices | chance |",
        "|" + "---|" * (len(names) + 5),
    ]
    for task in PEOPLE:
        for source in sources:
            found = [rows[name, source, task] for name in names]
            own = rows.get((names[0], f"{source}{SYNTHETIC}", task))
            cells = [f"{float(r['value']):.1f} {_ends(r)}" for r in found]
            more = [f"{float(own['value']):.1f}" if own else "", f"{float(found[0]['chance']):.1f}"]
            line = [HUMAN[task].title, source, found[0]["queries"], *cells, *more]
            lines.append(f"| {' | '.join(line)} |")
    return "\n".join(lines)


def read(name: str) -> list[dict[str, str]]:
    """The rows of docs/measured/NAME.tsv, without its head."""
    lines = (RESULTS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader([x for x in lines if not x.startswith("# ")], delimiter="\t"))


def read_told(name: str, ticks: bool = False) -> dict[str, str]:
    """What the experiments of docs/measured/NAME.tsv were told, a line each, from its head."""
    text = (RESULTS / f"{name}.tsv").read_text(encoding="utf-8")
    found = re.findall("^# told (.+?): (.+)$", text, re.MULTILINE)
    return {f"`{name}`" if ticks else name: line for name, line in found}


def told_below(told: dict[str, str]) -> str:
    """The text below a table of the README: the first line in full, the others by what differs."""
    said = [f"{name}: {line}" for name, line in supervision.beside(told).items()]
    fold = "<details><summary>Beyond speech and pictures, these models were given</summary>"
    return "\n".join(["", "", fold, "", *[f"* {line}" for line in said], "", "</details>"])


def default_table() -> str:
    """R@10 of the embedded default: both experiments with intervals, and the controls of best."""
    rows = {(r["experiment"], r["system"], r["task"], r["metric"]): r for r in read("default")}
    lines = [
        "| search | `paper` | `best` | random projection | shuffled pairs |"
        " text (bound of `best`) | chance |",
        "|" + "---|" * 7,
    ]
    for task in DEFAULT:
        cells = []
        for experiment, bold in (("paper", ""), ("best", "**")):
            row = rows[experiment, "model", task, "r10"]
            cells.append(f"{bold}{float(row['value']):.1f}{bold} {_ends(row)}")
        for system in ("random_projection", "shuffled", "text"):
            cells.append(f"{float(rows['best', system, task, 'r10']['value']):.1f}")
        cells.append(f"{float(rows['best', 'model', task, 'r10']['chance']):.1f}")
        lines.append(f"| {' | '.join([every()[task].title, *cells])} |")
    return "\n".join(lines)


def real_table() -> str:
    """R@10 and median, or R@1, of the photographs, from the tables of docs/results.md."""
    rows = {
        (name, row["experiment"], row["system"], row["number"]): row["value"]
        for name in ("flickr8k", "flickr8k_large")
        for row in read(name)
    }
    lines = [
        "| | Word Token by Image, R@10 | distinct types, R@1 | Image Token by Word, R@10 |"
        " picture by caption, R@10 |",
        "|" + "---|" * 5,
    ]
    for name, key in REAL.items():
        bold = "**" if key[1:] == ("best", "model") else ""
        image, word = "Word Token by Image", "Image by Word"
        found = {number: value for (*owner, number), value in rows.items() if tuple(owner) == key}
        cells = [
            f"{bold}{found[f'{image}, R@10']}{bold} · {_whole(found[f'{image}, median'])}",
            f"{bold}{found['distinct types, R@1']}{bold}",
            f"{bold}{found[f'{word}, R@10']}{bold} · {_whole(found[f'{word}, median'])}",
            f"{bold}{found['picture by caption, R@10']}{bold}",
        ]
        lines.append(f"| {' | '.join([name.strip(), *cells])} |")
    return "\n".join(lines)


def _whole(number: str) -> str:
    return f"{int(float(number.replace(',', '')) + 0.5)}"


def studies_of(text: str) -> dict[str, str]:
    """The studies of docs/results.md by the names of their configs, which have their titles."""
    configs = {
        path.stem: yaml.safe_load(path.read_text("utf-8")) for path in CONFIGS.glob("*.yaml")
    }
    names = {
        config["report"]["title"]: name for name, config in configs.items() if "report" in config
    }
    sections = text.split("\n## ")[1:]
    return {names[section.partition("\n")[0]]: section for section in sections}


def studies_told(text: str) -> dict[str, dict[str, str]]:
    """By study of docs/results.md, what each experiment was told, a line each, from its table."""
    found: dict[str, dict[str, str]] = {}
    for name, study in studies_of(text).items():
        rows = [line.strip("| ").split(" | ") for line in study.splitlines() if line[:1] == "|"]
        start = (
            next(n for n, row in enumerate(rows) if row[0].startswith("supervision besides")) + 2
        )
        end = next(n for n, row in enumerate(rows) if row[:2] == ["experiment", "system"])
        experiments = dict.fromkeys(row[0] for row in rows[end + 2 :] if row[1] == "model")
        for experiment in experiments:
            found.setdefault(name, {})[experiment] = "; ".join(
                f"{source}: {what}"
                for source, names, what, _ in rows[start:end]
                if _among(experiment, names)
            )
    return found


def _among(experiment: str, names: str) -> bool:
    """Whether `all`, `all except a, b` or `a, b` has an experiment."""
    if names.startswith("all"):
        return experiment not in names.removeprefix("all except ").split(", ")
    return experiment in names.split(", ")


def studies(text: str) -> dict[str, list[list[str]]]:
    """The rows (experiment, system, number, value, low, high) of each study in docs/results.md."""
    found = {}
    for name, study in studies_of(text).items():
        lines = [line.strip("|").split(" | ") for line in study.splitlines() if line[:1] == "|"]
        tables = [[cell.strip() for cell in line] for line in lines]
        heading = next(line for line in tables if line[:2] == ["experiment", "system"])
        task, columns = "", []
        for column in heading[2:]:
            # R@1 after "Word Token by Image, median" is of the same task.
            task = column.rpartition(", ")[0] or task
            columns.append(column if ", " in column else f"{task}, {column}")
        found[name] = []
        for line in tables[tables.index(heading) + 2 :]:
            if line[0] == "experiment":
                break
            for column, cell in zip(columns, line[2:], strict=True):
                number = re.fullmatch(r"\**([\d.,]+)\**(?: \[(?:–|([\d.,]+), ([\d.,]+))\])?", cell)
                if number:
                    parts = [part or "" for part in number.groups()]
                    found[name].append([*line[:2], column, *parts])
    return found


def readme(text: str) -> str:
    """The README with its tables written again, between their markers."""
    photographs = {
        row: read_told(name)[experiment]
        for row, (name, experiment, system) in REAL.items()
        if system == "model"
    }
    for name, table in (
        ("default", default_table() + told_below(read_told("default", ticks=True))),
        ("people", people_table() + told_below(read_told("people", ticks=True))),
        ("photographs", real_table() + told_below(photographs)),
    ):
        marks = f"<!-- numbers: {name} -->\n", "\n<!-- end of numbers -->"
        before = text.index(marks[0]) + len(marks[0])
        after = text.index(marks[1], before)
        text = text[:before] + table + text[after:]
    return text


def main() -> None:
    """Do what the arguments say, and write the README's tables."""
    for given in sys.argv[1:]:
        if given == "studies":
            text = STUDY.read_text(encoding="utf-8")
            for name, rows in studies(text).items():
                head = f"# docs/results.md, section of {name}; commit, seeds and settings: there\n"
                for experiment, line in studies_told(text)[name].items():
                    head += f"# told {experiment}: {line}\n"
                head += "experiment\tsystem\tnumber\tvalue\tci_low\tci_high\n"
                body = "".join("\t".join(row) + "\n" for row in rows)
                (RESULTS / f"{name}.tsv").write_text(head + body, encoding="utf-8")
        elif Path(given).name == "human_words":
            (RESULTS / "people.tsv").write_text(human(Path(given)), encoding="utf-8")
        else:
            (RESULTS / "default.tsv").write_text(measured(Path(given)), encoding="utf-8")
    README.write_text(readme(README.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
