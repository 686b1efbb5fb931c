"""What a run's experiments found, side by side: the tables of a study, as Markdown."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from seesay import supervision, tables, writing
from seesay.config import Config
from seesay.report_answer import Results
from seesay.report_beside import COLUMNS as COMPARED
from seesay.report_beside import Column, base_of, gap, read_pairs
from seesay.report_more import HUMAN
from seesay.report_sources import left_out, unheard
from seesay.report_stopping import cut_off
from seesay.report_verdict import short_answer
from seesay.study_compared import STAR, apart, compared, standing, text, verdicts
from seesay.study_numbers import human, lucky, numbers, plain, table
from seesay.training_tables import HISTORY

SECTIONS = ("logmel", "regions", "fc7", "training")
# What is shown of each seed.
SEEN = ("word_token_by_image", "r10")


def write(
    metrics: Path,
    differences: Path,
    experiments: Path,
    histories: Sequence[Path],
    config: Config,
    study: Path,
) -> None:
    """Write the study's page: all systems of every experiment, and what its settings changed.

    The tables are metrics.tsv, differences.tsv and experiments.tsv; `histories` the models'.
    Numbers are means over the seeds in the main gallery, differences paired over the test
    pictures. Raises InputError when a column is missing.
    """
    results = Results.read(metrics, differences, config.experiments)
    pairs = read_pairs(experiments, results.galleries[0])
    history = tables.read(HISTORY, list(histories))
    lines = [f"## {config.report.title}", "", *about(results, config), "", *answers(results)]
    lines += told(results, config)
    lines += table(*numbers(results))
    if any(key[1] == "shuffled" for key in results.values):
        lines += [lucky(results), ""]
    chosen = {name: settings(config, name) for name in results.experiments}
    recipes = {name: config.section_of(name, "training").model_dump() for name in chosen}
    cut = {n: said for n, recipe in recipes.items() if (said := cut_off(history, recipe, n))}
    if len(chosen) > 1:
        lines += ["### What the experiments change", ""]
        lines += table(*overrides(chosen, history, results))
        lines += [f"- {name}: {said}" for name, said in cut.items()] + [""] * bool(cut)
        found = compared(chosen, pairs)
        family = {key: pair for row in found for key, pair in row.pairs.items()}
        stands = standing(family)
        lines += ["### How they compare", ""]
        lines += [
            "One model minus another, in percentage points, paired by picture and by seed, with"
            f" 95 % intervals {results.over}; bold where the interval leaves zero out. If nothing"
            f" made any difference, one in twenty of the {len(family)} here would be bold all the"
            f" same: {STAR} stands where it is bold after Holm’s adjustment for all of them, too.",
            "",
        ]
        heading = ["experiments", "what differs", *(column.name for column in COMPARED)]
        lines += table(heading, [row.cells(stands) for row in found])
        lines += verdicts(list(chosen), pairs, COMPARED, stands)
    else:
        lines += [*cut.values()] + [""] * bool(cut)
    lines += of_people(results, experiments)
    writing.write_text(study, "\n".join(lines).rstrip() + "\n")


def about(results: Results, config: Config) -> Iterator[str]:
    """What was ranked, how often, and how the tables are to be read."""
    seeds = ", ".join(results.seeds)
    yield (
        f"{len(results.experiments)} experiment{'s' * (len(results.experiments) > 1)}, seeds"
        f" {seeds}; means over the seeds, with 95 % intervals"
        f" {results.over}."
    )
    sizes = {}
    for name, task in (("tokens", "word_token_by_image"), ("fragments", "image_token_by_word")):
        found = results.value(results.experiments[0], "model", task, "r10")
        if found:
            sizes[name] = f"{found.gallery_size:,} {name}"
    if sizes:
        yield f"Searched in {results.experiments[0]}: {' and '.join(sizes.values())}."
    if config.fc7:
        counts = sorted({fc7.regions + 1 for fc7 in _sections(config, "fc7")})
        yield f"Fragments a picture, at most: {', '.join(map(str, counts))}."
    yield "Early stopping saw the validation set alone."
    if "text" in config.controls:
        yield "The text bound reads one-hot words."
    missing = left_out(config.model_dump(mode="json"))
    if missing:
        yield f"Not trained beside the models: {' and '.join(missing)}."
    if unheard(config.model_dump(mode="json")):
        yield unheard(config.model_dump(mode="json"))
    if config.report.tried:
        yield (
            "Other configurations that were tried before, and judged by the validation set:"
            f" {config.report.tried}."
        )


def answers(results: Results) -> list[str]:
    """Whether each experiment learned words, as its report says it, and why where it is not yes."""
    found: dict[str, list[str]] = {}
    for name in results.experiments:
        headline, why = short_answer(results, name)
        found.setdefault(f"{headline} {why}".rstrip(), []).append(name)
    lines = [f"- {', '.join(names)}: {said}" for said, names in found.items()]
    return ["Did it learn words?", "", *lines, ""]


def told(results: Results, config: Config) -> list[str]:
    """What the experiments were told beside speech and pictures, source by source, as a table."""
    rows = supervision.rows(config.model_dump(mode="json"), results.experiments)
    cells = [[r.source.name, r.experiments, r.source.short, r.source.sentence] for r in rows]
    return table(["told beside speech and pictures", "in", "what", "that is"], cells)


def _sections(config: Config, stage: str) -> list[Any]:
    return [config.section_of(name, stage) for name in sorted(config.experiments)]


def settings(config: Config, experiment: str) -> dict[str, Any]:
    """An experiment's settings as `section.key` to value, of the sections that it can change."""
    found: dict[str, Any] = {}
    for stage in SECTIONS:
        if getattr(config, stage) is not None:
            section = config.section_of(experiment, stage).model_dump(mode="json")
            found |= {f"{stage}.{key}": value for key, value in section.items()}
    return found


def overrides(
    chosen: dict[str, dict[str, Any]], history: pd.DataFrame, results: Results
) -> tuple[list[str], list[list[str]]]:
    """How each experiment differs from another, what the validation set said of it, and its seeds.

    The other is the one that it differs least from, of those before it; the first is the base.
    """
    kept = history[history["kept"] & (history["split"] == "validation")]
    rows = []
    for nth, (name, values) in enumerate(chosen.items()):
        said = "–"
        if nth:
            changed = {other: apart(values, chosen[other]) for other in list(chosen)[:nth]}
            nearest = min(changed, key=lambda other: len(changed[other]))
            parts = [f"{key} {text(values[key])}" for key in changed[nearest]]
            said = f"as {nearest}{', but ' if parts else ''}{', '.join(parts)}"
        own = kept[(kept["experiment"] == name) & (kept["system"] == "model")]
        r10 = own["r10"].mean()
        epochs = ", ".join(map(str, own.sort_values("seed")["epoch"]))
        trained = history[(history["experiment"] == name) & (history["split"] == "train")]
        seconds = trained.groupby("seed")["seconds"].sum().mean()
        found = [results.value(name, "model", *SEEN, seed=seed) for seed in results.seeds]
        rows.append(
            [
                name,
                said,
                epochs,
                "" if pd.isna(seconds) else f"{seconds:.0f}",
                "" if pd.isna(r10) else f"{r10:.1f}",
                ", ".join(plain(value.value, SEEN[1]) for value in found if value),
            ]
        )
    heading = ["experiment", "settings", "best epoch, by seed", "s of epochs a model"]
    return [*heading, "validation R@10", "Word Token by Image, R@10, by seed"], rows


def of_people(results: Results, experiments: Path) -> list[str]:
    """What human words find, by source, and which experiments are better than the base by them."""
    rows = human(results)
    if not rows:
        return []
    lines = [
        "### Human words",
        "",
        "What people’s words find: R@1 and R@10, in percent, with 95 % intervals over what the"
        " last column says. Beside the model stands what it finds by the same words of the"
        f" captions’ own talkers. {STAR} as above, of the comparisons of one source.",
        "",
        *table(*rows),
    ]
    sources = dict.fromkeys(row[1] for row in rows[1])
    for source in sources:
        columns = [Column(f"{source}, {t.name}, R@10", name, "r10") for name, t in HUMAN.items()]
        pairs = read_pairs(experiments, source)
        base = base_of(results.experiments)
        found = {(n, base, c): gap(pairs, n, base, c) for n in results.experiments for c in columns}
        stands = standing({key: pair for key, pair in found.items() if pair is not None})
        lines += verdicts(results.experiments, pairs, columns, stands)
    return lines
