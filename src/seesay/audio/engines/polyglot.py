"""eSpeak NG in other languages than English: the voices of a language and its accents."""

from seesay.audio.engines import Casting
from seesay.audio.engines.espeak import VARIANTS, Speaker
from seesay.audio.espeak import Voice
from seesay.settings.facts import Engine
from seesay.settings.synthesis import voice_files
from seesay.shared.randomness import generator, stable_hash

ABOUT = Engine(
    "eSpeak NG",
    terms="GPL-3.0-or-later",
    link="https://github.com/espeak-ng/espeak-ng",
)


def build(casting: Casting) -> Speaker:
    """See `seesay.audio.engines`; the options have `language`."""
    seed = stable_hash("synthesis", casting.seed, casting.talker) % 2**31
    return Speaker(voice(casting, casting.options["language"]), casting.word_gap, seed)


def voice(casting: Casting, language: str) -> Voice:
    """A talker's voice: accents and variants in turn, rate and pitch at random, as in English."""
    random = generator("synthesis", "voice", casting.seed, casting.talker)
    accents, variants = voice_files(language), VARIANTS[casting.sex]
    accent = accents[casting.place % len(accents)]
    return Voice(
        f"{accent}+{variants[casting.place // len(accents) % len(variants)]}",
        rate=int(random.integers(145, 186)),
        pitch=int(random.integers(38, 63)),
        pitch_range=int(random.integers(40, 61)),
    )
