"""Which spoken tokens say each caption: every sentence by one talker (paper section 2)."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from seesay import tables
from seesay.errors import InputError
from seesay.pictures import IMAGES
from seesay.progress import progress
from seesay.randomness import generator
from seesay.replacement import replace
from seesay.settings.matching import MatchingSettings
from seesay.speech import SPOKEN_WORDS
from seesay.tables import REJECTS, Column, Table
from seesay.words import CAPTION_WORDS, SPOKEN_TYPES

REPLACEMENTS = Table(
    "replacements",
    ("word",),
    (
        Column("word", pa.string(), "a word of the captions"),
        Column("pos", pa.string(), "its part of speech"),
        Column("spoken_word", pa.string(), "what is said for it; empty where there is none"),
        Column("length", pa.int32(), "its length", "letters"),
        Column("frequency_rank", pa.int32(), "its rank in the captions within its pos, from 1"),
        Column("step", pa.string(), "as itself, matched, relaxed ..., or no candidate"),
    ),
)
SPOKEN_CAPTIONS = Table(
    "spoken_captions",
    ("image_id", "caption", "talker", "position"),
    (
        Column("image_id", pa.string(), "the picture"),
        Column("caption", pa.int32(), "the caption's number within the picture"),
        Column("talker", pa.string(), "who says it"),
        Column("position", pa.int32(), "the word's number within the caption"),
        Column("word", pa.string(), "the caption's content word"),
        Column("spoken_word", pa.string(), "the word that is said for it"),
        Column("token_id", pa.string(), "the token in which it is heard"),
    ),
)


class Supply:
    """The tokens of each talker and spoken word, and which of them are used by which split.

    `left` is (talkers, words): tokens that a caption could still take, whatever its split.
    """

    def __init__(
        self, tokens: pd.DataFrame, talkers: pd.Index, words: pd.Index, reuse: str, seed: int
    ) -> None:
        self.reuse = reuse == "within_split"
        self.left = np.zeros((len(talkers), len(words)), np.int64)
        self.fresh: dict[tuple[int, int], list[str]] = {}
        self.used: dict[tuple[int, int, str], list[str]] = {}
        self.turn: Counter[tuple[int, int, str]] = Counter()
        tokens = tokens.sort_values("token_id")
        shuffled = tokens.iloc[generator("matching", seed).permutation(len(tokens))]
        groups = shuffled.groupby(["talker", "spoken_word"], sort=True)["token_id"]
        places = {talker: place for place, talker in enumerate(talkers)}
        columns = {word: place for place, word in enumerate(words)}
        for (talker, word), ids in groups:
            key = (places[talker], columns[word])
            self.fresh[key] = ids.tolist()
            self.left[key] = len(ids)

    def able(self, needs: dict[int, int], split: str) -> np.ndarray:
        """The talkers who have the tokens that a caption of `split` needs, as indices."""
        words, counts = np.array(list(needs)), np.array(list(needs.values()))
        have = self.left[:, words]
        if self.reuse:
            have = have + np.array(
                [
                    [len(self.used.get((t, w, split), ())) for w in words.tolist()]
                    for t in range(len(self.left))
                ]
            )
        return np.flatnonzero((have >= counts).all(axis=1))

    def take(self, talker: int, words: list[int], split: str) -> list[str]:
        """Tokens of `talker` for the words of one caption, all different."""
        given: Counter[int] = Counter()
        found = []
        for word in words:
            key, mine = (talker, word), self.used.setdefault((talker, word, split), [])
            spare = self.fresh[key]
            if spare and (not self.reuse or len(mine) <= given[word] or self.fair(key, split)):
                token = spare.pop()
                self.left[key] -= 1
                mine.append(token)
            else:
                # A used token, in turn; two equal words of a caption get different ones.
                token = mine[self.turn[talker, word, split] % len(mine)]
                self.turn[talker, word, split] += 1
            given[word] += 1
            found.append(token)
        return found

    def fair(self, key: tuple[int, int], split: str) -> bool:
        """Whether training may take one more fresh token and leave some to the other splits."""
        return split != "train" or len(self.fresh[key]) > 2


def match(
    captions: pd.DataFrame,
    tokens: pd.DataFrame,
    vocabulary: dict[str, int],
    settings: MatchingSettings,
) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """The spoken captions, and the rejects (stage, id, reason) of those that nobody can say.

    `captions` has image_id, caption, position, word, spoken_word and split; `tokens` has
    token_id, talker and spoken_word; `vocabulary` the number of words that each talker says.
    The most constrained captions come first: those whose scarcest word has the fewest tokens.
    """
    talkers = pd.Index(sorted(tokens["talker"].unique()))
    words = pd.Index(sorted(tokens["spoken_word"].unique()))
    supply = Supply(tokens, talkers, words, settings.reuse, settings.seed)
    size = np.array([vocabulary[talker] for talker in talkers])
    load = np.zeros(len(talkers), np.int64)
    groups, refused = [], []
    for (image_id, caption), group in captions.groupby(["image_id", "caption"], sort=True):
        missing = group.loc[group["spoken_word"] == "", "word"].tolist()
        if missing:
            reason = "no spoken word stands for: " + ", ".join(missing)
            refused.append(("matching", f"{image_id}#{caption}", reason))
            continue
        needs = dict(Counter(words.get_indexer(group["spoken_word"]).tolist()))
        groups.append((image_id, caption, group, needs, group["split"].iloc[0]))
    speakers = [len(supply.able(needs, split)) for _, _, _, needs, split in groups]
    scarce = [int(min(supply.left[:, list(needs)].sum(axis=0))) for _, _, _, needs, _ in groups]
    order = sorted(
        range(len(groups)), key=lambda i: (speakers[i], scarce[i], groups[i][0], groups[i][1])
    )
    rows = []
    for index in progress(order, "matching captions", "captions"):
        image_id, caption, group, needs, split = groups[index]
        able = supply.able(needs, split)
        if len(able) == 0:
            refused.append(
                ("matching", f"{image_id}#{caption}", _lacks(supply, talkers, words, needs))
            )
            continue
        if settings.speakers == "best":
            chosen = [int(able[np.argmax(size[able])])]
        elif settings.speakers == "all":
            chosen = able.tolist()
        else:
            scarcest = supply.left[np.ix_(able, list(needs))].min(axis=1)
            chosen = [int(able[np.lexsort([able, load[able], -scarcest])[0]])]
        ids = words.get_indexer(group["spoken_word"]).tolist()
        for talker in chosen:
            if settings.speakers == "all" and talker not in supply.able(needs, split):
                continue
            load[talker] += 1
            taken = supply.take(talker, ids, split)
            for row, token in zip(group.itertuples(), taken, strict=True):
                rows.append(
                    (
                        image_id,
                        caption,
                        talkers[talker],
                        row.position,
                        row.word,
                        row.spoken_word,
                        token,
                    )
                )
    return pd.DataFrame(rows, columns=[c.name for c in SPOKEN_CAPTIONS.columns]), refused


def _lacks(supply: Supply, talkers: pd.Index, words: pd.Index, needs: dict[int, int]) -> str:
    """Why a caption cannot be said: the talker who comes nearest, and the words he lacks."""
    have = supply.left[:, list(needs)] >= np.array(list(needs.values()))
    nearest = int(np.argmax(have.sum(axis=1)))
    lacking = [words[word] for word, ok in zip(needs, have[nearest], strict=True) if not ok]
    return (
        f"no talker has a free token of every word; {talkers[nearest]} lacks: {', '.join(lacking)}"
    )


def run_matching(
    images: Path,
    caption_words: Path,
    spoken_types: Path,
    spoken_words: Path,
    replacements_out: Path,
    captions_out: Path,
    rejects_out: Path,
    settings: MatchingSettings,
) -> None:
    """Write the tables `replacements`, `spoken_captions` and `rejects`.

    Raises InputError when no caption at all can be said.
    """
    splits = tables.read(IMAGES, images).set_index("image_id")["split"]
    captions = tables.read(CAPTION_WORDS, caption_words)
    captions = captions[captions["image_id"].isin(splits.index)]
    types = tables.read(SPOKEN_TYPES, spoken_types)
    types = types[types["pos"] != "other"].sort_values(["lemma", "count", "word"])
    # Inflected nouns share a lemma: their counts are added, the most frequent form gives the pos.
    spoken = types.groupby("lemma").agg(pos=("pos", "last"), count=("count", "sum"))
    counted = captions.groupby("lemma").agg(pos=("pos", "first"), count=("text", "size"))
    replacements = replace(counted, spoken, settings.relax)
    tokens = tables.read(SPOKEN_WORDS, spoken_words)
    tokens["spoken_word"] = tokens["word"].map(types.set_index("word")["lemma"])
    sizes = tokens.groupby("talker")["word"].nunique()
    vocabulary = {str(talker): int(size) for talker, size in sizes.items()}
    said = replacements.set_index("word")["spoken_word"]
    needed = tokens["spoken_word"].isin(set(said) - {""})
    captions = captions.assign(
        word=captions["lemma"],
        spoken_word=captions["lemma"].map(said),
        split=captions["image_id"].map(splits),
    )
    matched, refused = match(captions, tokens[needed], vocabulary, settings)
    if matched.empty:
        raise InputError(
            f"{spoken_words}: no caption can be said; see matching.relax and the rejects"
        )
    tables.write(REPLACEMENTS, replacements_out, replacements)
    tables.write(SPOKEN_CAPTIONS, captions_out, matched)
    tables.write(REJECTS, rejects_out, tables.rejects(refused))
