"""The names of what is measured, as tables and pages show them: systems, metrics and tasks."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal

from seesay.schemas.scoring import RECALLS
from seesay.settings import choice
from seesay.settings.evaluation import PAPER, TASKS

SYSTEMS = {
    "model": "model",
    "random_projection": "random projection",
    "untrained": "untrained",
    "shuffled": "shuffled pairs",
    "frequency": "frequency prior",
    "text": "text (bound)",
}
# The model must be better than these; text in place of speech is a bound from above.
CONTROLS = ("random_projection", "untrained", "shuffled", "frequency")
# A model that learned no words would equal the first; the second stands beside every number.
MUST, BASELINE = "shuffled", "random_projection"
# Metrics of ranks, and of the tasks that have no ranks.
METRICS = {
    "median_rank": "median rank",
    "mean_rank": "mean rank",
    **{f"r{k}": f"R@{k}" for k in RECALLS},
}
# They answer whether words were learned (docs/answer.md).
MAIN_TASK, MAIN_METRIC = "word_token_by_image", "r10"
SCORES = {"right": "accuracy, %", "pointing": "pointing game, %", "iou": "overlap (IoU), %"}


@dataclass(frozen=True)
class Task:
    """A task as tables and pages show it.

    `query` is the kind of its queries, `items` says what is ranked. `metrics` are shown in the
    report. A task with a `label` has one metric that says anything, and this title for it.
    `study` has its columns in the study and `beside` those that set experiments side by side,
    heading to metric. Where `parted`, its queries, tokens or fragments, are broken down by their
    properties. Where `acoustic`, the sound of words is enough to be above chance. Pages list
    tasks by `place`, then by name. A module that measures several tasks has `parts`: by name, the
    fields in which each differs.
    """

    title: str
    query: Literal["token", "fragment", "caption", "picture", "human"]
    items: str
    question: str = ""
    metrics: tuple[str, ...] = ("r10", "median_rank")
    label: str = ""
    study: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    parted: bool = False
    acoustic: bool = False
    place: int = 50
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def metric(self, name: str) -> str:
        """The title of one of its metrics."""
        return self.label or {**METRICS, **SCORES}[name]


# Where the place of each thing in its picture is known.
GROUNDING = {
    "grounding": Task(
        title="Grounding",
        question="Query: a spoken word that names an object whose box in the picture is known."
        " Pointing game: is the centre of the picture’s nearest fragment inside that box? Overlap:"
        " the intersection over union of the fragment and the box.",
        query="token",
        items="fragments",
        metrics=("pointing", "iou"),
        place=90,
    ),
    "grounding_parts": Task(
        title="Grounding without the whole picture",
        question="As Grounding, with the whole picture left out of the fragments.",
        query="token",
        items="fragments",
        metrics=("pointing", "iou"),
        place=90,
    ),
}
# Where words' times are known too, in runs with a network that hears whole captions.
LOCALISATION = {
    "keyword_localisation": Task(
        title="Keyword localisation",
        question="Query: the fragment that fits a drawn object best, and a spoken caption that"
        " names the object. Right: the middle of the moment of the caption that is nearest to the"
        " fragment lies within the object’s word.",
        query="fragment",
        items="moments",
        metrics=("pointing",),
        label="in the word, %",
        beside={"keyword localisation, %": "pointing"},
        place=91,
    ),
    "keyword_localisation_words": Task(
        title="Keyword localisation among words",
        question="As Keyword localisation, among the caption’s words, whose boundaries are given:"
        " is the nearest one the object’s?",
        query="fragment",
        items="words",
        metrics=("pointing",),
        label="the word, %",
        place=91,
    ),
}
# Of each source of human words (evaluation.human), which stands in place of a gallery.
HUMAN = {
    "human_recognition": Task(
        title="Recognition",
        question="Query: a human word. Every word of the captions’ speech is listed once, by its"
        " nearest token. Right: the word itself.",
        query="human",
        items="words",
        metrics=("r1", "r10"),
    ),
    "picture_by_human_word": Task(
        title="Picture by human word",
        question="Query: a human word. Gallery: the test pictures, each by its nearest fragment."
        " Right: pictures whose spoken captions have the word, and the one it was said about.",
        query="human",
        items="pictures",
        metrics=("r1", "r10"),
    ),
    "human_word_by_picture": Task(
        title="Human word by picture",
        question="Query: a test picture. Gallery: the source’s human words, each compared with the"
        " picture’s nearest fragment. Right: words of the picture’s captions, and words said about"
        " the picture.",
        query="picture",
        items="human words",
        metrics=("r1", "r10"),
    ),
}


@cache
def tasks() -> dict[str, Task]:
    """Every task by its name in metrics.tsv, in the order of pages, except those of human words."""
    found = dict(GROUNDING)
    for name in TASKS.names:
        found |= of(name)
    return dict(sorted(found.items(), key=lambda task: (task[1].place, task[0])))


@cache
def every() -> dict[str, Task]:
    """The same, with those of networks that hear whole captions, which stand last."""
    return tasks() | LOCALISATION


@cache
def of(name: str) -> dict[str, Task]:
    """The tasks that a name in `evaluation.tasks` stands for."""
    about: Task = choice.about("seesay.scoring.tasks", name)
    parts = {part: replace(about, parts={}, **fields) for part, fields in about.parts.items()}
    return parts or {name: about}


def paper() -> dict[str, Task]:
    """The four tasks of the paper's tables."""
    return {name: tasks()[name] for name in PAPER}


def more() -> dict[str, Task]:
    """The tasks that the paper does not have."""
    return {name: task for name, task in every().items() if name not in PAPER}
