"""Tables of caption words, and of the spoken tokens that are matched to them."""

import pyarrow as pa

from seesay.shared.columns import Column, Table

CAPTION_WORDS = Table(
    "caption_words",
    ("image_id", "caption", "position"),
    (
        Column("image_id", pa.string(), "the picture"),
        Column("caption", pa.int32(), "the caption's number within the picture, from 0"),
        Column("position", pa.int32(), "the token's number within the caption, from 0"),
        Column("text", pa.string(), "the word as it stands in the caption, lower-cased"),
        Column("lemma", pa.string(), "the word: nouns in the singular, American spelling"),
        Column(
            "pos",
            pa.string(),
            "the lemma's most frequent tag: NOUN, VERB, ADJ, ADV, or other for a function word",
        ),
    ),
)

SPOKEN_TYPES = Table(
    "spoken_types",
    ("word",),
    (
        Column("word", pa.string(), "the word form as the speech corpus writes it, lower-cased"),
        Column(
            "lemma", pa.string(), "nouns in the singular, others as they are; American spelling"
        ),
        Column("pos", pa.string(), "the type's most frequent tag: NOUN, VERB, ADJ, ADV or other"),
        Column("count", pa.int64(), "tokens of this word form"),
    ),
)

SPOKEN_TAGS = Table(
    "spoken_tags",
    ("token_id",),
    (
        Column("token_id", pa.string(), "the token"),
        Column(
            "lemma", pa.string(), "nouns in the singular, others as they are; American spelling"
        ),
        Column("pos", pa.string(), "its own tag in its utterance: NOUN, VERB, ADJ, ADV or other"),
        Column("alone", pa.bool_(), "it is all of its utterance, so that its tag is a guess"),
    ),
)

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
        Column("talker", pa.string(), "who says it; where sentences mix talkers: this word of it"),
        Column("position", pa.int32(), "the word's number within the caption"),
        Column("word", pa.string(), "the caption's content word"),
        Column("spoken_word", pa.string(), "the word that is said for it"),
        Column("token_id", pa.string(), "the token in which it is heard"),
    ),
)

UNSAYABLE = Table(
    "unsayable",
    ("image_id", "caption", "word"),
    (
        Column("image_id", pa.string(), "the picture"),
        Column("caption", pa.int32(), "the number within the picture of a caption that none says"),
        Column("word", pa.string(), "a content word of the caption that is lacking"),
        Column("spoken_word", pa.string(), "what is said for it; empty where there is nothing"),
        Column("cause", pa.string(), "no candidate, no talker (says it all), used up, or unseen"),
        Column("talker", pa.string(), "who comes nearest and lacks this; empty where all lack it"),
    ),
)

STEPS = Table(
    "matching_steps",
    ("step",),
    (
        Column("step", pa.string(), "as itself, matched, relaxed ..., or no candidate"),
        Column("words", pa.int64(), "caption words that got their spoken word in this step"),
        Column("tokens", pa.int64(), "uses of these words in all captions"),
    ),
)

POS = Table(
    "matching_pos",
    ("source", "pos"),
    (
        Column("source", pa.string(), "captions (the words kept) or speech (all words)"),
        Column("pos", pa.string(), "NOUN, VERB, ADJ, ADV; in the speech also other"),
        Column("tokens", pa.int64(), "tokens with this tag"),
        Column("types", pa.int64(), "types: lemmas of captions, word forms of speech"),
    ),
)

TALKER_WORDS = Table(
    "talker_words",
    ("word", "talker"),
    (
        Column("word", pa.string(), "a spoken word that stands for a caption word"),
        Column("talker", pa.string(), "who says it"),
        Column("tokens", pa.int64(), "tokens that there are"),
        Column("used", pa.int64(), "tokens that some caption uses"),
    ),
)

DURATIONS = Table(
    "matching_durations",
    ("low",),
    (
        Column("low", pa.float64(), "shortest duration counted here", "s"),
        Column("high", pa.float64(), "the first that is too long", "s"),
        Column("tokens", pa.int64(), "tokens, used by some caption, of such a length"),
    ),
)
