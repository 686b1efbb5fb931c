"""Estimates the disk space of a run's results, and checks that it is free."""

import itertools
import os
import shutil
from pathlib import Path

from seesay.planning.config import Config

# Ready-made fragments: of 4,096 numbers, 20 a picture.
READY_WIDTH, READY_FRAGMENTS = 4096, 20
FLOAT = 4
UNTRAINED = 2  # untrained controls that are networks too
# Approximate content words a caption (Pascal1K: 5.4), and all its words.
WORDS, ALL_WORDS = 5.5, 11
# Generated data: bytes a scene, and bytes a word (16 bits at 22,050 Hz, with pauses).
SCENE, SPOKEN = 200_000, 40_000
# Besides the big tables: boxes, ranks, logs, the report.
REST = 1.1


def estimate(config: Config, pictures: int, captions: int, tokens: int | None) -> int:
    """Bytes of the results, on the safe side.

    Counts the big tables at their size in memory (compression saves a little), the embeddings of
    every system, experiment, seed and fold, training states, and generated data. `tokens` is None
    if the speech is still to be made.
    """
    spoken = 0
    if tokens is None:
        each = WORDS * config.synthesis.surplus if config.synthesis else WORDS
        if config.synthesis and config.synthesis.script == "captions":
            each = ALL_WORDS * config.synthesis.voices
        tokens = round(captions * each)
        spoken = tokens * SPOKEN if config.synthesis else 0
    systems = 1 + UNTRAINED + len(config.controls)
    features, embeddings, models, made = 0, 0, 0, set()
    for name in config.trained:
        training, logmel = config.section_of(name, "training"), config.section_of(name, "logmel")
        width, fragments = READY_WIDTH, READY_FRAGMENTS
        if config.fc7 and not config.fragments:
            fc7 = config.section_of(name, "fc7")
            width, fragments = fc7.width, fc7.regions + 1
        fragments *= pictures
        for stage, numbers in (("fc7", fragments * width), ("logmel", tokens * logmel.size)):
            # Experiments that agree in a stage share its tables.
            if (stage, config.variant(name, stage)) not in made:
                made.add((stage, config.variant(name, stage)))
                features += FLOAT * numbers
        embeddings += systems * FLOAT * (fragments + tokens) * training.embedding
        for size, layers in ((width, training.image_layers), (logmel.size, training.speech_layers)):
            widths = [size, *layers, training.embedding]
            models += sum(one * other for one, other in itertools.pairwise(widths))
    folds = len(config.pictures.folds)
    embeddings *= len(config.seeds) * folds
    # Weights, the optimiser's two means of each, and the best epoch's; the model and its control.
    states = len(config.seeds) * folds * 2 * 4 * FLOAT * models
    drawn = SCENE * config.scenes.count if config.scenes else 0
    return round(REST * (features + embeddings + states) + spoken + drawn)


def room(results: Path, wanted: int) -> tuple[bool, str]:
    """Whether a folder, which need not exist yet, is writable and has room; and a line about it."""
    there = results.absolute()
    while not there.exists():
        there = there.parent
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return False, f"{there}: no folder that you may write in; set results to one"
    free = shutil.disk_usage(there).free
    text = f"the results want about {said_size(wanted)}, and {there} has {said_size(free)} free"
    return free >= wanted, text if free >= wanted else f"{text}; free some, or set results"


def said_size(count: int) -> str:
    """A number of bytes in words, with two digits or three."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(count / 1e6, 1):.0f} MB"
