"""Chooses the spoken tokens of each caption (paper, section 2): one talker says a sentence.

With `matching.speakers: mixed`, which the paper does not have, several talkers may.
"""

import importlib
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seesay.captions.casting import Casting, Ints
from seesay.captions.dictionary import Dictionary
from seesay.captions.kinds import majority
from seesay.captions.matching_stops import KEPT, Stopped, keep, why
from seesay.captions.replacement import replace, spoken_names
from seesay.captions.token_draw import draw, mix
from seesay.schemas.audio import RECORDINGS, SPOKEN_WORDS
from seesay.schemas.captions import (
    CAPTION_WORDS,
    REPLACEMENTS,
    SPOKEN_CAPTIONS,
    SPOKEN_TAGS,
    UNSAYABLE,
)
from seesay.schemas.vision import CAPTIONS, IMAGES
from seesay.settings.matching import MatchingSettings
from seesay.shared import tables
from seesay.shared.columns import Table
from seesay.shared.errors import InputError
from seesay.shared.randomness import generator
from seesay.shared.rejects import write_rejects

KEY = ["image_id", "caption", "position"]

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


# The reason in the rejects for each cause.
REASONS = {
    "no candidate": "no spoken word stands for a word of it",
    "no talker": "no talker says all of it",
    "used up": "other captions have used up its tokens",
    "unseen": "the test alone says",
    "no recording": "no recording says it",
    "not said": "its recordings say no word of it",
}
# Causes that no talker can change.
BEFORE_TALKERS = ("no candidate", "unseen", "no recording", "not said")


@dataclass(frozen=True)
class Matched:
    """The tables of a matching: REPLACEMENTS, SPOKEN_CAPTIONS, UNSAYABLE and REJECTS."""

    replacements: pd.DataFrame
    spoken_captions: pd.DataFrame
    unsayable: pd.DataFrame
    rejects: list[tuple[str, str, str]]


def match(
    captions: pd.DataFrame,
    tokens: pd.DataFrame,
    vocabulary: dict[str, int],
    settings: MatchingSettings,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of SPOKEN_CAPTIONS, and of UNSAYABLE: captions that nobody can say.

    `captions` has image_id, caption, position, word, spoken_word ("" if nothing stands for the
    word) and split; `tokens` has token_id, talker and spoken_word; `vocabulary` is the number of
    words that each talker says. No token serves two splits; with `settings.reuse: never`, none
    serves two captions.
    """
    captions = captions.sort_values(KEY, ignore_index=True)
    captions["id"] = captions["image_id"] + "#" + captions["caption"].astype("str")
    lost = captions[captions["spoken_word"] == ""].assign(cause="no candidate", talker="")
    captions = captions[~captions["id"].isin(lost["id"])]
    tokens = tokens[tokens["spoken_word"].isin(captions["spoken_word"])]
    if captions.empty:
        return captions.assign(talker="", token_id="")[_names(SPOKEN_CAPTIONS)], _lacking([lost])

    # From here on captions, splits, talkers and spoken words are numbers.
    mixed = settings.speakers == "mixed"
    talkers = np.array(sorted(vocabulary))
    words, word = np.unique(captions["spoken_word"], return_inverse=True)
    number, ids = pd.factorize(captions["id"])
    if mixed:
        # A common stock serves the first caption first, so vary which pictures come first.
        number = generator("matching", "order", settings.seed).permutation(len(ids))[number]
    reuse = settings.reuse == "within_split"
    split = np.unique(captions["split"], return_inverse=True)[1] if reuse else np.zeros_like(word)
    said = captions.assign(number=number, split_number=split, spoken=word)
    voice = np.searchsorted(talkers, tokens["talker"])
    spoken = np.searchsorted(words, tokens["spoken_word"])
    tokens = tokens.assign(voice=voice, talker=0 if mixed else voice, spoken=spoken)
    supply = np.zeros((1 if mixed else len(talkers), len(words)), dtype=np.int64)
    np.add.at(supply, (tokens["talker"].to_numpy(), spoken), 1)
    splits = said.groupby("number")["split_number"].first().to_numpy() if reuse else None
    casting = Casting(np.stack([number, word], axis=1), supply, splits)
    if mixed and reuse:
        casting.part()
    sizes = np.ones(1, np.int64) if mixed else np.array([vocabulary[name] for name in talkers])
    pairs = casting.cast("balanced" if settings.speakers == "mixed" else settings.speakers, sizes)

    refused = said[~said["number"].isin([caption for caption, _ in pairs])]
    lacking = [lost, _refused(refused, casting, supply, np.array([""]) if mixed else talkers)]
    cast = pd.DataFrame(pairs, columns=["number", "talker"], dtype=np.int64)
    said = said.merge(cast, on="number")
    if mixed:
        said["token_id"], said["talker"] = mix(said, tokens, casting, settings.seed)
    else:
        said["token_id"] = draw(said, tokens, casting, settings.seed)
    said["talker"] = talkers[said["talker"].to_numpy()]
    return said[_names(SPOKEN_CAPTIONS)], _lacking(lacking)


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def _lacking(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """The words that captions lack, as rows of UNSAYABLE."""
    rows = pd.concat(parts)[_names(UNSAYABLE)].drop_duplicates(list(UNSAYABLE.key))
    return rows.sort_values(list(UNSAYABLE.key), ignore_index=True)


def _refused(
    said: pd.DataFrame, casting: Casting, supply: Ints, talkers: NDArray[np.str_]
) -> pd.DataFrame:
    """The rows of `said` whose words their captions lack, with `cause` and the nearest `talker`."""
    captions, place = np.unique(said["number"], return_inverse=True)
    found = [_why(casting, int(caption), supply) for caption in captions]
    words = supply.shape[1]
    lacks = [caption * words + few for caption, (_, few, _) in enumerate(found)]
    few = np.isin(place * words + said["spoken"], np.concatenate([place[:0], *lacks]))
    place = place[few]
    cause = pd.array([cause for _, _, cause in found], dtype="str")
    nearest = pd.array([talkers[talker] for talker, _, _ in found], dtype="str")
    return said[few].assign(cause=cause[place], talker=nearest[place])


def _why(casting: Casting, caption: int, supply: Ints) -> tuple[int, Ints, str]:
    """The talker closest to saying a caption, the words that the talker lacks, and the cause."""
    need, counts = casting.words[caption], casting.counts[caption]
    once = (supply[:, need] >= counts).all(axis=1).any()
    stock = casting.have[casting.split[caption]] if once else supply
    few = stock[:, need] < counts
    nearest = int(few.sum(axis=1).argmin())
    return nearest, need[few[nearest]], "used up" if once else "no talker"


def reasons(unsayable: pd.DataFrame) -> list[tuple[str, str, str]]:
    """The rejects (stage, id, reason) of the rows of UNSAYABLE: one a caption."""
    found = []
    for (image_id, caption), rows in unsayable.groupby(["image_id", "caption"]):
        cause, talker = rows["cause"].iloc[0], rows["talker"].iloc[0]
        known = rows["word"] if cause == "no candidate" else rows["spoken_word"]
        # With mixed talkers, no single talker is the closest.
        who = (
            f"; {talker!r} comes nearest, but lacks a word"
            if talker
            else "; all together lack a word"
        )
        reason = REASONS[cause] + ("" if cause in BEFORE_TALKERS else who)
        found.append(("matching", f"{image_id}#{caption}", f"{reason}: {', '.join(sorted(known))}"))
    return found


def used_names(names: Iterable[str], texts: Iterable[str], dictionary: Dictionary) -> set[str]:
    """The spoken words that are forms of a caption word, content word or not.

    Too many are better than too few: a word in a caption must not replace another.
    """
    forms = {form for text in texts for form in WORD.findall(text.lower())}
    forms |= {part for form in forms for part in form.split("-")}
    families = {member for form in forms for member in dictionary.family(form)}
    return {name for name in names if not families.isdisjoint(dictionary.family(name))}


def match_tables(
    splits: pd.Series,
    texts: pd.DataFrame,
    caption_words: pd.DataFrame,
    spoken_tags: pd.DataFrame,
    spoken_words: pd.DataFrame,
    settings: MatchingSettings,
    recordings: pd.DataFrame | None = None,
) -> Matched:
    """Match whole tables: CAPTIONS (`texts`), CAPTION_WORDS, SPOKEN_TAGS and SPOKEN_WORDS.

    `splits` is each picture's split, indexed by image_id. The method `spoken` also needs
    RECORDINGS. Raises InputError as `seesay.captions.unseen.match_unseen` does.
    """
    captions = caption_words[caption_words["image_id"].isin(splits.index)]
    said = captions.groupby("lemma").agg(pos=("pos", "first"), count=("text", "size"))

    tokens = spoken_words.merge(spoken_tags, on="token_id", validate="one_to_one")
    if settings.method == "spoken":
        assert recordings is not None
        texts = texts[texts["image_id"].isin(splits.index)]
        spoken_by = importlib.import_module("seesay.captions.spoken")
        found: Matched = spoken_by.match_spoken(texts, captions, said, tokens, recordings)
        return found
    tokens["spoken_word"] = spoken_names(tokens, said["pos"])
    tokens = tokens[tokens["spoken_word"] != ""]
    # Counts of a word's forms add up.
    spoken = pd.DataFrame({"count": tokens["spoken_word"].value_counts()})
    own = pd.Series(majority(tokens["spoken_word"], tokens["pos"]), dtype=object)
    spoken["pos"] = said["pos"].reindex(spoken.index).fillna(own)
    spoken = spoken[spoken["count"] >= settings.min_tokens]
    used = used_names(spoken.index, texts["text"], Dictionary())
    table = replace(said, spoken, used, settings.relax, settings.frequency_tolerance)

    sizes = spoken_words.groupby("talker")["word"].nunique()
    # Of millions of rows, each column of text takes 100 MB and more.
    tokens = tokens[["token_id", "talker", "spoken_word"]]
    captions = captions[KEY].assign(
        word=captions["lemma"],
        spoken_word=captions["lemma"].map(table.set_index("word")["spoken_word"]),
        split=captions["image_id"].map(splits),
    )
    vocabulary = {str(talker): int(size) for talker, size in sizes.items()}
    if settings.unseen_talkers or settings.unseen_words:
        # Imported by name: a config's stamp then holds only what it uses.
        unseen = importlib.import_module("seesay.captions.unseen")
        matched, lacking, kept = unseen.match_unseen(captions, tokens, vocabulary, settings)
    elif settings.reuse == "always":
        again = importlib.import_module("seesay.captions.matching_again")
        (matched, lacking), kept = again.match_again(captions, tokens, vocabulary, settings), []
    else:
        (matched, lacking), kept = match(captions, tokens, vocabulary, settings), []
    return Matched(table, matched, lacking, [*kept, *reasons(lacking)])


def run_matching(
    images: Path,
    texts: Path,
    caption_words: Path,
    spoken_tags: Path,
    spoken_words: Path,
    replacements: Path,
    spoken_captions: Path,
    unsayable: Path,
    rejects: Path,
    settings: MatchingSettings,
    recordings: Path | None = None,
) -> None:
    """Write the tables `replacements`, `spoken_captions`, `unsayable` and `rejects`.

    Every caption of a picture in `images` is in `spoken_captions` or in `rejects`, here or in those
    of the stage words. The method `spoken` also needs the table `recordings`. Raises InputError if
    no caption of a split can be said; the folder `stopped` beside `unsayable` then holds the
    findings so far, as text.
    """
    splits = tables.read(IMAGES, images).set_index("image_id")["split"]
    stopped = unsayable.parent / KEPT
    columns = None if settings.method == "spoken" else ["token_id", "talker", "word"]
    try:
        found = match_tables(
            splits,
            tables.read(CAPTIONS, texts),
            tables.read(CAPTION_WORDS, caption_words),
            tables.read(SPOKEN_TAGS, spoken_tags),
            tables.read(SPOKEN_WORDS, spoken_words, columns=columns),
            settings,
            tables.read(RECORDINGS, recordings) if recordings else None,
        )
    except Stopped as error:
        keep(stopped, {"unsayable": error.unsayable})
        raise InputError(f"{error}; its captions and words are in {stopped}") from error
    # Stop now, not after training, when the test pictures turn out to have no words.
    cause = why(found.spoken_captions, found.unsayable, splits, settings)
    if cause:
        parts = {"unsayable": found.unsayable, "replacements": found.replacements}
        keep(stopped, parts | {"rejects": tables.rejects(found.rejects)})
        raise InputError(
            f"{spoken_words}: {cause} (`seesay check` says what each would give); the captions"
            f" and their words are in {stopped}"
        )
    shutil.rmtree(stopped, ignore_errors=True)
    tables.write(REPLACEMENTS, replacements, found.replacements)
    tables.write(SPOKEN_CAPTIONS, spoken_captions, found.spoken_captions)
    tables.write(UNSAYABLE, unsayable, found.unsayable)
    write_rejects(rejects, found.rejects)
