"""Which spoken tokens say each caption: every sentence by one talker (paper, section 2)."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from seesay import tables
from seesay.casting import Casting, Ints, allot
from seesay.errors import InputError
from seesay.pictures import IMAGES
from seesay.randomness import generator
from seesay.replacement import replace, spoken_names
from seesay.settings.matching import MatchingSettings
from seesay.speech import SPOKEN_WORDS
from seesay.tables import REJECTS, Column, Table
from seesay.words import CAPTION_WORDS, SPOKEN_TYPES

KEY = ["image_id", "caption", "position"]

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


def match(
    captions: pd.DataFrame,
    tokens: pd.DataFrame,
    vocabulary: dict[str, int],
    settings: MatchingSettings,
) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """The rows of SPOKEN_CAPTIONS, and the rejects (stage, id, reason): what nobody can say.

    `captions` has image_id, caption, position, word, spoken_word ("" where nothing stands for
    the word) and split; `tokens` has token_id, talker and spoken_word; `vocabulary` is the
    number of words that each talker says. No token serves two splits; where `settings.reuse` is
    `never`, none serves two captions.
    """
    captions = captions.assign(
        id=captions["image_id"] + "#" + captions["caption"].astype("str")
    ).sort_values(KEY, ignore_index=True)
    unspoken = captions[captions["spoken_word"] == ""]
    refused = [
        ("matching", str(caption), "no spoken word stands for: " + ", ".join(sorted(set(words))))
        for caption, words in unspoken.groupby("id")["word"]
    ]
    captions = captions[~captions["id"].isin(unspoken["id"])]
    tokens = tokens[tokens["spoken_word"].isin(captions["spoken_word"])]
    if captions.empty:
        return pd.DataFrame(columns=[c.name for c in SPOKEN_CAPTIONS.columns]), refused

    # From here on captions, splits, talkers and spoken words are numbers.
    talkers = np.array(sorted(vocabulary))
    words, word = np.unique(captions["spoken_word"], return_inverse=True)
    number, ids = pd.factorize(captions["id"])
    reuse = settings.reuse == "within_split"
    split = np.unique(captions["split"], return_inverse=True)[1] if reuse else np.zeros_like(word)
    said = captions.assign(number=number, split_number=split, spoken=word)
    tokens = tokens.assign(
        talker=np.searchsorted(talkers, tokens["talker"]),
        spoken=np.searchsorted(words, tokens["spoken_word"]),
    )
    supply = _count(tokens, ["talker", "spoken"], (len(talkers), len(words)))
    splits = said.groupby("number")["split_number"].first().to_numpy() if reuse else None
    casting = Casting(np.stack([number, word], axis=1), supply, splits)
    pairs = casting.cast(settings.speakers, np.array([vocabulary[name] for name in talkers]))

    cast = pd.DataFrame(pairs, columns=["number", "talker"], dtype=np.int64)
    said = said.merge(cast, on="number")
    said["token_id"] = draw(said, tokens, casting, settings.seed)
    said["talker"] = talkers[said["talker"].to_numpy()]
    refused += [
        ("matching", ids[caption], _why(casting, caption, supply, talkers, words))
        for caption in sorted(set(range(len(ids))) - {caption for caption, _ in pairs})
    ]
    return said[[c.name for c in SPOKEN_CAPTIONS.columns]], refused


def draw(
    said: pd.DataFrame, tokens: pd.DataFrame, casting: Casting, seed: int
) -> npt.NDArray[np.object_]:
    """A token for each row of `said`; in both frames talkers and spoken words are numbers.

    A talker's tokens of a word are shuffled, and each split has its share of them. Its captions
    are handed that share in turn, so that two uses in one caption get two tokens.
    """
    talkers_words = casting.left.shape
    place = ["split_number", "talker", "spoken"]
    uses = _count(said, place, casting.have.shape)
    shares = uses if casting.spent else allot(casting.have - casting.left, casting.left, uses)
    order = generator("matching", seed).permutation(len(tokens))
    shuffled = tokens.sort_values("token_id").iloc[order]
    grouped = shuffled.sort_values(["talker", "spoken"], kind="stable")["token_id"].to_numpy()
    counts = _count(tokens, ["talker", "spoken"], talkers_words)
    # Where a share starts among all tokens: after other words' tokens and other splits' shares.
    starts = (counts.cumsum() - counts.ravel()).reshape(talkers_words)
    starts = starts + shares.cumsum(axis=0) - shares
    where = tuple(said[name].to_numpy() for name in place)
    turn = said.groupby(place).cumcount().to_numpy()
    return np.asarray(grouped[starts[where] + turn % shares[where]], dtype=np.object_)


def _count(frame: pd.DataFrame, columns: list[str], shape: tuple[int, ...]) -> Ints:
    counts = np.zeros(shape, dtype=np.int64)
    np.add.at(counts, tuple(frame[name].to_numpy() for name in columns), 1)
    return counts


def _why(
    casting: Casting, caption: int, supply: Ints, talkers: np.ndarray, words: np.ndarray
) -> str:
    """Why nobody can say a caption: the talker who comes nearest, and the words he lacks."""
    need, counts = casting.words[caption], casting.counts[caption]
    once = (supply[:, need] >= counts).all(axis=1).any()
    cause = "other captions have used up its tokens" if once else "no talker says all of it"
    stock = casting.have[casting.split[caption]] if once else supply
    few = stock[:, need] < counts
    nearest = int(few.sum(axis=1).argmin())
    lacking = ", ".join(words[need[few[nearest]]])
    return f"{cause}; {talkers[nearest]} comes nearest, but lacks: {lacking}"


def run_matching(
    images: Path,
    caption_words: Path,
    spoken_types: Path,
    spoken_words: Path,
    replacements: Path,
    spoken_captions: Path,
    rejects: Path,
    settings: MatchingSettings,
) -> None:
    """Write the tables `replacements`, `spoken_captions` and `rejects`.

    Every caption of a picture in `images` is in `spoken_captions` or in `rejects`, here or in
    those of the stage words. Raises InputError when no caption at all can be said.
    """
    splits = tables.read(IMAGES, images).set_index("image_id")["split"]
    captions = tables.read(CAPTION_WORDS, caption_words)
    captions = captions[captions["image_id"].isin(splits.index)]
    said = captions.groupby("lemma").agg(pos=("pos", "first"), count=("text", "size"))

    types = tables.read(SPOKEN_TYPES, spoken_types)
    names = spoken_names(types, set(said.index))
    types = types[types["word"].isin(names.index)].assign(name=types["word"].map(names))
    # The forms of a word add their counts; its most frequent form says its part of speech.
    types = types.sort_values(["name", "count", "word"], ascending=[True, False, True])
    spoken = types.groupby("name").agg(pos=("pos", "first"), count=("count", "sum"))
    table = replace(
        said, spoken, set(captions["text"]), settings.relax, settings.frequency_tolerance
    )

    tokens = tables.read(SPOKEN_WORDS, spoken_words)
    sizes = tokens.groupby("talker")["word"].nunique()
    matched, refused = match(
        captions.assign(
            word=captions["lemma"],
            spoken_word=captions["lemma"].map(table.set_index("word")["spoken_word"]),
            split=captions["image_id"].map(splits),
        ),
        tokens.assign(spoken_word=tokens["word"].map(names)),
        {str(talker): int(size) for talker, size in sizes.items()},
        settings,
    )
    if matched.empty:
        first = f"; {refused[0][1]}: {refused[0][2]}" if refused else ""
        raise InputError(
            f"{spoken_words}: no caption can be said by one talker{first}; widen matching.relax "
            "or give speech with more words a talker"
        )
    tables.write(REPLACEMENTS, replacements, table)
    tables.write(SPOKEN_CAPTIONS, spoken_captions, matched)
    tables.write(REJECTS, rejects, tables.rejects(refused))
