"""eSpeak NG: formant voices, by accent, variant, rate and pitch."""

from collections.abc import Iterator

import numpy as np

from seesay.audio import espeak
from seesay.audio.engines import Casting, Times
from seesay.audio.espeak import Voice
from seesay.settings.facts import Engine
from seesay.shared.randomness import generator, stable_hash

ABOUT = Engine(
    "eSpeak NG",
    terms="GPL-3.0-or-later",
    link="https://github.com/espeak-ng/espeak-ng",
)

ACCENTS = (
    "en",
    "en-GB-x-rp",
    "en-US",
    "en-GB-scotland",
    "en-GB-x-gbclan",
    "en-GB-x-gbcwmd",
    "en-029",
)
# Without whispers, robots, Klatt voices, and voices with an echo, which blurs the end of words.
VARIANTS = {
    "F": (
        *("f1", "Annie", "belinda", "steph", "Andrea"),
        *("linda", "anika", "aunty", "grandma", "shelby"),
    ),
    "M": ("m1", "m3", "m4", "m5", "m6", "m7", "m8", "john", "Lee", "marcelo"),
}


class Speaker(espeak.Speaker):
    """One voice in this process; eSpeak NG itself pauses between words."""

    def speak(self, script: list[list[str]]) -> Iterator[tuple[np.ndarray, Times]]:
        """See `seesay.audio.engines.Speaker`."""
        for words in script:
            yield self.say(words)


def build(casting: Casting) -> Speaker:
    """See `seesay.audio.engines`."""
    seed = stable_hash("synthesis", casting.seed, casting.talker) % 2**31
    return Speaker(voice(casting.talker, casting.seed), casting.word_gap, seed)


def voice(talker: str, seed: int) -> Voice:
    """The voice of talker F01, F02, ... or M01, ...: no two of 70 share accent and variant."""
    sex, number = talker[0], int(talker[1:]) - 1
    random = generator("synthesis", "voice", seed, talker)
    accent = ACCENTS[number % len(ACCENTS)]
    variant = VARIANTS[sex][number % len(VARIANTS[sex])]
    return Voice(
        f"gmw/{accent}+{variant}",
        rate=int(random.integers(145, 186)),
        pitch=int(random.integers(38, 63)),
        pitch_range=int(random.integers(40, 61)),
    )
