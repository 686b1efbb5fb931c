"""Speech synthesisers, one a module; the config names them (`synthesis.engines`).

A module's `build(voice)` gives the Speaker of one talker. It runs in the talker's own process,
because the libraries keep state between calls.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from seesay.settings.choice import load
from seesay.shared.voices import engine_of, number_of

if TYPE_CHECKING:
    import numpy as np

Times = list[tuple[int, int, int]]  # (word's index, onset, offset) in samples


class Speaker(Protocol):
    """A talker's voice."""

    sample_rate: int

    def speak(self, script: list[list[str]]) -> Iterator[tuple["np.ndarray", Times]]:
        """Say sentences, each a list of words: int16 samples, and the times of its words.

        Leaves out a word without its own times: one that is said together with the next, or has no
        sound.
        """
        ...

    def transcribe(self, word: str) -> str:
        """The phonemes, in this voice, of a word that it has said."""
        ...


@dataclass(frozen=True)
class Casting:
    """A talker of an engine, the pause between words (10 ms), and the seed.

    `options` are those of the engine's own settings, {} without any.
    """

    talker: str
    word_gap: int
    seed: int
    options: dict[str, Any]

    @property
    def sex(self) -> str:
        """F or M."""
        return number_of(self.talker)[0]

    @property
    def place(self) -> int:
        """The talker's place among those of the engine and the sex, from 0."""
        return int(number_of(self.talker)[1:]) - 1


def build(casting: Casting) -> Speaker:
    """The talker's voice. Raises InputError if the engine cannot speak."""
    speaker: Speaker = load(__name__, engine_of(casting.talker)).build(casting)
    return speaker
