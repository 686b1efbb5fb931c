"""Memory that a training asks for: from measured peaks of each kind of speech encoder.

Light, since the workflow imports it. Measured on one core with batches of 40 pictures of 27 tokens
of 40 frames, and the number of pictures to train on: conv 96, 192 with pseudo-words 1,720 MB (800;
2,500 to 2,800 elsewhere), transformer 128, 128 3,150 MB (240), mlp 512 1,250 MB (240); 340,000
tokens of 1,600 numbers with an mlp, 2.3 GB of files, 2,800 MB.
"""

from seesay.settings.training import TrainingSettings

IMPORTS = 1000  # MB of Python with torch, pandas and Arrow, and of what torch keeps for itself
LEAST = 2500  # MB that are asked for in any case
MARGIN = 1.5  # batches differ, and freed memory is not all used again
FILES = 2  # MB for an MB of compressed features, some of which are copied when they are sorted
TOKENS = 30  # of a picture, about
FLOAT = 4e-6  # MB
# Numbers that a step of training holds for each number in the layers' outputs, gradients included.
HELD = {"mlp": 12, "conv": 26, "transformer": 48}


def training_mb(settings: TrainingSettings, frames: int, files_mb: float) -> int:
    """MB that a job asks for which holds an experiment's features and trains or embeds on them.

    `frames` is how many a token has, `files_mb` the size of the tables that it reads.
    """
    pictures = settings.batch_pictures
    step = FLOAT * TOKENS * pictures * HELD[settings.speech_encoder] * outputs(settings, frames)
    return max(LEAST, round(MARGIN * (IMPORTS + step) + FILES * files_mb))


def outputs(settings: TrainingSettings, frames: int) -> int:
    """Numbers that the layers of the speech encoder give out for a token of so many frames."""
    layers = settings.speech_layers
    if settings.speech_encoder == "conv":
        # Each halves the frames.
        return sum(width * (frames >> place) for place, width in enumerate(layers))
    return sum(layers) * (frames if settings.speech_encoder == "transformer" else 1)
