"""Content words of captions, and word types of speech (paper, section 2).

One tagger tags both sides in their own order: a caption as a sentence, a recording as the
sequence of its words. Nouns become singular; any other word stays as it is, in American spelling.
"""

from pathlib import Path
from typing import Literal

import pandas as pd

from seesay.captions.english import APART
from seesay.captions.kinds import majority
from seesay.captions.tagging import OTHER, Tagger
from seesay.schemas.audio import SPOKEN_WORDS
from seesay.schemas.captions import CAPTION_WORDS, SPOKEN_TAGS, SPOKEN_TYPES
from seesay.schemas.vision import CAPTIONS
from seesay.settings.words import WordsSettings
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.progress import progress
from seesay.shared.rejects import write_rejects


def word_types(tagged: pd.DataFrame) -> pd.DataFrame:
    """The types of tagged tokens (word, lemma, pos): word, lemma, pos and count, sorted by word.

    A type's pos is its most frequent tag, its lemma the most frequent one under that tag (ties: by
    alphabet).
    """
    counts = tagged.groupby(["word", "pos", "lemma"]).size().rename("count").reset_index()
    counts["tagged"] = counts.groupby(["word", "pos"])["count"].transform("sum")
    total = counts.groupby("word")["count"].sum()
    order = ["word", "tagged", "pos", "count", "lemma"]
    first = counts.sort_values(order, ascending=[True, False, True, False, True])
    first = first.drop_duplicates("word").set_index("word")
    return first[["lemma", "pos"]].assign(count=total).reset_index()


def tag_captions(
    captions: pd.DataFrame, tagger: Tagger, keep: Literal["content", "all"] = "content"
) -> pd.DataFrame:
    """The words of CAPTIONS to keep, including rare ones, as rows of CAPTION_WORDS.

    These are the content words, or with `all` also the function words, whose pos is `other`.
    A form (dogs) has one lemma (dog), and a lemma one pos: its most frequent tag over all captions.
    For words that are two by their part of speech (`seesay.captions.english.APART`) the less
    frequent one is left out, because no token of one says the other.
    """
    tagged = tagger.tag(captions["text"])
    rows = [
        (image_id, caption, position, *token)
        for (image_id, caption), tokens in zip(
            captions[["image_id", "caption"]].itertuples(index=False),
            progress(tagged, "tagging captions", "captions", len(captions)),
            strict=True,
        )
        for position, token in enumerate(tokens)
        if token[2] != OTHER or (keep == "all" and token[0].replace("-", "").isalpha())
    ]
    words = pd.DataFrame(rows, columns=["image_id", "caption", "position", "text", "lemma", "pos"])
    types = word_types(words.rename(columns={"text": "word"})).set_index("word")
    words["lemma"], own = words["text"].map(types["lemma"]), words["pos"]
    words["pos"] = words["lemma"].map(majority(words["lemma"], own))
    apart = words["lemma"].map(APART)
    return words[(own == apart) == (words["pos"] == apart)].reset_index(drop=True)


def drop_rare(
    words: pd.DataFrame, captions: pd.DataFrame, min_count: int
) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """The words whose lemma is seen at least `min_count` times, and rejects (stage, id, reason).

    Rejected are rarer lemmas, and captions (CAPTIONS) without any word left.
    """
    counts = words["lemma"].value_counts()
    rare = counts[counts < min_count].sort_index()
    kept = words[~words["lemma"].isin(rare.index)]
    refused = [
        (
            "words",
            str(word),
            f"seen {'once' if count == 1 else f'{count} times'} in all captions, "
            f"fewer than words.min_count: {min_count}",
        )
        for word, count in rare.items()
    ]
    have = set(zip(kept["image_id"], kept["caption"], strict=True))
    refused += [
        ("words", f"{image_id}#{caption}", "no content word is left in this caption")
        for image_id, caption in captions[["image_id", "caption"]].itertuples(index=False)
        if (image_id, caption) not in have
    ]
    return kept, refused


def extract_captions(
    captions: Path, caption_words: Path, rejects: Path, settings: WordsSettings
) -> None:
    """Write the table `caption_words`: the words to keep of every caption.

    Drops lemmas seen fewer than `min_count` times and lists them in `rejects`, with captions that
    have no word left. Raises InputError if no word is left at all.
    """
    frame = tables.read(CAPTIONS, captions)
    words = tag_captions(frame, Tagger(settings.tagger), settings.keep)
    kept, refused = drop_rare(words, frame, settings.min_count)
    if kept.empty:
        raise InputError(f"{captions}: {none_left(words, settings.min_count)}")
    tables.write(CAPTION_WORDS, caption_words, kept)
    write_rejects(rejects, refused)


def none_left(words: pd.DataFrame, min_count: int) -> str:
    """Why no caption has a content word, and the remedy; `words` has the rare ones."""
    if words.empty:
        return "no caption has a noun, verb, adjective or adverb that the tagger knows (English)"
    most = int(words["lemma"].value_counts().iloc[0])
    return (
        f"no content word is seen {min_count} times; lower words.min_count (the most frequent word"
        f" is seen {'once' if most == 1 else f'{most} times'})"
    )


def in_time(words: pd.DataFrame, pause: float) -> pd.DataFrame:
    """SPOKEN_WORDS in time order, recording by recording, with the number of each `utterance`.

    A pause longer than `pause` (s) ends an utterance.
    """
    words = words.sort_values(["recording_id", "onset", "token_id"], kind="stable")
    gap = words["onset"] - words["offset"].shift()
    cut = (words["recording_id"] != words["recording_id"].shift()) | (gap > pause)
    return words.assign(utterance=cut.cumsum())


def tag_speech(spoken_words: pd.DataFrame, tagger: Tagger, pause: float) -> pd.DataFrame:
    """The rows of SPOKEN_TAGS of SPOKEN_WORDS, with `word`, in time order.

    Tags whole utterances, which pauses longer than `pause` (s) separate.
    """
    words = in_time(spoken_words, pause)
    spoken = [group.tolist() for _, group in words.groupby("utterance")["word"]]
    tokens = [
        (*token, len(utterance) == 1)
        for utterance in progress(tagger.tag(spoken), "tagging speech", "utterances", len(spoken))
        for token in utterance
    ]
    tagged = pd.DataFrame(tokens, columns=["word", "lemma", "pos", "alone"])
    return tagged.assign(token_id=words["token_id"].to_numpy())


def extract_types(
    spoken_words: Path, spoken_types: Path, spoken_tags: Path, settings: WordsSettings
) -> None:
    """Write the tables `spoken_types`, every word form of the speech, and `spoken_tags`."""
    frame = tables.read(SPOKEN_WORDS, spoken_words)
    tagged = tag_speech(frame, Tagger(settings.tagger), settings.pause)
    tables.write(SPOKEN_TYPES, spoken_types, word_types(tagged))
    tables.write(SPOKEN_TAGS, spoken_tags, tagged.drop(columns="word"))
