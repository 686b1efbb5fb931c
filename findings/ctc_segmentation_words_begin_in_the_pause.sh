#!/usr/bin/env bash
# ctc-segmentation 1.7.5: a word begins in the pause before it, up to half a second early and more.
#
# Guess before it was run: with posteriors that are certain and right, words begin and end within a frame
# (20 ms) of where their first and last letter do, whatever lies between them.
# Seen: letters are placed to the frame. A word ends within 50 ms of its last letter, and begins where the
# word before it ended, or half a second before its first letter, whichever is later: a pause belongs to
# the word behind it. Pauses of 0.1, 0.3 and 0.8 s make words begin 0.15, 0.35 and 0.5 s early, and the
# confidence is 0, its best. Silence before the first word does so too. If the model has the word
# separator as a token and emits it right behind a word, half a second is counted from the separator, and
# after 0.8 s words begin 0.8 s early. Fails when words begin at their first letter.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ctc-segmentation==1.7.5 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import string

import numpy as np
from ctc_segmentation import (
    CtcSegmentationParameters,
    ctc_segmentation,
    determine_utterance_segments,
    prepare_text,
)

WORDS = ["cat", "sees", "dog", "and", "runs", "away"]
FRAME, LETTER, LEAD = 0.02, 3, 40


def early(pause, separator):
    """How early words begin and how late they end, and how far letters are off, in seconds.

    Each letter is one certain frame and two of blank; `pause` frames lie between words, and the first
    of them is the separator if the model has it as a token.
    """
    parameters = CtcSegmentationParameters()
    tokens = ["<blank>", *string.ascii_lowercase] + [parameters.space] * separator
    parameters.char_list, parameters.index_duration = tokens, FRAME
    said, starts, ends, letters = ["<blank>"] * LEAD, [], [], []
    for word in WORDS:
        starts.append(len(said))
        for letter in word:
            letters.append(len(said))
            said += [letter] + ["<blank>"] * (LETTER - 1)
        ends.append(len(said) - LETTER + 1)
        said += [tokens[-1] if separator else "<blank>"] + ["<blank>"] * (pause - 1)
    sure = np.full((len(said), len(tokens)), 1e-5)
    sure[np.arange(len(said)), [tokens.index(token) for token in said]] = 1
    sure = np.log(sure / sure.sum(axis=1, keepdims=True))
    truth, begins = prepare_text(parameters, WORDS)
    timings, probabilities, _ = ctc_segmentation(parameters, sure, truth)
    found = np.array(determine_utterance_segments(parameters, begins, probabilities, timings, WORDS))
    placed = np.concatenate([timings[first + 1 : first + 1 + len(word)] for first, word in zip(begins, WORDS)])
    return (
        np.array(starts) * FRAME - found[:, 0],
        found[:, 1] - np.array(ends) * FRAME,
        np.abs(placed - np.array(letters) * FRAME).max(),
        found[:, 2].min(),
    )


seen = {}
for separator in (False, True):
    for pause in (5, 15, 40):
        start, end, letter, confidence = early(pause, separator)
        seen[separator, pause] = float(np.median(start[1:]))
        print(f"separator {separator!s:5} pause {pause * FRAME:.1f} s: words begin early by "
              f"{start.round(2).tolist()}, end late by at most {end.max():.2f}, letters off by at most "
              f"{letter:.2f}, least confidence {confidence:.2f}")
        assert np.abs(end).max() <= 0.05 and start[0] > 0.3
        assert separator or (letter <= FRAME + 1e-9 and confidence > -0.01)
assert 0.05 < seen[False, 5] < 0.2 < seen[False, 15] < 0.4 < seen[False, 40] < 0.6
assert seen[True, 40] > 0.7
PYTHON
