"""The phones of a synthetic talker of eSpeak NG, with their times.

eSpeak NG tells when it comes to a phoneme. Within a word, phones begin at these times. At its edges
the times of the word stand: the events of plosives are later than their closure, so that those of
first phones are up to 35 ms behind the word's, and final consonants after some vowels have theirs
where the word has ended.

Every talker speaks in a process of its own: this module run as a program reads one talker's script
as JSON from standard input, says it once more, and answers in JSON.
"""

import json
import os
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from seesay.audio import espeak
from seesay.audio.engines import Casting
from seesay.audio.engines.espeak import voice
from seesay.audio.espeak import WORD_EVENT, Voice, trimmed
from seesay.shared import lifeline, sound
from seesay.shared.errors import InputError
from seesay.shared.randomness import stable_hash

PHONE_EVENT, PHONE_EVENTS, IPA_EVENTS = 7, 1, 2
STRESS = str.maketrans("", "", "ˈˌ")
SILENCE = "SIL"
PAUSE = 0.02  # s: the tolerance of boundaries
Tier = list[tuple[str, int, int]]  # phone, onset and offset in samples
Marks = list[tuple[int, str | None]]  # sample, and the phone that begins, or None for a word


class Speaker(espeak.Speaker):
    """A voice that tells its phones; it says the same samples."""

    def __init__(self, voice: Voice, word_gap: int, seed: int) -> None:
        self.marks: Marks = []
        # The parent's code stays as it is: changing it would make all speech again.
        espeak.DONT_EXIT |= PHONE_EVENTS | IPA_EVENTS
        super().__init__(voice, word_gap, seed)

    def _receive(self, samples, count, events):  # type: ignore[no-untyped-def]
        place = 0
        while (event := events[place]).type != espeak.END_EVENT:
            if event.type == WORD_EVENT:
                self.marks.append((event.sample, None))
            elif event.type == PHONE_EVENT:
                self.marks.append((event.sample, event.id.string.decode(errors="replace")))
            place += 1
        return super()._receive(samples, count, events)

    def tell(self, words: list[str]) -> tuple[np.ndarray, Tier]:
        """Say a sentence: int16 samples, and its phones and silences."""
        self.marks = []
        samples, _ = self.say(words)
        return samples, tier(self.marks, samples, self.sample_rate)


def tier(marks: Marks, samples: np.ndarray, rate: int) -> Tier:
    """The phones of a sentence, from its events in the order in which they came.

    A word's phones lie between its onset and offset as in `seesay.audio.espeak.word_times`, and
    silence is between the words. Silence of at most PAUSE s behind a phone belongs
    to it.
    """
    words: list[tuple[int, list[tuple[int, str]]]] = []
    for sample, phone in marks:
        if phone is None or not words:
            words.append((sample, []))
        label = (phone or "").translate(STRESS)
        if label:
            words[-1][1].append((sample, label))
    ends = [*(start for start, _ in words), len(samples)][1:]
    found: Tier = []
    for (start, phones), stop in zip(words, ends, strict=True):
        end = trimmed(samples, start, stop, rate)
        if phones and end > start:
            _silence(found, start, rate)
            edges = spread([start, *(sample for sample, _ in phones[1:])], end, rate // 100)
            labels = [label for _, label in phones]
            found += [(label, *times) for label, times in zip(labels, pairwise(edges), strict=True)]
    _silence(found, len(samples), rate)
    return found


def _silence(found: Tier, until: int, rate: int) -> None:
    """Add the silence after the last phone."""
    label, onset, before = found[-1] if found else (SILENCE, 0, 0)
    if found and until - before <= PAUSE * rate:
        found[-1] = (label, onset, until)
    elif before < until:
        found.append((SILENCE, before, until))


def spread(onsets: list[int], end: int, least: int) -> list[int]:
    """The onsets of a word's phones, and its end, each later than the one before.

    An onset less than `least` samples after those before it, or before the end, is put evenly
    between the nearest that are not. `least` is at least the number of phones.
    """
    kept = [0]
    for place, onset in enumerate(onsets[1:], 1):
        if onsets[kept[-1]] + least <= onset <= end - least:
            kept.append(place)
    times = [*(onsets[place] for place in kept), end]
    even = np.interp(range(len(onsets) + 1), [*kept, len(onsets)], times)
    return even.astype(int).tolist()


def phones(work: dict[str, Any]) -> list[tuple[str, str, float, float]]:
    """The phones of all recordings of a talker: file name, phone, onset and offset in s.

    `work` has talker, script, names, folder, word_gap and seed, as in
    `seesay.audio.synthesis.synthesise`. Raises InputError if the files do not have the samples.
    """
    casting = Casting(work["talker"], work["word_gap"], work["seed"], {})
    seed = stable_hash("synthesis", casting.seed, casting.talker) % 2**31
    speaker = Speaker(voice(casting.talker, casting.seed), casting.word_gap, seed)
    rows = []
    for name, words in zip(work["names"], work["script"], strict=True):
        samples, found = speaker.tell(words)
        path = Path(work["folder"]) / name
        rate = sound.facts(path).rate
        # 16 bits, so that nothing is rounded.
        there = np.concatenate([block[:, 0] for block in sound.blocks(path)]) * 2**15
        same = np.array_equal(there[: len(samples)], samples) and not there[len(samples) :].any()
        if rate != speaker.sample_rate or not same:
            raise InputError(
                f"{path}: not what {work['talker']} says now; make the speech again"
                " (snakemake --forcerun synthesis)"
            )
        rows += [(name, label, round(a / rate, 4), round(b / rate, 4)) for label, a, b in found]
    return rows


def main() -> None:
    """Tell the phones of the talker described on standard input, as long as the parent waits."""
    lifeline.end_with(os.getppid())
    try:
        json.dump(phones(json.load(sys.stdin)), sys.stdout)
    except InputError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
