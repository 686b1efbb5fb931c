"""Whether an experiment that hears whole captions has what it needs from other sections."""

from collections.abc import Mapping

from seesay.settings.captions import TrainingSection
from seesay.settings.human import EvaluationSection
from seesay.settings.logmel import LogmelSettings

# Keys of logmel that cut frames for single words.
CUTS = ("span", "frames")


def check_captions(
    training: TrainingSection,
    method: str,
    own: Mapping[str, object],
    logmel: LogmelSettings,
    evaluation: EvaluationSection,
) -> None:
    """Raise ValueError unless an experiment that hears whole captions has what it needs.

    `method` is matching.method, `own` what the experiment itself says in logmel.
    """
    if training.unit == "word":
        return
    if method != "spoken":
        raise ValueError(
            f"unit caption needs recordings that say captions, and matching.method is {method};"
            " give matching.method: spoken"
        )
    for key in CUTS:
        if key in own:
            raise ValueError(
                f"unit caption hears whole recordings, and logmel.{key} {own[key]} cuts words out"
                f" of them; leave {key} out of the experiment"
            )
    if logmel.normalise == "token":
        raise ValueError(
            "unit caption hears no tokens, which logmel.normalise token levels; give none or"
            " recording"
        )
    if evaluation.human or evaluation.legacy:
        key = "human" if evaluation.human else "legacy"
        raise ValueError(
            f"unit caption hears whole captions, and evaluation.{key} compares single words that"
            f" are heard alone; leave evaluation.{key} out"
        )
