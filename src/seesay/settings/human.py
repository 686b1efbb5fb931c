"""Settings of the stage human; they stand in the section evaluation."""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, field_validator

from seesay.settings import Seed, Settings
from seesay.settings.corpora import Corpus, check_names
from seesay.settings.evaluation import EvaluationSettings

if TYPE_CHECKING:
    from seesay.settings.training import TrainingSettings

# Names of galleries that other tasks have.
TAKEN = ("test", "all")


class EvaluationSection(EvaluationSettings):
    """The section evaluation: what the test queries are asked, and the human words beside them."""

    SWITCHES: ClassVar[tuple[str, ...]] = ("legacy", "human", "human_talkers")

    human: tuple[Corpus, ...] = Field(
        default=(),
        description="corpora of words that people say, read as speech.corpora are: a test beside"
        " that of the captions' own speech; each wants a name",
    )
    human_talkers: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="share of each such corpus's talkers who are the test's, one at least; training"
        " may hear the others (training.human_words)",
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
        """What the stage human is told of it; ValidationError where there is no corpus."""
        return HumanSettings(corpora=self.human, talkers=self.human_talkers, seed=seed)


class HumanSettings(Settings):
    """What the stage human is told."""

    corpora: tuple[Corpus, ...] = Field(min_length=1, description="evaluation.human")
    talkers: float = Field(default=1.0, gt=0, le=1, description="evaluation.human_talkers")
    seed: Seed = Field(description="matching.seed, which says who are the test's talkers")


def check_human(training: "TrainingSettings", evaluation: EvaluationSection) -> None:
    """Raise ValueError where training is to hear human words and there is nobody to be heard."""
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
