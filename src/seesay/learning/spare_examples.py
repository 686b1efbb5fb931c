"""Adds tokens that no caption uses to training pictures (`training.spare_words`).

A rare word has few talkers, often of only one synthesiser, so a network learns the voice as much as
the word. The talkers of the training captions say more tokens than captions use: these join the
training pictures of their word. Transcripts choose them, by form alone; matching also compares the
part of speech.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from seesay.learning.human_examples import COLUMNS, by_turns, training_captions
from seesay.schemas.audio import SPOKEN_WORDS
from seesay.schemas.captions import SPOKEN_CAPTIONS
from seesay.shared import tables
from seesay.shared.randomness import generator


def for_training(spoken_captions: Path, spoken_words: Path) -> pd.DataFrame:
    """Rows of token_id, spoken_word and talker: the tokens that no caption uses, by id.

    A token's type is the one for which captions use its form most often.
    """
    spoken = tables.read(SPOKEN_CAPTIONS, spoken_captions)
    every = tables.read(SPOKEN_WORDS, spoken_words, columns=["token_id", "talker", "word"])
    used = spoken[["token_id", "spoken_word"]].drop_duplicates("token_id")
    forms = every.merge(used, on="token_id").value_counts(["word", "spoken_word"])
    types = forms.reset_index().drop_duplicates("word").set_index("word")["spoken_word"]
    spare = every[~every["token_id"].isin(used["token_id"])]
    spare = spare.assign(spoken_word=spare["word"].map(types)).dropna(subset="spoken_word")
    return spare[COLUMNS].sort_values("token_id", ignore_index=True)


def join(
    images: Path, spoken_captions: Path, spoken_words: Path, least: int, seed: int
) -> pd.DataFrame:
    """Rows of image_id, token_id, spoken_word and talker: spare tokens of the training pictures.

    A type with fewer than `least` training tokens gets spare tokens up to that number, spread over
    its pictures in turn; no talker is used twice before each is used once. Talkers without a
    caption in the training split are held out, here too.
    """
    spoken = training_captions(images, spoken_captions)
    spare = for_training(spoken_captions, spoken_words)
    spare = spare[spare["talker"].isin(spoken["talker"])]
    rng = generator("training", seed, "spare words")
    pools = dict(list(spare.groupby("spoken_word")))
    tokens, images_of = [spare.head(0)], [np.empty(0, dtype=object)]
    for word, rows in spoken.groupby("spoken_word"):
        lacking = least - rows["token_id"].nunique()
        if lacking > 0 and word in pools:
            talkers = pd.factorize(pools[word]["talker"])[0]
            tokens.append(pools[word].iloc[by_turns(talkers, lacking, rng)])
            shown = rng.permutation(np.sort(rows["image_id"].unique()))
            images_of.append(shown[np.arange(len(tokens[-1])) % len(shown)])
    return pd.concat(tokens, ignore_index=True).assign(image_id=np.concatenate(images_of))
