"""Content words of captions, and word types of speech (paper section 2).

Both sides are tagged in their own order by the same tagger: a caption as a sentence, a recording
as the sequence of its words. Nouns become singular; any other word stays as it is.
"""

import importlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
from spacy.language import Language
from spacy.tokens import Doc, Token

from seesay import tables
from seesay.errors import InputError
from seesay.progress import progress
from seesay.settings.words import WordsSettings
from seesay.speech import SPOKEN_WORDS
from seesay.tables import REJECTS, Column, Table

CONTENT = ("NOUN", "VERB", "ADJ", "ADV")
# Tagged as content words, but they carry none.
FILLERS = frozenset(
    [
        "uh",
        "um",
        "er",
        "erm",
        "ah",
        "oh",
        "yeah",
        "yes",
        "no",
        "not",
        "n't",
        "very",
        "so",
        "too",
        "there",
        "then",
        "here",
        "just",
        "also",
        "when",
        "where",
        "how",
        "why",
        "be",
        "am",
        "is",
        "are",
        "was",
        "were",
        "been",
        "being",
        "'s",
        "do",
        "does",
        "did",
        "done",
        "have",
        "has",
        "had",
        "having",
    ]
)


CAPTION_WORDS = Table(
    "caption_words",
    ("image_id", "caption", "position"),
    (
        Column("image_id", pa.string(), "the picture"),
        Column("caption", pa.int32(), "the caption's number within the picture, from 0"),
        Column("position", pa.int32(), "the token's number within the caption, from 0"),
        Column("text", pa.string(), "the word as it stands in the caption, lower-cased"),
        Column("lemma", pa.string(), "the content word: nouns in the singular"),
        Column("pos", pa.string(), "NOUN, VERB, ADJ or ADV: the word's most frequent tag"),
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


def load_tagger(package: str) -> Language:
    """The tagger, without the parts that are not needed. Nothing is downloaded."""
    return importlib.import_module(package).load(exclude=["parser", "ner"])


def content(token: Token) -> tuple[str, str] | None:
    """The word that a tagged token counts as and its part of speech, or None for no content.

    Proper nouns count as nouns: captions begin with them ("Dogs play"), and the tagger takes
    many capitalised common nouns for names.
    """
    text, pos = token.lower_, "NOUN" if token.pos_ == "PROPN" else token.pos_
    if pos not in CONTENT or len(text) < 2 or not text.replace("-", "").isalpha():
        return None
    lemma = token.lemma_.lower() if pos == "NOUN" else text
    if text in FILLERS or len(lemma) < 2:
        return None
    return lemma, pos


def extract_captions(
    captions: Path, out: Path, rejects: Path, captions_table: Table, settings: WordsSettings
) -> None:
    """Write the table `caption_words`; dropped words and captions without any go to `rejects`."""
    frame = tables.read(captions_table, captions)
    tagger = load_tagger(settings.tagger)
    texts = frame["text"].str.lower()
    rows = []
    docs = progress(tagger.pipe(texts, batch_size=256), "tagging captions", "captions", len(texts))
    for (image_id, caption), doc in zip(
        frame[["image_id", "caption"]].itertuples(index=False), docs, strict=True
    ):
        for token in doc:
            found = content(token)
            if found:
                rows.append((image_id, caption, token.i, token.lower_, *found))
    words = pd.DataFrame(rows, columns=[c.name for c in CAPTION_WORDS.columns])
    words["pos"] = words["lemma"].map(majority(words["lemma"], words["pos"]))
    counts = words["lemma"].value_counts()
    rare = counts[counts < settings.min_count]
    kept = words[~words["lemma"].isin(rare.index)]
    if kept.empty:
        raise InputError(f"{captions}: no content word is seen {settings.min_count} times")
    refused = [
        ("words", str(word), f"seen {count} time(s), fewer than min_count {settings.min_count}")
        for word, count in sorted(rare.items())
    ]
    have = set(zip(kept["image_id"], kept["caption"], strict=True))
    refused += [
        ("words", f"{image_id}#{caption}", "no content word is left in this caption")
        for image_id, caption in frame[["image_id", "caption"]].itertuples(index=False)
        if (image_id, caption) not in have
    ]
    tables.write(CAPTION_WORDS, out, kept)
    tables.write(REJECTS, rejects, tables.rejects(refused))


def majority(words: Iterable[str], tags: Iterable[str]) -> dict[str, str]:
    """Each word's most frequent tag; of equally frequent ones the first by alphabet."""
    counts: dict[str, Counter[str]] = {}
    for word, tag in zip(words, tags, strict=True):
        counts.setdefault(word, Counter())[tag] += 1
    return {word: min(tag, key=lambda t: (-tag[t], t)) for word, tag in counts.items()}


def utterances(words: pd.DataFrame, pause: float) -> Iterator[list[str]]:
    """The words of SPOKEN_WORDS in time order, a recording at a time, cut at pauses."""
    words = words.sort_values(["recording_id", "onset", "token_id"], kind="stable")
    gap = words["onset"] - words["offset"].shift()
    cut = (words["recording_id"] != words["recording_id"].shift()) | (gap > pause)
    for _, group in words.groupby(cut.cumsum())["word"]:
        yield group.tolist()


def extract_types(spoken_words: Path, out: Path, settings: WordsSettings) -> None:
    """Write the table `spoken_types`: every word form of the speech, with its tag and lemma."""
    words = tables.read(SPOKEN_WORDS, spoken_words)
    tagger = load_tagger(settings.tagger)
    docs = (Doc(tagger.vocab, words=spoken) for spoken in utterances(words, settings.pause))
    tags: dict[str, Counter[tuple[str, str]]] = {}
    for doc in progress(tagger.pipe(docs, batch_size=256), "tagging speech", "utterances"):
        for token in doc:
            found = content(token) or (token.lower_, "other")
            tags.setdefault(token.lower_, Counter())[found] += 1
    rows = []
    for word, counts in tags.items():
        by_pos: Counter[str] = Counter()
        for (_, pos), count in counts.items():
            by_pos[pos] += count
        pos = min(by_pos, key=lambda p: (-by_pos[p], p))
        lemmas = Counter({lemma: n for (lemma, tag), n in counts.items() if tag == pos})
        lemma = min(lemmas, key=lambda x: (-lemmas[x], x))
        rows.append((word, lemma, pos, sum(counts.values())))
    tables.write(
        SPOKEN_TYPES, out, pd.DataFrame(rows, columns=[c.name for c in SPOKEN_TYPES.columns])
    )
