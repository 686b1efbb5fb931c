"""Forced alignment of one utterance with pocketsphinx: the times of its words.

A Viterbi search through the words in order, with silence and noise allowed between them. Each
utterance gets its own decoder, because one that has heard another utterance gives other times. With
the utterance's few words as its dictionary this takes 10 ms.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pocketsphinx
from numpy.typing import NDArray

from seesay.captions.pronunciations import Pronunciations
from seesay.shared import sound
from seesay.shared.errors import InputError, cause

SAMPLE_RATE = 16000  # Hz, of the acoustic model
LOWEST_RATE = 8000  # Hz, of a recording; from 8,000 Hz boundaries are 2.5 ms worse than from 16,000
HOP = 0.01  # s
STATES = 3  # states of a phone; none can be skipped, so a phone lasts at least as many frames
# Frame i is the window of 25.6 ms from i x HOP, so its content is later than i x HOP. With this
# shift, onsets on TIMIT come as much too early as offsets come too late (docs/alignment.md).
SHIFT = 0.005  # s
FILLERS = frozenset(("<s>", "</s>", "<sil>", "[NOISE]", "[SPEECH]", "(NULL)"))
# The search's own best path: a lattice (`bestpath`) loses words.
# `lw` weighs language models; there is none here, and it would penalise pauses between words.
WORD_ENDS = (
    0.75  # power of `beam` at a word's end: a beam as wide as within words would align noise too
)
SEARCH = {"bestpath": False, "lw": 1.0}


@dataclass(frozen=True)
class Work:
    """An utterance to align: its file, its words in order, and the pronunciations of each.

    The search drops paths that are `beam` times less likely than the best one. Of a file that holds
    several utterances, it is what lies between `start` and `end`, in s (None: the file's end).
    """

    path: Path
    words: tuple[str, ...]
    pronunciations: Pronunciations
    beam: float
    start: float = 0.0
    end: float | None = None


def align(work: Work) -> list[tuple[float, float]] | str:
    """Onset and offset of every word, in s from the file's start; or why there are none."""
    try:
        samples, duration = read(work.path, work.start, work.end)
        check_length(work, duration)
        found = search(work, samples, duration)
        return [(work.start + onset, work.start + offset) for onset, offset in found]
    except InputError as error:
        return cause(error, work.path)


def read(
    path: Path, start: float = 0.0, end: float | None = None
) -> tuple[NDArray[np.int16], float]:
    """A recording as mono samples (n,) at SAMPLE_RATE, and its length in s; or a part of it, in s.

    Averages the channels. Raises InputError if the file is no audio, holds less than it promises,
    has impossible samples, or was sampled too slowly.
    """
    facts = sound.facts(path)
    if facts.rate < LOWEST_RATE:
        raise InputError(f"sampled at {facts.rate} Hz; alignment needs {LOWEST_RATE} or more")
    duration = facts.duration
    if start or end is not None:
        part, rate = sound.span(path, start, duration if end is None else end)
        duration = len(part) / rate
        mono = np.concatenate(list(sound.resampled([part], rate, SAMPLE_RATE)))
    else:
        mono = np.concatenate(list(sound.pieces(path, SAMPLE_RATE)))
    samples = np.clip(np.rint(mono * 32768), -32768, 32767).astype(np.int16)
    return samples, duration


def check_length(work: Work, duration: float) -> None:
    """Raise InputError if a recording is too short for its words."""
    phones = (min(len(said.split()) for said in work.pronunciations[w]) for w in work.words)
    least = sum(phones) * STATES * HOP
    if duration < least:
        raise InputError(
            f"{duration:.2f} s are too short for its {len(work.words)} words, "
            f"which take {least:.2f} s at least; correct the transcript or the file"
        )


def search(work: Work, samples: NDArray[np.int16], duration: float) -> list[tuple[float, float]]:
    """Onset and offset (s) of every word in 16-bit samples (n,); `duration` is their end.

    Raises InputError if no path through the words ends with the sound.
    """
    beams = {"beam": work.beam, "pbeam": work.beam, "wbeam": work.beam**WORD_ENDS}
    decoder = pocketsphinx.Decoder(lm=None, dict=os.devnull, loglevel="FATAL", **beams, **SEARCH)
    entries = [
        (word if number == 1 else f"{word}({number})", phones)
        for word in sorted(set(work.words))
        for number, phones in enumerate(work.pronunciations[word], start=1)
    ]
    for place, (entry, phones) in enumerate(entries, start=1):
        decoder.add_word(entry, phones, place == len(entries))
    decoder.set_align_text(" ".join(work.words))
    decoder.start_utt()
    decoder.process_raw(samples.tobytes(), full_utt=True)
    decoder.end_utt()
    found = decoder.hyp() and [part for part in decoder.seg() if part.word not in FILLERS]
    if not found or len(found) != len(work.words):
        raise InputError(
            f"its {len(work.words)} words could not be found in the sound; correct the "
            "transcript or the file if they are not what is said, else try a smaller beam"
        )
    times = [(part.start_frame * HOP, (part.end_frame + 1) * HOP) for part in found]
    return [(onset + SHIFT, min(offset + SHIFT, duration)) for onset, offset in times]
