"""How much room a run's results will take, about, and whether there is that much."""

import itertools
import os
import shutil
from pathlib import Path

from seesay.config import Config

# Numbers that an image network gives a fragment.
WIDTHS = {"alexnet": 4096, "vgg16": 4096, "fasterrcnn": 1024, "efficientnet_lite0": 1280}
# Ready-made fragments: of 4,096 numbers, 20 a picture.
READY_WIDTH, READY_FRAGMENTS = 4096, 20
FLOAT = 4
SYSTEMS = 5  # that are networks
# Content words a caption, about (Pascal1K: 5.4).
WORDS = 5.5
# Of what is generated: bytes a scene, and bytes a word (16 bits at 22,050 Hz, with pauses).
SCENE, SPOKEN = 200_000, 40_000
# Beside the big tables: boxes, ranks, logs, the report.
REST = 1.1


def estimate(config: Config, pictures: int, captions: int, tokens: int | None) -> int:
    """Bytes that the results will take, on the safe side.

    The big tables as they are in memory (compression takes off a little), the embeddings of
    every system, experiment and seed, the states that training can go on from, and what is
    generated. `tokens` is None where the speech is still to be made.
    """
    spoken = 0
    if tokens is None:
        surplus = config.synthesis.surplus if config.synthesis else 1
        tokens = round(captions * WORDS * surplus)
        spoken = tokens * SPOKEN if config.synthesis else 0
    width, fragments = READY_WIDTH, READY_FRAGMENTS
    if config.fc7 and not config.fragments:
        width, fragments = WIDTHS[config.fc7.network], config.fc7.regions + 1
    fragments *= pictures
    features = FLOAT * (fragments * width + tokens * config.logmel.size)
    runs = len(config.experiments) * len(config.seeds)
    embeddings = runs * SYSTEMS * FLOAT * (fragments + tokens) * config.training.embedding
    training, models = config.training, 0
    for size, layers in (
        (width, training.image_layers),
        (config.logmel.size, training.speech_layers),
    ):
        widths = [size, *layers, training.embedding]
        models += sum(one * other for one, other in itertools.pairwise(widths))
    # Weights, Adadelta's two means of each, and the best epoch's; the model and its control.
    states = runs * 2 * 4 * FLOAT * models
    drawn = SCENE * config.scenes.count if config.scenes else 0
    return round(REST * (features + embeddings + states) + spoken + drawn)


def room(results: Path, wanted: int) -> tuple[bool, str]:
    """Whether a folder, which need not be there yet, may be written and has room; and a line."""
    there = results.absolute()
    while not there.exists():
        there = there.parent
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return False, f"{there}: no folder that you may write in; set results to one"
    free = shutil.disk_usage(there).free
    text = f"the results want about {_size(wanted)}, and {there} has {_size(free)} free"
    return free >= wanted, text if free >= wanted else f"{text}; free some, or set results"


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(count / 1e6, 1):.0f} MB"
