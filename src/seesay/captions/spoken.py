"""Captions that are spoken whole: each is said by its own recordings, in their own voices.

No word is replaced, and no token goes to another caption. A token says the caption word that it is
a form of. The caption's text decides whether it is one; a token that the text does not have counts
by its own part of speech in what is said.
"""

import numpy as np
import pandas as pd

from seesay.captions.english import APART
from seesay.captions.matching import Matched, reasons
from seesay.captions.replacement import replace
from seesay.captions.tagging import OTHER
from seesay.corpora.apart import pictures_named
from seesay.schemas.captions import SPOKEN_CAPTIONS, UNSAYABLE

CAPTION = ["image_id", "caption"]
Rejects = list[tuple[str, str, str]]  # stage, id, reason


def match_spoken(
    texts: pd.DataFrame,
    caption_words: pd.DataFrame,
    said: pd.DataFrame,
    tokens: pd.DataFrame,
    recordings: pd.DataFrame,
) -> Matched:
    """The captions that recordings say.

    `texts` are rows of CAPTIONS and `caption_words` of CAPTION_WORDS, of the run's pictures; `said`
    has pos and count of each caption word, the index; `tokens` are SPOKEN_WORDS with SPOKEN_TAGS;
    `recordings` has recording_id, and the picture and caption that it says. Several talkers may say
    a caption. Rejected are recordings of no caption, words that a recording lacks, and words said
    that are no caption words; unsayable are captions without any word that is said.
    """
    talkers = tokens.groupby("recording_id")["talker"].agg(set)
    owned, rejects = own_captions(recordings, texts, talkers)
    tokens = tokens.drop(columns=CAPTION, errors="ignore").merge(owned, on="recording_id")
    tokens["spoken_word"] = spoken_words(tokens, caption_words, said["pos"])
    rejects += _unknown(tokens, said)
    used = tokens[tokens["spoken_word"] != ""].sort_values(["recording_id", "onset", "token_id"])
    used = used.assign(
        word=used["spoken_word"],
        # From 0 in each recording, so that two talkers share positions of one caption.
        position=used.groupby("recording_id").cumcount().astype(np.int32),
    )
    counts = used["spoken_word"].value_counts().rename("count").to_frame()
    counts["pos"] = said["pos"].reindex(counts.index)
    table = replace(said, counts, set(), (), 1)
    rejects += _lacking(owned, caption_words, used)
    lost = _silent(caption_words, owned, used)
    columns = [column.name for column in SPOKEN_CAPTIONS.columns]
    return Matched(table, used[columns], lost, [*rejects, *reasons(lost)])


def own_captions(
    recordings: pd.DataFrame, texts: pd.DataFrame, talkers: pd.Series
) -> tuple[pd.DataFrame, Rejects]:
    """The recording_id, image_id and caption of each recording that says a caption of the run.

    Rejects the others: recordings about no picture, about one of another run, of a caption that the
    picture does not have, and second recordings of a caption by one talker (by id). `talkers` has
    the set of talkers of each recording, the index.
    """
    kept = recordings[["recording_id", "picture", "caption"]].sort_values("recording_id")
    own = pictures_named(texts["image_id"].unique())
    kept["image_id"] = kept["picture"].map(own)
    known = set(texts[CAPTION].itertuples(index=False, name=None))
    heard: dict[tuple[str, int], set[str]] = {}
    rows, rejects = [], []
    for name, picture, caption, image_id in kept.itertuples(index=False, name=None):
        reason = ""
        if pd.isna(picture):
            reason = "it says no caption: no picture and no caption's number is known for it"
        elif pd.isna(image_id):
            reason = f"it says a caption of a picture that is not in this run: {picture!r}"
        elif (image_id, int(caption)) not in known:
            reason = f"its picture has no such caption: {image_id!r} has none of number {caption}"
        elif heard.setdefault((image_id, int(caption)), set()) & talkers.get(name, set()):
            reason = "its talker says this caption in another recording too; only one is used"
        if reason:
            rejects.append(("matching", str(name), reason))
            continue
        heard[image_id, int(caption)] |= talkers.get(name, set())
        rows.append((name, image_id, int(caption)))
    found = pd.DataFrame(rows, columns=["recording_id", *CAPTION])
    return found.astype({"recording_id": "str", "image_id": "str", "caption": np.int32}), rejects


def of_test_pictures(recordings: pd.DataFrame, images: pd.DataFrame) -> pd.DataFrame:
    """The recordings (with `picture`) about pictures that are test pictures in some row of IMAGES.

    With several folds, `images` has the rows of all.
    """
    own = pictures_named(sorted(images["image_id"].unique()))
    test = set(images.loc[images["split"] == "test", "image_id"])
    return recordings[recordings["picture"].map(own).isin(test)]


def spoken_words(tokens: pd.DataFrame, caption_words: pd.DataFrame, pos: pd.Series) -> pd.Series:
    """The caption word that each token says, "" for none; in the order of `tokens`.

    `tokens` has recording_id, image_id, caption, word, lemma, pos and alone; `pos` is the part of
    speech of each caption word, the index. A token with a form that its caption's text has as a
    caption word says that word. Any other token, and all of a form that is said more often than the
    text has it so, says its form, or else its lemma, if that is a caption word; by its own tag it
    is a content word, unless function words are caption words too, and no homograph of the word.
    """
    form = [*CAPTION, "text"]
    written = caption_words.groupby(form)["lemma"].agg(["first", "size"]).reset_index()
    keyed = tokens.assign(text=tokens["word"])[["recording_id", *form]]
    keyed["times"] = keyed.groupby(["recording_id", "text"])["text"].transform("size")
    read = keyed.merge(written, on=form, how="left").set_index(tokens.index)
    certain = read["first"].notna() & (read["times"] <= read["size"])
    name = tokens["word"].where(tokens["word"].isin(pos.index), tokens["lemma"])
    meant = name.map(pos)
    every = bool((pos == OTHER).any())
    content = tokens["alone"] | (tokens["pos"] != OTHER) | every
    apart = name.map(APART)
    same = apart.isna() | ((tokens["pos"] == apart) == (meant == apart)) & ~tokens["alone"]
    return read["first"].where(certain, name.where(meant.notna() & content & same, ""))


def _unknown(tokens: pd.DataFrame, said: pd.DataFrame) -> Rejects:
    """A reject for each content word that recordings say and no caption has as a caption word."""
    beside = tokens[(tokens["spoken_word"] == "") & (tokens["pos"] != OTHER)]
    beside = beside[~beside["lemma"].isin(said.index)]
    return [
        (
            "matching",
            str(word),
            f"spoken {count} times, but it is no caption word (words.min_count)",
        )
        for word, count in beside["lemma"].value_counts().sort_index().items()
    ]


def _lacking(owned: pd.DataFrame, caption_words: pd.DataFrame, used: pd.DataFrame) -> Rejects:
    """A reject for each recording with some words of its caption, and not all: the missing ones."""
    wanted = caption_words.groupby([*CAPTION, "lemma"]).size().rename("wanted").reset_index()
    wanted = wanted.merge(owned, on=CAPTION)
    there = used.groupby(["recording_id", "word"]).size().rename("there").reset_index()
    both = wanted.merge(
        there, left_on=["recording_id", "lemma"], right_on=["recording_id", "word"], how="left"
    )
    few = both[both["there"].fillna(0) < both["wanted"]]
    few = few[few["recording_id"].isin(used["recording_id"])]
    return [
        (
            "matching",
            str(name),
            f"words of its caption are not heard: {', '.join(map(repr, words))}",
        )
        for name, words in few.groupby("recording_id")["lemma"]
    ]


def _silent(caption_words: pd.DataFrame, owned: pd.DataFrame, used: pd.DataFrame) -> pd.DataFrame:
    """The words of the captions that have no token, as rows of UNSAYABLE."""
    key = pd.MultiIndex.from_frame(caption_words[CAPTION])
    lost = caption_words[~key.isin(pd.MultiIndex.from_frame(used[CAPTION]))]
    recorded = pd.MultiIndex.from_frame(lost[CAPTION]).isin(
        pd.MultiIndex.from_frame(owned[CAPTION])
    )
    lost = lost.assign(
        word=lost["lemma"],
        spoken_word=lost["lemma"],
        cause=np.where(recorded, "not said", "no recording"),
        talker="",
    )
    lost = lost[[column.name for column in UNSAYABLE.columns]]
    return lost.drop_duplicates(list(UNSAYABLE.key)).sort_values(
        list(UNSAYABLE.key), ignore_index=True
    )
