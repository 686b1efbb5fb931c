"""A synthetic talker's sound as an array: something to try log-Mel vectors and matching on."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from seesay.audio.logmel import Floats
from seesay.audio.synthesis import options as engine_options
from seesay.audio.synthesis import speak
from seesay.settings.synthesis import SynthesisSettings
from seesay.shared import arguments, sound
from seesay.shared.errors import InputError
from seesay.shared.voices import TALKER, engine_of, lack

ALL = 1e9  # min: all sentences are in one recording


def say(
    sentences: Sequence[str], talker: str = "F01", **options: Any
) -> tuple[Floats, int, pd.DataFrame]:
    """Sentences by a synthetic talker, with the time of every word.

    eSpeak NG speaks, in a process of its own: the same call gives the same sound.

    Args:
        sentences: English texts, words between blanks.
        talker: F01, F02, ..., M01, ... of eSpeak NG; flite-F01, festival-F01 or kokoro-F01 where
            these are installed (docs/voices.md).
        options: Keys of the section `synthesis` of a config: seed, word_gap, pause, kokoro.

    Returns:
        The samples, float32 (n,), full scale at 1; their rate in Hz; and a row a word that has
        times: word, onset and offset (s from the start).

    Raises:
        InputError: For no words, a talker that cannot speak, or an unknown option.
    """
    settings = arguments.settings("options", SynthesisSettings, options)
    if isinstance(sentences, str) or not all(isinstance(each, str) for each in sentences):
        raise InputError("sentences: expected a list of texts, one a sentence")
    script = [each.split() for each in sentences if each.split()]
    if not script:
        raise InputError("sentences: no words in them, expected one or more")
    if not TALKER.fullmatch(talker):
        raise InputError(f"talker: {talker!r}, expected F01, M01 or the like")
    engine = engine_of(talker)
    if cause := lack(engine, settings.kokoro):
        raise InputError(f"talker: {talker}: {cause}")
    with tempfile.TemporaryDirectory() as folder:
        work: dict[str, Any] = {
            "word_gap": settings.word_gap,
            "pause": settings.pause,
            "seed": settings.seed,
        }
        work |= {"talker": talker, "script": script, "folder": folder, "minutes": ALL}
        rows, _, _ = speak(work | {"options": engine_options(settings, engine)})
        path = Path(folder) / f"{talker}_01.wav"
        rate = sound.facts(path).rate
        samples = np.concatenate(list(sound.pieces(path)))
    words = pd.DataFrame(rows, columns=["file", "onset", "offset", "word"])
    return samples, rate, words[["word", "onset", "offset"]]
