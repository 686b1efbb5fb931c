"""Content words of captions, and word types of speech."""

import pyarrow as pa

from seesay.tables import Column, Table

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
