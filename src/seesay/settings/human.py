"""Settings of the stage human, which are in the section evaluation."""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, field_validator

from seesay.settings import Seed, Settings
from seesay.settings.corpora import Corpus, check_names
from seesay.settings.evaluation import EvaluationSettings

if TYPE_CHECKING:
    from seesay.settings.training import TrainingSettings

# Names of the galleries of other tasks.
TAKEN = ("test", "all")


class EvaluationSection(EvaluationSettings):
    """The section evaluation: tasks, galleries, and human words."""

    SWITCHES: ClassVar[tuple[str, ...]] = ("legacy", "human", "human_talkers")

    human: tuple[Corpus, ...] = Field(
        default=(),
        description="corpora of words that people say, for a second test; entries as in"
        " speech.corpora, each with a name",
    )
    human_talkers: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="share of each human corpus's talkers who are held out for the test, at least"
        " one; training may hear the others (training.human_words)",
    )

    @field_validator("human")
    @classmethod
    def _named(cls, corpora: tuple[Corpus, ...]) -> tuple[Corpus, ...]:
        check_names(corpora)
        for corpus in corpora:
            if not corpus.name or corpus.name in TAKEN:
                raise ValueError(
                    f"the corpus in {corpus.path} is called {corpus.name!r}; give it a name other"
                    f" than {' and '.join(TAKEN)}: tables and report show its words under it"
                )
        return corpora

    def told(self, seed: int) -> "HumanSettings":
        """The settings of the stage human. Raises ValidationError without a corpus."""
        return HumanSettings(corpora=self.human, talkers=self.human_talkers, seed=seed)


class HumanSettings(Settings):
    """Settings of the stage human, collected from several sections."""

    corpora: tuple[Corpus, ...] = Field(min_length=1, description="evaluation.human")
    talkers: float = Field(default=1.0, gt=0, le=1, description="evaluation.human_talkers")
    seed: Seed = Field(description="matching.seed, which chooses the test talkers")


def check_human(training: "TrainingSettings", evaluation: EvaluationSection) -> None:
    """Raise ValueError if training needs human words and no corpus or talker has any."""
    if training.human_words and not evaluation.human:
        raise ValueError(
            f"human_words is {training.human_words}, and evaluation.human names no corpus to take"
            " them from; give one"
        )
    if training.human_words and evaluation.human_talkers == 1:
        raise ValueError(
            f"human_words is {training.human_words}, and evaluation.human_talkers 1: every talker"
            " is the test's; give a share below 1"
        )
