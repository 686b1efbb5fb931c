"""matching: casting the paper's 5,000 sentences, beside taking the first talker who can."""

import statistics
import time
from collections import Counter

import numpy as np
import pandas as pd
from paired import Comparison, Figure, interleave, seconds

from seesay.captions.matching import match
from seesay.settings.matching import MatchingSettings

PICTURES, CAPTIONS, WORDS, TYPES = 1_000, 5, 5, 1_200
TALKERS, TOKENS = 40, 100_000


def settings(speakers: str) -> MatchingSettings:
    return MatchingSettings.model_validate(
        {
            "speakers": speakers,
            "reuse": "never",
            "min_tokens": 1,
            "relax": (),
            "frequency_tolerance": 1,
            "seed": 1,
        }
    )


def measure() -> list[Comparison | Figure]:
    captions, tokens = problem()
    vocabulary = tokens.groupby("talker")["spoken_word"].nunique().to_dict()
    found: dict[str, int] = {}

    def ours() -> None:
        said, _ = match(captions, tokens, vocabulary, settings("balanced"))
        found["ours"] = said.groupby(["image_id", "caption"]).ngroups

    def peer() -> None:
        found["peer"] = first_who_can(captions, tokens)

    times = interleave(ours, peer, rounds=3)
    assert found["ours"] >= found["peer"]
    began = time.perf_counter()
    mixed, _ = match(captions, tokens, vocabulary, settings("mixed"))
    took = time.perf_counter() - began
    sentences = PICTURES * CAPTIONS
    what = f"{sentences:,} captions, {TALKERS} talkers, {TOKENS:,} tokens, no token twice"
    shares = [f"{100 * found[name] / sentences:.1f} %" for name in ("ours", "peer")] + [
        f"{100 * mixed.groupby(['image_id', 'caption']).ngroups / sentences:.1f} %"
    ]
    return [
        Figure("matching", f"{what}: time", seconds(statistics.median(times[0]))),
        Figure("matching", "the same, captions said by one talker", shares[0]),
        Figure("matching", "the same, each by the first talker who still can", shares[1]),
        Figure("matching", "the same, time where sentences may mix talkers", seconds(took)),
        Figure("matching", "the same, captions said by several talkers", shares[2]),
    ]


def first_who_can(captions: pd.DataFrame, tokens: pd.DataFrame) -> int:
    """How many captions are said when each goes to the first talker who still can say it."""
    stock = {talker: Counter(words) for talker, words in tokens.groupby("talker")["spoken_word"]}
    said = 0
    for _, words in captions.groupby(["image_id", "caption"])["spoken_word"]:
        need = Counter(words)
        for have in stock.values():
            if need <= have:
                have -= need
                said += 1
                break
    return said


def problem() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Captions of 3 to 7 words, and tokens; on both sides a word's frequency is 1 / its rank."""
    random = np.random.default_rng(1)
    share = 1 / np.arange(1, TYPES + 1)
    share /= share.sum()
    lengths = random.integers(WORDS - 2, WORDS + 3, PICTURES * CAPTIONS)
    number = np.repeat(np.arange(len(lengths)), lengths)
    names = np.array([f"w{word:04}" for word in range(TYPES)])
    words = names[random.choice(TYPES, len(number), p=share)]
    captions = pd.DataFrame(
        {
            "image_id": [f"i{n // CAPTIONS:04}" for n in number],
            "caption": number % CAPTIONS,
            "position": np.concatenate([np.arange(length) for length in lengths]),
            "word": words,
            "spoken_word": words,
        }
    )
    split = np.where(number < 4_000, "train", np.where(number < 4_500, "validation", "test"))
    tokens = pd.DataFrame(
        {
            "token_id": [f"k{n:06}" for n in range(TOKENS)],
            "talker": [f"t{n:02}" for n in random.integers(0, TALKERS, TOKENS)],
            "spoken_word": names[random.choice(TYPES, TOKENS, p=share)],
        }
    )
    return captions.assign(split=split), tokens
