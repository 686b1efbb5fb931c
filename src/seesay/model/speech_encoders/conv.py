"""1-D convolutions over a word's frames."""

from torch import nn

from seesay.model.speech_encoders import Frames, finish, frames
from seesay.settings.facts import Encoder
from seesay.settings.network import NetworkSettings
from seesay.shared.errors import InputError

ABOUT = Encoder("1-D convolutions over the frames", units="channels, ReLU", held=26, keeps=0.5)


def build(settings: NetworkSettings, size: int) -> nn.Sequential:
    """For each of `speech_layers`: a convolution over `kernel` frames, ReLU, half the frames.

    The remaining frames, in order, are mapped to the embedding. Raises InputError if none remain.
    """
    steps: list[nn.Module] = [Frames(settings.filters)]
    width, count = settings.filters, frames(settings, size)
    for channels in settings.speech_layers:
        steps.append(nn.Conv1d(width, channels, settings.kernel, padding="same"))
        steps += [nn.Hardtanh(0.0, settings.relu_cap), nn.MaxPool1d(2)]
        if settings.dropout:
            steps.append(nn.Dropout(settings.dropout))
        width, count = channels, count // 2
    if not count:
        raise InputError(
            f"training.speech_layers: {len(settings.speech_layers)} convolutions, each of which"
            " halves the frames, leave none; give fewer, or more logmel.frames"
        )
    steps += [nn.Flatten(), nn.Linear(width * count, settings.embedding)]
    return nn.Sequential(*steps, *finish(settings))
