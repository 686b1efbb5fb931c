"""Whether the network and its training accept the frames of the stage logmel."""

from seesay.settings.augmentation import IN_TIME, PERTURBATIONS
from seesay.settings.choice import chosen
from seesay.settings.logmel import LogmelSettings
from seesay.settings.training import TrainingSettings


def framed(training: TrainingSettings) -> bool:
    """Whether training reads a token as frames of filters, not as one vector."""
    masks = training.time_shift or training.time_mask or training.filter_mask
    encoder = chosen(training, "speech_encoder").keeps is not None
    return bool(encoder or training.perturbs or training.speech_norm != "none" or masks)


def check_frames(training: TrainingSettings, logmel: LogmelSettings) -> None:
    """Raise ValueError unless an experiment's training accepts its log-Mel frames."""
    if framed(training) and training.filters != logmel.filters:
        raise ValueError(
            f"filters is {training.filters}, and logmel.filters {logmel.filters}; the frames have"
            " these"
        )
    for key in PERTURBATIONS:
        if key not in IN_TIME and getattr(training, key) and logmel.model is not None:
            raise ValueError(
                f"{key} changes log-Mel frames, and logmel.model gives others; give {key} 0"
            )
    if training.neighbours and logmel.span != "word":
        raise ValueError(
            f"neighbours moves the edges of a word's cut, and logmel.span is {logmel.span}, a"
            " window that holds them; give neighbours 0, or logmel.span word"
        )
    for key in ("reverberation", "noise"):
        if getattr(training, key) and logmel.normalise == "token":
            raise ValueError(
                f"{key} needs frames that say how loud a sound is, and logmel.normalise token takes"
                f" that off; give {key} 0, or training.speech_norm instance in its place"
            )
