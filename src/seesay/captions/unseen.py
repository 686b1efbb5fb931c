"""Holds out talkers and words for the test split, so that training and validation hear neither.

A hash of their names chooses them: one more talker, or word, moves at most one of the others.
"""

import re

import pandas as pd

from seesay.captions.matching import KEY, match
from seesay.captions.matching_stops import Stopped, advice
from seesay.schemas.captions import UNSAYABLE
from seesay.settings.matching import MatchingSettings
from seesay.shared.errors import InputError
from seesay.shared.randomness import choose, stable_hash

Found = tuple[pd.DataFrame, pd.DataFrame]


def match_unseen(
    captions: pd.DataFrame,
    tokens: pd.DataFrame,
    vocabulary: dict[str, int],
    settings: MatchingSettings,
) -> tuple[pd.DataFrame, pd.DataFrame, list[tuple[str, str, str]]]:
    """As `seesay.captions.matching.match`, with unseen words and talkers; also rejects.

    Captions of training and validation lose their unseen words; one without any other word is in
    UNSAYABLE, and for each word a reject counts the captions that lost it. Unseen talkers say only
    captions of the test split. Raises InputError if the test split would have no unseen word, or no
    unseen talker.
    """
    kept, lost, rejects, words = _leave_out(captions, settings)
    if settings.unseen_talkers:
        said, lacking = _match_apart(kept, tokens, vocabulary, settings)
    else:
        said, lacking = match(kept, tokens, vocabulary, settings)
    if words and not said["spoken_word"].isin(words).any():
        raise Stopped(
            f"matching.unseen_words: no caption of the test split says one of {_list(words)}; give "
            "more pictures or speech, a larger share, or another matching.seed",
            lacking,
        )
    lacking = pd.concat([lacking, lost]).sort_values(list(UNSAYABLE.key), ignore_index=True)
    return said, lacking, rejects


def _leave_out(
    captions: pd.DataFrame, settings: MatchingSettings
) -> tuple[pd.DataFrame, pd.DataFrame, list[tuple[str, str, str]], set[str]]:
    """The captions without unseen words (test captions keep them), and what that costs.

    Also the captions left without a word, as rows of UNSAYABLE; the rejects, one an unseen word;
    and the unseen words, as they are spoken.
    """
    # Chosen among the test's own words, so that its share of unseen ones is as requested.
    spoken = set(captions.loc[captions["split"] == "test", "spoken_word"]) - {""}
    number = round(settings.unseen_words * len(spoken))
    words = choose(spoken, max(number, 1) if settings.unseen_words else 0, "word", settings.seed)
    out = captions["spoken_word"].isin(words) & (captions["split"] != "test")
    kept, gone = captions[~out], captions[out].drop_duplicates([*KEY[:2], "spoken_word"])
    empty = ~pd.MultiIndex.from_frame(gone[KEY[:2]]).isin(pd.MultiIndex.from_frame(kept[KEY[:2]]))
    lost = gone[empty].assign(cause="unseen", talker="")
    rejects = [
        (
            "matching",
            str(word),
            f"kept for the test; left out of {count} captions of training and validation",
        )
        for word, count in gone["spoken_word"].value_counts().sort_index().items()
    ]
    return kept, lost[[column.name for column in UNSAYABLE.columns]], rejects, words


def _match_apart(
    captions: pd.DataFrame,
    tokens: pd.DataFrame,
    vocabulary: dict[str, int],
    settings: MatchingSettings,
) -> Found:
    """Match twice: the unseen talkers with their captions of the test split, then the others.

    The two matchings share no talker, and so no token. Unseen talkers are offered half of each test
    picture's captions, so that both groups are of equal size and show the same pictures; with
    `speakers: all`, every caption. The others may say what they cannot.
    """
    heard = set(tokens.loc[tokens["spoken_word"].isin(captions["spoken_word"]), "talker"])
    talkers = _unseen_talkers(heard, settings)
    everyone = settings.speakers == "all"
    theirs = captions["split"] == "test"
    if not everyone:
        pictures = captions.loc[theirs, "image_id"].unique()
        start = {name: stable_hash("unseen", settings.seed, name) % 2 for name in pictures}
        theirs &= (captions["caption"] + captions["image_id"].map(start)) % 2 == 0
    unseen, lacking = _match_of(talkers, captions[theirs], tokens, vocabulary, settings)
    if unseen.empty:
        asked = len(captions[theirs].drop_duplicates(KEY[:2]))
        raise Stopped(
            f"matching.unseen_talkers: no caption of the test split can be said by "
            f"{_list(talkers)} (none of {asked:,} that are offered); keep more talkers, or "
            f"{advice(settings, lacking['cause'])}",
            lacking,
        )
    done = pd.MultiIndex.from_frame(unseen[KEY[:2]])
    rest = captions if everyone else captions[~_within(captions, done)]
    seen, lacking = _match_of(set(vocabulary) - talkers, rest, tokens, vocabulary, settings)
    said = pd.concat([seen, unseen]).sort_values([*KEY, "talker"], ignore_index=True)
    return said, lacking[~_within(lacking, done)]


def _unseen_talkers(heard: set[str], settings: MatchingSettings) -> set[str]:
    """The talkers held out for the test: drawn, or matched by regular expressions."""
    given = settings.unseen_talkers
    if isinstance(given, int):
        talkers = choose(heard, given, "talker", settings.seed)
        said = f"is {given}"
    else:
        for pattern in given:
            if not any(re.fullmatch(pattern, name) for name in heard):
                some = ", ".join(sorted(heard)[:3])
                raise InputError(
                    f"matching.unseen_talkers: {pattern} is the whole id of no talker who says a "
                    f"word of the captions (there are {some}, ...); correct it"
                )
        talkers = {name for name in heard if any(re.fullmatch(each, name) for each in given)}
        said = f"names {len(talkers)}"
    if len(talkers) >= len(heard):
        raise InputError(
            f"matching.unseen_talkers {said}, and {len(heard)} talkers say any word of the "
            "captions; leave one at least for training"
        )
    return talkers


def _match_of(
    talkers: set[str],
    captions: pd.DataFrame,
    tokens: pd.DataFrame,
    vocabulary: dict[str, int],
    settings: MatchingSettings,
) -> Found:
    """The matching of these talkers alone."""
    own = {name: size for name, size in vocabulary.items() if name in talkers}
    return match(captions, tokens[tokens["talker"].isin(talkers)], own, settings)


def _within(rows: pd.DataFrame, captions: pd.MultiIndex) -> pd.Series:
    """Which rows are of one of these captions (image_id, caption)."""
    found = pd.MultiIndex.from_frame(rows[KEY[:2]]).isin(captions)
    return pd.Series(found, rows.index)


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names))
