"""The model card and the licences of a run, in Markdown."""

from collections.abc import Iterator
from typing import Any

from seesay.commands.bundle.run import Run
from seesay.planning.experiments import section, trained
from seesay.reporting import credits, supervision
from seesay.reporting.people import sentence
from seesay.reporting.results import interval, shown
from seesay.reporting.speech_sources import kind_of_speech
from seesay.reporting.stopping import cut_off, histories
from seesay.reporting.verdict import ONE_SEED, alone, answer
from seesay.scoring.names import SYSTEMS, Task, every

PAPER = "Synnaeve, Versteegh and Dupoux, *Learning Words from Images and Speech*, 2014"
# Beside the model: what it must be better than to have learned words, and what hears nothing.
BESIDE = ("random_projection", "shuffled", "text")


def card(run: Run, code: dict[str, str], other_versions: list[str]) -> str:
    """The model card: what the models saw, heard and were told, their numbers, and their limits.

    `code` names the version and commit of seesay, `other_versions` the packages of which the run
    had another version than the lock.
    """
    config = run.config
    source = credits.sources(config)
    count = len(trained(config)) * len(config["seeds"]) * len(run.homes)
    lines = [
        f"# Model card: {config['report']['title']}",
        "",
        f"{count} model{'s' * (count > 1)}. Each has two networks, for fragments of pictures and"
        " for spoken words, that map into one embedding space: a word lies close to the pictures"
        f" that it describes ({PAPER}). Made with seesay.",
        "",
        "## What they saw and heard",
        "",
        *([f"**{credits.label(source)}**", ""] if source["labels"] else []),
        f"- pictures: {source['pictures']}",
        f"- speech: {source['speech']}. {kind_of_speech(config)}",
        f"- features of pictures: {source['network']}",
        f"- seeds: {', '.join(map(str, config['seeds']))}; folds: {len(run.homes)}",
        "",
        "## What supervised them, besides speech and pictures",
        "",
        *(f"- {name}: {line}" for name, line in _supervision(config).items()),
        "",
        "## Numbers",
        "",
        *_numbers(run),
        "## Limits",
        "",
        *(f"- {limit}" for limit in _limits(run)),
        "",
        "## How to use them",
        "",
        "The folder `training/EXPERIMENT/model/SEED` has a model. It takes the features that the"
        " config makes; run the config (`config.yaml`) with the seesay below to make them, and to"
        " search with `seesay search`. `effective.yaml` has every setting.",
        "",
        "## Versions",
        "",
        f"- {_seesay(code)}; `report/run.json` has a digest of the code of each stage",
        "- packages: `envs/requirements.lock`",
        *(f"- {line}" for line in other_versions),
        "",
        "Works of others are in these models and files: see `LICENCES.md`.",
        "",
    ]
    return "\n".join(lines)


def licences(config: dict[str, Any]) -> str:
    """The works that the run used, with makers, licences and links, as a table."""
    lines = [
        "# Licences",
        "",
        "seesay itself is under the MIT licence (`licences/seesay.txt`). The run used these works."
        " The report shows parts of the pictures and of the speech, and the models were trained on"
        " them; so the terms of the data count for whoever passes this archive on.",
        "",
        "| what | whose | terms | link |",
        "|---|---|---|---|",
    ]
    for work in credits.licences(config):
        cells = (work[name].replace("|", r"\|") for name in ("what", "whose", "terms", "link"))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _supervision(config: dict[str, Any]) -> dict[str, str]:
    return supervision.lines(config, list(config["experiments"]))


def _seesay(code: dict[str, str]) -> str:
    commit = f", commit {code['commit']}" if "commit" in code else ""
    return f"seesay {code['version']}{commit}"


def _numbers(run: Run) -> Iterator[str]:
    """The answer of each experiment, and a table of its tasks."""
    numbers = run.numbers
    beside = [name for name in BESIDE if any(key[1] == name for key in numbers.values)]
    heads = ["task", "metric", "model", "95 % interval", "chance"]
    heads += [*(SYSTEMS[name] for name in beside), "among"]
    for experiment in numbers.experiments:
        short, _, long = answer(numbers, experiment)
        yield from (f"### {experiment}: {short}", "", long, "")
        if people := sentence(numbers, experiment):
            yield from (people, "")
        yield f"| {' | '.join(heads)} |"
        yield "|---|---|" + "---:|" * (len(heads) - 2)
        for name, task in every().items():
            yield from _row(run, experiment, name, task, beside)
        yield ""


def _row(run: Run, experiment: str, name: str, task: Task, beside: list[str]) -> Iterator[str]:
    """The row of a task's first metric; none where the run has no such task."""
    metric = task.metrics[0]
    value = run.numbers.value(experiment, "model", name, metric)
    if value is None:
        return
    others = [run.numbers.value(experiment, system, name, metric) for system in beside]
    cells = [
        *(task.title, task.metric(metric)),
        *(shown(value.value, metric), interval(value.low, value.high, metric)),
        shown(value.chance, metric),
        *(shown(other.value, metric) if other else "–" for other in others),
        f"{value.gallery_size:,} {task.items}",
    ]
    yield f"| {' | '.join(cells)} |"


def _limits(run: Run) -> Iterator[str]:
    """What the numbers do not say."""
    config, numbers = run.config, run.numbers
    if unheard := credits.unheard(config):
        yield unheard
    if guesses := credits.guesses(config):
        yield f"{guesses}."
    if alone(numbers):
        yield ONE_SEED
    history = histories(run.histories, len(run.homes))
    for name in numbers.experiments:
        recipe = section(config, name, "training")
        if name in trained(config) and (cut := cut_off(history, recipe, name)):
            yield f"{name}: {cut}"
        yield from (f"{name}: {line}" for line in supervision.declared(config, name))
    if numbers.over.startswith("("):
        yield f"The tests are too small for intervals {numbers.over}."
    else:
        yield f"Intervals are {numbers.over}: they say nothing about other corpora."
    yield (
        "A model knows the words of its training captions alone, and finds a picture or a word in"
        " the galleries of this run; it neither writes nor speaks."
    )
