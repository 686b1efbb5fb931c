"""Settings of the stage evaluation."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, field_validator

from seesay.settings import Settings
from seesay.settings.choice import Choice

TASKS = Choice("seesay.scoring.tasks")
Task = Annotated[str, TASKS]
# The four of the paper's tables.
PAPER: tuple[Task, ...] = (
    "word_similarity",
    "word_token_by_image",
    "word_type_by_image",
    "image_token_by_word",
)
# The order of `all`, in which results have the tasks; others follow by name.
FIRST: tuple[Task, ...] = (
    *PAPER,
    "word_similarity_other_types",
    "word_similarity_other_talkers",
    "word_similarity_other_both",
    "distinct_type_by_image",
    "picture_by_caption",
    "caption_by_picture",
    "abx",
    "abx_token_weighted",
)


def _named(tasks: Any) -> Any:
    """The tasks; `all` means every task."""
    if tasks != "all":
        return tasks
    there = TASKS.names
    return (*(name for name in FIRST if name in there), *sorted(set(there) - set(FIRST)))


class EvaluationSettings(Settings):
    """The tasks, and the galleries that they search."""

    SWITCHES: ClassVar[tuple[str, ...]] = ("legacy",)
    YOUNGER: ClassVar[tuple[str, ...]] = ("abx_context",)

    tasks: Annotated[
        tuple[Task, ...],
        BeforeValidator(_named, json_schema_input_type=Literal["all"] | tuple[Task, ...]),
    ] = Field(
        default=PAPER,
        min_length=1,
        description="tasks to compute (docs/tasks.md): a list, or `all`; default: the four tasks"
        " of the paper",
    )
    galleries: tuple[Literal["test", "all"], ...] = Field(
        default=("test", "all"),
        min_length=1,
        description="galleries to search: fragments and tokens of the test pictures (test), or of"
        " the whole corpus (all)",
    )
    abx_draws: int = Field(
        default=10,
        ge=1,
        le=10_000,
        description="task abx_token_weighted: pairs (A, B) drawn for each test token X",
    )
    abx_context: Literal["any", "within"] = Field(
        default="any",
        description="task abx: A, B and X must have the same previous and next word (within), or"
        " may have any (any)",
    )
    legacy: bool = Field(
        default=False,
        description="also evaluate as the authors' code did, in separate tables: features are"
        " standardised with the test set's statistics, and ranks count only strictly better items",
    )

    @field_validator("tasks", "galleries")
    @classmethod
    def _distinct(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{name} is named twice")
        return names
