"""The captions' words in running sentences of their own, in LUCID's layout.

LUCID's reader reads the folder. It is labelled as synthetic wherever it shows.
"""

from pathlib import Path

import pandas as pd

from seesay.audio.scripts import Rows, Talk
from seesay.audio.synthesis_script import bags, choose_fillers, sentences, top_up
from seesay.corpora.lucid import TOKENS
from seesay.schemas.captions import CAPTION_WORDS
from seesay.settings.facts import Script
from seesay.settings.synthesis import SynthesisSettings
from seesay.shared.randomness import generator
from seesay.shared.voices import engine_of, talker_names

ABOUT = Script("words of captions, in other sentences", "words/caption_words.parquet", "lucid")

TABLE = CAPTION_WORDS
NOTICE = """\
Synthetic speech, made by seesay with {engines}.
No person speaks here. The layout is that of the LUCID corpus; the contents are not LUCID's.
"""
HEADER = ["filename", "onset", "offset", "word", "talker", "task", "condition", "word_length"]


def talks(words: pd.DataFrame, settings: SynthesisSettings) -> dict[str, Talk]:
    """The sentences of each talker who says any, from CAPTION_WORDS."""
    names = talker_names(settings.talkers, settings.engines)
    fillers = choose_fillers(words, settings.unsaid, settings.seed)
    said = bags(words, names, fillers, settings.surplus, settings.fillers, settings.seed)
    engines = [engine_of(name) for name in names]
    top_up(said, words, fillers, engines, settings.least, settings.seed)
    return {
        name: Talk(sentences(said[name], generator("synthesis", settings.seed, name)))
        for name in names
        if said[name]
    }


def write_tables(
    folder: Path, _: list[Talk], rows: list[Rows], types: list[dict[str, str]]
) -> None:
    """LUCID's token table and dictionary, from the talkers' (filename, onset, offset, word)."""
    tokens = pd.DataFrame([row for some in rows for row in some], columns=HEADER[:4])
    tokens = tokens.assign(
        talker=tokens["filename"].str.partition("_")[0],
        task="sentences",
        condition="synthetic",
        word_length=tokens["word"].str.len(),
    )
    tokens[HEADER].to_csv(
        folder / TOKENS,
        sep="\t",
        index=False,
        float_format="%.4f",
        lineterminator="\n",
    )
    # A word's transcription is that of the first talker who says it.
    by_word = {word: said for some in reversed(types) for word, said in some.items()}
    counts = tokens["word"].value_counts().sort_index()
    table = pd.DataFrame({"word": counts.index, "frequency": counts.to_numpy()})
    table.insert(1, "transcription", table["word"].map(by_word))
    table["length"] = table["word"].str.len()
    table.to_csv(folder / "lucid_native.words.txt", sep="\t", index=False, lineterminator="\n")
