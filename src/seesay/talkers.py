"""One synthetic talker: a voice, and the recordings that it makes of its sentences.

A talker is spoken in a process of its own, which imports this module alone.
"""

from pathlib import Path

import numpy as np
import soundfile

from seesay.espeak import Speaker, Voice
from seesay.randomness import generator, stable_hash
from seesay.settings.synthesis import SynthesisSettings

ACCENTS = (
    "en",
    "en-US",
    "en-GB-scotland",
    "en-GB-x-rp",
    "en-GB-x-gbclan",
    "en-GB-x-gbcwmd",
    "en-029",
)
VARIANTS = {
    "F": ("f1", "f2", "f3", "f4", "f5", "Annie", "belinda", "linda", "steph", "anika"),
    "M": ("m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "david", "john"),
}


def voice(talker: str, seed: int) -> Voice:
    """The voice of talker `F01` .. `F20`, `M01` ..: no two share accent and variant."""
    sex, number = talker[0], int(talker[1:]) - 1
    rng = generator("synthesis", "voice", seed, talker)
    accent = ACCENTS[number % len(ACCENTS)]
    variant = VARIANTS[sex][(number + number // 70) % len(VARIANTS[sex])]
    return Voice(
        f"gmw/{accent}+{variant}",
        int(rng.integers(145, 190)),
        int(rng.integers(38, 63)),
        int(rng.integers(40, 61)),
    )


def speak(work: tuple[str, list[list[str]], Path, SynthesisSettings]) -> list[tuple[object, ...]]:
    """One talker's recordings; returns the rows of the token table."""
    talker, script, folder, settings = work
    rng = generator("synthesis", "pauses", settings.seed, talker)
    seed = stable_hash("synthesis", settings.seed, talker) % 2**31
    speaker = Speaker(voice(talker, settings.seed), settings.word_gap, seed)
    rate = speaker.sample_rate
    rows: list[tuple[object, ...]] = []
    parts: list[np.ndarray] = []
    length = number = 0
    for index, words in enumerate(script):
        samples, times = speaker.say(words)
        name = f"{talker}_{number + 1:02}"
        for at, onset, offset in times:
            word = words[at]
            begin, end = (length + onset) / rate, (length + offset) / rate
            rows.append((name, f"{begin:.4f}", f"{end:.4f}", word, talker, "read", "nb", len(word)))
        silence = np.zeros(int((settings.pause + rng.random() * 0.3) * rate), np.int16)
        parts += [samples, silence]
        length += len(samples) + len(silence)
        if length > settings.minutes * 60 * rate or index == len(script) - 1:
            soundfile.write(folder / f"{name}.wav", np.concatenate(parts), rate, subtype="PCM_16")
            parts, length, number = [], 0, number + 1
    return rows
