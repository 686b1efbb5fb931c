"""Caption words and spoken words to be matched."""

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from seesay.schemas.captions import CAPTION_WORDS
from seesay.settings.matching import MatchingSettings


@st.composite
def corpora(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Captions of up to 3 words of 4, one of which nothing stands for; up to 40 tokens."""
    word = st.sampled_from(["a", "b", "c", "nothing"])
    captions = draw(st.lists(st.lists(word, min_size=1, max_size=3), min_size=1, max_size=15))
    split = draw(st.lists(st.sampled_from(["train", "validation", "test"]), min_size=5, max_size=5))
    rows = [
        (f"i{number % 5}", number // 5, place, word, split[number % 5])
        for number, words in enumerate(captions)
        for place, word in enumerate(words)
    ]
    frame = pd.DataFrame(rows, columns=["image_id", "caption", "position", "word", "split"])
    frame["spoken_word"] = frame["word"].map({"a": "x", "b": "y", "c": "z", "nothing": ""})
    pair = st.tuples(st.sampled_from(["t1", "t2", "t3"]), st.sampled_from(["x", "y", "z", "w"]))
    tokens = pd.DataFrame(
        draw(st.lists(pair, min_size=1, max_size=40)), columns=["talker", "spoken_word"]
    )
    return frame, tokens.assign(token_id=[f"k{number:02}" for number in range(len(tokens))])


NOUNS = [
    "dog",
    "cat",
    "horse",
    "boat",
    "truck",
    "apple",
    "tree",
    "ball",
    "lion",
    "kite",
    "robot",
    "tiger",
    "banana",
    "rocket",
    "monkey",
]
ADJECTIVES = ["red", "blue", "big", "small", "yellow"]
VERBS = ["sitting", "runs", "flying", "jump", "parked"]
ADVERBS = ["quickly", "slowly"]


def caption_words(captions: int, seed: int = 0) -> pd.DataFrame:
    """Captions of an adjective, two nouns, a verb and now and then an adverb."""
    random = np.random.default_rng(seed)
    weights = 1 / np.arange(1, len(NOUNS) + 1)
    rows = []
    for number in range(captions):
        pair = random.choice(NOUNS, 2, replace=False, p=weights / weights.sum())
        words = [(random.choice(ADJECTIVES), "ADJ"), (pair[0], "NOUN")]
        words += [(random.choice(VERBS), "VERB"), (pair[1], "NOUN")]
        words += [(random.choice(ADVERBS), "ADV")] if random.random() < 0.3 else []
        for position, (word, pos) in enumerate(words):
            rows.append((f"p{number // 5:03}", number % 5, position, str(word), str(word), pos))
    return pd.DataFrame(rows, columns=[column.name for column in CAPTION_WORDS.columns])


def settings(
    speakers: str = "balanced",
    reuse: str = "never",
    relax: tuple[str, ...] = (),
    seed: int = 1,
    min_tokens: int = 1,
) -> MatchingSettings:
    return MatchingSettings.model_validate(
        {
            "speakers": speakers,
            "reuse": reuse,
            "min_tokens": min_tokens,
            "relax": relax,
            "seed": seed,
            "frequency_tolerance": 1,
        }
    )


def steps(table: pd.DataFrame) -> dict[str, tuple[str, str]]:
    return {row.word: (row.spoken_word, row.step) for row in table.itertuples()}
