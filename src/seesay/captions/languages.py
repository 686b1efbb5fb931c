"""Captions in other languages than English: tags and lemmas of a table, or of any spaCy model.

The rules and lists of `seesay.captions.tagging` are English and have no part in it. As there,
nouns are put into the singular (their lemma) by a model, and other words stay as they are.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from seesay.captions.tagging import BATCH, CONTENT, OTHER, Tagger
from seesay.captions.words import drop_rare, none_left, tag_captions, tag_speech, word_types
from seesay.schemas.audio import SPOKEN_WORDS
from seesay.schemas.captions import CAPTION_WORDS, SPOKEN_TAGS, SPOKEN_TYPES
from seesay.schemas.vision import CAPTIONS
from seesay.settings.words import WordsSection
from seesay.shared import tables
from seesay.shared.errors import InputError
from seesay.shared.printable import cleaned
from seesay.shared.rejects import write_rejects

COLUMNS = ["word", "pos", "lemma"]
WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
Tags = Iterator[list[tuple[str, str, str]]]


class OfTable(Tagger):
    """Tags words by a table alone, whatever stands around them; words that it lacks are `other`."""

    def __init__(self, path: Path) -> None:
        self.known = read_table(path)

    def tag(self, sentences: Iterable[str | list[str]]) -> Tags:
        """The (word, lemma, pos) of every token, lower-cased; as `Tagger.tag`."""
        for sentence in sentences:
            given = WORD.findall(sentence) if isinstance(sentence, str) else sentence
            words = [word.lower() for word in given]
            yield [(word, *self.known.get(word, (word, OTHER))) for word in words]


class OfModel(Tagger):
    """Tags sentences with a spaCy model, without the English rules."""

    def __init__(self, package: str) -> None:
        # Imported here: spaCy loads slowly.
        import spacy

        try:
            self.model = spacy.load(package, exclude=["parser", "ner", "senter"])
        except (OSError, ImportError, ValueError) as error:
            cause = " ".join(str(error).split())[:200]
            raise InputError(
                f"words.tagger: {package}: no spaCy model of this name can be loaded ({cause});"
                " install its package, or give a table of words (.tsv)"
            ) from error

    def tag(self, sentences: Iterable[str | list[str]]) -> Tags:
        """The (word, lemma, pos) of every token, lower-cased; as `Tagger.tag`.

        Texts keep their capitals, by which some languages tell nouns.
        """
        from spacy.tokens import Doc

        given = (
            each if isinstance(each, str) else Doc(self.model.vocab, words=each)
            for each in sentences
        )
        for doc in self.model.pipe(given, batch_size=BATCH):
            yield [_read(token.text, token.pos_, token.lemma_) for token in doc]


def _read(text: str, pos: str, lemma: str) -> tuple[str, str, str]:
    """A token's word, lemma and pos, lower-cased; proper nouns count as nouns, as in English."""
    word, kind = text.lower(), "NOUN" if pos == "PROPN" else pos
    if kind not in CONTENT or not WORD.fullmatch(word):
        return word, word, OTHER
    return word, (lemma.lower() or word) if kind == "NOUN" else word, kind


def tagger_of(settings: WordsSection) -> Tagger:
    """What tags the words of a config. Raises InputError if its model or its table is missing."""
    if settings.english:
        return Tagger(settings.tagger)
    return OfTable(Path(settings.table)) if settings.table else OfModel(settings.tagger)


def read_table(path: Path) -> dict[str, tuple[str, str]]:
    """The lemma and part of speech of each word of a table, lower-cased.

    A row a word, between tabs, below a heading of at least word, pos and lemma; pos is NOUN, VERB,
    ADJ or ADV for content words, and anything else for others. An empty lemma is the word itself.
    Raises InputError for a file that is no such table, and for a word that is there twice.
    """
    try:
        frame = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False, quoting=3)
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise InputError(f"{path}: not a table between tabs ({cause}); see words.tagger") from error
    missing = [name for name in COLUMNS if name not in frame]
    if missing:
        raise InputError(f"{path}: no column {', '.join(missing)}; words.tagger needs it")
    found: dict[str, tuple[str, str]] = {}
    for row, (word, pos, lemma) in enumerate(frame[COLUMNS].itertuples(index=False), start=2):
        name = cleaned(word).strip().lower()
        tag = pos.strip().upper() if pos.strip().upper() in CONTENT else OTHER
        if not WORD.fullmatch(name):
            raise InputError(f"{path}: line {row}: {word!r} is no word; correct or remove it")
        if name in found:
            raise InputError(f"{path}: line {row}: {name!r} is there twice; keep one")
        found[name] = (cleaned(lemma).strip().lower() or name, tag)
    return found


def extract_captions(
    captions: Path, caption_words: Path, rejects: Path, settings: WordsSection
) -> None:
    """As `seesay.captions.words.extract_captions`, in another language."""
    frame = tables.read(CAPTIONS, captions)
    words = tag_captions(frame, tagger_of(settings), settings.keep)
    kept, refused = drop_rare(words, frame, settings.min_count)
    if words.empty:
        raise InputError(f"{captions}: {settings.tagger} has no content word of any caption")
    if kept.empty:
        raise InputError(f"{captions}: {none_left(words, settings.min_count)}")
    tables.write(CAPTION_WORDS, caption_words, kept)
    write_rejects(rejects, refused)


def extract_types(
    spoken_words: Path, spoken_types: Path, spoken_tags: Path, settings: WordsSection
) -> None:
    """As `seesay.captions.words.extract_types`, in another language."""
    tagged = tag_speech(
        tables.read(SPOKEN_WORDS, spoken_words), tagger_of(settings), settings.pause
    )
    tables.write(SPOKEN_TYPES, spoken_types, word_types(tagged))
    tables.write(SPOKEN_TAGS, spoken_tags, tagged.drop(columns="word"))
