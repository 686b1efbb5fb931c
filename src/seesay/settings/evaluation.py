"""Settings of the stage evaluation."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, field_validator

from seesay.settings import Choice, Settings

TASKS = Choice("seesay.scoring.tasks")
Task = Annotated[str, TASKS]
# The four of the paper's tables.
PAPER: tuple[Task, ...] = (
    "word_similarity",
    "word_token_by_image",
    "word_type_by_image",
    "image_token_by_word",
)


def _named(tasks: Any) -> Any:
    """The list of tasks that `all` stands for."""
    return TASKS.names if tasks == "all" else tasks


class EvaluationSettings(Settings):
    """What the test queries are asked, and what they are searched in."""

    SWITCHES: ClassVar[tuple[str, ...]] = ("legacy",)
    YOUNGER: ClassVar[tuple[str, ...]] = ("abx_context",)

    tasks: Annotated[
        tuple[Task, ...],
        BeforeValidator(_named, json_schema_input_type=Literal["all"] | tuple[Task, ...]),
    ] = Field(
        default=PAPER,
        min_length=1,
        description="what is asked (docs/tasks.md): a list of tasks, or `all`; the default is the"
        " four tasks of the paper",
    )
    galleries: tuple[Literal["test", "all"], ...] = Field(
        default=("test", "all"),
        min_length=1,
        description="test: fragments and tokens of the test pictures; all: of the whole corpus",
    )
    abx_draws: int = Field(
        default=10,
        ge=1,
        le=10_000,
        description="of the task abx_token_weighted: pairs (A, B) drawn for every test token X",
    )
    abx_context: Literal["any", "within"] = Field(
        default="any",
        description="of the task abx: any, or A, B and X between the same two words alone",
    )
    legacy: bool = Field(
        default=False,
        description="also evaluate as the authors' code did, in tables of its own: standardised "
        "with the test set's statistics, counting strictly better items alone",
    )

    @field_validator("tasks", "galleries")
    @classmethod
    def _distinct(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{name} is named twice")
        return names
